//! The API as its callers see it, in the order of the API document. Each test runs on every database.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should panic")]

#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/redis.rs"]
mod redis;
#[path = "../support/scale.rs"]
mod scale;
mod support;

mod document;

mod activate;
mod associate;
mod create;
mod delete;
mod get;
mod inactivate;
mod list;
mod update;

mod accounts;
mod associations;
mod roles;

mod bad_input;
mod cors;
mod cursors;
mod docs;
mod edge;
mod hostile;
mod issuer;
mod limit;
mod metrics;
mod model;
mod openapi;
mod page;
mod races;
mod raw_bytes;
mod shared_limit;
mod strings;
mod tenancy;
mod tokens;
