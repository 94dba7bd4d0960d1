//! The web page: files of `web/` that are part of the program. They hold nobody's data and need no token; what the page
//! shows it asks the API for, as its user.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue,
    IF_NONE_MATCH, REFERRER_POLICY,
};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use super::Shared;
use super::error::Error;

macro_rules! files {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_str!(concat!("../../web/", $name)))),+] };
}

/// All files of the page. `/` is `index.html`; the others are under `/web/`.
#[rustfmt::skip]
const FILES: &[(&str, &str)] = files![
    "accounts.js", "api.js", "app.js", "bulk.js", "calls.js", "contacts.js", "csv.js", "detail.js", "dialog.js",
    "dom.js", "early.js", "en.js", "enter.js", "errors.js", "es.js", "export.js", "form.js", "i18n.js", "icon.svg",
    "import.js", "index.html", "keys.js", "links.js", "list.js", "parts.css", "parts.js", "picker.js", "prefs.js",
    "roles.js", "rules.js", "session.js", "style.css", "toast.js",
];

/// Nothing but the page's own files and calls to its own service; no text ever becomes markup or script.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
);

/// A browser asks each time whether a file has changed, so what an upgrade brings is seen at once.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");

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

/// A file as it is answered.
struct File {
    media_type: HeaderValue,
    etag: HeaderValue,
    bytes: Bytes,
}

impl File {
    fn new(name: &str, text: String) -> Self {
        let media_type = HeaderValue::from_static(match name.rsplit_once('.') {
            Some((_, "html")) => "text/html; charset=utf-8",
            Some((_, "css")) => "text/css; charset=utf-8",
            Some((_, "svg")) => "image/svg+xml",
            _ => "text/javascript; charset=utf-8",
        });
        let hash = URL_SAFE_NO_PAD.encode(&Sha256::digest(&text)[..12]);
        let etag = HeaderValue::try_from(format!("\"{hash}\"")).unwrap_or(HeaderValue::from_static("\"\""));
        Self { media_type, etag, bytes: text.into() }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        const NO_REFERRER: HeaderValue = HeaderValue::from_static("no-referrer");
        let always: [(HeaderName, HeaderValue); 4] = [
            (ETAG, self.etag.clone()),
            (CACHE_CONTROL, ASK_AGAIN),
            (CONTENT_SECURITY_POLICY, POLICY),
            (REFERRER_POLICY, NO_REFERRER),
        ];
        if self.is_known(headers) {
            return (StatusCode::NOT_MODIFIED, always).into_response();
        }
        (always, [(CONTENT_TYPE, self.media_type.clone())], self.bytes.clone()).into_response()
    }

    /// Whether the browser has it already (RFC 9110, 13.1.2). A proxy that compresses may have made the tag a weak one.
    fn is_known(&self, headers: &HeaderMap) -> bool {
        let tags = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        tags.flat_map(|tags| tags.split(',')).any(|tag| {
            let tag = tag.trim();
            tag == "*" || tag.strip_prefix("W/").unwrap_or(tag).as_bytes() == self.etag.as_bytes()
        })
    }
}

/// The routes of the page, which leads people to `login` if there is one.
pub(super) fn routes(login: Option<&LoginUrl>) -> Router<Shared> {
    let login = login.map_or_else(String::new, |url| escaped(&url.0));
    let file = |(name, text): &(&'static str, &str)| {
        let text = text.replace("{{login-url}}", &login);
        (if *name == "index.html" { "/".to_owned() } else { format!("/web/{name}") }, File::new(name, text))
    };
    let files: Arc<HashMap<String, File>> = Arc::new(FILES.iter().map(file).collect());
    let answer = get(async move |request: Request| match files.get(request.uri().path()) {
        Some(file) => file.answer(request.headers()),
        None => Error::UnknownPath.refuse(request).await,
    });
    Router::new().route("/", answer.clone()).route("/web/{name}", answer)
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
