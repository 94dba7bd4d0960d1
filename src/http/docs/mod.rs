//! The description of the API as a page on which every call can be tried: Swagger UI, from the program itself.

mod archive;

use std::io::Read as _;
use std::sync::LazyLock;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request};
use axum::http::header::{
    CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY, VARY,
};
use axum::response::{IntoResponse as _, Response};
use flate2::bufread::GzDecoder;

use super::error::Error;
use super::header::takes_gzip;

/// Nothing from elsewhere, and no script but the two files. Swagger UI sets styles in its elements, and has its
/// pictures in its style sheet.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JAVASCRIPT: &str = "text/javascript; charset=utf-8";

/// What Swagger UI needs of its files, in gzip's format.
static STYLE: LazyLock<Option<Bytes>> = LazyLock::new(|| archive::gzip("dist/swagger-ui.css"));
static SCRIPT: LazyLock<Option<Bytes>> = LazyLock::new(|| archive::gzip("dist/swagger-ui-bundle.js"));

/// The same for who can't take that. They are unpacked once, for nobody has to say who they are to ask for them.
static PLAIN_STYLE: LazyLock<Option<Bytes>> = LazyLock::new(|| unpack(STYLE.as_ref()?));
static PLAIN_SCRIPT: LazyLock<Option<Bytes>> = LazyLock::new(|| unpack(SCRIPT.as_ref()?));

/// `GET /docs`
pub(super) async fn page() -> Response {
    let headers = [(CONTENT_TYPE, HeaderValue::from_static(HTML)), (CONTENT_SECURITY_POLICY, POLICY)];
    let private = [(REFERRER_POLICY, HeaderValue::from_static("no-referrer"))];
    (headers, private, include_str!("index.html")).into_response()
}

/// `GET /docs/{file}`
pub(super) async fn file(name: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let (content_type, gzip, plain) = match name.as_ref().map_or("", |name| name.as_str()) {
        "start.js" => return ([(CONTENT_TYPE, JAVASCRIPT)], include_str!("start.js")).into_response(),
        "swagger-ui.css" => (CSS, &STYLE, &PLAIN_STYLE),
        "swagger-ui-bundle.js" => (JAVASCRIPT, &SCRIPT, &PLAIN_SCRIPT),
        _ => return Error::UnknownPath.refuse(request).await,
    };
    let headers: [(HeaderName, &str); 2] = [(CONTENT_TYPE, content_type), (VARY, "accept-encoding")];
    if takes_gzip(request.headers())
        && let Some(gzip) = &**gzip
    {
        return (headers, [(CONTENT_ENCODING, "gzip")], gzip.clone()).into_response();
    }
    match &**plain {
        Some(plain) => (headers, plain.clone()).into_response(),
        None => Error::UnknownPath.refuse(request).await,
    }
}

fn unpack(gzip: &Bytes) -> Option<Bytes> {
    let mut plain = Vec::new();
    GzDecoder::new(&gzip[..]).read_to_end(&mut plain).ok()?;
    Some(plain.into())
}
