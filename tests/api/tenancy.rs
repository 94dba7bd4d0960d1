//! Nothing of one user reaches another: what is foreign is answered like what never was, byte for byte.
//!
//! Each table says what becomes of a request about something that ana made (`$it`): for ana, for eva of her workspace, and
//! in another workspace, whatever the caller's name there. `+` is done, a number is refused with this code, and `-` is
//! answered as if it had never been. `$linked` is what it is associated with; `$contact` and `$account` are the caller's own.

use axum::http::{HeaderMap, Method, StatusCode};

use crate::support::*;

/// While it is active, inactive, deleted.
const CONTACTS: &str = r#"
    ana        eva        elsewhere
    +  +  -    -  -  -    -  -  -    POST contacts/ {}
    +  -  -    -  -  -    -  -  -    POST contacts/ {"filters":{"status":"active"}}
    -  +  -    -  -  -    -  -  -    POST contacts/ {"filters":{"status":"inactive"}}
    +  +  -    -  -  -    -  -  -    POST contacts/ {"filters":{"contacts":["$it"]}}
    +  +  -    -  -  -    -  -  -    POST contacts/ {"filters":{"accounts":["$linked"]}}
    +  +  -    -  -  -    -  -  -    POST contacts/ {"filters":{"search":"unseen"}}
    +  +  -    -  -  -    -  -  -    POST contacts/ {"filters":{"contacts":["$it"],"accounts":["$linked"],"search":"un"}}
    +  +  -    -  -  -    -  -  -    POST contacts/ {"action":"lite"}
    +  +  -    -  -  -    -  -  -    POST contacts/ {"action":"lite","filters":{"contacts":["$it"]}}
    +  +  -    -  -  -    -  -  -    POST contacts/ {"action":"lite","filters":{"accounts":["$linked"]}}
    +  +  -    -  -  -    -  -  -    POST contacts/ {"action":"lite","filters":{"search":"unseen"}}
    +  +  -    -  -  -    -  -  -    GET contacts/contact {"uuid":"$it"}
    +  +  -    -  -  -    -  -  -    GET contacts/contact?uuid=$it
    +  +  -    -  -  -    -  -  -    POST contacts/contact {"action":"get","uuid":"$it"}
    +  +  -    -  -  -    -  -  -    POST contacts/contact {"action":"update","uuid":"$it","first_name":"New","last_name":"x"}
    +  +  -    -  -  -    -  -  -    POST contacts/contact {"action":"delete","uuid":"$it"}
    +  -  -    -  -  -    -  -  -    POST contacts/contact {"action":"inactivate","uuid":"$it"}
    -  +  -    -  -  -    -  -  -    POST contacts/contact {"action":"activate","uuid":"$it"}
    +  +  -    +  +  -    -  -  -    POST contacts/associate-account {"contact_uuid":"$it","account_uuid":"$account","rol_id":2}
    8  8  -    8  8  -    -  -  -    POST contacts/associate-account {"contact_uuid":"$it","account_uuid":"$linked","rol_id":2}
    +  +  -    +  +  -    -  -  -    POST contacts/dissociate-account {"contact_uuid":"$it","account_uuid":"$linked"}
    +  +  -    +  +  -    -  -  -    POST contacts/associations {"action":"list","contact_uuid":"$it"}
    +  +  -    +  +  -    -  -  -    POST contacts/associations {"action":"change-role","contact_uuid":"$it","account_uuid":"$linked","rol_id":2}
"#;

