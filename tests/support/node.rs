//! Nodes as processes.

#![allow(dead_code, reason = "each of the test programs uses a part")]

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

#[allow(unused_imports, reason = "each of the test programs uses a part")]
pub(crate) use serde_json::{Value, json};
use tempfile::TempDir;

#[allow(unused_imports, reason = "each of the test programs uses a part")]
pub(crate) use crate::client::{Answer, Client, column};
pub(crate) use crate::said::Said;

const PROGRAM: &str = env!("CARGO_BIN_EXE_contacts");

/// The secret of all nodes.
pub(crate) const SECRET: &str = "7d0c2f5b9e8a41c6b3f4d2a19c8e7f60";

/// A UUID that nothing has.
pub(crate) const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// Waits for the tests before this one; the next waits until what this returns is dropped.
pub(crate) fn alone() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Looks again and again until something is so; how long that took.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) -> Duration {
    let start = Instant::now();
    while !so() {
        assert!(start.elapsed() < Duration::from_secs(60), "in the end {what}");
        thread::sleep(Duration::from_millis(10));
    }
    start.elapsed()
}

/// The address of a database in this file.
pub(crate) fn sqlite(file: &Path) -> String {
    format!("sqlite:{}", file.display())
}

/// `contacts` on this database, its arguments separated by blanks, without the variables of whoever runs the tests.
pub(crate) fn contacts(database: &str, arguments: &str) -> Command {
    let mut command = Command::new(PROGRAM);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("CONTACTS_") {
            command.env_remove(name);
        }
    }
    command.args(arguments.split_whitespace());
    command.env("CONTACTS_DATABASE", database).env("CONTACTS_JWT_SECRET", SECRET);
    command
}

/// What serves this database at a port, at 0 any that is free, without a limit unless the arguments name one.
pub(crate) fn serve(port: u16, database: &str, arguments: &str) -> Command {
    let limit = if arguments.contains("--rate-limit") { "" } else { "--rate-limit 0" };
    contacts(database, &format!("serve --listen 127.0.0.1:{port} {limit} {arguments}"))
}

/// What a command says that must succeed.
pub(crate) fn done(database: &str, arguments: &str) -> String {
    let said: Said = contacts(database, arguments).output().unwrap().into();
    assert!(said.success, "{arguments}: {}", said.err);
    said.out
}

/// What a command complains of that must fail.
pub(crate) fn fails(database: &str, arguments: &str) -> String {
    let said: Said = contacts(database, arguments).output().unwrap().into();
    assert!(!said.success, "{arguments}: {}", said.out);
    said.err
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A running node. It is killed when this is dropped.
pub(crate) struct Node {
    process: Child,
    folder: TempDir,
    /// Known once it listens.
    pub(crate) port: u16,
}

impl Node {
    /// Starts a node, and waits until it listens.
    pub(crate) fn start(database: &str, arguments: &str) -> Self {
        let mut node = Self::launch(database, arguments);
        node.listening();
        node
    }

    /// Starts a node without waiting for it.
    pub(crate) fn launch(database: &str, arguments: &str) -> Self {
        Self::launch_by(serve(0, database, arguments))
    }

    /// The same at a port that is known already.
    pub(crate) fn launch_at(port: u16, database: &str, arguments: &str) -> Self {
        let mut node = Self::launch_by(serve(port, database, arguments));
        node.port = port;
        node
    }

    /// The same by a command that was made ready.
    pub(crate) fn launch_by(mut serve: Command) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = |name| File::create(folder.path().join(name)).unwrap();
        let process = serve.stdout(file("welcome")).stderr(file("log")).spawn().unwrap();
        Self { process, folder, port: 0 }
    }

    /// Waits until it says that it listens.
    pub(crate) fn listening(&mut self) {
        assert!(self.listens(), "a node ended: {}", self.log());
    }

    /// Waits until it says that it listens, or ends; whether it listens.
    pub(crate) fn listens(&mut self) -> bool {
        let (mut ended, mut welcome) = (false, String::new());
        until("a node listens or ends", || {
            ended = self.process.try_wait().unwrap().is_some();
            welcome = self.welcome();
            ended || welcome.contains("try it")
        });
        if !ended {
            let base = welcome.split_whitespace().find(|word| word.starts_with("http")).unwrap();
            self.port = base.rsplit(':').next().unwrap().parse().unwrap();
        }
        !ended
    }

    pub(crate) fn welcome(&self) -> String {
        fs::read_to_string(self.folder.path().join("welcome")).unwrap()
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap()
    }

    /// How many lines of the log say this.
    pub(crate) fn says(&self, words: &str) -> usize {
        self.log().lines().filter(|line| line.contains(words)).count()
    }

    pub(crate) fn id(&self) -> u32 {
        self.process.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        signal(name, self.id());
    }

    /// How many bytes of memory it has.
    pub(crate) fn memory(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        1024 * line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap()
    }

    /// Waits for the end: whether the node ended well, and what it logged.
    pub(crate) fn wait(&mut self) -> (bool, String) {
        let well = self.process.wait().unwrap().success();
        (well, self.log())
    }

    /// Whether the node is there no more.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.process.try_wait().unwrap().is_some()
    }

    /// Waits for the end: whether the node was killed.
    pub(crate) fn was_killed(&mut self) -> bool {
        self.process.wait().unwrap().signal() == Some(9)
    }

    /// A user of a workspace who calls this node.
    pub(crate) fn caller(&self, user: &str, workspace: &str) -> Client {
        Client::new(self.port, user, workspace)
    }

    /// What `/ready` answers: the status, the whole body, and `Retry-After`.
    pub(crate) fn ready(&self) -> Answer {
        self.caller("ana", "demo").call("GET", "/ready", None).expect("every node answers /ready")
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) fn signal(name: &str, process: u32) {
    let done = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap();
    assert!(done.success());
}

/// Tells others to stop when it is dropped, also by a test that fails.
pub(crate) struct Stop<'a>(pub(crate) &'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
