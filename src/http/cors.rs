//! Which pages of other origins may call the service from a browser (CORS). None may unless it is configured.

use std::str::FromStr;
use std::time::Duration;

use axum::http::Method;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use axum::http::uri::{PathAndQuery, Uri};
use tower_http::cors::{AllowOrigin, CorsLayer};

use super::limit::{RATELIMIT, RATELIMIT_POLICY};
use super::trace::REQUEST_ID;

/// How long a browser need not ask again.
const AN_HOUR: Duration = Duration::from_secs(3600);

/// A web origin (RFC 6454), as browsers say it, or all of them.
#[derive(Clone, Debug)]
pub struct Origin(HeaderValue);

impl FromStr for Origin {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "an origin looks like https://app.example.com, without a path and without the usual port; * is any";
        let text = text.to_ascii_lowercase();
        let is_origin = || {
            let uri: Uri = text.parse().ok()?;
            let bare = uri.path_and_query().is_none_or(|path| *path == PathAndQuery::from_static("/"));
            let same = format!("{}://{}", uri.scheme_str()?, uri.authority()?) == text;
            // Browsers leave it out.
            let usual =
                matches!((uri.scheme_str()?, uri.port_u16()), ("http", Some(80)) | ("https", Some(443)));
            (bare && same && !usual).then_some(())
        };
        if text != "*" && is_origin().is_none() {
            return Err(WRONG);
        }
        HeaderValue::from_str(&text).map(Self).map_err(|_| WRONG)
    }
}

/// Answers the browsers' preflights, which have no token and do not count, and tells them who may read the answers.
pub(super) fn layer(origins: &[Origin]) -> CorsLayer {
    let any = origins.iter().any(|origin| origin.0 == "*");
    let allowed = || AllowOrigin::list(origins.iter().map(|origin| origin.0.clone()));
    CorsLayer::new()
        .allow_origin(if any { AllowOrigin::any() } else { allowed() })
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, REQUEST_ID])
        .expose_headers([REQUEST_ID, RETRY_AFTER, RATELIMIT, RATELIMIT_POLICY])
        .max_age(AN_HOUR)
}
