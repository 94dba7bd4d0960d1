//! The program under test: its commands, and a service as a process.

use std::fs::{self, File};
use std::io::Read as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};

use crate::data::{Data, OWNER, WORKSPACE};
use crate::process::{self, Running};

/// One secret for all programs and databases, so that one token opens all of them.
const SECRET: &str = "the benchmark signs its own tokens with this";

/// A program, of this revision or another.
#[derive(Clone)]
pub(crate) struct Program(pub(crate) PathBuf);

impl Program {
    /// Builds the program of a source tree as it is released, and copies it, so that nobody else's build changes it
    /// meanwhile.
    pub(crate) fn build(source: &Path, target: &Path, copy: &Path) -> Result<Self> {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--locked", "--release", "--bin", "contacts", "--target-dir"]).arg(target);
        process::shown(build.current_dir(source))?;
        fs::copy(target.join("release/contacts"), copy)?;
        Ok(Self(copy.to_owned()))
    }

    /// One of its commands, with settings of the benchmark's and none of the environment's.
    pub(crate) fn command(&self, database: &str, command: &str) -> Command {
        let mut contacts = Command::new(&self.0);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("CONTACTS_") {
                contacts.env_remove(name);
            }
        }
        contacts.arg(command).env("CONTACTS_DATABASE", database).env("CONTACTS_JWT_SECRET", SECRET);
        contacts
    }

    /// The token that the load has.
    pub(crate) fn token(&self) -> Result<String> {
        process::said(self.command("sqlite:none", "token").args(["--user", OWNER, "--workspace", WORKSPACE]))
    }

    /// Makes the schema and the workspace with its roles.
    pub(crate) fn prepare(&self, database: &str) -> Result<()> {
        process::said(&mut self.command(database, "migrate"))?;
        process::said(self.command(database, "roles").args(["--workspace", WORKSPACE])).map(drop)
    }

    /// An import of a file for a user.
    pub(crate) fn import(&self, database: &str, file: &Path, user: &str) -> Command {
        let mut import = self.command(database, "import");
        import.arg(file).args(["--user", user, "--workspace", WORKSPACE]);
        import
    }
}

/// A running service.
pub(crate) struct Service {
    running: Running,
    log: File,
    pub(crate) base: String,
    /// From its start to its first answer with a contact.
    pub(crate) started_in: Duration,
}

impl Service {
    pub(crate) fn start(program: &Program, database: &str, folder: &Path, client: &Client) -> Result<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let base = format!("http://127.0.0.1:{port}");
        let log_path = folder.join(format!("service-{port}.log"));
        let log = File::options().create(true).append(true).open(&log_path)?;
        let mut serve = program.command(database, "serve");
        serve.args(["--rate-limit", "0", "--listen", &format!("127.0.0.1:{port}")]);
        serve.stdout(log.try_clone()?).stderr(log.try_clone()?).current_dir(folder);
        let call = format!("/api/sales/contacts/contact?uuid={}", Data::uuid(0));
        let start = Instant::now();
        let mut running = Running::start(&mut serve)?;
        while client.get(&format!("{base}{call}")).is_err() {
            let late = start.elapsed() > Duration::from_secs(60);
            if late || running.ended()?.is_some() {
                bail!("the service did not start: {}", fs::read_to_string(&log_path)?.trim());
            }
            process::pause()?;
        }
        let started_in = start.elapsed();
        let _ = fs::remove_file(log_path);
        Ok(Self { running, log, base, started_in })
    }

    /// Empties its log, which has a line for each request.
    pub(crate) fn forget(&self) -> Result<()> {
        Ok(self.log.set_len(0)?)
    }

    /// The memory that it has now, in MiB.
    pub(crate) fn memory(&self) -> Result<f64> {
        self.status("VmRSS")
    }

    /// The most that it has had since `watch_memory`, in MiB.
    pub(crate) fn peak_memory(&self) -> Result<f64> {
        self.status("VmHWM")
    }

    pub(crate) fn watch_memory(&self) -> Result<()> {
        Ok(fs::write(format!("/proc/{}/clear_refs", self.running.id()), "5")?)
    }

    fn status(&self, name: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.running.id()))?;
        let line = status.lines().find(|line| line.starts_with(name)).context("no such figure in /proc")?;
        let kib: f64 = line.split_whitespace().nth(1).context("no figure in /proc")?.parse()?;
        Ok(kib / 1024.0)
    }
}

/// Calls the service one after the other, on a connection that stays.
pub(crate) struct Client {
    agent: ureq::Agent,
    pub(crate) token: String,
}

impl Client {
    pub(crate) fn new(token: String) -> Self {
        let limit = Some(Duration::from_secs(60));
        Self { agent: ureq::Agent::config_builder().timeout_global(limit).build().into(), token }
    }

    /// The body of an answer, which must be success.
    pub(crate) fn get(&self, address: &str) -> Result<Vec<u8>> {
        let call = self.agent.get(address).header("Authorization", format!("Bearer {}", self.token));
        Ok(call.call()?.body_mut().read_to_vec()?)
    }

    pub(crate) fn post(&self, address: &str, body: &str) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(address, body)?.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// How many rows a `lite` list has. It is read while it comes.
    pub(crate) fn count_lite(&self, base: &str) -> Result<u64> {
        let mut body = self.open(&format!("{base}/api/sales/contacts/"), r#"{"action":"lite"}"#)?;
        let mut bytes = vec![0; 1 << 16];
        let mut objects = 0;
        let mut last = 0;
        loop {
            let read = body.read(&mut bytes)?;
            if read == 0 {
                break;
            }
            objects += memchr::memchr_iter(b'{', &bytes[..read]).count();
            last = bytes[read - 1];
        }
        ensure!(last == b'}', "the list was cut off: the service's log says why");
        Ok(objects as u64 - 1)
    }

    fn open(&self, address: &str, body: &str) -> Result<impl std::io::Read + use<>> {
        let call = self.agent.post(address).header("Authorization", format!("Bearer {}", self.token));
        Ok(call.send(body)?.into_body().into_reader())
    }
}
