//! The program as operators run it: real processes, a real file, real signals.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should panic")]
#![allow(clippy::disallowed_methods, reason = "there are no async workers here")]

#[path = "../support/certificates.rs"]
mod certificates;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/redis.rs"]
mod redis;
#[path = "../support/said.rs"]
mod said;
mod support;
#[path = "../support/wire.rs"]
mod wire;

mod backup;
mod clients;
mod copy;
mod demo;
mod erase;
mod export;
mod import;
mod papers;
mod roles;
mod serve;
mod shared_limit;
mod start;
mod tls;
mod token;
mod traces;
