//! The layer before all calls: a token becomes a caller (API document, "Authentication"), who has as many requests as
//! the limit allows ("Rate Limiting").
//!
//! One layer for both, because each layer costs as much as the check of a token: for every request, axum copies all that
//! is below it.

use std::net::{IpAddr, Ipv6Addr};

use axum::extract::{Request, State};
use axum::http::header::{ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::Response;

use super::Shared;
use super::error::Error;
use super::trace::User;

/// Lets a caller pass as often as the limit allows. An address without a valid token is told so as often, and then to wait;
/// a valid one passes all the same, so that nobody is locked out by others behind the same address.
pub(super) async fn admit(State(app): State<Shared>, mut request: Request, next: Next) -> Response {
    let caller = match bearer(request.headers()) {
        Some(token) => app.tokens.verify(token).await,
        None => None,
    };
    let Some(caller) = caller else {
        if is_preflight(&request) {
            return Error::Unauthorized.refuse(request).await;
        }
        return match app.limits.address(network(app.edge.proxies.client(&request))).await {
            Some(allowance) if !allowance.allowed => {
                app.metrics.limited("address");
                allowance.refuse(request).await
            }
            _ => Error::Unauthorized.refuse(request).await,
        };
    };
    if let Some(user) = request.extensions().get::<User>() {
        user.is(app.tokens.pseudonym(&caller));
    }
    let allowance = app.limits.caller(&caller).await;
    let mut response = match &allowance {
        Some(allowance) if !allowance.allowed => {
            app.metrics.limited("user");
            allowance.refuse(request).await
        }
        _ => {
            request.extensions_mut().insert(caller);
            next.run(request).await
        }
    };
    if let Some(allowance) = allowance.filter(|allowance| allowance.allowed) {
        allowance.announce(&mut response);
    }
    response
}

/// A browser asks before a call to another origin and sends no token with that; it does not count. With a token it
/// would be a way to guess without a limit.
fn is_preflight(request: &Request) -> bool {
    let headers = request.headers();
    request.method() == Method::OPTIONS
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
        && !headers.contains_key(AUTHORIZATION)
}

/// The token of the one `Authorization` header; its scheme may be in any case (RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim_matches(' '))
}

/// What a client has to itself: an address, and of IPv6 the network of 64 bits, in which it has all addresses.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        IpAddr::V4(_) => address,
    }
}
