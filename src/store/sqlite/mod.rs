//! The embedded database: its connections, and who may use them when.
//!
//! One thread writes: it takes what has queued up, commits once, and answers each after the commit, so that many
//! acknowledged writes share one wait for the disk. Reads have threads and connections of their own and never wait
//! for a write; long ones have other threads than short ones. All queues are bounded.

pub(crate) mod accounts;
pub(crate) mod associations;
pub(super) mod backup;
mod checkpoint;
pub(crate) mod contacts;
pub(crate) mod copy;
mod log;
pub(super) mod open;
pub(crate) mod purge;
pub(crate) mod roles;
mod search;
pub(crate) mod sql;
pub(super) mod worker;

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::types::Value;
use rusqlite::{Connection, Error as SqliteError, ErrorCode, Row};
use tokio::sync::Mutex;
use tracing::{Instrument as _, debug_span};
use uuid::Uuid;

use super::{Error, Load};
use crate::paging::PageRequest;
use worker::{Readers, Writer};

/// How much work a read is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Cost {
    /// A few rows by an index.
    Short,
    /// A search, a long filter or a large page.
    Long,
}

impl Cost {
    /// That of a page of which nothing is filtered.
    pub(crate) fn of(page: PageRequest) -> Self {
        if page.is_small() { Self::Short } else { Self::Long }
    }
}

/// An open SQLite database.
pub struct Sqlite {
    short: Readers,
    long: Readers,
    writer: Writer,
    path: PathBuf,
    seen: Box<Mutex<Option<Seen>>>,
}

/// When it was last looked whether the file can be read, and whether it could.
type Seen = (Instant, Result<(), Error>);

/// How long that is good for.
const FRESH: Duration = Duration::from_millis(500);

impl Sqlite {
    /// Opens the database, makes it if there is none, and brings its schema up to date.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        open::prepare(path)?;
        let threads = thread::available_parallelism().map_or(2, usize::from);
        let db = Self {
            short: Readers::short(threads, path)?,
            long: Readers::long(threads, path)?,
            writer: Writer::start(path)?,
            path: path.to_owned(),
            seen: Box::default(),
        };
        // Its connections have made the log, and keep it.
        open::sync_folder(path)?;
        Ok(db)
    }

    pub(crate) fn load(&self) -> Load {
        let (commits, writes) = self.writer.commits();
        Load {
            waiting: vec![
                ("read", self.short.waiting()),
                ("long read", self.long.waiting()),
                ("write", self.writer.waiting()),
            ],
            connections: None,
            commits,
            writes,
            log_bytes: fs::metadata(open::beside(&self.path, "-wal")).ok().map(|log| log.len()),
        }
    }

    /// Whether the file can be read, which is looked at only so often: anybody may ask, without a token and a limit.
    pub(crate) async fn ready(&self) -> Result<(), Error> {
        // Who comes while somebody looks waits for what they see.
        let mut seen = self.seen.lock().await;
        if let Some((at, answer)) = &*seen
            && at.elapsed() < FRESH
        {
            return answer.clone();
        }
        // A statement without a table would be answered without the file.
        let look = |db: &Connection| db.query_row("SELECT max(numero) FROM migraciones", [], |_| Ok(()));
        let answer = self.read(Cost::Short, look).await;
        *seen = Some((Instant::now(), answer.clone()));
        answer
    }

    /// Works on a connection of its own, beside those that requests use.
    pub(crate) async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Path) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let path = self.path.clone();
        let done = tokio::task::spawn_blocking(move || work(&path));
        done.await.unwrap_or_else(|error| Err(Error::Failed(error.to_string())))
    }

    /// Reads in one snapshot of the database.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        cost: Cost,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        match cost {
            Cost::Short => self.short.read(work).instrument(debug_span!("read")).await,
            Cost::Long => self.long.read(work).instrument(debug_span!("long read")).await,
        }
    }

    /// Writes all or nothing. Returns once what was written is on disk.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.writer.write(work).instrument(debug_span!("write")).await
    }

    /// The same for a write of one statement, which costs less.
    pub(crate) async fn write_one<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.writer.write_one(work).instrument(debug_span!("write")).await
    }
}

/// The version of the SQLite that is part of this binary.
pub fn version() -> &'static str {
    rusqlite::version()
}

impl From<SqliteError> for Error {
    fn from(error: SqliteError) -> Self {
        let passing = matches!(
            error.sqlite_error_code(),
            Some(
                ErrorCode::DatabaseBusy
                    | ErrorCode::DatabaseLocked
                    | ErrorCode::DiskFull
                    | ErrorCode::SystemIoFailure
                    | ErrorCode::OutOfMemory
                    | ErrorCode::CannotOpen
            )
        );
        if passing { Self::Unavailable(error.to_string()) } else { Self::Failed(error.to_string()) }
    }
}

/// A row of a page, by the columns that it needs.
trait Listed: Sized {
    const COLUMNS: &'static str;
    /// Reads the columns by their places: by their names, a page would take a third longer.
    fn read(row: &Row<'_>) -> rusqlite::Result<Self>;
    fn id(&self) -> i64;
}

/// A list of UUIDs as a parameter for `rarray`, without repetitions.
fn uuids(list: &[Uuid]) -> Rc<Vec<Value>> {
    let mut list = list.to_vec();
    list.sort_unstable();
    list.dedup();
    Rc::new(list.into_iter().map(|uuid| Value::Blob(uuid.into_bytes().into())).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sql as shared;

    #[test]
    fn no_statement_reads_a_whole_table() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        open::prepare(&path).unwrap();
        let db = open::connect(&path).unwrap();
        for (name, statement) in shared::ALL.iter().chain(sql::ALL) {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).unwrap();
            let steps =
                plan.raw_query().mapped(|row| row.get("detail")).collect::<Result<Vec<String>, _>>().unwrap();
            for step in steps {
                // Planned for the foreign keys of a new row, and not run while none of them is violated.
                let foreign_keys = name.starts_with("CREATE") && step == "SCAN contactos_cuentas";
                let harmless = foreign_keys || step == "SCAN CONSTANT ROW";
                assert!(!step.starts_with("SCAN") || harmless, "{name}: {step}");
                // A workspace has few roles and one row of its own; of everything else it has many, and an owner too.
                let few = step.contains(" roles ") || step.contains(" espacios ");
                let many = step.ends_with("(espacio=?)") || step.ends_with("(espacio=? AND propietario=?)");
                assert!(!many || few, "{name}: {step}");
            }
        }
    }
}
