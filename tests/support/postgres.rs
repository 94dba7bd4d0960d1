//! A throwaway PostgreSQL: real binaries, an unprivileged user, a free port, `fsync` on. It ends with the process that
//! started it, however that ends.

#![allow(dead_code, reason = "each of the test programs uses a part")]
#![allow(clippy::expect_used, reason = "a test that can't go on should panic")]
#![allow(clippy::disallowed_methods, reason = "a server is waited for before anything else is done")]

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Runs the server that follows the folder of its data. When standard input ends, whoever holds its other end has gone:
/// then it stops the server and deletes the folder.
const KEEPER: &str = r#"
    folder=$1
    shift
    exec 3<&0
    "$@" & server=$!
    ( read -r _ <&3; kill -INT $server ) & reader=$!
    wait $server
    kill $reader
    wait $reader && rm -rf "$folder"
"#;

/// The user that runs the server when the tests run as root, which PostgreSQL refuses.
const USER: &str = "postgres";

/// A server with its data. It is stopped, and its data deleted, when this is dropped.
pub(crate) struct Cluster {
    folder: TempDir,
    pub(crate) port: u16,
    keeper: Option<Child>,
    settings: Vec<String>,
}

impl Cluster {
    /// A new server with these settings beside the usual ones.
    pub(crate) fn start(settings: &[&str]) -> Self {
        Self::start_in(&std::env::temp_dir(), settings)
    }

    /// The same with its data below this folder.
    pub(crate) fn start_in(parent: &Path, settings: &[&str]) -> Self {
        let mut cluster = Self::new(parent, settings);
        let data = cluster.data();
        let mut make = cluster.program("initdb");
        make.args(["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "-D"])
            .arg(&data);
        run(&mut make);
        cluster.restart();
        cluster
    }

    /// A standby of another server, which it follows over the slot-less stream of a base backup.
    pub(crate) fn standby_of(primary: &Cluster, name: &str, settings: &[&str]) -> Self {
        let mut cluster = Self::new(&std::env::temp_dir(), settings);
        let from = format!("host=127.0.0.1 port={} user=postgres application_name={name}", primary.port);
        let mut copy = cluster.program("pg_basebackup");
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "-D"])
            .arg(cluster.data())
            .args(["-d", &from]);
        run(&mut copy);
        cluster.restart();
        cluster
    }

    fn new(parent: &Path, settings: &[&str]) -> Self {
        let folder = tempfile::tempdir_in(parent).unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self::give(folder.path());
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Self {
            folder,
            port,
            keeper: None,
            settings: settings.iter().map(|setting| (*setting).to_owned()).collect(),
        }
    }

    /// Gives a file or a folder to the user that runs servers.
    pub(crate) fn give(path: &Path) {
        if is_root() {
            let number = |flag| {
                let said = Command::new("id").args([flag, USER]).output().unwrap().stdout;
                String::from_utf8(said).unwrap().trim().parse().ok()
            };
            chown(path, number("-u"), number("-g")).unwrap();
        }
    }

    fn locales(&self) -> PathBuf {
        self.folder.path().join("locales")
    }

    /// Makes a locale that a small system does not have, such as `en_US`; it is called `en_US.UTF-8`.
    pub(crate) fn make_locale(&self, name: &str) {
        fs::create_dir_all(self.locales()).unwrap();
        let mut make = Command::new("localedef");
        run(make.args(["-i", name, "-f", "UTF-8"]).arg(self.locales().join(format!("{name}.UTF-8"))));
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// One of PostgreSQL's programs, run by the user that may run it.
    fn program(&self, name: &str) -> Command {
        let program = binaries().join(name);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command
                .args([format!("--reuid={USER}"), format!("--regid={USER}"), "--init-groups".into()])
                .arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path()).env("LOCPATH", self.locales());
        command
    }

