//! Traces for a collector of OpenTelemetry.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use crate::support::*;

/// What a collector was sent: the path, and the body.
type Sent = (String, Vec<u8>);

/// A server that takes what collectors take. It ends with the test program.
fn collector() -> (String, Receiver<Sent>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (sender, received) = channel();
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let sender = sender.clone();
            thread::spawn(move || {
                let mut lines = BufReader::new(&stream);
                while let Some(sent) = request(&mut lines) {
                    let _ = (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
                    let _ = sender.send(sent);
                }
            });
        }
    });
    (address, received)
}

fn request(stream: &mut BufReader<&TcpStream>) -> Option<Sent> {
    let (mut path, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).ok().filter(|length| *length > 0)?;
        let line = line.trim_end().to_ascii_lowercase();
        if let Some(rest) = line.strip_prefix("post ") {
            path = rest.split(' ').next()?.to_owned();
        } else if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        } else if line.is_empty() {
            let mut body = vec![0; length];
            stream.read_exact(&mut body).ok()?;
            return Some((path, body));
        }
    }
}

fn holds(body: &[u8], part: impl AsRef<[u8]>) -> bool {
    memchr::memmem::find(body, part.as_ref()).is_some()
}

#[test]
fn each_request_is_a_span_of_its_callers_trace_and_tells_of_nobody() {
    let (address, received) = collector();
    let folder = Folder::new();
    let service = folder.serve(&format!("--otlp {address}"));
    let body = json!({ "action": "create", "first_name": "Markfirst", "last_name": "Marklast" });
    let answer = ureq::post(format!("{}/api/sales/contacts/contact", service.base))
        .header("authorization", format!("Bearer {}", service.token))
        .header("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
        .header("x-request-id", "front-1")
        .send(body.to_string());
    assert_eq!(answer.unwrap().status(), 200);
    service.find("markterm");
    let token = service.token.clone();
    service.signal("TERM");
    let (well, log) = service.wait();
    assert!(well, "{log}");
    let (path, body) = received.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(path, "/v1/traces");
    for part in [
        "POST /api/sales/contacts/contact",
        "POST /api/sales/contacts/",
        "http.request.method",
        "http.response.status_code",
        "front-1",
        "service.name",
        "write",
        "read",
    ] {
        assert!(holds(&body, part), "{part}");
    }
    let trace =
        [0x0a, 0xf7, 0x65, 0x19, 0x16, 0xcd, 0x43, 0xdd, 0x84, 0x48, 0xeb, 0x21, 0x1c, 0x80, 0x31, 0x9c];
    assert!(holds(&body, trace), "it belongs to the caller's trace");
    assert!(!holds(&body.to_ascii_lowercase(), "mark"), "{}", String::from_utf8_lossy(&body));
    assert!(token.split('.').all(|part| !holds(&body, part)));
}

#[test]
fn a_collector_that_is_away_holds_nobody_up() {
    let folder = Folder::new();
    let service = folder.serve("--otlp http://127.0.0.1:1");
    for _ in 0..5 {
        service.find("ana");
    }
    service.signal("TERM");
    let (well, log) = service.wait();
    assert!(well, "{log}");
    assert_eq!(
        log.lines().filter(|line| line.contains("the collector does not take traces")).count(),
        1,
        "{log}"
    );
    let said = folder.fails("--listen 127.0.0.1:0 --otlp nowhere");
    assert!(said.contains("a collector is at an address like"), "{said}");
}
