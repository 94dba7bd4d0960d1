//! What the head of every request must be, beyond what makes it HTTP.

use std::net::Ipv6Addr;

use axum::extract::Request;
use axum::http::header::{HOST, HeaderValue, TRANSFER_ENCODING};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, Version};

use super::Bounds;
use super::error::Error;
use crate::text::Invalid;

/// Refuses a target that is too long, and a head that does not say once and clearly which host it is for (RFC 9112, 3.2),
/// or how its body is packed: a proxy and the service could take it for two different requests.
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
    if !is_packed_clearly(request.headers()) {
        return Err(Invalid::new("Transfer-Encoding", "must be \"chunked\", once, or absent").into());
    }
    Ok(())
}

fn is_packed_clearly(headers: &HeaderMap) -> bool {
    let mut packings = headers.get_all(TRANSFER_ENCODING).iter();
    let first = packings.next();
    first.is_none_or(|packing| packing.as_bytes().eq_ignore_ascii_case(b"chunked"))
        && packings.next().is_none()
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
    let host = authority.host();
    let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let port = text
        .strip_prefix(host)
        .and_then(|port| if port.is_empty() { Some("0") } else { port.strip_prefix(':') });
    in_brackets.is_none_or(|address| address.parse::<Ipv6Addr>().is_ok())
        && port.is_some_and(|port| !port.starts_with('+') && port.parse::<u16>().is_ok())
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
            "a:+80",
            "[::g]",
            "a:65536",
            "a/b",
            "a?b",
            "::1",
        ] {
            assert!(!is(bad), "{bad}");
        }
    }
}
