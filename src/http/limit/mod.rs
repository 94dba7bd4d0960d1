//! The rate limit (API document, "Rate Limiting"): so many requests in any window of a second.
//!
//! The window slides: a request passes if fewer than the limit have passed in the second before it. A token bucket
//! would let twice the number through in its first second.

mod address;
mod local;
mod shared;

use std::hash::Hash;
use std::net::IpAddr;
use std::time::{Duration, Instant};

use axum::extract::Request;
use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use axum::response::Response;

use super::error::Error;
use crate::caller::Caller;
use local::Local;
use shared::Windows;

pub use address::{InvalidAddress, RedisAddress};

const WINDOW: Duration = Duration::from_secs(1);

// The headers of the IETF draft "RateLimit header fields for HTTP".
pub(super) const RATELIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(super) const RATELIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// The limits: of callers by who they are, of requests without a valid token by address.
pub struct Limits {
    callers: Local<Caller>,
    addresses: Local<IpAddr>,
    shared: Option<Windows>,
}

impl Limits {
    /// Allows so many requests in any second; 0 allows all.
    pub fn new(per_second: usize) -> Self {
        Self { callers: Local::new(per_second), addresses: Local::new(per_second), shared: None }
    }

    /// Allows so many over all processes that use the same Redis. While it is away, each process goes on by itself.
    pub async fn shared(per_second: usize, redis: &RedisAddress) -> Self {
        let shared = if per_second == 0 { None } else { Some(Windows::connect(redis, per_second).await) };
        Self { shared, ..Self::new(per_second) }
    }

    /// Counts a request of a caller; nothing if there is no limit.
    pub(super) async fn caller(&self, caller: &Caller) -> Option<Allowance> {
        // Neither name holds a control character.
        let name = |caller: &Caller| format!("caller:{}\u{1f}{}", caller.workspace(), caller.user());
        self.take(&self.callers, caller, name).await
    }

    /// Counts a request without a valid token; nothing if there is no limit.
    pub(super) async fn address(&self, address: IpAddr) -> Option<Allowance> {
        self.take(&self.addresses, &address, |address| format!("address:{address}")).await
    }

    /// The process's own window comes first and always counts: what it refuses, the shared one would refuse too, and it
    /// is ready when Redis goes away.
    async fn take<K: Clone + Eq + Hash>(
        &self,
        local: &Local<K>,
        key: &K,
        name: impl Fn(&K) -> String,
    ) -> Option<Allowance> {
        let own = local.take(key)?;
        let Some(shared) = self.shared.as_ref().filter(|_| own.allowed) else { return Some(own) };
        let Some(allowance) = shared.take(&name(key)).await else { return Some(own) };
        if !allowance.allowed {
            local.give_back(key);
        }
        Some(allowance)
    }

    /// Forgets who has not asked for a second, and gives the memory back.
    pub(super) fn sweep(&self) {
        self.callers.sweep(Instant::now());
        self.addresses.sweep(Instant::now());
    }
}

/// Whether a request may pass, and what its caller has left.
pub(super) struct Allowance {
    pub(super) allowed: bool,
    limit: usize,
    remaining: usize,
}

impl Allowance {
    /// The refusal, with the time to wait.
    pub(super) async fn refuse(&self, request: Request) -> Response {
        let mut response = Error::TooManyRequests.refuse(request).await;
        self.announce(&mut response);
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(WINDOW.as_secs()));
        response
    }

    /// Adds the headers of the IETF draft "RateLimit header fields for HTTP".
    pub(super) fn announce(&self, response: &mut Response) {
        let fields = [
            (RATELIMIT_POLICY, format!("\"default\";q={};w=1", self.limit)),
            (RATELIMIT, format!("\"default\";r={};t={}", self.remaining, WINDOW.as_secs())),
        ];
        for (name, value) in fields {
            response.headers_mut().extend(HeaderValue::try_from(value).ok().map(|value| (name, value)));
        }
    }
}
