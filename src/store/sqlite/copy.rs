//! A SQLite database as one side of a copy.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, OptionalExtension as _, Result as SqliteResult, ToSql, params, params_from_iter};
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::open;
use crate::store::copy::{Kind, Row, Table, Value};
use crate::store::{Error, Result};

/// A connection inside a transaction, which is taken back unless it is committed.
pub(crate) struct Side(Arc<Mutex<Connection>>);

impl Side {
    pub(crate) fn source(path: &Path) -> Result<Self> {
        Self::begin(path, "BEGIN")
    }

    pub(crate) fn target(path: &Path) -> Result<Self> {
        Self::begin(path, "BEGIN IMMEDIATE")
    }

    fn begin(path: &Path, begin: &str) -> Result<Self> {
        let connection = open::connect(path)?;
        connection.execute_batch(begin)?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    /// Works on the connection where waiting for the disk holds nobody up.
    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> SqliteResult<T> + Send + 'static,
    ) -> Result<T> {
        let connection = self.0.clone();
        let done = spawn_blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner)));
        Ok(done.await.map_err(|error| Error::Failed(error.to_string()))??)
    }

    pub(crate) async fn count(&self, table: &'static Table) -> Result<u64> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        self.run(move |db| db.query_row(&sql, [], |row| row.get(0))).await
    }

    pub(crate) async fn read(
        &self,
        table: &'static Table,
        batch: usize,
        batches: mpsc::Sender<Vec<Row>>,
    ) -> Result<()> {
        let columns = table.columns.iter().map(|(name, kind)| match kind {
            Kind::Time => format!("unixepoch({name})"),
            _ => (*name).to_owned(),
        });
        let key = if table.counts_ids() { "id" } else { "1, 2" };
        let sql =
            format!("SELECT {} FROM {} ORDER BY {key}", columns.collect::<Vec<_>>().join(", "), table.name);
        self.run(move |db| {
            let mut statement = db.prepare(&sql)?;
            let mut rows = statement.query([])?;
            let mut taken = Vec::with_capacity(batch);
            while let Some(row) = rows.next()? {
                let values = table.columns.iter().enumerate();
                taken.push(
                    values
                        .map(|(place, (_, kind))| value(*kind, row.get_ref(place)?))
                        .collect::<SqliteResult<Row>>()?,
                );
                if taken.len() == batch && batches.blocking_send(std::mem::take(&mut taken)).is_err() {
                    // Whoever takes the rows has failed, and says so itself.
                    return Ok(());
                }
            }
            let _ = batches.blocking_send(taken);
            Ok(())
        })
        .await
    }

    pub(crate) async fn write(&self, table: &'static Table, rows: Vec<Row>) -> Result<()> {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let values = table.columns.iter().enumerate().map(|(place, (_, kind))| match kind {
            Kind::Time => format!("datetime(${}, 'unixepoch')", place + 1),
            _ => format!("${}", place + 1),
        });
        let values = values.collect::<Vec<_>>().join(", ");
        let sql = format!("INSERT INTO {} ({}) VALUES ({values})", table.name, names.join(", "));
        self.run(move |db| {
            let mut insert = db.prepare_cached(&sql)?;
            for row in rows {
                insert.execute(params_from_iter(&row))?;
            }
            Ok(())
        })
        .await
    }

    pub(crate) async fn last_id(&self, table: &'static Table) -> Result<i64> {
        self.run(|db| {
            let last = "SELECT seq FROM sqlite_sequence WHERE name = $1";
            Ok(db.query_row(last, [table.name], |row| row.get(0)).optional()?.unwrap_or(0))
        })
        .await
    }

    pub(crate) async fn count_on(&self, table: &'static Table, last_id: i64) -> Result<()> {
        self.run(move |db| {
            let name = table.name;
            if db.execute("UPDATE sqlite_sequence SET seq = $1 WHERE name = $2", params![last_id, name])? == 0
            {
                db.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES ($1, $2)",
                    params![name, last_id],
                )?;
            }
            Ok(())
        })
        .await
    }

    pub(crate) async fn commit(self) -> Result<()> {
        self.run(|db| db.execute_batch("COMMIT")).await
    }
}

fn value(kind: Kind, value: ValueRef<'_>) -> SqliteResult<Value> {
    Ok(match (kind, value) {
        (_, ValueRef::Null) => Value::Null,
        (Kind::Integer | Kind::Time, value) => Value::Integer(value.as_i64()?),
        (Kind::Text, value) => Value::Text(value.as_str()?.to_owned()),
        (Kind::Uuid, value) => {
            let bytes = value.as_blob()?;
            Value::Uuid(
                Uuid::from_slice(bytes)
                    .map_err(|error| rusqlite::types::FromSqlError::Other(error.into()))?,
            )
        }
    })
}

impl ToSql for Value {
    fn to_sql(&self) -> SqliteResult<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Borrowed(ValueRef::Null),
            Self::Integer(number) => ToSqlOutput::Borrowed(ValueRef::Integer(*number)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Uuid(uuid) => ToSqlOutput::Borrowed(ValueRef::Blob(uuid.as_bytes())),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::copy::columns;

    #[test]
    fn a_copy_carries_every_column_that_the_schema_has() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        open::prepare(&path).unwrap();
        let db = open::connect(&path).unwrap();
        let mut all = db
            .prepare(
                "SELECT t.name || '.' || c.name FROM sqlite_schema t JOIN pragma_table_xinfo(t.name) c
                 WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name NOT LIKE '%bloques'
                     AND t.name <> 'migraciones' AND c.hidden = 0",
            )
            .unwrap();
        let mut all: Vec<String> =
            all.query_map([], |row| row.get(0)).unwrap().map(SqliteResult::unwrap).collect();
        let mut carried = columns();
        all.sort();
        carried.sort();
        assert_eq!(carried, all);
    }
}
