//! The page that shows the description.

use axum::body::Body;
use axum::http::{HeaderMap, Request};
use contacts::http::Limits;
use contacts::token::Verifier;

use crate::support::*;

/// A file without a token, and its headers.
async fn get(app: &TestApp, path: &str, encoding: &str) -> (u16, HeaderMap, Vec<u8>) {
    let request = Request::get(path).header("accept-encoding", encoding).body(Body::empty()).unwrap();
    let (status, headers, bytes) = app.send(request).await;
    (status.as_u16(), headers, bytes)
}

#[tokio::test]
async fn the_page_asks_for_nothing_but_what_the_program_has() {
    let app = TestApp::new(Database::Sqlite).await;
    for path in ["/docs", "/docs/"] {
        let (status, headers, page) = get(&app, path, "").await;
        assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "text/html; charset=utf-8"));
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{policy}");
        let page = String::from_utf8(page).unwrap();
        let mut files = 0;
        for rest in page.split("src=\"").chain(page.split("href=\"")).skip(1) {
            let file = rest.split_once('"').unwrap().0;
            if file.starts_with("/") {
                files += 1;
                assert_eq!(get(&app, file, "gzip").await.0, 200, "{file}");
            }
        }
        assert!(files >= 3, "{page}");
        assert!(!page.contains("http"), "{page}");
    }
    for path in ["/docs/unknown.js", "/docs/%ff", "/web/%ff/app.js"] {
        let (status, _, told) = get(&app, path, "").await;
        let told: Value = serde_json::from_slice(&told).unwrap();
        assert_eq!(
            (status, &told),
            (404, &json!({ "res": "error", "code": 1, "info": told["info"] })),
            "{path}"
        );
    }
}

#[tokio::test]
async fn files_are_packed_for_who_takes_that_and_whole_for_others() {
    let app = TestApp::new(Database::Sqlite).await;
    for (path, content_type, begin) in [
        ("/docs/swagger-ui.css", "text/css; charset=utf-8", ".swagger-ui"),
        ("/docs/swagger-ui-bundle.js", "text/javascript; charset=utf-8", "/*! For license information"),
    ] {
        let (_, headers, packed) = get(&app, path, "br, GZIP;q=0.5").await;
        assert_eq!(headers["content-type"], content_type);
        assert_eq!(headers["content-encoding"], "gzip");
        let mut unpacked = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&packed[..]), &mut unpacked).unwrap();
        assert!(packed.len() < unpacked.len() / 3);
        for encoding in ["", "br", "gzip;q=0"] {
            let (_, headers, plain) = get(&app, path, encoding).await;
            assert!(!headers.contains_key("content-encoding"), "{encoding}");
            assert!(plain == unpacked);
        }
        let text = String::from_utf8(unpacked).unwrap();
        assert!(text.starts_with(begin), "{}", &text[..60]);
    }
}

#[tokio::test]
async fn neither_the_page_nor_the_description_counts_for_the_limit() {
    let verifier = Verifier::with_secret(&secret(), claims());
    let app = TestApp::with(Database::Sqlite, verifier, Limits::new(1)).await;
    for path in ["/docs", "/docs/start.js", "/openapi.json", "/docs", "/openapi.json"] {
        assert_eq!(get(&app, path, "gzip").await.0, 200, "{path}");
    }
    assert_eq!(app.roles().await.0, 200);
}
