//! Numbered changes of the database's schema, each run once. They are part of the binary.

use super::Error;

/// One change of the schema.
pub(crate) struct Migration {
    /// Counts from 1 without a gap.
    pub number: i64,
    /// What the file is called.
    pub name: &'static str,
    /// The statements.
    pub sql: &'static str,
}

/// The changes of a SQLite database.
pub(crate) const SQLITE: &[Migration] = &[
    Migration {
        number: 1,
        name: "contactos",
        sql: include_str!("../../migrations/sqlite/0001_contactos.sql"),
    },
    Migration { number: 2, name: "busqueda", sql: include_str!("../../migrations/sqlite/0002_busqueda.sql") },
];

/// The changes of a PostgreSQL database.
pub(crate) const POSTGRES: &[Migration] = &[
    Migration {
        number: 1,
        name: "contactos",
        sql: include_str!("../../migrations/postgres/0001_contactos.sql"),
    },
    Migration {
        number: 2,
        name: "busqueda",
        sql: include_str!("../../migrations/postgres/0002_busqueda.sql"),
    },
];

/// The newest change that this program knows.
pub(crate) fn newest(known: &[Migration]) -> i64 {
    known.last().map_or(0, |migration| migration.number)
}

/// The changes that a database of this schema does not have yet. A newer schema than this program knows is refused.
pub(crate) fn missing(known: &'static [Migration], schema: i64) -> Result<&'static [Migration], Error> {
    let newest = newest(known);
    if schema > newest {
        return Err(Error::Refused(format!(
            "the database has schema {schema}, this program knows schemas up to {newest}: start the newer program"
        )));
    }
    let first = known.partition_point(|migration| migration.number <= schema);
    Ok(&known[first..])
}
