//! `contacts erase` and `contacts purge`

use std::collections::HashSet;
use std::process::{Child, Stdio};
use std::thread;
use std::time::Duration;

use crate::postgres::Cluster;
use crate::support::*;

/// A person's mark, which occurs nowhere else.
fn mark(number: usize) -> String {
    format!("Qzxj{number:04}W")
}

/// Makes contacts with marks among others that stay, changes them, and deletes them in no order; their UUIDs.
fn deleted(service: &Service, numbers: std::ops::Range<usize>) -> Vec<String> {
    let act = |body: Value| service.post("contacts/contact", body)["uuid"].as_str().unwrap().to_owned();
    let mut uuids = Vec::new();
    for number in numbers {
        let mark = mark(number);
        let uuid = act(json!({
            "action": "create", "first_name": mark, "last_name": format!("{mark}Paz"),
            "email": format!("{mark}@example.com"), "phone": format!("+34 {mark}")
        }));
        act(json!({ "action": "create", "first_name": "Somebody", "last_name": "Else" }));
        uuids.push((uuid, mark));
    }
    for length in [1, 30] {
        for (uuid, mark) in &uuids {
            let name = format!("{mark}{}", "x".repeat(length));
            act(json!({ "action": "update", "uuid": uuid, "first_name": name, "last_name": name }));
        }
        fastrand::shuffle(&mut uuids);
    }
    for (uuid, _) in &uuids {
        act(json!({ "action": "delete", "uuid": uuid }));
    }
    uuids.into_iter().map(|(uuid, _)| uuid).collect()
}

/// How many of the marks occur in the files that SQLite keeps, in any case.
fn remains(folder: &Folder, numbers: std::ops::Range<usize>) -> usize {
    let mut left = HashSet::new();
    for file in ["contacts.db", "contacts.db-wal", "contacts.db-shm"] {
        let bytes = std::fs::read(folder.path(file)).unwrap_or_default().to_ascii_lowercase();
        for number in numbers.clone() {
            let mark = mark(number).to_ascii_lowercase();
            if memchr::memmem::find(&bytes, mark.as_bytes()).is_some() {
                left.insert(number);
            }
        }
    }
    left.len()
}

#[test]
fn erased_contacts_leave_no_remains_in_the_file_while_the_service_runs() {
    let folder = Folder::new();
    let service = folder.serve("");
    let uuids = deleted(&service, 0..300);
    assert_eq!(remains(&folder, 0..300), 300, "what is only deleted is still there");
    let kept = deleted(&service, 300..310);
    let said = folder.done(&format!("erase --workspace demo {}", uuids.join(" ")));
    assert!(said.starts_with("erased 300 of 300"), "{said}");
    assert_eq!(remains(&folder, 0..300), 0);
    assert_eq!(remains(&folder, 300..310), 10, "the others are as they were");
    // What is erased can be purged, and what is purged leaves nothing either.
    let said = folder.done("purge --deleted-before 2999-01-01");
    assert!(said.starts_with("purged 310 contacts, 0 accounts"), "{said}");
    assert_eq!(remains(&folder, 0..310), 0);
    assert!(folder.fails(&format!("erase --workspace demo {}", kept[0])).contains("has no contact"));
    drop(service);
    assert!(folder.done("verify contacts.db").contains("310 contacts"));
}

#[test]
fn only_deleted_contacts_of_the_workspace_can_be_erased() {
    let folder = Folder::new();
    let service = folder.serve("");
    let gone = deleted(&service, 0..1).remove(0);
    let ana = json!({ "action": "create", "first_name": "Ana", "last_name": "Paz" });
    let here = service.post("contacts/contact", ana)["uuid"].as_str().unwrap().to_owned();
    let said = folder.fails(&format!("erase --workspace other {gone}"));
    assert!(said.contains(&format!("the workspace has no contact {gone}")), "{said}");
    let said = folder.fails(&format!("erase --workspace demo {here}"));
    assert!(said.contains(&format!("{here} is not deleted: delete it first")), "{said}");
    assert!(folder.fails("erase --workspace demo x").contains("x is no UUID"));
    assert!(folder.fails("erase --workspace demo").contains("UUID"));
    assert!(folder.fails("purge --deleted-before 2026-02-30").contains("a day looks like 2026-01-31"));
    assert!(folder.fails("purge").contains("--deleted-before"));
    assert_eq!(service.find("ana"), ["Ana"]);
}

