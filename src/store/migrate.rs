//! Numbered changes of the database's schema, each run once. They are part of the binary.

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
pub(crate) const SQLITE: &[Migration] = &[Migration {
    number: 1,
    name: "contactos",
    sql: include_str!("../../migrations/sqlite/0001_contactos.sql"),
}];
