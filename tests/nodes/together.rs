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
    assert_eq!(cluster.sql(database, migrations), "1 contactos");
    let indexes = "SELECT string_agg(indexrelid::regclass::text || ' ' || indisvalid, ',' ORDER BY 1)
                   FROM pg_index WHERE indexrelid::regclass::text LIKE '%trigramas%'";
    let indexes = cluster.sql(database, indexes);
    assert!(
        [
            "contactos_trigramas true,cuentas_trigramas true",
            "cuentas_trigramas true,contactos_trigramas true"
        ]
        .contains(&indexes.as_str()),
        "{indexes}"
    );
    let ana = nodes[0].caller("ana", "demo");
    assert_eq!(ana.create("Mariana").unwrap().status, 200);
    for node in &nodes {
        assert_eq!(node.caller("ana", "demo").find("mariana"), ["Mariana"]);
    }
    ana.done("contacts/contact", &json!({ "action": "delete", "uuid": uuid_of(&ana, "mariana") }));
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
        "DROP INDEX contactos_trigramas, cuentas_trigramas",
        "DROP INDEX cuentas_trigramas; DROP EXTENSION btree_gin, pg_trgm CASCADE",
        "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'contactos_trigramas'::regclass",
        "UPDATE pg_index SET indisvalid = false, indisready = false
             WHERE indexrelid IN ('contactos_trigramas'::regclass, 'cuentas_trigramas'::regclass)",
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
    cluster.sql(&database, "DROP INDEX contactos_trigramas");
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
fn who_may_not_make_extensions_gets_slower_searches_and_one_warning_until_somebody_makes_them() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let database = cluster.database("");
    cluster.sql(&database, "CREATE ROLE modesta LOGIN; CREATE SCHEMA modesta AUTHORIZATION modesta");
    let address = cluster.address(&database).replace("postgres@", "modesta@");
    let answers = |node: &Node| {
        let ana = node.caller("ana", "demo");
        for (first, last) in [("Mariana", "Núñez"), ("Nunca", "Paz"), ("Cien", "100%"), ("Z", "Ñ")] {
            let body = json!({ "action": "create", "first_name": first, "last_name": last });
            ana.done("contacts/contact", &body);
        }
        let found = ["maria", "nu", "nunez", "ñ", "ñez", "%", "100%", "z", "_", "mariana paz"]
            .map(|term| ana.find(term).join(" "));
        for uuid in column(&ana.done("contacts/", &json!({ "action": "lite" })), "uuid") {
            ana.done("contacts/contact", &json!({ "action": "delete", "uuid": uuid }));
        }
        found
    };
    let expected = [
        "Mariana",
        "Mariana Nunca",
        "Mariana",
        "Mariana Z",
        "Mariana",
        "Cien",
        "Cien",
        "Mariana Nunca Z",
        "",
        "",
    ];
    let warning = "let an administrator run CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin;";

    let node = Node::start(&address, "");
    assert_eq!(node.says("\"level\":\"WARN\""), 1, "{}", node.log());
    assert_eq!(node.says(warning), 1, "{}", node.log());
    assert_eq!(answers(&node), expected);
    drop(node);

    cluster.sql(&database, "CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin");
    let node = Node::start(&address, "");
    assert_eq!(node.says("\"level\":\"WARN\""), 0, "{}", node.log());
    assert_eq!(answers(&node), expected);
    let valid =
        "SELECT count(*) FROM pg_index WHERE indisvalid AND indexrelid::regclass::text LIKE '%trigramas'";
    assert_eq!(cluster.sql(&database, valid), "2");
}
