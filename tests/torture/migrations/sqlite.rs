//! Migrations of SQLite.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use super::*;
use crate::disk::{Cut, Disk};
use crate::scale::{random, scale};

const FIRST: &str = include_str!("../../../migrations/sqlite/0001_contactos.sql");

/// Makes a database of 0.1.0.
fn make_old(path: &Path) {
    let database = Connection::open(path).unwrap();
    database
        .execute_batch(&format!(
            "PRAGMA journal_mode = WAL;
             BEGIN;
             PRAGMA application_id = {};
             CREATE TABLE migraciones (
                 numero INTEGER PRIMARY KEY,
                 nombre TEXT NOT NULL,
                 fecha  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
             ) STRICT;
             {FIRST}
             INSERT INTO migraciones (numero, nombre) VALUES (1, 'contactos');
             {}
             COMMIT;",
            0x4354_4354,
            OLD_ROWS.replace("{uuid}", "randomblob(16)")
        ))
        .unwrap();
}

fn dump(path: &Path) -> Dump {
    let database = Connection::open(path).unwrap();
    let lines = |sql: &str| {
        let mut statement = database.prepare(sql).unwrap();
        let lines = statement.query_map([], |row| row.get(0)).unwrap();
        lines.collect::<rusqlite::Result<Vec<String>>>().unwrap().join("\n")
    };
    assert_eq!(lines("PRAGMA integrity_check"), "ok");
    // Words alone: the indentation of a statement is kept too.
    let schema = lines(
        "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_schema ORDER BY type, name, sql",
    );
    let migrations = lines("SELECT numero || ' ' || nombre FROM migraciones ORDER BY numero");
    let schema = schema.split_whitespace().collect::<Vec<_>>().join(" ");
    let rows = ALL_ROWS.map(|sql| lines(&sql.replace("{uuid}", "hex(uuid)")));
    Dump { schema: schema + &migrations, rows: rows.join("\n") }
}

/// A database of 0.1.0 in a folder (`old.db`): what it holds, and what a new one (`new.db`) does.
fn example(folder: &Path) -> (Dump, Dump) {
    let path = |name: &str| folder.join(name);
    make_old(&path("old.db"));
    done(&sqlite(&path("new.db")), "migrate");
    (dump(&path("old.db")), dump(&path("new.db")))
}

#[test]
fn kills_during_a_migration_of_sqlite_leave_all_rows_and_the_schema_of_a_new_database() {
    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (before, new) = example(folder.path());
    assert_ne!(before.schema, new.schema);
    fs::copy(path("old.db"), path("timed.db")).unwrap();
    let took = time(&sqlite(&path("timed.db")));

    let (rounds, mut killed) = (scale(15, 150), 0);
    for round in 0..rounds {
        let file = path(&format!("{round}.db"));
        // Every fourth begins with nothing.
        let old = round % 4 > 0;
        if old {
            fs::copy(path("old.db"), &file).unwrap();
        }
        for _ in 0..random.usize(1..4) {
            killed += migrate(&sqlite(&file), &mut random, Some(took.mul_f64(1.5)));
        }
        assert_eq!(migrate(&sqlite(&file), &mut random, None), 0);
        let rows = if old { &before.rows } else { &new.rows };
        let after = dump(&file);
        assert!(after.schema == new.schema && after.rows == *rows, "round {round} (seed {seed})");
        if old {
            ask(&sqlite(&file));
        }
    }
    println!("{rounds} migrations of SQLite by 4 processes, {killed} killed within {took:?} (seed {seed})");
    assert!(killed > rounds, "too few were killed in time");
    // What is missing would be noticed.
    let database = Connection::open(path("timed.db")).unwrap();
    database.execute_batch("DROP INDEX contactos_lista; DELETE FROM contactos WHERE id = 7").unwrap();
    let wrong = dump(&path("timed.db"));
    assert!(wrong.schema != new.schema && wrong.rows != before.rows);
}

#[test]
fn power_cuts_during_a_migration_leave_all_rows_and_the_schema_of_a_new_database() {
    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let (before, new) = example(folder.path());

    let (rounds, mut cuts) = (scale(10, 100), 0);
    for round in 0..rounds {
        let mut disk = Disk::new();
        disk.put([("contacts.db".into(), fs::read(path("old.db")).unwrap())].into());
        for _ in 0..random.usize(1..4) {
            let mut migrate = contacts(&disk.database(), "migrate");
            // It has some 180 steps: of the transaction, and of the checkpoint at its end.
            let cut = Cut { step: random.usize(1..200), of: "" };
            disk.record(&mut migrate, cut, &mut random);
            let ended = migrate.stdout(Stdio::null()).status().unwrap();
            disk.catch_up(&mut random);
            disk.cut(&mut random);
            cuts += usize::from(ended.code().is_none());
        }
        done(&disk.database(), "migrate");
        let after = dump(&disk.path("contacts.db"));
        assert!(after.schema == new.schema && after.rows == before.rows, "round {round} (seed {seed})");
    }
    println!("{rounds} migrations of SQLite, {cuts} times cut short (seed {seed})");
    assert!(cuts > rounds / 2, "too few were cut short");
}
