//! A connection in use, which is never given to somebody else before it has answered.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use deadpool_postgres::Object;
use tokio::runtime::Handle;

use super::pulse::Pulse;

/// How often all connections were left, because their server is not the one any more that takes writes.
#[derive(Clone, Default)]
pub(super) struct Renewals(Arc<AtomicU64>);

impl Renewals {
    /// All connections are left from now on.
    pub(super) fn begin(&self) {
        self.0.fetch_add(1, Ordering::Release);
    }

    pub(super) fn now(&self) -> Since {
        Since { renewals: self.clone(), count: self.0.load(Ordering::Acquire) }
    }
}

/// A moment after which all connections may have been left.
#[derive(Clone)]
pub(super) struct Since {
    renewals: Renewals,
    count: u64,
}

impl Since {
    /// Whether they were.
    pub(super) fn renewed(&self) -> bool {
        self.renewals.0.load(Ordering::Acquire) != self.count
    }
}

/// A connection of the pool. If whoever uses it goes away before the answer, it keeps its place in the pool until the
/// answer has come: a server that is slow, or waits for its standby, is not given more and more connections to wait on.
pub(super) struct Lent {
    /// Nothing once it has been given back or thrown away.
    connection: Option<Object>,
    pulse: Pulse,
    since: Since,
}

impl Lent {
    /// `since` is a moment before it was taken from the pool.
    pub(super) fn new(connection: Object, pulse: Pulse, since: Since) -> Self {
        Self { connection: Some(connection), pulse, since }
    }

    /// It has answered: the next one may have it, unless all were left meanwhile.
    pub(super) fn give_back(mut self) {
        let connection = self.connection.take();
        if self.since.renewed() {
            connection.map(Object::take);
        }
    }

    /// It is of no use any more.
    pub(super) fn throw_away(mut self) {
        self.connection.take().map(Object::take);
    }
}

impl Deref for Lent {
    type Target = Object;

    fn deref(&self) -> &Object {
        self.connection.as_ref().unwrap_or_else(|| unreachable!("who has given it back does not have it"))
    }
}

impl DerefMut for Lent {
    fn deref_mut(&mut self) -> &mut Object {
        self.connection.as_mut().unwrap_or_else(|| unreachable!("who has given it back does not have it"))
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        let Some(connection) = self.connection.take() else { return };
        match Handle::try_current() {
            Ok(runtime) => {
                let (pulse, since) = (self.pulse.clone(), self.since.clone());
                drop(runtime.spawn(wait_for_answer(connection, pulse, since)));
            }
            Err(_) => drop(Object::take(connection)),
        }
    }
}

/// Gives a connection back once it has answered everything, or throws it away if its server answers nobody.
async fn wait_for_answer(connection: Object, pulse: Pulse, since: Since) {
    let answered = tokio::select! {
        answer = connection.simple_query("") => answer.is_ok(),
        () = pulse.lost() => false,
    };
    if !answered || since.renewed() {
        drop(Object::take(connection));
    }
}
