//! The outermost layer: a request id on every answer and what browsers are to know of it, one line in the log, and an
//! answer also after a panic.

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CACHE_CONTROL, HeaderName, HeaderValue, X_CONTENT_TYPE_OPTIONS};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures_util::FutureExt as _;
use tracing::{Instrument as _, Span};
use uuid::Uuid;

use super::error::Error;
use super::{App, Shared, head, spans};
use crate::token::Pseudonym;

/// What is counted as the status of a request that nobody was there for the answer of.
const GONE: u16 = 499;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Gives a request its id and logs what became of it. The log names the route, never the path or the query as sent.
pub(super) async fn trace(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let id = id(&request);
    let route = request.extensions().get::<MatchedPath>().cloned();
    let method = method(&request);
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let id_text = id.to_str().unwrap_or_default();
    let span = match app.edge.traces {
        true => spans::span(&request, method, route, id_text),
        false => tracing::info_span!("request", id = id_text),
    };
    let user = User::default();
    request.extensions_mut().insert(user.clone());
    let start = Instant::now();
    let call = Call { app: &app, span: span.clone(), user, method, route, start, ended: false };
    let answer = async {
        match head::check(&request, &app.edge.bounds) {
            Ok(()) => next.run(request).await,
            Err(error) => error.refuse(request).await,
        }
    };
    let answer = AssertUnwindSafe(answer).catch_unwind().map(|answer| {
        answer.unwrap_or_else(|_| {
            tracing::error!("a request panicked");
            Error::Internal.into_response()
        })
    });
    let mut response = answer.instrument(span).await;
    app.leaving.announce(&mut response);
    call.answered(&response);
    mark(&mut response, id);
    response
}

/// The method, if it is one that there is: callers can make up others, of any length.
fn method(request: &Request) -> &'static str {
    const KNOWN: [&str; 9] = ["GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT"];
    KNOWN.into_iter().find(|known| *known == request.method().as_str()).unwrap_or("-")
}

/// Who makes a request, as soon as that is known.
#[derive(Clone, Default)]
pub(super) struct User(Arc<OnceLock<Pseudonym>>);

impl User {
    /// It is known.
    pub(super) fn is(&self, user: Pseudonym) {
        let _ = self.0.set(user);
    }
}

/// A request under way.
struct Call<'a> {
    app: &'a App,
    span: Span,
    user: User,
    method: &'static str,
    route: &'a str,
    start: Instant,
    ended: bool,
}

impl Call<'_> {
    fn answered(mut self, response: &Response) {
        let status = response.status().as_u16();
        let microseconds = self.end(status);
        let Self { app, span, user, method, route, .. } = &self;
        // A balancer asks every moment; only what it is told otherwise is news.
        let asked_by_machines = matches!(*route, "/health" | "/ready" | "/metrics") && status == 200;
        let user = user.0.get().map(tracing::field::display);
        span.in_scope(|| {
            if asked_by_machines {
                tracing::debug!(status, method, route, microseconds, user, "answered");
            } else {
                tracing::info!(status, method, route, microseconds, user, "answered");
            }
        });
        if app.edge.traces {
            spans::end(span, response);
        }
    }

    /// Counts what became of it. Says how long it took.
    fn end(&mut self, status: u16) -> u64 {
        self.ended = true;
        let took = self.start.elapsed();
        self.app.metrics.answered(self.route, status, took);
        u64::try_from(took.as_micros()).unwrap_or(u64::MAX)
    }
}

impl Drop for Call<'_> {
    /// Who hangs up, or is cut off, has no answer, but may be the first to know that answers take too long.
    fn drop(&mut self) {
        if !self.ended {
            let microseconds = self.end(GONE);
            let Self { span, user, method, route, .. } = self;
            let user = user.0.get().map(tracing::field::display);
            span.in_scope(|| {
                tracing::info!(method, route, microseconds, user, "nobody was there for the answer");
            });
        }
    }
}

/// What every answer says.
pub(super) fn mark(response: &mut Response, id: HeaderValue) {
    let headers = response.headers_mut();
    headers.insert(REQUEST_ID, id);
    // Only the page's files are kept by a browser or a proxy, and nothing is taken for anything but what it says it is.
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
}

/// The id that a proxy has given to a request, or a new one.
pub(super) fn id(request: &Request) -> HeaderValue {
    request.headers().get(&REQUEST_ID).filter(|id| is_sound(id)).cloned().unwrap_or_else(new_id)
}

/// A proxy's id is kept if it can't upset a log.
fn is_sound(id: &HeaderValue) -> bool {
    (1..=64).contains(&id.len())
        && id.as_bytes().iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn new_id() -> HeaderValue {
    HeaderValue::try_from(Uuid::now_v7().to_string()).unwrap_or(HeaderValue::from_static("-"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use http_body_util::BodyExt as _;
    use tower::ServiceExt as _;

    use super::*;
    use crate::http::{App, Limits};
    use crate::store::{Options, Store};
    use crate::token::{Claims, Secret, Verifier};

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_as_documented_and_others_go_on() {
        let folder = tempfile::tempdir().unwrap();
        let address = format!("sqlite:{}", folder.path().join("contacts.db").display()).parse().unwrap();
        let (timeout, wait) = (Duration::ZERO, Duration::ZERO);
        let options = Options { address, connections: 0, timeout, wait, ca: None };
        let store = Store::open(&options).await.unwrap();
        let secret = Secret::new(b"4f1d8a6c0b7e93525ad1c7f08e6b3942".to_vec()).unwrap();
        let (user, workspace) = ("sub".into(), "workspace".into());
        let tokens = Verifier::with_secret(&secret, Claims { user, workspace, issuer: None, audience: None });
        let app = Arc::new(App::new(store, tokens, Limits::new(10)));
        let router: Router = Router::new()
            .route("/bad", get(async || -> Response { panic!("on purpose") }))
            .route("/good", get(async || "good"))
            .layer(from_fn_with_state(app, trace));
        let call = async |path: &str| {
            let request = Request::get(path).header("host", "here").body(Body::empty()).unwrap();
            router.clone().oneshot(request).await.unwrap()
        };

        let answer = call("/bad").await;
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(answer.headers().contains_key(REQUEST_ID));
        let body = answer.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, r#"{"res":"error","code":5,"info":"Internal server error"}"#);
        assert_eq!(call("/good").await.status(), StatusCode::OK);
    }
}
