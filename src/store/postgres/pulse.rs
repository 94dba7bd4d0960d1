//! Whether the server answers, which is asked over and over, so that no request has to find out by waiting.
//!
//! A server that hangs keeps its connections open and says nothing, and a request can't tell that from a statement that
//! takes long. So one connection asks whether the server takes writes. When it is not answered in time, all requests are told at
//! once, and later ones too, until the server answers again. Nothing is ever cancelled at the server.

use std::future::pending;
use std::thread;
use std::time::Duration;

use tokio::runtime;
use tokio::sync::watch::{Receiver, Sender};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};
use tokio_postgres::error::SqlState;
use tokio_postgres::{Client, SimpleQueryMessage};

use super::connect::Connector;
use super::error::{describe, refuses};
use crate::store::Error;

/// Between two questions, unless the connection ends.
const PAUSE: Duration = Duration::from_millis(500);

/// Looks after a server until the last clone of it is dropped.
#[derive(Clone)]
pub(super) struct Pulse {
    answers: Receiver<bool>,
}

impl Pulse {
    /// Begins with a server that has just answered. It takes less than `patience` to notice that it does no longer.
    ///
    /// Connections of before may lead to a server that is gone without a word: once it answers again, it has them renewed.
    pub(super) fn of(
        connector: Connector,
        patience: Duration,
        renew: impl Fn() + Send + 'static,
    ) -> Result<Self, Error> {
        let refused =
            |error: std::io::Error| Error::Refused(format!("cannot look after the server: {error}"));
        let (sender, answers) = tokio::sync::watch::channel(true);
        // A thread of its own: where others are busy or blocked, an answer would be late without the server's fault.
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(refused)?;
        let looking = move || {
            runtime.block_on(async {
                tokio::select! {
                    () = sender.closed() => {}
                    () = look(&connector, patience, &renew, &sender) => {}
                }
            });
        };
        thread::Builder::new().name("pulse".into()).spawn(looking).map_err(refused)?;
        Ok(Self { answers })
    }

    /// Whether the server answered when it was last asked.
    pub(super) fn answers(&self) -> bool {
        *self.answers.borrow()
    }

    /// Returns as soon as the server does not answer: at once if that is known already.
    pub(super) async fn lost(&self) {
        let mut answers = self.answers.clone();
        if answers.wait_for(|answers| !answers).await.is_err() {
            pending().await
        }
    }
}

async fn look(connector: &Connector, patience: Duration, renew: &impl Fn(), answers: &Sender<bool>) {
    let pause = PAUSE.min(patience / 4);
    let mut connected = None;
    loop {
        // Connecting takes several round trips, and a request may take as long for it too.
        let limit = if connected.is_some() { patience / 2 } else { patience };
        let asked = timeout(limit, ask(&mut connected, connector)).await;
        match asked.unwrap_or_else(|_| Err("no answer in time".into())) {
            Ok(turned) => {
                if turned {
                    tracing::warn!("the server does not take writes as it did: connections are made anew");
                    renew();
                }
                if !*answers.borrow() {
                    renew();
                    answers.send_replace(true);
                    tracing::warn!("the database answers again");
                }
            }
            Err(cause) => {
                connected = None;
                if answers.send_replace(false) {
                    tracing::warn!(cause, "the database does not answer: requests are refused until it does");
                }
            }
        }
        tokio::select! {
            () = sleep(pause) => {}
            () = ended(&mut connected) => {}
        }
    }
}

/// Returns when the connection ends, which is a reason to ask at once.
async fn ended(connected: &mut Option<Connected>) {
    match connected {
        Some(Connected { running, .. }) => drop(running.await),
        None => pending().await,
    }
}

/// Asks over the connection that there is, or over a new one: a connection may end where its server does not. Says whether
/// the server has become one that only reads, or ceased to be one: then another may have taken its place, and who only
/// reads would not notice.
async fn ask(connected: &mut Option<Connected>, connector: &Connector) -> Result<bool, String> {
    let mut turned = false;
    if let Some(Connected { client, read_only, .. }) = connected
        && let Ok(now) = only_reads(client).await
    {
        turned = now != *read_only;
        if !turned {
            return Ok(false);
        }
    }
    *connected = None;
    let mut made = connect(connector).await;
    // Somebody may have ended that one too, while the server goes on.
    if made.as_ref().is_err_and(|error| error.code() == Some(&SqlState::ADMIN_SHUTDOWN)) {
        made = connect(connector).await;
    }
    *connected = made.map_err(|error| describe(&error))?;
    Ok(turned)
}

/// A new connection; none if the server takes no more, but still serves those that it has.
async fn connect(connector: &Connector) -> Result<Option<Connected>, tokio_postgres::Error> {
    match connector.open().await {
        Ok((client, running)) => {
            let read_only = only_reads(&client).await?;
            Ok(Some(Connected { client, running, read_only }))
        }
        Err(error) if refuses(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a server takes no writes.
async fn only_reads(client: &Client) -> Result<bool, tokio_postgres::Error> {
    let said = client.simple_query("SHOW transaction_read_only").await?;
    Ok(said.iter().any(|message| matches!(message, SimpleQueryMessage::Row(row) if row.get(0) == Some("on"))))
}

/// A connection that ends when this is dropped, also if an answer is outstanding.
struct Connected {
    client: Client,
    running: JoinHandle<()>,
    /// Whether the server took no writes when this was made.
    read_only: bool,
}

impl Drop for Connected {
    fn drop(&mut self) {
        self.running.abort();
    }
}
