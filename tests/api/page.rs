//! The web page: how its files are answered.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Read as _;

use axum::body::Body;
use axum::http::{HeaderMap, Method, Request};
use contacts::http::{Edge, Limits};
use contacts::token::Verifier;
use flate2::read::GzDecoder;

use crate::support::*;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                      require-trusted-types-for 'script'; trusted-types 'none'";

/// Where each file of `web/` is answered; the page says so itself.
async fn paths(app: &TestApp) -> Vec<String> {
    let (_, _, index) = send(app, Method::GET, "/", None).await;
    let index = String::from_utf8(index).unwrap();
    let (_, after) = index.split_once("\"web/").unwrap();
    let (version, _) = after.split_once('/').unwrap();
    let names = fs::read_dir("web").unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    names
        .map(|name| if name == "index.html" { "/".to_owned() } else { format!("/web/{version}/{name}") })
        .collect()
}

async fn app(login: Option<&str>) -> TestApp {
    let edge = Edge { login: login.map(|login| login.parse().unwrap()), ..Edge::default() };
    TestApp::meeting(edge, Database::Sqlite, Verifier::with_secret(&secret(), claims()), Limits::new(1)).await
}

type Sent = (u16, HeaderMap, Vec<u8>);

async fn send(app: &TestApp, method: Method, path: &str, known: Option<&str>) -> Sent {
    let headers = known.map(|known| ("if-none-match", known));
    with(app, method, path, headers.as_slice()).await
}

async fn with(app: &TestApp, method: Method, path: &str, headers: &[(&str, &str)]) -> Sent {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let (status, headers, body) = app.send(request.body(Body::empty()).unwrap()).await;
    (status.as_u16(), headers, body)
}

#[tokio::test]
async fn every_file_is_answered_without_a_token_or_a_limit() {
    let app = app(None).await;
    for path in paths(&app).await {
        let (status, headers, body) = send(&app, Method::GET, &path, None).await;
        assert_eq!(status, 200, "{path}");
        let media_type = match path.rsplit_once('.') {
            None => "text/html; charset=utf-8",
            Some((_, "js")) => "text/javascript; charset=utf-8",
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            Some((_, other)) => panic!("{other}: which media type?"),
        };
        for (name, value) in [
            ("content-type", media_type),
            ("content-security-policy", POLICY),
            ("cache-control", if path == "/" { "no-cache" } else { "public, max-age=31536000, immutable" }),
            ("referrer-policy", "no-referrer"),
            ("x-content-type-options", "nosniff"),
        ] {
            assert_eq!(headers[name], value, "{path} {name}");
        }
        assert!(!body.is_empty(), "{path}");
    }
}

#[tokio::test]
async fn a_browser_that_has_a_file_is_not_sent_it_again() {
    let app = app(None).await;
    for path in ["/", "/web/another/app.js"] {
        let (_, headers, body) = send(&app, Method::GET, path, None).await;
        let etag = headers["etag"].to_str().unwrap();
        for known in [etag, &format!("W/{etag}"), &format!("\"other\", {etag}"), "*"] {
            let (status, headers, body) = send(&app, Method::GET, path, Some(known)).await;
            assert_eq!((status, body.len()), (304, 0), "{path} {known}");
            assert_eq!(headers["etag"], etag);
            assert_eq!(headers["cache-control"], "no-cache");
        }
        assert_eq!(send(&app, Method::GET, path, Some("\"other\"")).await.0, 200);
        let (status, head, nothing) = send(&app, Method::HEAD, path, None).await;
        assert_eq!((status, nothing.len()), (200, 0));
        assert_eq!(head["content-length"], body.len().to_string());
        assert_eq!(send(&app, Method::POST, path, None).await.0, 405);
    }
    assert_eq!(send(&app, Method::GET, "/web/another/nothing.js", None).await.0, 404);
    assert_eq!(send(&app, Method::GET, "/web/another/index.html", None).await.0, 404);
}

