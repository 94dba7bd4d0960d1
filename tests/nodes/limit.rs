//! The rate limit of several nodes under load.

use std::thread;
use std::time::{Duration, Instant};

use crate::postgres::Cluster;
use crate::redis::Redis;
use crate::scale::scale;
use crate::support::*;

const NODES: usize = 3;

/// Requests a second, over all nodes.
const RATE: usize = 300;
const LIMIT: usize = 10;
const CALLERS: usize = 12;

/// How long the load goes on.
fn seconds() -> usize {
    scale(5, 30)
}

fn nodes(cluster: &Cluster, redis: &Redis) -> Vec<Node> {
    let arguments = format!("--rate-limit {LIMIT} --redis {}", redis.address());
    (0..NODES).map(|_| Node::start(&cluster.address("postgres"), &arguments)).collect()
}

/// One user calls all nodes at a steady rate: how many requests passed and were refused, and how long it took. There
/// are no other answers.
fn load(nodes: &[Node], user: &str, seconds: usize) -> (usize, usize, Duration) {
    let start = Instant::now();
    let passed = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let client = nodes[caller % NODES].caller(user, "demo");
                scope.spawn(move || {
                    let mut passed = 0;
                    for number in (caller..RATE * seconds).step_by(CALLERS) {
                        let due = Duration::from_secs_f64(number as f64 / RATE as f64);
                        thread::sleep(due.saturating_sub(start.elapsed()));
                        let answer = client.post("roles/", &json!({})).expect("every request is answered");
                        match (answer.status, &answer.body["code"]) {
                            (200, _) => passed += 1,
                            (429, code) if *code == 3 => {}
                            _ => panic!("{answer:?}"),
                        }
                    }
                    passed
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).sum()
    });
    (passed, RATE * seconds - passed, start.elapsed())
}

/// The most that may pass: so many at once, and so many again each second.
fn most(took: Duration) -> usize {
    LIMIT * (took.as_secs() as usize + 1)
}

#[test]
fn three_nodes_let_pass_what_one_may_ask_and_no_more() {
    let _alone = alone();
    let (cluster, redis) = (Cluster::start(&[]), Redis::start());
    let nodes = nodes(&cluster, &redis);
    // A machine that is busy with something else may keep a node from Redis for a moment, which its log tells. Then each
    // node may let pass what all may otherwise.
    for attempt in 1.. {
        let lost = || nodes.iter().map(|node| node.says("Redis does not answer")).sum::<usize>();
        let before = lost();
        let (passed, refused, took) = load(&nodes, &format!("user{attempt}"), seconds());
        let away = lost() - before;
        println!("{passed} requests passed in {took:?}, {refused} were refused; Redis was away {away} times");
        let most = most(took) + away * NODES * LIMIT;
        assert!((LIMIT * seconds()..=most).contains(&passed), "{passed} passed in {took:?}");
        if away == 0 || attempt == 5 {
            break;
        }
        until("all nodes have Redis", || {
            nodes.iter().all(|node| node.says("Redis answers again") == node.says("Redis does not answer"))
        });
    }
}

#[test]
fn redis_that_is_killed_in_the_middle_makes_no_request_fail() {
    let _alone = alone();
    let (cluster, mut redis) = (Cluster::start(&[]), Redis::start());
    let nodes = nodes(&cluster, &redis);
    let quarter = Duration::from_secs(seconds() as u64) / 4;
    let (passed, refused, took) = thread::scope(|scope| {
        let load = scope.spawn(|| load(&nodes, "ana", seconds()));
        thread::sleep(quarter);
        redis.kill();
        thread::sleep(quarter * 2);
        redis.restart();
        load.join().unwrap()
    });
    println!(
        "Redis away for half of {took:?}: {passed} requests passed, {refused} were refused, none failed"
    );
    assert!(LIMIT * seconds() <= passed && passed <= NODES * most(took), "{passed} passed in {took:?}");
    for node in &nodes {
        assert!(node.says("Redis does not answer") >= 1, "{}", node.log());
        until("a node has Redis again", || {
            node.says("Redis answers again") == node.says("Redis does not answer")
        });
    }
}
