//! What many callers are told of the same contacts can be explained by one contact at a time, whatever fails meanwhile.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::calls::{body, draw, tell};
use crate::faults::{Crashes, Faults, Kills};
use crate::linear::is_linearizable;
use crate::model::*;
use crate::scale::{random, scale};
use crate::support::*;
use crate::wire::{Wire, request};

const CLIENTS: usize = 8;
const OPERATIONS: usize = 2_000;

/// How many contacts are asked about at a time: few, so that callers meet.
const CONTACTS: usize = 4;

/// After a call that was not answered.
const PAUSE: Duration = Duration::from_millis(50);

/// One history of several contacts, while it is made.
struct History {
    start: Instant,
    ports: [u16; 2],
    user: String,
    /// The contacts that are asked about, and those that were before.
    contacts: Mutex<Vec<String>>,
    operations: Mutex<HashMap<String, Vec<Operation>>>,
    count: AtomicUsize,
}

impl History {
    fn new(ports: [u16; 2], number: usize) -> Self {
        Self {
            start: Instant::now(),
            ports,
            user: format!("user{number}"),
            contacts: Mutex::default(),
            operations: Mutex::default(),
            count: AtomicUsize::new(0),
        }
    }

    fn now(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }

    /// A caller of each node.
    fn callers(&self) -> [Client; 2] {
        self.ports.map(|port| Client::new(port, &self.user, "demo"))
    }

    /// Makes contacts until there are enough.
    fn add(&self, caller: &Client, enough: usize) {
        while self.contacts.lock().unwrap().len() < enough {
            let answer = caller.post(
                "contacts/contact",
                &json!({
                    "action": "create", "first_name": "F0", "last_name": "L0", "phone": "P0"
                }),
            );
            let Some(answer) = answer.filter(|answer| answer.status == 200) else {
                thread::sleep(PAUSE);
                continue;
            };
            self.contacts.lock().unwrap().push(answer.body["uuid"].as_str().unwrap().to_owned());
        }
    }

    fn record(&self, contact: &str, operation: Operation) {
        self.operations.lock().unwrap().entry(contact.to_owned()).or_default().push(operation);
    }

    /// Asks something of a contact, and records it with what came of it; whether that is known.
    fn ask(&self, caller: &Client, contact: &str, call: Call) -> bool {
        let sent = self.now();
        let told = tell(caller, contact, call);
        self.record(contact, Operation { call, sent, answer: told.map(|told| (told, self.now())) });
        told.is_some()
    }

    /// Sends a request, whole or in part, and hangs up. What was not sent whole can have no effect, and is not recorded.
    fn hang_up(&self, caller: &Client, port: u16, contact: &str, call: Call, random: &mut fastrand::Rng) {
        let (path, body) = body(contact, call);
        let bytes = request("POST", path, &caller.token, "x", &body.to_string());
        let whole = random.u8(0..3) > 0;
        let part = if whole { bytes.len() } else { random.usize(1..bytes.len()) };
        let sent = self.now();
        let Ok(wire) = Wire::connect(port) else { return thread::sleep(PAUSE) };
        // Also what seems not to have been sent may have arrived.
        let _ = wire.send(&bytes[..part]);
        if whole {
            self.record(contact, Operation { call, sent, answer: None });
        }
        thread::sleep(Duration::from_micros(random.u64(0..3_000)));
    }

    fn run_client(&self, random: &mut fastrand::Rng) {
        let callers = self.callers();
        loop {
            let number = self.count.fetch_add(1, Ordering::Relaxed);
            if number >= OPERATIONS {
                return;
            }
            let node = random.usize(0..2);
            let caller = &callers[node];
            let contact = {
                let contacts = self.contacts.lock().unwrap();
                // Sometimes one of before, which has been deleted since.
                let oldest = if random.u8(0..20) == 0 { 0 } else { contacts.len() - CONTACTS };
                contacts[random.usize(oldest..contacts.len())].clone()
            };
            let call = draw(number as u32 + 1, random);
            if random.u8(0..25) == 0 {
                self.hang_up(caller, self.ports[node], &contact, call, random);
            } else if !self.ask(caller, &contact, call) {
                thread::sleep(PAUSE);
            }
            if call == Call::Delete {
                let enough = self.contacts.lock().unwrap().len() + 1;
                self.add(caller, enough);
            }
        }
    }

