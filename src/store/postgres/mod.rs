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
mod cluster;

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use serde_json::Value;
    use uuid::Uuid;

    use super::cluster::Cluster;
    use super::pages::{List, Statement, Wanted};
    use super::*;
    use crate::caller::Caller;
    use crate::paging::{Cursor, PageRequest};
    use crate::search::Search;
    use crate::status::Status;
    use crate::store::{Address, copy, sql as shared};

    static CLUSTER: LazyLock<Cluster> = LazyLock::new(|| Cluster::start(&[]));

    async fn open() -> Postgres {
        let address = CLUSTER.address(&CLUSTER.database("")).parse().unwrap();
        let Address::Postgres(server) = &address else { panic!("{address}") };
        let options = Options {
            address: address.clone(),
            connections: 2,
            timeout: Duration::from_secs(30),
            wait: Duration::ZERO,
            ca: None,
        };
        Postgres::open(server, &options).await.unwrap()
    }

    /// The statement of a page for every combination of filters.
    fn pages() -> Vec<(String, String)> {
        let caller = Caller::new("demo", "ana").unwrap();
        let uuids = [Uuid::nil()];
        let mut statements = Vec::new();
        let terms = [None, Some("maria"), Some("zq"), Some("ñu"), Some("muñoz")];
        for (list, term) in [List::Contacts, List::Accounts]
            .into_iter()
            .zip([terms; 2])
            .flat_map(|(list, terms)| terms.map(|term| (list, term)))
        {
            let search = term.and_then(|term| Search::parse("search", term).unwrap());
            for mask in 0..24 {
                let wanted = Wanted {
                    list,
                    caller: &caller,
                    uuids: (mask & 1 > 0).then_some(&uuids[..]),
                    accounts: (mask & 2 > 0 && matches!(list, List::Contacts)).then_some(&uuids[..]),
                    search: search.as_ref(),
                    status: [Status::All, Status::Active, Status::Inactive][mask >> 3],
                    page: PageRequest { after: Cursor::default(), size: 10 },
                    trigrams: mask & 4 > 0,
                };
                let (columns, join) = match list {
                    List::Contacts => (contacts::COLUMNS, sql::accounts_of_contact!()),
                    List::Accounts => (accounts::COLUMNS, ""),
                };
                let statement = Statement::page(&wanted, columns, join);
                statements.push((format!("page {mask} for {term:?}"), statement.sql));
            }
        }
        statements
    }

    fn all() -> Vec<(String, String)> {
        let fixed = shared::ALL.iter().chain(sql::ALL);
        let fixed = fixed.map(|(name, sql)| ((*name).to_owned(), (*sql).to_owned()));
        fixed.chain(pages()).collect()
    }

    #[tokio::test]
    async fn every_statement_finds_its_rows_by_an_index_that_begins_with_the_workspace() {
        fn check(name: &str, plan: &Value) {
            let kind = plan["Node Type"].as_str().unwrap_or_default();
            assert!(kind != "Seq Scan", "{name} reads a whole table: {plan:#}");
            if kind.contains("Index") {
                let condition = plan["Index Cond"].as_str().unwrap_or_default();
                // The pieces of a name are marked with its workspace.
                assert!(condition.contains("espacio"), "{name} does not use the workspace: {plan:#}");
            }
            for inner in plan["Plans"].as_array().into_iter().flatten() {
                check(name, inner);
            }
        }
        let db = open().await;
        let connection = db.connection().await.unwrap();
        connection.batch_execute("SET plan_cache_mode = force_generic_plan").await.unwrap();
        for (name, sql) in all() {
            let params = connection
                .prepare(&sql)
                .await
                .unwrap_or_else(|error| panic!("{name}: {}", error::describe(&error)));
            let nulls = vec!["NULL"; params.params().len()].join(", ");
            connection.batch_execute(&format!("PREPARE este AS {sql}")).await.unwrap();
            let explain = format!("EXPLAIN (FORMAT JSON) EXECUTE este ({nulls})");
            let said = connection.simple_query(&explain).await.unwrap();
            let plan = said.iter().find_map(|said| match said {
                tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0),
                _ => None,
            });
            let plan: Value = serde_json::from_str(plan.unwrap()).unwrap();
            check(&name, &plan[0]["Plan"]);
            connection.batch_execute("DEALLOCATE este").await.unwrap();
        }
    }

    #[test]
    fn every_statement_names_the_workspace_of_every_table() {
        for (name, sql) in all() {
            let words: Vec<&str> =
                sql.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').collect();
            let tables = words.windows(2).filter(|two| {
                matches!(two[0], "FROM" | "JOIN" | "INTO" | "UPDATE") && copy::is_table(two[1])
            });
            let workspaces = words.iter().filter(|word| word.ends_with("espacio")).count();
            assert!(workspaces > 0 && workspaces >= tables.count(), "{name}: {sql}");
        }
    }

    #[tokio::test]
    async fn the_key_and_the_unique_indexes_of_every_table_begin_with_the_workspace() {
        let db = open().await;
        let rows = db
            .rows(
                "SELECT i.indexrelid::regclass::TEXT AS indice, a.attname::TEXT AS primera
                 FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
                 LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
                 WHERE i.indisunique AND t.relnamespace = 'public'::regnamespace AND t.relname <> 'migraciones'",
                &[],
            )
            .await
            .unwrap();
        assert!(rows.len() >= 8, "{rows:?}");
        for row in rows {
            let (index, first): (String, String) = (row.get("indice"), row.get("primera"));
            assert_eq!(first, "espacio", "{index}");
        }
    }

    #[tokio::test]
    async fn a_connection_is_given_back_sound_after_whoever_waited_for_it_went_away() {
        let db = open().await;
        for _ in 0..20 {
            let slow = db.rows("SELECT pg_sleep(0.05)", &[]);
            assert!(timeout(Duration::from_millis(5), slow).await.is_err());
            let caller = Caller::new("demo", "ana").unwrap();
            let delete = roles::delete(&db, &caller, 1);
            let _ = timeout(Duration::from_micros(500), delete).await;
        }
        let rows = db.rows("SELECT 1 AS uno", &[]).await.unwrap();
        assert_eq!(rows[0].get::<_, i32>("uno"), 1);
        let open = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()";
        let mut left = 1;
        for _ in 0..100 {
            left = db.row(open, &[]).await.unwrap().unwrap().get::<_, i64>(0);
            if left == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(left, 0);
    }
}
