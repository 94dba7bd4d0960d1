//! Bodies that no front end should send: each is refused with code 1, and leaves nothing behind.

use axum::body::Body;
use axum::http::{Method, Request};

use crate::support::*;

const PATHS: [&str; 9] = [
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

on_both! {
    async fn a_body_that_is_not_one_json_object_is_refused_everywhere(app: TestApp) {
        let brackets = "[".repeat(100_000);
        let objects = r#"{"a":"#.repeat(100_000);
        for path in PATHS {
            for (body, info) in [
                ("null", "body must be a JSON object"),
                ("[]", "body must be a JSON object"),
                (r#"["create","Ana","Paz"]"#, "body must be a JSON object"),
                ("7", "body must be a JSON object"),
                ("\"{}\"", "body must be a JSON object"),
                ("nothing", "body must be valid JSON"),
                ("{", "body must be valid JSON"),
                ("{}{}", "body must be valid JSON"),
                (r#"{"x":"\ud800"}"#, "body must be valid JSON"),
                ("{\"x\":\"\u{1}\"}", "body must be valid JSON"),
                (r#"{"x":1e999}"#, "body must be valid JSON"),
                (brackets.as_str(), "body must be valid JSON"),
                (objects.as_str(), "body must be valid JSON"),
                (r#"{"x":1,"x":1}"#, "body must not have a member twice: x"),
                (r#"{"y":{"x":1,"x":2}}"#, "body must not have a member twice: x"),
            ] {
                let (status, answer) = app.post_raw(path, body.to_owned()).await;
                assert_eq!((status, &answer["code"]), (400, &json!(1)), "{path} {body:.40}");
                assert!(answer["info"].as_str().unwrap().starts_with(info), "{path} {body:.40} {answer}");
                assert_eq!(keys(&answer), ["res", "code", "info"]);
            }
            for body in [&b"{\"x\":\"\xff\"}"[..], b"\xff", b"{\"\xc0\xaf\":1}", b"{\"x\":\"\xed\xa0\x80\"}"] {
                assert_eq!(app.post_raw(path, body).await, refused(1, "body must be valid UTF-8"), "{path}");
            }
        }
        assert_eq!(app.names(json!({})).await, Vec::<String>::new());
    }

    async fn a_member_twice_creates_nothing(app: TestApp) {
        let body = r#"{"action":"create","first_name":"Ana","last_name":"Paz","last_name":"Gil"}"#;
        assert_eq!(app.post_raw("contacts/contact", body).await.1["code"], 1);
        assert_eq!(app.names(json!({})).await, Vec::<String>::new());
    }

    async fn the_content_type_does_not_matter(app: TestApp) {
        for content_type in ["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ""] {
            let request = Request::post("/api/sales/contacts/contact")
                .header("authorization", format!("bearer {}", token("ana", "demo")))
                .header("content-type", content_type)
                .body(Body::from(r#"{"action":"create","first_name":"Ana","last_name":"Paz"}"#))
                .unwrap();
            assert_eq!(app.send(request).await.0, 200, "{content_type}");
        }
    }

    async fn a_body_has_at_most_1_mib(app: TestApp) {
        let body = |size: usize| format!("{{}}{}", " ".repeat(size - 2));
        assert_eq!(app.post_raw("contacts/", body(1 << 20)).await.0, 200);
        let too_large = (413, json!({ "res": "error", "code": 1, "info": "body must be at most 1 MiB" }));
        assert_eq!(app.post_raw("contacts/", body((1 << 20) + 1)).await, too_large);
        // Without a declared length it is counted.
        let chunks = futures_util::stream::iter((0..17).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1 << 16])));
        assert_eq!(app.post_raw("contacts/", Body::from_stream(chunks)).await, too_large);
        // A declared length is believed at once: the body need not come.
        let request = Request::post("/api/sales/contacts/")
            .header("authorization", format!("Bearer {}", token("ana", "demo")))
            .header("content-length", 10_u64.pow(12))
            .body(Body::from_stream(futures_util::stream::pending::<std::io::Result<Vec<u8>>>()))
            .unwrap();
        assert_eq!(app.send(request).await.0, 413);
    }

    async fn refusals_come_in_the_documented_order(app: TestApp) {
        let code = async |app: &TestApp, method: Method, path: &str, body: String| {
            let (answer, headers) = app.request(method, path, body).await;
            assert!(answer.0 != 405 || headers.contains_key("allow"));
            (answer.0, answer.1["code"].clone())
        };
        let (large, wrong) = (" ".repeat(2 << 20), "null".to_owned());
        let nobody = app.with_token("x");
        let contact = "/api/sales/contacts/contact";
        for path in ["/api/nothing", "/api", "/api/", contact] {
            for method in [Method::DELETE, Method::POST] {
                assert_eq!(code(&nobody, method, path, large.clone()).await, (401, json!(2)), "{path}");
            }
        }
        for path in ["/api/nothing", "/api", "/api/", "/api/sales", "/api/sales/contacts/contact/x"] {
            assert_eq!(code(&app, Method::PUT, path, large.clone()).await, (404, json!(1)), "{path}");
        }
        assert_eq!(code(&app, Method::PUT, contact, large.clone()).await, (405, json!(1)));
        assert_eq!(code(&app, Method::POST, contact, large).await, (413, json!(1)));
        assert_eq!(code(&app, Method::POST, contact, wrong).await, (400, json!(1)));
    }
}
