//! `contacts erase`

use anyhow::{Context as _, bail};

use super::{must_exist, open, operator, scrub};
use crate::config::Erase;
use crate::contact::Erasure;
use crate::text;

/// Takes the data of persons out of deleted contacts. All UUIDs are looked at before anything else is done with them.
pub(super) async fn run(erase: Erase) -> anyhow::Result<()> {
    must_exist(&erase.database.database, "--database")?;
    let mut uuids = Vec::new();
    for text in &erase.uuids {
        uuids.push(text::uuid(text).with_context(|| format!("{text} is no UUID"))?);
    }
    let caller = operator(&erase.workspace)?;
    let store = open(&erase.database).await?;
    let (mut erased, mut left) = (0, Vec::new());
    // One that fails does not keep the remains of the others from being taken out.
    for uuid in uuids {
        match store.erase_contact(&caller, uuid).await {
            Ok(Erasure::Done) => erased += 1,
            Ok(Erasure::NotDeleted) => left.push(format!("{uuid} is not deleted: delete it first")),
            Ok(Erasure::NotFound) => left.push(format!("the workspace has no contact {uuid}")),
            Err(error) => left.push(format!("{uuid}: {error}; run this again")),
        }
    }
    let scrubbed = if erased > 0 { scrub(&store).await } else { Ok(()) };
    println!("erased {erased} of {}; backups keep what they have", erase.uuids.len());
    left.extend(scrubbed.err().map(|error| format!("{error:#}")));
    if !left.is_empty() {
        bail!("{}", left.join("\n"));
    }
    Ok(())
}
