//! A file system of a few megabytes, in memory. It and its mount namespace end with the process that keeps them, which ends
//! with the test.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const MOUNT: &str = r#"mount -t tmpfs -o size="$1" tmpfs "$2" && echo mounted && exec cat"#;

/// A small file system.
pub(crate) struct Small {
    keeper: Child,
    folder: TempDir,
    /// What a command needs to enter where it is mounted.
    enter: &'static [&'static str],
}

impl Small {
    /// Root may mount; anybody else may as root of a user namespace of their own.
    pub(crate) fn new(size: &str) -> Self {
        let ways: [(&[&str], &[&str]); 2] =
            [(&["-m"], &["-m"]), (&["-rm"], &["-U", "-m", "--preserve-credentials"])];
        let folder = tempfile::tempdir().unwrap();
        for (leave, enter) in ways {
            let mut keeper = Command::new("unshare")
                .args(leave)
                .args(["sh", "-c", MOUNT, "keeper", size])
                .arg(folder.path())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut said = String::new();
            BufReader::new(keeper.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
            if said == "mounted\n" {
                return Self { keeper, folder, enter };
            }
            keeper.wait().unwrap();
        }
        panic!(
            "this test mounts a small file system: run it as root, or allow user namespaces \
             (sysctl kernel.unprivileged_userns_clone=1); in a container, start that with --privileged"
        );
    }

    /// A path on it, for a command that runs there.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same path for anybody else.
    pub(crate) fn outside(&self, name: &str) -> PathBuf {
        let root = format!("/proc/{}/root", self.keeper.id());
        Path::new(&root).join(self.path(name).strip_prefix("/").unwrap())
    }

    /// The command that runs another where this is mounted.
    pub(crate) fn enter(&self, command: &Command) -> Command {
        let mut enter = Command::new("nsenter");
        enter.args(["-t", &self.keeper.id().to_string()]).args(self.enter).arg(command.get_program());
        enter.args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => enter.env(name, value),
                None => enter.env_remove(name),
            };
        }
        enter
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}
