//! What is deleted, taken out of an embedded database for good.

use std::path::Path;
use std::rc::Rc;

use rusqlite::TransactionBehavior;
use rusqlite::types::Value;

use super::{checkpoint, open};
use crate::store::Error;
use crate::store::purge::{BATCH, Day, Purged, TABLES};

/// Takes out what was deleted before a day, in short transactions between those of a running service.
pub(crate) fn purge(path: &Path, before: &Day, told: impl Fn(u64, u64)) -> Result<Purged, Error> {
    let mut connection = open::connect(path)?;
    // For each row that goes, SQLite would look through all associations that were ever made. They go here with what they
    // refer to.
    connection.pragma_update(None, "foreign_keys", false)?;
    let mut purged = Purged::default();
    for table in &TABLES {
        let deleted = format!("SELECT id FROM {} WHERE fecha_eliminacion < $1", table.name);
        let ids = connection
            .prepare(&deleted)?
            .query_map([before.as_str()], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<Value>>>()?;
        for (batch, ids) in ids.chunks(BATCH).enumerate() {
            told((batch * BATCH) as u64, ids.len() as u64);
            let ids = Rc::new(ids.to_vec());
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let delete = |table, column| {
                let delete = format!("DELETE FROM {table} WHERE {column} IN rarray($1)");
                transaction.execute(&delete, [&ids])
            };
            let links = table.link.map_or(Ok(0), |link| delete("contactos_cuentas", link))?;
            let rows = delete(table.name, "id")?;
            transaction.commit()?;
            purged.count(table, rows as u64, links as u64);
        }
    }
    Ok(purged)
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