#[tokio::test]
async fn a_browser_gets_all_of_it_compressed_in_less_than_100_kilobytes() {
    let app = app(None).await;
    let mut all = 0;
    for path in paths(&app).await {
        let (_, bare, plain) = send(&app, Method::GET, &path, None).await;
        assert!(!bare.contains_key("content-encoding"));
        let gzip = [("accept-encoding", "br;q=1.0, gzip;q=0.5")];
        let (status, headers, packed) = with(&app, Method::GET, &path, &gzip).await;
        assert_eq!((status, &headers["content-encoding"]), (200, &"gzip".parse().unwrap()));
        assert_eq!(
            (&headers["vary"], &bare["vary"]),
            (&"accept-encoding".parse().unwrap(), &headers["vary"])
        );
        assert_ne!(headers["etag"], bare["etag"], "two forms are two representations");
        let mut unpacked = Vec::new();
        GzDecoder::new(&packed[..]).read_to_end(&mut unpacked).unwrap();
        assert!(unpacked == plain, "{path}");
        all += packed.len();
        let known = [gzip[0], ("if-none-match", headers["etag"].to_str().unwrap())];
        assert_eq!(with(&app, Method::GET, &path, &known).await.0, 304);
        for refused in ["gzip;q=0", "br", "identity"] {
            let (_, headers, _) = with(&app, Method::GET, &path, &[("accept-encoding", refused)]).await;
            assert!(!headers.contains_key("content-encoding"), "{refused}");
        }
    }
    println!("the page: {all} bytes");
    assert!(all < 100_000, "{all}");
}

#[tokio::test]
async fn the_login_address_is_in_the_page() {
    let meta = async |login| {
        let (_, headers, body) = send(&app(login).await, Method::GET, "/", None).await;
        let text = String::from_utf8(body).unwrap();
        let line = text.lines().find(|line| line.contains("login-url")).unwrap().trim().to_owned();
        (line, headers["etag"].clone())
    };
    let (none, bare) = meta(None).await;
    assert_eq!(none, r#"<meta name="login-url" content="">"#);
    let (some, other) = meta(Some("https://login.example.com/?a=1&b=2")).await;
    assert_eq!(some, r#"<meta name="login-url" content="https://login.example.com/?a=1&amp;b=2">"#);
    assert_ne!(bare, other);
}

/// The sentences of a language by their keys, which begin lines: for each, what it has room for.
fn sentences(language: &str) -> BTreeMap<String, BTreeSet<String>> {
    let text = fs::read_to_string(format!("web/{language}.js")).unwrap();
    let mut sentences = BTreeMap::<_, BTreeSet<String>>::new();
    let mut key = String::new();
    for line in text.lines() {
        let entry = line.strip_prefix("  ").filter(|entry| !entry.starts_with([' ', '}']));
        if let Some((start, _)) = entry.and_then(|entry| entry.split_once(':')) {
            key = start.trim_matches('"').to_owned();
            assert!(sentences.insert(key.clone(), BTreeSet::new()).is_none(), "{key} is there twice");
        }
        let rooms = line.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(room, _)| room);
        let rooms = rooms.filter(|room| room.chars().all(char::is_alphanumeric)).map(str::to_owned);
        sentences.entry(key.clone()).or_default().extend(rooms);
    }
    sentences
}

#[test]
fn both_languages_have_the_same_sentences() {
    let (es, en) = (sentences("es"), sentences("en"));
    assert!(es.len() > 200, "{}", es.len());
    for key in es.keys().chain(en.keys()) {
        assert_eq!(es.get(key), en.get(key), "{key}");
    }
}

#[test]
fn the_page_never_makes_html_or_script_of_text() {
    for file in fs::read_dir("web").unwrap() {
        let path = file.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        for banned in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            " style=\"",
            "onclick=\"",
            "http://",
            "https://",
        ] {
            let allowed = banned == "http://" && text.contains("http://www.w3.org/2000/svg");
            assert!(!text.contains(banned) || allowed, "{} has {banned}", path.display());
        }
    }
}
