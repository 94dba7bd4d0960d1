//! Nodes that start together, and what they find.

use std::process::Stdio;

use crate::postgres::Cluster;
use crate::support::*;

const NODES: usize = 4;

/// Starts nodes at the same time, and checks that all come up and have made everything once.
fn come_up(cluster: &Cluster, database: &str) {
    let address = cluster.address(database);
    let mut nodes: Vec<Node> = (0..NODES).map(|_| Node::launch(&address, "")).collect();
    for node in &mut nodes {
        node.listening();
    }
    for node in &nodes {
        assert_eq!(node.ready().status, 200);
        assert_eq!(node.says("\"level\":\"WARN\""), 0, "{}", node.log());
    }
    let migrations = "SELECT string_agg(numero || ' ' || nombre, ',' ORDER BY numero) FROM migraciones";
    assert_eq!(cluster.sql(database, migrations), "1 contactos,2 busqueda");
    // The one for each table, and none of before.
    let indexes = "SELECT string_agg(indexrelid::regclass::text || ' ' || indisvalid, ',' ORDER BY indexrelid::regclass::text)
                   FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_am m ON m.oid = i.relam
                   WHERE m.amname = 'gin'";
    assert_eq!(cluster.sql(database, indexes), "contactos_trozos true,cuentas_trozos true");
    let ana = nodes[0].caller("ana", "demo");
    assert_eq!(ana.create("Begoña").unwrap().status, 200);
    for node in &nodes {
        assert_eq!(node.caller("ana", "demo").find("begona"), ["Begoña"]);
    }
    ana.done("contacts/contact", &json!({ "action": "delete", "uuid": uuid_of(&ana, "begona") }));
}

fn uuid_of(client: &Client, term: &str) -> String {
    let found = client.done("contacts/", &json!({ "filters": { "search": term } }));
    column(&found, "uuid").remove(0)
}

#[test]
fn nodes_that_start_together_on_an_empty_database_all_come_up() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    for _ in 0..5 {
        come_up(&cluster, &cluster.database(""));
    }
}

#[test]
fn nodes_that_start_together_on_a_database_that_was_left_half_way_all_come_up() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    // Before the first migration.
    let empty = cluster.database("");
    cluster.sql(
        &empty,
        "CREATE TABLE migraciones (numero BIGINT PRIMARY KEY, nombre TEXT NOT NULL,
             fecha TIMESTAMPTZ(0) NOT NULL DEFAULT CURRENT_TIMESTAMP)",
    );
    come_up(&cluster, &empty);
    for change in [
        "DROP INDEX contactos_trozos, cuentas_trozos",
        "DROP INDEX cuentas_trozos",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'contactos_trozos'::regclass",
        "UPDATE pg_index SET indisvalid = false, indisready = false
             WHERE indexrelid IN ('contactos_trozos'::regclass, 'cuentas_trozos'::regclass)",
    ] {
        cluster.sql(&empty, change);
        come_up(&cluster, &empty);
    }
}

#[test]
fn while_an_index_is_made_other_nodes_go_on_writing() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let database = cluster.database("");
    let address = cluster.address(&database);
    let first = Node::start(&address, "");
    let ana = first.caller("ana", "demo");
    assert_eq!(ana.create("Ana").unwrap().status, 200);
    cluster.sql(&database, "DROP INDEX contactos_trozos");
    // The making of an index waits for who has written before, and whoever it locks out waits with it.
    let hold = "UPDATE contactos SET email = 'a@b'; SELECT pg_sleep(5)";
    let mut holder = cluster.psql(&database, hold).stdout(Stdio::null()).spawn().unwrap();
    let busy = |query: &str| {
        let sql = format!(
            "SELECT count(*) FROM pg_stat_activity
             WHERE state = 'active' AND query LIKE '{query}' AND pid <> pg_backend_pid()"
        );
        cluster.sql(&database, &sql) != "0"
    };
    until("somebody has written", || busy("UPDATE contactos%pg_sleep%"));
    let mut second = Node::launch(&address, "");
    until("the index is being made", || busy("CREATE INDEX%"));
    assert_eq!(ana.create("Eva").unwrap().status, 200);
    assert!(holder.try_wait().unwrap().is_none(), "the write waited for the index");
    second.listening();
    assert!(holder.wait().unwrap().success());
}

#[test]
fn a_database_of_the_version_before_gets_the_new_index_and_finds_what_it_holds() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let database = cluster.database("");
    cluster.sql(
        &database,
        "CREATE TABLE migraciones (numero BIGINT PRIMARY KEY, nombre TEXT NOT NULL,
             fecha TIMESTAMPTZ(0) NOT NULL DEFAULT CURRENT_TIMESTAMP);
         INSERT INTO migraciones VALUES (1, 'contactos')",
    );
    cluster.sql(&database, include_str!("../../migrations/postgres/0001_contactos.sql"));
    cluster.sql(
        &database,
        "INSERT INTO contactos (espacio, propietario, uuid, nombre, apellido, busqueda)
         SELECT 'demo', 'ana', gen_random_uuid(), 'Ana', 'Paz', 'ana paz' FROM generate_series(1, 3000);
         INSERT INTO contactos (espacio, propietario, uuid, nombre, apellido, busqueda)
         VALUES ('demo', 'ana', gen_random_uuid(), 'Mariana', 'Núñez', 'mariana nuñez')",
    );
    come_up(&cluster, &database);
    let node = Node::start(&cluster.address(&database), "");
    for term in ["mariana", "m", "ñ", "uñ", "nunez", "ri", "mari nun"] {
        assert_eq!(node.caller("ana", "demo").find(term), ["Mariana"], "{term}");
    }
}
