//! The web page: files of `web/` that are part of the program. They hold nobody's data and need no token; what the page
//! shows it asks the API for, as its user.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::str::FromStr;
use std::sync::{Arc, LazyLock};

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap,
    HeaderValue, IF_NONE_MATCH, REFERRER_POLICY, VARY,
};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest as _, Sha256};

use super::Shared;
use super::error::Error;
use super::header::{listed, takes_gzip};

macro_rules! files {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../../web/", $name)))),+] };
}

/// What is answered at `/`.
const INDEX: &str = include_str!("../../web/index.html");

/// The other files of the page, which are under `/web/{version}/`.
#[rustfmt::skip]
const FILES: &[(&str, &str)] = files![
    "accounts.js", "api.js", "app.js", "browse.js", "bulk.js", "calls.js", "contacts.js", "csv.js", "detail.js", "dialog.js",
    "dom.js", "early.js", "en.js", "enter.js", "errors.js", "es.js", "export.js", "form.js", "i18n.js", "icon.svg",
    "import.js", "keys.js", "links.js", "list.js", "parts.css", "parts.js", "picker.js", "preview.js", "prefs.js",
    "roles.js", "rules.js", "session.js", "settings.js", "style.css", "toast.js",
];

/// Nothing but the page's own files and calls to its own service; no text ever becomes markup or script.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// A browser asks each time whether it has changed, so what an upgrade brings is seen at once.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

/// What an address with its version holds never changes: who comes back loads nothing but `/`.
const FOREVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

/// Where people sign in: an address of http or https, or a path of the same host.
#[derive(Clone, Debug)]
pub struct LoginUrl(String);

impl FromStr for LoginUrl {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        // Two slashes, or a slash and what browsers take for one, would be another host.
        let path = text.starts_with('/') && !text[1..].starts_with(['/', '\\']);
        let sound = text.parse::<Uri>().is_ok_and(|uri| match uri.scheme_str() {
            Some("http" | "https") => uri.authority().is_some(),
            Some(_) => false,
            None => path,
        });
        if !sound {
            return Err("a login address looks like https://login.example.com/contacts or /login");
        }
        Ok(Self(text.to_owned()))
    }
}

/// A file as it is answered: to browsers that can take it, which are all, compressed.
struct File {
    media_type: HeaderValue,
    plain: Form,
    compressed: Option<Form>,
}

/// The bytes that are sent, and the tag that a browser knows them by.
struct Form {
    bytes: Bytes,
    etag: HeaderValue,
}

impl File {
    fn new(name: &str, text: String) -> Self {
        let media_type = HeaderValue::from_static(match name.rsplit_once('.') {
            Some((_, "html")) => "text/html; charset=utf-8",
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        });
        let compressed = compress(text.as_bytes()).ok().map(|bytes| Form::new(bytes.into()));
        Self { media_type, plain: Form::new(text.into()), compressed }
    }

    fn answer(&self, headers: &HeaderMap, caching: HeaderValue) -> Response {
        const GZIP: HeaderValue = HeaderValue::from_static("gzip");
        const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
        let compressed = self.compressed.as_ref().filter(|_| takes_gzip(headers));
        let form = compressed.unwrap_or(&self.plain);
        let always = [
            (ETAG, form.etag.clone()),
            (VARY, HeaderValue::from(ACCEPT_ENCODING)),
            (CACHE_CONTROL, caching),
            (CONTENT_SECURITY_POLICY, POLICY),
            (REFERRER_POLICY, NO_REFERRER),
        ];
        if form.is_known(headers) {
            return (StatusCode::NOT_MODIFIED, always).into_response();
        }
        let mut response =
            (always, [(CONTENT_TYPE, self.media_type.clone())], form.bytes.clone()).into_response();
        if compressed.is_some() {
            response.headers_mut().insert(CONTENT_ENCODING, GZIP);
        }
        response
    }
}

impl Form {
    fn new(bytes: Bytes) -> Self {
        let etag = HeaderValue::try_from(format!("\"{}\"", short(Sha256::new_with_prefix(&bytes))))
            .unwrap_or(HeaderValue::from_static("\"\""));
        Self { bytes, etag }
    }

    /// Whether the browser has it already (RFC 9110, 13.1.2).
    fn is_known(&self, headers: &HeaderMap) -> bool {
        listed(headers, &IF_NONE_MATCH)
            .any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.etag.as_bytes())
    }
}

/// Enough of a hash to tell contents apart, as it may stand in an address.
fn short(hash: Sha256) -> String {
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..12])
}

fn compress(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// Another one whenever one of the files is another.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut all = Sha256::new();
    FILES.iter().for_each(|(_, text)| all.update(text));
    short(all)
});

/// The files under `/web/{version}/`, made ready when the first is asked for.
static READY: LazyLock<HashMap<&str, File>> =
    LazyLock::new(|| FILES.iter().map(|(name, text)| (*name, File::new(name, (*text).to_owned()))).collect());

/// The routes of the page, which leads people to `login` if there is one.
pub(super) fn routes(login: Option<&LoginUrl>) -> Router<Shared> {
    let login = login.map_or_else(String::new, |url| escaped(&url.0));
    let index = INDEX.replace("{{login-url}}", &login).replace("{{version}}", &VERSION);
    let index = Arc::new(File::new("index.html", index));
    Router::new()
        .route("/", get(async move |headers: HeaderMap| index.answer(&headers, ASK_AGAIN)))
        .route("/web/{version}/{name}", get(file))
}

/// `GET /web/{version}/{name}`. Of another version, which a node beside this one may have while they are upgraded, this
/// one's file is the best there is, for this once.
async fn file(path: Result<Path<(String, String)>, PathRejection>, request: Request) -> Response {
    let Ok(Path((version, name))) = path else { return Error::UnknownPath.refuse(request).await };
    let caching = if version == *VERSION { FOREVER } else { ASK_AGAIN };
    match READY.get(name.as_str()) {
        Some(file) => file.answer(request.headers(), caching),
        None => Error::UnknownPath.refuse(request).await,
    }
}

/// Text as the value of an attribute in quotation marks.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_address_is_of_http_or_of_the_same_host() {
        for good in
            ["https://login.example.com/?a=1&b=2", "http://localhost:9000", "/", "/login?next=contacts"]
        {
            assert!(good.parse::<LoginUrl>().is_ok(), "{good}");
        }
        for bad in [
            "",
            "login",
            "//evil.example.com",
            "/\\evil.example.com",
            "javascript:alert(1)",
            "https://",
            "/a b",
            "ftp://a/",
        ] {
            assert!(bad.parse::<LoginUrl>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_attribute_does_not_end_early() {
        assert_eq!(escaped("/?a=1&b=\"><x>"), "/?a=1&amp;b=&quot;&gt;&lt;x&gt;");
    }
}