    /// All callers at once, and what happens to the service meanwhile; in the end everybody is asked what is left.
    fn run(&self, random: &mut fastrand::Rng, faults: &mut impl Faults) {
        let [caller, _] = self.callers();
        self.add(&caller, CONTACTS);
        let seeds: Vec<u64> = (0..CLIENTS).map(|_| random.u64(..)).collect();
        thread::scope(|scope| {
            for seed in seeds {
                scope.spawn(move || self.run_client(&mut fastrand::Rng::with_seed(seed)));
            }
            let mut at = 0;
            loop {
                at += random.usize(OPERATIONS / 5..OPERATIONS / 3);
                if at >= OPERATIONS {
                    break;
                }
                until("calls go on", || self.count.load(Ordering::Relaxed) >= at);
                faults.strike(random);
            }
        });
        for contact in self.contacts.lock().unwrap().iter() {
            for caller in self.callers() {
                for call in [Call::Read, Call::List(Some(true)), Call::List(Some(false))] {
                    until("all is well again", || self.ask(&caller, contact, call));
                }
            }
        }
    }
}

fn check(what: &str, ports: [u16; 2], histories: usize, mut faults: impl Faults) {
    let mut random = random();
    let seed = random.get_seed();
    let (mut operations, mut unknown, mut right, mut wrong) = (0, 0, Vec::new(), Vec::new());
    let mut checking = Duration::ZERO;
    for number in 0..histories {
        let history = History::new(ports, number);
        history.run(&mut random, &mut faults);
        let start = Instant::now();
        for told in history.operations.into_inner().unwrap().into_values() {
            operations += told.len();
            unknown += told.iter().filter(|operation| operation.answer.is_none()).count();
            let explained = is_linearizable(Contact::new(0), &told);
            if explained { &mut right } else { &mut wrong }.push(told);
        }
        checking += start.elapsed();
    }
    let doctored = right.iter().map(|told| doctored_are_flagged(told)).sum::<usize>();
    println!(
        "{what}: {histories} histories of {} contacts, {operations} calls, {unknown} without a sure answer, {}; \
         {} can't be explained, nor {doctored} doctored ones; checked in {checking:?} (seed {seed})",
        right.len() + wrong.len(),
        faults.told(),
        wrong.len()
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(doctored > 0 && unknown > 0 && unknown < operations / 2, "the test shows little");
}

/// Goes on from a history with what can be true and with what can't; how many of these there were.
fn doctored_are_flagged(told: &[Operation]) -> usize {
    // Of a contact that may have been deleted, little can be said.
    if told.iter().any(|operation| operation.call == Call::Delete) {
        return 0;
    }
    let explained = |calls: &[(Call, Told)]| {
        let last = told.iter().filter_map(|operation| Some(operation.answer?.1)).max().unwrap_or(0);
        let mut told = told.to_vec();
        for (sent, (call, answer)) in (last + 1..).step_by(2).zip(calls) {
            told.push(Operation { call: *call, sent, answer: Some((*answer, sent + 1)) });
        }
        is_linearizable(Contact::new(0), &told)
    };
    let (one, two) = (u32::MAX - 2, u32::MAX - 1);
    let update = |names| (Call::Update { names, email: Edit::Set(Some(names)) }, Told::Updated(Some(names)));
    let read = |names| (Call::Read, Told::Shown { names, email: Some(names) });
    let keep = |email| (Call::Update { names: two, email: Edit::Keep }, Told::Updated(Some(email)));
    assert!(explained(&[update(one), update(two), read(two)]) && explained(&[update(one), keep(one)]));
    assert!(!explained(&[update(one), update(two), read(one)]), "a stale read");
    assert!(!explained(&[update(two), update(one), keep(two)]), "a lost update");
    // Each that somebody may still activate in between, and one more.
    let pending =
        told.iter().filter(|operation| operation.call == Call::Activate && operation.answer.is_none());
    let inactivated = vec![(Call::Inactivate, Told::Done); pending.count() + 2];
    assert!(!explained(&inactivated), "inactivated twice");
    3
}

#[test]
fn calls_on_two_nodes_are_linearizable_while_postgresql_crashes() {
    let _alone = alone();
    let crashes = Crashes::new();
    let address = crashes.address();
    let nodes = [(); 2].map(|()| Node::start(&address, "--database-connections 4"));
    check("PostgreSQL, 2 nodes", [nodes[0].port, nodes[1].port], scale(2, 50), crashes);
}

#[test]
fn calls_are_linearizable_while_the_node_on_sqlite_is_killed() {
    let _alone = alone();
    let kills = Kills::new(1);
    let port = kills.port(0);
    check("SQLite", [port, port], scale(2, 50), kills);
}

#[test]
fn calls_on_two_nodes_with_one_file_are_linearizable_while_one_is_killed() {
    let _alone = alone();
    let kills = Kills::new(2);
    check("SQLite, 2 nodes on one file", [kills.port(0), kills.port(1)], scale(2, 50), kills);
}
