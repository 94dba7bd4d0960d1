//! The calls that read, write and sync files fail, now and then or all of them (libfiu): no such write is acknowledged, and
//! with the last error the trouble is over.

use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use tempfile::TempDir;

use crate::ledger::Ledger;
use crate::scale::{random, scale};
use crate::support::*;

/// What fails, as libfiu names it. A reduced call does a part of its work, which is no error. A sync that fails while the
/// log is moved into the file ends the service.
const FAULTS: [&str; 5] = [
    "posix/io/rw/pwrite",
    "posix/io/rw/pwrite/reduce",
    "posix/io/rw/pread",
    "posix/io/rw/ftruncate",
    "posix/io/sync/fsync",
];

/// For each database.
const ROUNDS: usize = 5;

/// A service whose files fail.
struct Victim {
    folder: TempDir,
    ledger: Ledger,
    random: Rng,
    round: usize,
    reads: AtomicUsize,
    refused_writes: AtomicUsize,
    refused_reads: AtomicUsize,
    ends: usize,
}

impl Victim {
    fn new(random: Rng) -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            ledger: Ledger::default(),
            random,
            round: 0,
            reads: AtomicUsize::new(0),
            refused_writes: AtomicUsize::new(0),
            refused_reads: AtomicUsize::new(0),
            ends: 0,
        }
    }

    /// Starts a service, which must have all that was acknowledged.
    fn start(&self) -> Node {
        let database = sqlite(&self.folder.path().join("contacts.db"));
        let serve = serve(0, &database, "");
        let mut under = Command::new("fiu-run");
        under.arg("-x").arg("-f").arg(self.folder.path().join("control"));
        under.arg(serve.get_program()).args(serve.get_args());
        for (name, value) in serve.get_envs() {
            match value {
                Some(value) => under.env(name, value),
                None => under.env_remove(name),
            };
        }
        let mut node = Node::launch_by(under);
        node.listening();
        assert_eq!(self.ledger.faults(&node.caller("ana", "demo")), Vec::<String>::new());
        node
    }

    fn control(&self, node: &mut Node, command: &str) {
        let mut control = Command::new("fiu-ctrl");
        control.arg("-f").arg(self.folder.path().join("control")).args(["-c", command]);
        assert!(control.arg(node.id().to_string()).status().unwrap().success() || node.has_ended());
    }

    /// One fault after the other comes and goes while several write and one reads.
    fn round(&mut self) {
        const WRITERS: usize = 4;

        self.round += 1;
        let mut node = self.start();
        let client = node.caller("ana", "demo");
        let stop = AtomicBool::new(false);
        let mut random = self.random.fork();
        thread::scope(|scope| {
            let _stop = Stop(&stop);
            for writer in 0..WRITERS {
                let (victim, client, stop, random) = (&*self, &client, &stop, random.fork());
                scope.spawn(move || victim.write(client, writer, random, stop));
            }
            scope.spawn(|| self.read(&client, &stop));
            for fault in FAULTS {
                // A disk that fails says EIO.
                let share = random.choice([0.02, 0.3, 1.0]).unwrap();
                self.control(
                    &mut node,
                    &format!("enable_random name={fault},probability={share},failinfo=5"),
                );
                thread::sleep(Duration::from_millis(random.u64(50..300)));
                if node.has_ended() {
                    break;
                }
                self.control(&mut node, &format!("disable name={fault}"));
                let (written, read) = (self.ledger.acknowledged(), self.reads.load(Relaxed));
                until("writes and reads go on", || {
                    let goes_on =
                        self.ledger.acknowledged() >= written + 50 && self.reads.load(Relaxed) >= read + 10;
                    goes_on || node.has_ended()
                });
            }
        });
        if node.has_ended() {
            assert_eq!(node.says("the database's file could not be synced"), 1, "{}", node.log());
            self.ends += 1;
            return;
        }
        // What can be read now is there for good, also what was not acknowledged.
        assert_eq!(self.ledger.faults(&client), Vec::<String>::new());
        node.signal(if random.bool() { "TERM" } else { "KILL" });
        node.was_killed();
    }

    fn write(&self, client: &Client, writer: usize, mut random: Rng, stop: &AtomicBool) {
        self.ledger.write(client, &format!("R{}W{writer}", self.round), &mut random, |answer| {
            let Some(answer) = answer else { return false };
            self.refused_writes.fetch_add(usize::from(is_refusal(&answer)), Relaxed);
            !stop.load(Relaxed)
        });
    }

    fn read(&self, client: &Client, stop: &AtomicBool) {
        while !stop.load(Relaxed) {
            for body in [json!({}), json!({ "filters": { "search": "changed" } })] {
                let Some(answer) = client.post("contacts/", &body) else { return };
                let refused = is_refusal(&answer);
                self.refused_reads.fetch_add(usize::from(refused), Relaxed);
                self.reads.fetch_add(usize::from(!refused), Relaxed);
            }
        }
    }
}

/// Whether an answer is one of those that say so; else it must be success.
fn is_refusal(answer: &Answer) -> bool {
    // SQLite takes a page that can't be read for a broken one.
    let failed = json!({ "res": "error", "code": 5, "info": "Internal server error" });
    let failed = Answer { status: 500, body: failed, retry_after: None };
    let refused = *answer == Answer::unavailable() || *answer == failed;
    assert!(refused || answer.status == 200, "{answer:?}");
    refused
}

#[test]
fn calls_that_fail_are_not_acknowledged_and_do_no_harm() {
    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    let (mut writes, mut reads, mut acknowledged, mut ends) = (0, 0, 0, 0);
    let databases = scale(1, 10);
    for _ in 0..databases {
        let mut victim = Victim::new(random.fork());
        (0..ROUNDS).for_each(|_| victim.round());
        drop(victim.start());
        writes += victim.refused_writes.load(Relaxed);
        reads += victim.refused_reads.load(Relaxed);
        acknowledged += victim.ledger.acknowledged();
        ends += victim.ends;
    }
    let times = databases * ROUNDS * FAULTS.len();
    println!(
        "{times} faults: {writes} writes and {reads} reads refused, {acknowledged} writes acknowledged, 0 lost; \
         {ends} times the service ended by itself (seed {seed})"
    );
    assert!(writes > 10 && reads > 0, "nothing has failed");
}
