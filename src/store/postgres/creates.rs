//! New contacts: those that have queued up share a statement and its commit, as they do in SQLite.
//!
//! A commit waits for the disk of the server, and for its standby. While it does, others gather.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use tracing::{Instrument as _, debug_span};
use uuid::Uuid;

use super::{Error, Param, Postgres, Result, STATEMENT_LIMIT, sql};
use crate::caller::Caller;
use crate::contact::{Details, Email, Phone};
use crate::search::fold_names;
use crate::store::{Commits, sql as shared};

/// How many may wait; more are refused at once.
const QUEUE: usize = 1024;

/// How many share a commit at most.
const GROUP: usize = 256;

/// How many commits may be under way.
const COMMITS: usize = 2;

/// Makes a contact. One whose caller went away while it was queued is not made.
pub(crate) async fn create(db: &Arc<Postgres>, caller: &Caller, uuid: Uuid, details: Details) -> Result<()> {
    let (reply, answer) = oneshot::channel();
    let create = Create { caller: caller.clone(), uuid, details, reply };
    if db.creates.add(create)? {
        tokio::spawn(commit_all(Turn(db.clone())));
    }
    match db.unless_lost(STATEMENT_LIMIT, answer).instrument(debug_span!("create")).await? {
        Ok(outcome) => outcome,
        Err(_) => Err(Error::Failed("the group of a new contact came to nothing".into())),
    }
}

/// What waits to be made.
#[derive(Default)]
pub(super) struct Creates {
    queue: Mutex<Queue>,
    commits: Commits,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Create>,
    /// How many tasks commit.
    commits: usize,
}

struct Create {
    caller: Caller,
    uuid: Uuid,
    details: Details,
    reply: oneshot::Sender<Result<()>>,
}

impl Creates {
    pub(super) fn waiting(&self) -> usize {
        self.lock().waiting.len()
    }

    /// Commits since the start, and how many contacts they made.
    pub(super) fn commits(&self) -> (u64, u64) {
        self.commits.read()
    }

    /// Says whether one more task is to commit.
    fn add(&self, create: Create) -> Result<bool> {
        let mut queue = self.lock();
        if queue.waiting.len() == QUEUE {
            return Err(Error::Overloaded);
        }
        queue.waiting.push_back(create);
        let more = queue.commits < COMMITS;
        queue.commits += usize::from(more);
        Ok(more)
    }

    /// What is next to be committed; nothing where the task ends.
    fn next(&self) -> Option<Vec<Create>> {
        let mut queue = self.lock();
        let count = queue.waiting.len().min(GROUP);
        if count == 0 {
            queue.commits -= 1;
            return None;
        }
        Some(queue.waiting.drain(..count).collect())
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task's right to commit, which it gives back also if it panics.
struct Turn(Arc<Postgres>);

impl Drop for Turn {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.creates.lock().commits -= 1;
        }
    }
}

async fn commit_all(turn: Turn) {
    let db = &turn.0;
    while let Some(mut group) = db.creates.next() {
        group.retain(|create| !create.reply.is_closed());
        let outcome = put_in(db, &group).await;
        // One that the server refuses must not take the others with it.
        let alone = matches!(outcome, Err(Error::Failed(_))) && group.len() > 1;
        for create in group {
            if alone && create.reply.is_closed() {
                continue;
            }
            let outcome =
                if alone { put_in(db, std::slice::from_ref(&create)).await } else { outcome.clone() };
            let _ = create.reply.send(outcome);
        }
    }
}

async fn put_in(db: &Postgres, group: &[Create]) -> Result<()> {
    let mut contacts = Contacts::default();
    for Create { caller, uuid, details, .. } in group {
        contacts.add(caller, *uuid, details);
    }
    match group {
        [] => return Ok(()),
        // Half the work of a statement for many.
        [_] => db.execute(shared::CREATE_CONTACT, &contacts.first()).await?,
        _ => db.execute(sql::CREATE_CONTACTS, &contacts.all()).await?,
    };
    db.creates.commits.count(group.len());
    Ok(())
}

/// New contacts, column by column.
#[derive(Default)]
pub(super) struct Contacts<'a> {
    uuids: Vec<Uuid>,
    workspaces: Vec<&'a str>,
    owners: Vec<&'a str>,
    first_names: Vec<&'a str>,
    last_names: Vec<&'a str>,
    emails: Vec<Option<&'a str>>,
    phones: Vec<Option<&'a str>>,
    folded: Vec<String>,
}

impl<'a> Contacts<'a> {
    pub(super) fn add(&mut self, caller: &'a Caller, uuid: Uuid, details: &'a Details) {
        let (first_name, last_name) = (details.first_name.as_str(), details.last_name.as_str());
        self.uuids.push(uuid);
        self.workspaces.push(caller.workspace());
        self.owners.push(caller.user());
        self.first_names.push(first_name);
        self.last_names.push(last_name);
        self.emails.push(details.email.as_ref().map(Email::as_str));
        self.phones.push(details.phone.as_ref().map(Phone::as_str));
        self.folded.push(fold_names(first_name, last_name));
    }

    /// The parameters of a statement for all of them.
    pub(super) fn all(&self) -> [Param<'_>; 8] {
        let Self { uuids, workspaces, owners, first_names, last_names, emails, phones, folded } = self;
        [uuids, workspaces, owners, first_names, last_names, emails, phones, folded]
    }

    /// The parameters of a statement for the first.
    fn first(&self) -> [Param<'_>; 8] {
        let Self { uuids, workspaces, owners, first_names, last_names, emails, phones, folded } = self;
        [
            &uuids[0],
            &workspaces[0],
            &owners[0],
            &first_names[0],
            &last_names[0],
            &emails[0],
            &phones[0],
            &folded[0],
        ]
    }
}
