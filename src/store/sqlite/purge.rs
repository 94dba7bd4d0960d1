//! What is deleted, taken out of an embedded database for good.

use std::path::Path;
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{Connection, TransactionBehavior};

use super::{checkpoint, open};
use crate::store::Error;
use crate::store::purge::{BATCH, Day, LINKS, Purged, TABLES, Table};

/// Between two transactions, so that a running service gets its turn.
const PAUSE: Duration = Duration::from_millis(2);

/// Takes out what was deleted before a day, in short transactions between those of a running service.
pub(crate) fn purge(path: &Path, before: &Day, told: impl Fn(u64, u64)) -> Result<Purged, Error> {
    let mut connection = open::connect(path)?;
    // For each row that goes, SQLite would look through all associations that were ever made. They go here with what they
    // refer to.
    connection.pragma_update(None, "foreign_keys", false)?;
    let mut purged = Purged::default();
    for table in &TABLES {
        let Table { name, link, .. } = table;
        let deleted = format!("SELECT id FROM {name} WHERE fecha_eliminacion < $1");
        // With what is deleted nothing is associated any more, so what is read after the rows are all of their associations.
        // To find them takes a look at every one, which holds up nobody here; in the transactions below it would.
        let links = link.map(|link| format!("SELECT id FROM {} WHERE {link} IN ({deleted})", LINKS.name));
        let rows = ids(&connection, &deleted, before)?;
        let links = links.map_or(Ok(Vec::new()), |links| ids(&connection, &links, before))?;
        let (mut done, total) = (0, (links.len() + rows.len()) as u64);
        for (table, ids) in [(&LINKS, links), (table, rows)] {
            for ids in ids.chunks(BATCH) {
                told(done, total);
                purged.count(table, take_out(&mut connection, table, ids)?);
                done += ids.len() as u64;
                #[expect(clippy::disallowed_methods, reason = "this runs on a thread for blocking work")]
                thread::sleep(PAUSE);
            }
        }
    }
    Ok(purged)
}

fn ids(connection: &Connection, sql: &str, before: &Day) -> Result<Vec<i64>, Error> {
    let mut statement = connection.prepare(sql)?;
    let ids = statement.query_map([before.as_str()], |row| row.get(0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// How many rows were taken out.
fn take_out(connection: &mut Connection, table: &Table, ids: &[i64]) -> Result<u64, Error> {
    let ids = Rc::new(ids.iter().copied().map(Value::from).collect::<Vec<_>>());
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let gone = transaction.execute(&format!("DELETE FROM {} WHERE id IN rarray($1)", table.name), [ids])?;
    transaction.commit()?;
    Ok(gone as u64)
}

/// Writes the database anew, and empties the write-ahead log: both hold rows as they used to be, the file wherever SQLite
/// has moved them within it. Others can read meanwhile; their writes wait.
pub(crate) fn scrub(path: &Path) -> Result<(), Error> {
    let connection = open::connect(path)?;
    connection.execute_batch("VACUUM")?;
    let busy: bool = connection
        .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))
        .inspect_err(checkpoint::end_if_sync_failed)?;
    if busy {
        return Err(Error::Unavailable("somebody reads the write-ahead log".into()));
    }
    Ok(())
}
