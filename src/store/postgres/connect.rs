//! Connecting: several hosts, TLS, the pool, and the wait for a server that is not there yet.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use deadpool_postgres::{Connect, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime};
use futures_util::future::select_all;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::error::{advice, describe};
use crate::store::{Error, Options, Server};

/// Between two looks for a server that is not there yet.
const PAUSE: Duration = Duration::from_millis(250);

/// How often waiting for it is said.
const SAY: Duration = Duration::from_secs(5);

/// What every session is told. Its statements are small and find their rows by an index; a plan that reads a whole
/// table because the table was empty when it was made would stay when it is full. They are planned once: left to itself,
/// the server plans a page anew each time, which takes twice as long as the page. Every search reads what is new and not yet
/// in its place in the index, so that is kept short. With less memory for the rows that an index may give, the planner would
/// rather walk over a list of millions; hardly any of it is ever used.
pub(in crate::store) const SETTINGS: &str = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c jit=off -c max_parallel_workers_per_gather=0 -c work_mem=64MB -c timezone=UTC \
                        -c gin_pending_list_limit=64kB -c lock_timeout=5s -c idle_in_transaction_session_timeout=15s -c client_connection_check_interval=1s";

/// A pool of so many connections at most, each of which is made when it is first needed.
pub(super) fn pool(connector: Connector, options: &Options, connections: usize) -> Result<Pool, Error> {
    // A connection that is closed is noticed without a question to the server.
    let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_connect(Config::new(), connector, recycling);
    Pool::builder(manager)
        .max_size(connections)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(options.timeout))
        .create_timeout(Some(options.timeout))
        .build()
        .map_err(|error| Error::Refused(error.to_string()))
}

fn with_settings(host: &Config, options: &Options) -> Config {
    let mut host = host.clone();
    // The operator's own settings come last and win.
    let settings = format!("{SETTINGS} {}", host.get_options().unwrap_or_default());
    host.options(settings.trim_end());
    if host.get_connect_timeout().is_none() {
        host.connect_timeout(options.timeout);
    }
    if host.get_tcp_user_timeout().is_none() {
        host.tcp_user_timeout(super::STATEMENT_LIMIT);
    }
    host
}

/// Connects to all hosts at once and keeps the first that is what the address asks for, so that a host that hangs
/// holds up nothing.
#[derive(Clone)]
pub(super) struct Connector {
    hosts: Arc<[Config]>,
    tls: MakeRustlsConnect,
}

type Connected = Result<(Client, JoinHandle<()>), tokio_postgres::Error>;

impl Connector {
    pub(super) fn new(server: &Server, options: &Options) -> Result<Self, Error> {
        let tls = MakeRustlsConnect::new(tls(options.ca.as_deref())?);
        let hosts = server.hosts.iter().map(|host| with_settings(host, options)).collect();
        Ok(Self { hosts, tls })
    }

    /// A connection outside of the pool.
    pub(super) async fn open(&self) -> Connected {
        let mut attempts: Vec<_> =
            self.hosts.iter().map(|host| Box::pin(connect(host, self.tls.clone()))).collect();
        let mut told = None;
        loop {
            let (outcome, _, others) = select_all(attempts).await;
            let error = match outcome {
                Ok(connected) => return Ok(connected),
                Err(error) => error,
            };
            // What a server says tells more than that another one is not there.
            let error = match told {
                Some(known) if error.code().is_none() => known,
                _ => error,
            };
            if others.is_empty() {
                return Err(error);
            }
            told = Some(error);
            attempts = others;
        }
    }
}

impl Connect for Connector {
    fn connect(&self, _: &Config) -> Pin<Box<dyn Future<Output = Connected> + Send + '_>> {
        Box::pin(self.open())
    }
}

async fn connect(host: &Config, tls: MakeRustlsConnect) -> Connected {
    let (client, connection) = host.connect(tls).await?;
    let running = tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(cause = describe(&error), "a database connection ended");
        }
    });
    Ok((client, running))
}

/// TLS that checks the server's certificate: against the named authority, or those that the system trusts.
fn tls(ca: Option<&Path>) -> Result<ClientConfig, Error> {
    let mut roots = RootCertStore::empty();
    if let Some(file) = ca {
        let context = |error: String| {
            Error::Refused(format!("cannot use {} as --database-ca: {error}", file.display()))
        };
        let certificates = CertificateDer::pem_file_iter(file).map_err(|error| context(error.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| context(error.to_string()))?;
            roots.add(certificate).map_err(|error| context(error.to_string()))?;
        }
        if roots.is_empty() {
            return Err(context("it holds no certificate in PEM".into()));
        }
    } else {
        // A system without any is one whose database is on this machine, or named with its authority.
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Error::Refused(error.to_string()))?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// A connection for what is done at the start, where some failures are not worth waiting for.
pub(super) async fn first(pool: &Pool) -> Result<Object, Error> {
    pool.get().await.map_err(|error| match error {
        PoolError::Backend(error) => at_start(error),
        error => error.into(),
    })
}

/// What failed at the start: refused with advice, if waiting does not mend it.
pub(super) fn at_start(error: tokio_postgres::Error) -> Error {
    match advice(&error) {
        Some(advice) => Error::Refused(format!("{}: {advice}", describe(&error))),
        None => error.into(),
    }
}

/// Does something with a server as soon as that answers, and says meanwhile that it waits.
pub(super) async fn wait<T>(
    server: &Server,
    limit: Duration,
    work: impl AsyncFn() -> Result<T, Error>,
) -> Result<T, Error> {
    let start = Instant::now();
    let mut said: Option<Instant> = None;
    loop {
        let error = match work().await {
            Err(error @ Error::Unavailable(_)) => error,
            done => return done,
        };
        if start.elapsed() >= limit {
            let waited = limit.as_secs();
            return Err(Error::Refused(format!(
                "{error}; waited for {waited} s: start the server, or wait longer with --database-wait"
            )));
        }
        if said.is_none_or(|said| said.elapsed() >= SAY) {
            said = Some(Instant::now());
            tracing::warn!(%error, "waiting for {server}");
        }
        tokio::time::sleep(PAUSE).await;
    }
}
