//! A fresh service for each test, and callers of it.

use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode};
use contacts::caller::Caller;
use contacts::http::{App, Edge, Limits, router};
use contacts::store::{Options, Store};
use contacts::token::{Claims, Secret, Verifier};
use http_body_util::BodyExt as _;
pub(crate) use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime;
use tower::ServiceExt as _;

use crate::postgres::Cluster;

/// Makes a test of each function for every database: `name::sqlite` and `name::postgres`.
///
/// What a test begins with is a `TestApp`, or a `Database` if it makes the service itself.
macro_rules! on_both {
    ($($(#[$meta:meta])* async fn $name:ident($start:ident: $kind:ident) $body:block)*) => {$(
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            $(#[$meta])*
            async fn run($start: $kind) $body

            #[tokio::test]
            async fn sqlite() {
                run($kind::new(Database::Sqlite).await).await;
            }

            #[tokio::test]
            async fn postgres() {
                run($kind::new(Database::Postgres).await).await;
            }
        }
    )*};
}
pub(crate) use on_both;

pub(crate) const SECRET: &str = "7d0c2f5b9e8a41c6b3f4d2a19c8e7f60";

/// A UUID that nothing has.
pub(crate) const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// What came back: the status and the whole body.
pub(crate) type Answer = (u16, Value);

/// The answer with code 0 and these members.
pub(crate) fn ok(mut members: Value) -> Answer {
    members["code"] = 0.into();
    (200, members)
}

/// The answer that tells of a failure, with status 400.
pub(crate) fn refused(code: u16, info: &str) -> Answer {
    (400, json!({ "res": "error", "code": code, "info": info }))
}

/// Which database a test is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Database {
    Sqlite,
    Postgres,
}

impl Database {
    #[allow(clippy::unused_async, reason = "what a test begins with is made by an async function")]
    pub(crate) async fn new(database: Self) -> Self {
        database
    }
}

/// A service with its database, called by `ana` of the workspace `demo` unless `caller` says otherwise.
#[derive(Clone)]
pub(crate) struct TestApp {
    router: Router,
    token: String,
    _folder: Option<Arc<TempDir>>,
}

/// The server of all tests, with the database that theirs are copies of.
pub(crate) static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| {
    let cluster = Cluster::start(&[]);
    cluster.sql("postgres", "CREATE DATABASE plantilla");
    let address = cluster.address("plantilla");
    let made = thread::spawn(move || {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Store::open(&options(&address))).map(drop)
    });
    made.join().unwrap().unwrap();
    cluster
});

/// How tests open a database.
pub(crate) fn options(address: &str) -> Options {
    Options {
        address: address.parse().unwrap(),
        connections: 4,
        timeout: Duration::from_secs(30),
        wait: Duration::ZERO,
        ca: None,
    }
}

pub(crate) fn claims() -> Claims {
    Claims { user: "sub".into(), workspace: "workspace".into(), issuer: None, audience: None }
}

pub(crate) fn secret() -> Secret {
    Secret::new(SECRET).unwrap()
}

pub(crate) fn token(user: &str, workspace: &str) -> String {
    secret().sign(&Caller::new(workspace, user).unwrap(), &claims(), 3600).unwrap()
}

impl TestApp {
    /// On a fresh database, without a rate limit.
    pub(crate) async fn new(database: Database) -> Self {
        Self::with(database, Verifier::with_secret(&secret(), claims()), Limits::new(0)).await
    }

    /// On a fresh database.
    pub(crate) async fn with(database: Database, verifier: Verifier, limits: Limits) -> Self {
        Self::meeting(Edge::default(), database, verifier, limits).await
    }

