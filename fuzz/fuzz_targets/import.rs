//! Files to import: what is read from one is the same when it is written as a plain file and read again.

#![no_main]

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use contacts::cli::read_import;
use contacts::contact::Import;
use libfuzzer_sys::fuzz_target;
use tempfile::TempDir;

static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
    // In memory where there is such a place: a file is written for each input.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    folder.unwrap_or_else(|error| panic!("{error}"))
});

fuzz_target!(|input: &[u8]| {
    let Some(read) = read(input) else { return };
    let mut written = csv::Writer::from_writer(Vec::new());
    let mut write = |cells: [&str; 6]| {
        written.write_record(cells.map(guarded)).unwrap_or_else(|error| panic!("{error}"));
    };
    write(["first_name", "last_name", "email", "phone", "account", "role"]);
    for row in &read {
        write(cells(row));
    }
    let written = written.into_inner().unwrap_or_else(|error| panic!("{error}"));
    let again = self::read(&written).unwrap_or_else(|| panic!("a plain file is refused"));
    assert_eq!(read.iter().map(cells).collect::<Vec<_>>(), again.iter().map(cells).collect::<Vec<_>>());
});

/// The rows that can go in, unless the whole file is refused.
fn read(file: &[u8]) -> Option<Vec<Import>> {
    let path = FOLDER.path().join("people.csv");
    fs::write(&path, file).unwrap_or_else(|error| panic!("{error}"));
    Some(read_import(&path).ok()?.into_iter().filter_map(Result::ok).collect())
}

fn cells(row: &Import) -> [&str; 6] {
    let details = &row.details;
    [
        details.first_name.as_str(),
        details.last_name.as_str(),
        details.email.as_ref().map_or("", |email| email.as_str()),
        details.phone.as_ref().map_or("", |phone| phone.as_str()),
        row.account.as_ref().map_or("", |account| account.as_str()),
        row.role.as_ref().map_or("", |role| role.as_str()),
    ]
}

/// An apostrophe before what has one already: a reading takes one away where a formula may follow.
fn guarded(cell: &str) -> String {
    if cell.starts_with('\'')
        && cell.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
    {
        format!("'{cell}")
    } else {
        cell.to_owned()
    }
}
