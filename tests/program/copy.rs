//! `contacts copy`

use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::postgres::Cluster;
use crate::support::*;

const OWNER: &str = "--user ana --workspace demo";

/// Every state that a row may be in: active, inactive, deleted, with and without links, an id that was given and taken
/// back, a role that is gone.
fn fill(service: &Service) {
    let post =
        |path: &str, body: Value| service.post(path, body)["uuid"].as_str().unwrap_or_default().to_owned();
    let mut contacts = Vec::new();
    for (first_name, last_name) in
        [("José", "Núñez"), ("Ana\\", "O'Hara \"x\""), ("Eva", "Gil"), ("Leo", "Gil"), ("李", "🙂")]
    {
        let body = json!({
            "action": "create", "first_name": first_name, "last_name": last_name,
            "email": if first_name == "Eva" { Value::Null } else { json!("a@b") }, "phone": "+34 600"
        });
        contacts.push(post("contacts/contact", body));
    }
    let accounts: Vec<String> = ["Ácme", "Tech"]
        .iter()
        .map(|name| post("accounts/account", json!({ "action": "create", "name": name })))
        .collect();
    for (contact, account, role) in [(0, 1, 1), (0, 0, 2), (1, 0, 3), (2, 0, 1)] {
        let body =
            json!({ "contact_uuid": contacts[contact], "account_uuid": accounts[account], "rol_id": role });
        post("contacts/associate-account", body);
    }
    let pair = json!({ "contact_uuid": contacts[2], "account_uuid": accounts[0] });
    post("contacts/dissociate-account", pair);
    post("contacts/contact", json!({ "action": "inactivate", "uuid": contacts[1] }));
    post("contacts/contact", json!({ "action": "delete", "uuid": contacts[4] }));
    post("accounts/account", json!({ "action": "inactivate", "uuid": accounts[1] }));
    post("roles/role", json!({ "action": "create", "name": "Jefe" }));
    post("roles/role", json!({ "action": "delete", "id": 5 }));
}

/// All that callers can see.
fn seen(service: &Service) -> Vec<Value> {
    let mut seen = vec![
        service.post("contacts/", json!({ "filters": { "page_size": 2 } })),
        service.post("contacts/", json!({ "filters": { "status": "inactive" } })),
        service.post("contacts/", json!({ "filters": { "search": "nuñez" } })),
        service.post("contacts/", json!({ "filters": { "search": "o'h" } })),
        service.post("accounts/", json!({})),
        service.post("roles/", json!({})),
    ];
    let page = seen[0]["next_page"].clone();
    seen.push(service.post("contacts/", json!({ "filters": { "page": page } })));
    for account in service.post("accounts/", json!({}))["data"].as_array().unwrap() {
        let list = json!({ "action": "list", "account_uuid": account["uuid"] });
        seen.push(service.post("contacts/associations", list));
    }
    seen
}

/// What a new contact, account and role are called by the database.
fn next_ids(service: &Service) -> [Value; 3] {
    let contact = json!({ "action": "create", "first_name": "Nuevo", "last_name": "Paz" });
    let contact = json!({ "action": "get", "uuid": service.post("contacts/contact", contact)["uuid"] });
    let account = json!({ "action": "create", "name": "Nueva" });
    let account = json!({ "action": "get", "uuid": service.post("accounts/account", account)["uuid"] });
    [
        service.post("contacts/contact", contact)["data"]["id"].clone(),
        service.post("accounts/account", account)["data"]["id"].clone(),
        service.post("roles/role", json!({ "action": "create", "name": "Nuevo" }))["id"].clone(),
    ]
}

