//! `contacts migrate`

use super::open;
use crate::config::Migrate;

/// Brings the schema up to date, as opening the database does.
pub(super) async fn run(migrate: Migrate) -> anyhow::Result<()> {
    open(&migrate.database).await?;
    println!("{} is up to date", migrate.database.database);
    Ok(())
}
