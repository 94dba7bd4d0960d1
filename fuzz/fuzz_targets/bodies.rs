//! Every call with any body, through the router down to SQLite and back: an answer is success or a refusal in the
//! documented form, never a failure of ours.
//!
//! An input is a series of calls in a workspace of its own, with a zero between them. The first byte of each says which:
//! `a` is the first of `CALLS`. `j` and `k` are gets with a query, up to the first line's end, and a body. `$C` and `$A`
//! stand for a contact and an account that there are.

#![no_main]

use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};
use contacts::caller::Caller;
use contacts::http::{App, Limits, router};
use contacts::store::{Options, Store};
use contacts::token::{Claims, Secret, Verifier};
use http_body_util::BodyExt as _;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::{self, Runtime};
use tower::ServiceExt as _;

const CALLS: [&str; 9] = [
    "contacts/",
    "contacts/contact",
    "contacts/associate-account",
    "contacts/dissociate-account",
    "contacts/associations",
    "accounts/",
    "accounts/account",
    "roles/",
    "roles/role",
];

/// How many calls an input has at most.
const MOST: usize = 10;

/// So many inputs share a database, so that it does not grow for as long as this runs.
const SHARE: usize = 20_000;

thread_local! {
    static SERVICE: RefCell<Option<Service>> = const { RefCell::new(None) };
}

fuzz_target!(|input: &[u8]| {
    SERVICE.with_borrow_mut(|service| {
        if service.as_ref().is_none_or(|service| service.inputs == SHARE) {
            *service = None;
        }
        let service = service.get_or_insert_with(Service::start);
        service.begin_workspace();
        for call in input.split(|byte| *byte == 0).take(MOST) {
            if let Some((which, rest)) = call.split_first() {
                service.call(usize::from(which.wrapping_sub(b'a')), rest);
            }
        }
    });
});

struct Service {
    runtime: Runtime,
    router: Router,
    _folder: TempDir,
    inputs: usize,
    token: String,
    contact: String,
    account: String,
}

impl Service {
    fn start() -> Self {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        // In memory where there is such a place: it is not the disk that is tried.
        let memory = Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.expect("a folder");
        let options = Options {
            address: format!("sqlite:{}", folder.path().join("contacts.db").display())
                .parse()
                .expect("an address"),
            connections: 2,
            timeout: Duration::from_secs(30),
            wait: Duration::ZERO,
            ca: None,
        };
        let store = runtime.block_on(Store::open(&options)).expect("a database");
        let router =
            router(Arc::new(App::new(store, Verifier::with_secret(&secret(), claims()), Limits::new(0))));
        let none = String::new;
        Self { runtime, router, _folder: folder, inputs: 0, token: none(), contact: none(), account: none() }
    }

    fn call(&self, call: usize, input: &[u8]) {
        let mut body = input;
        let (method, path) = match call % (CALLS.len() + 2) {
            post if post < CALLS.len() => (Method::POST, CALLS[post].to_owned()),
            get => {
                let end = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
                body = input.get(end + 1..).unwrap_or_default();
                let query = self.filled(&input[..end]);
                let path = ["contacts/contact", "accounts/account"][get - CALLS.len()];
                (Method::GET, format!("{path}?{}", String::from_utf8_lossy(&query)))
            }
        };
        let body = self.filled(body);
        if let Some((status, answer)) = self.send(method, &path, body) {
            check(status, &answer);
        }
    }

    /// The same with a contact and an account that there are.
    fn filled(&self, input: &[u8]) -> Vec<u8> {
        let mut filled = Vec::with_capacity(input.len() + 64);
        let mut rest = input;
        while let Some((byte, after)) = rest.split_first() {
            (rest, _) = match after.split_first() {
                Some((b'C', after)) if *byte == b'$' => (after, filled.extend(self.contact.bytes())),
                Some((b'A', after)) if *byte == b'$' => (after, filled.extend(self.account.bytes())),
                _ => (after, filled.push(*byte)),
            };
        }
        filled
    }

    /// What came back, unless there is no such request.
    fn send(&self, method: Method, path: &str, body: Vec<u8>) -> Option<(u16, Value)> {
        let request = Request::builder()
            .method(method)
            .uri(format!("/api/sales/{path}"))
            .header("host", "contacts.example")
            .header("authorization", format!("Bearer {}", self.token))
            .body(Body::from(body))
            .ok()?;
        self.runtime.block_on(async {
            let answer = self.router.clone().oneshot(request).await.expect("an answer");
            let status = answer.status().as_u16();
            let body = answer.into_body().collect().await.expect("a whole answer").to_bytes();
            Some((status, serde_json::from_slice(&body).expect("JSON")))
        })
    }

    fn begin_workspace(&mut self) {
        self.inputs += 1;
        let caller = Caller::new(&format!("w{}", self.inputs), "ana").expect("a caller");
        self.token = secret().sign(&caller, &claims(), 86_400).expect("a token");
        let contact = json!({ "action": "create", "first_name": "José", "last_name": "Núñez" });
        let account = json!({ "action": "create", "name": "Acme Corp" });
        self.contact = self.made("contacts/contact", &contact);
        self.account = self.made("accounts/account", &account);
    }

    fn made(&self, path: &str, body: &Value) -> String {
        let (status, answer) =
            self.send(Method::POST, path, body.to_string().into_bytes()).expect("an answer");
        assert_eq!(status, 200, "{answer}");
        answer["uuid"].as_str().expect("a UUID").to_owned()
    }
}

/// Success has code 0; a refusal has exactly three members.
fn check(status: u16, answer: &Value) {
    match status {
        200 => assert_eq!(answer["code"], 0, "{answer}"),
        400 => {
            let members = answer.as_object().expect("an object");
            assert!(members.keys().eq(["code", "info", "res"]), "{answer}");
            assert_eq!(members["res"], "error", "{answer}");
            assert!(members["code"].as_u64().is_some_and(|code| code > 0), "{answer}");
            assert!(members["info"].as_str().is_some_and(|info| !info.is_empty()), "{answer}");
        }
        _ => panic!("{status} {answer}"),
    }
}

fn secret() -> Secret {
    Secret::new("7d0c2f5b9e8a41c6b3f4d2a19c8e7f60").expect("a secret")
}

fn claims() -> Claims {
    Claims { user: "sub".into(), workspace: "workspace".into(), issuer: None, audience: None }
}
