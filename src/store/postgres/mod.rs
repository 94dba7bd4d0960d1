//! PostgreSQL: its connections, and how statements are run on them.
//!
//! Nearly every operation is one statement, which has all of its effect or none, whoever goes away meanwhile. The few
//! that need more are transactions, which are rolled back when they are dropped.

pub(crate) mod accounts;
pub(crate) mod associations;
mod connect;
pub(crate) mod contacts;
pub(crate) mod copy;
pub(crate) mod creates;
mod error;
pub(crate) mod import;
mod lent;
mod migrate;
mod pages;
mod pipelines;
mod pulse;
pub(crate) mod purge;
pub(crate) mod roles;
mod search;
mod sql;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{ClientWrapper, Pool};
use futures_util::TryStreamExt as _;
use tokio::time::sleep;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, RowStream};
use tracing::{Instrument as _, debug_span};

use super::{Error, Load, Options, Result, Server};
use crate::paging::{Cursor, PageRequest};
use connect::Connector;
use creates::Creates;
use error::Verdict;
use lent::Lent;
use pages::{Statement, Wanted};
use pipelines::Pipelines;
use pulse::Pulse;

pub(super) use connect::SETTINGS;
pub(super) use sql::GET_CONTACT;

/// How long a statement may take. The server is not asked to stop it: stopped while it waits for a standby, it would
/// acknowledge what the standby does not have.
const STATEMENT_LIMIT: Duration = Duration::from_secs(10);

/// The same for what goes over whole tables.
const MAINTENANCE_LIMIT: Duration = Duration::from_secs(3600);

/// How often something is run whose effect was taken back because others were in its way.
const TRIES: usize = 5;

/// How many requests may wait for a connection; more are refused at once.
const QUEUE: usize = 1024;

/// One in so many connections is shared by short reads, and at least one. It keeps a core of the server busy; a second
/// one helps only where the server has cores to spare, and makes each packet carry less.
const ONE_IN: usize = 8;

type Param<'a> = &'a (dyn ToSql + Sync);

/// What the driver says of some work, or why nobody waits for that any more.
type Told<T> = Result<Driver<T>>;

type Driver<T> = std::result::Result<T, tokio_postgres::Error>;

/// An open PostgreSQL database.
pub struct Postgres {
    /// For short reads.
    pipelines: Pipelines,
    /// For everything else.
    pool: Pool,
    creates: Creates,
    pulse: Pulse,
    /// How long a request waits for a connection.
    patience: Duration,
}

impl Postgres {
    /// Waits for the server, and brings the schema up to date.
    pub(crate) async fn open(server: &Server, options: &Options) -> Result<Arc<Self>> {
        let connector = Connector::new(server, options)?;
        let shared = (options.connections / ONE_IN).max(1);
        let pipelines = Pipelines::new(shared, connector.clone());
        let pool = connect::pool(connector.clone(), options, (options.connections - shared).max(1))?;
        connect::wait(server, options.wait, async || migrate::prepare(&pool, options.wait).await).await?;
        let patience = options.timeout;
        let renew = {
            let (pipelines, pool) = (pipelines.clone(), pool.clone());
            move || {
                pipelines.give_up_all();
                pool.retain(|_, _| false);
            }
        };
        let pulse = Pulse::of(connector, patience, renew)?;
        Ok(Arc::new(Self { pipelines, pool, creates: Creates::default(), pulse, patience }))
    }

    /// Whether the database answers, as it was asked a moment ago: asking now would need a connection, and that all are
    /// in use is no reason to go elsewhere.
    pub(crate) fn ready(&self) -> Result<()> {
        if self.pulse.answers() { Ok(()) } else { Err(lost()) }
    }

    pub(crate) fn load(&self) -> Load {
        let pool = self.pool.status();
        let (commits, writes) = self.creates.commits();
        Load {
            waiting: vec![
                ("connection", pool.waiting),
                ("create", self.creates.waiting()),
                ("shared read", self.pipelines.waiting()),
            ],
            connections: Some((pool.size - pool.available, pool.max_size)),
            commits,
            writes,
            log_bytes: None,
        }
    }

