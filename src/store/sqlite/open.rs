//! Opening the database file: permissions, settings of a connection, schema.

use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, vtab};

use super::{checkpoint, log};
use crate::folder;
use crate::store::{Error, migrate};

/// Marks a file as ours (`PRAGMA application_id`): "CTCT".
const APPLICATION_ID: i32 = 0x4354_4354;

/// How long a write waits for another process that writes.
const BUSY_LIMIT: Duration = Duration::from_secs(5);
const BUSY_STEP: Duration = Duration::from_millis(1);

/// Makes the file if there is none, and brings its schema up to date.
pub(super) fn prepare(path: &Path) -> Result<(), Error> {
    create_private(path)?;
    log::renew(path)?;
    let mut connection = connect(path)?;
    // A database that is up to date is not written to, so opening one never waits for whoever writes.
    let schema = schema(&connection)?;
    use_wal(&connection)?;
    if schema != Some(migrate::newest(migrate::SQLITE)) {
        migrate(&mut connection)?;
    }
    Ok(())
}

/// Makes an empty file that only its owner may read; SQLite gives the files beside it the same permissions.
fn create_private(path: &Path) -> Result<(), Error> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_file() => Ok(()),
        Err(error) => Err(Error::Refused(format!("cannot make the database {}: {error}", path.display()))),
    }
}

/// Makes the entries of the file and of its log durable: a power cut must not take a file away under acknowledged rows, nor
/// bring an older log back over newer rows. SQLite does this too, but goes on when it fails.
pub(super) fn sync_folder(path: &Path) -> Result<(), Error> {
    let refused =
        |error| Error::Refused(format!("cannot sync the folder {}: {error}", folder::of(path).display()));
    folder::sync(path).map_err(refused)
}

/// The path of a file that SQLite keeps beside the database.
pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

/// A connection with the settings that every use of the database needs.
pub(in crate::store) fn connect(path: &Path) -> Result<Connection, Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.busy_handler(Some(wait_for_writer))?;
    // Without this, SQLite prepares a cached statement anew at each new value once ANALYZE has run.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "journal_size_limit", 64 << 20)?;
    connection.set_prepared_statement_cache_capacity(64);
    vtab::array::load_module(&connection)?;
    checkpoint::look_after(&mut connection)?;
    Ok(connection)
}

/// Lets a connection keep so many KiB of the file, at least as much as SQLite does by itself.
pub(in crate::store) fn widen_cache(connection: &Connection, kib: usize) -> rusqlite::Result<()> {
    connection.pragma_update(None, "cache_size", -(kib.max(2000) as i64))
}

#[expect(clippy::disallowed_methods, reason = "this runs on a database thread, never on an async worker")]
fn wait_for_writer(tries: i32) -> bool {
    thread::sleep(BUSY_STEP);
    BUSY_STEP * tries.unsigned_abs() < BUSY_LIMIT
}

/// The number of the schema; nothing if the file is empty. A database that another program made is refused, before
/// anything in it changes.
pub(super) fn schema(connection: &Connection) -> Result<Option<i64>, Error> {
    // One moment for both, or another process that makes the database just now would look like a foreign one.
    let snapshot = connection.unchecked_transaction()?;
    let application: i32 = snapshot.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let objects: i64 = snapshot.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    let schema = match application {
        APPLICATION_ID => Some(newest(&snapshot)?),
        _ => None,
    };
    snapshot.finish()?;
    if application != APPLICATION_ID && objects > 0 {
        return Err(Error::Refused("the file is a SQLite database of another program".into()));
    }
    Ok(schema)
}

/// Switches to the write-ahead log, if a copy or an operator has left it. SQLite does not call the busy handler here, and two processes may start at once.
fn use_wal(connection: &Connection) -> Result<(), Error> {
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
    if mode == "wal" {
        return Ok(());
    }
    let deadline = Instant::now() + BUSY_LIMIT;
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy) => {
                if Instant::now() > deadline {
                    return Err(error.into());
                }
                wait_for_writer(0);
            }
            done => return Ok(done?),
        }
    }
}

/// Runs the migrations that the database does not have yet, in one transaction that keeps other processes out.
fn migrate(connection: &mut Connection) -> Result<(), Error> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS migraciones (
             numero INTEGER PRIMARY KEY,
             nombre TEXT NOT NULL,
             fecha  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
         ) STRICT",
    )?;
    for migration in migrate::missing(migrate::SQLITE, newest(&transaction)?)? {
        transaction.execute_batch(migration.sql)?;
        transaction.execute(
            "INSERT INTO migraciones (numero, nombre) VALUES ($1, $2)",
            (migration.number, migration.name),
        )?;
        tracing::info!(number = migration.number, name = migration.name, "migrated");
    }
    Ok(transaction.commit()?)
}

/// The number of the last migration that was run.
fn newest(connection: &Connection) -> Result<i64, Error> {
    Ok(connection.query_row("SELECT coalesce(max(numero), 0) FROM migraciones", [], |row| row.get(0))?)
}
