//! The windows of one process.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::{Allowance, WINDOW};

/// An exact sliding window for each key.
pub(super) struct Local<K> {
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
            self.discount(key);
        }
    }

    fn discount(&mut self, key: K) {
        if let Entry::Occupied(mut count) = self.counts.entry(key) {
            *count.get_mut() -= 1;
            if *count.get() == 0 {
                count.remove();
            }
        }
    }
}

impl<K: Clone + Hash + Eq> Local<K> {
    pub(super) fn new(per_second: usize) -> Self {
        Self { per_second, recent: Mutex::new(Recent { passed: VecDeque::new(), counts: HashMap::new() }) }
    }

    /// Counts a request if it may pass now; nothing if there is no limit.
    pub(super) fn take(&self, key: &K) -> Option<Allowance> {
        if self.per_second == 0 {
            return None;
        }
        let mut recent = self.lock();
        // The clock is read under the lock, so that times are kept in order.
        Some(self.take_at(&mut recent, key, Instant::now()))
    }

    fn take_at(&self, recent: &mut Recent<K>, key: &K, now: Instant) -> Allowance {
        recent.forget(now);
        let count = recent.counts.get(key).copied().unwrap_or(0);
        let allowed = count < self.per_second;
        if allowed {
            recent.passed.push_back((now, key.clone()));
            recent.counts.insert(key.clone(), count + 1);
        }
        let remaining = (self.per_second - count).saturating_sub(1);
        Allowance { allowed, limit: self.per_second, remaining }
    }

    /// Takes back the last request of a key that has passed here, because it was refused elsewhere. Of requests at the
    /// same time it may be another one, which then counts for no longer than it should.
    pub(super) fn give_back(&self, key: &K) {
        let mut recent = self.lock();
        if let Some(place) = recent.passed.iter().rposition(|(_, passed)| passed == key) {
            recent.passed.remove(place);
            recent.discount(key.clone());
        }
    }

    pub(super) fn sweep(&self, now: Instant) {
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
    use std::time::Duration;

    use super::*;

    fn take<K: Clone + Hash + Eq>(limiter: &Local<K>, key: K, now: Instant) -> Allowance {
        limiter.take_at(&mut limiter.lock(), &key, now)
    }

    #[test]
    fn no_window_of_a_second_holds_more_than_the_limit() {
        let limiter = Local::new(10);
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
        let limiter = Local::new(2);
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
    fn what_is_given_back_does_not_count() {
        let limiter = Local::new(2);
        let start = Instant::now();
        assert!(take(&limiter, "ana", start).allowed && take(&limiter, "eva", start).allowed);
        for _ in 0..5 {
            assert_eq!(take(&limiter, "ana", start).remaining, 0);
            limiter.give_back(&"ana");
        }
        assert!(take(&limiter, "ana", start).allowed && !take(&limiter, "ana", start).allowed);
        assert!(take(&limiter, "eva", start).allowed && !take(&limiter, "eva", start).allowed);
        limiter.give_back(&"leo");
        limiter.sweep(start + WINDOW);
        assert_eq!(limiter.lock().counts.capacity(), 0);
    }

    #[test]
    fn memory_does_not_grow_with_callers_who_left() {
        let limiter = Local::new(10);
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
