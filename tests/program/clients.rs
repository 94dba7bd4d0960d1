//! Clients that are slow, greedy or many, and what they can't take from the others.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::*;
use crate::wire::{Reply, Wire};

/// A connection with a patience of 20 s.
fn connect(service: &Service) -> TcpStream {
    let stream = TcpStream::connect(service.address()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

fn send(mut stream: &TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).unwrap();
}

/// What comes until the service closes the connection, and how long that took.
fn until_closed(mut stream: &TcpStream) -> (String, Duration) {
    let start = Instant::now();
    let mut bytes = Vec::new();
    match stream.read_to_end(&mut bytes) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the service did not close the connection: {error}"),
    }
    (String::from_utf8_lossy(&bytes).into_owned(), start.elapsed())
}

/// One whole answer: its head and its body.
fn answer(stream: &TcpStream) -> String {
    let Reply { head, body, .. } = Wire::over(stream).unwrap().receive().unwrap();
    format!("{head}\n\n{}", String::from_utf8(body).unwrap())
}

/// Whether the connection is open and nothing has come.
fn is_silent(mut stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let read = stream.read(&mut [0]);
    stream.set_nonblocking(false).unwrap();
    read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock)
}

const HEALTH: &str = "GET /health HTTP/1.1\r\nhost: x\r\n\r\n";

#[test]
fn who_takes_too_long_for_a_head_a_body_or_the_next_request_is_cut_off() {
    let folder = Folder::new();
    let service = folder.serve("--head-timeout 1 --body-timeout 2 --idle-timeout 3");
    let (silent, slow, idle, used, body) =
        (connect(&service), connect(&service), connect(&service), connect(&service), connect(&service));
    send(&slow, "GET /health HTTP/1.1\r\nho");
    for stream in [&idle, &used] {
        send(stream, HEALTH);
        assert!(answer(stream).starts_with("HTTP/1.1 200"));
    }
    let authorization = format!("authorization: Bearer {}\r\n", service.token);
    let head = "POST /api/sales/roles HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n";
    send(&body, &format!("{head}{authorization}\r\n{{"));
    let start = Instant::now();
    thread::scope(|scope| {
        for stream in [&silent, &slow] {
            scope.spawn(move || assert_eq!(until_closed(stream).0, ""));
        }
        scope.spawn(|| {
            let answer = until_closed(&body).0;
            assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
            assert!(answer.contains("body must arrive whole within 2 seconds"), "{answer}");
        });
        scope.spawn(|| {
            // The time between two requests is not that of a head, whose own begins with its first byte.
            thread::sleep(Duration::from_millis(1500));
            send(&used, HEALTH);
            assert!(answer(&used).starts_with("HTTP/1.1 200"));
            send(&used, "G");
            assert_eq!(until_closed(&used).0, "");
        });
        scope.spawn(|| {
            let (rest, time) = until_closed(&idle);
            assert_eq!(rest, "");
            assert!(time > Duration::from_secs(2), "it was kept for {time:?} only");
        });
    });
    assert!(start.elapsed() > Duration::from_secs(2));
    let usual = folder.serve("");
    let patient = connect(&usual);
    send(&patient, "GET /health HTTP/1.1\r\nho");
    thread::sleep(Duration::from_secs(3));
    assert!(is_silent(&patient), "ten seconds are the usual time");
}

#[test]
fn who_does_not_read_an_answer_is_cut_off() {
    let folder = Folder::new();
    let rows: String = (0..100_000).map(|row| format!("Ana Maria{row},de la Paz y Castro\n")).collect();
    folder.write("people.csv", format!("first_name,last_name\n{rows}"));
    folder.done("import people.csv --user ana --workspace demo");
    let service = folder.serve("--answer-timeout 2");
    // As a whole it may take long, but not for a part.
    let of_parts = folder.serve("--body-timeout 2");
    let list = |service: &Service, stream: &TcpStream| {
        let authorization = format!("authorization: Bearer {}\r\n", service.token);
        let head =
            "POST /api/sales/contacts/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 17\r\n";
        send(stream, &format!("{head}{authorization}\r\n{{\"action\":\"lite\"}}"));
    };
    let slow = [&service, &of_parts].map(|service| {
        let slow = connect(service);
        list(service, &slow);
        slow
    });
    thread::sleep(Duration::from_secs(6));
    let [cut, part] = slow.map(|slow| until_closed(&slow).0);
    assert!(!cut.ends_with("0\r\n\r\n"), "{} bytes", cut.len());
    assert!(!part.ends_with("0\r\n\r\n"), "{} bytes", part.len());
    let whole = connect(&service);
    list(&service, &whole);
    let whole = until_closed(&whole).0;
    assert!(whole.ends_with("0\r\n\r\n"), "an answer that is read comes whole");
    assert!(whole.len() > cut.len());
}

