//! What stands between a service and a server, and can be told to spoil what passes.

#![allow(dead_code, reason = "each of the test programs uses a part")]
#![allow(clippy::disallowed_methods, reason = "the proxy has threads of its own")]

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::thread;
use std::time::Duration;

use rustix::net::sockopt::set_socket_linger;

/// What a proxy does with the answers of a server.
#[derive(Clone, Copy)]
pub(crate) enum Answers {
    AsTheyAre,
    Late(Duration),
    Replaced(&'static str),
    /// Nothing passes, requests neither, as if all packets were lost; they come when this is over.
    Lost,
}

/// Passes everything on. It ends when this is dropped.
pub(crate) struct Proxy {
    pub(crate) port: u16,
    answers: Arc<Mutex<Answers>>,
    links: Arc<Mutex<Vec<Weak<Link>>>>,
}

/// Two connections, which are closed when nobody passes anything on any more.
struct Link {
    client: TcpStream,
    server: TcpStream,
    /// They are to be closed at once, without a word of farewell.
    reset: AtomicBool,
    /// The server has gone, and the client is not told.
    half_open: AtomicBool,
}

impl Proxy {
    /// Before the server at a port.
    pub(crate) fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let answers = Arc::new(Mutex::new(Answers::AsTheyAre));
        let links: Arc<Mutex<Vec<Weak<Link>>>> = Arc::default();
        let (of_listener, made) = (Arc::downgrade(&answers), links.clone());
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let Some(answers) = of_listener.upgrade() else { break };
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                    let mut made = made.lock().unwrap();
                    made.retain(|link| link.strong_count() > 0);
                    made.push(pass_on(client, server, &answers));
                }
            }
        });
        Self { port, answers, links }
    }

    pub(crate) fn answer(&self, answers: Answers) {
        *self.answers.lock().unwrap() = answers;
    }

    /// Ends all connections as a machine does that knows nothing of them.
    pub(crate) fn reset(&self) {
        for link in self.links() {
            link.reset.store(true, Ordering::Relaxed);
            for stream in [&link.client, &link.server] {
                // Closed at once, it says that it was reset. Whoever reads it wakes up and lets it go.
                set_socket_linger(stream, Some(Duration::ZERO)).unwrap();
                let _ = stream.shutdown(Shutdown::Read);
            }
        }
    }

    /// Lets the server's end of connections go, while the service's end stays open and is never answered: of those that
    /// come to the server from these ports.
    pub(crate) fn half_open(&self, which: impl Fn(u16) -> bool) {
        for link in self.links() {
            if link.server.local_addr().is_ok_and(|address| which(address.port())) {
                link.half_open.store(true, Ordering::Relaxed);
                let _ = link.server.shutdown(Shutdown::Both);
            }
        }
    }

    fn links(&self) -> Vec<Arc<Link>> {
        self.links.lock().unwrap().iter().filter_map(Weak::upgrade).collect()
    }
}

/// Two threads, which end when either side closes.
fn pass_on(client: TcpStream, server: TcpStream, answers: &Arc<Mutex<Answers>>) -> Weak<Link> {
    client.set_nodelay(true).unwrap();
    server.set_nodelay(true).unwrap();
    let link =
        Arc::new(Link { client, server, reset: AtomicBool::new(false), half_open: AtomicBool::new(false) });
    for is_answers in [false, true] {
        let (link, answers) = (link.clone(), answers.clone());
        thread::spawn(move || link.pump(is_answers, &answers));
    }
    Arc::downgrade(&link)
}

impl Link {
    fn pump(&self, is_answers: bool, answers: &Mutex<Answers>) {
        let (mut from, mut to) =
            if is_answers { (&self.server, &self.client) } else { (&self.client, &self.server) };
        let mut buffer = [0; 1 << 16];
        while let Ok(read @ 1..) = from.read(&mut buffer) {
            let mut now = *answers.lock().unwrap();
            while matches!(now, Answers::Lost) {
                thread::sleep(Duration::from_millis(5));
                now = *answers.lock().unwrap();
            }
            let bytes = match now {
                Answers::Late(by) if is_answers => {
                    thread::sleep(by);
                    &buffer[..read]
                }
                Answers::Replaced(by) if is_answers => by.as_bytes(),
                _ => &buffer[..read],
            };
            let gone = self.half_open.load(Ordering::Relaxed);
            if self.reset.load(Ordering::Relaxed) || (!gone && to.write_all(bytes).is_err()) {
                break;
            }
        }
        let goes_silently =
            self.reset.load(Ordering::Relaxed) || (is_answers && self.half_open.load(Ordering::Relaxed));
        if !goes_silently {
            let _ = self.client.shutdown(Shutdown::Both);
            let _ = self.server.shutdown(Shutdown::Both);
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The listener looks up at the next connection; by then nothing holds `answers` any more.
        self.answers = Arc::new(Mutex::new(Answers::AsTheyAre));
        let _ = TcpStream::connect(("127.0.0.1", self.port));
    }
}
