//! `/metrics`

use axum::body::Body;
use axum::http::Request;
use contacts::http::Limits;
use contacts::token::Verifier;

use crate::support::*;

async fn metrics(app: &TestApp) -> String {
    let (status, headers, body) = app.send(Request::get("/metrics").body(Body::empty()).unwrap()).await;
    assert_eq!(status, 200);
    assert_eq!(headers["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    String::from_utf8(body).unwrap()
}

/// The value of a series; nothing if there is no such series.
fn value(metrics: &str, series: &str) -> Option<f64> {
    metrics.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' ')?.parse().ok())
}

on_both! {
    async fn they_tell_what_was_answered_and_what_waits(database: Database) {
        let app = TestApp::with(database, Verifier::with_secret(&secret(), claims()), Limits::new(3)).await;
        app.create("Markfirst", "Marklast").await;
        app.contact(json!({ "action": "create" })).await;
        app.contact(json!({ "action": "get", "uuid": UNKNOWN })).await;
        app.caller("markuser", "markspace").post("contacts", json!({ "filters": { "search": "markterm" } })).await;
        for _ in 0..2 {
            app.roles().await;
            app.with_token("marktoken").roles().await;
        }
        app.get("markpath", json!({})).await;
        let metrics = metrics(&app).await;
        let contact = "/api/sales/contacts/contact";
        for (series, expected) in [
            (format!("contacts_requests_total{{route=\"{contact}\",status=\"200\"}}"), 1.0),
            (format!("contacts_requests_total{{route=\"{contact}\",status=\"400\"}}"), 2.0),
            ("contacts_requests_total{route=\"/api/sales/contacts\",status=\"200\"}".into(), 1.0),
            ("contacts_requests_total{route=\"/api/sales/roles\",status=\"401\"}".into(), 2.0),
            ("contacts_requests_total{route=\"/api/sales/roles\",status=\"429\"}".into(), 2.0),
            ("contacts_requests_total{route=\"/api/{*path}\",status=\"429\"}".into(), 1.0),
            ("contacts_limited_requests_total{by=\"user\"}".into(), 3.0),
            (format!("contacts_request_duration_seconds_count{{route=\"{contact}\"}}"), 3.0),
            (format!("contacts_request_duration_seconds_bucket{{le=\"+Inf\",route=\"{contact}\"}}"), 3.0),
            ("contacts_database_commits_total".into(), 1.0),
            ("contacts_database_writes_total".into(), 1.0),
        ] {
            assert_eq!(value(&metrics, &series), Some(expected), "{series}\n{metrics}");
        }
        let own: &[&str] = match database {
            Database::Sqlite => &[
                "contacts_database_waiting{for=\"read\"}",
                "contacts_database_waiting{for=\"long read\"}",
                "contacts_database_waiting{for=\"write\"}",
                "contacts_database_log_bytes",
            ],
            Database::Postgres => &[
                "contacts_database_waiting{for=\"connection\"}",
                "contacts_database_waiting{for=\"create\"}",
                "contacts_database_connections_used",
                "contacts_database_connections_max",
            ],
        };
        let always = ["contacts_connections", "process_resident_memory_bytes", "process_open_fds"];
        for series in own.iter().chain(&always) {
            assert!(value(&metrics, series).is_some(), "{series}\n{metrics}");
        }
        assert!(metrics.ends_with("# EOF\n"));
        let personal = metrics.to_lowercase();
        for mark in ["mark", "ana", "demo"] {
            assert!(!personal.contains(mark), "{mark}\n{metrics}");
        }
    }
}

/// The names of series that a text speaks of.
fn names(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    words.filter(|word| word.starts_with("contacts_") || word.starts_with("process_"))
}

#[tokio::test]
async fn dashboard_and_alerts_speak_of_figures_that_there_are() {
    let mut there = String::new();
    for database in [Database::Sqlite, Database::Postgres] {
        let app = TestApp::with(database, Verifier::with_secret(&secret(), claims()), Limits::new(1)).await;
        app.roles().await;
        app.roles().await;
        there += &metrics(&app).await;
    }
    let there: Vec<&str> = names(&there).collect();
    for paper in [include_str!("../../deploy/grafana.json"), include_str!("../../deploy/alerts.yml")] {
        assert!(names(paper).count() > 5);
        for name in names(paper) {
            assert!(there.contains(&name), "{name}");
        }
    }
}
