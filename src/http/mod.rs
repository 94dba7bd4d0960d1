//! The HTTP API: the map of its routes, and the layers that every request passes.

mod accounts;
mod admit;
mod answer;
mod associations;
mod contacts;
mod cors;
mod docs;
mod error;
mod head;
mod header;
mod json;
mod leave;
mod limit;
mod list;
mod metrics;
mod openapi;
mod page;
mod patience;
mod peer;
mod roles;
mod room;
mod server;
mod spans;
mod tls;
mod trace;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{MethodRouter, any, get, post};

use crate::store::Store;
use crate::token::Verifier;
use error::Error;
use leave::Leaving;
use metrics::Metrics;
use room::Room;

pub use cors::Origin;
pub use limit::{InvalidAddress, Limits, RedisAddress};
pub use openapi::openapi;
pub use page::LoginUrl;
pub use patience::Patience;
pub use peer::{Network, Proxies};
pub use server::{Bounds, Server};
pub use tls::{Certificate, CertificateFiles};

/// Everything that a request needs. One of it serves all requests.
pub struct App {
    store: Store,
    tokens: Verifier,
    limits: Limits,
    edge: Edge,
    leaving: Leaving,
    metrics: Metrics,
    room: Room,
}

/// How the service meets its clients.
#[derive(Clone, Debug, Default)]
pub struct Edge {
    /// What a client may take.
    pub bounds: Bounds,
    /// Who may say for whom they ask.
    pub proxies: Proxies,
    /// Which pages may call from a browser, beside those of the service's own origin.
    pub origins: Vec<Origin>,
    /// Where the page sends people to sign in.
    pub login: Option<LoginUrl>,
    /// Whether spans go to a collector, and so are worth more than an id.
    pub traces: bool,
}

type Shared = Arc<App>;

impl App {
    /// The application over an open store, with limits for each caller, and the usual bounds for clients.
    pub fn new(store: Store, tokens: Verifier, limits: Limits) -> Self {
        let (edge, leaving, metrics) = (Edge::default(), Leaving::default(), Metrics::default());
        Self { store, tokens, limits, edge, leaving, metrics, room: Room::default() }
    }

    /// The same, meeting its clients in another way.
    #[must_use]
    pub fn at(self, edge: Edge) -> Self {
        Self { edge, ..self }
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
    let mut all = Router::new()
        .route("/health", get(health))
        .route("/ready", get(ready))
        .route("/metrics", get(metrics::metrics))
        .route("/openapi.json", get(openapi::serve))
        .both("/docs", get(docs::page))
        .route("/docs/{file}", get(docs::file))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .merge(api)
        .merge(page::routes(app.edge.login.as_ref()));
    if !app.edge.origins.is_empty() {
        all = all.layer(cors::layer(&app.edge.origins));
    }
    all.layer(from_fn_with_state(app.clone(), trace::trace)).with_state(app)
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
