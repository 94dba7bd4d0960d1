//! The folders that files are in.

use std::fs::File;
use std::io;
use std::path::Path;

/// The folder that a file is in.
pub(crate) fn of(file: &Path) -> &Path {
    file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the entries of a file's folder durable: a power cut may take a file away, whatever was synced of its content, as
/// long as nobody has done this.
pub(crate) fn sync(file: &Path) -> io::Result<()> {
    File::open(of(file))?.sync_all()
}
