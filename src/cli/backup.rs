//! `contacts backup`, `contacts verify` and `contacts restore`

use std::fmt;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, bail};

use super::{grouped, must_exist, progress, show};
use crate::config::{Backup, Restore, Verify};
use crate::store::{self, Address, Contents};

/// Backs up a database that may be in use.
pub(super) fn backup(backup: &Backup) -> anyhow::Result<()> {
    let address = &backup.database.database;
    let file = file(address)?;
    must_exist(address, "--database")?;
    let start = Instant::now();
    let contents = with_progress(|told| store::backup(file, &backup.to, told)).with_context(|| {
        format!("cannot back up {address}; nothing was written to {}", backup.to.display())
    })?;
    let packed = std::fs::metadata(&backup.to)?.len();
    println!(
        "backed up and checked in {:.1} s, {}: {}",
        start.elapsed().as_secs_f64(),
        megabytes(packed),
        Summary(contents)
    );
    println!("not in it: the secret that signs tokens; keep that too, or all have to log in again");
    Ok(())
}

/// Says what a backup holds, if it is whole and sound.
pub(super) fn verify(verify: &Verify) -> anyhow::Result<()> {
    let contents = with_progress(|told| store::verify(&verify.file, told))?;
    println!("{} is whole and sound: {}", verify.file.display(), Summary(contents));
    Ok(())
}

/// Makes a database from a backup.
pub(super) fn restore(restore: &Restore) -> anyhow::Result<()> {
    let address = &restore.database.database;
    let file = file(address)?;
    let contents = with_progress(|told| store::restore(&restore.file, file, told))
        .with_context(|| format!("cannot restore {address}; nothing was changed"))?;
    println!("restored {address}: {}", Summary(contents));
    println!("next: put the secret of before beside it, or name it; then start the service");
    Ok(())
}

/// The file of an embedded database.
fn file(address: &Address) -> anyhow::Result<&Path> {
    let Some(file) = address.file() else {
        bail!(
            "this is for the embedded database; for PostgreSQL, pg_dump and pg_basebackup do it (docs/operations.md)"
        );
    };
    Ok(file)
}

/// Shows on a terminal how far the work is.
fn with_progress<T>(work: impl FnOnce(store::Told<'_>) -> T) -> T {
    let bar = progress(0);
    let done = work(&|what, done, total| {
        bar.set_message(format!("{what:<12}"));
        show(&bar, done, total);
    });
    bar.finish_and_clear();
    done
}

/// What a database holds, in a line.
struct Summary(Contents);

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Contents { contacts, accounts, associations, schema, bytes } = self.0;
        let [contacts, accounts, associations] = [contacts, accounts, associations].map(grouped);
        let size = megabytes(bytes);
        write!(
            f,
            "{contacts} contacts, {accounts} accounts, {associations} associations, deleted ones included; {size} uncompressed, schema {schema}"
        )
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
