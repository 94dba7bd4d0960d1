//! How long the service waits for a client: for the head of a request, for the reading of an answer, and between the two.
//!
//! No timer is set for a request: a clock counts seconds, each step of a connection writes down until which of them it
//! may take, and once a second somebody looks whom that has passed.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::Body;
use hyper::body::{Body as HttpBody, Bytes, Frame, SizeHint};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How long a client may take. A connection is closed within a second after that, but for a body, which is answered.
#[derive(Clone, Debug)]
pub struct Patience {
    /// From the first byte of a request's head to its last; on a new connection, from its beginning.
    pub head: Duration,
    /// From the head of a request to the last byte of its body. Also for an answer that is in memory as a whole, from there
    /// on, and for each part of one that comes in parts.
    pub body: Duration,
    /// Between an answer and the next request.
    pub idle: Duration,
    /// From the head of a request to when the client has taken the last byte of the answer, however long that is.
    pub answer: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let [head, body, idle, answer] = [10, 30, 60, 300].map(Duration::from_secs);
        Self { head, body, idle, answer }
    }
}

/// Seconds since the start.
#[derive(Default)]
pub(super) struct Clock(AtomicU32);

impl Clock {
    /// To be called once a second.
    pub(super) fn tick(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn seconds(&self) -> u32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// What a connection is doing, and until when it may.
pub(super) struct Watch {
    clock: Arc<Clock>,
    patience: Patience,
    step: AtomicU8,
    /// The last second that the step may take. The one that runs when a step begins is not counted, because it is not whole.
    last: AtomicU32,
    /// The last second that a whole answer may take, whatever comes of it in time.
    end: AtomicU32,
}

/// The steps of a connection, one after the other and over again. A head that begins to come before the answer before it is
/// sent is no step of its own: its time is that between the two.
const IDLE: u8 = 0;
const HEAD: u8 = 1;
const REQUEST: u8 = 2;
const ANSWERED: u8 = 3;

impl Watch {
    /// Of a new connection, which owes the head of a request.
    pub(super) fn new(clock: Arc<Clock>, patience: Patience) -> Self {
        let [last, end] = [AtomicU32::new(0), AtomicU32::new(0)];
        let watch = Self { clock, patience, step: AtomicU8::new(HEAD), last, end };
        watch.begin(HEAD, watch.patience.head);
        watch
    }

    /// Whether the client has taken too long.
    pub(super) fn is_over(&self) -> bool {
        self.clock.seconds() > self.last.load(Ordering::Relaxed)
    }

    /// A head has come.
    pub(super) fn request(&self) {
        self.begin(REQUEST, self.patience.answer);
    }

    /// The body of the answer; when it ends, all that is left is to send it.
    pub(super) fn answer(self: Arc<Self>, body: Body) -> Answer {
        if body.size_hint().exact().is_some() {
            self.begin(REQUEST, self.patience.answer.min(self.patience.body));
        }
        Answer { body, watch: self }
    }

    /// The stream of the connection, whose reads and writes tell the other steps.
    pub(super) fn stream<S>(self: &Arc<Self>, stream: S) -> Stream<S> {
        Stream { stream, watch: self.clone() }
    }

    fn is(&self, step: u8) -> bool {
        self.step.load(Ordering::Relaxed) == step
    }

    /// A part of the answer is handed over; the next is not asked for before the client has taken most of it.
    fn part(&self) {
        let last = self.second_after(self.patience.body);
        self.last.store(last.min(self.end.load(Ordering::Relaxed)), Ordering::Relaxed);
    }

    fn begin(&self, step: u8, bound: Duration) {
        let last = self.second_after(bound);
        self.last.store(last, Ordering::Relaxed);
        self.end.store(last, Ordering::Relaxed);
        self.step.store(step, Ordering::Relaxed);
    }

    fn second_after(&self, time: Duration) -> u32 {
        let seconds = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        self.clock.seconds().saturating_add(seconds)
    }
}

/// The body of an answer.
pub(super) struct Answer {
    body: Body,
    watch: Arc<Watch>,
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = Pin::new(&mut self.body).poll_frame(context);
        match frame {
            Poll::Ready(Some(_)) => self.watch.part(),
            // It is the client who waits.
            Poll::Pending => self.watch.last.store(self.watch.end.load(Ordering::Relaxed), Ordering::Relaxed),
            Poll::Ready(None) => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.watch.step.store(ANSWERED, Ordering::Relaxed);
    }
}

/// A stream that is watched.
pub(super) struct Stream<S> {
    stream: S,
    watch: Arc<Watch>,
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(context, buffer);
        if self.watch.is(IDLE) && buffer.filled().len() > before {
            self.watch.begin(HEAD, self.watch.patience.head);
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[std::io::IoSlice<'_>],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// hyper flushes when it has written all that it has.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(context);
        if self.watch.is(ANSWERED) && flushed.is_ready() {
            self.watch.begin(IDLE, self.watch.patience.idle);
        }
        flushed
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
