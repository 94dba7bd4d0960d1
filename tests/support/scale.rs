//! How much a test does, and by which seed.

#![allow(dead_code, reason = "each of the test programs uses a part")]
#![allow(clippy::expect_used, reason = "a test that can't go on should panic")]

/// The first number in `make test`, the second in `make torture`.
pub(crate) fn scale<T>(quick: T, long: T) -> T {
    if std::env::var_os("CONTACTS_TORTURE").is_some() { long } else { quick }
}

/// What a test draws its random numbers from. Its seed is printed with the figures; `CONTACTS_TEST_SEED` gives the same
/// numbers again.
pub(crate) fn random() -> fastrand::Rng {
    let given =
        std::env::var("CONTACTS_TEST_SEED").ok().map(|seed| seed.parse().expect("a seed is a number"));
    fastrand::Rng::with_seed(given.unwrap_or_else(|| fastrand::u64(..)))
}
