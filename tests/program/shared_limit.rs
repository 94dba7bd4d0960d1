//! The service with `--redis`.

use std::time::{Duration, Instant};

use crate::redis::Redis;
use crate::support::*;

/// What the warnings say in turn: whether Redis went away (or came back).
fn changes(folder: &Folder) -> Vec<bool> {
    let log = folder.read("service.log");
    let warnings = log.lines().filter(|line| line.contains("\"WARN\""));
    let changes: Vec<bool> = warnings.map(|line| line.contains("Redis does not answer")).collect();
    let alternate = changes.iter().enumerate().all(|(index, away)| *away == (index % 2 == 0));
    assert!(alternate, "there is one warning for each change: {log}");
    changes
}

/// Calls until the last warning says that Redis went away (or came back), and then some more.
fn call_until(away: bool, folder: &Folder, service: &Service) {
    let start = Instant::now();
    let mut more = 20;
    while more > 0 {
        let (status, body) = service.try_post("roles/", &json!({})).unwrap();
        assert!(status == 200 || status == 429, "{status} {body}");
        if changes(folder).last() == Some(&away) {
            more -= 1;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{}", folder.read("service.log"));
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn there_is_one_warning_for_each_change_and_none_that_names_anybody() {
    let folder = Folder::new();
    let mut redis = Redis::with_password("markpassword");
    redis.kill();
    let service = folder.serve(&format!("--rate-limit 10 --log trace --redis {}", redis.address()));
    let shown = redis.address().replace(":markpassword@", "");
    assert!(
        service.welcome.contains(&format!("\nlimit     shared through {shown}\n")),
        "{}",
        service.welcome
    );
    call_until(true, &folder, &service);
    redis.restart();
    call_until(false, &folder, &service);
    redis.hang();
    call_until(true, &folder, &service);
    redis.go_on();
    call_until(false, &folder, &service);
    service.signal("TERM");
    let welcome = service.welcome.clone();
    let (well, log) = service.wait();
    assert!(well, "{log}");
    for mark in ["markpassword", "ana", "demo", "contacts:limit"] {
        assert!(!log.contains(mark), "{mark}");
    }
    assert!(!welcome.contains("markpassword"), "{welcome}");
}

#[test]
fn a_wrong_password_of_redis_is_told_and_not_shown() {
    let folder = Folder::new();
    let redis = Redis::with_password("hush");
    let service =
        folder.serve(&format!("--rate-limit 1 --redis {}", redis.address().replace("hush", "markwrong")));
    call_until(true, &folder, &service);
    assert_eq!(changes(&folder), [true]);
    let log = folder.read("service.log");
    assert!(log.contains("authentication failed") && !log.contains("markwrong"), "{log}");
}

#[test]
fn an_address_that_is_none_is_not_repeated() {
    let folder = Folder::new();
    for flags in ["--redis http://:markpassword@x", "--redis redis://:markpass/word@x:1 --rate-limit 1"] {
        let said = folder.fails(flags);
        assert!(said.contains("--redis") && said.contains("redis://HOST:PORT"), "{said}");
        assert!(!said.contains("markpass"), "{said}");
    }
    for arguments in [["serve", "--help"], ["serve", "--listen"]] {
        let mut command = folder.command(PROGRAM);
        command.args(arguments).env("CONTACTS_REDIS", "redis://:markpassword@cache");
        let said: Said = command.output().unwrap().into();
        assert!(!format!("{}{}", said.out, said.err).contains("markpassword"), "{}{}", said.out, said.err);
    }
}

#[test]
fn no_limit_needs_no_redis() {
    let (folder, redis) = (Folder::new(), Redis::start());
    let service = folder.serve(&format!("--rate-limit 0 --redis {}", redis.address()));
    assert_eq!(service.post("roles/", json!({}))["code"], 0);
    assert!(!service.welcome.contains("limit  "), "{}", service.welcome);
    let clients: String = redis.ask("CLIENT LIST");
    assert_eq!(clients.lines().count(), 1, "only this test asks it: {clients}");
}
