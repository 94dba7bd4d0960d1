//! The service as a process.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

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
    let marks = ["Markfirst", "Marklast", "markmail", "555000111", "markterm", "Markaccount"];
    service.post(
        "contacts/contact",
        json!({
            "action": "create", "first_name": "Markfirst", "last_name": "Marklast",
            "email": "markmail@example.com", "phone": "555000111"
        }),
    );
    service.post("accounts/account", json!({ "action": "create", "name": "Markaccount" }));
    service.find("markterm");
    for bad in [json!({ "action": "create", "first_name": "Markfirst" }), json!({ "Markfirst": 1 })] {
        assert!(service.try_post("contacts/contact", &bad).is_some());
    }
    post(&service.base, "marktoken.markterm.x", "contacts/", &json!({}));
    post(&service.base, &service.token, "contacts/Markfirst?uuid=markterm", &json!({}));
    let secret = folder.read("contacts.db.jwt-secret");
    let token = service.token.clone();
    service.signal("TERM");
    let (_, log) = service.wait();
    assert!(log.contains("answered"), "{log}");
    for mark in marks.into_iter().chain([token.as_str(), secret.trim(), "marktoken"]) {
        let line = log.lines().find(|line| line.contains(mark));
        assert_eq!(line, None, "{mark}");
    }
    for line in log.lines() {
        assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}");
    }
}