    /// The rows of a statement that only reads, a few by an index, over a connection that others use at the same time. It
    /// may be asked several times.
    async fn read_shared(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        let mut tries = 0;
        loop {
            let mut session = self.unless_lost(self.patience, self.pipelines.session()).await??;
            let read = self.unless_lost(STATEMENT_LIMIT, run(&session, Question::Prepared(sql, params)));
            let told = read.instrument(debug_span!("shared read")).await;
            let told = told.inspect_err(|_| self.pipelines.give_up(&session))?;
            session.answered();
            let error = match told {
                Ok((rows, _)) => return Ok(rows),
                Err(error) => error,
            };
            match error::verdict(&error) {
                Verdict::Refused => return Err(error.into()),
                Verdict::TakenBack => {}
                // A read may be asked again elsewhere, whatever became of it.
                Verdict::Broken | Verdict::ReadOnly => self.pipelines.give_up(&session),
            }
            tries += 1;
            if tries == TRIES {
                return Err(error.into());
            }
        }
    }

    /// The rows of a statement.
    async fn rows(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        self.run(Question::Prepared(sql, params)).await.map(|(rows, _)| rows)
    }

    /// The first row of a statement, if there is one.
    async fn row(&self, sql: &str, params: &[Param<'_>]) -> Result<Option<Row>> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    /// How many rows a statement changed.
    async fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64> {
        self.run(Question::Prepared(sql, params)).await.map(|(_, changed)| changed)
    }

    /// The rows of a page, and one more if there are more: these columns of each row `t`, and of what is joined to it.
    async fn page(&self, mut wanted: Wanted<'_>, columns: &str, join: &str) -> Result<Vec<Row>> {
        let Some(search) = wanted.search.filter(|search| search.words().any(|(_, exact)| exact.is_some()))
        else {
            return self.page_rows(&Statement::page(&wanted, columns, join)).await;
        };
        // A statement can't say of an ñ all that the search asks. It gives hardly anything too much, but it may.
        let columns = format!("{columns}, t.busqueda");
        let limit = wanted.page.size + 1;
        let mut found = Vec::new();
        loop {
            let rows = self.page_rows(&Statement::page(&wanted, &columns, join)).await?;
            let next = rows.get(wanted.page.size).map(|last| last.try_get("id")).transpose()?;
            for row in rows {
                if search.finds(row.try_get("busqueda")?) {
                    found.push(row);
                }
            }
            let Some(next) = next.filter(|_| found.len() < limit) else {
                found.truncate(limit);
                return Ok(found);
            };
            wanted.page = PageRequest { after: Cursor::after(next), size: PageRequest::MAX_SIZE };
        }
    }

    async fn page_rows(&self, statement: &Statement) -> Result<Vec<Row>> {
        let params = statement.params();
        if statement.planned_for_values {
            return self.run(Question::Planned(&statement.sql, &params)).await.map(|(rows, _)| rows);
        }
        let params: Vec<Param<'_>> = params.into_iter().map(|(value, _)| value).collect();
        if statement.is_short {
            self.read_shared(&statement.sql, &params).await
        } else {
            self.rows(&statement.sql, &params).await
        }
    }

    /// After many rows have come, lets the server count anew what its tables hold, because plans are made by that, and put
    /// what is new into its place in the search indexes.
    pub(crate) async fn analyze(&self) -> Result<()> {
        self.maintain("ANALYZE contactos, cuentas, contactos_cuentas", &[]).await?;
        for index in migrate::SEARCH_INDEXES {
            self.maintain(&format!("SELECT gin_clean_pending_list('{}')", index.name), &[]).await?;
        }
        Ok(())
    }

    /// Runs one statement, which is a transaction of its own.
    async fn run(&self, question: Question<'_>) -> Result<(Vec<Row>, u64)> {
        self.run_within(STATEMENT_LIMIT, question).await
    }

    /// The rows of a statement that goes over whole tables.
    async fn maintain(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>> {
        let rows = self.run_within(MAINTENANCE_LIMIT, Question::Prepared(sql, params)).await;
        rows.map(|(rows, _)| rows)
    }

    async fn run_within(&self, limit: Duration, question: Question<'_>) -> Result<(Vec<Row>, u64)> {
        let mut tries = 0;
        loop {
            let connection = self.connection().instrument(debug_span!("wait for a connection")).await?;
            let told =
                self.unless_lost(limit, run(&connection, question)).instrument(debug_span!("statement"));
            let told = told.await;
            if let Some(result) = self.settle(connection, told, &mut tries) {
                return result;
            }
        }
    }

    /// A connection, as soon as one is free, and no later than the acquire timeout.
    async fn connection(&self) -> Result<Lent> {
        if self.pool.status().waiting >= QUEUE {
            return Err(Error::Overloaded);
        }
        let since = self.pipelines.renewals().now();
        let found = self.unless_lost(self.patience, self.pool.get()).await??;
        Ok(Lent::new(found, self.pulse.clone(), since))
    }

    /// Waits for something of the server, no longer than the limit, and not while it does not answer others.
    async fn unless_lost<T>(&self, limit: Duration, work: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            biased;
            done = work => Ok(done),
            () = self.pulse.lost() => Err(lost()),
            () = sleep(limit) => Err(Error::Unavailable(format!("no answer within {} s", limit.as_secs()))),
        }
    }

    /// Decides what becomes of a connection and of what was done on it; nothing if it is to be done again.
    ///
    /// Only what the server says it has taken back is done again, never what may be in.
    fn settle<T>(&self, connection: Lent, told: Told<T>, tries: &mut usize) -> Option<Result<T>> {
        let told = match told {
            Ok(told) => told,
            // Its answer may still come, which the connection waits for by itself.
            Err(error) => return Some(Err(error)),
        };
        let error = match told {
            Ok(done) => {
                connection.give_back();
                return Some(Ok(done));
            }
            Err(error) => error,
        };
        match error::verdict(&error) {
            Verdict::TakenBack => {
                connection.give_back();
                *tries += 1;
                if *tries < TRIES {
                    return None;
                }
                return Some(Err(Error::Unavailable(error::describe(&error))));
            }
            Verdict::Refused => connection.give_back(),
            Verdict::Broken => connection.throw_away(),
            Verdict::ReadOnly => {
                connection.throw_away();
                // The others lead to the same server, which is not the one that takes writes.
                self.pipelines.give_up_all();
                self.pool.retain(|_, _| false);
            }
        }
        Some(Err(error.into()))
    }
}

fn lost() -> Error {
    Error::Unavailable("the server does not answer".into())
}

/// A statement, and how it is planned.
#[derive(Clone, Copy)]
enum Question<'a> {
    /// Once for each connection, for whatever values.
    Prepared(&'a str, &'a [Param<'a>]),
    /// Each time, for these values.
    Planned(&'a str, &'a [(Param<'a>, Type)]),
}

async fn run(connection: &ClientWrapper, question: Question<'_>) -> Driver<(Vec<Row>, u64)> {
    match question {
        Question::Prepared(sql, params) => {
            let statement = connection.prepare_cached(sql).await?;
            let params = params.iter().map(|param| *param as &dyn ToSql);
            collect(connection.query_raw(&statement, params).await?).await
        }
        Question::Planned(sql, params) => {
            let params = params.iter().map(|(param, kind)| (*param as &dyn ToSql, kind.clone()));
            let rows = async { collect(connection.query_typed_raw(sql, params).await?).await };
            // All three are sent at once, so there is one round trip.
            let (_, rows, _) = tokio::try_join!(
                connection.batch_execute("SET plan_cache_mode = force_custom_plan"),
                rows,
                connection.batch_execute("SET plan_cache_mode = force_generic_plan"),
            )?;
            Ok(rows)
        }
    }
}

/// All rows, and how many the statement changed.
async fn collect(rows: RowStream) -> Driver<(Vec<Row>, u64)> {
    let mut rows = pin!(rows);
    let mut all = Vec::new();
    while let Some(row) = rows.try_next().await? {
        all.push(row);
    }
    Ok((all, rows.rows_affected().unwrap_or(0)))
}

#[cfg(test)]
#[path = "../../../tests/support/postgres.rs"]
mod cluster;

#[cfg(test)]
mod tests;
