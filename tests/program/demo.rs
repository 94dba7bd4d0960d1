//! `contacts demo`, and the address that lets one into the page.

use std::collections::HashSet;
use std::process::Command;

use crate::support::*;

const OWNER: &str = "--user ana --workspace demo";

/// What a command prints on a terminal.
fn on_a_terminal(folder: &Folder, command: &str) -> String {
    let said: Said = folder.command("script").args(["-qec", command, "/dev/null"]).output().unwrap().into();
    said.out
}

/// The page's address in a text that a command printed.
fn page(said: &str) -> &str {
    said.lines().find_map(|line| line.strip_prefix("page ")).unwrap().trim()
}

#[test]
fn a_demo_fills_a_workspace_with_believable_people() {
    let folder = Folder::new();
    let said = folder.done("demo");
    assert!(
        said.starts_with("made 360 people (35 inactive) and 380 links to 57 companies for ana in demo\n")
    );
    let exported = folder.done(&format!("export {OWNER}"));
    let rows: Vec<Vec<&str>> = exported.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let names: HashSet<_> = rows.iter().map(|row| (row[0], row[1])).collect();
    assert_eq!((rows.len(), names.len()), (360, 360));
    let missing = |cell: usize| rows.iter().filter(|row| row[cell].is_empty()).count();
    assert!((20..180).contains(&missing(2)) && (20..180).contains(&missing(3)), "{exported}");
    assert!(rows.iter().all(|row| row[2].is_empty() || row[2].ends_with(".example")), "nobody gets mail");
    assert!(exported.contains('ñ') && exported.contains('é'));

    let service = folder.serve("");
    let count =
        |path, filters| service.post(path, json!({ "filters": filters }))["data"].as_array().unwrap().len();
    assert_eq!(count("contacts/", json!({ "status": "inactive", "page_size": 1000 })), 35);
    assert_eq!(count("accounts/", json!({ "page_size": 1000 })), 57);
    assert!(count("accounts/", json!({ "status": "inactive", "page_size": 1000 })) > 0);
    let contacts = service.post("contacts/", json!({ "filters": { "page_size": 1000 } }));
    let contacts = contacts["data"].as_array().unwrap();
    let accounts = |count| {
        contacts.iter().filter(|row| row["associated_accounts"].as_array().unwrap().len() == count).count()
    };
    assert!(accounts(0) > 20 && accounts(1) > 200 && accounts(2) > 20);
    let mut roles = HashSet::new();
    for contact in contacts {
        let links = json!({ "action": "list", "contact_uuid": contact["uuid"] });
        let links = service.post("contacts/associations", links);
        roles.extend(links["data"].as_array().unwrap().iter().map(|link| link["rol_id"].as_i64().unwrap()));
    }
    assert_eq!(roles, HashSet::from([1, 2, 3, 4, 5]));
}

#[test]
fn the_same_people_come_each_time_and_only_once() {
    let [one, two] = [Folder::new(), Folder::new()];
    one.done("demo");
    two.done("demo --user 7 --workspace sales");
    let people = one.done(&format!("export {OWNER}"));
    assert_eq!(people, two.done("export --user 7 --workspace sales"));
    let said = one.fails("demo");
    assert!(said.contains("ana has contacts in demo already") && said.contains("--workspace"), "{said}");
    assert_eq!(people, one.done(&format!("export {OWNER}")));
    // A colleague has people of their own at the same companies.
    let said = one.done("demo --user luis");
    assert!(said.starts_with("made 360 people"), "{said}");
    let service = one.serve("");
    let accounts = service.post("accounts/", json!({ "filters": { "page_size": 1000 } }));
    assert_eq!(accounts["data"].as_array().unwrap().len(), 57);
}

#[test]
fn a_token_is_printed_on_a_terminal_and_nowhere_else() {
    let folder = Folder::new();
    let said = folder.done("demo");
    assert_eq!(page(&said), "http://127.0.0.1:8080/");
    let said = on_a_terminal(&folder, &format!("{PROGRAM} demo --user eva"));
    let (place, token) = page(&said).split_once("#token=").unwrap();
    assert_eq!(place, "http://127.0.0.1:8080/");
    let service = folder.serve("");
    assert_eq!(page(&service.welcome), format!("{}/", service.base));
    let (status, body) = post(&service.base, token, "contacts/", &json!({})).unwrap();
    assert_eq!((status, body["data"].as_array().unwrap().len()), (200, 10), "it is a token of eva's");
    let (_, log) = (service.signal("TERM"), service.wait().1);
    assert!(!log.contains("token="), "{log}");

    // Where somebody else signs, none can be made.
    let foreign = "--user leo --jwt-public-key key.pem --jwt-algorithm ES256";
    let said = on_a_terminal(&folder, &format!("{PROGRAM} demo {foreign}"));
    assert_eq!(page(&said), "http://127.0.0.1:8080/");
}

#[test]
fn a_service_on_a_terminal_lets_one_into_the_page() {
    let folder = Folder::new();
    folder.done("demo");
    // It goes on until it is told to stop; what it says meanwhile is in the file.
    let serve = format!("{PROGRAM} --listen 127.0.0.1:0 & echo $! > id; wait");
    let mut terminal = folder.command("script");
    let mut terminal =
        terminal.args(["-qefc", &serve, "said"]).stdout(std::process::Stdio::null()).spawn().unwrap();
    let said = || std::fs::read_to_string(folder.path("said")).unwrap_or_default();
    while !said().contains("try it") {
        assert!(terminal.try_wait().unwrap().is_none(), "{}", said());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let said = said();
    let (place, token) = page(&said).split_once("#token=").unwrap();
    let (status, body) = post(place.trim_end_matches('/'), token, "contacts/", &json!({})).unwrap();
    assert_eq!((status, body["data"].as_array().unwrap().len()), (200, 10), "{body}");
    assert!(Command::new("kill").arg(folder.read("id").trim()).status().unwrap().success());
    assert!(terminal.wait().unwrap().success());
}
