//! More calls than the service can answer: it goes on answering as many as before, and refuses the others at once.

use std::fs;
use std::ops::AddAssign;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

use crate::scale::scale;
use crate::support::*;

/// What callers do: search for what is not there, which reads all names, and costs the same each time. The names are
/// long, so that a search costs the service much more than a refusal.
const SEARCH: &str = r#"{"filters":{"search":"qqqq"}}"#;

/// How many callers there are: more than may wait for the database.
const CONNECTIONS: usize = 1600;

/// How many may wait for the database.
const WAITING: usize = 1024;

/// How many times as many calls as can be answered would come if refusals took no time.
const FOLD: f64 = 4.3;

/// How many callers look how long a refusal takes.
const KNOCKERS: usize = 16;

/// wrk says how many answers there were of each kind. Each connection waits so many milliseconds after an answer, more or
/// less: else all would call in the same moments.
const SCRIPT: &str = r#"
function init()
    answered, refused, other = 0, 0, 0
end
function delay()
    return math.random(0, 2 * pause)
end
function response(status)
    if status == 200 then answered = answered + 1
    elseif status == 503 then refused = refused + 1
    else other = other + 1 end
end
local threads = {}
function setup(thread)
    table.insert(threads, thread)
end
function done(summary)
    local sums = { answered = 0, refused = 0, other = 0 }
    for _, thread in ipairs(threads) do
        for name in pairs(sums) do sums[name] = sums[name] + thread:get(name) end
    end
    local errors = summary.errors
    local lost = errors.connect + errors.read + errors.write + errors.timeout
    io.write(string.format("figures %d %d %d %d %d\n",
        sums.answered, sums.refused, sums.other, lost, summary.duration))
end
"#;

/// How many calls a second had which outcome.
#[derive(Debug, Default)]
struct Outcome {
    answered: f64,
    refused: f64,
}

impl Outcome {
    fn offered(&self) -> f64 {
        self.answered + self.refused
    }
}

impl AddAssign for Outcome {
    fn add_assign(&mut self, other: Self) {
        self.answered += other.answered;
        self.refused += other.refused;
    }
}

/// Does something on one core: the service on the first, its callers on the second, so that neither takes the time of the
/// other. Programs and threads that are started meanwhile stay there.
fn on_core<T: Send>(which: usize, does: impl FnOnce() -> T + Send) -> T {
    let on_it = || {
        let all = sched_getaffinity(None).unwrap();
        let core =
            (0..CpuSet::MAX_CPU).filter(|core| all.is_set(*core)).nth(which).expect("there are two cores");
        let mut only = CpuSet::new();
        only.set(core);
        sched_setaffinity(None, &only).unwrap();
        does()
    };
    thread::scope(|scope| scope.spawn(on_it).join().unwrap())
}

/// Calls from so many connections for some seconds, each of which pauses after an answer.
fn load(folder: &Path, caller: &Client, connections: usize, pause: u64, seconds: u64) -> Outcome {
    let script = folder.join("load.lua");
    let request = format!(
        "wrk.method = \"POST\"\nwrk.body = [[{SEARCH}]]\nwrk.headers[\"Authorization\"] = \"Bearer {}\"\npause = {pause}\n",
        caller.token
    );
    // A pause of nothing is still a timer: who never pauses has none.
    let script_text =
        if pause == 0 { SCRIPT.replace("function delay", "function no_delay") } else { SCRIPT.into() };
    fs::write(&script, request + &script_text).unwrap();
    let said = Command::new("wrk")
        .args([
            "-t",
            "1",
            "-c",
            &connections.to_string(),
            "-d",
            &seconds.to_string(),
            "--timeout",
            "60",
            "-s",
        ])
        .arg(script)
        .arg(format!("http://127.0.0.1:{}/api/sales/contacts/", caller.port()))
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let said = String::from_utf8(said.stdout).unwrap();
    let figures = said.lines().find_map(|line| line.strip_prefix("figures ")).expect(&said);
    let figures: Vec<f64> = figures.split(' ').map(|figure| figure.parse().unwrap()).collect();
    let [answered, refused, other, lost, duration] = figures[..] else { panic!("{said}") };
    assert_eq!((other, lost), (0.0, 0.0), "every call is answered, with 200 or 503: {said}");
    let second = duration / 1e6;
    Outcome { answered: answered / second, refused: refused / second }
}

