//! Faults, attacks and overload, on real processes: a little of each in `make test`, at length in `make torture`.
//!
//! Each test prints a line with its figures and its seed. The tests take turns, because what they measure is time.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that can't go on should panic"
)]
#![allow(clippy::disallowed_methods, reason = "there are no async workers here")]

#[path = "../support/client.rs"]
mod client;
#[path = "../support/disk/mod.rs"]
mod disk;
#[path = "../support/postgres.rs"]
mod postgres;
#[path = "../support/said.rs"]
mod said;
#[path = "../support/scale.rs"]
mod scale;
#[path = "../support/node.rs"]
mod support;
#[path = "../support/wire.rs"]
mod wire;

mod backups;
mod by_hand;
mod calls;
mod crowd;
mod disk_full;
mod faults;
mod first_start;
mod histories;
mod io_errors;
mod kills;
mod ledger;
mod linear;
mod marks;
mod migrations;
mod model;
mod overload;
mod power_cut;
mod small;
mod wal;
mod walks;
