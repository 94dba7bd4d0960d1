//! The commands, one file each. An error says what to do next.

mod backup;
mod cells;
mod copy;
mod demo;
mod erase;
mod export;
mod hints;
mod import;
mod keys;
mod log;
mod migrate;
mod purge;
mod roles;
mod serve;
mod token;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use clap::Parser as _;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::runtime;

use crate::caller::Caller;
use crate::config::{Cli, Command, Database, Owner};
use crate::http;
use crate::store::{Address, Store};

#[cfg(fuzzing)]
pub use import::read as read_import;

/// Runs the command that the command line names.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.command.unwrap_or(Command::Serve(cli.serve))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("contacts: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> anyhow::Result<()> {
    let _log = match &command {
        Command::Serve(serve) => log::start(&serve.log, serve.otlp.as_ref())?,
        _ => log::start("warn", None)?,
    };
    match command {
        Command::Serve(serve) => {
            let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
            let served = runtime.block_on(serve::run(serve));
            // What still runs then, such as a question to an issuer who does not answer, has no effect on anything.
            runtime.shutdown_timeout(Duration::from_millis(500));
            served
        }
        Command::Token(token) => token::run(&token),
        Command::Import(import) => one_thread()?.block_on(import::run(import)),
        Command::Export(export) => one_thread()?.block_on(export::run(export)),
        Command::Demo(demo) => one_thread()?.block_on(demo::run(demo)),
        Command::Copy(copy) => one_thread()?.block_on(copy::run(copy)),
        Command::Roles(roles) => one_thread()?.block_on(roles::run(roles)),
        Command::Erase(erase) => one_thread()?.block_on(erase::run(erase)),
        Command::Purge(purge) => one_thread()?.block_on(purge::run(purge)),
        Command::Backup(backup) => backup::backup(&backup),
        Command::Verify(verify) => backup::verify(&verify),
        Command::Restore(restore) => backup::restore(&restore),
        Command::Migrate(migrate) => one_thread()?.block_on(migrate::run(migrate)),
        Command::Openapi => Ok(io::stdout().write_all(http::openapi().as_bytes())?),
    }
}

fn one_thread() -> std::io::Result<runtime::Runtime> {
    runtime::Builder::new_current_thread().enable_all().build()
}

/// Refuses a database file that is not there, where making one would hide a mistake.
fn must_exist(address: &Address, flag: &str) -> anyhow::Result<()> {
    ensure!(!address.file().is_some_and(is_missing), "there is no {address}; name the database with {flag}");
    Ok(())
}

/// Whether there surely is no such file: a folder that may not be entered may hold it.
fn is_missing(file: &Path) -> bool {
    matches!(file.try_exists(), Ok(false))
}

/// A bar, which is drawn only on a terminal. It may have a message before it.
fn progress(length: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{msg}{bar:40} {percent:>3} %  {elapsed} elapsed, {eta} left");
    let bar = ProgressBar::new(length);
    style.map_or(bar.clone(), |style| bar.with_style(style))
}

/// Shows that so much is done, of so much.
fn show(bar: &ProgressBar, done: u64, total: u64) {
    bar.set_length(total);
    bar.set_position(done);
}

/// Opens the database that a command fills. A file that is not there is made, and named: with a name that was not meant all
/// would seem to go well.
async fn open_or_make(database: &Database) -> anyhow::Result<Store> {
    if database.database.file().is_some_and(is_missing) {
        eprintln!("there is no {} yet: it is made now", database.database);
    }
    open(database).await
}

/// Opens the database that a command works on.
async fn open(database: &Database) -> anyhow::Result<Store> {
    Store::open(&database.options()).await.with_context(|| format!("cannot open {}", database.database))
}

/// Takes out what rows used to be that are gone.
async fn scrub(store: &Store) -> anyhow::Result<()> {
    eprintln!(
        "taking out what remains of it (an embedded database is written anew, and writes wait meanwhile)"
    );
    store
        .scrub()
        .await
        .context("it is gone, but may have left remains in the database's files: run this again")
}

/// Who does something for a whole workspace, whoever asks.
fn operator(workspace: &str) -> anyhow::Result<Caller> {
    caller(&Owner { user: "operator".into(), workspace: workspace.into() })
}

fn caller(owner: &Owner) -> anyhow::Result<Caller> {
    Caller::new(&owner.workspace, &owner.user).with_context(|| {
        format!("--user and --workspace take 1 to {} bytes without control characters", Caller::MAX_BYTES)
    })
}

/// A number as people read it: 1,234,567.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}
