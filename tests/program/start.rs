//! The first start, and starts that must not be.

use std::fs::File;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::support::*;

#[test]
fn the_first_start_says_where_it_is_and_its_curl_line_works_when_pasted() {
    let folder = Folder::new();
    let service = folder.serve("");
    assert!(service.welcome.contains("sqlite:contacts.db (made just now)"), "{}", service.welcome);
    assert!(service.welcome.contains("token --user ana --workspace demo"), "{}", service.welcome);
    let line =
        service.welcome.lines().find_map(|line| line.strip_prefix("try it")).unwrap().trim().to_owned();
    let said: Said = folder.command("bash").args(["-c", &line]).output().unwrap().into();
    assert_eq!(said.out, r#"{"code":0,"data":[],"next_page":null}"#, "{line}\n{}", said.err);
    drop(service);
    assert!(!folder.serve("").welcome.contains("made just now"));
}

#[test]
fn a_start_that_can_say_nothing_serves_all_the_same() {
    let folder = Folder::new();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let mut command = folder.command(PROGRAM);
    command.args(["--listen", &format!("127.0.0.1:{port}")]);
    // A disk that is full, where the output goes to a file.
    command.stdout(File::options().write(true).open("/dev/full").unwrap()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    let start = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(process.try_wait().unwrap().is_none() && start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(20));
    }
    let health = format!("http://127.0.0.1:{port}/health");
    let said: Said = folder.command("curl").args(["-s", &health]).output().unwrap().into();
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(said.success, "{}", said.err);
}

#[test]
fn the_curl_line_works_with_other_settings_too() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("other place")).unwrap();
    folder.write("key", "a2f6c1d08b7e4539f0a1b2c3d4e5f607");
    let mut command = folder.command(PROGRAM);
    command.args(["--listen", "127.0.0.1:0", "--database", "sqlite:other place/it's.db"]);
    command.args(["--jwt-secret-file", "key", "--jwt-issuer", "crm", "--jwt-workspace-claim", "team"]);
    let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let out = std::io::BufReader::new(process.stdout.take().unwrap());
    let line =
        std::io::BufRead::lines(out).map(Result::unwrap).find(|line| line.starts_with("try it")).unwrap();
    let said: Said = folder.command("bash").args(["-c", &line[6..]]).output().unwrap().into();
    process.kill().unwrap();
    process.wait().unwrap();
    assert_eq!(said.out, r#"{"code":0,"data":[],"next_page":null}"#, "{line}\n{}", said.err);
}

#[test]
fn an_association_that_the_database_does_not_take_is_told_as_the_document_says() {
    let folder = Folder::new();
    let service = folder.serve("");
    let ana = json!({ "action": "create", "first_name": "Ana", "last_name": "Paz" });
    let ana = service.post("contacts/contact", ana)["uuid"].clone();
    let acme =
        service.post("accounts/account", json!({ "action": "create", "name": "Acme" }))["uuid"].clone();
    let database = rusqlite::Connection::open(folder.path("contacts.db")).unwrap();
    let refuse =
        "CREATE TRIGGER nada BEFORE INSERT ON contactos_cuentas BEGIN SELECT RAISE(ABORT, 'broken'); END";
    database.execute_batch(refuse).unwrap();
    let associate = json!({ "contact_uuid": ana, "account_uuid": acme, "rol_id": 1 });
    let answer = service.try_post("contacts/associate-account", &associate).unwrap();
    assert_eq!(answer, (500, json!({ "res": "error", "code": 6, "info": "Failed to create association" })));
    database.execute_batch("DROP TRIGGER nada").unwrap();
    service.post("contacts/associate-account", associate);
}

