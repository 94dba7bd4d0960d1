//! What callers were told of their contacts, to be compared with what is kept.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard};

use fastrand::Rng;

use crate::support::*;

/// What a contact is like: its first name, and whether it is active; nothing if there is none.
type State = Option<(&'static str, bool)>;

const NEW: State = Some(("New", true));
const CHANGED: State = Some(("Changed", true));
const INACTIVE: State = Some(("New", false));

/// What is known of a contact.
#[derive(Clone)]
struct Known {
    uuid: String,
    /// As it was acknowledged.
    sure: State,
    /// What it may be instead, after a write without a good answer: that one may be in or not.
    perhaps: Option<State>,
}

/// All that writers know of their contacts. Each has a last name that no other has.
#[derive(Clone, Default)]
struct Contacts(HashMap<String, Known>);

/// What many writers know, and how many of their writes were acknowledged.
#[derive(Default)]
pub(crate) struct Ledger {
    contacts: Mutex<Contacts>,
    acknowledged: Mutex<usize>,
}

impl Ledger {
    fn contacts(&self) -> MutexGuard<'_, Contacts> {
        self.contacts.lock().unwrap()
    }

    pub(crate) fn acknowledged(&self) -> usize {
        *self.acknowledged.lock().unwrap()
    }

    /// Creates contacts and changes some of them, until the answer is one to stop at. All writers have other names.
    pub(crate) fn write(
        &self,
        client: &Client,
        writer: &str,
        random: &mut Rng,
        mut goes_on: impl FnMut(Option<Answer>) -> bool,
    ) {
        let mut mine = Vec::new();
        for number in 0.. {
            let name = format!("{writer}N{number}");
            let body = json!({ "action": "create", "first_name": "New", "last_name": name });
            let known = Known { uuid: String::new(), sure: None, perhaps: None };
            self.contacts().0.insert(name.clone(), known);
            let answer = self.call(client, &name, &body, NEW);
            if let Some(answer) = answer.as_ref().filter(|answer| answer.status == 200) {
                mine.push((name, answer.body["uuid"].clone()));
            }
            if !goes_on(answer) {
                return;
            }
            if mine.is_empty() || random.bool() {
                continue;
            }
            let (name, uuid) = mine.swap_remove(random.usize(..mine.len()));
            let (action, state) = *random
                .choice(&[
                    ("update", CHANGED),
                    ("update", CHANGED),
                    ("inactivate", INACTIVE),
                    ("delete", None),
                ])
                .unwrap();
            let mut body = json!({ "action": action, "uuid": uuid });
            if action == "update" {
                body["first_name"] = "Changed".into();
                body["last_name"] = name.clone().into();
            }
            if !goes_on(self.call(client, &name, &body, state)) {
                return;
            }
        }
    }

    /// A write that leads to this state.
    fn call(&self, client: &Client, name: &str, body: &Value, state: State) -> Option<Answer> {
        self.contacts().0.get_mut(name).unwrap().perhaps = Some(state);
        let answer = client.post("contacts/contact", body);
        if let Some(answer) = answer.as_ref().filter(|answer| answer.status == 200) {
            let uuid = answer.body["uuid"].as_str().unwrap().to_owned();
            *self.contacts().0.get_mut(name).unwrap() = Known { uuid, sure: state, perhaps: None };
            *self.acknowledged.lock().unwrap() += 1;
        }
        answer
    }

    /// Says what is kept otherwise than it was acknowledged. What may be in or not is from now on as it is found.
    pub(crate) fn faults(&self, client: &Client) -> Vec<String> {
        let kept = match Kept::read(client) {
            Ok(kept) => kept,
            Err(answer) => return vec![format!("a list fails: {answer:?}")],
        };
        let mut contacts = self.contacts();
        // A contact that nobody has would be missed.
        let mut wrong = contacts.clone();
        let known = Known { uuid: UNKNOWN.into(), sure: NEW, perhaps: None };
        wrong.0.insert("Nobody".into(), known);
        let faults = contacts.compare(&kept);
        assert_eq!(wrong.compare(&kept).len(), faults.len() + 1);
        faults
    }
}

impl Contacts {
    fn compare(&mut self, kept: &Kept) -> Vec<String> {
        let mut faults = kept.faults.clone();
        for (name, known) in &mut self.0 {
            let (uuid, found) = match kept.contacts.get(name) {
                Some((uuid, state)) => (uuid.as_str(), *state),
                None => ("", None),
            };
            let same = found.is_none() || known.uuid.is_empty() || known.uuid == uuid;
            if !same || (found != known.sure && Some(found) != known.perhaps) {
                let Known { sure, perhaps, .. } = known;
                faults.push(format!("{name} is {found:?} and not {sure:?} (perhaps {perhaps:?})"));
            }
            *known = Known { uuid: uuid.to_owned(), sure: found, perhaps: None };
        }
        let unknown = kept.contacts.keys().filter(|name| !self.0.contains_key(*name));
        faults.extend(unknown.map(|name| format!("nobody made {name}")));
        faults
    }
}

/// What the service has.
struct Kept {
    contacts: HashMap<String, (String, State)>,
    faults: Vec<String>,
}

impl Kept {
    fn read(client: &Client) -> Result<Self, Option<Answer>> {
        let list = |filters: Value| {
            let answer = client.post("contacts/", &json!({ "action": "lite", "filters": filters }));
            match answer {
                Some(Answer { status: 200, body, .. }) if body["code"] == 0 => Ok(body),
                answer => Err(answer),
            }
        };
        let names = |list: &Value| column(list, "last_name").into_iter().collect::<HashSet<_>>();
        let all = list(json!({}))?;
        let inactive = names(&list(json!({ "status": "inactive" }))?);
        let mut kept = Self { contacts: HashMap::new(), faults: Vec::new() };
        let mut changed = HashSet::new();
        for row in all["data"].as_array().unwrap() {
            let text = |field: &str| row[field].as_str().unwrap().to_owned();
            let name = text("last_name");
            let first_name = if row["first_name"] == "Changed" { "Changed" } else { "New" };
            if first_name == "Changed" {
                changed.insert(name.clone());
            }
            let state = Some((first_name, !inactive.contains(&name)));
            if kept.contacts.insert(name.clone(), (text("uuid"), state)).is_some() {
                kept.faults.push(format!("{name} is there twice"));
            }
        }
        // The search index was written with the rows. Both first names have an e.
        if names(&list(json!({ "search": "e" }))?) != names(&all) {
            kept.faults.push("a search does not find all".into());
        }
        if names(&list(json!({ "search": "changed" }))?) != changed {
            kept.faults.push("a search does not find what was changed".into());
        }
        Ok(kept)
    }
}
