//! `contacts backup`, `contacts verify` and `contacts restore`

use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use crate::support::*;

fn with_a_contact() -> Folder {
    let folder = Folder::new();
    folder.write("people.csv", "first_name,last_name,account\nAna,Paz,Acme\n");
    folder.done("import people.csv --user ana --workspace demo");
    folder
}

#[test]
fn a_backup_is_checked_and_becomes_a_database_again() {
    let folder = with_a_contact();
    let said = folder.done("backup backup.gz");
    assert!(said.contains("1 contacts, 1 accounts, 1 associations"), "{said}");
    let said = folder.done("verify backup.gz");
    assert!(said.starts_with("backup.gz is whole and sound: 1 contacts"), "{said}");
    assert!(folder.done("verify contacts.db").contains("whole and sound"));
    folder.done("restore backup.gz --database sqlite:new.db");
    let export = |flags: &str| folder.done(&format!("export --user ana --workspace demo {flags}"));
    assert_eq!(export("--database sqlite:new.db"), export(""));
    for file in ["backup.gz", "new.db"] {
        let mode = folder.path(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let left: Vec<_> =
        std::fs::read_dir(folder.path("")).unwrap().map(|file| file.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().starts_with('.')), "{left:?}");
    // Other tools read it too.
    let said: Said = folder.command("gzip").args(["-t", "backup.gz"]).output().unwrap().into();
    assert!(said.success, "{}", said.err);
}

#[test]
fn nobody_else_can_read_what_a_backup_is_made_from() {
    let folder = Folder::new();
    let rows: String = (0..60_000).map(|row| format!("Ana{row},Paz\n")).collect();
    folder.write("people.csv", format!("first_name,last_name\n{rows}"));
    folder.done("import people.csv --user ana --workspace demo");
    let mut backup =
        folder.command(PROGRAM).args(["backup", "backup.gz"]).stdout(Stdio::null()).spawn().unwrap();
    let mut modes = Vec::new();
    while backup.try_wait().unwrap().is_none() {
        for entry in std::fs::read_dir(folder.path("")).unwrap().flatten() {
            // What is gone by now is no matter.
            if entry.file_name().to_string_lossy().starts_with('.')
                && let Ok(file) = entry.metadata()
            {
                modes.push(file.permissions().mode() & 0o077);
            }
        }
    }
    assert!(backup.wait().unwrap().success());
    assert!(modes.len() > 5 && modes.iter().all(|mode| *mode == 0), "{modes:?}");
}

#[test]
fn nothing_that_is_there_is_overwritten() {
    let folder = with_a_contact();
    folder.write("there", "mine");
    let said = folder.fails("backup there");
    assert!(said.contains("there is there already; name a new file"), "{said}");
    assert_eq!(folder.read("there"), "mine");
    folder.done("backup backup.gz");
    let said = folder.fails("restore backup.gz");
    assert!(said.contains("contacts.db is there already; stop the service and move it away"), "{said}");
    // A log without its database would be taken for the restored one's.
    folder.write("new.db-wal", "old");
    let said = folder.fails("restore backup.gz --database sqlite:new.db");
    assert!(said.contains("new.db-wal is there already"), "{said}");
}

#[test]
fn what_can_not_be_done_is_said_with_what_to_do() {
    let folder = Folder::new();
    assert!(folder.fails("backup backup.gz").contains("there is no sqlite:contacts.db"));
    assert!(folder.fails("verify nothing.gz").contains("nothing.gz: No such file"));
    folder.write("text", "not a backup at all");
    assert!(folder.fails("verify text").contains("text is no whole backup: it is none"));
    let said = folder.fails("backup backup.gz --database postgres://u@127.0.0.1/d");
    assert!(said.contains("pg_dump"), "{said}");
    let folder = with_a_contact();
    assert!(folder.fails("backup missing/backup.gz").contains("missing"));
    rusqlite::Connection::open(folder.path("foreign.db"))
        .unwrap()
        .execute_batch("CREATE TABLE t (x)")
        .unwrap();
    let said = folder.fails("verify foreign.db");
    assert!(said.contains("database of another program"), "{said}");
}
