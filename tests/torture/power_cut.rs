//! What was acknowledged is there after the power went away, whatever was not synced by then.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::Duration;

use fastrand::Rng;
use rusqlite::Connection;

use crate::disk::{Cut, Disk};
use crate::ledger::Ledger;
use crate::scale::{random, scale};
use crate::support::*;

/// A service whose power is cut again and again.
pub(crate) struct Victim {
    disk: Disk,
    ledger: Ledger,
    random: Rng,
    /// Whether syncs fail from time to time.
    pub(crate) fails: bool,
    pub(crate) figures: Figures,
}

#[derive(Default)]
pub(crate) struct Figures {
    pub(crate) cuts: usize,
    pub(crate) kills: usize,
    pub(crate) starts: usize,
    pub(crate) checkpoints: usize,
    pub(crate) acknowledged: usize,
    pub(crate) refused: usize,
}

impl Figures {
    fn add(&mut self, more: &Self) {
        self.cuts += more.cuts;
        self.kills += more.kills;
        self.starts += more.starts;
        self.checkpoints += more.checkpoints;
        self.acknowledged += more.acknowledged;
        self.refused += more.refused;
    }
}

impl Victim {
    fn new(random: Rng) -> Self {
        let (disk, ledger, figures) = (Disk::new(), Ledger::default(), Figures::default());
        Self { disk, ledger, random, fails: false, figures }
    }

    /// Starts the service on what the last cut has left, compares that with what was acknowledged, writes, and cuts the
    /// power. Says what is wrong.
    fn round(&mut self) -> Vec<String> {
        self.disk.fail(self.fails && self.random.bool());
        let mut node = self.start();
        if node.listens() {
            let client = node.caller("ana", "demo");
            let faults = self.ledger.faults(&client);
            if !faults.is_empty() {
                return faults;
            }
            self.write(&client);
            self.figures.acknowledged = self.ledger.acknowledged();
        } else {
            self.figures.starts += 1;
        }
        // A start may give up when a sync fails.
        if !node.was_killed() && !self.fails {
            return vec![format!("it ended by itself: {}", node.log())];
        }
        self.disk.catch_up(&mut self.random);
        self.figures.checkpoints += usize::from(self.disk.is_unsynced("contacts.db"));
        // Sometimes only the process ends: what it has not synced is still there, and still not safe. What it has failed to
        // sync is still there too, and nobody will write it.
        if self.random.u8(..if self.fails { 2 } else { 6 }) == 0 {
            self.figures.kills += 1;
            return Vec::new();
        }
        self.figures.cuts += 1;
        self.disk.cut(&mut self.random);
        broken(&self.disk)
    }

    fn start(&mut self) -> Node {
        let mut serve = serve(0, &self.disk.database(), "");
        let (last, of) = match self.random.u8(..6) {
            // Only a checkpoint writes to this file.
            0 | 1 => (200, "contacts.db"),
            2 => (100, ""),
            _ => (2000, ""),
        };
        let cut = Cut { step: self.random.usize(1..=last), of };
        self.disk.record(&mut serve, cut, &mut self.random);
        Node::launch_by(serve)
    }

    /// Several write, and one reads, until the power is cut.
    fn write(&mut self, client: &Client) {
        const WRITERS: usize = 3;
        const READERS: usize = 1;

        let round = self.figures.cuts + self.figures.kills;
        let (ledger, disk, fails) = (&self.ledger, &self.disk, self.fails);
        let refused = AtomicUsize::new(0);
        thread::scope(|scope| {
            let mut writers = Vec::new();
            for writer in 0..WRITERS {
                let (mut random, refused) = (self.random.fork(), &refused);
                writers.push(scope.spawn(move || {
                    ledger.write(client, &format!("R{round}W{writer}"), &mut random, |answer| {
                        let Some(answer) = answer else { return false };
                        if answer.status != 200 {
                            assert!(fails, "{answer:?}");
                            assert_eq!(answer, Answer::unavailable());
                            refused.fetch_add(1, Relaxed);
                        }
                        true
                    });
                }));
            }
            // While somebody reads, SQLite moves only a part of the log into the file at a time.
            for _ in 0..READERS {
                scope.spawn(|| while client.post("contacts/", &json!({ "action": "lite" })).is_some() {});
            }
            while fails && writers.iter().any(|writer| !writer.is_finished()) {
                disk.fail(self.random.bool());
                thread::sleep(Duration::from_millis(20));
            }
        });
        self.figures.refused += refused.into_inner();
    }
}

/// What is wrong with the files.
pub(crate) fn broken(disk: &Disk) -> Vec<String> {
    let copy = disk.copy();
    let file = copy.path().join("contacts.db");
    if !file.exists() {
        return Vec::new();
    }
    let database = Connection::open(file).unwrap();
    let said = database.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    if said.as_deref() == Ok("ok") { Vec::new() } else { vec![format!("the database is broken: {said:?}")] }
}

/// Cuts the power of several services at a time, of each so often, and adds up the figures.
fn run(random: &mut Rng, cuts: usize, fails: bool) -> Figures {
    const LANES: usize = 2;
    /// So many for each database, at most.
    const CUTS: usize = 15;

    let run = |mut random: Rng| {
        let mut figures = Figures::default();
        while figures.cuts < cuts {
            let mut victim = Victim::new(random.fork());
            victim.fails = fails;
            while victim.figures.cuts < CUTS.min(cuts - figures.cuts) {
                let faults = victim.round();
                let some = &faults[..faults.len().min(5)];
                assert!(faults.is_empty(), "{} faults: {some:?}", faults.len());
            }
            figures.add(&victim.figures);
        }
        figures
    };
    let mut all = Figures::default();
    thread::scope(|scope| {
        let lanes: Vec<_> =
            (0..LANES).map(|_| random.fork()).map(|random| scope.spawn(move || run(random))).collect();
        lanes.into_iter().for_each(|lane| all.add(&lane.join().unwrap()));
    });
    all
}

#[test]
fn power_cuts_lose_nothing_acknowledged() {
    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    let Figures { cuts, kills, starts, checkpoints, acknowledged, .. } =
        run(&mut random, scale(75, 500), false);
    println!(
        "{cuts} power cuts and {kills} kills, {starts} during a start, {checkpoints} during a checkpoint; \
         {acknowledged} writes acknowledged, 0 lost (seed {seed})"
    );
    assert!(starts > 0 && checkpoints > 0 && acknowledged > 10 * cuts, "the cuts come at the wrong moments");
}

#[test]
fn power_cuts_after_failed_syncs_lose_nothing_acknowledged() {
    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    let Figures { cuts, kills, acknowledged, refused, .. } = run(&mut random, scale(15, 75), true);
    println!(
        "{cuts} power cuts and {kills} kills while syncs fail; {acknowledged} writes acknowledged, {refused} refused, \
         0 lost (seed {seed})"
    );
    assert!(refused > cuts && acknowledged > 10 * cuts, "the syncs fail at the wrong moments");
}

#[test]
fn a_log_that_is_not_synced_loses_writes() {
    let _alone = alone();
    let mut random = random();
    let seed = random.get_seed();
    // With synchronous=NORMAL, SQLite does not sync the log at a commit. The service can't be told so, but the disk can
    // say that it has synced when it has not.
    let mut victim = Victim::new(random.fork());
    victim.disk.lies = Some("-wal");
    let faults = (0..100).map(|_| victim.round()).find(|faults| !faults.is_empty()).expect("writes are lost");
    println!("{} faults after {} power cuts without syncs (seed {seed})", faults.len(), victim.figures.cuts);
}
