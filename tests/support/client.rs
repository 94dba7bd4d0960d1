//! Callers of nodes.

#![allow(dead_code, reason = "each of the test programs uses a part")]

use std::time::Duration;

use contacts::caller::Caller;
use contacts::token::{Claims, Secret};
use serde_json::{Value, json};

use crate::support::SECRET;

/// An answer: status, body, and the seconds after which to try again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
    pub(crate) retry_after: Option<u64>,
}

impl Answer {
    /// What a caller is told while the database is away.
    pub(crate) fn unavailable() -> Self {
        let body = json!({ "res": "error", "code": 5, "info": "Service unavailable" });
        Self { status: 503, body, retry_after: Some(1) }
    }
}

fn token(user: &str, workspace: &str) -> String {
    let claims = Claims { user: "sub".into(), workspace: "workspace".into(), issuer: None, audience: None };
    Secret::new(SECRET).unwrap().sign(&Caller::new(workspace, user).unwrap(), &claims, 3600).unwrap()
}

/// A user of a workspace, with connections that are kept and a patience of 30 s. Nothing is sent twice.
#[derive(Clone)]
pub(crate) struct Client {
    agent: ureq::Agent,
    pub(crate) port: u16,
    pub(crate) token: String,
}

impl Client {
    pub(crate) fn new(port: u16, user: &str, workspace: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { agent: agent.into(), port, token: token(user, workspace) }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The same with another token.
    pub(crate) fn with_token(self, token: &str) -> Self {
        Self { token: token.into(), ..self }
    }

    /// The answer; nothing if no whole one came.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> Option<Answer> {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://127.0.0.1:{}{path}", self.port))
            .header("authorization", format!("Bearer {}", self.token))
            .body(body.map_or_else(String::new, Value::to_string))
            .unwrap();
        let mut answer = self.agent.run(request).ok()?;
        let after = answer.headers().get("retry-after").map(|after| after.to_str().unwrap().parse().unwrap());
        let body = answer.body_mut().with_config().limit(1 << 30).read_to_string().ok()?;
        let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
        Some(Answer { status: answer.status().as_u16(), body, retry_after: after })
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Option<Answer> {
        self.call("POST", &format!("/api/sales/{path}"), Some(body))
    }

    /// The body of an answer that must be success.
    pub(crate) fn done(&self, path: &str, body: &Value) -> Value {
        let answer = self.post(path, body).unwrap();
        assert_eq!(answer.status, 200, "{body}: {answer:?}");
        answer.body
    }

    pub(crate) fn create(&self, first_name: &str) -> Option<Answer> {
        let body = json!({ "action": "create", "first_name": first_name, "last_name": "Paz" });
        self.post("contacts/contact", &body)
    }

    /// The first names that a search finds, in order.
    pub(crate) fn find(&self, term: &str) -> Vec<String> {
        let body = json!({ "filters": { "search": term, "page_size": 1000 } });
        column(&self.done("contacts/", &body), "first_name")
    }

    /// The first names of all contacts.
    pub(crate) fn all(&self) -> Vec<String> {
        column(&self.done("contacts/", &json!({ "action": "lite" })), "first_name")
    }
}

/// A field of every row of an answer.
pub(crate) fn column(body: &Value, field: &str) -> Vec<String> {
    body["data"].as_array().unwrap().iter().map(|row| row[field].as_str().unwrap().to_owned()).collect()
}