#[test]
fn everything_moves_to_postgresql_and_back_with_its_ids() {
    let (folder, cluster) = (Folder::new(), Cluster::start(&[]));
    let postgres = cluster.address(&cluster.database(""));
    let service = folder.serve("");
    fill(&service);
    let before = seen(&service);
    service.signal("TERM");
    assert!(service.wait().0);

    let said = folder.done(&format!("copy --from sqlite:contacts.db --to {postgres}"));
    assert!(said.contains("contactos                        5 rows on both sides, hash "), "{said}");
    assert!(said.contains("copied and checked in"), "{said}");
    let secret = "--jwt-secret-file contacts.db.jwt-secret";
    let service = folder.serve(&format!("--database {postgres} {secret}"));
    assert_eq!(seen(&service), before);
    drop(service);

    // Back again, before anything new is written, so that both can be asked for their next ids.
    let back = folder.done(&format!("copy --from {postgres} --to sqlite:back.db"));
    let tables = |said: &str| said.lines().take(5).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(tables(&back), tables(&said));
    let service = folder.serve(&format!("--database sqlite:back.db {secret}"));
    assert_eq!(seen(&service), before);
    assert_eq!(next_ids(&service), [json!(6), json!(3), json!(7)]);
    drop(service);
    let service = folder.serve(&format!("--database {postgres} {secret}"));
    assert_eq!(next_ids(&service), [json!(6), json!(3), json!(7)]);
}

#[test]
fn a_target_that_is_not_empty_is_refused_and_stays_as_it_is() {
    let (folder, cluster) = (Folder::new(), Cluster::start(&[]));
    folder.done("roles --workspace demo --database sqlite:a.db");
    folder.write("people.csv", "first_name,last_name\nAna,Paz\n");
    for target in ["sqlite:b.db".to_owned(), cluster.address(&cluster.database(""))] {
        folder.done(&format!("import people.csv {OWNER} --database {target}"));
        let said = folder.fails(&format!("copy --from sqlite:a.db --to {target}"));
        assert!(said.contains("is not empty: copy into a new database"), "{said}");
        let said = folder.done(&format!("export {OWNER} --database {target}"));
        assert_eq!(said.lines().count(), 2, "{said}");
    }
    let said = folder.fails("copy --from sqlite:nothing.db --to sqlite:c.db");
    assert!(said.contains("there is no sqlite:nothing.db") && !folder.path("nothing.db").exists(), "{said}");
}

#[test]
fn a_copy_that_fails_leaves_nothing_and_can_be_run_again() {
    let (folder, cluster) = (Folder::new(), Cluster::start(&[]));
    let rows: String =
        (0..3000).map(|number| format!("Ana{number},Paz,Empresa {}\n", number % 100)).collect();
    folder.write("people.csv", format!("first_name,last_name,account\n{rows}"));
    folder.done(&format!("import people.csv {OWNER}"));
    let source = rusqlite::Connection::open(folder.path("contacts.db")).unwrap();
    let rename = |from: &str, to: &str| {
        let sql = format!("ALTER TABLE contactos_cuentas RENAME COLUMN {from} TO {to}");
        source.execute_batch(&sql).unwrap();
    };
    for target in [cluster.address(&cluster.database("")), "sqlite:b.db".to_owned()] {
        let copy = format!("copy --from sqlite:contacts.db --to {target}");
        // The last table can't be read; all the others are in the target by then.
        rename("rol", "papel");
        let said = folder.fails(&copy);
        assert!(said.contains("cannot copy sqlite:contacts.db to"), "{said}");
        rename("papel", "rol");
        let lines = || folder.done(&format!("export {OWNER} --database {target}")).lines().count();
        assert_eq!(lines(), 1);

        let mut killed = folder.command(PROGRAM);
        killed.args(copy.split(' ')).stdout(Stdio::null()).stderr(Stdio::null());
        let mut killed = killed.spawn().unwrap();
        thread::sleep(Duration::from_millis(200));
        killed.kill().unwrap();
        killed.wait().unwrap();
        // It may have been done by then, or its commit was on its way; half of it is there in no case.
        let said = folder.run(&copy);
        assert!(said.success || said.err.contains("is not empty"), "{}", said.err);
        assert_eq!(lines(), 3001);
    }
}
