//! Writes while the database crashes again and again.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use crate::postgres::Cluster;
use crate::scale::{random, scale};
use crate::support::*;

/// Callers that make contacts, each with a name of its own, and never ask twice for the same.
#[derive(Default)]
pub(crate) struct Writers {
    stop: AtomicBool,
    /// The names that were sent, and whether they were acknowledged.
    sent: Mutex<HashMap<String, bool>>,
}

impl Writers {
    /// Writes until told to stop. Whatever happens to the database, there are no other answers than 200 and 503.
    pub(crate) fn run(&self, client: &Client, writer: usize) {
        for number in 0.. {
            if self.stop.load(Ordering::Relaxed) {
                return;
            }
            let name = format!("W{writer}N{number}");
            let answer = client.create(&name).expect("the service itself is always there");
            let acknowledged = answer.status == 200;
            if !acknowledged {
                assert_eq!(answer, Answer::unavailable());
                thread::sleep(Duration::from_millis(5));
            }
            self.sent.lock().unwrap().insert(name, acknowledged);
        }
    }

    pub(crate) fn acknowledged(&self) -> usize {
        self.sent.lock().unwrap().values().filter(|acknowledged| **acknowledged).count()
    }

    /// Waits until so many more writes were acknowledged.
    pub(crate) fn go_on_for(&self, more: usize) -> Duration {
        let enough = self.acknowledged() + more;
        until("writes are acknowledged", || self.acknowledged() >= enough)
    }

    /// Stops all when what this returns is dropped, also by a test that fails.
    pub(crate) fn stop_in_the_end(&self) -> Stop<'_> {
        Stop(&self.stop)
    }

    /// Compares what is kept with what was said: nothing lost, nothing twice, nothing that nobody sent.
    pub(crate) fn check(&self, what: &str, kept: Vec<String>) {
        let sent = self.sent.lock().unwrap();
        let mut times: HashMap<&str, usize> = HashMap::new();
        for name in &kept {
            *times.entry(name).or_default() += 1;
            assert!(sent.contains_key(name), "{name}");
        }
        let acknowledged = sent.values().filter(|acknowledged| **acknowledged).count();
        let is_lost =
            |(name, acknowledged): &(&String, &bool)| **acknowledged && !times.contains_key(name.as_str());
        let lost = sent.iter().filter(is_lost).count();
        let twice = times.values().filter(|times| **times > 1).count();
        println!(
            "{what}: {} writes sent, {acknowledged} acknowledged, {} kept, {lost} lost, {twice} twice",
            sent.len(),
            kept.len()
        );
        assert_eq!((lost, twice), (0, 0));
    }
}

const WRITERS: usize = 8;

#[test]
fn crashes_of_the_database_lose_nothing_acknowledged_and_make_nothing_twice() {
    let _alone = alone();
    let (crashes, mut random) = (scale(20, 200), random());
    let seed = random.get_seed();
    let mut cluster = Cluster::start(&[]);
    let node = Node::start(&cluster.address("postgres"), "--database-connections 4");
    let writers = Writers::default();
    thread::scope(|scope| {
        let _stop = writers.stop_in_the_end();
        for writer in 0..WRITERS {
            let (node, writers) = (&node, &writers);
            scope.spawn(move || writers.run(&node.caller("ana", "demo"), writer));
        }
        for _ in 0..crashes {
            writers.go_on_for(20);
            thread::sleep(Duration::from_millis(random.u64(0..150)));
            cluster.crash();
            cluster.restart();
        }
        writers.go_on_for(20);
    });
    writers.check(&format!("{crashes} crashes (seed {seed})"), node.caller("ana", "demo").all());
}

#[test]
fn connections_that_the_server_ends_one_by_one_lose_nothing_acknowledged_and_make_nothing_twice() {
    let _alone = alone();
    let (enough, mut random) = (scale(40, 500), random());
    let cluster = Cluster::start(&[]);
    let node = Node::start(&cluster.address("postgres"), "--database-connections 4");
    let writers = Writers::default();
    let mut ended = 0;
    thread::scope(|scope| {
        let _stop = writers.stop_in_the_end();
        for writer in 0..WRITERS {
            let (node, writers) = (&node, &writers);
            scope.spawn(move || writers.run(&node.caller("ana", "demo"), writer));
        }
        while ended < enough {
            writers.go_on_for(10);
            let sessions = cluster.sessions();
            // Of those that write, of those that only read, and the one that asks whether the server answers.
            if let Some(session) = random.choice(&sessions) {
                cluster.end_session(session);
                ended += 1;
            }
        }
        writers.go_on_for(20);
    });
    let seed = random.get_seed();
    writers.check(&format!("{ended} connections ended (seed {seed})"), node.caller("ana", "demo").all());
    assert_eq!(node.ready().status, 200);
    // Who ends one connection does not take the server away.
    assert_eq!(node.says("the database does not answer"), 0, "{}", node.log());
}
