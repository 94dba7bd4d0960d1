//! `contacts copy`

use std::time::Instant;

use anyhow::{Context as _, ensure};
use indicatif::{ProgressBar, ProgressStyle};

use super::grouped;
use crate::config::Copy;
use crate::store;

/// Copies one database into another, and says what either holds then.
pub(super) async fn run(copy: Copy) -> anyhow::Result<()> {
    let missing = copy.from.file().is_some_and(|file| !file.exists());
    ensure!(!missing, "there is no {}; name the database to copy with --from", copy.from);
    let (from, to) = (copy.postgres.options(copy.from.clone()), copy.postgres.options(copy.to.clone()));
    let start = Instant::now();
    let bar = ProgressBar::new(0);
    let bar = match ProgressStyle::with_template("{bar:40} {percent:>3} %  {elapsed} elapsed, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    };
    let progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let copied = store::copy(&from, &to, progress)
        .await
        .with_context(|| format!("cannot copy {} to {}", copy.from, copy.to))?;
    bar.finish_and_clear();
    for (table, digest) in copied {
        println!("{table:<18} {:>15} rows on both sides, hash {:032x}", grouped(digest.rows), digest.hash);
    }
    println!("copied and checked in {:.1} s", start.elapsed().as_secs_f64());
    Ok(())
}
