//! The schema: brought up to date by one node at a time, however many start together.

use std::time::{Duration, Instant};

use deadpool_postgres::{Object, Pool};

use super::connect;
use crate::store::Error;
use crate::store::migrate::{self, Migration};

/// The advisory lock that the node holds which changes the schema: "CTCT".
const LOCK: i64 = 0x4354_4354;

/// The oldest server whose functions can be written as the schema's are.
const OLDEST: i32 = 140_000;

const PAUSE: Duration = Duration::from_millis(50);

/// How long a change of the schema usually takes at most.
const SOON: Duration = Duration::from_secs(2);

/// An index that names are found by.
pub(super) struct SearchIndex {
    pub(super) name: &'static str,
    table: &'static str,
    /// What tells the lists of a workspace apart.
    list: &'static str,
    /// What it takes the place of.
    before: &'static [&'static str],
}

/// The search indexes.
pub(super) const SEARCH_INDEXES: &[SearchIndex] = &[
    SearchIndex {
        name: "contactos_trozos",
        table: "contactos",
        list: "propietario",
        before: &["contactos_piezas", "contactos_trigramas"],
    },
    SearchIndex {
        name: "cuentas_trozos",
        table: "cuentas",
        list: "''",
        before: &["cuentas_piezas", "cuentas_trigramas"],
    },
];

/// Brings the schema up to date, and waits no longer than `limit` for another node that does.
pub(super) async fn prepare(pool: &Pool, limit: Duration) -> Result<(), Error> {
    let mut connection = connect::first(pool).await?;
    let version: String = connection.query_one("SHOW server_version_num", &[]).await?.try_get(0)?;
    if version.parse().unwrap_or(0) < OLDEST {
        return Err(Error::Refused(format!("the server is older than PostgreSQL {}", OLDEST / 10_000)));
    }
    let encoding: String = connection.query_one("SHOW server_encoding", &[]).await?.try_get(0)?;
    if encoding != "UTF8" {
        return Err(Error::Refused(format!(
            "the database has the encoding {encoding}: make one with createdb --encoding UTF8 --template template0"
        )));
    }
    if newest(&connection).await? == migrate::newest(migrate::POSTGRES)
        && has_search_indexes(&connection).await?
    {
        return Ok(());
    }
    // The making of an index waits for whoever has written before.
    connection.batch_execute("SET lock_timeout = 0").await?;
    lock(&connection, limit).await?;
    let done = async {
        migrate(&mut connection).await?;
        Ok(make_search_indexes(&connection).await?)
    }
    .await;
    // The lock ends with its session.
    drop(Object::take(connection));
    done
}

/// Waits for the lock by asking: a statement that waited for it would in turn be waited for by the making of an index.
async fn lock(connection: &Object, limit: Duration) -> Result<(), Error> {
    let (start, mut said) = (Instant::now(), false);
    while !connection.query_one("SELECT pg_try_advisory_lock($1)", &[&LOCK]).await?.try_get::<_, bool>(0)? {
        if start.elapsed() > limit.max(SOON) {
            let waited = start.elapsed().as_secs();
            return Err(Error::Refused(format!(
                "another node has been changing the schema for {waited} s: start again when it is done, or wait longer \
                 with --database-wait"
            )));
        }
        if !said && start.elapsed() > SOON {
            said = true;
            tracing::info!("another node changes the schema: waiting until it is done");
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// The number of the last migration that was run; 0 if none was.
async fn newest(connection: &Object) -> Result<i64, tokio_postgres::Error> {
    let ours = "SELECT to_regclass('migraciones') IS NOT NULL";
    if !connection.query_one(ours, &[]).await?.try_get::<_, bool>(0)? {
        return Ok(0);
    }
    connection.query_one("SELECT coalesce(max(numero), 0) FROM migraciones", &[]).await?.try_get(0)
}

/// Whether all search indexes are there, and whole, and none of before.
async fn has_search_indexes(connection: &Object) -> Result<bool, tokio_postgres::Error> {
    for index in SEARCH_INDEXES {
        if state(connection, index.name).await? != Some(true) {
            return Ok(false);
        }
        for old in index.before {
            if state(connection, old).await?.is_some() {
                return Ok(false);
            }
        }
    }
    Ok(true)
}

/// Whether an index is whole; nothing if there is none.
async fn state(connection: &Object, index: &str) -> Result<Option<bool>, tokio_postgres::Error> {
    let state = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)";
    let row = connection.query_opt(state, &[&index]).await?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Runs the migrations that the database does not have yet, in one transaction.
async fn migrate(connection: &mut Object) -> Result<(), Error> {
    let missing = migrate::missing(migrate::POSTGRES, newest(connection).await?)?;
    if missing.is_empty() {
        return Ok(());
    }
    apply(connection, missing).await.map_err(connect::at_start)
}

async fn apply(connection: &mut Object, missing: &[Migration]) -> Result<(), tokio_postgres::Error> {
    let transaction = connection.transaction().await?;
    transaction
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS migraciones (
                 numero BIGINT PRIMARY KEY,
                 nombre TEXT NOT NULL,
                 fecha  TIMESTAMPTZ(0) NOT NULL DEFAULT CURRENT_TIMESTAMP
             )",
        )
        .await?;
    for migration in missing {
        transaction.batch_execute(migration.sql).await?;
        let row = "INSERT INTO migraciones (numero, nombre) VALUES ($1, $2)";
        transaction.execute(row, &[&migration.number, &migration.name]).await?;
        tracing::info!(number = migration.number, name = migration.name, "migrated");
    }
    transaction.commit().await
}

/// Makes the search indexes, concurrently, because other nodes go on writing meanwhile, and drops those of before.
async fn make_search_indexes(connection: &Object) -> Result<(), tokio_postgres::Error> {
    for index in SEARCH_INDEXES {
        let SearchIndex { name, table, list, before } = index;
        match state(connection, name).await? {
            Some(true) => {}
            whole => {
                if whole.is_some() {
                    // Its making was interrupted.
                    connection.batch_execute(&format!("DROP INDEX {name}")).await?;
                }
                let make = format!(
                    "CREATE INDEX CONCURRENTLY {name} ON {table}
                     USING gin (busqueda_trozos(espacio, {list}, simple)) WHERE fecha_eliminacion IS NULL"
                );
                connection.batch_execute(&make).await?;
            }
        }
        for old in *before {
            connection.batch_execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {old}")).await?;
        }
    }
    Ok(())
}