    /// Starts the server, and waits until it takes connections.
    pub(crate) fn restart(&mut self) {
        let mut server = Command::new("sh");
        server
            .args(["-c", KEEPER, "keeper"])
            .arg(self.folder.path())
            .current_dir(self.folder.path())
            .env("LOCPATH", self.locales())
            // Ctrl-C is for the process that started it, which stops it in order.
            .process_group(0);
        let program = self.program("postgres");
        server.arg(program.get_program()).args(program.get_args()).arg("-D").arg(self.data());
        let folder = self.folder.path().display();
        server.args(["-p".into(), self.port.to_string(), "-k".into(), folder.to_string()]);
        for setting in ["listen_addresses=127.0.0.1", "max_connections=300"]
            .into_iter()
            .chain(self.settings.iter().map(String::as_str))
        {
            server.args(["-c", setting]);
        }
        let log = fs::File::options().create(true).append(true).open(self.log()).unwrap();
        server.stdin(Stdio::piped()).stdout(log.try_clone().unwrap()).stderr(log);
        let _ = fs::remove_file(self.data().join("postmaster.pid"));
        let mut keeper = server.spawn().unwrap();
        let deadline = Instant::now() + Duration::from_secs(60);
        while !self.is_ready() {
            let ended = keeper.try_wait().unwrap().is_some();
            assert!(!ended && Instant::now() < deadline, "{}", fs::read_to_string(self.log()).unwrap());
            std::thread::sleep(Duration::from_millis(10));
        }
        self.keeper = Some(keeper);
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn is_ready(&self) -> bool {
        let state = fs::read_to_string(self.data().join("postmaster.pid")).unwrap_or_default();
        state.lines().nth(7).is_some_and(|line| matches!(line.trim(), "ready" | "standby"))
    }

    /// Lets the server hang, with all of its connections, until `go_on`.
    pub(crate) fn hang(&self) {
        // First itself, so that nothing is added meanwhile.
        self.signal("STOP");
        signal("STOP", &self.children());
    }

    /// Lets a server go on that hangs.
    pub(crate) fn go_on(&self) {
        signal("CONT", &self.children());
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        signal(name, &[self.pid().unwrap()]);
    }

    /// The process that all of the server's are children of.
    fn pid(&self) -> Option<String> {
        let state = fs::read_to_string(self.data().join("postmaster.pid")).ok()?;
        state.lines().next().map(str::to_owned)
    }

    fn children(&self) -> Vec<String> {
        let pid = self.pid().unwrap();
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap();
        children.split_whitespace().map(str::to_owned).collect()
    }

    /// Stops the server at once, like a crash, and waits until it has gone.
    pub(crate) fn crash(&mut self) {
        self.signal("QUIT");
        if let Some(mut keeper) = self.keeper.take() {
            // While this end is open, the data stays.
            let _open = keeper.stdin.take();
            keeper.wait().unwrap();
        }
    }

    /// Makes a standby the primary.
    pub(crate) fn promote(&self) {
        let mut promote = self.program("pg_ctl");
        run(promote.arg("promote").arg("-D").arg(self.data()));
    }

    /// Changes a setting of the server that runs.
    pub(crate) fn set(&self, setting: &str, value: &str) {
        self.sql("postgres", &format!("ALTER SYSTEM SET {setting} = {value}"));
        self.sql("postgres", "SELECT pg_reload_conf()");
    }

    /// The processes that serve the service's connections.
    pub(crate) fn sessions(&self) -> Vec<String> {
        let sessions = "SELECT pid FROM pg_stat_activity WHERE application_name = 'contacts'";
        self.sql("postgres", sessions).lines().map(str::to_owned).collect()
    }

    /// Ends a connection, whatever it is doing.
    pub(crate) fn end_session(&self, pid: &str) {
        self.sql("postgres", &format!("SELECT pg_terminate_backend({pid})"));
    }

    /// From now on, only who knows their password is let in.
    pub(crate) fn demand_passwords(&self) {
        fs::write(self.data().join("pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n").unwrap();
        self.signal("HUP");
    }

    /// A database's address, as the service takes it.
    pub(crate) fn address(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Runs statements as the administrator, and returns what they give, a line a row.
    pub(crate) fn sql(&self, database: &str, statements: &str) -> String {
        run(&mut self.psql(database, statements)).trim_end().to_owned()
    }

    /// What runs statements as the administrator.
    pub(crate) fn psql(&self, database: &str, statements: &str) -> Command {
        let mut psql = Command::new(binaries().join("psql"));
        psql.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", &self.address(database), "-c", statements]);
        psql
    }

    /// A new database, made with these words of CREATE DATABASE; its name.
    pub(crate) fn database(&self, made: &str) -> String {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        let name = format!("prueba_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        self.sql("postgres", &format!("CREATE DATABASE {name} {made}"));
        name
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.keeper.is_some() {
            // It may hang.
            self.go_on();
        }
        if let Some(mut keeper) = self.keeper.take() {
            drop(keeper.stdin.take());
            let _ = keeper.wait();
        }
    }
}

fn signal(name: &str, processes: &[String]) {
    // One that has just ended is no failure.
    let _ =
        Command::new("kill").arg(format!("-{name}")).args(processes).stderr(Stdio::null()).status().unwrap();
}

fn run(command: &mut Command) -> String {
    let said = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(said.status.success(), "{command:?}: {}", String::from_utf8_lossy(&said.stderr));
    String::from_utf8(said.stdout).unwrap()
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0)
}

/// Where PostgreSQL's programs are: on the path, or where Debian keeps them, the newest first.
pub(crate) fn binaries() -> PathBuf {
    let on_path = std::env::var_os("PATH").and_then(|path| {
        std::env::split_paths(&path)
            .find(|folder| ["initdb", "postgres", "psql"].iter().all(|program| folder.join(program).exists()))
    });
    on_path.unwrap_or_else(|| {
        let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
            .expect("PostgreSQL is needed: make test installs it")
            .map(|entry| entry.unwrap().path())
            .filter(|version| version.join("bin/initdb").exists())
            .collect();
        versions.sort_by_key(|version| {
            version.file_name().unwrap().to_string_lossy().parse::<u32>().unwrap_or(0)
        });
        versions.pop().expect("PostgreSQL is needed: make test installs it").join("bin")
    })
}