#[test]
fn four_times_the_load_is_answered_as_well_and_the_rest_refused_at_once() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder.path().join("contacts.db"));
    let rows: String = (0..100_000)
        .map(|row| format!("Ana Maria de los Angeles Guadalupe{row},de la Paz y del Monte Mayor\n"))
        .collect();
    fs::write(folder.path().join("people.csv"), format!("first_name,last_name\n{rows}")).unwrap();
    let people = folder.path().join("people.csv").display().to_string();
    done(&database, &format!("import {people} --user ana --workspace demo"));
    let node = on_core(0, || Node::start(&database, "--log warn"));
    on_core(1, || is_answered_as_well(&node, folder.path()));
}

fn is_answered_as_well(node: &Node, folder: &Path) {
    // Both loads take turns, so that a moment in which the machine is slow is one of both.
    let (rounds, seconds) = scale((1, 5), (5, 6));
    let caller = node.caller("ana", "demo");
    let (mut peak, mut over) = (Outcome::default(), Outcome::default());
    let (mut refusals, mut before, mut grown, mut pause) = (Vec::new(), None, 0, 0);
    for _ in 0..rounds {
        peak += load(folder, &caller, 32, 0, seconds);
        assert_eq!(peak.refused, 0.0);
        if pause == 0 {
            // A thousand wait for the database. All calls come from the others, who call four times as often as can be
            // answered.
            pause = (1000.0 * (CONNECTIONS - WAITING) as f64 / (FOLD * peak.answered)) as u64;
        }
        let before = *before.get_or_insert_with(|| node.memory());
        let round = overload(node, folder, &caller, pause.max(1), seconds);
        over += round.outcome;
        refusals.extend(round.refusals);
        grown = grown.max(round.memory.saturating_sub(before) >> 20);
    }
    thread::sleep(Duration::from_secs(5));
    let start = Instant::now();
    assert_eq!(search(&caller).status, 200, "it is over");
    let after = start.elapsed();
    refusals.sort();
    let late = refusals.get(refusals.len() * 99 / 100).copied().unwrap_or_default();
    let part = over.answered / peak.answered;
    let a_second = |sum: f64| sum / rounds as f64;
    println!(
        "overload: {:.0} searches a second at the peak; offered {:.0} from {CONNECTIONS} connections, {:.0} answered \
         ({part:.2} of the peak), {:.0} refused, 99 of 100 within {late:?}; {grown} MiB more; a call 5 s later {after:?}",
        a_second(peak.answered),
        a_second(over.offered()),
        a_second(over.answered),
        a_second(over.refused)
    );
    assert!(over.offered() > 2.5 * peak.answered, "the load was none: the test shows nothing");
    assert!(over.refused > 0.0 && !refusals.is_empty());
    // What is promised is more; a machine that does other things meanwhile must not fail the test.
    assert!(part > 0.4);
    assert!(late < Duration::from_secs(1) && after < Duration::from_secs(1));
    assert!(grown <= 64);
}

/// What was seen while more was asked than can be answered.
struct Overload {
    outcome: Outcome,
    /// How long refusals took.
    refusals: Vec<Duration>,
    /// The most memory that the service had, in bytes.
    memory: u64,
}

fn overload(node: &Node, folder: &Path, caller: &Client, pause: u64, seconds: u64) -> Overload {
    let stop = AtomicBool::new(false);
    let done = || stop.load(Ordering::Relaxed);
    // Who is not refused waits long, so several find out how long a refusal takes.
    let knock = || {
        let mut refusals = Vec::new();
        while !done() {
            let start = Instant::now();
            let answer = search(caller);
            if answer.status == 503 {
                assert_eq!(answer, Answer::unavailable());
                refusals.push(start.elapsed());
            }
            thread::sleep(Duration::from_millis(50));
        }
        refusals
    };
    let watch = || {
        let mut most = 0;
        while !done() {
            most = most.max(node.memory());
            thread::sleep(Duration::from_millis(20));
        }
        most
    };
    thread::scope(|scope| {
        let knockers: Vec<_> = (0..KNOCKERS).map(|_| scope.spawn(knock)).collect();
        let watcher = scope.spawn(watch);
        let outcome = load(folder, caller, CONNECTIONS, pause, seconds);
        stop.store(true, Ordering::Relaxed);
        let refusals = knockers.into_iter().flat_map(|knocker| knocker.join().unwrap()).collect();
        Overload { outcome, refusals, memory: watcher.join().unwrap() }
    })
}

fn search(caller: &Client) -> Answer {
    caller.post("contacts/", &serde_json::from_str(SEARCH).unwrap()).unwrap()
}
