//! The service as a process.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::support::*;

#[test]
fn it_ends_well_when_it_is_told_to() {
    for signal in ["TERM", "INT"] {
        let folder = Folder::new();
        let service = folder.serve("");
        service
            .post("contacts/contact", json!({ "action": "create", "first_name": "Ana", "last_name": "Paz" }));
        service.signal(signal);
        let (well, log) = service.wait();
        assert!(well, "{log}");
        assert!(!folder.path("contacts.db-wal").exists(), "the log was written back into the database");
        assert_eq!(folder.serve("").find("ana"), ["Ana"]);
    }
}

#[test]
fn a_request_in_flight_is_answered_before_the_end() {
    let folder = Folder::new();
    let service = folder.serve("");
    let body = json!({ "action": "create", "first_name": "Ana", "last_name": "Paz" }).to_string();
    let mut stream = TcpStream::connect(service.base.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let head = format!(
        "POST /api/sales/contacts/contact HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\nexpect: 100-continue\r\n\r\n",
        service.token,
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    // The service asks for the body once the request has passed the layers, so it is in flight now.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).unwrap();
    assert!(asked.starts_with(b"HTTP/1.1 100 Continue"));
    service.signal("TERM");
    stream.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.contains("Contact created successfully"),
        "{answer}"
    );
    assert!(service.wait().0);
}

#[test]
fn logs_hold_no_secret_and_no_personal_data() {
    let folder = Folder::new();
    let service = folder.serve("--log trace");
    let token = folder.done("token --user markuser --workspace markspace").trim().to_owned();
    let call = |path: &str, body: Value| post(&service.base, &token, path, &body).unwrap().1;
    let marks = [
        "mark",
        "Mark",
        "555000111",
        "MARK", // in whatever case a name is folded
    ];
    call(
        "contacts/contact",
        json!({
            "action": "create", "first_name": "Markfirst", "last_name": "Marklast",
            "email": "markmail@example.com", "phone": "555000111"
        }),
    );
    let account = json!({ "action": "create", "name": "Markaccount" });
    let account = call("accounts/account", account)["uuid"].clone();
    let rows = call("contacts/", json!({ "filters": { "search": "markfirst" } }));
    let contact = rows["data"][0]["uuid"].clone();
    call(
        "contacts/associate-account",
        json!({ "contact_uuid": contact, "account_uuid": account, "rol_id": 1 }),
    );
    call("roles/role", json!({ "action": "create", "name": "Markrole" }));
    call("contacts/", json!({ "action": "lite", "filters": { "search": "markterm" } }));
    for bad in [
        json!({ "action": "create", "first_name": "Markfirst" }),
        json!({ "Markfirst": 1 }),
        json!({ "action": "markaction" }),
        json!({ "action": "create", "first_name": "Markfirst", "last_name": "x", "email": "markmail" }),
    ] {
        call("contacts/contact", bad);
    }
    post(&service.base, "marktoken.markterm.x", "contacts/", &json!({}));
    call("contacts/Markfirst?uuid=markterm", json!({}));
    folder.write("marks.csv", "first_name,last_name,email\nMarkcsv,Paz,markbad\n");
    folder.done("import marks.csv --user markuser --workspace markspace");
    let secret = folder.read("contacts.db.jwt-secret");
    service.signal("TERM");
    let (_, log) = service.wait();
    assert!(log.contains("answered"), "{log}");
    let parts = token.split('.').chain([secret.trim()]);
    for mark in marks.into_iter().chain(parts) {
        let line = log.lines().find(|line| line.contains(mark));
        assert_eq!(line, None, "{mark}");
    }
    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}

#[test]
fn lines_of_one_caller_can_be_told_from_those_of_others() {
    let folder = Folder::new();
    let pseudonyms = || {
        let service = folder.serve("");
        for user in ["ana", "eva", "ana"] {
            let token = folder.done(&format!("token --user {user} --workspace demo"));
            post(&service.base, token.trim(), "roles/", &json!({}));
        }
        service.signal("TERM");
        let (_, log) = service.wait();
        let lines = log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        lines.filter_map(|line| line["fields"]["user"].as_str().map(str::to_owned)).collect::<Vec<_>>()
    };
    let first = pseudonyms();
    assert_eq!(first.len(), 3);
    assert!(first[0] == first[2] && first[0] != first[1], "{first:?}");
    assert_eq!(pseudonyms(), first, "they stay as long as the secret does");
}

#[test]
fn a_refused_request_leaves_the_connection_open_or_says_that_it_does_not() {
    let folder = Folder::new();
    let service = folder.serve("");
    let mut stream = TcpStream::connect(service.base.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut call = |head: &str, body: &str| {
        stream
            .write_all(format!("{head}\r\nhost: x\r\ncontent-length: {}\r\n\r\n", body.len()).as_bytes())
            .unwrap();
        // Many clients send the body a moment after the head.
        std::thread::sleep(Duration::from_millis(20));
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = vec![0; 4096];
        let length = stream.read(&mut answer).unwrap();
        String::from_utf8_lossy(&answer[..length]).into_owned()
    };
    let token = format!("authorization: Bearer {}", service.token);
    for _ in 0..3 {
        assert!(call("POST /api/sales/contacts/ HTTP/1.1", "{}").starts_with("HTTP/1.1 401"));
        assert!(call(&format!("POST /api/nothing HTTP/1.1\r\n{token}"), "{}").starts_with("HTTP/1.1 404"));
        assert!(call(&format!("PUT /api/sales/roles HTTP/1.1\r\n{token}"), "{}").starts_with("HTTP/1.1 405"));
        assert!(
            call(&format!("POST /api/sales/roles HTTP/1.1\r\n{token}"), "{}").starts_with("HTTP/1.1 200")
        );
    }
    stream
        .write_all(b"POST /api/sales/contacts/ HTTP/1.1\r\nhost: x\r\ncontent-length: 70000\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("connection: close"), "{answer}");
}

#[test]
fn while_another_process_holds_the_database_writes_are_refused_together_and_reads_go_on() {
    let folder = Folder::new();
    let service = folder.serve("");
    let body = json!({ "action": "create", "first_name": "Ana", "last_name": "Paz" });
    service.post("contacts/contact", body.clone());
    let holder = rusqlite::Connection::open(folder.path("contacts.db")).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let start = Instant::now();
    let mut waited: Vec<Duration> = std::thread::scope(|scope| {
        let write = || (service.try_post("contacts/contact", &body), start.elapsed());
        let writers: Vec<_> = (0..10).map(|_| scope.spawn(write)).collect();
        assert_eq!(service.find("ana"), ["Ana"]);
        assert_eq!(folder.done("export --user ana --workspace demo").lines().count(), 2);
        let refused = json!({ "res": "error", "code": 5, "info": "Service unavailable" });
        let waited = writers.into_iter().map(|writer| {
            let (answer, waited) = writer.join().unwrap();
            assert_eq!(answer, Some((503, refused.clone())));
            waited
        });
        waited.collect()
    });
    waited.sort();
    assert!(waited[9] < 2 * waited[0], "they wait together, not one after the other: {waited:?}");
    holder.execute_batch("ROLLBACK").unwrap();
    service.post("contacts/contact", body);
    assert_eq!(service.find("ana").len(), 2, "what was refused is not there");
}
