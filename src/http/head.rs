//! What the head of every request must be, beyond what makes it HTTP.

use axum::extract::Request;
use axum::http::header::{HOST, HeaderValue};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Version};

use super::Bounds;
use super::error::Error;
use crate::text::Invalid;

/// Refuses a target that is too long, and a head that does not say once and clearly which host it is for (RFC 9112, 3.2):
/// a proxy and the service could take it for two different requests.
pub(super) fn check(request: &Request, bounds: &Bounds) -> Result<(), Error> {
    let target = request.uri().path_and_query().map_or(0, |target| target.as_str().len());
    if target > bounds.target {
        return Err(Error::TargetTooLong(bounds.target));
    }
    if !names_one_host(request.headers(), request.version()) {
        return Err(
            Invalid::new("Host", "must be there once, as a name or an address and perhaps a port").into()
        );
    }
    Ok(())
}

fn names_one_host(headers: &HeaderMap, version: Version) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => is_host(host),
        (None, _) => version < Version::HTTP_11,
        _ => false,
    }
}

fn is_host(host: &HeaderValue) -> bool {
    let Ok(authority) = Authority::try_from(host.as_bytes()) else { return false };
    let text = authority.as_str();
    let port = text.strip_prefix(authority.host());
    port.is_some_and(|port| {
        port.is_empty() || port.strip_prefix(':').is_some_and(|port| port.parse::<u16>().is_ok())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_a_name_or_an_address_and_perhaps_a_port() {
        let is = |text: &str| is_host(&HeaderValue::from_str(text).unwrap());
        for good in ["example.com", "example.com:8080", "127.0.0.1:1", "[::1]", "[::1]:65535", "a_b"] {
            assert!(is(good), "{good}");
        }
        for bad in [
            "",
            "a b",
            "user@example.com",
            "example.com:",
            "example.com:x",
            "a:1:2",
            "a:65536",
            "a/b",
            "a?b",
            "::1",
        ] {
            assert!(!is(bad), "{bad}");
        }
    }
}
