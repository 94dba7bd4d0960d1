//! What moves the write-ahead log into the file, after a commit that has made it long.

use std::ffi::c_int;
use std::process;

use rusqlite::Connection;
use rusqlite::ffi::SQLITE_IOERR_FSYNC;
use rusqlite::hooks::Wal;

/// How many pages are in the log when they are moved, as SQLite has it.
const PAGES: c_int = 1000;

/// Moves the log into the file from time to time.
///
/// SQLite would do so by itself, and pass over a sync of the file that fails. But a system may forget what it could not
/// write, and a part of it SQLite takes for moved already: while somebody reads, it moves the log in several parts, and
/// syncs with the last. The next sync would succeed, and the log, which alone has what was lost, would be written over. Only
/// a new start reads all of the log again, so the process ends.
pub(super) fn look_after(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.wal_hook(Some(|log: &mut Wal, pages| {
        if pages >= PAGES
            && let Err(error) = log.checkpoint()
        {
            end_if_sync_failed(&error);
        }
        Ok(())
    }))
}

/// Ends the process if a sync of the database's file has failed. Anything else that fails is done again later.
pub(super) fn end_if_sync_failed(error: &rusqlite::Error) {
    if error.sqlite_error().is_some_and(|error| error.extended_code == SQLITE_IOERR_FSYNC) {
        tracing::error!(%error, "the database's file could not be synced: the service ends, and has to start anew");
        process::exit(1);
    }
}