/// While it is active, inactive, deleted.
const ACCOUNTS: &str = r#"
    ana        eva        elsewhere
    +  +  -    +  +  -    -  -  -    POST accounts/ {}
    +  -  -    +  -  -    -  -  -    POST accounts/ {"filters":{"status":"active"}}
    -  +  -    -  +  -    -  -  -    POST accounts/ {"filters":{"status":"inactive"}}
    +  +  -    +  +  -    -  -  -    POST accounts/ {"filters":{"accounts":["$it"]}}
    +  +  -    +  +  -    -  -  -    POST accounts/ {"filters":{"search":"unseen"}}
    +  +  -    +  +  -    -  -  -    POST accounts/ {"action":"lite"}
    +  +  -    +  +  -    -  -  -    POST accounts/ {"action":"lite","filters":{"search":"unseen"}}
    +  +  -    +  +  -    -  -  -    POST contacts/ {"filters":{"accounts":["$it"]}}
    +  +  -    +  +  -    -  -  -    POST contacts/ {"action":"lite","filters":{"accounts":["$it"]}}
    +  +  -    +  +  -    -  -  -    GET accounts/account {"uuid":"$it"}
    +  +  -    +  +  -    -  -  -    GET accounts/account?uuid=$it
    +  +  -    +  +  -    -  -  -    POST accounts/account {"action":"get","uuid":"$it"}
    +  +  -    +  +  -    -  -  -    POST accounts/account {"action":"update","uuid":"$it","name":"New"}
    +  +  -    +  +  -    -  -  -    POST accounts/account {"action":"delete","uuid":"$it"}
    +  -  -    +  -  -    -  -  -    POST accounts/account {"action":"inactivate","uuid":"$it"}
    -  +  -    -  +  -    -  -  -    POST accounts/account {"action":"activate","uuid":"$it"}
    +  7  -    +  7  -    -  -  -    POST contacts/associate-account {"contact_uuid":"$contact","account_uuid":"$it","rol_id":2}
    8  7  -    8  7  -    -  -  -    POST contacts/associate-account {"contact_uuid":"$linked","account_uuid":"$it","rol_id":2}
    +  +  -    +  +  -    -  -  -    POST contacts/dissociate-account {"contact_uuid":"$linked","account_uuid":"$it"}
    +  +  -    +  +  -    -  -  -    POST contacts/associations {"action":"list","account_uuid":"$it"}
    +  +  -    +  +  -    -  -  -    POST contacts/associations {"action":"change-role","contact_uuid":"$linked","account_uuid":"$it","rol_id":2}
"#;

/// While nobody has it, somebody has it, it is deleted.
const ROLES: &str = r#"
    ana        eva        elsewhere
    +  +  -    +  +  -    -  -  -    POST roles/ {}
    +  +  -    +  +  -    -  -  -    POST roles/role {"action":"update","id":$it,"name":"New"}
    + 102 -    + 102 -    -  -  -    POST roles/role {"action":"delete","id":$it}
    +  +  -    +  +  -    -  -  -    POST contacts/associate-account {"contact_uuid":"$contact","account_uuid":"$account","rol_id":$it}
    +  +  -    +  +  -    -  -  -    POST contacts/associations {"action":"change-role","contact_uuid":"$contact","account_uuid":"$linked","rol_id":$it}
"#;

/// Whether it is seen at all.
const MADE: &str = r#"
    ana        eva        elsewhere
    +  .  .    -  .  .    -  .  .    POST contacts/contact {"action":"create","first_name":"New","last_name":"Paz"}
    +  .  .    +  .  .    -  .  .    POST accounts/account {"action":"create","name":"New"}
    +  .  .    +  .  .    -  .  .    POST roles/role {"action":"create","name":"New"}
    +  .  .    +  .  .    -  .  .    POST contacts/associate-account {"contact_uuid":"$contact","account_uuid":"$account","rol_id":1}
"#;

/// Who calls, and which third of a table is about them.
const CALLERS: [(&str, &str, usize); 4] =
    [("ana", "demo", 0), ("eva", "demo", 1), ("leo", "other", 2), ("ana", "other", 2)];

/// Which table; the states of what it is about are numbered from 0.
#[derive(Clone, Copy, Debug)]
enum About {
    Contact,
    Account,
    Role,
}

/// An answer but for the id of its request.
type Reply = (StatusCode, HeaderMap, Vec<u8>);

/// A caller, and what they and ana have.
struct Scene {
    number: u64,
    ana: TestApp,
    caller: TestApp,
    about: About,
    contact: String,
    account: String,
    linked: String,
    it: String,
}

