//! Connections that short reads share.
//!
//! A read sends its statement at once, behind those that have no answer yet, and the server answers them in their order
//! (pipelining). So several statements travel in one packet, and neither side goes to sleep between two of them: twice
//! as many reads as with a connection for each. The price is that one waits for those before it; so what changes
//! something, or takes long, has a connection of the pool for itself.

use std::ops::Deref;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use deadpool_postgres::ClientWrapper;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::STATEMENT_LIMIT;
use super::connect::Connector;
use super::lent::Renewals;
use crate::store::Error;

/// About how many statements may be under way on one connection; more are refused at once.
pub(super) const DEPTH: usize = 1024;

/// A connection, for one statement. The statement keeps its place on it until the answer is there, also if nobody waits
/// for it any more: or those who go away and come again would put more and more statements onto it.
pub(super) struct Session {
    client: Arc<ClientWrapper>,
    answered: bool,
}

impl Session {
    fn new(client: Arc<ClientWrapper>) -> Self {
        Self { client, answered: false }
    }

    /// The answer is there.
    pub(super) fn answered(&mut self) {
        self.answered = true;
    }
}

impl Deref for Session {
    type Target = ClientWrapper;

    fn deref(&self) -> &ClientWrapper {
        &self.client
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        if !self.answered
            && let Ok(runtime) = Handle::try_current()
        {
            // Answers come in order, so that of an empty statement is behind the one that is waited for.
            let client = self.client.clone();
            runtime.spawn(async move { timeout(STATEMENT_LIMIT, client.simple_query("")).await.map(drop) });
        }
    }
}

/// Connections that are made when they are first needed.
#[derive(Clone)]
pub(super) struct Pipelines {
    lines: Arc<[Line]>,
    connector: Connector,
    renewals: Renewals,
}

#[derive(Default)]
struct Line {
    client: RwLock<Option<Arc<ClientWrapper>>>,
    /// Held by who connects; others wait for what comes of it.
    connecting: Mutex<()>,
    /// How many wait for that.
    waiting: AtomicUsize,
}

impl Pipelines {
    pub(super) fn new(count: usize, connector: Connector) -> Self {
        Self {
            lines: (0..count).map(|_| Line::default()).collect(),
            connector,
            renewals: Renewals::default(),
        }
    }

    /// The connection with the fewest statements under way, which is made if it is not there.
    pub(super) async fn session(&self) -> Result<Session, Error> {
        let idle = self.lines.iter().min_by_key(|line| line.depth());
        let Some(line) = idle.filter(|line| line.depth() < DEPTH) else {
            return Err(Error::Overloaded);
        };
        if let Some(session) = line.session() {
            return Ok(session);
        }
        let _waits = Waits::begin(&line.waiting);
        let _alone = line.connecting.lock().await;
        if let Some(session) = line.session() {
            return Ok(session);
        }
        loop {
            let since = self.renewals.now();
            let (client, running) = self.connector.open().await?;
            let mut place = line.client.write().unwrap_or_else(PoisonError::into_inner);
            // It may lead to the server that all were to leave meanwhile.
            if !since.renewed() {
                let client = place.insert(Arc::new(ClientWrapper::new(client, running)));
                return Ok(Session::new(client.clone()));
            }
        }
    }

    /// What tells that all connections are to be left.
    pub(super) fn renewals(&self) -> &Renewals {
        &self.renewals
    }

    /// How many statements are under way, or wait for a connection.
    pub(super) fn waiting(&self) -> usize {
        self.lines.iter().map(Line::depth).sum()
    }

    /// Gives a connection to nobody any more. It ends with the last that uses it.
    pub(super) fn give_up(&self, session: &Session) {
        self.retain(|client| !Arc::ptr_eq(&session.client, client));
    }

    /// Gives none of the connections to anybody any more.
    pub(super) fn give_up_all(&self) {
        self.renewals.begin();
        self.retain(|_| false);
    }

    fn retain(&self, keep: impl Fn(&Arc<ClientWrapper>) -> bool) {
        for line in self.lines.iter() {
            let mut client = line.client.write().unwrap_or_else(PoisonError::into_inner);
            *client = client.take().filter(&keep);
        }
    }
}

impl Line {
    fn session(&self) -> Option<Session> {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner);
        client.as_ref().filter(|client| !client.is_closed()).cloned().map(Session::new)
    }

    /// How many statements are under way, each of which holds the connection, as this line does, or wait for one.
    fn depth(&self) -> usize {
        let client = self.client.read().unwrap_or_else(PoisonError::into_inner);
        let under_way = client.as_ref().map_or(0, |client| Arc::strong_count(client) - 1);
        under_way + self.waiting.load(Ordering::Relaxed)
    }
}

/// One more that waits, as long as this is there.
struct Waits<'a>(&'a AtomicUsize);

impl<'a> Waits<'a> {
    fn begin(count: &'a AtomicUsize) -> Self {
        count.fetch_add(1, Ordering::Relaxed);
        Self(count)
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}
