//! Pages of other origins.

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request, StatusCode};
use contacts::http::{Edge, Limits, Origin};
use contacts::token::Verifier;

use crate::support::*;

const APP: &str = "https://app.example.com";

async fn open_to(origins: &[&str]) -> TestApp {
    let origins = origins.iter().map(|origin| origin.parse().unwrap()).collect();
    let edge = Edge { origins, ..Edge::default() };
    TestApp::meeting(edge, Database::Sqlite, Verifier::with_secret(&secret(), claims()), Limits::new(1)).await
}

async fn preflight(app: &TestApp, origin: &str) -> (StatusCode, HeaderMap) {
    let request = Request::builder()
        .method(Method::OPTIONS)
        .uri("/api/sales/contacts/")
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type")
        .body(Body::empty())
        .unwrap();
    let (status, headers, _) = app.send(request).await;
    (status, headers)
}

#[tokio::test]
async fn a_browser_may_call_from_the_configured_origins_only() {
    let app = open_to(&[APP, "http://localhost:3000"]).await;
    for _ in 0..5 {
        // They have no token, and do not count.
        let (status, headers) = preflight(&app, APP).await;
        assert_eq!(status, 200);
        assert_eq!(headers["access-control-allow-origin"], APP);
        assert_eq!(headers["access-control-allow-headers"], "authorization,content-type,x-request-id");
        assert_eq!(headers["access-control-allow-methods"], "GET,POST");
        assert!(!headers.contains_key("access-control-allow-credentials"));
    }
    let (_, headers) = preflight(&app, "https://evil.example.com").await;
    assert!(!headers.contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn a_page_may_read_refusals_too() {
    let app = open_to(&["*"]).await;
    for status in [401, 429] {
        let request = Request::post("/api/sales/roles").header("origin", APP).body(Body::empty()).unwrap();
        let (answered, headers, _) = app.send(request).await;
        assert_eq!(answered, status);
        assert_eq!(headers["access-control-allow-origin"], "*");
        let exposed = headers["access-control-expose-headers"].to_str().unwrap();
        assert_eq!(exposed, "x-request-id,retry-after,ratelimit,ratelimit-policy");
    }
}

#[tokio::test]
async fn nobody_else_may_by_default() {
    let app = open_to(&[]).await;
    let (status, headers) = preflight(&app, APP).await;
    assert_eq!(status, 401);
    assert!(!headers.contains_key("access-control-allow-origin"));
}

#[test]
fn an_origin_has_no_path() {
    for good in ["*", APP, "http://127.0.0.1:8081"] {
        assert!(good.parse::<Origin>().is_ok(), "{good}");
    }
    for bad in [
        "",
        "app.example.com",
        "https://app.example.com/",
        "https://a.b/c",
        "null",
        "https://*.example.com x",
    ] {
        assert!(bad.parse::<Origin>().is_err(), "{bad}");
    }
}
