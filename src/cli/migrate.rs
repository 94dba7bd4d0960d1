//! `contacts migrate`

use crate::config::Migrate;
use crate::store::Store;

/// Brings the schema up to date, as opening the database does.
pub(super) fn run(migrate: &Migrate) -> anyhow::Result<()> {
    let address = &migrate.database.database;
    Store::open(address)?;
    println!("{address} is up to date");
    Ok(())
}