#[test]
fn only_the_owner_may_read_the_secret_and_the_database() {
    let folder = Folder::new();
    let service = folder.serve("");
    service.post("contacts/contact", json!({ "action": "create", "first_name": "Ana", "last_name": "Paz" }));
    for file in ["contacts.db", "contacts.db-wal", "contacts.db-shm", "contacts.db.jwt-secret"] {
        let mode = std::fs::metadata(folder.path(file)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn a_secret_that_is_not_safe_stops_the_start() {
    let folder = Folder::new();
    for bad in ["short", "your-256-bit-secret-your-256-bit-secret", &"ab".repeat(30), ""] {
        let said: Said = folder.command(PROGRAM).env("CONTACTS_JWT_SECRET", bad).output().unwrap().into();
        assert!(!said.success);
        assert!(said.err.contains("the secret in CONTACTS_JWT_SECRET is not safe"), "{}", said.err);
        assert!(said.err.contains("make one with: openssl rand -hex 32"), "{}", said.err);
        assert!(bad.is_empty() || !said.err.contains(bad), "the secret itself is not shown");
        folder.write("key", bad);
        assert!(folder.fails("serve --jwt-secret-file key").contains("the secret in key is not safe"));
    }
    assert!(folder.fails("serve --jwt-secret-file nothing").contains("cannot read the secret file nothing"));
    assert!(!folder.path("contacts.db").exists(), "nothing was made");
}

#[test]
fn a_start_that_cannot_be_says_what_to_do() {
    let folder = Folder::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let said = folder.fails(&format!("--listen {}", taken.local_addr().unwrap()));
    assert!(said.contains("cannot listen on") && said.contains("--listen"), "{said}");
    let said = folder.fails("--database sqlite:nowhere/contacts.db");
    assert!(said.contains("nowhere"), "{said}");
    let said = folder.fails("--database mysql://x");
    assert!(said.contains("sqlite:PATH"), "{said}");
    let said = folder.fails("--log loud");
    assert!(said.contains("--log takes a level"), "{said}");
    folder.write(
        "notes.db",
        "this is not a database, and long enough to have a header of a hundred bytes ........ ....",
    );
    let said = folder.fails("--database sqlite:notes.db");
    assert!(said.contains("cannot open sqlite:notes.db"), "{said}");
    assert!(folder.read("notes.db").starts_with("this is not a database"));
}

#[test]
fn a_database_of_another_program_or_a_newer_schema_is_left_alone() {
    let folder = Folder::new();
    let other = rusqlite::Connection::open(folder.path("other.db")).unwrap();
    other.execute_batch("CREATE TABLE notes (text)").unwrap();
    let said = folder.fails("migrate --database sqlite:other.db");
    assert!(said.contains("a SQLite database of another program"), "{said}");
    let tables: i64 = other.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)).unwrap();
    assert_eq!(tables, 1);
    let mode: String = other.query_row("PRAGMA journal_mode", [], |row| row.get(0)).unwrap();
    assert_eq!(mode, "delete");
    folder.fails("serve --database sqlite:other.db");
    assert!(!folder.path("other.db.jwt-secret").exists());

    folder.done("migrate");
    let ours = rusqlite::Connection::open(folder.path("contacts.db")).unwrap();
    ours.execute("INSERT INTO migraciones (numero, nombre) VALUES (999, 'future')", []).unwrap();
    let said = folder.fails("serve");
    assert!(said.contains("schema 999") && said.contains("start the newer program"), "{said}");
}

#[test]
fn processes_that_start_together_on_a_new_database_all_come_up() {
    for _ in 0..5 {
        let folder = Folder::new();
        let processes: Vec<_> = (0..6)
            .map(|_| {
                let mut migrate = folder.command(PROGRAM);
                migrate.arg("migrate").stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        for process in processes {
            let said: Said = process.wait_with_output().unwrap().into();
            assert!(said.success, "{}", said.err);
        }
        let database = rusqlite::Connection::open(folder.path("contacts.db")).unwrap();
        let all_once = "SELECT count(*) = max(numero) FROM migraciones";
        assert!(database.query_row(all_once, [], |row| row.get::<_, bool>(0)).unwrap());
    }
}

#[test]
fn the_version_names_sqlite_which_is_built_as_it_should_be() {
    let version = Folder::new().done("--version");
    assert!(version.contains(env!("CARGO_PKG_VERSION")) && version.contains("SQLite 3."), "{version}");
    let options = rusqlite::Connection::open_in_memory().unwrap();
    let mut options = options.prepare("PRAGMA compile_options").unwrap();
    let options: Vec<String> = options.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert!(
        options.contains(&"DEFAULT_MEMSTATUS=0".to_owned()),
        "its lock makes readers take turns: {options:?}"
    );
    let sqlite = rusqlite::version_number();
    assert!(sqlite >= 3_051_003, "older ones can lose pages when a write meets a checkpoint: {sqlite}");
}
