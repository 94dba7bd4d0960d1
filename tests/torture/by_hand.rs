//! The checker of histories, on histories that are small enough to look through.

use std::time::{Duration, Instant};

use crate::calls::draw;
use crate::linear::is_linearizable;
use crate::model::*;
use crate::scale::{random, scale};

use Call::{Activate, Delete, Inactivate, Read};
use Told::{Done, Refused};

fn update(names: u32) -> Call {
    Call::Update { names, email: Edit::Keep }
}

fn shown(names: u32) -> Told {
    Told::Shown { names, email: None }
}

/// A call that was sent and answered at these moments.
fn told(sent: u64, answered: u64, call: Call, told: Told) -> Operation {
    Operation { call, sent, answer: Some((told, answered)) }
}

fn unanswered(sent: u64, call: Call) -> Operation {
    Operation { call, sent, answer: None }
}

fn explained(operations: &[Operation]) -> bool {
    is_linearizable(Contact::new(0), operations)
}

const UPDATED: Told = Told::Updated(None);

#[test]
fn one_after_the_other_is_explained_only_as_it_was() {
    let first = told(0, 1, update(1), UPDATED);
    assert!(explained(&[]));
    assert!(explained(&[first, told(2, 3, Read, shown(1))]));
    assert!(!explained(&[first, told(2, 3, Read, shown(0))]), "a stale read");
    assert!(!explained(&[first, told(2, 3, Read, shown(2))]), "a read of what nobody wrote");
    assert!(
        !explained(&[first, told(2, 3, update(2), UPDATED), told(4, 5, Read, shown(1))]),
        "a lost update"
    );
    assert!(!explained(&[first, told(2, 3, Read, Refused)]), "a lost contact");
}

#[test]
fn what_was_under_way_at_once_may_have_come_in_any_order() {
    let both = [told(0, 9, update(1), UPDATED), told(0, 9, update(2), UPDATED)];
    for (first, then, can_be) in [(1, 2, true), (2, 1, true), (0, 1, true), (0, 0, true), (1, 0, false)] {
        let reads = [told(1, 2, Read, shown(first)), told(3, 4, Read, shown(then))];
        assert_eq!(explained(&[&both[..], &reads].concat()), can_be, "{first} {then}");
    }
    let afterwards = |names| [&both[..], &[told(10, 11, Read, shown(names))]].concat();
    assert!(explained(&afterwards(1)) && explained(&afterwards(2)) && !explained(&afterwards(0)));
}

#[test]
fn of_two_that_inactivate_one_does() {
    let inactivate = |told_second| [told(0, 9, Inactivate, Done), told(1, 8, Inactivate, told_second)];
    assert!(explained(&inactivate(Refused)));
    assert!(!explained(&inactivate(Done)));
    assert!(explained(&[&inactivate(Done)[..], &[told(2, 3, Activate, Done)]].concat()));
    assert!(!explained(&[&inactivate(Done)[..], &[told(10, 11, Activate, Done)]].concat()));
    assert!(!explained(&[told(0, 1, Activate, Done)]));
    let listed = |active, told_list| {
        explained(&[told(0, 1, Inactivate, Done), told(2, 3, Call::List(active), told_list)])
    };
    assert!(listed(Some(true), Refused) && listed(Some(false), shown(0)) && listed(None, shown(0)));
    assert!(!listed(Some(true), shown(0)) && !listed(Some(false), Refused) && !listed(None, Refused));
}

#[test]
fn what_is_deleted_stays_away() {
    let delete = told(0, 1, Delete, Done);
    for call in [Read, Call::List(None), update(1), Inactivate, Activate, Delete] {
        assert!(explained(&[delete, told(2, 3, call, Refused)]), "{call:?}");
    }
    assert!(!explained(&[delete, told(2, 3, Delete, Done)]));
    assert!(!explained(&[delete, told(2, 3, Read, shown(0))]));
    assert!(!explained(&[delete, told(2, 3, update(1), UPDATED)]));
}

#[test]
fn what_was_not_answered_may_come_at_any_later_moment_or_never_but_once() {
    let unknown = unanswered(10, update(1));
    let read = |sent, names| told(sent, sent + 1, Read, shown(names));
    assert!(explained(&[unknown, read(20, 0), read(30, 0)]));
    assert!(explained(&[unknown, read(20, 0), read(30, 1)]));
    assert!(!explained(&[unknown, read(20, 1), read(30, 0)]));
    assert!(!explained(&[read(0, 1), unknown]));
    let second = told(40, 41, update(2), UPDATED);
    assert!(explained(&[unknown, read(20, 0), second, read(50, 1)]));
    assert!(!explained(&[unknown, read(20, 1), second, read(50, 1)]));
    let pending = [unanswered(0, Inactivate), unanswered(0, Inactivate)];
    let activate = |sent| told(sent, sent + 1, Activate, Done);
    assert!(explained(&[&pending[..], &[activate(1), activate(3)]].concat()));
    assert!(!explained(&[&pending[..], &[activate(1), activate(3), activate(5)]].concat()));
    assert!(!explained(&[unanswered(0, Delete), told(1, 2, Read, Refused), read(3, 0)]));
}

