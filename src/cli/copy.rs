//! `contacts copy`

use std::time::Instant;

use anyhow::Context as _;

use super::{grouped, must_exist, progress, show};
use crate::config::Copy;
use crate::store;

/// Copies one database into another, and says what either holds then.
pub(super) async fn run(copy: Copy) -> anyhow::Result<()> {
    must_exist(&copy.from, "--from")?;
    let (from, to) = (copy.postgres.options(copy.from.clone()), copy.postgres.options(copy.to.clone()));
    eprintln!("what a service writes to {} from now on is not copied: stop it first", copy.from);
    let start = Instant::now();
    let bar = progress(0);
    let copied = store::copy(&from, &to, |done, total| show(&bar, done, total))
        .await
        .with_context(|| format!("cannot copy {} to {}", copy.from, copy.to))?;
    bar.finish_and_clear();
    for (table, digest) in copied {
        println!("{table:<18} {:>15} rows on both sides, hash {:032x}", grouped(digest.rows), digest.hash);
    }
    println!("copied and checked in {:.1} s", start.elapsed().as_secs_f64());
    println!("next: put {} away, and start the services on {} with the secret of before", copy.from, copy.to);
    Ok(())
}
