//! What is deleted, taken out of PostgreSQL for good.

use deadpool_postgres::Object;

use super::{Driver, MAINTENANCE_LIMIT, Param, Postgres, Result, STATEMENT_LIMIT};
use crate::store::purge::{BATCH, Day, Purged, TABLES, Table};

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
            "SELECT espacio, id FROM {} WHERE fecha_eliminacion < ($1::TEXT || ' 00:00:00+00')::TIMESTAMPTZ",
            table.name
        );
        let rows = db.maintain(&deleted, &[&before.as_str()]).await?;
        if !rows.is_empty() && table.link.is_some() {
            make_indexes(db).await?;
        }
        let total = rows.len() as u64;
        for (batch, rows) in rows.chunks(BATCH).enumerate() {
            told((batch * BATCH) as u64, total);
            let mut keys = Keys::default();
            for row in rows {
                keys.workspaces.push(row.try_get(0)?);
                keys.ids.push(row.try_get(1)?);
            }
            let (rows, links) = take_out(db, table, &keys).await?;
            purged.count(table, rows, links);
        }
    }
    Ok(purged)
}

/// Lets the server take back what rows used to be, as it would by itself some time later.
pub(crate) async fn scrub(db: &Postgres) -> Result<()> {
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
