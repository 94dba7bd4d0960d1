//! TLS by the service itself.

use std::fs;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::certificates::certificates;
use crate::support::*;

/// What a client gets that trusts this authority alone, if it trusts the service.
fn health(service: &Service, authority: &Path) -> Option<String> {
    let port = service.address().rsplit(':').next().unwrap();
    let said = Command::new("curl")
        .args(["-sS", "--max-time", "20", &format!("https://localhost:{port}/health"), "--cacert"])
        .arg(authority)
        .output()
        .unwrap();
    said.status.success().then(|| String::from_utf8(said.stdout).unwrap())
}

fn until(folder: &Folder, words: &str, times: usize) {
    let start = Instant::now();
    while folder.read("service.log").matches(words).count() < times {
        assert!(start.elapsed() < Duration::from_secs(60), "the log says: {words}");
        thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn the_certificate_is_the_given_one_and_is_read_again_when_it_changes() {
    let (first, second, folder) = (certificates(), certificates(), Folder::new());
    let give = |from: &Path, what: &str| {
        fs::copy(from.join(what), folder.path(what)).unwrap();
    };
    give(first.path(), "server.pem");
    give(first.path(), "server.key");
    let service = folder.serve("--tls-certificate server.pem --tls-key server.key");
    assert!(service.base.starts_with("https://"), "{}", service.base);
    let (old, new) = (first.path().join("ca.pem"), second.path().join("ca.pem"));
    assert_eq!(health(&service, &old).unwrap(), r#"{"code":0,"message":"Alive"}"#);
    assert_eq!(health(&service, &new), None);

    // Half of the new pair is no pair; the old one stays.
    give(second.path(), "server.pem");
    until(&folder, "the new certificate is no good; the old one stays in use", 1);
    assert!(health(&service, &old).is_some());
    give(second.path(), "server.key");
    until(&folder, "the certificate was read again", 1);
    assert!(health(&service, &new).is_some());
    assert_eq!(health(&service, &old), None);

    // The same mistake another time is another mistake.
    give(first.path(), "server.pem");
    until(&folder, "the new certificate is no good; the old one stays in use", 2);
    assert!(health(&service, &new).is_some());
}

#[test]
fn who_comes_when_there_is_no_room_is_told_so_and_a_handshake_does_not_hold_up_the_end() {
    let (files, folder) = (certificates(), Folder::new());
    for file in ["server.pem", "server.key"] {
        fs::copy(files.path().join(file), folder.path(file)).unwrap();
    }
    let service = folder.serve("--tls-certificate server.pem --tls-key server.key --max-connections 1");
    let (ca, place) =
        (files.path().join("ca.pem"), service.base.strip_prefix("https://").unwrap().to_owned());
    // It takes the room, and says nothing.
    let silent = TcpStream::connect(&place).unwrap();
    assert_eq!(health(&service, &ca).unwrap(), r#"{"res":"error","code":5,"info":"Service unavailable"}"#);
    let start = Instant::now();
    service.signal("TERM");
    let (well, log) = service.wait();
    assert!(well && start.elapsed() < Duration::from_secs(8), "{:?} {log}", start.elapsed());
    drop(silent);
}

#[test]
fn a_certificate_that_is_no_good_stops_the_start() {
    let (files, folder) = (certificates(), Folder::new());
    let file = |name: &str| files.path().join(name).display().to_string();
    folder.write("empty.pem", "");
    for (certificate, key, complaint) in [
        (file("server.pem"), "missing.key".into(), "cannot read missing.key"),
        ("empty.pem".into(), file("server.key"), "empty.pem holds no certificate in PEM"),
        (file("server.pem"), "empty.pem".into(), "empty.pem holds no private key in PEM"),
        (file("ca.pem"), file("server.key"), "do not belong together"),
    ] {
        let said =
            folder.fails(&format!("--listen 127.0.0.1:0 --tls-certificate {certificate} --tls-key {key}"));
        assert!(said.contains(complaint), "{said}");
    }
    let said = folder.fails(&format!("--listen 127.0.0.1:0 --tls-certificate {}", file("server.pem")));
    assert!(said.contains("--tls-key"), "{said}");
}
