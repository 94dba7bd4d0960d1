//! What surrounds the calls: paths, methods, request ids, health.

use axum::body::Body;
use axum::http::{Method, Request};

use crate::support::*;

on_both! {
    async fn another_path_or_method_is_answered_in_the_documented_shape(app: TestApp) {
        for path in ["/api/sales/contact", "/nothing", "/web", "/web/nothing"] {
            let (answer, _) = app.request(Method::GET, path, "").await;
            assert_eq!(answer, (404, json!({ "res": "error", "code": 1, "info": "Path not found" })), "{path}");
        }
        for (method, path, allow) in [
            (Method::GET, "/api/sales/contacts/", "POST"),
            (Method::DELETE, "/api/sales/contacts/contact", "GET,HEAD,POST"),
            (Method::PATCH, "/api/sales/roles/role/", "POST"),
            (Method::POST, "/health", "GET,HEAD"),
        ] {
            let (answer, headers) = app.request(method, path, "").await;
            assert_eq!(answer, (405, json!({ "res": "error", "code": 1, "info": "Method not allowed" })), "{path}");
            assert_eq!(headers["allow"], allow, "{path}");
        }
    }

    async fn answers_are_json_and_carry_a_request_id(app: TestApp) {
        let (_, headers) = app.request(Method::POST, "/api/sales/contacts/", "{}").await;
        assert_eq!(headers["content-type"], "application/json");
        let id = async |sent: &str| {
            let request = Request::get("/health").header("x-request-id", sent).body(Body::empty()).unwrap();
            app.send(request).await.1["x-request-id"].to_str().unwrap().to_owned()
        };
        assert_eq!(id("front-1.2_3").await, "front-1.2_3");
        for unsound in ["", "a b", "a\"b", &"x".repeat(65)] {
            assert_eq!(id(unsound).await.len(), 36);
        }
    }

    async fn health_and_ready_need_no_token(app: TestApp) {
        for path in ["/health", "/ready"] {
            let (status, _, body) = app.send(Request::get(path).body(Body::empty()).unwrap()).await;
            assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
        }
    }
}
