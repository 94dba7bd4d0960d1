//! While the disk is full, writes are refused and reads go on; with the first free space, all is as before.

use std::fs::{self, File};
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use fastrand::Rng;

use crate::ledger::Ledger;
use crate::scale::{random, scale};
use crate::small::Small;
use crate::support::*;

/// A service on a disk that is full from time to time.
struct Victim {
    small: Small,
    ledger: Ledger,
    random: Rng,
    round: usize,
    calls: AtomicUsize,
    refused: AtomicUsize,
    reads: AtomicUsize,
    /// From the first free space to the first write.
    longest: Duration,
}

impl Victim {
    fn new(random: Rng) -> Self {
        Self {
            small: Small::new("12m"),
            ledger: Ledger::default(),
            random,
            round: 0,
            calls: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            reads: AtomicUsize::new(0),
            longest: Duration::ZERO,
        }
    }

    /// Starts a service, which must have all that was acknowledged.
    fn start(&self) -> Node {
        let database = sqlite(&self.small.path("contacts.db"));
        let mut node = Node::launch_by(self.small.enter(&serve(0, &database, "")));
        node.listening();
        assert_eq!(self.ledger.faults(&node.caller("ana", "demo")), Vec::<String>::new());
        node
    }

    /// The disk becomes full while several write and one reads, and mostly has space again before the service ends.
    fn round(&mut self) {
        const WRITERS: usize = 4;

        self.round += 1;
        self.calls.store(0, Relaxed);
        let mut node = self.start();
        let client = node.caller("ana", "demo");
        let stop = AtomicBool::new(false);
        let (moment, space) = (self.random.u64(50..500), self.random.u8(..4) > 0);
        let randoms: Vec<_> = (0..WRITERS).map(|_| self.random.fork()).collect();
        let waited = thread::scope(|scope| {
            let _stop = Stop(&stop);
            for (writer, random) in randoms.into_iter().enumerate() {
                let (victim, client, stop) = (&*self, &client, &stop);
                scope.spawn(move || victim.write(client, writer, random, stop));
            }
            scope.spawn(|| self.read(&client, &stop));
            thread::sleep(Duration::from_millis(moment));
            self.fill();
            grows("writes are refused", &self.refused, 200);
            grows("reads go on", &self.reads, 20);
            space.then(|| {
                self.free();
                let enough = self.ledger.acknowledged() + 1;
                let waited = until("a write is done", || self.ledger.acknowledged() >= enough);
                until("writes go on", || self.ledger.acknowledged() > enough + 100);
                waited
            })
        });
        self.longest = self.longest.max(waited.unwrap_or_default());
        // What the log says is for calls, not for tries of its own.
        thread::sleep(Duration::from_millis(200));
        let lines = node.log().lines().count();
        assert!(lines <= 2 * self.calls.load(Relaxed) + 20, "{lines} lines");
        thread::sleep(Duration::from_millis(200));
        assert_eq!(node.log().lines().count(), lines);
        node.signal(if self.random.bool() { "TERM" } else { "KILL" });
        node.was_killed();
        self.free();
    }

    fn write(&self, client: &Client, writer: usize, mut random: Rng, stop: &AtomicBool) {
        self.ledger.write(client, &format!("R{}W{writer}", self.round), &mut random, |answer| {
            let answer = answer.expect("the service is there");
            self.calls.fetch_add(1, Relaxed);
            if answer.status != 200 {
                assert_eq!(answer, Answer::unavailable());
                self.refused.fetch_add(1, Relaxed);
                thread::sleep(Duration::from_millis(5));
            }
            !stop.load(Relaxed)
        });
    }

    fn read(&self, client: &Client, stop: &AtomicBool) {
        while !stop.load(Relaxed) {
            client.done("contacts/", &json!({}));
            client.done("contacts/", &json!({ "filters": { "search": "changed" } }));
            self.calls.fetch_add(2, Relaxed);
            self.reads.fetch_add(2, Relaxed);
        }
    }

    /// Takes all the space that is left.
    fn fill(&self) {
        let mut file = File::create(self.small.outside("ballast")).unwrap();
        let mut piece = 1 << 16;
        while piece > 0 {
            if file.write_all(&vec![1; piece]).is_err() {
                piece /= 2;
            }
        }
    }

    fn free(&self) {
        let _ = fs::remove_file(self.small.outside("ballast"));
    }
}

fn grows(what: &str, count: &AtomicUsize, more: usize) {
    let enough = count.load(Relaxed) + more;
    until(what, || count.load(Relaxed) >= enough);
}

#[test]
fn a_full_disk_refuses_writes_and_nothing_else() {
    /// The database must not fill the disk by itself.
    const ROUNDS: usize = 5;

    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    let (mut refused, mut acknowledged, mut longest) = (0, 0, Duration::ZERO);
    let disks = scale(1, 5);
    for _ in 0..disks {
        let mut victim = Victim::new(random.fork());
        (0..ROUNDS).for_each(|_| victim.round());
        drop(victim.start());
        refused += victim.refused.load(Relaxed);
        acknowledged += victim.ledger.acknowledged();
        longest = longest.max(victim.longest);
    }
    println!(
        "{} times full: {refused} writes refused, {acknowledged} acknowledged, 0 lost; the first write after space came \
         after {longest:?} at most (seed {seed})",
        disks * ROUNDS
    );
    assert!(longest < Duration::from_secs(10), "{longest:?}");
}
