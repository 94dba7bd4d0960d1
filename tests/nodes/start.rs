//! A start while the database is away, or can't be used.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::postgres::Cluster;
use crate::support::*;

#[test]
fn a_start_waits_for_the_database_and_says_so() {
    let _alone = alone();
    let mut cluster = Cluster::start(&[]);
    let database = cluster.address("postgres");
    cluster.crash();
    let mut node = Node::launch(&database, "--database-wait 60");
    until("it says that it waits", || node.says("waiting for postgres://127.0.0.1") == 1);
    assert_eq!(node.welcome(), "");
    cluster.restart();
    let took = until("it listens", || node.welcome().contains("try it"));
    println!("it listened {took:?} after the database");
    node.listening();
    assert_eq!(node.caller("ana", "demo").create("Ana").unwrap().status, 200);
}

#[test]
fn a_start_waits_for_a_database_that_hangs() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    cluster.hang();
    let mut node = Node::launch(&cluster.address("postgres"), "");
    until("it says that it waits", || node.says("waiting for postgres://127.0.0.1") == 1);
    cluster.go_on();
    node.listening();
    assert_eq!(node.ready().status, 200);
}

#[test]
fn a_start_gives_up_after_its_time_and_says_what_to_do() {
    let _alone = alone();
    // One that refuses, and one that never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for port in [free_port(), silent.local_addr().unwrap().port()] {
        let start = Instant::now();
        let database = format!("postgres://postgres:geheim@127.0.0.1:{port}/postgres");
        let said = fails(&database, "serve --listen 127.0.0.1:0 --database-wait 1");
        assert!(start.elapsed() >= Duration::from_secs(1), "it waited {:?}", start.elapsed());
        assert!(
            said.contains(&format!("cannot open postgres://127.0.0.1:{port}/postgres: "))
                && said.contains("waited for 1 s: start the server, or wait longer with --database-wait"),
            "{said}"
        );
        assert!(!said.contains("geheim"), "{said}");
    }
}

/// Fails at once, without waiting for anything to change.
fn refused(database: &str, advice: &str) {
    let said = fails(database, "serve --listen 127.0.0.1:0");
    assert!(said.contains(advice) && !said.contains("waiting for"), "{said}");
    assert!(!said.contains("geheim"), "{said}");
}

#[test]
fn what_waiting_does_not_mend_is_refused_at_once_with_advice() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    cluster.sql("postgres", "CREATE ROLE nadie LOGIN PASSWORD 'secreto'");
    let as_nobody = |database: &str| cluster.address(database).replace("postgres@", "nadie:geheim@");
    let closed = cluster.database("");
    cluster.sql("postgres", &format!("REVOKE CONNECT ON DATABASE {closed} FROM PUBLIC"));
    let latin = cluster.database("ENCODING LATIN1 LOCALE 'C' TEMPLATE template0");
    refused(&cluster.address("ninguna"), "make it with createdb");
    refused(&cluster.address(&latin), "createdb --encoding UTF8");
    refused(&as_nobody(&closed), "the right to connect and to make tables");
    refused(&as_nobody("postgres"), "the right to connect and to make tables");
    cluster.demand_passwords();
    refused(&as_nobody("postgres"), "check the user and the password");
}

#[test]
fn a_database_that_goes_away_during_the_start_is_waited_for() {
    let _alone = alone();
    let mut cluster = Cluster::start(&[]);
    let database = cluster.address("postgres");
    // Somebody else changes the schema, so the node is in the middle of its start.
    let hold = format!("SELECT pg_advisory_lock({}); SELECT pg_sleep(60)", 0x4354_4354);
    let mut holder = cluster.psql("postgres", &hold).stderr(Stdio::null()).spawn().unwrap();
    let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
    until("the lock is held", || cluster.sql("postgres", held) == "1");
    let mut node = Node::launch(&database, "");
    let begun = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'contacts'";
    until("the node has begun", || cluster.sql("postgres", begun) == "1");
    cluster.crash();
    assert!(!holder.wait().unwrap().success());
    until("it says that it waits", || node.says("waiting for postgres://127.0.0.1") == 1);
    cluster.restart();
    node.listening();
    assert_eq!(node.ready().status, 200);
}
