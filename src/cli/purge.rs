//! `contacts purge`

use anyhow::Context as _;

use super::{grouped, must_exist, open, progress, scrub};
use crate::config::Purge;

/// Takes out what was deleted long ago.
pub(super) async fn run(purge: Purge) -> anyhow::Result<()> {
    must_exist(&purge.database.database, "--database")?;
    let store = open(&purge.database).await?;
    let bar = progress(0);
    let told = {
        let bar = bar.clone();
        move |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        }
    };
    let purged = store.purge(&purge.deleted_before, told).await?;
    bar.finish_and_clear();
    scrub(&store).await.context(
        "what was purged is gone, but may have left remains in the database's files: run this again",
    )?;
    let [contacts, accounts, associations] =
        [purged.contacts, purged.accounts, purged.associations].map(grouped);
    println!("purged {contacts} contacts, {accounts} accounts, {associations} associations");
    Ok(())
}
