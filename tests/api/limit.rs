//! Rate Limiting

use axum::http::{HeaderMap, Method};
use contacts::http::Limits;
use contacts::token::Verifier;

use crate::support::*;

async fn limited(database: Database, per_second: usize) -> TestApp {
    TestApp::with(database, Verifier::with_secret(&secret(), claims()), Limits::new(per_second)).await
}

async fn call(app: &TestApp, path: &str) -> (u16, Value, HeaderMap) {
    let ((status, body), headers) = app.request(Method::POST, path, "{}").await;
    (status, body, headers)
}

on_both! {
    async fn ten_requests_a_second_pass_over_all_endpoints_together(database: Database) {
        let app = limited(database, 10).await;
        let paths = ["/api/sales/contacts/", "/api/sales/roles/", "/api/sales/contacts/contact", "/api/nothing"];
        for (left, path) in (0..10).rev().zip(paths.iter().cycle()) {
            let (status, _, headers) = call(&app, path).await;
            assert_ne!(status, 429);
            assert_eq!(headers["ratelimit-policy"], "\"default\";q=10;w=1");
            assert_eq!(headers["ratelimit"], format!("\"default\";r={left};t=1").as_str());
        }
        for path in paths {
            let (status, body, headers) = call(&app, path).await;
            assert_eq!((status, body), (429, json!({ "res": "error", "code": 3, "info": "Too many requests" })));
            assert_eq!(
                (&headers["retry-after"], &headers["ratelimit"]),
                (&"1".parse().unwrap(), &"\"default\";r=0;t=1".parse().unwrap())
            );
        }
        for other in [app.caller("eva", "demo"), app.caller("ana", "other")] {
            assert_eq!(call(&other, paths[0]).await.0, 200);
        }
    }

    async fn requests_without_a_valid_token_are_limited_by_address(database: Database) {
        let app = limited(database, 3).await;
        let guesser = app.with_token("x");
        for _ in 0..3 {
            assert_eq!(call(&guesser, "/api/sales/contacts/").await.0, 401);
        }
        let (status, body, headers) = call(&guesser, "/api/sales/contacts/").await;
        assert_eq!((status, &body["code"]), (429, &json!(3)));
        assert!(headers.contains_key("retry-after"));
        assert_eq!(call(&app, "/api/sales/contacts/").await.0, 200);
        assert_eq!(app.request(Method::GET, "/health", "").await.0.0, 200);
    }

    async fn zero_turns_both_limits_off(database: Database) {
        let app = limited(database, 0).await;
        for _ in 0..50 {
            let (status, _, headers) = call(&app, "/api/sales/contacts/").await;
            assert_eq!((status, headers.contains_key("ratelimit")), (200, false));
            assert_eq!(call(&app.with_token("x"), "/api/sales/contacts/").await.0, 401);
        }
    }
}
