//! The HTTP API: the map of its routes, and the layers that every request passes.

mod accounts;
mod admit;
mod answer;
mod associations;
mod contacts;
mod error;
mod json;
mod leave;
mod limit;
mod list;
mod roles;
mod trace;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

use crate::store::Store;
use crate::token::Verifier;
use error::Error;
use leave::Leaving;

pub use limit::{InvalidAddress, Limits, RedisAddress};

/// How long requests in flight may take after the service was told to stop.
const GRACE: Duration = Duration::from_secs(10);

/// Everything that a request needs. One of it serves all requests.
pub struct App {
    store: Store,
    tokens: Verifier,
    limits: Limits,
    leaving: Leaving,
}

type Shared = Arc<App>;

impl App {
    /// The application over an open store, with limits for each caller.
    pub fn new(store: Store, tokens: Verifier, limits: Limits) -> Self {
        Self { store, tokens, limits, leaving: Leaving::default() }
    }

    /// Sends callers elsewhere, and goes on answering: not ready any more, and no connection is kept.
    pub fn leave(&self) {
        self.leaving.begin();
    }
}

/// All routes with all layers.
pub fn router(app: Arc<App>) -> Router {
    let api = Router::new()
        .both("/api/sales/contacts", post(contacts::list))
        .both("/api/sales/contacts/contact", get(contacts::get).post(contacts::change))
        .both("/api/sales/contacts/associate-account", post(associations::associate))
        .both("/api/sales/contacts/dissociate-account", post(associations::dissociate))
        .both("/api/sales/contacts/associations", post(associations::act))
        .both("/api/sales/accounts", post(accounts::list))
        .both("/api/sales/accounts/account", get(accounts::get).post(accounts::change))
        .both("/api/sales/roles", post(roles::list))
        .both("/api/sales/roles/role", post(roles::change))
        .both("/api", any(unknown_path))
        .route("/api/{*path}", any(unknown_path))
        .method_not_allowed_fallback(unknown_method)
        .layer(from_fn_with_state(app.clone(), admit::admit));
    Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .merge(api)
        .layer(from_fn_with_state(app.clone(), trace::trace))
        .with_state(app)
}

/// A path answers with and without the trailing slash, without a redirect.
trait Both {
    fn both(self, path: &str, methods: MethodRouter<Shared>) -> Self;
}

impl Both for Router<Shared> {
    fn both(self, path: &str, methods: MethodRouter<Shared>) -> Self {
        self.route(path, methods.clone()).route(&format!("{path}/"), methods)
    }
}

async fn unknown_path(request: Request) -> Response {
    Error::UnknownPath.refuse(request).await
}

async fn unknown_method(request: Request) -> Response {
    Error::UnknownMethod.refuse(request).await
}

/// The process is alive.
async fn health() -> Response {
    answer::done("Alive")
}

/// The database answers and the service stays, so requests may come.
async fn ready(State(app): State<Shared>) -> Result<Response, Error> {
    if app.leaving.has_begun() {
        return Err(Error::Leaving);
    }
    app.store.ready().await?;
    Ok(answer::done("Ready"))
}

/// Serves until told to stop; then answers what is in flight, for at most ten seconds.
pub async fn serve(
    app: Arc<App>,
    listener: TcpListener,
    stop: impl Future<Output = ()> + Send + 'static,
) -> std::io::Result<()> {
    let sweeper = tokio::spawn(sweep(app.clone()));
    let (stopping, stopped) = tokio::sync::oneshot::channel();
    let listener = listener.tap_io(|stream| {
        // Answers are small and written whole: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
    });
    let service = router(app).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async {
        stop.await;
        let _ = stopping.send(());
    });
    let result = tokio::select! {
        result = server => result,
        () = async {
            // The channel also closes when the server ends by itself; then the other branch is ready.
            let _ = stopped.await;
            tokio::time::sleep(GRACE).await;
        } => {
            tracing::warn!("some requests were cut off after {} s", GRACE.as_secs());
            Ok(())
        }
    };
    sweeper.abort();
    result
}

async fn sweep(app: Arc<App>) {
    let mut second = tokio::time::interval(Duration::from_secs(1));
    loop {
        second.tick().await;
        app.limits.sweep();
    }
}