/// Everything of a workspace, some of it deleted: what is left after a purge of all that is.
fn purge(folder: &Folder, database: &str) {
    let run = |arguments: &str| folder.done(&format!("{arguments} --database {database}"));
    folder.write(
        "people.csv",
        "first_name,last_name,account\nAna,Paz,Acme\nEva,Paz,Acme\nBea,Paz,Bravo\nLia,Paz,Coro\n",
    );
    run("import people.csv --user ana --workspace demo");
    folder.write("secret", "7d0c2f5b9e8a41c6b3f4d2a19c8e7f60");
    let service = folder.serve(&format!("--database {database} --jwt-secret-file secret"));
    let token = folder.done("token --user ana --workspace demo --jwt-secret-file secret");
    let post = |path: &str, body: Value| {
        let (status, body) = post(&service.base, token.trim(), path, &body).unwrap();
        assert_eq!(status, 200, "{body}");
        body
    };
    let find = |kind: &str, name: &str| {
        let body = post(kind, json!({ "filters": { "search": name } }));
        body["data"][0]["uuid"].as_str().unwrap().to_owned()
    };
    let [ana, eva, lia] = ["ana", "eva", "lia"].map(|name| find("contacts/", name));
    let [acme, bravo, coro] = ["acme", "bravo", "coro"].map(|name| find("accounts/", name));
    post("contacts/contact", json!({ "action": "delete", "uuid": ana }));
    post("accounts/account", json!({ "action": "delete", "uuid": bravo }));
    post("contacts/dissociate-account", json!({ "contact_uuid": lia, "account_uuid": coro }));
    let before = post("contacts/", json!({}));
    assert!(run("purge --deleted-before 2020-01-01").starts_with("purged 0 contacts, 0 accounts, 0 assoc"));
    let said = run("purge --deleted-before 2999-01-01");
    assert_eq!(said, "purged 1 contacts, 1 accounts, 3 associations\n");
    assert_eq!(post("contacts/", json!({})), before);
    assert!(run("purge --deleted-before 2999-01-01").starts_with("purged 0 contacts, 0 accounts, 0 assoc"));
    // What is left goes on: the association of who is there, and new ones.
    let associations = post("contacts/associations", json!({ "action": "list", "account_uuid": acme }));
    assert_eq!(associations["data"].as_array().unwrap().len(), 1);
    post("contacts/associate-account", json!({ "contact_uuid": eva, "account_uuid": coro, "rol_id": 1 }));
    let said = folder.fails(&format!("erase --workspace demo {ana} --database {database}"));
    assert!(said.contains("has no contact"), "{said}");
    // An id is a place in lists: the one of the newest, who is gone for good, is not given again.
    let new = |name: &str| {
        let new = json!({ "action": "create", "first_name": name, "last_name": "Paz" });
        let uuid = post("contacts/contact", new)["uuid"].as_str().unwrap().to_owned();
        let id = post("contacts/contact", json!({ "action": "get", "uuid": uuid }))["data"]["id"]
            .as_i64()
            .unwrap();
        (uuid, id)
    };
    let (zoe, last) = new("Zoe");
    post("contacts/contact", json!({ "action": "delete", "uuid": zoe }));
    assert!(run("purge --deleted-before 2999-01-01").starts_with("purged 1 contacts"));
    let (mia, next) = new("Mia");
    assert!(next > last, "{next} after {last}");
    post("contacts/contact", json!({ "action": "delete", "uuid": mia }));
    run("purge --deleted-before 2999-01-01");
}

#[test]
fn a_purge_takes_out_what_is_deleted_and_nothing_else() {
    let folder = Folder::new();
    purge(&folder, "sqlite:contacts.db");
    assert!(folder.done("verify contacts.db").contains("3 contacts, 2 accounts, 2 associations"));
}

#[test]
fn a_purge_of_postgres_does_the_same_and_leaves_no_index_behind() {
    let cluster = Cluster::start(&[]);
    let folder = Folder::new();
    purge(&folder, &cluster.address("postgres"));
    let indexes = "SELECT count(*) FROM pg_class WHERE relname LIKE 'purga%'";
    assert_eq!(cluster.sql("postgres", indexes), "0");
}

/// A contact that is deleted, and nothing else: the server, a folder, and the database's address.
fn one_deleted_in_postgres() -> (Cluster, Folder, String) {
    let cluster = Cluster::start(&[]);
    let (folder, database) = (Folder::new(), cluster.address("postgres"));
    folder.write("people.csv", "first_name,last_name\nAna,Paz\n");
    folder.done(&format!("import people.csv --user ana --workspace demo --database {database}"));
    cluster.sql("postgres", "UPDATE contactos SET fecha_eliminacion = now()");
    (cluster, folder, database)
}

/// Somebody who has begun to read, and sleeps meanwhile.
fn reads(cluster: &Cluster, report: &str) -> Child {
    let mut reader =
        cluster.psql("postgres", report).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let sleeps = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    while cluster.sql("postgres", sleeps) != "1" {
        assert!(reader.try_wait().unwrap().is_none(), "it ended before it slept");
        thread::sleep(Duration::from_millis(50));
    }
    reader
}

#[test]
fn a_purge_of_postgres_waits_for_who_reads_for_long() {
    let (cluster, folder, database) = one_deleted_in_postgres();
    // Longer than anything else waits for a lock.
    let report = "BEGIN; SELECT count(*) FROM contactos_cuentas; SELECT pg_sleep(7); COMMIT";
    let mut reader = reads(&cluster, report);
    let said = folder.done(&format!("purge --deleted-before 2999-01-01 --database {database}"));
    assert_eq!(said, "purged 1 contacts, 0 accounts, 0 associations\n");
    assert!(reader.wait().unwrap().success());
    assert_eq!(cluster.sql("postgres", "SELECT count(*) FROM pg_class WHERE relname LIKE 'purga%'"), "0");
}

#[test]
fn what_somebody_may_still_see_in_postgres_is_not_called_erased() {
    let (cluster, folder, database) = one_deleted_in_postgres();
    let ana = cluster.sql("postgres", "SELECT uuid FROM contactos");
    let erase = format!("erase --workspace demo {ana} --database {database}");
    let report =
        "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM contactos; SELECT pg_sleep(600)";
    let mut reader = reads(&cluster, report);
    let said = folder.fails(&erase);
    assert!(said.contains("run this again") && said.contains("somebody who began before"), "{said}");
    cluster.sql(
        "postgres",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
    );
    reader.wait().unwrap();
    assert!(folder.done(&erase).starts_with("erased 1 of 1"));
}
