//! A primary and its synchronous standby.

use std::fs;
use std::io::Read as _;
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant};

use crate::crashes::Writers;
use crate::postgres::Cluster;
use crate::scale::scale;
use crate::support::*;

/// How long writes may be away.
const AWAY: Duration = Duration::from_secs(10);

fn pair() -> (Cluster, Cluster) {
    let primary = Cluster::start(&["synchronous_standby_names=dos"]);
    let standby = Cluster::standby_of(&primary, "dos", &[]);
    let state = "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'";
    until("the standby follows", || primary.sql("postgres", state) == "1");
    (primary, standby)
}

fn address(primary: &Cluster, standby: &Cluster) -> String {
    format!(
        "host=127.0.0.1,127.0.0.1 port={},{} user=postgres dbname=postgres target_session_attrs=read-write",
        primary.port, standby.port
    )
}

/// Promotes the standby under load, after something happened to the primary.
fn fail_over(what: &str, happen: impl FnOnce(&mut Cluster)) {
    let (mut primary, standby) = pair();
    let node = Node::start(&address(&primary, &standby), "--database-connections 8");
    let writers = Writers::default();
    thread::scope(|scope| {
        let _stop = writers.stop_in_the_end();
        for writer in 0..8 {
            let (node, writers) = (&node, &writers);
            scope.spawn(move || writers.run(&node.caller("ana", "demo"), writer));
        }
        writers.go_on_for(200);
        let start = Instant::now();
        happen(&mut primary);
        standby.promote();
        writers.go_on_for(8);
        let away = start.elapsed();
        println!("{what}: writes were away for {away:?}");
        assert!(away < AWAY, "writes were away for {away:?}");
        writers.go_on_for(200);
    });
    writers.check(what, node.caller("ana", "demo").all());
}

#[test]
fn after_a_primary_that_crashed_writes_go_on_at_the_standby_and_nothing_is_lost() {
    let _alone = alone();
    (0..scale(1, 10)).for_each(|_| fail_over("the primary crashed", Cluster::crash));
}

#[test]
fn after_a_primary_that_hangs_writes_go_on_at_the_standby_and_nothing_is_lost() {
    let _alone = alone();
    (0..scale(1, 10)).for_each(|_| fail_over("the primary hangs", |primary| primary.hang()));
}

#[test]
fn a_write_that_the_standby_does_not_have_is_not_acknowledged() {
    // It only waits, so others may go on.
    let (primary, mut standby) = pair();
    let node = Node::start(&address(&primary, &standby), "");
    let ana = node.caller("ana", "demo");
    assert_eq!(ana.create("First").unwrap().status, 200);
    standby.crash();
    assert_eq!(ana.create("Second"), Some(Answer::unavailable()));
    assert_eq!(ana.find("second"), Vec::<String>::new(), "others don't see it either");
    // The server waits on, because nobody has asked it to stop.
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'";
    assert_eq!(primary.sql("postgres", waiting), "1");
    standby.restart();
    until("the write is through", || ana.find("second") == ["Second"]);
}

#[test]
fn an_import_whose_commit_is_not_answered_says_that_nobody_knows() {
    // It only waits, so others may go on.
    let (primary, mut standby) = pair();
    let database = primary.address("postgres");
    done(&database, "migrate");
    let folder = tempfile::tempdir().unwrap();
    let people = folder.path().join("people.csv");
    fs::write(&people, "first_name,last_name\n,Nobody\nAna,Paz\nEva,Gil\n").unwrap();
    standby.crash();
    let import = format!("import {} --user ana --workspace demo", people.display());
    let mut import = contacts(&database, &import).stderr(Stdio::piped()).spawn().unwrap();
    let waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'SyncRep' AND query = 'COMMIT'";
    let mut pid = String::new();
    until("the commit waits for the standby", || {
        pid = primary.sql("postgres", waiting);
        !pid.is_empty()
    });
    primary.end_session(&pid);
    assert!(!import.wait().unwrap().success());
    let mut said = String::new();
    import.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let hint = "0 contacts are in, and those of the lines 2 to 4 perhaps; look for that of line 3, and go on with --from-line 5";
    assert!(said.contains(hint), "{said}");
    assert!(
        fs::read_to_string(folder.path().join("people.rejected.csv")).unwrap().contains("\n2,first_name ")
    );
    let held = done(&database, "export --user ana --workspace demo");
    assert_eq!(held.lines().skip(1).collect::<Vec<_>>(), ["Ana,Paz,,", "Eva,Gil,,"], "they were in");
}

#[test]
fn connections_to_a_server_that_turned_read_only_are_dropped_and_writes_go_on_when_it_takes_them_again() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let database = cluster.address("postgres");
    for address in [database.clone(), format!("{database}?target_session_attrs=read-write")] {
        let node = Node::start(&address, "--database-connections 4");
        let writers = Writers::default();
        // The connection that only asks whether the server answers is no matter.
        let sessions = || {
            let sessions =
                "SELECT pid FROM pg_stat_activity WHERE application_name = 'contacts' AND query <> ''";
            cluster.sql("postgres", sessions).lines().map(str::to_owned).collect::<Vec<_>>()
        };
        thread::scope(|scope| {
            let _stop = writers.stop_in_the_end();
            for writer in 0..8 {
                let (node, writers) = (&node, &writers);
                scope.spawn(move || writers.run(&node.caller("ana", "demo"), writer));
            }
            writers.go_on_for(50);
            until("the connections that creates share are in use", || sessions().len() >= 2);
            let before = sessions();
            cluster.set("default_transaction_read_only", "on");
            let mut count = writers.acknowledged();
            until("writes are refused", || {
                thread::sleep(Duration::from_millis(50));
                std::mem::replace(&mut count, writers.acknowledged()) == count
            });
            until("the connections are dropped", || sessions().iter().all(|pid| !before.contains(pid)));
            let start = Instant::now();
            cluster.set("default_transaction_read_only", "off");
            writers.go_on_for(50);
            let took = start.elapsed();
            println!("writes go on {took:?} later");
            assert!(took < AWAY, "it took {took:?}");
        });
        let ana = node.caller("ana", "demo");
        writers.check("a server turned read-only", ana.all());
        for uuid in column(&ana.done("contacts/", &json!({ "action": "lite" })), "uuid") {
            ana.done("contacts/contact", &json!({ "action": "delete", "uuid": uuid }));
        }
    }
}

#[test]
fn writes_that_wait_for_a_standby_take_no_more_connections_than_a_node_may_have() {
    // It only waits, so others may go on.
    let (primary, mut standby) = pair();
    let node = Node::start(&address(&primary, &standby), "--database-connections 4");
    assert_eq!(node.caller("ana", "demo").create("First").unwrap().status, 200);
    standby.crash();
    thread::scope(|scope| {
        for _ in 0..30 {
            let ana = node.caller("ana", "demo");
            scope.spawn(move || assert_eq!(ana.create("Waits"), Some(Answer::unavailable())));
        }
    });
    let sessions = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'contacts'";
    let sessions: u32 = primary.sql("postgres", sessions).parse().unwrap();
    // One more asks whether the server answers.
    assert!(sessions <= 5, "{sessions} sessions");
    standby.restart();
    until("writes go on", || node.caller("ana", "demo").create("Back").unwrap().status == 200);
}
