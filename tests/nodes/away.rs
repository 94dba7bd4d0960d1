//! A database that is away while the nodes run.

use std::process::Stdio;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use crate::postgres::Cluster;
use crate::scale::scale;
use crate::support::*;

/// What a request waits at most while the database is away: the acquire timeout of 2 s, and what a busy machine adds.
const TOLD: Duration = Duration::from_millis(2_500);

/// How soon after the database's return everything works again.
const BACK: Duration = Duration::from_secs(2);

/// Takes the database away and gives it back so many times: all are told in time, and later all works.
pub(crate) fn goes_and_comes(what: &str, times: usize, node: &Node, mut there: impl FnMut(bool)) {
    let (mut told, mut back) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..times {
        there(false);
        told = told.max(all_are_told_in_time(node));
        there(true);
        back = back.max(all_works_in_time(node));
    }
    println!("{times} times {what}: all were told within {told:?}, and all worked {back:?} later at most");
}

/// A read, a write and a transaction, each by 8 callers at once: more than there are connections. How long they waited.
fn all_are_told_in_time(node: &Node) -> Duration {
    let start = Instant::now();
    thread::scope(|scope| {
        for number in 0..24 {
            let ana = node.caller("ana", "demo");
            scope.spawn(move || {
                let answer = match number % 3 {
                    0 => ana.post("contacts/", &json!({ "filters": { "search": "ana" } })),
                    1 => ana.create("Lost"),
                    _ => ana.post("roles/role", &json!({ "action": "delete", "id": 5 })),
                };
                assert_eq!(answer, Some(Answer::unavailable()));
                let waited = start.elapsed();
                assert!(waited < TOLD, "it took {waited:?}");
            });
        }
    });
    let told = start.elapsed();
    until("/ready says so", || node.ready() == Answer::unavailable());
    assert!(start.elapsed() < 2 * TOLD);
    // Once it is known, nobody waits.
    let start = Instant::now();
    for _ in 0..20 {
        assert_eq!(node.caller("ana", "demo").create("Lost"), Some(Answer::unavailable()));
    }
    assert!(start.elapsed() < TOLD);
    told
}

/// How long it took.
fn all_works_in_time(node: &Node) -> Duration {
    let ana = node.caller("ana", "demo");
    let start = Instant::now();
    until("a write goes in", || ana.create("Back").unwrap().status == 200);
    let took = start.elapsed();
    assert!(took < BACK, "it took {took:?}");
    assert_eq!(node.ready().status, 200);
    for _ in 0..40 {
        assert_eq!(ana.find("first"), ["First"], "no connection of before is left");
    }
    took
}

#[test]
fn while_the_database_is_crashed_requests_are_told_in_time_and_later_all_works() {
    let _alone = alone();
    let mut cluster = Cluster::start(&[]);
    let node = Node::start(&cluster.address("postgres"), "--database-connections 4");
    let ana = node.caller("ana", "demo");
    assert_eq!(ana.create("First").unwrap().status, 200);
    goes_and_comes("the database crashed", scale(2, 20), &node, |there| {
        if there { cluster.restart() } else { cluster.crash() }
    });
    assert!(!ana.all().contains(&"Lost".to_owned()));
}

#[test]
fn while_the_database_hangs_requests_are_told_in_time_and_later_all_works() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let node = Node::start(&cluster.address("postgres"), "--database-connections 4");
    let ana = node.caller("ana", "demo");
    assert_eq!(ana.create("First").unwrap().status, 200);
    let times = scale(2, 10);
    goes_and_comes(
        "the database hung",
        times,
        &node,
        |there| {
            if there { cluster.go_on() } else { cluster.hang() }
        },
    );
    assert_eq!(node.says("the database answers again"), times, "{}", node.log());
    // What was sent before anybody knew may be in.
    assert!(ana.all().iter().filter(|name| *name == "Lost").count() <= times * 8);
}

#[test]
fn a_statement_that_takes_long_is_waited_for_while_the_database_answers() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let node = Node::start(&cluster.address("postgres"), "");
    let ana = node.caller("ana", "demo");
    assert_eq!(ana.create("First").unwrap().status, 200);
    thread::scope(|scope| {
        scope.spawn(|| cluster.sql("postgres", "BEGIN; LOCK contactos; SELECT pg_sleep(4); COMMIT"));
        until("the table is locked", || {
            cluster.sql("postgres", "SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock'") != "0"
        });
        let start = Instant::now();
        assert_eq!(ana.create("Second").unwrap().status, 200);
        assert!(start.elapsed() > Duration::from_secs(2), "nothing was in its way");
    });
}

#[test]
fn when_too_many_wait_for_a_connection_more_are_told_at_once() {
    const CALLERS: usize = 1200;
    const MAY_WAIT: usize = 1024;

    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let node = Node::start(&cluster.address("postgres"), "--database-connections 4 --database-timeout 10");
    let ana = node.caller("ana", "demo");
    let account = json!({ "action": "create", "name": "Acme" });
    assert_eq!(ana.post("accounts/account", &account).unwrap().status, 200);
    // Writes wait for who holds the table.
    let hold = "BEGIN; LOCK TABLE cuentas IN SHARE MODE; SELECT pg_sleep(4); COMMIT";
    let mut holder = cluster.psql("postgres", hold).stdout(Stdio::null()).spawn().unwrap();
    let holds = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    until("the table is held", || cluster.sql("postgres", holds) == "1");
    let start = Instant::now();
    let told = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                // Some are answered when the table is free again; the others are told, sooner or later.
                let answer = ana.post("accounts/account", &account).unwrap();
                if start.elapsed() < Duration::from_secs(3) {
                    assert_eq!(answer, Answer::unavailable());
                    told.fetch_add(1, Relaxed);
                }
            });
        }
    });
    assert!(holder.wait().unwrap().success());
    let told = told.into_inner();
    println!("{CALLERS} callers of a table that is held: {told} were told at once");
    assert!(told > (CALLERS - MAY_WAIT) / 2 && told < CALLERS - MAY_WAIT, "{told}");
    assert_eq!(ana.post("accounts/account", &account).unwrap().status, 200);
}

#[test]
fn a_node_that_gets_no_more_connections_goes_on_with_those_it_has() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    cluster.sql("postgres", "CREATE ROLE modesta LOGIN; CREATE SCHEMA AUTHORIZATION modesta");
    let address = cluster.address("postgres").replace("postgres@", "modesta@");
    let node = Node::start(&address, "--database-timeout 1");
    let ana = node.caller("ana", "demo");
    assert_eq!(ana.create("Ana").unwrap().status, 200);
    // The connection that asks whether the server answers is the one without a statement.
    cluster.sql(
        "postgres",
        "ALTER ROLE modesta CONNECTION LIMIT 0;
         SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'modesta' AND query = ''",
    );
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(2) {
        assert_eq!(ana.create("Ana").unwrap().status, 200);
    }
    assert_eq!(node.says("the database does not answer"), 0, "{}", node.log());
}

#[test]
fn a_node_that_ends_while_the_database_hangs_ends() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let mut node = Node::start(&cluster.address("postgres"), "");
    cluster.hang();
    let ana = node.caller("ana", "demo");
    thread::scope(|scope| {
        scope.spawn(|| assert_eq!(ana.create("Lost"), Some(Answer::unavailable())));
        thread::sleep(Duration::from_millis(100));
        node.signal("TERM");
    });
    let (well, log) = node.wait();
    assert!(well, "{log}");
    cluster.go_on();
}
