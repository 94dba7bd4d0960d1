//! Connections that short reads share.
//!
//! A read sends its statement at once, behind those that have no answer yet, and the server answers them in their order
//! (pipelining). So several statements travel in one packet, and neither side goes to sleep between two of them: twice
//! as many reads as with a connection for each. What may wait for a lock, a disk or long work has a connection of the
//! pool for itself.

use std::sync::{Arc, PoisonError, RwLock};

use deadpool_postgres::ClientWrapper;
use tokio::sync::Mutex;

use super::connect::Connector;
use crate::store::Error;

/// How many statements may be under way on one connection; more are refused at once.
const DEPTH: usize = 1024;

/// A connection, in use by all that hold it.
pub(super) type Session = Arc<ClientWrapper>;

/// Connections that are made when they are first needed.
#[derive(Clone)]
pub(super) struct Pipelines {
    lines: Arc<[Line]>,
    connector: Connector,
}

#[derive(Default)]
struct Line {
    session: RwLock<Option<Session>>,
    /// Held by who connects; others wait for what comes of it.
    connecting: Mutex<()>,
}

impl Pipelines {
    pub(super) fn new(count: usize, connector: Connector) -> Self {
        Self { lines: (0..count).map(|_| Line::default()).collect(), connector }
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
        let (client, running) = self.connector.open().await?;
        let session = Arc::new(ClientWrapper::new(client, running));
        *line.session.write().unwrap_or_else(PoisonError::into_inner) = Some(session.clone());
        Ok(session)
    }

    /// Gives a connection to nobody any more. It ends with the last that uses it.
    pub(super) fn give_up(&self, session: &Session) {
        self.retain(|other| !Arc::ptr_eq(session, other));
    }

    /// Gives none of the connections to anybody any more.
    pub(super) fn give_up_all(&self) {
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

    /// How many statements are under way: each holds the connection, as this line does.
    fn depth(&self) -> usize {
        let session = self.session.read().unwrap_or_else(PoisonError::into_inner);
        session.as_ref().map_or(0, |session| Arc::strong_count(session) - 1)
    }
}