impl Scene {
    /// With nothing yet of what the table is about, in workspaces of its own.
    async fn new(app: &TestApp, about: About, (user, workspace, _): (&str, &str, usize)) -> Self {
        let number = fastrand::u64(..);
        let by = |user: &str, workspace: &str| app.caller(user, &format!("{workspace}{number}"));
        let (ana, caller) = (by("ana", "demo"), by(user, workspace));
        let (contact, account) = (caller.create("Own", "Paz").await, caller.create_account("Own").await);
        let (linked, it) = match about {
            About::Contact => (ana.create_account("Linked").await, UNKNOWN),
            // Others may not associate what they have with it.
            About::Account if workspace == "other" => (ana.create("Linked", "Paz").await, UNKNOWN),
            About::Account => (caller.create("Linked", "Paz").await, UNKNOWN),
            About::Role => (caller.create_account("Linked").await, "4096"),
        };
        if let About::Role = about {
            assert_eq!(caller.associate(&contact, &linked, 1).await.0, 200);
        }
        Self { number, ana, caller, about, contact, account, linked, it: it.into() }
    }

    async fn make(&mut self, state: usize) {
        let Self { ana, linked, .. } = self;
        let changed = ["inactivate", "delete"];
        match self.about {
            About::Contact => {
                self.it = ana.create("Unseen", "Paz").await;
                assert_eq!(ana.associate(&self.it, linked, 1).await.0, 200);
                if state > 0 {
                    assert_eq!(ana.act(changed[state - 1], &self.it).await.0, 200);
                }
            }
            About::Account => {
                self.it = ana.create_account("Unseen").await;
                assert_eq!(ana.associate(linked, &self.it, 1).await.0, 200);
                if state > 0 {
                    assert_eq!(ana.act_account(changed[state - 1], &self.it).await.0, 200);
                }
            }
            About::Role => {
                let id = &ana.role(json!({ "action": "create", "name": "Unseen" })).await.1["id"];
                self.it = id.to_string();
                let (contact, account) = (ana.create("Ana", "Paz").await, ana.create_account("Acme").await);
                let role = if state == 1 { id.as_i64().unwrap() } else { 1 };
                assert_eq!(ana.associate(&contact, &account, role).await.0, 200);
                if state == 2 {
                    assert_eq!(ana.role(json!({ "action": "delete", "id": id })).await.0, 200);
                }
            }
        }
    }

    /// The caller's request, as a table has it.
    async fn ask(&self, request: &str) -> Reply {
        let names = [("$it", &self.it), ("$linked", &self.linked), ("$contact", &self.contact)];
        let mut request = request.replace("$account", &self.account);
        names.iter().for_each(|(name, value)| request = request.replace(name, value));
        let (method, rest) = request.split_once(' ').unwrap();
        let (path, body) = rest.split_once(' ').unwrap_or((rest, ""));
        let method: Method = method.parse().unwrap();
        let (status, mut headers, bytes) =
            self.caller.bytes(method, &format!("/api/sales/{path}"), body.to_owned()).await;
        headers.remove("x-request-id").unwrap();
        (status, headers, bytes)
    }

    /// All that ana and the caller see.
    async fn everything(&self) -> Vec<Answer> {
        [everything(&self.ana).await, everything(&self.caller).await].concat()
    }
}

/// All that somebody sees.
async fn everything(app: &TestApp) -> Vec<Answer> {
    let mut all = vec![
        app.contacts(json!({})).await,
        app.accounts(json!({})).await,
        app.contacts(json!({ "filters": { "status": "active" } })).await,
        app.roles().await,
    ];
    for (list, side) in ["contact_uuid", "account_uuid"].into_iter().enumerate() {
        for uuid in column(&all[list].1, "uuid") {
            all.push(app.associations(json!({ "action": "list", side: uuid })).await);
        }
    }
    all
}

