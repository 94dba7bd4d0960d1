//! A PostgreSQL database as one side of a copy.

use std::pin::pin;

use deadpool_postgres::Object;
use futures_util::TryStreamExt as _;
use tokio::sync::mpsc;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::connect::{self, Connector};
use super::error::{self, Verdict, describe};
use crate::store::copy::{Kind, Row, TABLES, Table, Value};
use crate::store::{Error, Options, Result, Server};

/// A connection inside a transaction, which is taken back unless it is committed: the connection belongs to no pool
/// that lives on, so it ends when this is dropped.
pub(crate) struct Side(Box<Object>);

impl Side {
    pub(crate) async fn source(server: &Server, options: &Options) -> Result<Self> {
        Self::begin(server, options, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await
    }

    pub(crate) async fn target(server: &Server, options: &Options) -> Result<Self> {
        let tables: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        let begin = format!("BEGIN; LOCK TABLE {} IN EXCLUSIVE MODE", tables.join(", "));
        Self::begin(server, options, &begin).await
    }

    async fn begin(server: &Server, options: &Options, begin: &str) -> Result<Self> {
        let connection = connect::pool(Connector::new(server, options)?, options, 1)?.get().await?;
        // One side may wait long for the other.
        connection.batch_execute("SET idle_in_transaction_session_timeout = 0").await?;
        connection.batch_execute(begin).await?;
        Ok(Self(Box::new(connection)))
    }

    pub(crate) async fn count(&self, table: &'static Table) -> Result<u64> {
        let row = self.0.query_one(&format!("SELECT count(*) FROM {}", table.name), &[]).await?;
        Ok(u64::try_from(row.try_get::<_, i64>(0)?).unwrap_or(0))
    }

    pub(crate) async fn read(
        &self,
        table: &'static Table,
        batch: usize,
        batches: mpsc::Sender<Vec<Row>>,
    ) -> Result<()> {
        let columns = table.columns.iter().map(|(name, kind)| match kind {
            Kind::Time => format!("extract(epoch FROM {name})::BIGINT"),
            _ => (*name).to_owned(),
        });
        // By the primary key. Within a workspace this is the order of ids.
        let key = if table.name == "espacios" { "espacio" } else { "espacio, id" };
        let columns = columns.collect::<Vec<_>>().join(", ");
        let sql = format!("SELECT {columns} FROM {} ORDER BY {key}", table.name);
        let mut rows = pin!(self.0.query_raw(&sql, std::iter::empty::<&dyn ToSql>()).await?);
        let mut taken = Vec::with_capacity(batch);
        while let Some(row) = rows.try_next().await? {
            let values = table.columns.iter().enumerate();
            taken.push(values.map(|(place, (_, kind))| value(*kind, &row, place)).collect::<Result<Row>>()?);
            if taken.len() == batch && batches.send(std::mem::take(&mut taken)).await.is_err() {
                // Whoever takes the rows has failed, and says so itself.
                return Ok(());
            }
        }
        let _ = batches.send(taken).await;
        Ok(())
    }

    pub(crate) async fn write(&self, table: &'static Table, rows: Vec<Row>) -> Result<()> {
        let names: Vec<&str> = table.columns.iter().map(|(name, _)| *name).collect();
        let values = table.columns.iter().map(|(name, kind)| match kind {
            Kind::Time => format!("to_timestamp({name})"),
            _ => (*name).to_owned(),
        });
        let arrays = table.columns.iter().enumerate().map(|(place, (_, kind))| {
            let kind = match kind {
                Kind::Integer | Kind::Time => "BIGINT",
                Kind::Text => "TEXT",
                Kind::Uuid => "UUID",
            };
            format!("${}::{kind}[]", place + 1)
        });
        let names = names.join(", ");
        let sql = format!(
            "INSERT INTO {} ({names}) SELECT {} FROM unnest({}) f ({names})",
            table.name,
            values.collect::<Vec<_>>().join(", "),
            arrays.collect::<Vec<_>>().join(", ")
        );
        let columns: Vec<Box<dyn ToSql + Send + Sync>> =
            (0..table.columns.len()).map(|place| column(table.columns[place].1, &rows, place)).collect();
        let params: Vec<&(dyn ToSql + Sync)> = columns.iter().map(|column| column.as_ref() as _).collect();
        let statement = self.0.prepare_cached(&sql).await?;
        self.0.execute(&statement, &params).await?;
        Ok(())
    }

    pub(crate) async fn last_id(&self, table: &'static Table) -> Result<i64> {
        let sql = format!("SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {}_id_seq", table.name);
        Ok(self.0.query_one(&sql, &[]).await?.try_get(0)?)
    }

    pub(crate) async fn count_on(&self, table: &'static Table, last_id: i64) -> Result<()> {
        if last_id > 0 {
            let sql = format!("SELECT setval('{}_id_seq', $1)", table.name);
            self.0.query_one(&sql, &[&last_id]).await?;
        }
        Ok(())
    }

    pub(crate) async fn commit(self) -> Result<()> {
        self.0.batch_execute("COMMIT").await.map_err(|error| match error::verdict(&error) {
            Verdict::Broken => Error::Unknown(describe(&error)),
            _ => error.into(),
        })?;
        // Searches are planned by statistics, which a new table does not have. Without them it is slower, not wrong.
        let tables: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
        if let Err(error) = self.0.batch_execute(&format!("ANALYZE {}", tables.join(", "))).await {
            tracing::warn!(cause = describe(&error), "run ANALYZE in the new database");
        }
        Ok(())
    }
}

fn value(kind: Kind, row: &tokio_postgres::Row, place: usize) -> Result<Value> {
    let value = match kind {
        Kind::Integer | Kind::Time => row.try_get::<_, Option<i64>>(place)?.map(Value::Integer),
        Kind::Text => row.try_get::<_, Option<String>>(place)?.map(Value::Text),
        Kind::Uuid => row.try_get::<_, Option<Uuid>>(place)?.map(Value::Uuid),
    };
    Ok(value.unwrap_or(Value::Null))
}

/// A column of all rows, as an array.
fn column(kind: Kind, rows: &[Row], place: usize) -> Box<dyn ToSql + Send + Sync> {
    let values = rows.iter().map(|row| &row[place]);
    match kind {
        Kind::Integer | Kind::Time => {
            let numbers =
                values.map(|value| if let Value::Integer(number) = value { Some(*number) } else { None });
            Box::new(numbers.collect::<Vec<Option<i64>>>())
        }
        Kind::Text => {
            let texts =
                values.map(|value| if let Value::Text(text) = value { Some(text.clone()) } else { None });
            Box::new(texts.collect::<Vec<Option<String>>>())
        }
        Kind::Uuid => {
            let uuids = values.map(|value| if let Value::Uuid(uuid) = value { Some(*uuid) } else { None });
            Box::new(uuids.collect::<Vec<Option<Uuid>>>())
        }
    }
}
