//! The write-ahead log that an earlier process has left.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::open::beside;
use crate::store::Error;

/// How much of the log is written again at a time.
const PART: usize = 1 << 20;

/// Writes the log again as it is, if nobody uses the database, so that what is read of it is also on the disk.
///
/// A process whose sync of the log has failed writes over what it could not sync. But if it ends before that, the log ends
/// with a transaction that the system still shows and has given up to write: the next sync would succeed without it, and
/// all that is written behind it would be lost with the first power cut, for SQLite reads a log up to its first gap.
///
/// # Errors
///
/// [`Error::Refused`] if the log can't be read, written or synced, and what SQLite says of a file that it can't read; then
/// nothing must be written behind the log.
pub(super) fn renew(path: &Path) -> Result<(), Error> {
    let name = beside(path, "-wal");
    let refused = |error| Error::Refused(format!("cannot renew the log {}: {error}", name.display()));
    // Of several processes that start at once, the others wait here, and find it done.
    let Some(turn) = open(&name).map_err(refused)? else { return Ok(()) };
    turn.lock().map_err(refused)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let alone = Connection::open_with_flags(path, flags)?;
    // Where others are connected there is nothing to wait for.
    alone.busy_timeout(Duration::ZERO)?;
    alone.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
    match alone.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())) {
        // Whoever uses it has not forgotten where the log ends.
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => return Ok(()),
        read => read?,
    }
    // By its name again: whoever had the turn before may have removed it, and so has SQLite if the database is empty.
    open(&name).and_then(|log| log.as_ref().map_or(Ok(()), write_again)).map_err(refused)
}

/// The log, if there is one.
fn open(name: &Path) -> io::Result<Option<File>> {
    match OpenOptions::new().read(true).write(true).open(name) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        log => log.map(Some),
    }
}

fn write_again(log: &File) -> io::Result<()> {
    let (mut part, mut place) = (vec![0; PART], 0);
    loop {
        let size = log.read_at(&mut part, place)?;
        if size == 0 {
            return log.sync_data();
        }
        log.write_all_at(&part[..size], place)?;
        place += size as u64;
    }
}
