//! What docs/clients.md prints works when it is pasted.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use crate::support::*;

const CLIENTS: &str = include_str!("../../docs/clients.md");

/// All blocks of this language, one after the other, for a service at this address.
fn printed(language: &str, service: &Service) -> String {
    let begin = format!("```{language}\n");
    let blocks = CLIENTS.split(&begin).skip(1);
    let script: String = blocks.map(|block| block.split_once("```").unwrap().0).collect();
    assert!(script.contains("http://127.0.0.1:8080"));
    script.replace("http://127.0.0.1:8080", &service.base)
}

/// Only the two functions of it.
fn functions(language: &str, service: &Service) -> String {
    let begin = CLIENTS.split_once(&format!("```{language}\n")).unwrap().1;
    let block = begin.split_once("```").unwrap().0;
    block.replace("http://127.0.0.1:8080", &service.base)
}

fn run(folder: &Folder, program: &str, arguments: &[&str], token: &str, script: &str) -> Said {
    let mut command = folder.command(program);
    command.args(arguments).arg(script).env("TOKEN", token).output().unwrap().into()
}

fn bash(folder: &Folder, service: &Service, script: &str) -> Said {
    run(folder, "bash", &["-euo", "pipefail", "-c"], &service.token, script)
}

fn node(folder: &Folder, service: &Service, script: &str) -> Said {
    run(folder, "node", &["--input-type=module", "-e"], &service.token, script)
}

fn python(folder: &Folder, service: &Service, script: &str) -> Said {
    run(folder, "python3", &["-c"], &service.token, script)
}

#[test]
fn the_calls_by_curl_work_as_printed() {
    let folder = Folder::new();
    let service = folder.serve("--rate-limit 10");
    let said = bash(&folder, &service, &printed("bash", &service));
    assert!(said.success, "{}\n{}", said.out, said.err);
    // There are more calls than a second lets through.
    assert!(said.err.lines().all(|line| line.ends_with("error: 429")), "{}", said.err);
    let answers: Vec<Value> = said.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), 11, "{}", said.out);
    for answer in &answers {
        assert_eq!(answer["code"], 0, "{answer}");
    }
    assert_eq!(answers[3]["data"]["email"], "john.doe@example.com");
    assert_eq!(answers[3], answers[4]);
    assert_eq!(answers[9]["data"][0]["associated_accounts"][0]["name"], "Acme Corp");
    assert_eq!(answers[10]["message"], "Contact deleted successfully");
}

#[test]
fn the_programs_work_as_printed() {
    let folder = Folder::new();
    let service = folder.serve("");
    for (said, name) in [
        (node(&folder, &service, &printed("js", &service)), "John Doe"),
        (python(&folder, &service, &printed("python", &service)), "Jane Smith"),
    ] {
        assert!(said.success && said.err.is_empty(), "{}\n{}", said.out, said.err);
        let lines: Vec<&str> = said.out.lines().collect();
        assert_eq!(lines.len(), 3, "{}", said.out);
        assert!(lines[0].starts_with("Contact created successfully "));
        assert!(lines[1].starts_with(name));
        assert_eq!(lines[2], "Contact not found or already active");
    }
}

#[test]
fn the_programs_walk_over_pages_and_wait_out_the_limit() {
    let folder = Folder::new();
    let rows: String = (0..45).map(|row| format!("Ana{row},Paz\n")).collect();
    folder.write("people.csv", format!("first_name,last_name\n{rows}"));
    folder.done("import people.csv --user ana --workspace demo");
    let service = folder.serve("--rate-limit 10");
    let js =
        "let seen = 0; for await (const contact of contacts({ page_size: 2 })) seen++; console.log(seen);";
    let said = node(&folder, &service, &(functions("js", &service) + js));
    assert_eq!(said.out, "45\n", "{}", said.err);
    thread::sleep(Duration::from_secs(1));
    let py = "print(sum(1 for contact in contacts(page_size=2)))";
    let said = python(&folder, &service, &(functions("python", &service) + py));
    assert_eq!(said.out, "45\n", "{}", said.err);
    let log = folder.read("service.log");
    assert!(log.matches("\"status\":429").count() >= 2, "the limit was met: {log}");
}

#[test]
fn the_programs_wait_out_a_503_but_for_what_must_not_be_done_twice() {
    let folder = Folder::new();
    let service = folder.serve("--max-connections 1");
    // The one connection that there may be. Who was there before may not have gone yet.
    let take = || loop {
        let mut stream = TcpStream::connect(service.address()).unwrap();
        stream.write_all(b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut status = [0; 12];
        stream.read_exact(&mut status).unwrap();
        if status.ends_with(b"200") {
            break stream;
        }
    };
    let create = r#"{ "action": "create", "first_name": "Ana", "last_name": "Paz" }"#;
    let cases = [
        ("node", "js", "console.log((await call('roles/', {})).code)".to_owned()),
        ("python3", "python", "print(call('roles/', {})['code'])".to_owned()),
        ("node", "js", format!("await call('contacts/contact', {create}, {{ once: true }})")),
        ("python3", "python", format!("call('contacts/contact', {create}, once=True)")),
    ];
    for (program, language, script) in cases {
        let once = script.contains("once");
        let held = take();
        let mut command = folder.command(program);
        match program {
            "node" => command.args(["--input-type=module", "-e"]),
            _ => command.arg("-c"),
        };
        let child = command
            .arg(functions(language, &service) + &script)
            .env("TOKEN", &service.token)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        if once {
            let said: Said = child.wait_with_output().unwrap().into();
            assert!(!said.success && said.err.contains("Service unavailable"), "{}", said.err);
        } else {
            // By then it was told so at least once.
            thread::sleep(Duration::from_secs(2));
            drop(held);
            let said: Said = child.wait_with_output().unwrap().into();
            assert_eq!(said.out, "0\n", "{}", said.err);
        }
    }
    assert_eq!(service.find("ana"), [""; 0]);
}
