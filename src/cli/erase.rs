//! `contacts erase`

use anyhow::{Context as _, bail};

use super::{caller, must_exist, open, scrub};
use crate::config::{Erase, Owner};
use crate::contact::Erasure;
use crate::text;

/// Takes the data of persons out of deleted contacts. All UUIDs are looked at before anything else is done with them.
pub(super) async fn run(erase: Erase) -> anyhow::Result<()> {
    must_exist(&erase.database.database, "--database")?;
    let mut uuids = Vec::new();
    for text in &erase.uuids {
        uuids.push(text::uuid(text).with_context(|| format!("{text} is no UUID"))?);
    }
    // Contacts are erased whoever had them.
    let caller = caller(&Owner { user: "operator".into(), workspace: erase.workspace.clone() })?;
    let store = open(&erase.database).await?;
    let (mut erased, mut left) = (0, Vec::new());
    for uuid in uuids {
        match store.erase_contact(&caller, uuid).await? {
            Erasure::Done => erased += 1,
            Erasure::NotDeleted => left.push(format!("{uuid} is not deleted: delete it first")),
            Erasure::NotFound => left.push(format!("the workspace has no contact {uuid}")),
        }
    }
    scrub(&store).await.context(
        "what was erased is gone, but may have left remains in the database's files: run this again",
    )?;
    println!("erased {erased} of {}; backups keep what they have", erase.uuids.len());
    if !left.is_empty() {
        bail!("{}", left.join("\n"));
    }
    Ok(())
}
