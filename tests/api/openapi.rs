//! The description of the API: it is current, it has every route, and its examples are what the service answers.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request};

use crate::support::*;

fn description() -> Value {
    serde_json::from_str(contacts::http::openapi()).unwrap()
}

/// All calls that are described: path, method, and the operation.
fn calls(description: &Value) -> Vec<(&str, Method, &Value)> {
    let members = |value: &'_ Value| value.as_object().unwrap().clone().into_iter();
    let paths = description["paths"].as_object().unwrap();
    let calls = paths.iter().flat_map(|(path, item)| {
        members(item)
            .map(move |(method, _)| (path.as_str(), method.to_uppercase().parse().unwrap(), &item[&method]))
    });
    calls.collect()
}

/// The operation of this id.
fn operation<'a>(description: &'a Value, id: &str) -> (&'a str, Method, &'a Value) {
    calls(description).into_iter().find(|(.., operation)| operation["operationId"] == id).unwrap()
}

#[test]
fn the_file_in_the_repository_is_current() {
    assert!(
        include_str!("../../openapi.json") == contacts::http::openapi(),
        "openapi.json is not what the code describes; make it anew: cargo run -- openapi > openapi.json"
    );
}

#[test]
fn every_route_is_described() {
    const MAP: &str = include_str!("../../src/http/mod.rs");
    let of_the_document =
        |path: &str| path.starts_with("/api/sales") || matches!(path, "/health" | "/ready" | "/metrics");
    let mut routes = BTreeSet::new();
    for line in MAP.lines() {
        let Some((_, rest)) = line.split_once(".both(\"").or_else(|| line.split_once(".route(\"")) else {
            continue;
        };
        let (path, methods) = rest.split_once("\", ").unwrap();
        for (method, name) in [(" get(", "GET"), ("post(", "POST")] {
            if format!(" {methods}").contains(method) && of_the_document(path) {
                routes.insert((path.to_owned(), name.to_owned()));
            }
        }
    }
    let description = description();
    let described: BTreeSet<_> = calls(&description)
        .into_iter()
        .map(|(path, method, _)| (path.trim_end_matches('/').to_owned(), method.to_string()))
        .collect();
    assert!(routes.len() > 10, "the map is not where this test looks for it");
    assert_eq!(routes, described);
}

#[test]
fn what_is_referred_to_is_there_and_what_is_there_is_referred_to() {
    let (text, description) = (contacts::http::openapi(), description());
    let references: BTreeSet<_> =
        text.split("\"#/components/").skip(1).map(|rest| rest.split_once('"').unwrap().0).collect();
    for reference in &references {
        let pointer = format!("/components/{reference}");
        assert!(description.pointer(&pointer).is_some(), "{reference}");
    }
    for kind in ["schemas", "headers", "responses"] {
        for name in keys(&description["components"][kind]) {
            assert!(references.contains(format!("{kind}/{name}").as_str()), "{kind}/{name} is not used");
        }
    }
}

#[test]
fn the_description_says_what_each_call_may_be_refused_with() {
    let description = description();
    let infos = |id: &str, status: &str| -> Vec<String> {
        let (.., operation) = operation(&description, id);
        let examples = &operation["responses"][status]["content"]["application/json"]["examples"];
        keys(examples).iter().map(|name| examples[name]["value"]["info"].as_str().unwrap().into()).collect()
    };
    assert_eq!(
        infos("associateAccount", "400"),
        [
            "rol_id is required: an integer from 1 to 9223372036854775807",
            "Failed to create association",
            "Cannot associate contact to inactive account",
            "Association already exists",
            "Contact or account not found",
        ]
    );
    assert_eq!(
        infos("changeContact", "400"),
        [
            "first_name must be 1 to 50 characters",
            "Contact not found",
            "Contact not found or already inactive",
            "Contact not found or already active",
        ]
    );
    for (path, method, operation) in calls(&description) {
        if path.starts_with("/api") {
            // The one of a body that is not valid comes from who reads it, so it must be there.
            let examples = &operation["responses"]["400"]["content"]["application/json"]["examples"];
            assert!(examples["code1"]["value"]["info"].is_string(), "{method} {path}");
        }
    }
}

on_both! {
    async fn every_described_path_answers_with_and_without_its_slash(app: TestApp) {
        let description = description();
        for (path, method, _) in calls(&description) {
            let bare = path.trim_end_matches('/');
            for path in [bare.to_owned(), format!("{bare}/")] {
                if path.ends_with('/') && !path.starts_with("/api") {
                    continue;
                }
                let ((status, body), _) = app.request(method.clone(), &path, "").await;
                assert!(matches!(status, 200 | 400), "{method} {path}: {status} {body}");
            }
        }
    }

    async fn the_description_is_served_to_everybody(app: TestApp) {
        let request = Request::get("/openapi.json").body(Body::empty()).unwrap();
        let (status, headers, bytes) = app.send(request).await;
        assert_eq!((status.as_u16(), headers["content-type"].to_str().unwrap()), (200, "application/json"));
        assert_eq!(bytes, contacts::http::openapi().as_bytes());
    }

    async fn every_example_is_what_the_service_answers(app: TestApp) {
        let examples = Examples::new(app);
        examples.run().await;
    }
}

