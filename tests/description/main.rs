//! The description of the API in the hands of those who use it: tools that check it, a client that is generated from it,
//! and what the paper for clients prints.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can't go on should panic")]
#![allow(clippy::disallowed_methods, reason = "there are no async workers here")]
#![allow(dead_code, reason = "the service of the tests of the program, of which these need a part")]

#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/said.rs"]
mod said;
#[path = "../support/scale.rs"]
mod scale;
#[path = "../program/support.rs"]
mod support;

mod docs;
mod papers;
mod schemathesis;
mod typescript;