    /// On a fresh database, meeting its clients in this way.
    pub(crate) async fn meeting(edge: Edge, database: Database, verifier: Verifier, limits: Limits) -> Self {
        let (address, folder) = match database {
            Database::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                (format!("sqlite:{}", folder.path().join("contacts.db").display()), Some(Arc::new(folder)))
            }
            Database::Postgres => (CLUSTER.address(&CLUSTER.database("TEMPLATE plantilla")), None),
        };
        Self { _folder: folder, ..Self::open(&address, edge, verifier, limits).await }
    }

    /// On the database at an address.
    pub(crate) async fn at(address: &str, verifier: Verifier, limits: Limits) -> Self {
        Self::open(address, Edge::default(), verifier, limits).await
    }

    async fn open(address: &str, edge: Edge, verifier: Verifier, limits: Limits) -> Self {
        let store = Store::open(&options(address)).await.unwrap();
        let router = router(Arc::new(App::new(store, verifier, limits).at(edge)));
        Self { router, token: token("ana", "demo"), _folder: None }
    }

    /// The same service called by somebody else.
    pub(crate) fn caller(&self, user: &str, workspace: &str) -> Self {
        Self { token: token(user, workspace), ..self.clone() }
    }

    /// The same service called with another token.
    pub(crate) fn with_token(&self, token: &str) -> Self {
        Self { token: token.into(), ..self.clone() }
    }

    /// A request as it is, for a host if it names none.
    pub(crate) async fn send(&self, mut request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        request.headers_mut().entry("host").or_insert(HeaderValue::from_static("contacts.example"));
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes().to_vec())
    }

    /// A request with the caller's token, and the bytes that came back.
    pub(crate) async fn bytes(
        &self,
        method: Method,
        path: &str,
        body: impl Into<Body>,
    ) -> (StatusCode, HeaderMap, Vec<u8>) {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("authorization", format!("Bearer {}", self.token))
            .body(body.into())
            .unwrap();
        self.send(request).await
    }

    /// A request with the caller's token, and its headers.
    pub(crate) async fn request(
        &self,
        method: Method,
        path: &str,
        body: impl Into<Body>,
    ) -> (Answer, HeaderMap) {
        let (status, headers, bytes) = self.bytes(method, path, body).await;
        assert!(headers.contains_key("x-request-id"), "every answer has a request id");
        assert_eq!(headers["cache-control"], "no-store");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let body = serde_json::from_slice(&bytes).unwrap_or_else(|_| json!(String::from_utf8_lossy(&bytes)));
        ((status.as_u16(), body), headers)
    }

    pub(crate) async fn post_raw(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.request(Method::POST, &format!("/api/sales/{path}"), body).await.0
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_raw(path, body.to_string()).await
    }

    /// GET with a body, as the document has it.
    pub(crate) async fn get(&self, path: &str, body: Value) -> Answer {
        self.request(Method::GET, &format!("/api/sales/{path}"), body.to_string()).await.0
    }

    pub(crate) async fn contacts(&self, body: Value) -> Answer {
        self.post("contacts/", body).await
    }

    pub(crate) async fn contact(&self, body: Value) -> Answer {
        self.post("contacts/contact", body).await
    }

    pub(crate) async fn accounts(&self, body: Value) -> Answer {
        self.post("accounts/", body).await
    }

    pub(crate) async fn account(&self, body: Value) -> Answer {
        self.post("accounts/account", body).await
    }

    pub(crate) async fn role(&self, body: Value) -> Answer {
        self.post("roles/role", body).await
    }

    pub(crate) async fn roles(&self) -> Answer {
        self.post("roles/", json!({})).await
    }

    pub(crate) async fn associations(&self, body: Value) -> Answer {
        self.post("contacts/associations", body).await
    }

    /// Makes a contact and returns its UUID.
    pub(crate) async fn create(&self, first_name: &str, last_name: &str) -> String {
        let body = json!({ "action": "create", "first_name": first_name, "last_name": last_name });
        uuid(self.contact(body).await)
    }

    /// Makes an account and returns its UUID.
    pub(crate) async fn create_account(&self, name: &str) -> String {
        uuid(self.account(json!({ "action": "create", "name": name })).await)
    }

    /// `delete`, `inactivate`, `activate` or `get` of a contact.
    pub(crate) async fn act(&self, action: &str, uuid: &str) -> Answer {
        self.contact(json!({ "action": action, "uuid": uuid })).await
    }

    /// The same of an account.
    pub(crate) async fn act_account(&self, action: &str, uuid: &str) -> Answer {
        self.account(json!({ "action": action, "uuid": uuid })).await
    }

    pub(crate) async fn associate(&self, contact: &str, account: &str, role: i64) -> Answer {
        let body = json!({ "contact_uuid": contact, "account_uuid": account, "rol_id": role });
        self.post("contacts/associate-account", body).await
    }

    pub(crate) async fn dissociate(&self, contact: &str, account: &str) -> Answer {
        let body = json!({ "contact_uuid": contact, "account_uuid": account });
        self.post("contacts/dissociate-account", body).await
    }

    /// The first names on the page that these filters give.
    pub(crate) async fn names(&self, filters: Value) -> Vec<String> {
        let (status, body) = self.contacts(json!({ "filters": filters })).await;
        assert_eq!(status, 200, "{body}");
        column(&body, "first_name")
    }
}

/// A field of every row of an answer.
pub(crate) fn column(body: &Value, field: &str) -> Vec<String> {
    body["data"].as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

/// The UUID of something just made.
pub(crate) fn uuid((status, body): Answer) -> String {
    assert_eq!(status, 200, "{body}");
    body["uuid"].as_str().unwrap().to_owned()
}

/// The members of an object, in order.
pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}
