//! Contacts that others make, change and delete all the time, and who of them is there.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::support::*;

/// More than a part of the list that `lite` reads at a time, and more than a search walks over before it asks an index.
pub(crate) const PEOPLE: usize = 2_500;

/// What a contact is throughout its life; its last name, email and phone change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Person {
    /// Those who were there in the beginning are in this order.
    pub(crate) number: Option<usize>,
    pub(crate) alba: bool,
    pub(crate) linked: bool,
    pub(crate) inactive: bool,
}

/// Who is there, as far as it was acknowledged.
#[derive(Clone, Default)]
pub(crate) struct People {
    pub(crate) there: HashMap<String, Person>,
    pub(crate) deleted: HashSet<String>,
}

/// Which contacts a walk asks for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) alba: bool,
    pub(crate) linked: bool,
    pub(crate) inactive: Option<bool>,
    pub(crate) contacts: HashSet<String>,
}

impl Filter {
    pub(crate) fn draw(people: &People, random: &mut fastrand::Rng) -> Self {
        let mut filter = Self::default();
        if random.bool() {
            filter.alba = random.bool();
            filter.linked = random.bool();
            filter.inactive = random.choice([None, Some(true), Some(false)]).unwrap();
        }
        if random.u8(0..5) == 0 {
            filter.contacts = people.there.keys().take(random.usize(1..500)).cloned().collect();
            filter.contacts.insert(UNKNOWN.into());
        }
        filter
    }

    pub(crate) fn passes(&self, uuid: &String, person: &Person) -> bool {
        (person.alba || !self.alba)
            && (person.linked || !self.linked)
            && self.inactive.is_none_or(|inactive| inactive == person.inactive)
            && (self.contacts.is_empty() || self.contacts.contains(uuid))
    }

    pub(crate) fn body(&self, account: &str) -> Value {
        let status = match self.inactive {
            None => "all",
            Some(true) => "inactive",
            Some(false) => "active",
        };
        let search = if self.alba { "alba" } else { "" };
        let accounts = if self.linked { vec![account] } else { Vec::new() };
        json!({ "status": status, "search": search, "accounts": accounts, "contacts": self.contacts })
    }
}

/// The same list over all nodes, and who is in it.
pub(crate) struct Crowd {
    pub(crate) callers: Vec<Client>,
    pub(crate) account: String,
    pub(crate) people: Mutex<People>,
    pub(crate) walks: AtomicUsize,
    /// Somebody failed, so that nobody needs to go on.
    pub(crate) failed: AtomicBool,
}

impl Crowd {
    /// Imports the first people, and inactivates some of them.
    pub(crate) fn new(database: &str, nodes: &[Node]) -> Self {
        let callers: Vec<Client> = nodes.iter().map(|node| node.caller("ana", "demo")).collect();
        let mut csv = "first_name,last_name,account\n".to_owned();
        for number in 0..PEOPLE {
            csv +=
                &format!("{},N{number},{}\n", ["Alba", "Eva", "Eva"][number % 3], ["Acme", ""][number % 2]);
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("people.csv");
        fs::write(&file, csv).unwrap();
        done(database, &format!("import {} --user ana --workspace demo", file.display()));
        let list = callers[0].done("contacts/", &json!({ "action": "lite" }));
        let mut people = People::default();
        for (number, uuid) in column(&list, "uuid").into_iter().enumerate() {
            let (alba, linked, inactive) = (number % 3 == 0, number % 2 == 0, number % 10 == 0);
            if inactive {
                act(&callers[0], "inactivate", &uuid);
            }
            people.there.insert(uuid, Person { number: Some(number), alba, linked, inactive });
        }
        assert_eq!(people.there.len(), PEOPLE);
        let account = column(&callers[0].done("accounts/", &json!({})), "uuid").remove(0);
        Self {
            callers,
            account,
            people: people.into(),
            walks: AtomicUsize::new(0),
            failed: AtomicBool::new(false),
        }
    }

    /// So many walks are to be made, while as many are deleted.
    pub(crate) fn goes_on(&self, walks: usize) -> bool {
        let done =
            self.walks.load(Ordering::Relaxed) >= walks && self.people.lock().unwrap().deleted.len() >= walks;
        !done && !self.failed.load(Ordering::Relaxed)
    }

    /// Makes, changes and deletes contacts until the walks are done.
    pub(crate) fn change(&self, walks: usize, random: &mut fastrand::Rng) {
        let _failed = Failed(&self.failed);
        while self.goes_on(walks) {
            let caller = random.choice(&self.callers).unwrap();
            let count = self.people.lock().unwrap().there.len();
            match random.u8(0..4) {
                0 if count < 2 * PEOPLE => self.make(caller, random),
                1 if count > PEOPLE / 2 => self.delete(caller, random),
                _ => self.update(caller, random),
            }
        }
    }

    fn make(&self, caller: &Client, random: &mut fastrand::Rng) {
        let person =
            Person { number: None, alba: random.bool(), linked: random.bool(), inactive: random.bool() };
        let made = caller.create(if person.alba { "Alba" } else { "Eva" }).unwrap();
        let uuid = made.body["uuid"].as_str().unwrap().to_owned();
        if person.linked {
            let pair = json!({ "contact_uuid": uuid, "account_uuid": self.account, "rol_id": 1 });
            caller.done("contacts/associate-account", &pair);
        }
        if person.inactive {
            act(caller, "inactivate", &uuid);
        }
        self.people.lock().unwrap().there.insert(uuid, person);
    }

    fn delete(&self, caller: &Client, random: &mut fastrand::Rng) {
        let Some((uuid, _)) = self.take(random) else { return };
        act(caller, "delete", &uuid);
        self.people.lock().unwrap().deleted.insert(uuid);
    }

    fn update(&self, caller: &Client, random: &mut fastrand::Rng) {
        let chosen = {
            let people = self.people.lock().unwrap();
            let place = random.usize(..people.there.len());
            people.there.iter().nth(place).map(|(uuid, person)| (uuid.clone(), *person))
        };
        let Some((uuid, person)) = chosen else { return };
        let body = json!({
            "action": "update", "uuid": uuid, "first_name": if person.alba { "Alba" } else { "Eva" },
            "last_name": "x".repeat(random.usize(1..40)), "phone": random.u32(..).to_string()
        });
        // Somebody else may have deleted it meanwhile.
        assert!(matches!(caller.post("contacts/contact", &body).unwrap().status, 200 | 400));
    }

    /// Somebody who is about to be deleted, and so is not there throughout.
    fn take(&self, random: &mut fastrand::Rng) -> Option<(String, Person)> {
        let mut people = self.people.lock().unwrap();
        let uuid = people.there.keys().nth(random.usize(..people.there.len())).cloned()?;
        people.there.remove_entry(&uuid)
    }
}

pub(crate) fn act(caller: &Client, action: &str, uuid: &str) {
    caller.done("contacts/contact", &json!({ "action": action, "uuid": uuid }));
}

/// Tells the others when a test fails.
pub(crate) struct Failed<'a>(pub(crate) &'a AtomicBool);

impl Drop for Failed<'_> {
    fn drop(&mut self) {
        self.0.fetch_or(thread::panicking(), Ordering::Relaxed);
    }
}