const CONTACT: &str = "123e4567-e89b-12d3-a456-426614174000";
const JANE: &str = "456e7890-e89b-12d3-a456-426614174001";
const ACME: &str = "987e6543-e21b-12d3-a456-426614174999";
const TECH: &str = "456e7890-e89b-12d3-a456-426614174888";

/// The examples, in an order in which each finds what it needs.
struct Examples {
    app: TestApp,
    description: Value,
    /// The UUIDs of the examples, and those that they have here.
    known: Vec<(&'static str, String)>,
    done: BTreeSet<(String, String)>,
}

impl Examples {
    fn new(app: TestApp) -> Self {
        Self { app, description: description(), known: Vec::new(), done: BTreeSet::new() }
    }

    async fn run(mut self) {
        self.makes(ACME, "changeAccount").await;
        self.makes(CONTACT, "changeContact").await;
        self.answers("associateAccount", &["associate"]).await;
        self.answers("getContact", &["get"]).await;
        self.answers("changeContact", &["get"]).await;
        self.answers("getAccount", &["get"]).await;
        self.answers("changeAccount", &["get"]).await;
        self.answers("changeAssociation", &["list", "changeRole"]).await;
        let tech = self.app.create_account("Tech Solutions").await;
        self.app.associate(&self.here(CONTACT), &tech, 1).await;
        self.known.push((TECH, tech));
        self.answers("listContacts", &["full", "all", "contacts", "accounts", "search", "combined"]).await;
        let jane = self.app.create("Jane", "Smith").await;
        self.known.push((JANE, jane));
        self.answers("listContacts", &["lite"]).await;
        self.answers("listAccounts", &["search", "lite"]).await;
        self.answers("dissociateAccount", &["dissociate"]).await;
        self.answers("changeContact", &["update", "inactivate", "activate", "delete"]).await;
        self.answers("changeAccount", &["update", "inactivate", "activate", "delete"]).await;
        self.answers("listRoles", &["all"]).await;
        self.answers("changeRole", &["create", "update", "delete"]).await;

        let mut all = BTreeSet::new();
        for (.., operation) in calls(&self.description) {
            let answers = &operation["responses"]["200"]["content"]["application/json"]["examples"];
            for name in answers.as_object().into_iter().flat_map(|examples| examples.keys()) {
                all.insert((operation["operationId"].as_str().unwrap().to_owned(), name.clone()));
            }
        }
        assert_eq!(self.done, all, "every example has its turn");
    }

    /// The UUID that the examples know as this one.
    fn here(&self, documented: &str) -> String {
        self.known.iter().find(|(known, _)| *known == documented).unwrap().1.clone()
    }

    /// The example `create`, which makes what the others know as this one.
    async fn makes(&mut self, documented: &'static str, id: &str) {
        let (answer, _) = self.call(id, "create").await;
        self.known.push((documented, answer["uuid"].as_str().unwrap().to_owned()));
        self.compare(id, "create", answer);
    }

    async fn answers(&mut self, id: &str, names: &[&str]) {
        for name in names {
            let (answer, status) = self.call(id, name).await;
            assert_eq!(status, 200, "{id} {name}: {answer}");
            self.compare(id, name, answer);
        }
    }

    async fn call(&self, id: &str, name: &str) -> (Value, u16) {
        let (path, method, operation) = operation(&self.description, id);
        let (path, body) = match operation.get("requestBody") {
            None => {
                let example = operation["parameters"][0]["example"].as_str().unwrap();
                (format!("{path}?uuid={example}"), String::new())
            }
            Some(body) => {
                let mut body = body["content"]["application/json"]["examples"][name]["value"].clone();
                if let Some(page) = body.pointer_mut("/filters/page") {
                    // Nobody here comes after the cursor of the document's example.
                    *page = Value::Null;
                }
                (path.to_owned(), body.to_string())
            }
        };
        let real = |text: String| {
            self.known.iter().fold(text, |text, (documented, here)| text.replace(documented, here))
        };
        let ((status, answer), _) = self.app.request(method, &real(path), real(body)).await;
        (answer, status)
    }

    fn compare(&mut self, id: &str, name: &str, answer: Value) {
        let (.., operation) = operation(&self.description, id);
        let described =
            &operation["responses"]["200"]["content"]["application/json"]["examples"][name]["value"];
        let text = self
            .known
            .iter()
            .fold(answer.to_string(), |text, (documented, here)| text.replace(here, documented));
        let mut described = described.clone();
        if described["next_page"].is_string() {
            described["next_page"] = Value::Null;
        }
        assert_eq!(text, described.to_string(), "{id} {name}");
        self.done.insert((id.to_owned(), name.to_owned()));
    }
}
