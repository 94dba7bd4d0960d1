//! The windows that all nodes share, in Redis.
//!
//! No request waits for a Redis that is away. The first one without a good answer gives the connection up for all, and
//! a task in the background looks for Redis until it answers again.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisResult, Script, ServerErrorKind};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::Allowance;
use super::address::RedisAddress;

const TAKE: &str = include_str!("take.lua");

/// How long a request waits for Redis at most.
const DEADLINE: Duration = Duration::from_millis(40);
/// Redis must answer well within the deadline to be used again, or a slow one would be taken up and given up in turns.
const PROMPT: Duration = Duration::from_millis(20);
/// How long the background waits for a connection or a sign of life.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the background looks after Redis.
const PAUSE: Duration = Duration::from_millis(500);

/// Windows in Redis: the same for every process that has the same address.
pub(super) struct Windows {
    link: Arc<Link>,
    /// Stops when it is dropped.
    _upkeep: JoinSet<()>,
}

impl Windows {
    /// Connects, for a second at most: a Redis that is away is used as soon as it is there.
    pub(super) async fn connect(address: &RedisAddress, per_second: usize) -> Self {
        // TLS takes its cryptography from the process. If somebody has chosen it already, that stays.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let link = Arc::new(Link {
            redis: address.client(),
            script: Script::new(TAKE),
            per_second,
            current: watch::Sender::new(None),
        });
        if let Err(cause) = link.open().await {
            warn_of_loss(&cause);
        }
        let mut upkeep = JoinSet::new();
        upkeep.spawn(keep(link.clone()));
        Self { link, _upkeep: upkeep }
    }

    /// Counts a request if it may pass now; nothing if Redis does not say.
    pub(super) async fn take(&self, key: &str) -> Option<Allowance> {
        let mut current = self.link.current.subscribe();
        let connection = current.borrow_and_update().clone()?;
        let answer = tokio::select! {
            answer = self.link.ask(&connection, key, DEADLINE) => answer,
            // Another request has found out that Redis is away.
            _ = current.changed() => return None,
        };
        answer.inspect_err(|cause| self.link.give_up(&connection, cause)).ok()
    }
}

struct Link {
    redis: Arc<Client>,
    script: Script,
    per_second: usize,
    /// The connection while Redis answers as it should. One that has failed is never used again: a late answer would be
    /// taken for that of a later question.
    current: watch::Sender<Option<Arc<MultiplexedConnection>>>,
}

impl Link {
    /// Connects, and checks that Redis does what will be asked of it.
    async fn open(&self) -> Result<(), String> {
        const PROBE: &str = "probe";
        let settings = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let connected = within(PATIENCE, async {
            let connection = self.redis.get_multiplexed_async_connection_with_config(&settings).await?;
            // This also makes the script known.
            self.run(&connection, PROBE).await?;
            Ok(connection)
        });
        let connection = connected.await?;
        self.ask(&connection, PROBE, PROMPT).await?;
        self.current.send_replace(Some(Arc::new(connection)));
        Ok(())
    }

    async fn ask(
        &self,
        connection: &MultiplexedConnection,
        key: &str,
        limit: Duration,
    ) -> Result<Allowance, String> {
        let answer = within(limit, self.run(connection, key)).await?;
        let left = usize::try_from(answer).ok().filter(|left| *left < self.per_second);
        if left.is_none() && answer != -1 {
            return Err("an answer that makes no sense".into());
        }
        Ok(Allowance { allowed: left.is_some(), limit: self.per_second, remaining: left.unwrap_or(0) })
    }

    async fn run(&self, connection: &MultiplexedConnection, key: &str) -> RedisResult<i64> {
        let mut connection = connection.clone();
        let command = |name, script| {
            let mut command = redis::cmd(name);
            command.arg(script).arg(1).arg(format!("contacts:limit:{key}")).arg(self.per_second);
            command
        };
        match command("EVALSHA", self.script.get_hash()).query_async(&mut connection).await {
            Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::NoScript) => {
                command("EVAL", TAKE).query_async(&mut connection).await
            }
            answer => answer,
        }
    }

    /// Gives a connection up, once, whoever else finds out too.
    fn give_up(&self, connection: &Arc<MultiplexedConnection>, cause: &str) {
        let given_up = self.current.send_if_modified(|current| {
            current.take_if(|current| Arc::ptr_eq(current, connection)).is_some()
        });
        if given_up {
            warn_of_loss(cause);
        }
    }
}

/// Notices a Redis that has gone before a request does, and one that is back.
async fn keep(link: Arc<Link>) {
    let mut pause = interval(PAUSE);
    pause.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        pause.tick().await;
        let current = link.current.borrow().clone();
        if let Some(connection) = current {
            let mut pinged = MultiplexedConnection::clone(&connection);
            if let Err(cause) = within(PATIENCE, redis::cmd("PING").exec_async(&mut pinged)).await {
                link.give_up(&connection, &cause);
            }
        } else {
            match link.open().await {
                Ok(()) => tracing::warn!("Redis answers again: the nodes share the rate limit"),
                Err(cause) => tracing::debug!(cause, "Redis is still away"),
            }
        }
    }
}

fn warn_of_loss(cause: &str) {
    tracing::warn!(cause, "Redis does not answer as it should: this node limits by itself until it does");
}

/// The result, or why there is none, in words that repeat nothing of the question: it names a user.
async fn within<T>(limit: Duration, work: impl Future<Output = RedisResult<T>>) -> Result<T, String> {
    match timeout(limit, work).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(error)) if error.is_io_error() => Err(error.to_string()),
        Ok(Err(error)) => Err(error.code().unwrap_or_else(|| error.category()).to_owned()),
        Err(_) => Err(format!("no answer within {} ms", limit.as_millis())),
    }
}
