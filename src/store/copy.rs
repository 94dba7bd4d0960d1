//! Moving everything from one database to another: all of it, checked, or nothing.
//!
//! The target takes everything in one transaction, and reads it back, before it is committed. So a copy that fails, in
//! whatever way, leaves an empty target, and can be run again.

use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{Address, Error, Options, Result, Store, postgres, sqlite};

/// How many rows travel together: memory for a few of these is all that a copy takes.
const BATCH: usize = 2000;

/// What a column holds. A time is a number of seconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Text,
    Uuid,
    Time,
}

/// A value of a row, the same whichever database it is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Null,
    Integer(i64),
    Text(String),
    Uuid(Uuid),
}

/// A row in the order of its table's columns.
pub(super) type Row = Vec<Value>;

/// A table, and the columns that a copy carries: all but what the database makes of them itself.
pub(super) struct Table {
    pub(super) name: &'static str,
    pub(super) columns: &'static [(&'static str, Kind)],
}

impl Table {
    /// Whether its ids are counted by the database, over all workspaces.
    pub(super) fn counts_ids(&self) -> bool {
        self.columns.first().is_some_and(|(name, _)| *name == "id")
    }
}

/// The tables, each after those that it refers to.
pub(super) const TABLES: &[Table] = &[
    Table {
        name: "espacios",
        columns: &[("espacio", Kind::Text), ("siguiente_rol", Kind::Integer), ("fecha_creacion", Kind::Time)],
    },
    Table {
        name: "roles",
        columns: &[
            ("espacio", Kind::Text),
            ("id", Kind::Integer),
            ("nombre", Kind::Text),
            ("fecha_creacion", Kind::Time),
            ("fecha_eliminacion", Kind::Time),
        ],
    },
    Table {
        name: "contactos",
        columns: &[
            ("id", Kind::Integer),
            ("uuid", Kind::Uuid),
            ("espacio", Kind::Text),
            ("propietario", Kind::Text),
            ("nombre", Kind::Text),
            ("apellido", Kind::Text),
            ("email", Kind::Text),
            ("telefono", Kind::Text),
            ("busqueda", Kind::Text),
            ("fecha_creacion", Kind::Time),
            ("fecha_inactivacion", Kind::Time),
            ("fecha_eliminacion", Kind::Time),
        ],
    },
    Table {
        name: "cuentas",
        columns: &[
            ("id", Kind::Integer),
            ("uuid", Kind::Uuid),
            ("espacio", Kind::Text),
            ("nombre", Kind::Text),
            ("busqueda", Kind::Text),
            ("fecha_creacion", Kind::Time),
            ("fecha_inactivacion", Kind::Time),
            ("fecha_eliminacion", Kind::Time),
        ],
    },
    Table {
        name: "contactos_cuentas",
        columns: &[
            ("id", Kind::Integer),
            ("espacio", Kind::Text),
            ("contacto", Kind::Integer),
            ("cuenta", Kind::Integer),
            ("rol", Kind::Integer),
            ("fecha_creacion", Kind::Time),
            ("fecha_eliminacion", Kind::Time),
        ],
    },
];

/// Whether a word is the name of a table.
#[cfg(test)]
pub(super) fn is_table(word: &str) -> bool {
    TABLES.iter().any(|table| table.name == word)
}

/// Every column that a copy carries, with its table.
#[cfg(test)]
pub(super) fn columns() -> Vec<String> {
    let of_table =
        |table: &'static Table| table.columns.iter().map(|(name, _)| format!("{}.{name}", table.name));
    TABLES.iter().flat_map(of_table).collect()
}

/// How many rows there are, and a hash of all of them, whatever their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest {
    /// How many rows.
    pub rows: u64,
    /// The sum of the rows' hashes (SHA-256, its first 128 bits).
    pub hash: u128,
}

impl Digest {
    fn add(&mut self, row: &Row) {
        let mut hash = Sha256::new();
        for value in row {
            match value {
                Value::Null => hash.update([0]),
                Value::Integer(number) => {
                    hash.update([1]);
                    hash.update(number.to_le_bytes());
                }
                // The length keeps what ends one text apart from what begins the next.
                Value::Text(text) => {
                    hash.update([2]);
                    hash.update((text.len() as u64).to_le_bytes());
                    hash.update(text);
                }
                Value::Uuid(uuid) => {
                    hash.update([3]);
                    hash.update(uuid);
                }
            }
        }
        let mut first = [0; 16];
        first.copy_from_slice(&hash.finalize()[..16]);
        self.rows += 1;
        self.hash = self.hash.wrapping_add(u128::from_le_bytes(first));
    }
}

/// One of the two databases of a copy, in a transaction of its own.
enum Side {
    Sqlite(sqlite::copy::Side),
    Postgres(postgres::copy::Side),
}

