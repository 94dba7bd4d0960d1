//! Connections that short reads share.
//!
//! A read sends its statement at once, behind those that have no answer yet, and the server answers them in their order
//! (pipelining). So several statements travel in one packet, and neither side goes to sleep between two of them: twice
//! as many reads as with a connection for each. The price is that one waits for those before it; so what changes
//! something, or takes long, has a connection of the pool for itself.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use deadpool_postgres::ClientWrapper;
use tokio::runtime::Handle;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::STATEMENT_LIMIT;
use super::connect::Connector;
use crate::store::Error;

/// About how many statements may be under way on one connection; more are refused at once.
const DEPTH: usize = 1024;

/// A connection, in use by all that hold it.
pub(super) type Session = Arc<ClientWrapper>;

/// A statement's place on a connection, which it keeps until the answer is there, also if nobody waits for it any more:
/// or those who go away and come again would put more and more statements onto it.
pub(super) struct Place(Option<Session>);

impl Place {
    pub(super) fn on(session: &Session) -> Self {
        Self(Some(session.clone()))
    }

    /// The answer is there.
    pub(super) fn answered(mut self) {
        self.0 = None;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (Some(session), Ok(runtime)) = (self.0.take(), Handle::try_current()) else { return };
        // Answers come in order, so that of an empty statement is behind the one that is waited for.
        runtime.spawn(async move { timeout(STATEMENT_LIMIT, session.simple_query("")).await.map(drop) });
    }
}

/// Connections that are made when they are first needed.
#[derive(Clone)]
pub(super) struct Pipelines {
    lines: Arc<[Line]>,
    connector: Connector,
    /// How often all connections were given up.
    renewals: Arc<AtomicU64>,
}

#[derive(Default)]
struct Line {
    session: RwLock<Option<Session>>,
    /// Held by who connects; others wait for what comes of it.
    connecting: Mutex<()>,
}

impl Pipelines {
    pub(super) fn new(count: usize, connector: Connector) -> Self {
        Self { lines: (0..count).map(|_| Line::default()).collect(), connector, renewals: Arc::default() }
    }

    /// The connection with the fewest statements under way, which is made if it is not there.
    pub(super) async fn session(&self) -> Result<Session, Error> {
        let idle = self.lines.iter().min_by_key(|line| line.depth());
        let Some(line) = idle.filter(|line| line.depth() < DEPTH) else {
            return Err(Error::Unavailable("too many statements wait".into()));
        };
        if let Some(session) = line.session() {
            return Ok(session);
        }
        let _alone = line.connecting.lock().await;
        if let Some(session) = line.session() {
            return Ok(session);
        }
        loop {
            let renewals = self.renewals.load(Ordering::Acquire);
            let (client, running) = self.connector.open().await?;
            let session = Arc::new(ClientWrapper::new(client, running));
            let mut place = line.session.write().unwrap_or_else(PoisonError::into_inner);
            // It may lead to the server that all were to leave meanwhile.
            if self.renewals.load(Ordering::Acquire) == renewals {
                *place = Some(session.clone());
                return Ok(session);
            }
        }
    }

    /// Gives a connection to nobody any more. It ends with the last that uses it.
    pub(super) fn give_up(&self, session: &Session) {
        self.retain(|other| !Arc::ptr_eq(session, other));
    }

    /// Gives none of the connections to anybody any more.
    pub(super) fn give_up_all(&self) {
        self.renewals.fetch_add(1, Ordering::Release);
        self.retain(|_| false);
    }

    fn retain(&self, keep: impl Fn(&Session) -> bool) {
        for line in self.lines.iter() {
            let mut session = line.session.write().unwrap_or_else(PoisonError::into_inner);
            *session = session.take().filter(&keep);
        }
    }
}

impl Line {
    fn session(&self) -> Option<Session> {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner);
        session.as_ref().filter(|session| !session.is_closed()).cloned()
    }

    /// How many statements are under way: each holds the connection twice, and this line once.
    fn depth(&self) -> usize {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner);
        session.as_ref().map_or(0, |session| Arc::strong_count(session) / 2)
    }
}
