//! The contacts service: a documented HTTP API for the contacts of a sales team, on an embedded
//! database or on PostgreSQL.
//!
//! A request goes down through the modules below in this order, and its answer comes back up. Imports only point
//! down.
//!
//! - [`cli`]: the commands; [`config`]: their flags and variables.
//! - [`http`]: the routes, the layers around them, and one file for each resource.
//! - [`store`]: what is kept, and the contract of every operation on it.
//! - [`contact`], [`account`], [`role`], [`association`], [`caller`]: what it is all about.
//! - [`fetch`]: calls to other services. `folder`: where files are.
//! - [`token`]: who may call; [`search`], [`status`], [`paging`], [`json`], [`text`]: rules of
//!   the API that need no I/O.

pub mod account;
pub mod association;
pub mod caller;
pub mod cli;
pub mod config;
pub mod contact;
pub mod fetch;
mod folder;
pub mod http;
pub mod json;
pub mod paging;
pub mod role;
pub mod search;
pub mod status;
pub mod store;
pub mod text;
pub mod token;
