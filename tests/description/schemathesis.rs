//! schemathesis: requests made up from the description, and whether the answers are what it says.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::postgres::Cluster;
use crate::scale::{random, scale};
use crate::support::*;

const TOOLS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/bin/");

/// Where commands find the secret that have no database.
const SECRET: &str = "contacts.db.jwt-secret";

/// How many cases there are at least, on each database.
const CASES: u64 = 2_000;

/// One of the tools that `make tools` installs.
fn tool(folder: &Folder, name: &str) -> Command {
    let path = Path::new(TOOLS).join(name);
    assert!(path.exists(), "{name} is not installed: make tools");
    folder.command(path.to_str().unwrap())
}

fn description() -> &'static str {
    contacts::http::openapi()
}

/// UUIDs of contacts and accounts that there are.
fn fill(service: &Service) -> String {
    let create = |path: &str, body: Value| service.post(path, body)["uuid"].as_str().unwrap().to_owned();
    let mut uuids = Vec::new();
    for n in 0..12 {
        let contact = json!({ "action": "create", "first_name": format!("Ana {n}"), "last_name": "Núñez" });
        uuids.push(create("contacts/contact", contact));
        uuids.push(create("accounts/account", json!({ "action": "create", "name": format!("Acme {n}") })));
    }
    uuids.join(" ")
}

/// What schemathesis reports of the service on this database, by this description.
fn report(database: &str, description: &str, arguments: &[&str]) -> (Said, Value) {
    let folder = Folder::new();
    folder.write("schemathesis.toml", include_str!("schemathesis/schemathesis.toml"));
    folder.write("hooks.py", include_str!("schemathesis/hooks.py"));
    folder.write("openapi.json", description);
    if database.contains(SECRET) {
        folder.write(SECRET, "7d0c2f5b9e8a41c6b3f4d2a19c8e7f60");
    }
    let service = folder.serve(database);
    let said: Said = tool(&folder, "st")
        .args(["run", "openapi.json", "--url", &service.base, "--no-color", "--report", "json"])
        .args([
            "--report-json-path",
            "report.json",
            "-H",
            &format!("Authorization: Bearer {}", service.token),
        ])
        .args(arguments)
        .env("CONTACTS_TEST_UUIDS", fill(&service))
        .output()
        .unwrap()
        .into();
    let report = std::fs::read_to_string(folder.path("report.json"));
    let report = report.unwrap_or_else(|_| panic!("there is no report\n{}\n{}", said.out, said.err));
    (said, serde_json::from_str(&report).unwrap())
}

/// All checks, on this database.
fn passes(name: &str, database: &str) {
    let seed = random().u32(..).to_string();
    let examples = scale("100", "400");
    let (said, report) = report(database, description(), &["-n", examples, "--seed", &seed]);
    let cases = report["test_cases"]["generated"].as_u64().unwrap();
    let (failed, time) = (&report["test_cases"]["unique_failures"], report["running_time"].as_f64().unwrap());
    println!("schemathesis on {name}: {cases} cases in {time:.0} s, {failed} failures; seed {seed}");
    assert!(said.success, "seed {seed}\n{}\n{}", said.out, said.err);
    assert_eq!((failed, &report["test_cases"]["errored"]), (&json!(0), &json!(0)), "{report}");
    assert_eq!(report["operations"]["tested"], report["operations"]["total"], "{report}");
    assert!(cases >= CASES, "only {cases} cases: {report}");
}

#[test]
fn schemathesis_finds_nothing_on_sqlite() {
    passes("SQLite", "");
}

#[test]
fn schemathesis_finds_nothing_on_postgresql() {
    let cluster = Cluster::start(&[]);
    let address = cluster.address(&cluster.database(""));
    passes("PostgreSQL", &format!("--database {address} --jwt-secret-file {SECRET}"));
}

#[test]
fn schemathesis_finds_a_description_that_is_wrong() {
    let doctored = |from: &str, to: &str, id: &str, mistake: &str| {
        let description = description().replace(from, to);
        assert_ne!(description, self::description());
        let only = ["--include-operation-id", id, "--phases", "examples,coverage", "--seed", "1"];
        let (said, report) = report("", &description, &only);
        assert!(!said.success && said.out.contains(mistake), "{}\n{report}", said.out);
    };
    // A bound that is not the service's, one that is too strict, and an answer with another text.
    doctored(
        "\"maxLength\": 50",
        "\"maxLength\": 60",
        "changeRole",
        "what the description allows was refused",
    );
    doctored("\"maxLength\": 50", "\"maxLength\": 40", "changeRole", "Schema-violating request accepted");
    doctored("\"const\": \"Role created", "\"const\": \"Role made", "changeRole", "Response violates schema");
}

#[test]
fn the_description_is_valid_and_so_are_its_examples() {
    let check = |description: &str| -> Said {
        let mut check = tool(&Folder::new(), "python");
        check.args(["-c", include_str!("schemathesis/validate.py")]).current_dir("/");
        let mut check =
            check.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        check.stdin.take().unwrap().write_all(description.as_bytes()).unwrap();
        check.wait_with_output().unwrap().into()
    };
    let said = check(description());
    assert!(said.success, "{}", said.err);
    let examples: u32 = said.out.split(' ').next().unwrap().parse().unwrap();
    assert!(examples > 100, "{}", said.out);
    for (from, to) in [("\"rol_id\": 1", "\"rol_id\": 0"), ("\"operationId\"", "\"operation\"")] {
        assert!(!check(&description().replace(from, to)).success, "{to}");
    }
}