#[test]
fn an_email_that_is_kept_is_the_one_before() {
    let set = |names, email| Call::Update { names, email: Edit::Set(email) };
    let first = told(0, 1, set(1, Some(1)), Told::Updated(Some(1)));
    let keep = |email| [first, told(2, 3, update(2), Told::Updated(email))];
    assert!(explained(&keep(Some(1))) && !explained(&keep(None)));
    assert!(explained(&[&[unanswered(0, set(9, None))], &keep(None)[..]].concat()));
}

/// All orders of some of the operations, one by one.
fn some_order_explains(contact: Contact, left: &[Operation]) -> bool {
    let answered = |operation: &Operation| operation.answer.map_or(u64::MAX, |(_, answered)| answered);
    let deadline = left.iter().map(answered).min().unwrap_or(0);
    left.iter().all(|operation| operation.answer.is_none())
        || (0..left.len()).filter(|place| left[*place].sent <= deadline).any(|place| {
            let Operation { call, answer, .. } = left[place];
            let (after, told) = contact.after(call);
            let others = [&left[..place], &left[place + 1..]].concat();
            answer.is_none_or(|(answer, _)| answer == told) && some_order_explains(after, &others)
        })
}

#[test]
fn it_agrees_with_whoever_tries_all_orders() {
    let mut random = random();
    let (seed, histories) = (random.get_seed(), scale(20_000, 200_000));
    let mut explained_ones = 0;
    for _ in 0..histories {
        let mut operations = Vec::new();
        for number in 0..random.u32(1..7) {
            let email = random.choice([Edit::Keep, Edit::Set(None), Edit::Set(Some(number))]).unwrap();
            let calls = [
                Read,
                Read,
                Call::List(Some(number % 2 == 0)),
                Call::Update { names: number, email },
                Inactivate,
                Activate,
                Delete,
            ];
            let call = random.choice(calls).unwrap();
            // Half of the answers are such as some contact would give, the others are what comes.
            let contact = Contact {
                names: random.u32(0..3),
                email: Some(random.u32(0..6)).filter(|email| *email < 3),
                inactive: random.bool(),
                deleted: random.u8(0..6) == 0,
            };
            let sent = random.u64(0..12);
            let answer = (random.u8(0..4) > 0).then(|| (contact.after(call).1, sent + random.u64(1..6)));
            operations.push(Operation { call, sent, answer });
        }
        let tried = some_order_explains(Contact::new(0), &operations);
        assert_eq!(explained(&operations), tried, "{operations:#?} (seed {seed})");
        explained_ones += usize::from(tried);
    }
    println!(
        "{histories} small histories, {explained_ones} of them explained, as by trying all orders (seed {seed})"
    );
    assert!(explained_ones > histories / 100 && explained_ones < histories / 10 * 9);
}

/// A history of a contact that does what it should, asked by many, some of whom are never answered.
fn sound(random: &mut fastrand::Rng, length: u64, unanswered: u8) -> Vec<Operation> {
    let mut contact = Contact::new(0);
    let calls = std::iter::repeat_with(|| draw(random.u32(..), random)).filter(|call| *call != Delete);
    let calls: Vec<Call> = calls.take(length as usize).collect();
    let ask = |(number, call): (u64, Call)| {
        let moment = number * 10 + 80;
        let mut operation = Operation { call, sent: moment - random.u64(0..80), answer: None };
        let lost = random.u8(0..100) < unanswered;
        if !lost || random.bool() {
            let (after, told) = contact.after(call);
            contact = after;
            operation.answer = (!lost).then(|| (told, moment + random.u64(1..80)));
        }
        operation
    };
    (0..).zip(calls).map(ask).collect()
}

/// A read that shows what was shown before something else was.
fn with_a_stale_read(mut operations: Vec<Operation>) -> Option<Vec<Operation>> {
    const APART: u64 = 200;
    let reads = |operation: &Operation| match operation.answer? {
        (Told::Shown { names, .. }, _) => Some((operation.sent, names)),
        _ => None,
    };
    let (first, names) = operations.iter().find_map(reads)?;
    let changed = |(sent, shown): &(u64, u32)| *sent > first + APART && *shown != names;
    let (second, _) = operations.iter().filter_map(reads).find(changed)?;
    let last = operations.iter_mut().rev().find(|operation| reads(operation).is_some())?;
    last.answer = last.answer.map(|(_, answered)| (shown(names), answered));
    (last.sent > second + APART).then_some(operations)
}

#[test]
fn long_histories_are_explained_unless_a_read_is_stale() {
    let mut random = random();
    let (seed, histories) = (random.get_seed(), scale(20, 200));
    let (mut longest, mut stale) = (Duration::ZERO, 0);
    let mut look = |operations: &[Operation]| {
        let start = Instant::now();
        let explained = explained(operations);
        longest = longest.max(start.elapsed());
        explained
    };
    for _ in 0..histories {
        let (length, unanswered) = (random.u64(1..600), random.u8(0..40));
        let operations = sound(&mut random, length, unanswered);
        assert!(look(&operations), "{operations:?} (seed {seed})");
        if let Some(operations) = with_a_stale_read(operations) {
            assert!(!look(&operations), "{operations:?} (seed {seed})");
            stale += 1;
        }
    }
    println!(
        "{histories} long histories, {stale} also with a stale read; the longest look took {longest:?} (seed {seed})"
    );
    assert!(stale > histories / 2);
}
