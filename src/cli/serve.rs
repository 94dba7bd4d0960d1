//! `contacts serve`

use std::env;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::timeout;

use super::keys::{self, Source};
use super::open;
use crate::config::{Database, Serve, Tokens};
use crate::http::{self, App, Limits};

/// Serves until the process is told to stop (SIGINT or SIGTERM).
pub(super) async fn run(serve: Serve) -> anyhow::Result<()> {
    let address = &serve.database.database;
    let new = address.file().is_some_and(|file| !file.exists());
    let source = Source::of(&serve.tokens, address);
    let verifier = || keys::verifier(&serve.tokens, &source);
    // A bad secret stops the start before a database is made; a secret is made only beside a database that is ours.
    let made = matches!(source, Source::Beside(_)) && serve.tokens.jwt_public_key.is_none();
    let given = if made { None } else { Some(verifier()?) };
    let store = open(&serve.database).await?;
    let tokens = given.map_or_else(verifier, Ok)?;
    let listener = TcpListener::bind(serve.listen).await.with_context(|| {
        format!("cannot listen on {}; choose another address with --listen", serve.listen)
    })?;
    let limits = match &serve.redis {
        Some(redis) => Limits::shared(serve.rate_limit, redis).await,
        None => Limits::new(serve.rate_limit),
    };
    let app = Arc::new(App::new(store, tokens, limits));
    let stop = stop(app.clone(), Duration::from_secs(serve.drain))?;
    welcome(&serve, listener.local_addr()?, &source, new);
    http::serve(app, listener, stop).await?;
    Ok(())
}

/// What ends when the service is to stop: it was told so, and callers have had time to go elsewhere. Told twice, it
/// stops at once.
fn stop(app: Arc<App>, drain: Duration) -> std::io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        let mut told = async || {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        };
        told().await;
        if !drain.is_zero() {
            tracing::info!("stopping in {} s: callers are sent elsewhere", drain.as_secs());
            app.leave();
            let _ = timeout(drain, told()).await;
        }
        tracing::info!("stopping");
    })
}

/// Says where the service is, what it uses, and how to make the first call.
fn welcome(serve: &Serve, listening: SocketAddr, source: &Source, new: bool) {
    let base = format!("http://{}", reachable(listening));
    let program = program();
    let flags = token_flags(serve);
    println!("contacts {} listens on {base}", env!("CARGO_PKG_VERSION"));
    println!("database  {}{}", serve.database.database, if new { " (made just now)" } else { "" });
    if let Some(redis) = serve.redis.as_ref().filter(|_| serve.rate_limit > 0) {
        println!("limit     shared through {redis}");
    }
    let token = match (&serve.tokens.jwt_public_key, source) {
        (Some(file), _) => {
            println!("tokens    checked with the public key {}", file.display());
            "A-TOKEN-OF-YOUR-ISSUER".to_owned()
        }
        (None, source) => {
            match source {
                Source::Variable => println!("tokens    signed with the secret in CONTACTS_JWT_SECRET"),
                Source::File(file) | Source::Beside(file) => {
                    println!("tokens    signed with {}", file.display())
                }
                Source::Missing => {}
            }
            println!("a token   {program} token --user ana --workspace demo{flags}");
            format!("$({program} token --user ana --workspace demo{flags})")
        }
    };
    println!(
        "try it    curl -s -X POST {base}/api/sales/contacts/ -H \"Authorization: Bearer {token}\" -d '{{}}'"
    );
}

/// An address that a client on this machine can use: one that means "all" is not one.
fn reachable(address: SocketAddr) -> SocketAddr {
    match address {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => (Ipv4Addr::LOCALHOST, v4.port()).into(),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => (Ipv6Addr::LOCALHOST, v6.port()).into(),
        other => other,
    }
}

/// This program as one would type it here.
fn program() -> String {
    let Ok(path) = env::current_exe() else { return "contacts".into() };
    let here =
        env::current_dir().ok().and_then(|here| Some(Path::new(".").join(path.strip_prefix(here).ok()?)));
    quoted(&here.unwrap_or(path).display().to_string())
}

/// The flags that make `contacts token` sign as this service checks.
fn token_flags(serve: &Serve) -> String {
    let Serve { database, tokens, .. } = serve;
    let database = &database.database;
    let secret_file = tokens.jwt_secret_file.as_ref().map(|file| file.display().to_string());
    let flags = [
        // Beside a file is its secret; an address of a server says nothing about tokens.
        (
            "--database",
            database.file().map(|_| database.to_string()).filter(|file| file != Database::DEFAULT),
        ),
        ("--jwt-secret-file", secret_file),
        ("--jwt-user-claim", Some(tokens.jwt_user_claim.clone()).filter(|claim| claim != Tokens::USER_CLAIM)),
        (
            "--jwt-workspace-claim",
            Some(tokens.jwt_workspace_claim.clone()).filter(|claim| claim != Tokens::WORKSPACE_CLAIM),
        ),
        ("--jwt-issuer", tokens.jwt_issuer.clone()),
        ("--jwt-audience", tokens.jwt_audience.clone()),
    ];
    flags.into_iter().filter_map(|(flag, value)| Some(format!(" {flag} {}", quoted(&value?)))).collect()
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
