//! Walks over the pages of a list while others make, change and delete contacts: who is there throughout is seen once, and
//! nobody twice.

use std::collections::HashSet;
use std::sync::atomic::Ordering;
use std::thread;

use crate::crowd::{Crowd, Failed, Filter, People};
use crate::postgres::Cluster;
use crate::scale::{random, scale};
use crate::support::*;

/// Who was there before and after, what was asked for, and who was seen.
struct Walk {
    before: People,
    after: People,
    filter: Filter,
    seen: Vec<String>,
}

impl Walk {
    /// Walks once over a list that some filter gives.
    fn over(crowd: &Crowd, random: &mut fastrand::Rng) -> Self {
        let before = crowd.people.lock().unwrap().clone();
        let filter = Filter::draw(&before, random);
        let mut body = json!({ "filters": filter.body(&crowd.account) });
        let mut seen = Vec::new();
        if random.u8(0..4) == 0 {
            body["action"] = "lite".into();
        }
        loop {
            // Each page from any node, and as long as anything.
            let most = random.choice([10, 100, 500, 1000]).unwrap();
            body["filters"]["page_size"] = random.u32(1..=most).into();
            let page = random.choice(&crowd.callers).unwrap().done("contacts/", &body);
            seen.extend(column(&page, "uuid"));
            match &page["next_page"] {
                Value::Null => break,
                next => body["filters"]["page"] = next.clone(),
            }
        }
        let after = crowd.people.lock().unwrap().clone();
        Self { before, after, filter, seen }
    }

    /// How many had to be seen, or what is wrong with what was seen.
    fn check(&self) -> Result<usize, String> {
        let seen: HashSet<&String> = self.seen.iter().collect();
        if seen.len() < self.seen.len() {
            return Err(format!("{} were seen twice: {:?}", self.seen.len() - seen.len(), self.filter));
        }
        if let Some(uuid) = self.before.deleted.iter().find(|uuid| seen.contains(uuid)) {
            return Err(format!("{uuid} had been deleted: {:?}", self.filter));
        }
        let mut throughout = 0;
        for (uuid, person) in &self.before.there {
            let passes = self.filter.passes(uuid, person);
            if seen.contains(uuid) && !passes {
                return Err(format!("{uuid} {person:?} was not asked for: {:?}", self.filter));
            }
            if passes && self.after.there.contains_key(uuid) {
                throughout += 1;
                if !seen.contains(uuid) {
                    return Err(format!("{uuid} {person:?} was not seen: {:?}", self.filter));
                }
            }
        }
        let numbers = self.seen.iter().filter_map(|uuid| self.before.there.get(uuid)?.number);
        if !numbers.is_sorted() { Err("not in order".to_owned()) } else { Ok(throughout) }
    }
}

/// What is wrong in a walk that was doctored must be flagged; how often one could be.
fn doctored_are_flagged(walk: &Walk) -> usize {
    let Walk { before, after, filter, seen } = walk;
    let with = |seen: Vec<String>| {
        Walk { before: before.clone(), after: after.clone(), filter: filter.clone(), seen }.check()
    };
    let Some(place) = seen.iter().position(|uuid| after.there.contains_key(uuid)) else { return 0 };
    let without = [&seen[..place], &seen[place + 1..]].concat();
    let twice = [&seen[..], &seen[place..=place]].concat();
    let deleted: Vec<String> = before.deleted.iter().take(1).cloned().collect();
    assert!(with(without).is_err() || !before.there.contains_key(&seen[place]));
    assert!(with(twice).is_err());
    assert!(deleted.is_empty() || with([&seen[..], &deleted].concat()).is_err());
    2 + deleted.len()
}

fn check(what: &str, database: &str, nodes: &[Node]) {
    const CHANGERS: usize = 4;
    const WALKERS: usize = 3;

    let mut random = random();
    let (seed, walks) = (random.get_seed(), scale(60, 1_000));
    let crowd = Crowd::new(database, nodes);
    let mut seeds = std::iter::repeat_with(|| fastrand::Rng::with_seed(random.u64(..)));
    let (changers, walkers): (Vec<_>, Vec<_>) =
        (seeds.by_ref().take(CHANGERS).collect(), seeds.by_ref().take(WALKERS).collect());
    let (throughout, doctored) = thread::scope(|scope| {
        for mut random in changers {
            let crowd = &crowd;
            scope.spawn(move || crowd.change(walks, &mut random));
        }
        let walkers: Vec<_> = walkers
            .into_iter()
            .map(|mut random| {
                let crowd = &crowd;
                scope.spawn(move || {
                    let (mut throughout, mut doctored) = (0, 0);
                    let _failed = Failed(&crowd.failed);
                    while crowd.goes_on(walks) {
                        let walk = Walk::over(crowd, &mut random);
                        throughout += walk.check().unwrap_or_else(|wrong| panic!("{wrong} (seed {seed})"));
                        doctored += doctored_are_flagged(&walk);
                        crowd.walks.fetch_add(1, Ordering::Relaxed);
                    }
                    (throughout, doctored)
                })
            })
            .collect();
        let counts = walkers.into_iter().map(|walker| walker.join().unwrap());
        counts.fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    });
    let people = crowd.people.into_inner().unwrap();
    let made = people.there.values().filter(|person| person.number.is_none()).count();
    println!(
        "{what}: {} walks, {throughout} that were there throughout all seen once, {} deleted and {made} made \
         meanwhile; {doctored} doctored ones were flagged (seed {seed})",
        crowd.walks.into_inner(),
        people.deleted.len(),
    );
    assert!(throughout > walks && doctored > walks);
}

#[test]
fn walks_on_sqlite_see_who_is_there_throughout_once() {
    let _alone = alone();
    let folder = tempfile::tempdir().unwrap();
    let database = sqlite(&folder.path().join("contacts.db"));
    check("SQLite", &database, &[Node::start(&database, "")]);
}

#[test]
fn walks_over_two_nodes_see_who_is_there_throughout_once() {
    let _alone = alone();
    let cluster = Cluster::start(&[]);
    let database = cluster.address("postgres");
    check("PostgreSQL, 2 nodes", &database, &[Node::start(&database, ""), Node::start(&database, "")]);
}
