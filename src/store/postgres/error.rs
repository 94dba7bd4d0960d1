//! What an error of PostgreSQL means for its connection, for another try, and for the log.

use std::error::Error as _;

use deadpool_postgres::{PoolError, TimeoutType};
use tokio_postgres::error::SqlState;

use crate::store::Error;

/// What a failure says of its connection, and of what was being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The server took everything back, because others were in the way: it may be done again.
    TakenBack,
    /// The server refused, and the connection is sound.
    Refused,
    /// The connection is of no use any more, and the outcome may be unknown.
    Broken,
    /// The server does not take writes any more.
    ReadOnly,
}

pub(super) fn verdict(error: &tokio_postgres::Error) -> Verdict {
    match error.code() {
        Some(code) if *code == SqlState::T_R_DEADLOCK_DETECTED => Verdict::TakenBack,
        Some(code) if *code == SqlState::T_R_SERIALIZATION_FAILURE => Verdict::TakenBack,
        // Somebody else was first: looked at again, what they made is seen.
        Some(code) if *code == SqlState::UNIQUE_VIOLATION => Verdict::TakenBack,
        Some(code) if *code == SqlState::READ_ONLY_SQL_TRANSACTION => Verdict::ReadOnly,
        // Given up for a lock, a time limit or want of room: asked again, it would wait as long again.
        Some(code) if matches!(code.code(), "55P03" | "57014") || code.code().starts_with("53") => {
            Verdict::Refused
        }
        Some(code) if is_passing(code) => Verdict::Broken,
        Some(_) => Verdict::Refused,
        None => Verdict::Broken,
    }
}

/// Whether a later attempt may succeed: the connection failed, resources are short, an operator intervened, others
/// were in the way, or the server is not the one that takes writes.
fn is_passing(code: &SqlState) -> bool {
    let code = code.code();
    ["08", "40", "53", "57"].iter().any(|class| code.starts_with(class)) || code == "55P03" || code == "25006"
}

/// Whether a server that answers lets nobody more in, for now or for good: it neither starts nor stops.
pub(super) fn refuses(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| !code.code().starts_with("57"))
}

/// Whether waiting for the server is of no use, and what to do instead.
pub(super) fn advice(error: &tokio_postgres::Error) -> Option<&'static str> {
    let code = error.code().map_or("", SqlState::code);
    match code {
        "3D000" => Some("make it with createdb --encoding UTF8 --template template0"),
        "28P01" | "28000" => {
            Some("check the user and the password in the address, and the server's pg_hba.conf")
        }
        "42501" => Some("the user needs the right to connect and to make tables: let it own the database"),
        _ if describe(error).contains("password missing") => Some(
            "the server asks for a password: put it into the address, as in postgres://USER:PASSWORD@HOST/DATABASE",
        ),
        _ if describe(error).contains("server does not support TLS") => Some(
            "turn on ssl in the server's settings, or add sslmode=disable to the address if nobody can listen",
        ),
        _ if is_tls(error) => Some(
            "name the file of its authority with --database-ca, or add sslmode=disable to the address if nobody can listen",
        ),
        _ => None,
    }
}

/// Whether the two sides could not agree on TLS, which more waiting does not change.
fn is_tls(error: &tokio_postgres::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        if inner.is::<rustls::Error>() {
            return true;
        }
        // An I/O error shows the cause of what it holds as its own, and so hides what it holds.
        let held = inner.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if held.is_some_and(|held| held.is::<rustls::Error>()) {
            return true;
        }
        cause = inner.source();
    }
    false
}

/// An error without the rows that it is about: the server's details repeat values.
pub(super) fn describe(error: &tokio_postgres::Error) -> String {
    if let Some(said) = error.as_db_error() {
        return format!("{} ({})", said.message(), said.code().code());
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text += &format!(": {inner}");
        cause = inner.source();
    }
    text
}

impl From<tokio_postgres::Error> for Error {
    fn from(error: tokio_postgres::Error) -> Self {
        let text = describe(&error);
        match error.code() {
            Some(code) if is_passing(code) => Self::Unavailable(text),
            Some(_) => Self::Failed(text),
            // A value that is not of the type that the code reads is a mistake of the code.
            None if error.source().is_some_and(|cause| cause.is::<tokio_postgres::types::WrongType>()) => {
                Self::Failed(text)
            }
            None => Self::Unavailable(text),
        }
    }
}

impl From<PoolError> for Error {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => Self::Unavailable(describe(&error)),
            PoolError::Timeout(TimeoutType::Wait) => {
                Self::Unavailable("no connection was free in time".into())
            }
            PoolError::Timeout(_) => Self::Unavailable("the server did not answer in time".into()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}
