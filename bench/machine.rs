//! What the figures hold for: versions and the machine.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::Result;

use crate::cluster::binaries;
use crate::process;

/// Lines that say with what and where it was measured.
pub(crate) fn description(root: &Path, folder: &Path, postgres: bool) -> Result<String> {
    let said = |program: &str, arguments: &[&str]| {
        process::said(Command::new(program).current_dir(root).args(arguments)).unwrap_or_default()
    };
    let revision = said("git", &["describe", "--always", "--dirty", "--tags", "--abbrev=12"]);
    let mut versions = vec![
        format!("contacts {} ({revision})", env!("CARGO_PKG_VERSION")),
        said("rustc", &["--version"]),
        format!("SQLite {}", contacts::store::sqlite_version()),
    ];
    if postgres {
        versions.push(process::said(Command::new(binaries().join("postgres")).arg("--version"))?);
    }
    // wrk says its version where it explains its flags, and fails then.
    let wrk = Command::new("wrk").arg("-v").output().map(|said| said.stdout).unwrap_or_default();
    let wrk = String::from_utf8_lossy(&wrk);
    versions.push(wrk.split(" [").next().unwrap_or_default().to_owned());
    let read = |file: &str| fs::read_to_string(file).unwrap_or_default();
    versions.push(format!("Linux {}", read("/proc/sys/kernel/osrelease").trim()));

    let find = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split(':').nth(1)).unwrap_or("unknown").trim().to_owned()
    };
    let memory = find(&read("/proc/meminfo"), "MemTotal");
    let memory: u64 = memory.trim_end_matches(" kB").parse().unwrap_or_default();
    let disk = said("df", &["--output=fstype", &folder.display().to_string()]);
    Ok(format!(
        "{}, on {} with {} cores, {} GiB of memory and {}: {}.\n\n\
         The load comes from wrk on the same machine, so it takes a part of these cores, from the service as from the \
         yardsticks. No rate limit; all else is as in production: tokens are checked, requests logged, and what is \
         acknowledged is on disk.",
        said("date", &["-u", "+%Y-%m-%d %H:%M UTC"]),
        find(&read("/proc/cpuinfo"), "model name"),
        thread::available_parallelism().map_or(1, usize::from),
        (memory + (1 << 19)) >> 20,
        disk.lines().last().unwrap_or("an unknown file system").trim(),
        versions.join(", "),
    ))
}