#[test]
fn a_request_that_is_too_large_or_names_no_host_is_refused() {
    let folder = Folder::new();
    let service = folder.serve("");
    let refused = |request: String, status: u16, info: &str| {
        let stream = connect(&service);
        send(&stream, &request);
        let answer = answer(&stream);
        assert_eq!(answer.split(' ').nth(1), Some(status.to_string().as_str()), "{answer}");
        assert!(answer.contains(info), "{answer}");
    };
    let token = format!("authorization: Bearer {}", service.token);
    let long = |length: usize| "x".repeat(length);
    let get = |path: &str, fields: &str| format!("GET {path} HTTP/1.1\r\n{fields}\r\n\r\n");
    let fields = |count: usize| (1..count).map(|n| format!("\r\nx-{n}: 1")).collect::<String>();
    refused(get(&format!("/{}", long(8192)), "host: x"), 414, "path and query must be at most 8 KiB");
    refused(get(&format!("/{}", long(8191)), "host: x"), 404, "Path not found");
    refused(get("/health", &format!("host: x\r\nx: {}", long(16 << 10))), 431, "");
    refused(get("/health", &format!("host: x\r\nx: {}", long(16_000))), 200, "Alive");
    refused(get("/health", &format!("host: x{}", fields(101))), 431, "");
    refused(get("/health", &format!("host: x{}", fields(100))), 200, "Alive");
    for host in ["", "host:", "host: a b", "host: x\r\nhost: x", "host: x@y", "host: x:99999"] {
        let fields = if host.is_empty() { "accept: */*" } else { host };
        refused(get("/health", fields), 400, "Host must be there once");
    }
    refused("GET /health HTTP/1.0\r\n\r\n".into(), 200, "Alive");
    let post = |length: &str, body: &str| {
        format!("POST /api/sales/roles HTTP/1.1\r\nhost: x\r\n{token}\r\n{length}\r\n\r\n{body}")
    };
    refused(post("content-length: 1048577", ""), 413, "body must be at most 1 MiB");
    for packing in ["gzip, chunked", "chunked\r\ntransfer-encoding: chunked"] {
        let chunk = format!("transfer-encoding: {packing}");
        refused(post(&chunk, "0\r\n\r\n"), 400, "Transfer-Encoding must be");
    }
    refused(
        post("transfer-encoding: chunked", "nonsense\r\n"),
        400,
        "body must arrive whole and in the form",
    );
    let chunk = format!("100001\r\n{}\r\n0\r\n\r\n", long((1 << 20) + 1));
    refused(post("transfer-encoding: chunked", &chunk), 413, "body must be at most 1 MiB");
}

#[test]
fn who_comes_when_there_is_no_room_is_told_so_at_once() {
    let folder = Folder::new();
    let service = folder.serve("--max-connections 3");
    let mut taken: Vec<_> = (0..3).map(|_| connect(&service)).collect();
    for stream in &taken {
        send(stream, HEALTH);
        assert!(answer(stream).starts_with("HTTP/1.1 200"));
    }
    let late = connect(&service);
    send(&late, HEALTH);
    let (answer_to_late, _) = until_closed(&late);
    assert!(answer_to_late.starts_with("HTTP/1.1 503"), "{answer_to_late}");
    assert!(answer_to_late.contains("retry-after: 1") && answer_to_late.contains("Service unavailable"));
    for header in ["x-request-id: ", "cache-control: no-store", "x-content-type-options: nosniff"] {
        assert!(answer_to_late.contains(header), "{answer_to_late}");
    }
    taken.pop();
    let start = Instant::now();
    loop {
        let next = connect(&service);
        send(&next, HEALTH);
        if answer(&next).starts_with("HTTP/1.1 200") {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(20));
    }
}

/// The head of a list's request, but for what its body is.
fn list(service: &Service) -> String {
    format!("POST /api/sales/contacts HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\n", service.token)
}

#[test]
fn who_sends_many_large_bodies_at_a_time_is_told_that_there_is_no_room() {
    let folder = Folder::new();
    let service = folder.serve("");
    let head = list(&service);
    let begun: Vec<_> = (0..4)
        .map(|_| {
            let stream = connect(&service);
            send(&stream, &format!("{head}content-length: 1048576\r\nexpect: 100-continue\r\n\r\n"));
            (&stream).read_exact(&mut [0; 25]).unwrap();
            stream
        })
        .collect();
    let late = connect(&service);
    send(&late, &format!("{head}content-length: 1048576\r\n\r\n"));
    let refused = answer(&late);
    assert!(refused.starts_with("HTTP/1.1 503") && refused.contains("retry-after: 1"), "{refused}");
    let small = connect(&service);
    send(&small, &format!("{head}content-length: 2\r\n\r\n{{}}"));
    assert!(answer(&small).starts_with("HTTP/1.1 200"));
    drop(begun);
    let start = Instant::now();
    loop {
        let next = connect(&service);
        send(&next, &format!("{head}content-length: 100000\r\n\r\n{}", " ".repeat(100_000)));
        if answer(&next).starts_with("HTTP/1.1 200") {
            break;
        }
        assert!(start.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(200));
    }
}

