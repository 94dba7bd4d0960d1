//! Whether what callers were told of one contact can be true: whether there is an order of their calls, each at one moment
//! between its sending and its answer, in which a contact alone would have given the same answers (linearizability).
//!
//! The order is looked for as Wing and Gong do, call by call, and no place that led nowhere is looked at twice (Lowe). A
//! call without an answer may have had its effect at any later moment, or never.

use std::collections::{HashMap, HashSet};

use crate::model::*;

/// Whether there is an order that explains all answers.
pub(crate) fn is_linearizable(contact: Contact, operations: &[Operation]) -> bool {
    let search = Search::new(operations);
    let mut done = search.nothing_done();
    let mut seen = Seen::default();
    let mut path = vec![Step { contact, open: search.next(contact, &done), taken: Vec::new() }];
    while let Some(step) = path.last_mut() {
        if done.left == 0 {
            return true;
        }
        let Some(taken) = step.open.pop() else {
            // Nothing goes on from here: the step before is taken back.
            let back = path.pop().map(|step| step.taken).unwrap_or_default();
            back.iter().for_each(|place| search.take_back(*place, &mut done));
            continue;
        };
        let contact = taken.iter().fold(step.contact, |contact, place| contact.after(search.call(*place)).0);
        taken.iter().for_each(|place| search.take(*place, &mut done));
        if seen.is_new(&done, contact) {
            path.push(Step { contact, open: search.next(contact, &done), taken });
        } else {
            taken.iter().for_each(|place| search.take_back(*place, &mut done));
        }
    }
    false
}

/// A place on the way: the contact there, what may come next, and what came last.
struct Step {
    contact: Contact,
    open: Vec<Vec<usize>>,
    taken: Vec<usize>,
}

/// What has had its moment: which of the operations that were answered, and how many of each kind of the others.
struct Done {
    answered: Vec<u64>,
    left: usize,
    others: Vec<usize>,
}

/// Where the search has been.
#[derive(Default)]
struct Seen(HashMap<(Vec<u64>, Contact), Vec<Vec<usize>>>);

impl Seen {
    /// Whether it may lead anywhere to look here: not if it was looked at with no more of the others used up.
    fn is_new(&mut self, done: &Done, contact: Contact) -> bool {
        let before = self.0.entry((done.answered.clone(), contact)).or_default();
        let new = !before.iter().any(|used| used.iter().zip(&done.others).all(|(used, now)| used <= now));
        if new {
            before.push(done.others.clone());
        }
        new
    }
}

/// What is to be put into an order. Each operation that was answered has a place, and behind these each kind of others.
struct Search {
    /// What was answered, as it was sent.
    answered: Vec<Operation>,
    /// What was not, by what it may have done, and when it was sent.
    others: Vec<(Call, Vec<u64>)>,
}

impl Search {
    fn new(operations: &[Operation]) -> Self {
        let (mut answered, others): (Vec<Operation>, Vec<_>) =
            operations.iter().partition(|operation| operation.answer.is_some());
        answered.sort_by_key(|operation| operation.sent);
        let shown: HashSet<u32> = answered
            .iter()
            .filter_map(|operation| match operation.answer? {
                (Told::Shown { names, .. }, _) => Some(names),
                _ => None,
            })
            .collect();
        let mut kinds: HashMap<Call, Vec<u64>> = HashMap::new();
        for operation in others {
            let mut call = operation.call;
            // Names that nobody saw are all the same.
            if let Call::Update { names, .. } = &mut call
                && !shown.contains(names)
            {
                *names = u32::MAX;
            }
            kinds.entry(call).or_default().push(operation.sent);
        }
        let mut others: Vec<_> = kinds.into_iter().collect();
        others.iter_mut().for_each(|(_, sent)| sent.sort_unstable());
        Self { answered, others }
    }

    fn nothing_done(&self) -> Done {
        let count = self.answered.len();
        Done { answered: vec![0; count.div_ceil(64)], left: count, others: vec![0; self.others.len()] }
    }

