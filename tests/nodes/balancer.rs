//! Nodes behind a load balancer, with the configuration that `deploy/` has for operators.

use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use crate::postgres::Cluster;
use crate::support::*;

struct Balancer {
    process: Child,
    port: u16,
}

impl Balancer {
    fn before(ports: [u16; 2]) -> Self {
        let port = free_port();
        let process = Command::new("haproxy")
            .args(["-db", "-f", concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/haproxy.cfg")])
            .env("LISTEN", format!("127.0.0.1:{port}"))
            .env("NODE_1", format!("127.0.0.1:{}", ports[0]))
            .env("NODE_2", format!("127.0.0.1:{}", ports[1]))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("haproxy is needed: make test installs it");
        Self { process, port }
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// How many requests of callers a node has answered.
fn answered(node: &Node) -> usize {
    node.says("\"route\":\"/api/")
}

#[test]
fn nodes_that_are_restarted_one_after_the_other_make_no_request_fail() {
    const ROUNDS: usize = 4;
    const CALLERS: usize = 8;

    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let database = cluster.address("postgres");
    let start = |port| {
        let mut node = Node::launch_at(port, &database, "--drain 2");
        node.listening();
        node
    };
    let ports = [free_port(), free_port()];
    let mut nodes = ports.map(start);
    let balancer = Balancer::before(ports);
    let caller = |user: usize| Client::new(balancer.port, &format!("user{user}"), "demo");
    until("the balancer has both", || {
        let _ = caller(0).post("roles/", &json!({}));
        nodes.iter().all(|node| answered(node) > 0)
    });
    let (stop, count) = (AtomicBool::new(false), AtomicUsize::new(0));
    let begun = Instant::now();
    thread::scope(|scope| {
        let _stop = Stop(&stop);
        for user in 0..CALLERS {
            let (client, stop, count) = (caller(user), &stop, &count);
            scope.spawn(move || {
                let name = format!("Caller{user}");
                for number in 0.. {
                    if stop.load(Ordering::Relaxed) {
                        assert_eq!(client.all().len(), number, "every write is in once");
                        return;
                    }
                    assert_eq!(client.create(&name).map(|answer| answer.status), Some(200));
                    assert_eq!(client.find(&name)[0], name);
                    count.fetch_add(2, Ordering::Relaxed);
                }
            });
        }
        for round in 0..ROUNDS {
            let place = round % 2;
            nodes[place].signal("TERM");
            let (well, log) = nodes[place].wait();
            assert!(well && !log.contains("cut off"), "{log}");
            nodes[place] = start(ports[place]);
            until("the new node is used", || answered(&nodes[place]) > 0);
        }
    });
    println!(
        "{ROUNDS} restarts in {:?}: {} requests, none failed",
        begun.elapsed(),
        count.load(Ordering::Relaxed)
    );
}

#[test]
fn while_no_node_is_there_the_balancer_answers_as_they_would() {
    let _alone = alone();
    let balancer = Balancer::before([free_port(), free_port()]);
    let client = Client::new(balancer.port, "ana", "demo");
    until("the balancer answers", || client.create("Ana").is_some());
    assert_eq!(client.create("Ana"), Some(Answer::unavailable()));
}

#[test]
fn a_node_that_is_told_to_stop_is_not_ready_and_closes_its_connections_until_it_is_told_again() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let mut node = Node::start(&cluster.address("postgres"), "--drain 60");
    assert_eq!(node.ready().status, 200);
    node.signal("TERM");
    until("it is not ready", || node.ready() == Answer::unavailable());
    let ana = node.caller("ana", "demo");
    assert_eq!(ana.create("Ana").unwrap().status, 200);
    let kept = Command::new("curl")
        .args(["-s", "-i", &format!("http://127.0.0.1:{}/health", node.port)])
        .output()
        .unwrap();
    let kept = String::from_utf8(kept.stdout).unwrap();
    assert!(kept.starts_with("HTTP/1.1 200") && kept.contains("connection: close"), "{kept}");
    assert_eq!(node.says("\"level\":\"ERROR\""), 0, "{}", node.log());
    // Told twice, it waits no longer.
    let start = Instant::now();
    node.signal("TERM");
    assert!(node.wait().0);
    assert!(start.elapsed().as_secs() < 30);
}