#[test]
fn small_bodies_whose_length_is_not_said_take_no_room() {
    let folder = Folder::new();
    let service = folder.serve("");
    let head = list(&service) + "transfer-encoding: chunked\r\n\r\n";
    let begun: Vec<_> = (0..40)
        .map(|_| {
            let stream = connect(&service);
            send(&stream, &format!("{head}1\r\n{{\r\n"));
            stream
        })
        .collect();
    thread::sleep(Duration::from_millis(200));
    for stream in &begun {
        send(stream, "1\r\n}\r\n0\r\n\r\n");
        assert!(answer(stream).starts_with("HTTP/1.1 200"));
    }
}

#[test]
fn what_is_refused_takes_no_memory() {
    let folder = Folder::new();
    let service = folder.serve("");
    let memory = || {
        let status = std::fs::read_to_string(format!("/proc/{}/status", service.process())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<usize>().unwrap() >> 10
    };
    let before = memory();
    let request =
        format!("GET /no HTTP/1.1\r\nhost: x\r\ncontent-length: 65536\r\n\r\n{}", "a".repeat(65536));
    // Several at once from each, and nobody reads the answers.
    let streams: Vec<_> = (0..300)
        .map(|_| {
            let stream = connect(&service);
            stream.set_write_timeout(Some(Duration::from_millis(500))).unwrap();
            let _ = (&stream).write_all(request.repeat(6).as_bytes());
            stream
        })
        .collect();
    let grown = memory().saturating_sub(before);
    println!("{} connections with requests that are refused: {grown} MiB more", streams.len());
    assert!(grown < 64, "{grown} MiB");
}

#[test]
fn running_out_of_descriptors_ends_nothing() {
    let folder = Folder::new();
    let service = folder.serve("");
    let limit = |files: &str| {
        let process = service.process().to_string();
        let mut done = Command::new("prlimit");
        done.args(["--pid", &process, &format!("--nofile={files}")]);
        assert!(done.status().unwrap().success());
    };
    let before = connect(&service);
    send(&before, HEALTH);
    assert!(answer(&before).starts_with("HTTP/1.1 200"));
    limit("8:4096");
    let waiting = connect(&service);
    send(&waiting, HEALTH);
    let start = Instant::now();
    while !folder.read("service.log").contains("no connection could be taken") {
        assert!(start.elapsed() < Duration::from_secs(20));
        thread::sleep(Duration::from_millis(50));
    }
    send(&before, HEALTH);
    assert!(answer(&before).starts_with("HTTP/1.1 200"), "who was there is served");
    limit("4096:4096");
    assert!(answer(&waiting).starts_with("HTTP/1.1 200"), "who waited is served when there are some again");
    let said = folder.read("service.log").lines().filter(|line| line.contains("no connection")).count();
    assert!(said < 100, "the log says it {said} times");
}

#[test]
fn the_end_comes_within_its_time_whatever_clients_do_and_at_once_when_told_again() {
    for (flags, told_again) in [("", false), ("", true), ("--drain 60", true)] {
        let folder = Folder::new();
        let service = folder.serve(flags);
        let (idle, stalled) = (connect(&service), connect(&service));
        send(&idle, HEALTH);
        assert!(answer(&idle).starts_with("HTTP/1.1 200"));
        let authorization = format!("authorization: Bearer {}\r\n", service.token);
        let head =
            "POST /api/sales/roles HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\nexpect: 100-continue\r\n";
        send(&stalled, &format!("{head}{authorization}\r\n"));
        (&stalled).read_exact(&mut [0; 25]).unwrap();
        let start = Instant::now();
        service.signal("TERM");
        if flags.is_empty() {
            assert_eq!(until_closed(&idle).0, "", "an idle connection is closed");
        } else {
            // It takes a moment until the signal is there.
            let closes = || {
                send(&idle, HEALTH);
                answer(&idle).contains("connection: close")
            };
            assert!((0..200).any(|_| closes()));
        }
        if told_again {
            service.signal("TERM");
        }
        let (well, log) = service.wait();
        let time = start.elapsed();
        assert!(well, "{log}");
        assert_eq!(time > Duration::from_secs(8), !told_again, "{time:?}");
        assert!(time < Duration::from_secs(12), "{time:?}");
        assert_eq!(until_closed(&stalled).0, "");
        let why = if told_again { "told again: stopping at once" } else { "some requests were cut off" };
        assert!(log.contains(why), "{log}");
        assert!(log.contains("nobody was there for the answer"), "{log}");
    }
}

#[test]
fn addresses_that_a_trusted_proxy_names_have_a_limit_each() {
    let statuses = |flags: &str| {
        let folder = Folder::new();
        let service = folder.serve(&format!("--rate-limit 1 {flags}"));
        let stream = connect(&service);
        ["192.0.2.1", "192.0.2.2", "192.0.2.1"].map(|client| {
            send(
                &stream,
                &format!("POST /api/sales/roles HTTP/1.1\r\nhost: x\r\nx-forwarded-for: {client}\r\n\r\n"),
            );
            answer(&stream).split(' ').nth(1).unwrap().to_owned()
        })
    };
    assert_eq!(statuses("--trusted-proxies 10.0.0.0/8,127.0.0.1"), ["401", "401", "429"]);
    assert_eq!(statuses(""), ["401", "429", "429"], "nobody else's word is taken for it");
}
