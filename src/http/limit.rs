//! The rate limit (API document, "Rate Limiting"): so many requests in any window of a second.
//!
//! The window slides: a request passes if fewer than the limit have passed in the second before it. A token bucket
//! would let twice the number through in its first second.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::extract::{Extension, Request, State};
use axum::http::header::{HeaderName, HeaderValue, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::Response;

use super::Shared;
use super::error::Error;
use crate::caller::Caller;

const WINDOW: Duration = Duration::from_secs(1);

/// Lets as many requests of a caller pass as the limit allows; an answer says how many are left.
pub(super) async fn limit(
    State(app): State<Shared>,
    Extension(caller): Extension<Caller>,
    request: Request,
    next: Next,
) -> Response {
    match app.limits.caller(caller) {
        None => next.run(request).await,
        Some(allowance) if !allowance.allowed => allowance.refuse(request).await,
        Some(allowance) => {
            let mut response = next.run(request).await;
            allowance.announce(&mut response);
            response
        }
    }
}

/// The limits of one process: of callers by who they are, of requests without a valid token by address.
pub(crate) struct Limits {
    callers: Limiter<Caller>,
    addresses: Limiter<IpAddr>,
}

impl Limits {
    /// Allows so many requests in any second; 0 allows all.
    pub(crate) fn new(per_second: usize) -> Self {
        Self { callers: Limiter::new(per_second), addresses: Limiter::new(per_second) }
    }

    fn caller(&self, caller: Caller) -> Option<Allowance> {
        self.callers.take(caller)
    }

    /// Counts a request without a valid token; nothing if there is no limit.
    pub(super) fn address(&self, address: IpAddr) -> Option<Allowance> {
        self.addresses.take(address)
    }

    /// Forgets who has not asked for a second, and gives the memory back.
    pub(crate) fn sweep(&self) {
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
    fn announce(&self, response: &mut Response) {
        const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
        const LEFT: HeaderName = HeaderName::from_static("ratelimit");
        let fields = [
            (POLICY, format!("\"default\";q={};w=1", self.limit)),
            (LEFT, format!("\"default\";r={};t={}", self.remaining, WINDOW.as_secs())),
        ];
        for (name, value) in fields {
            response.headers_mut().extend(HeaderValue::try_from(value).ok().map(|value| (name, value)));
        }
    }
}

/// An exact sliding window for each key.
struct Limiter<K> {
    per_second: usize,
    recent: Mutex<Recent<K>>,
}

/// What passed in the last second: memory for the requests of one second, whoever made them.
struct Recent<K> {
    passed: VecDeque<(Instant, K)>,
    /// How often each key is in `passed`.
    counts: HashMap<K, usize>,
}

impl<K: Clone + Hash + Eq> Recent<K> {
    fn forget(&mut self, now: Instant) {
        while let Some((_, key)) =
            self.passed.pop_front_if(|(time, _)| now.saturating_duration_since(*time) >= WINDOW)
        {
            if let Entry::Occupied(mut count) = self.counts.entry(key) {
                *count.get_mut() -= 1;
                if *count.get() == 0 {
                    count.remove();
                }
            }
        }
    }
}

impl<K: Clone + Hash + Eq> Limiter<K> {
    fn new(per_second: usize) -> Self {
        Self { per_second, recent: Mutex::new(Recent { passed: VecDeque::new(), counts: HashMap::new() }) }
    }

    /// Counts a request if it may pass now; nothing if there is no limit.
    fn take(&self, key: K) -> Option<Allowance> {
        if self.per_second == 0 {
            return None;
        }
        let mut recent = self.lock();
        // The clock is read under the lock, so that times are kept in order.
        Some(self.take_at(&mut recent, key, Instant::now()))
    }

    fn take_at(&self, recent: &mut Recent<K>, key: K, now: Instant) -> Allowance {
        recent.forget(now);
        let count = recent.counts.get(&key).copied().unwrap_or(0);
        let allowed = count < self.per_second;
        if allowed {
            recent.passed.push_back((now, key.clone()));
            recent.counts.insert(key, count + 1);
        }
        let remaining = (self.per_second - count).saturating_sub(1);
        Allowance { allowed, limit: self.per_second, remaining }
    }

    fn sweep(&self, now: Instant) {
        let mut recent = self.lock();
        recent.forget(now);
        if recent.counts.capacity() > 4 * recent.counts.len() {
            recent.counts.shrink_to_fit();
            recent.passed.shrink_to_fit();
        }
    }

    /// Nothing that is done under the lock can panic halfway, so what a poisoned one holds is sound.
    fn lock(&self) -> MutexGuard<'_, Recent<K>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn take<K: Clone + Hash + Eq>(limiter: &Limiter<K>, key: K, now: Instant) -> Allowance {
        limiter.take_at(&mut limiter.lock(), key, now)
    }

    #[test]
    fn no_window_of_a_second_holds_more_than_the_limit() {
        let limiter = Limiter::new(10);
        let start = Instant::now();
        let times: Vec<u64> = (0..3_000).step_by(7).collect();
        let at = |ms| start + Duration::from_millis(ms);
        let passed: Vec<u64> =
            times.into_iter().filter(|ms| take(&limiter, "ana", at(*ms)).allowed).collect();
        for (index, first) in passed.iter().enumerate() {
            let in_window = passed[index..].iter().take_while(|ms| **ms < first + 1_000).count();
            assert!(in_window <= 10, "{in_window} passed in the second after {first} ms");
        }
        assert!(passed.len() >= 30, "only {} passed in three seconds", passed.len());
    }

    #[test]
    fn refused_requests_do_not_count_and_callers_do_not_share() {
        let limiter = Limiter::new(2);
        let start = Instant::now();
        let take = |key, ms| take(&limiter, key, start + Duration::from_millis(ms));
        assert!(take("ana", 0).allowed && take("ana", 500).allowed);
        for ms in 501..1_000 {
            assert!(!take("ana", ms).allowed);
        }
        assert!(take("eva", 999).allowed);
        let refused = take("ana", 999);
        assert_eq!(refused.remaining, 0);
        assert!(take("ana", 1_000).allowed);
        assert!(!take("ana", 1_499).allowed);
        assert!(take("ana", 1_500).allowed);
    }

    #[test]
    fn memory_does_not_grow_with_callers_who_left() {
        let limiter = Limiter::new(10);
        let start = Instant::now();
        for user in 0..1_000_000_u32 {
            // A million users in a minute, with the sweep that runs every second.
            let now = start + Duration::from_micros(60 * u64::from(user));
            take(&limiter, user, now);
            if user % 16_667 == 0 {
                limiter.sweep(now);
            }
        }
        assert!(limiter.lock().counts.capacity() < 100_000);
        limiter.sweep(start + Duration::from_secs(62));
        assert_eq!(limiter.lock().counts.capacity(), 0);
    }
}
