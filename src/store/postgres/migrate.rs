//! The schema: brought up to date by one node at a time, however many start together.

use std::time::{Duration, Instant};

use deadpool_postgres::{Object, Pool};
use tokio_postgres::error::SqlState;

use super::connect;
use super::error::describe;
use crate::store::Error;
use crate::store::migrate::{self, Migration};

/// The advisory lock that the node holds which changes the schema: "CTCT".
const LOCK: i64 = 0x4354_4354;

/// The oldest server whose functions can be written as the schema's are.
const OLDEST: i32 = 140_000;

const PAUSE: Duration = Duration::from_millis(50);

/// How long a change of the schema usually takes at most.
const SOON: Duration = Duration::from_secs(2);

/// The tables whose names are searched, and what their lists are distinguished by.
const SEARCHED: [(&str, &str); 2] = [("contactos", "espacio, propietario"), ("cuentas", "espacio")];

/// Brings the schema up to date, and waits no longer than `limit` for another node that does. Says whether the index of
/// trigrams is there.
pub(super) async fn prepare(pool: &Pool, limit: Duration) -> Result<bool, Error> {
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
    if newest(&connection).await? == migrate::newest(migrate::POSTGRES) && has_trigrams(&connection).await? {
        return Ok(true);
    }
    // The making of an index waits for whoever has written before.
    connection.batch_execute("SET lock_timeout = 0").await?;
    lock(&connection, limit).await?;
    let done = async {
        migrate(&mut connection).await?;
        trigrams(&connection).await
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

/// Whether all indexes of trigrams are there, and whole.
async fn has_trigrams(connection: &Object) -> Result<bool, tokio_postgres::Error> {
    for (table, _) in SEARCHED {
        if trigram_index(connection, table).await? != Some(true) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether a table's index of trigrams is whole; nothing if there is none.
async fn trigram_index(connection: &Object, table: &str) -> Result<Option<bool>, tokio_postgres::Error> {
    let state = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)";
    let row = connection.query_opt(state, &[&format!("{table}_trigramas")]).await?;
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

/// Makes the indexes of trigrams, if the server has the extensions and lets this user have them.
async fn trigrams(connection: &Object) -> Result<bool, Error> {
    for (table, list) in SEARCHED {
        let index = format!("{table}_trigramas");
        match trigram_index(connection, table).await? {
            Some(true) => continue,
            // Its making was interrupted.
            Some(false) => connection.batch_execute(&format!("DROP INDEX {index}")).await?,
            None => {}
        }
        let extensions = "CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE EXTENSION IF NOT EXISTS btree_gin";
        if let Err(error) = connection.batch_execute(extensions).await {
            if error.code().is_none() {
                return Err(error.into());
            }
            let advice = "searches for long words are slower: let an administrator run \
                          CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gin; in the database, and start again";
            tracing::warn!(cause = describe(&error), "{advice}");
            return Ok(false);
        }
        // Concurrently: other nodes go on writing meanwhile.
        let make = format!(
            "CREATE INDEX CONCURRENTLY {index} ON {table} USING gin ({list}, simple gin_trgm_ops)
             WITH (gin_pending_list_limit = 256) WHERE fecha_eliminacion IS NULL"
        );
        match connection.batch_execute(&make).await {
            Err(error) if error.code() == Some(&SqlState::UNDEFINED_OBJECT) => {
                tracing::warn!(cause = describe(&error), "the trigrams of this database are out of reach");
                return Ok(false);
            }
            made => made?,
        }
    }
    Ok(true)
}
