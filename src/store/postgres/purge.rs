//! What is deleted, taken out of PostgreSQL for good.

use std::time::{Duration, Instant};

use deadpool_postgres::Object;
use tokio::time::sleep;

use super::{Driver, MAINTENANCE_LIMIT, Param, Postgres, Result, STATEMENT_LIMIT};
use crate::store::Error;
use crate::store::purge::{BATCH, Day, LINKS, Purged, TABLES, Table};

/// For each row that goes, the server looks whether an association refers to it, deleted ones included, for which the
/// service's own indexes are of no use. These are there as long as a purge runs.
const INDEXES: [(&str, &str); 2] = [("purga_contactos", "contacto"), ("purga_cuentas", "cuenta")];

/// Takes out what was deleted before a day, in short transactions between those of running nodes.
pub(crate) async fn purge(db: &Postgres, before: &Day, told: impl Fn(u64, u64)) -> Result<Purged> {
    // Those of a purge that was interrupted may not be whole.
    drop_indexes(db).await?;
    let purged = purge_tables(db, before, told).await;
    // Every write would have to keep them.
    let dropped = drop_indexes(db).await;
    let purged = purged?;
    dropped.map(|()| purged)
}

async fn purge_tables(db: &Postgres, before: &Day, told: impl Fn(u64, u64)) -> Result<Purged> {
    let mut purged = Purged::default();
    for table in &TABLES {
        let deleted = format!(
            "FROM {} WHERE fecha_eliminacion < ($1::TEXT || ' 00:00:00+00')::TIMESTAMPTZ",
            table.name
        );
        let counted = db.maintain(&format!("SELECT count(*) {deleted}"), &[&before.as_str()]).await?;
        let total: i64 = counted.first().map_or(Ok(0), |row| row.try_get(0))?;
        if total > 0 && table.link.is_some() {
            make_indexes(db).await?;
        }
        let next = format!(
            "SELECT espacio, id {deleted} AND (espacio, id) > ($2, $3) ORDER BY espacio, id LIMIT {BATCH}"
        );
        let (mut workspace, mut id, mut done) = (String::new(), 0_i64, 0);
        loop {
            told(done, total.unsigned_abs());
            let rows = db.maintain(&next, &[&before.as_str(), &workspace, &id]).await?;
            let Some(last) = rows.last() else { break };
            (workspace, id) = (last.try_get(0)?, last.try_get(1)?);
            let mut keys = Keys::default();
            for row in &rows {
                keys.workspaces.push(row.try_get(0)?);
                keys.ids.push(row.try_get(1)?);
            }
            let (gone, links) = take_out(db, table, &keys).await?;
            purged.count(table, gone);
            purged.count(&LINKS, links);
            done += rows.len() as u64;
        }
    }
    Ok(purged)
}

/// Whether something that began before a transaction may still see what rows used to be. What vacuums looks at no rows of
/// others, and a logical slot (`catalog_xmin`) only at those of the catalogue.
const IS_SEEN: &str = "SELECT 1 FROM pg_stat_activity, unnest(ARRAY[backend_xid, backend_xmin]) x (id)
    WHERE pid <> pg_backend_pid() AND pid NOT IN (SELECT pid FROM pg_stat_progress_vacuum)
        AND coalesce(datname, current_database()) = current_database()
        AND age(x.id) > age($1::TEXT::XID)
    UNION ALL SELECT 1 FROM pg_prepared_xacts
    WHERE database = current_database() AND age(transaction) > age($1::TEXT::XID)
    UNION ALL SELECT 1 FROM pg_replication_slots WHERE age(xmin) > age($1::TEXT::XID)
    LIMIT 1";

/// How long that is waited for. A standby tells only every ten seconds what it looks at.
const SEEN_LIMIT: Duration = Duration::from_secs(30);

/// Lets the server take back what rows used to be, as it would by itself some time later.
pub(crate) async fn scrub(db: &Postgres) -> Result<()> {
    let now = db.maintain("SELECT pg_current_xact_id()::XID::TEXT", &[]).await?;
    let now: String = now.first().map_or(Ok(String::new()), |row| row.try_get(0))?;
    let start = Instant::now();
    // The server would leave such rows where they are, and not say so.
    while !db.maintain(IS_SEEN, &[&now]).await?.is_empty() {
        if start.elapsed() > SEEN_LIMIT {
            return Err(Error::Unavailable(
                "somebody who began before may still see it: a transaction, a pg_dump, a standby or a replication slot"
                    .into(),
            ));
        }
        sleep(SEEN_LIMIT / 100).await;
    }
    db.maintain("VACUUM contactos, cuentas, contactos_cuentas", &[]).await.map(drop)
}

/// The primary keys of some rows, column by column.
#[derive(Default)]
struct Keys {
    workspaces: Vec<String>,
    ids: Vec<i64>,
}

/// How many rows were taken out, and how many associations with them.
async fn take_out(db: &Postgres, table: &Table, keys: &Keys) -> Result<(u64, u64)> {
    let delete = |table: &str, column: &str| {
        format!(
            "DELETE FROM {table} t USING unnest($1::TEXT[], $2::BIGINT[]) k (espacio, id)
             WHERE t.espacio = k.espacio AND t.{column} = k.id"
        )
    };
    let params: [Param<'_>; 2] = [&keys.workspaces, &keys.ids];
    let mut tries = 0;
    loop {
        let mut connection = db.connection().await?;
        let work = async {
            let transaction = connection.transaction().await?;
            let mut links = 0;
            if let Some(link) = table.link {
                links = transaction.execute(&delete("contactos_cuentas", link), &params).await?;
            }
            let rows = transaction.execute(&delete(table.name, "id"), &params).await?;
            transaction.commit().await?;
            Driver::Ok((rows, links))
        };
        let told = db.unless_lost(STATEMENT_LIMIT, work).await;
        if let Some(result) = db.settle(connection, told, &mut tries) {
            return result;
        }
    }
}

async fn make_indexes(db: &Postgres) -> Result<()> {
    for (name, column) in INDEXES {
        let make = format!(
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON contactos_cuentas (espacio, {column})"
        );
        patiently(db, &make).await?;
    }
    Ok(())
}

async fn drop_indexes(db: &Postgres) -> Result<()> {
    for (name, _) in INDEXES {
        patiently(db, &format!("DROP INDEX CONCURRENTLY IF EXISTS {name}")).await?;
    }
    Ok(())
}

/// Runs a statement that waits for every transaction that was begun before it, however long that takes.
async fn patiently(db: &Postgres, sql: &str) -> Result<()> {
    let connection = db.pool.get().await?;
    let done = async {
        connection.batch_execute("SET lock_timeout = 0").await?;
        connection.batch_execute(sql).await
    };
    let done = db.unless_lost(MAINTENANCE_LIMIT, done).await;
    // Nobody else is to be as patient.
    drop(Object::take(connection));
    Ok(done??)
}
