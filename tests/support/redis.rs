//! A Redis for one test.

#![allow(dead_code, reason = "each of the test programs uses a part")]

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};

/// A `redis-server` on a port of its own that keeps nothing on disk. It is killed when this is dropped.
pub(crate) struct Redis {
    process: Child,
    pub(crate) port: u16,
    password: String,
}

impl Redis {
    pub(crate) fn start() -> Self {
        Self::with_password("")
    }

    pub(crate) fn with_password(password: &str) -> Self {
        // Somebody else may take a free port before Redis does.
        let started = (0..10).find_map(|_| {
            let port = free_port();
            Some((launch(port, password)?, port))
        });
        let (process, port) = started.unwrap();
        Self { process, port, password: password.into() }
    }

    pub(crate) fn address(&self) -> String {
        let Self { password, port, .. } = self;
        if password.is_empty() {
            format!("redis://127.0.0.1:{port}")
        } else {
            format!("redis://:{password}@127.0.0.1:{port}")
        }
    }

    /// Ends it at once.
    pub(crate) fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Starts it again after `kill`, empty, at the same address.
    pub(crate) fn restart(&mut self) {
        self.process = launch(self.port, &self.password).unwrap();
    }

    /// Makes it hang: connections are still accepted, and nothing is answered.
    pub(crate) fn hang(&self) {
        self.signal("STOP");
    }

    pub(crate) fn go_on(&self) {
        self.signal("CONT");
    }

    fn signal(&self, name: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args([format!("-{name}"), id]).status().unwrap().success());
    }

    /// Asks it something, its words separated by blanks.
    pub(crate) fn ask<T: ::redis::FromRedisValue>(&self, words: &str) -> T {
        let mut connection = ::redis::Client::open(self.address()).unwrap().get_connection().unwrap();
        let mut words = words.split(' ');
        ::redis::cmd(words.next().unwrap()).arg(words.collect::<Vec<_>>()).query(&mut connection).unwrap()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

fn launch(port: u16, password: &str) -> Option<Child> {
    let mut process = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
        .args(["--requirepass", password])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines().map_while(Result::ok);
    if lines.any(|line| line.contains("Ready to accept connections")) {
        return Some(process);
    }
    process.wait().unwrap();
    None
}
