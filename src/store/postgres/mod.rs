//! PostgreSQL: its connections, and how statements are run on them.
//!
//! Nearly every operation is one statement, which has all of its effect or none, whoever goes away meanwhile. The few
//! that need more are transactions, which are rolled back when they are dropped.

pub(crate) mod accounts;
pub(crate) mod associations;
mod connect;
pub(crate) mod contacts;
pub(crate) mod copy;
mod error;
pub(crate) mod import;
mod migrate;
mod pages;
pub(crate) mod roles;
mod search;
mod sql;

use std::pin::pin;
use std::time::Duration;

use deadpool_postgres::{Object, Pool};
use futures_util::TryStreamExt as _;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::{Error, Options, Result, Server};
use error::Verdict;

/// How long a statement may take. The server is not asked to stop it: stopped while it waits for a standby, it would
/// acknowledge what the standby does not have.
const STATEMENT_LIMIT: Duration = Duration::from_secs(10);

/// How often something is run whose effect was taken back because others were in its way.
const TRIES: usize = 5;

type Param<'a> = &'a (dyn ToSql + Sync);

/// What the driver says of some work, or that it took too long.
type Told<T> = std::result::Result<std::result::Result<T, tokio_postgres::Error>, Elapsed>;

/// An open PostgreSQL database.
pub struct Postgres {
    pool: Pool,
    /// Whether the index of trigrams is there.
    trigrams: bool,
}

impl Postgres {
    /// Waits for the server, and brings the schema up to date.
    pub(crate) async fn open(server: &Server, options: &Options) -> Result<Self> {
        let pool = connect::pool(server, options)?;
        connect::wait(&pool, server, options.wait).await?;
        let trigrams = migrate::prepare(&pool).await?;
        Ok(Self { pool, trigrams })
    }

    /// Whether the database answers.
    pub(crate) async fn ready(&self) -> Result<()> {
        self.rows("SELECT max(numero) FROM migraciones", &[]).await.map(drop)
    }

    /// The rows of a statement.
    async fn rows(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        self.run(sql, params).await.map(|(rows, _)| rows)
    }

    /// The first row of a statement, if there is one.
    async fn row(&self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// How many rows a statement changed.
    async fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        self.run(sql, params).await.map(|(_, changed)| changed)
    }

    /// Runs one statement, which is a transaction of its own.
    async fn run(&self, sql: &str, params: &[Param<'_>]) -> Result<(Vec<Row>, u64)> {
        let mut tries = 0;
        loop {
            let connection = self.connection().await?;
            let told = timeout(STATEMENT_LIMIT, run(&connection, sql, params)).await;
            if let Some(result) = self.settle(connection, told, &mut tries) {
                return result;
            }
        }
    }

    /// A connection, as soon as one is free, and no later than the acquire timeout.
    async fn connection(&self) -> Result<Object> {
        Ok(self.pool.get().await?)
    }

    /// Decides what becomes of a connection and of what was done on it; nothing if it is to be done again.
    ///
    /// Only what the server says it has taken back is done again, never what may be in.
    fn settle<T>(&self, connection: Object, told: Told<T>, tries: &mut usize) -> Option<Result<T>> {
        let error = match told {
            Ok(Ok(done)) => return Some(Ok(done)),
            Ok(Err(error)) => error,
            Err(_) => {
                // Its answer may still come, so nobody else may use it.
                drop(Object::take(connection));
                let limit = STATEMENT_LIMIT.as_secs();
                return Some(Err(Error::Unavailable(format!("no answer within {limit} s"))));
            }
        };
        match error::verdict(&error) {
            Verdict::TakenBack => {
                *tries += 1;
                if *tries < TRIES {
                    return None;
                }
            }
            Verdict::Refused => {}
            Verdict::Broken => drop(Object::take(connection)),
            Verdict::ReadOnly => {
                drop(Object::take(connection));
                // The others lead to the same server, which is not the one that takes writes.
                self.pool.retain(|_, _| false);
            }
        }
        Some(Err(error.into()))
    }
}

/// Runs a statement, which the connection prepares when it first meets it.
async fn run(
    connection: &Object,
    sql: &str,
    params: &[Param<'_>],
) -> std::result::Result<(Vec<Row>, u64), tokio_postgres::Error> {
    let statement = connection.prepare_cached(sql).await?;
    let params = params.iter().map(|param| *param as &dyn ToSql);
    let mut rows = pin!(connection.query_raw(&statement, params).await?);
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await? {
        all.push(row);
    }
    Ok((all, rows.rows_affected().unwrap_or(0)))
}

#[cfg(test)]
#[path = "../../../tests/support/postgres.rs"]
#[expect(dead_code, reason = "these tests need a server, not its failures")]
#[expect(clippy::disallowed_methods, reason = "starting a server is waited for once")]
mod cluster;

#[cfg(test)]
mod tests;
