//! Several nodes on real servers: PostgreSQL, Redis and a load balancer that crash, hang, fail over and come back.
//!
//! The tests take turns, because what they measure is time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on should panic"
)]
#![allow(clippy::disallowed_methods, reason = "there are no async workers here")]

#[path = "../support/certificates.rs"]
mod certificates;
#[path = "../support/client.rs"]
mod client;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/redis.rs"]
mod redis;
#[path = "../support/said.rs"]
mod said;
#[path = "../support/scale.rs"]
mod scale;
#[path = "../support/node.rs"]
mod support;

mod aborted;
mod away;
mod balancer;
mod commands;
mod crashes;
mod failover;
mod limit;
mod network;
mod secrets;
mod start;
mod tls;
mod together;
