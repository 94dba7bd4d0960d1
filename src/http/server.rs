//! Connections: accepted as long as there is room, served within bounds of time and size, and ended in good order.

use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use prometheus_client::metrics::gauge::Gauge;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::AbortHandle;
use tokio_rustls::TlsAcceptor;
use tower::Service as _;

use super::error::Error;
use super::patience::{Clock, Patience, Watch};
use super::peer::Peer;
use super::tls::Certificate;
use super::{App, router, trace};

/// How many fields the head of a request may have unless told otherwise. For more, hyper would ask for memory each time.
const USUAL_FIELDS: usize = 100;

/// How many bytes a connection may hold of what has come, or is to be sent, unless a head may be larger.
const USUAL_BUFFER: usize = 32 << 10;

/// How many of those for whom there is no room are told so at a time; more are just sent away.
const LOBBY: usize = 64;

/// How long it may take to tell one.
const TOLD: Duration = Duration::from_secs(1);

/// What a client may take of the service: connections, time, and bytes.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// How many connections there are at most; who comes when there is no room is told 503 at once.
    pub connections: NonZeroU32,
    /// How long a client may take for each part of its work.
    pub patience: Patience,
    /// The longest target (path and query) of a request in bytes; a longer one is 414.
    pub target: usize,
    /// The largest head of a request in bytes; a larger one is 431.
    pub head: usize,
    /// How many fields a head has at most; more are 431.
    pub fields: usize,
    /// The largest body in bytes; a larger one is 413.
    pub body: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            connections: NonZeroU32::MIN.saturating_add(9_999),
            patience: Patience::default(),
            target: 8 << 10,
            head: 16 << 10,
            fields: USUAL_FIELDS,
            body: 1 << 20,
        }
    }
}

/// The open connections of a service.
pub struct Server {
    app: Arc<App>,
    router: Router,
    http: http1::Builder,
    clock: Arc<Clock>,
    room: Arc<Semaphore>,
    lobby: Arc<Semaphore>,
    open: Mutex<Vec<Open>>,
    stopping: watch::Sender<bool>,
}

struct Open {
    watch: Arc<Watch>,
    task: AbortHandle,
}

impl Server {
    /// A server without connections yet.
    pub fn new(app: Arc<App>) -> Self {
        let mut http = http1::Builder::new();
        // Time is watched here: hyper would count the time between two requests as that of a head.
        http.header_read_timeout(None);
        http.max_header_size(app.edge.bounds.head);
        // What a connection may hold that nobody has asked for yet. There may be many connections.
        http.max_buf_size(USUAL_BUFFER.max(app.edge.bounds.head.saturating_add(1)));
        if app.edge.bounds.fields != USUAL_FIELDS {
            http.max_headers(app.edge.bounds.fields);
        }
        Self {
            router: router(app.clone()),
            http,
            clock: Arc::default(),
            room: Arc::new(Semaphore::new(app.edge.bounds.connections.get() as usize)),
            lobby: Arc::new(Semaphore::new(LOBBY)),
            open: Mutex::default(),
            stopping: watch::Sender::new(false),
            app,
        }
    }

    /// Takes connections until this is dropped. With a certificate they speak TLS.
    pub async fn accept(&self, listener: TcpListener, certificate: Option<Certificate>) -> Infallible {
        let mut second = tokio::time::interval(Duration::from_secs(1));
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, from)) => self.take(stream, from, certificate.as_ref()),
                    Err(error) => rest_after(&error).await,
                },
                _ = second.tick() => self.sweep(),
            }
        }
    }

    /// Ends idle connections and answers requests in flight. Whatever is still open after this time is cut off.
    pub async fn finish(&self, grace: Duration) {
        self.stopping.send_replace(true);
        let all = self.room.acquire_many(self.app.edge.bounds.connections.get());
        if tokio::time::timeout(grace, all).await.is_err() {
            tracing::warn!("some requests were cut off after {} s", grace.as_secs());
        }
    }

    fn take(&self, stream: TcpStream, from: SocketAddr, certificate: Option<&Certificate>) {
        let acceptor = certificate.map(Certificate::acceptor);
        let Ok(permit) = self.room.clone().try_acquire_owned() else {
            self.app.metrics.turned_away.inc();
            if let Ok(place) = self.lobby.clone().try_acquire_owned() {
                tokio::spawn(turn_away(self.http.clone(), stream, acceptor, place));
            }
            return;
        };
        // Answers are small and written whole: waiting to fill a packet only delays them.
        let _ = stream.set_nodelay(true);
        let watch = Arc::new(Watch::new(self.clock.clone(), self.app.edge.bounds.patience.clone()));
        let connection = Connection {
            router: self.router.clone(),
            http: self.http.clone(),
            watch: watch.clone(),
            peer: Peer(from.ip()),
            stopping: self.stopping.subscribe(),
            _place: Place::new(permit, self.app.metrics.connections.clone()),
        };
        let task = match acceptor {
            // In a box, because a task's own memory stays until it is forgotten here, up to a second after its end.
            None => tokio::spawn(Box::pin(connection.serve(stream))),
            Some(acceptor) => tokio::spawn(Box::pin(connection.serve_encrypted(stream, acceptor))),
        };
        let task = task.abort_handle();
        self.open.lock().unwrap_or_else(PoisonError::into_inner).push(Open { watch, task });
    }

    /// Once a second: closes connections that took too long.
    fn sweep(&self) {
        self.clock.tick();
        self.app.limits.sweep();
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|open| {
            if open.task.is_finished() {
                return false;
            }
            let over = open.watch.is_over();
            if over {
                open.task.abort();
                self.app.metrics.cut_off.inc();
            }
            !over
        });
    }
}

