//! Files of the ZIP archive that Swagger UI comes in (PKWARE's APPNOTE, 4.3). They stay compressed: what ZIP and gzip
//! wrap is the same.

use axum::body::Bytes;
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED as ARCHIVE;

/// A file of the archive in gzip's format, by its path below the archive's one folder; nothing if it is not there.
pub(super) fn gzip(path: &str) -> Option<Bytes> {
    const HEADER: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    let Entry { deflated, checksum, size } = find(path)?;
    Some([&HEADER, deflated, checksum, size].concat().into())
}

/// A compressed file; the other two as they stand in both formats.
struct Entry {
    deflated: &'static [u8],
    checksum: &'static [u8],
    size: &'static [u8],
}

fn find(path: &str) -> Option<Entry> {
    let end = ARCHIVE.windows(4).rposition(|bytes| bytes == b"PK\x05\x06")?;
    let mut entry = ARCHIVE.get(number(ARCHIVE, end + 16, 4)?..)?;
    while entry.starts_with(b"PK\x01\x02") {
        let name = entry.get(46..46 + number(entry, 28, 2)?)?;
        let below = name.iter().position(|byte| *byte == b'/').map(|slash| &name[slash + 1..]);
        if below == Some(path.as_bytes()) {
            let file = ARCHIVE.get(number(entry, 42, 4)?..)?;
            let start = 30 + number(file, 26, 2)? + number(file, 28, 2)?;
            let deflated = file.get(start..start + number(entry, 20, 4)?)?;
            let compressed = number(entry, 10, 2)? == 8;
            return compressed.then_some(Entry {
                deflated,
                checksum: entry.get(16..20)?,
                size: entry.get(24..28)?,
            });
        }
        let length = 46 + number(entry, 28, 2)? + number(entry, 30, 2)? + number(entry, 32, 2)?;
        entry = entry.get(length..)?;
    }
    None
}

/// A number of so many bytes, the least first.
fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let bytes = bytes.get(at..at + length)?;
    Some(bytes.iter().rev().fold(0, |number, byte| (number << 8) | usize::from(*byte)))
}