    /// What may come next, the best last: whatever was sent before the first answer that is still to be explained, each
    /// behind what must have come just before.
    fn next(&self, contact: Contact, done: &Done) -> Vec<Vec<usize>> {
        let mut deadline = u64::MAX;
        let mut open = Vec::new();
        let first = done.answered.iter().take_while(|bits| **bits == u64::MAX).count() * 64;
        for (place, operation) in self.answered.iter().enumerate().skip(first) {
            if operation.sent > deadline {
                break;
            }
            if done.answered[place / 64] >> (place % 64) & 1 == 1 {
                continue;
            }
            let (told, answered) = operation.answer.unwrap();
            // What can't change anything is best explained as soon as it can be.
            let changes = told != Told::Refused && !matches!(operation.call, Call::Read | Call::List(_));
            if !changes && contact.after(operation.call).1 == told {
                return vec![vec![place]];
            }
            deadline = deadline.min(answered);
            open.push(place);
        }
        open.retain(|place| self.answered[*place].sent <= deadline);
        let pending = Pending { search: self, done, deadline };
        let mut next = Vec::new();
        for place in open {
            for mut before in pending.before(contact, &self.answered[place]) {
                before.push(place);
                next.push(before);
            }
        }
        // What needs little is tried first, and then in the order of sending.
        next.sort_by_key(|taken| std::cmp::Reverse((taken.len(), taken.last().copied())));
        next
    }

    fn call(&self, place: usize) -> Call {
        match self.answered.get(place) {
            Some(operation) => operation.call,
            None => self.others[place - self.answered.len()].0,
        }
    }

    fn take(&self, place: usize, done: &mut Done) {
        if place < self.answered.len() {
            done.answered[place / 64] |= 1 << (place % 64);
            done.left -= 1;
        } else {
            done.others[place - self.answered.len()] += 1;
        }
    }

    fn take_back(&self, place: usize, done: &mut Done) {
        if place < self.answered.len() {
            done.answered[place / 64] &= !(1 << (place % 64));
            done.left += 1;
        } else {
            done.others[place - self.answered.len()] -= 1;
        }
    }
}

/// What has not been answered, and may have come by now.
struct Pending<'a> {
    search: &'a Search,
    done: &'a Done,
    deadline: u64,
}

impl Pending<'_> {
    fn all(&self, wanted: impl Fn(Call) -> bool) -> Vec<usize> {
        let kinds = self.search.others.iter().zip(&self.done.others).enumerate();
        let kinds = kinds.filter(|(_, ((kind, sent), used))| {
            wanted(*kind) && sent.get(**used).is_some_and(|sent| *sent <= self.deadline)
        });
        kinds.map(|(kind, _)| self.search.answered.len() + kind).collect()
    }

    fn sets(&self, wanted: Option<u32>) -> Vec<usize> {
        self.all(|call| matches!(call, Call::Update { email: Edit::Set(email), .. } if email == wanted))
    }

    /// What of it must have come just before an operation, for its answer to be right: each way in which that can be. It is
    /// enough to look for it here, because as long as nobody sees it, it makes no difference when it came.
    fn before(&self, contact: Contact, operation: &Operation) -> Vec<Vec<usize>> {
        let (call, told) = (operation.call, operation.answer.map(|(told, _)| told));
        if told == Some(contact.after(call).1) {
            return vec![Vec::new()];
        }
        if contact.deleted {
            return Vec::new();
        }
        let each = |kinds: Vec<usize>| kinds.into_iter().map(|kind| vec![kind]).collect();
        let toggle = if contact.inactive { Call::Activate } else { Call::Inactivate };
        let (toggles, deletes) = (self.all(|call| call == toggle), self.all(|call| call == Call::Delete));
        match (told, call) {
            (Some(Told::Refused), Call::Inactivate | Call::Activate | Call::List(Some(_))) => {
                each([toggles, deletes].concat())
            }
            (Some(Told::Refused), _) => each(deletes),
            (Some(Told::Done), _) => each(toggles),
            (Some(Told::Updated(email)), Call::Update { email: Edit::Keep, .. }) => each(self.sets(email)),
            (Some(Told::Shown { names, email }), Call::List(Some(active))) if active == contact.inactive => {
                let ways = self.before_shown(contact, names, email);
                let behind = |toggle| ways.iter().map(move |way| [&[toggle], &way[..]].concat());
                toggles.into_iter().flat_map(behind).collect()
            }
            (Some(Told::Shown { names, email }), _) => self.before_shown(contact, names, email),
            _ => Vec::new(),
        }
    }

    /// The updates before names and email are as they were shown: one of the names, and one of the email before it, if it
    /// keeps that.
    fn before_shown(&self, contact: Contact, names: u32, email: Option<u32>) -> Vec<Vec<usize>> {
        if (contact.names, contact.email) == (names, email) {
            return vec![Vec::new()];
        }
        let both = self.all(|call| call == Call::Update { names, email: Edit::Set(email) });
        let mut ways: Vec<Vec<usize>> = both.into_iter().map(|both| vec![both]).collect();
        for keep in self.all(|call| call == Call::Update { names, email: Edit::Keep }) {
            if contact.email == email {
                ways.push(vec![keep]);
            } else {
                ways.extend(self.sets(email).into_iter().map(|set| vec![set, keep]));
            }
        }
        ways
    }
}