/// What a connection needs to be served.
struct Connection {
    router: Router,
    http: http1::Builder,
    watch: Arc<Watch>,
    peer: Peer,
    stopping: watch::Receiver<bool>,
    _place: Place,
}

/// One of the connections that there may be.
struct Place {
    open: Gauge,
    _permit: OwnedSemaphorePermit,
}

impl Place {
    fn new(permit: OwnedSemaphorePermit, open: Gauge) -> Self {
        open.inc();
        Self { open, _permit: permit }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.open.dec();
    }
}

impl Connection {
    /// A client that is not done with its part of the handshake by the end has asked for nothing yet.
    async fn serve_encrypted(mut self, stream: TcpStream, acceptor: TlsAcceptor) {
        let accepted = tokio::select! {
            accepted = acceptor.accept(stream) => accepted,
            _ = self.stopping.wait_for(|stopping| *stopping) => return,
        };
        if let Ok(stream) = accepted {
            self.serve(stream).await;
        }
    }

    async fn serve(mut self, stream: impl AsyncRead + AsyncWrite + Unpin) {
        let stream = TokioIo::new(self.watch.stream(stream));
        let answer = service_fn(|request: Request<Incoming>| {
            self.watch.request();
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(self.peer);
            let answer = self.router.clone().call(request);
            let watch = self.watch.clone();
            async move { answer.await.map(|answer| answer.map(|body| watch.answer(body))) }
        });
        let mut connection = std::pin::pin!(self.http.serve_connection(stream, answer));
        tokio::select! {
            // A client that does not keep to the protocol, or goes away, is nothing to tell anybody of.
            _ = connection.as_mut() => return,
            _ = self.stopping.wait_for(|stopping| *stopping) => {}
        }
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
}

/// Tells a client that there is no room, if it takes that soon.
async fn turn_away(
    http: http1::Builder,
    stream: TcpStream,
    acceptor: Option<TlsAcceptor>,
    _place: OwnedSemaphorePermit,
) {
    let told = async {
        match acceptor {
            None => tell_no_room(http, stream).await,
            Some(acceptor) => {
                if let Ok(stream) = acceptor.accept(stream).await {
                    tell_no_room(http, stream).await;
                }
            }
        }
    };
    let _ = tokio::time::timeout(TOLD, told).await;
}

/// Answers the one request that is taken, whatever it is for.
async fn tell_no_room(mut http: http1::Builder, stream: impl AsyncRead + AsyncWrite + Unpin) {
    let answer = service_fn(async |request: Request<Incoming>| {
        let request = request.map(Body::new);
        let id = trace::id(&request);
        let mut answer = Error::NoRoom.refuse(request).await;
        trace::mark(&mut answer, id);
        Ok::<_, Infallible>(answer)
    });
    let _ = http.keep_alive(false).serve_connection(TokioIo::new(stream), answer).await;
}

/// A connection that broke before it was taken is nothing; when descriptors or memory have run out, a moment later there
/// may be some again.
async fn rest_after(error: &std::io::Error) {
    if matches!(error.kind(), ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset) {
        return;
    }
    tracing::error!(%error, "no connection could be taken");
    tokio::time::sleep(Duration::from_millis(500)).await;
}