/// Whether an answer is what a cell of a table says.
fn is_right(cell: &str, reply: &Reply, never_was: &Reply) -> bool {
    let body: Value = serde_json::from_slice(&reply.2).unwrap();
    match cell {
        "-" => reply == never_was,
        "+" => reply.0 == 200 && body["code"] == 0 && reply != never_was,
        code => reply.0 == 400 && body["code"].as_u64() == code.parse().ok(),
    }
}

/// The rows of a table: cells and requests.
fn rows(table: &'static str) -> Vec<(Vec<&'static str>, &'static str)> {
    const REQUESTS: usize = 37;
    let lines = table.lines().skip(2).filter(|line| !line.trim().is_empty());
    lines.map(|line| (line[..REQUESTS].split_whitespace().collect(), &line[REQUESTS..])).collect()
}

fn is_read(request: &str) -> bool {
    ["GET ", "POST contacts/ ", "POST accounts/ ", "POST roles/ "]
        .iter()
        .any(|read| request.starts_with(read))
        || [r#""action":"get""#, r#""action":"list""#].iter().any(|read| request.contains(read))
}

/// Makes every request of a table in every state by every caller; how many requests those were.
async fn check(app: &TestApp, about: About, table: &'static str) -> usize {
    let rows = rows(table);
    let mut count = 0;
    for caller in CALLERS {
        for state in 0..3 {
            let mut scene = Scene::new(app, about, caller).await;
            let mut never_was = Vec::new();
            for (_, request) in &rows {
                never_was.push(scene.ask(request).await);
            }
            scene.make(state).await;
            let mut before = scene.everything().await;
            for ((cells, request), never_was) in rows.iter().zip(&never_was) {
                let cell = cells[3 * caller.2 + state];
                let reply = scene.ask(request).await;
                let what = format!("{request} by {caller:?} in state {state}");
                assert!(is_right(cell, &reply, never_was), "{what}: {:?}", String::from_utf8_lossy(&reply.2));
                let changes = cell == "+" && !is_read(request);
                assert_eq!(scene.everything().await != before, changes, "{what}: what there is");
                if changes {
                    scene = Scene::new(app, about, caller).await;
                    scene.make(state).await;
                    before = scene.everything().await;
                }
                // One byte, or one header.
                let (status, mut headers, bytes) = never_was.clone();
                assert!(!is_right("-", &(status, headers.clone(), [&bytes[..], b" "].concat()), never_was));
                headers.insert("x-found", "1".parse().unwrap());
                assert!(!is_right("-", &(status, headers, bytes), never_was));
                count += 1;
            }
        }
    }
    count
}

on_both! {
    async fn a_foreign_contact_is_answered_like_one_that_never_was(app: TestApp) {
        println!("contacts: {} requests are answered as the table says", check(&app, About::Contact, CONTACTS).await);
    }

    async fn a_foreign_account_is_answered_like_one_that_never_was(app: TestApp) {
        println!("accounts: {} requests are answered as the table says", check(&app, About::Account, ACCOUNTS).await);
    }

    async fn a_foreign_role_is_answered_like_one_that_never_was(app: TestApp) {
        println!("roles: {} requests are answered as the table says", check(&app, About::Role, ROLES).await);
    }

    async fn what_ana_makes_is_seen_by_those_it_belongs_to(app: TestApp) {
        for (cells, request) in rows(MADE) {
            for (user, workspace, column) in CALLERS {
                let scene = Scene::new(&app, About::Contact, CALLERS[0]).await;
                let other = app.caller(user, &format!("{workspace}{}", scene.number));
                let before = everything(&other).await;
                assert_eq!(scene.ask(request).await.0, 200, "{request}");
                let seen = everything(&other).await != before;
                assert_eq!(seen, cells[3 * column] == "+", "{request} seen by {user} of {workspace}");
            }
        }
    }

    async fn the_same_user_of_two_workspaces_has_two_sets_of_contacts(app: TestApp) {
        let other = app.caller("ana", "other");
        app.create("Ana", "Paz").await;
        other.create("Eva", "Gil").await;
        assert_eq!(app.names(json!({})).await, ["Ana"]);
        assert_eq!(other.names(json!({})).await, ["Eva"]);
    }
}
