//! What stands between the service and Redis, and can be told to spoil the answers.

#![allow(clippy::disallowed_methods, reason = "the proxy has threads of its own")]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use crate::redis::Redis;

/// What a proxy does with the answers of Redis.
#[derive(Clone, Copy)]
pub(crate) enum Answers {
    AsTheyAre,
    Late(Duration),
    Replaced(&'static str),
}

/// Passes everything on. It ends when this is dropped.
pub(crate) struct Proxy {
    port: u16,
    answers: Arc<Mutex<Answers>>,
}

impl Proxy {
    pub(crate) fn before(redis: &Redis) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = Arc::new(Mutex::new(Answers::AsTheyAre));
        let (behind, of_listener) = (redis.port, Arc::downgrade(&answers));
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Some(answers) = of_listener.upgrade() else { break };
                if let Ok(server) = TcpStream::connect(("127.0.0.1", behind)) {
                    pass_on(&client, &server, answers);
                }
            }
        });
        Self { port, answers }
    }

    pub(crate) fn address(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    pub(crate) fn answer(&self, answers: Answers) {
        *self.answers.lock().unwrap() = answers;
    }
}

/// Two threads, which end when either side closes.
fn pass_on(client: &TcpStream, server: &TcpStream, answers: Arc<Mutex<Answers>>) {
    let pump = |from: &TcpStream, to: &TcpStream, answers: Option<Arc<Mutex<Answers>>>| {
        let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
        to.set_nodelay(true).unwrap();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = from.read(&mut buffer) {
                let answers = answers.as_ref().map(|answers| *answers.lock().unwrap());
                if let Some(Answers::Late(by)) = answers {
                    thread::sleep(by);
                }
                let bytes = match answers {
                    Some(Answers::Replaced(by)) => by.as_bytes(),
                    _ => &buffer[..read],
                };
                if to.write_all(bytes).is_err() {
                    break;
                }
            }
            let _ = from.shutdown(Shutdown::Both);
            let _ = to.shutdown(Shutdown::Both);
        });
    };
    pump(client, server, None);
    pump(server, client, Some(answers));
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The listener looks up at the next connection; by then nothing holds `answers` any more.
        self.answers = Arc::new(Mutex::new(Answers::AsTheyAre));
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}
