//! `contacts serve`

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::time::timeout;

use super::hints::{self, program, token_flags};
use super::keys::{self, Source};
use super::{is_missing, open};
use crate::config::{Demo, Owner, Serve};
use crate::http::{App, Certificate, Edge, Limits, Server};

/// How long requests in flight may take after the service was told to stop: with what comes after, ten seconds.
const GRACE: Duration = Duration::from_secs(9);

/// How many files the service has open beside connections, at most: its own, clients for whom there is no room, and some
/// to spare.
const OWN_FILES: u64 = 200;

/// How many files of an embedded database are open for each core: two readers, each with the database and its log.
const FILES_PER_CORE: u64 = 8;

/// Serves until the process is told to stop (SIGINT or SIGTERM).
pub(super) async fn run(serve: Serve) -> anyhow::Result<()> {
    let address = &serve.database.database;
    let new = address.file().is_some_and(is_missing);
    let source = Source::of(&serve.tokens, address);
    let verifier = async || keys::verifier(&serve.tokens, &source).await;
    // A bad secret stops the start before a database is made; a secret is made only beside a database that is ours.
    let made = matches!(source, Source::Beside(_)) && !serve.tokens.are_foreign();
    let given = if made { None } else { Some(verifier().await?) };
    let store = open(&serve.database).await?;
    let tokens = match given {
        Some(tokens) => tokens,
        None => verifier().await?,
    };
    let certificate = match serve.clients.certificate() {
        Some(files) => Some(Certificate::read(files).await?),
        None => None,
    };
    let mut edge = Edge { traces: serve.otlp.is_some(), ..serve.clients.edge() };
    let room = room(&serve);
    if room < edge.bounds.connections {
        tracing::warn!("at most {room} connections: the process may have no more files open (ulimit -n)");
        edge.bounds.connections = room;
    }
    let listener = listen(serve.listen).with_context(|| {
        format!("cannot listen on {}; choose another address with --listen", serve.listen)
    })?;
    let limits = match &serve.redis {
        Some(redis) => Limits::shared(serve.rate_limit, redis).await,
        None => Limits::new(serve.rate_limit),
    };
    let app = Arc::new(App::new(store, tokens, limits).at(edge));
    let server = Server::new(app.clone());
    let mut signals = Signals::new()?;
    // Whoever starts it may have nowhere to read this; that is no reason not to serve.
    let _ = welcome(io::stdout().lock(), &serve, listener.local_addr()?, &source, new);
    let leave = async {
        signals.next().await;
        app.leave();
        if serve.drain > 0 {
            tracing::info!("stopping in {} s: callers are sent elsewhere", serve.drain);
        }
        timeout(Duration::from_secs(serve.drain), signals.next()).await.is_ok()
    };
    let mut told_again = tokio::select! {
        never = server.accept(listener, certificate) => match never {},
        told_again = leave => told_again,
    };
    if !told_again {
        tracing::info!("stopping");
        told_again = tokio::select! {
            () = server.finish(GRACE) => false,
            () = signals.next() => true,
        };
    }
    if told_again {
        tracing::warn!("told again: stopping at once");
    }
    Ok(())
}

/// A crowd that comes at once has to fit in the queue: who does not is let in a second later, or not at all.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    /// As many as the system allows unless told otherwise.
    const QUEUE: u32 = 4096;
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(QUEUE)
}

/// The signals that mean "stop".
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    fn new() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// How many connections there may be beside all that the process has open otherwise.
fn room(serve: &Serve) -> NonZeroU32 {
    let limit = getrlimit(Resource::Nofile);
    // The limit that programs start with is for those that can't have many; up to the other each may go by itself.
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    let most = setrlimit(Resource::Nofile, raised).map_or(limit.current, |()| limit.maximum);
    let cores = thread::available_parallelism().map_or(1, |cores| cores.get() as u64);
    let own = OWN_FILES + FILES_PER_CORE * cores + u64::from(serve.database.postgres.database_connections);
    let room = most.map_or(u64::MAX, |most| most.saturating_sub(own));
    NonZeroU32::new(u32::try_from(room).unwrap_or(u32::MAX)).unwrap_or(NonZeroU32::MIN)
}

/// Says where the service is, what it uses, and how to make the first call.
fn welcome(
    mut out: impl io::Write,
    serve: &Serve,
    listening: SocketAddr,
    source: &Source,
    new: bool,
) -> io::Result<()> {
    let scheme = if serve.clients.tls_certificate.is_some() { "https" } else { "http" };
    let base = format!("{scheme}://{}", reachable(listening));
    let program = program();
    let flags = token_flags(&serve.database, &serve.tokens);
    writeln!(out, "contacts {} listens on {base}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "database  {}{}", serve.database.database, if new { " (made just now)" } else { "" })?;
    if let Some(redis) = serve.redis.as_ref().filter(|_| serve.rate_limit > 0) {
        writeln!(out, "limit     shared through {redis}")?;
    }
    let tokens = &serve.tokens;
    match (&tokens.jwt_public_key, &tokens.jwt_jwks, source) {
        (Some(file), ..) => writeln!(out, "tokens    checked with the public key {}", file.display())?,
        (None, Some(address), _) => writeln!(out, "tokens    checked with the keys at {address}")?,
        (None, None, Source::Variable(name)) => writeln!(out, "tokens    signed with the secret in {name}")?,
        (None, None, Source::File(file) | Source::Beside(file)) => {
            writeln!(out, "tokens    signed with {}", file.display())?;
        }
        (None, None, Source::Missing) => {}
    }
    let demo = Owner { user: Demo::USER.into(), workspace: Demo::WORKSPACE.into() };
    // A service for others too is often in a container, whose terminal may be kept as a log.
    let page = if listening.ip().is_loopback() {
        hints::page(&base, &demo, tokens, source)
    } else {
        format!("{base}/")
    };
    writeln!(out, "page      {page}")?;
    let token = if tokens.are_foreign() {
        "A-TOKEN-OF-YOUR-ISSUER".to_owned()
    } else {
        let token = format!("{program} token --user {} --workspace {}{flags}", demo.user, demo.workspace);
        writeln!(out, "a token   {token}")?;
        format!("$({token})")
    };
    writeln!(
        out,
        "try it    curl -s -X POST {base}/api/sales/contacts/ -H \"Authorization: Bearer {token}\" -d '{{}}'"
    )
}

/// An address that a client on this machine can use: one that means "all" is not one.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        other => other,
    }
}