impl Side {
    /// Opens a database to read one moment of it.
    async fn source(options: &Options) -> Result<Self> {
        Ok(match &options.address {
            Address::Sqlite(path) => Self::Sqlite(sqlite::copy::Side::source(path)?),
            Address::Postgres(server) => Self::Postgres(postgres::copy::Side::source(server, options).await?),
        })
    }

    /// Opens a database to write it, while nobody else does.
    async fn target(options: &Options) -> Result<Self> {
        Ok(match &options.address {
            Address::Sqlite(path) => Self::Sqlite(sqlite::copy::Side::target(path)?),
            Address::Postgres(server) => Self::Postgres(postgres::copy::Side::target(server, options).await?),
        })
    }

    async fn count(&self, table: &'static Table) -> Result<u64> {
        match self {
            Self::Sqlite(side) => side.count(table).await,
            Self::Postgres(side) => side.count(table).await,
        }
    }

    /// Sends all rows of a table, those of each workspace in the order of their ids, as fast as they are taken.
    async fn read(&self, table: &'static Table, batches: mpsc::Sender<Vec<Row>>) -> Result<()> {
        match self {
            Self::Sqlite(side) => side.read(table, BATCH, batches).await,
            Self::Postgres(side) => side.read(table, BATCH, batches).await,
        }
    }

    async fn write(&self, table: &'static Table, rows: Vec<Row>) -> Result<()> {
        match self {
            Self::Sqlite(side) => side.write(table, rows).await,
            Self::Postgres(side) => side.write(table, rows).await,
        }
    }

    /// The last id that was given to a row of a table, be the row there or not; 0 if none was.
    async fn last_id(&self, table: &'static Table) -> Result<i64> {
        match self {
            Self::Sqlite(side) => side.last_id(table).await,
            Self::Postgres(side) => side.last_id(table).await,
        }
    }

    /// Lets the ids of a table go on after this one.
    async fn count_on(&self, table: &'static Table, last_id: i64) -> Result<()> {
        match self {
            Self::Sqlite(side) => side.count_on(table, last_id).await,
            Self::Postgres(side) => side.count_on(table, last_id).await,
        }
    }

    async fn commit(self) -> Result<()> {
        match self {
            Self::Sqlite(side) => side.commit().await,
            Self::Postgres(side) => side.commit().await,
        }
    }
}

/// Copies everything into an empty database, with its ids, UUIDs and times, and lets its ids go on where those of the
/// source were. Returns what either side holds, table by table.
///
/// [`Error::Refused`] if the target holds something, or either has a schema that is not known here, and [`Error::Unknown`] if
/// the target did not say whether the copy is in. After any other error there is nothing in it.
///
/// `progress` is told how many of how many steps are done: each row is read and written, and then read again.
pub async fn copy(
    from: &Options,
    to: &Options,
    progress: impl Fn(u64, u64),
) -> Result<Vec<(&'static str, Digest)>> {
    // Opening brings both schemas up to date.
    drop(Store::open(from).await?);
    drop(Store::open(to).await?);
    let (source, target) = (Side::source(from).await?, Side::target(to).await?);
    let mut total = 0;
    for table in TABLES {
        if target.count(table).await? > 0 {
            return Err(Error::Refused(format!("{} is not empty: copy into a new database", to.address)));
        }
        total += 2 * source.count(table).await?;
    }
    if total == 0 {
        return Err(Error::Refused(format!("there is nothing in {}", from.address)));
    }
    let mut done = 0;
    let mut step = |rows: &[Row]| {
        done += rows.len() as u64;
        progress(done, total);
    };
    let mut copied = Vec::new();
    for table in TABLES {
        let digest = walk(&source, table, async |rows| {
            step(&rows);
            target.write(table, rows).await
        });
        copied.push((table.name, digest.await?));
        if table.counts_ids() {
            target.count_on(table, source.last_id(table).await?).await?;
        }
    }
    drop(source);
    for (table, (name, expected)) in TABLES.iter().zip(&copied) {
        let digest = walk(&target, table, async |rows| {
            step(&rows);
            Ok(())
        });
        let digest = digest.await?;
        if digest != *expected {
            return Err(Error::Failed(format!(
                "{name} does not hold what was copied: {digest:?}, not {expected:?}"
            )));
        }
    }
    target.commit().await.map_err(|error| match error {
        Error::Unknown(cause) => Error::Unknown(format!("look at {}: {cause}", to.address)),
        other => other,
    })?;
    Ok(copied)
}

/// Reads a table while something is done with its rows.
async fn walk(
    side: &Side,
    table: &'static Table,
    mut each: impl AsyncFnMut(Vec<Row>) -> Result<()>,
) -> Result<Digest> {
    let (batches, mut taken) = mpsc::channel::<Vec<Row>>(2);
    let mut digest = Digest::default();
    let take = async {
        while let Some(rows) = taken.recv().await {
            rows.iter().for_each(|row| digest.add(row));
            each(rows).await?;
        }
        Ok(())
    };
    tokio::try_join!(side.read(table, batches), take)?;
    Ok(digest)
}
