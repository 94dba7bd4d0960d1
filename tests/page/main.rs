//! The page as people use it: Debian's Chromium, driven by its own driver, on the real program and a fresh database.
//!
//! Things are found as a screen reader finds them, by role and name, so that what a test can use, everybody can.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on should panic"
)]
#![allow(clippy::disallowed_methods, reason = "there are no async workers here")]

mod browser;
#[path = "../support/client.rs"]
mod client;
mod person;
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/said.rs"]
mod said;
mod site;
#[path = "../support/node.rs"]
mod support;
mod tab;
mod target;

mod access;
mod contacts;
mod docs;
mod enter;
mod files;
mod keyboard;
mod languages;
mod links;
mod list;
mod pictures;
mod trouble;
