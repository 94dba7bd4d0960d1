//! Migrations of PostgreSQL.

use super::*;
use crate::postgres::{Cluster, binaries};
use crate::scale::{random, scale};

const FIRST: &str = include_str!("../../../migrations/postgres/0001_contactos.sql");

/// Makes a database of 0.1.0; its name.
fn make_old(cluster: &Cluster) -> String {
    let name = cluster.database("");
    cluster.sql(
        &name,
        "CREATE TABLE migraciones (
             numero BIGINT PRIMARY KEY,
             nombre TEXT NOT NULL,
             fecha  TIMESTAMPTZ(0) NOT NULL DEFAULT CURRENT_TIMESTAMP
         )",
    );
    cluster.sql(&name, FIRST);
    cluster.sql(&name, "INSERT INTO migraciones (numero, nombre) VALUES (1, 'contactos')");
    cluster.sql(&name, &OLD_ROWS.replace("{uuid}", "gen_random_uuid()"));
    name
}

fn dump(cluster: &Cluster, name: &str) -> Dump {
    let mut dump = std::process::Command::new(binaries().join("pg_dump"));
    let said: Said = dump.args(["--schema-only", "-d", &cluster.address(name)]).output().unwrap().into();
    assert!(said.success, "{}", said.err);
    // Newer ones mark each dump with a word of its own.
    let schema = said.out.lines().filter(|line| !line.contains("restrict ")).collect::<Vec<_>>().join("\n");
    let migrations = cluster.sql(name, "SELECT numero || ' ' || nombre FROM migraciones ORDER BY numero");
    let broken = cluster.sql(name, "SELECT count(*) FROM pg_index WHERE NOT indisvalid");
    let rows = ALL_ROWS.map(|sql| cluster.sql(name, &sql.replace("{uuid}", "uuid")));
    Dump { schema: format!("{schema}\n{migrations}\n{broken} broken"), rows: rows.join("\n") }
}

#[test]
fn kills_during_a_migration_of_postgres_leave_all_rows_and_the_schema_of_a_new_database() {
    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    let cluster = Cluster::start(&[]);
    let old_one = make_old(&cluster);
    let copy = || cluster.database(&format!("TEMPLATE {old_one}"));
    let before = dump(&cluster, &old_one);
    let fresh = cluster.database("");
    done(&cluster.address(&fresh), "migrate");
    let new = dump(&cluster, &fresh);
    assert_ne!(before.schema, new.schema);
    let timed = copy();
    let took = time(&cluster.address(&timed));

    let (rounds, mut killed) = (scale(6, 50), 0);
    for round in 0..rounds {
        // Every fourth begins with nothing.
        let old = round % 4 > 0;
        let name = if old { copy() } else { cluster.database("") };
        let database = cluster.address(&name);
        for _ in 0..random.usize(1..4) {
            killed += migrate(&database, &mut random, Some(took.mul_f64(1.5)));
        }
        assert_eq!(migrate(&database, &mut random, None), 0);
        let rows = if old { &before.rows } else { &new.rows };
        let after = dump(&cluster, &name);
        assert!(after.schema == new.schema && after.rows == *rows, "round {round} (seed {seed})");
        if old {
            ask(&database);
        }
        until("nobody is in it", || {
            let inside = format!("SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}'");
            cluster.sql("postgres", &inside) == "0"
        });
        cluster.sql("postgres", &format!("DROP DATABASE {name}"));
    }
    println!(
        "{rounds} migrations of PostgreSQL by 4 processes, {killed} killed within {took:?} (seed {seed})"
    );
    assert!(killed > rounds, "too few were killed in time");
    // What is missing would be noticed.
    cluster.sql(&timed, "DROP INDEX contactos_lista; DELETE FROM contactos WHERE id = 7");
    let wrong = dump(&cluster, &timed);
    assert!(wrong.schema != new.schema && wrong.rows != before.rows);
}
