//! A network between the nodes and the database that loses packets, is slow, or forgets connections.

use std::thread;
use std::time::{Duration, Instant};

use crate::away::goes_and_comes;
use crate::crashes::Writers;
use crate::postgres::Cluster;
use crate::proxy::{Answers, Proxy};
use crate::scale::{random, scale};
use crate::support::*;

const CALLERS: usize = 8;

/// How soon after connections are gone, however they went, writes go on.
const AWAY: Duration = Duration::from_secs(10);

/// A server, what stands before it, and a node that knows only that.
fn behind_a_proxy() -> (Cluster, Proxy, Node) {
    let cluster = Cluster::start(&[]);
    let proxy = Proxy::before(cluster.port);
    let address = cluster.address("postgres").replace(&cluster.port.to_string(), &proxy.port.to_string());
    let node = Node::start(&address, "--database-connections 4");
    assert_eq!(node.caller("ana", "demo").create("First").unwrap().status, 200);
    (cluster, proxy, node)
}

/// Callers who write while something happens to the connections over and over, and after each time go on soon. What is
/// acknowledged is kept, and nothing is there twice.
fn writes_go_on(what: &str, times: usize, cluster: &Cluster, node: &Node, happen: impl Fn()) {
    let mut random = random();
    let writers = Writers::default();
    let mut longest = Duration::ZERO;
    thread::scope(|scope| {
        let _stop = writers.stop_in_the_end();
        for writer in 0..CALLERS {
            let (node, writers) = (node, &writers);
            scope.spawn(move || writers.run(&node.caller("ana", "demo"), writer));
        }
        for _ in 0..times {
            writers.go_on_for(20);
            thread::sleep(Duration::from_millis(random.u64(0..100)));
            let before = cluster.sessions();
            assert!(!before.is_empty());
            happen();
            until("the connections are gone", || {
                cluster.sessions().iter().all(|session| !before.contains(session))
            });
            longest = longest.max(writers.go_on_for(20));
        }
    });
    let ana = node.caller("ana", "demo");
    let mut kept = ana.all();
    assert_eq!(kept.remove(0), "First");
    let seed = random.get_seed();
    writers.check(&format!("{times} times {what}, away for {longest:?} at most (seed {seed})"), kept);
    assert!(longest < AWAY, "writes were away for {longest:?}");
    assert_eq!(node.ready().status, 200);
}

#[test]
fn connections_that_are_reset_lose_nothing_acknowledged_and_make_nothing_twice() {
    let _alone = alone();
    let (cluster, proxy, node) = behind_a_proxy();
    writes_go_on("all connections reset", scale(20, 200), &cluster, &node, || proxy.reset());
}

#[test]
fn connections_whose_server_is_gone_without_a_word_are_made_anew() {
    let _alone = alone();
    let (cluster, proxy, node) = behind_a_proxy();
    let half_open = || proxy.half_open(|_| true);
    writes_go_on("all connections half open", scale(3, 30), &cluster, &node, half_open);
    let noticed = node.says("the database answers again");
    assert!(noticed >= scale(3, 30), "it was noticed {noticed} times");
}

#[test]
fn while_the_network_loses_all_packets_requests_are_told_in_time_and_later_all_works() {
    let _alone = alone();
    let (_cluster, proxy, node) = behind_a_proxy();
    let times = scale(2, 20);
    goes_and_comes("all packets were lost", times, &node, |there| {
        proxy.answer(if there { Answers::AsTheyAre } else { Answers::Lost });
    });
    // What was on its way came when the network was back.
    let ana = node.caller("ana", "demo");
    assert!(ana.all().iter().filter(|name| *name == "Lost").count() <= times * 8);
}

#[test]
fn a_slow_network_makes_requests_slow_and_a_very_slow_one_is_none() {
    let _alone = alone();
    let (_cluster, proxy, node) = behind_a_proxy();
    let mut sent = Vec::new();
    for late in [5, 20, 100].map(Duration::from_millis) {
        proxy.answer(Answers::Late(late));
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..CALLERS {
                let ana = node.caller("ana", "demo");
                scope.spawn(move || {
                    for number in 0..scale(5, 100) {
                        let answer =
                            if number % 2 == 0 { ana.create("Slow") } else { ana.post("roles/", &json!({})) };
                        assert_eq!(answer.unwrap().status, 200);
                    }
                });
            }
        });
        sent.push(format!("{late:?} late: {} requests in {:?}", CALLERS * scale(5, 100), start.elapsed()));
        assert!(start.elapsed() >= late, "nothing was late");
    }
    println!("{}", sent.join(", "));
    assert_eq!(node.says("the database does not answer"), 0, "{}", node.log());
    goes_and_comes("the network took seconds", scale(1, 10), &node, |there| {
        proxy.answer(if there { Answers::AsTheyAre } else { Answers::Late(Duration::from_secs(4)) });
    });
}

#[test]
fn one_connection_that_is_never_answered_again_holds_up_only_who_uses_it() {
    // It only waits, so others may go on.
    let (cluster, proxy, node) = behind_a_proxy();
    // On a connection of its own, as everything is that changes something; the server answers others all the while.
    let rename = || {
        let body = json!({ "action": "update", "id": 1, "name": "Jefa" });
        node.caller("ana", "demo").post("roles/role", &body).unwrap()
    };
    let all = || {
        thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS).map(|_| scope.spawn(rename)).collect();
            callers.into_iter().map(|caller| caller.join().unwrap()).collect::<Vec<_>>()
        })
    };
    let ports = "SELECT client_port FROM pg_stat_activity WHERE application_name = 'contacts' AND query LIKE 'UPDATE%'";
    until("several connections are in use", || {
        assert!(all().iter().all(|answer| answer.status == 200));
        cluster.sql("postgres", ports).lines().count() >= 2
    });
    let lost: u16 = cluster.sql("postgres", ports).lines().next().unwrap().parse().unwrap();
    proxy.half_open(|port| port == lost);
    let start = Instant::now();
    let answers = all();
    let took = start.elapsed();
    let told = answers.iter().filter(|answer| **answer == Answer::unavailable()).count();
    println!(
        "one connection lost for good: {told} of {CALLERS} were told so after {took:?}, the others were answered"
    );
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), CALLERS - 1);
    assert_eq!(told, 1);
    assert!(took < 2 * AWAY, "it took {took:?}");
    for _ in 0..5 {
        assert!(all().iter().all(|answer| answer.status == 200));
    }
    assert_eq!(node.says("the database does not answer"), 0, "{}", node.log());
}
