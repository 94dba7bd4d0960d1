//! `contacts purge`

use super::{grouped, must_exist, open, progress, scrub, show};
use crate::config::Purge;

/// Takes out what was deleted long ago.
pub(super) async fn run(purge: Purge) -> anyhow::Result<()> {
    must_exist(&purge.database.database, "--database")?;
    let store = open(&purge.database).await?;
    let bar = progress(0);
    let told = {
        let bar = bar.clone();
        move |done, total| show(&bar, done, total)
    };
    let purged = store.purge(&purge.deleted_before, told).await?;
    bar.finish_and_clear();
    let scrubbed = scrub(&store).await;
    let [contacts, accounts, associations] =
        [purged.contacts, purged.accounts, purged.associations].map(grouped);
    println!("purged {contacts} contacts, {accounts} accounts, {associations} associations");
    scrubbed
}
