//! An older revision of the program, to compare with.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::process;
use crate::service::Program;

/// Release 0.1.0, which has no tag.
const RELEASE: &str = "3c0963769d3661fd4e98303e551a7ba49c198ccb";

/// An older program, and what it is called.
pub(crate) struct Before {
    pub(crate) program: Program,
    pub(crate) revision: String,
}

impl Before {
    /// The program of a revision: the one that is named, else the newest tag, else the first release. It is built once.
    /// Nothing if the repository does not have it.
    pub(crate) fn build(root: &Path, target: &Path, named: Option<&str>) -> Result<Option<Self>> {
        let git = |arguments: &[&str]| process::said(Command::new("git").current_dir(root).args(arguments));
        let newest = || git(&["describe", "--tags", "--abbrev=0"]).unwrap_or_else(|_| RELEASE.to_owned());
        let revision = named.map_or_else(newest, str::to_owned);
        process::go_on()?;
        let Ok(commit) = git(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")]) else {
            eprintln!(
                "this repository has no revision {revision}, so nothing is compared with it: \
                 git fetch --unshallow --tags, or name another with --before"
            );
            return Ok(None);
        };
        let folder = target.join("before").join(&commit);
        let source = folder.join("source");
        if !source.exists() {
            let unpacked = folder.join("unpacked");
            fs::create_dir_all(&unpacked)?;
            let unpack = "git archive \"$1\" | tar -x -C \"$2\"";
            process::said(
                Command::new("sh").current_dir(root).args(["-c", unpack, "sh", &commit]).arg(&unpacked),
            )?;
            fs::rename(unpacked, &source)?;
        }
        eprintln!("building the program of {revision}, to compare with; it is kept for the next time");
        let program = Program::build(&source, &folder.join("target"), &folder.join("contacts"))?;
        let revision = if revision == RELEASE { "0.1.0".to_owned() } else { revision };
        Ok(Some(Self { program, revision }))
    }
}
