//! A folder to run the program in, and the service as a process of its own.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

pub(crate) use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) use crate::said::Said;

/// The program's path.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_contacts");

/// A fresh folder in which commands run.
pub(crate) struct Folder(TempDir);

impl Folder {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// A command in this folder, without the variables of whoever runs the tests.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.0.path());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CONTACTS_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs `contacts` with these arguments, separated by blanks.
    pub(crate) fn run(&self, arguments: &str) -> Said {
        // A command that never ends fails its test instead of holding up all of them.
        let mut command = self.command("timeout");
        command.args(["60", PROGRAM]).args(arguments.split_whitespace()).output().unwrap().into()
    }

    /// The same for a command that must succeed: what it printed.
    pub(crate) fn done(&self, arguments: &str) -> String {
        let said = self.run(arguments);
        assert!(said.success, "{arguments}: {}", said.err);
        said.out
    }

    /// The same for a command that must fail: what it complained of.
    pub(crate) fn fails(&self, arguments: &str) -> String {
        let said = self.run(arguments);
        assert!(!said.success, "{arguments}: {}", said.out);
        said.err
    }

    pub(crate) fn serve(&self, arguments: &str) -> Service {
        Service::start(self, arguments)
    }
}

/// A running service. It is killed when this is dropped.
pub(crate) struct Service {
    process: Child,
    log: PathBuf,
    pub(crate) base: String,
    pub(crate) welcome: String,
    pub(crate) token: String,
}

impl Service {
    /// Starts on a free port, and waits until the service says that it listens.
    fn start(folder: &Folder, arguments: &str) -> Self {
        // A pipe that nobody empties would fill up and hold up the service.
        let log = folder.path("service.log");
        let limit = if arguments.contains("--rate-limit") { "" } else { "--rate-limit 0" };
        let mut process = folder
            .command(PROGRAM)
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(limit.split_whitespace())
            .args(arguments.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(File::create(&log).unwrap())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut welcome = String::new();
        while !welcome.contains("try it") {
            let Some(line) = lines.next() else {
                panic!("the service did not start: {}", std::fs::read_to_string(log).unwrap());
            };
            welcome += &line.unwrap();
            welcome.push('\n');
        }
        let base = welcome.split_whitespace().find(|word| word.starts_with("http")).unwrap().to_owned();
        let token = folder.done("token --user ana --workspace demo").trim().to_owned();
        Self { process, log, base, welcome, token }
    }

    /// Where it listens, for those who write their requests themselves.
    pub(crate) fn address(&self) -> &str {
        self.base.split_once("://").unwrap().1
    }

    pub(crate) fn process(&self) -> u32 {
        self.process.id()
    }

    /// The status and the body of a call; nothing if no whole answer came.
    pub(crate) fn try_post(&self, path: &str, body: &Value) -> Option<(u16, Value)> {
        post(&self.base, &self.token, path, body)
    }

    pub(crate) fn post(&self, path: &str, body: Value) -> Value {
        let (status, body) = self.try_post(path, &body).unwrap();
        assert_eq!(status, 200, "{body}");
        body
    }

    /// The first names that a search finds.
    pub(crate) fn find(&self, term: &str) -> Vec<String> {
        let body = self.post("contacts/", json!({ "filters": { "search": term, "page_size": 1000 } }));
        body["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["first_name"].as_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn signal(&self, name: &str) {
        let done =
            Command::new("kill").args([format!("-{name}"), self.process.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    /// Waits for the end: whether the service ended well, and what it logged.
    pub(crate) fn wait(mut self) -> (bool, String) {
        let well = self.process.wait().unwrap().success();
        (well, std::fs::read_to_string(&self.log).unwrap())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The status and the body of a call; nothing if no whole answer came.
pub(crate) fn post(base: &str, token: &str, path: &str, body: &Value) -> Option<(u16, Value)> {
    let answer = ureq::post(format!("{base}/api/sales/{path}"))
        .config()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(20)))
        .build()
        .header("authorization", format!("Bearer {token}"))
        .send(body.to_string());
    let mut answer = answer.ok()?;
    let status = answer.status().as_u16();
    Some((status, serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()?))
}
