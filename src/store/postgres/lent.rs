//! A connection in use, which is never given to somebody else before it has answered.

use std::ops::{Deref, DerefMut};

use deadpool_postgres::Object;
use tokio::runtime::Handle;

use super::pulse::Pulse;

/// A connection of the pool. If whoever uses it goes away before the answer, it keeps its place in the pool until the
/// answer has come: a server that is slow, or waits for its standby, is not given more and more connections to wait on.
pub(super) struct Lent {
    /// Nothing once it has been given back or thrown away.
    connection: Option<Object>,
    pulse: Pulse,
}

impl Lent {
    pub(super) fn new(connection: Object, pulse: Pulse) -> Self {
        Self { connection: Some(connection), pulse }
    }

    /// It has answered: the next one may have it.
    pub(super) fn give_back(mut self) {
        self.connection = None;
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
            Ok(runtime) => drop(runtime.spawn(wait_for_answer(connection, self.pulse.clone()))),
            Err(_) => drop(Object::take(connection)),
        }
    }
}

/// Gives a connection back once it has answered everything, or throws it away if its server answers nobody.
async fn wait_for_answer(connection: Object, pulse: Pulse) {
    let answered = tokio::select! {
        answer = connection.simple_query("") => answer.is_ok(),
        () = pulse.lost() => false,
    };
    if !answered {
        drop(Object::take(connection));
    }
}
