//! `contacts migrate`

use super::open_or_make;
use crate::config::Migrate;

/// Brings the schema up to date, as opening the database does.
pub(super) async fn run(migrate: Migrate) -> anyhow::Result<()> {
    open_or_make(&migrate.database).await?;
    println!("{} is up to date", migrate.database.database);
    Ok(())
}
