//! How lines get to standard error: those of the last moment together.
//!
//! A write for each line is a quarter of the work for a get, and whoever serves would wait for whoever reads. So a
//! thread writes what has gathered. Warnings and errors are not kept waiting: they are written at once, behind all that
//! came before, so that a crash takes nothing away that explains it.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits for others.
const MOMENT: Duration = Duration::from_millis(10);

/// How many bytes may gather; more wait for the reader of the log.
const MOST: usize = 1 << 20;

/// What has been said and not been written.
#[derive(Clone)]
pub(super) struct Lines(Arc<Shared>);

struct Shared {
    gathered: Mutex<Gathered>,
    /// That there is the first line, much, or the end.
    changed: Condvar,
    /// That there is room.
    taken: Condvar,
    /// Held by who writes, from before it takes the lines, so that they stay in order.
    out: Mutex<Vec<u8>>,
}

#[derive(Default)]
struct Gathered {
    bytes: Vec<u8>,
    ended: bool,
}

impl Lines {
    /// Starts the thread that writes. It ends, and all is written, when the second is dropped.
    pub(super) fn start() -> io::Result<(Self, impl Drop)> {
        let shared = Arc::new(Shared {
            gathered: Mutex::default(),
            changed: Condvar::new(),
            taken: Condvar::new(),
            out: Mutex::default(),
        });
        let writer = shared.clone();
        let thread = thread::Builder::new().name("log".into()).spawn(move || writer.write_until_the_end())?;
        Ok((Self(shared.clone()), End { shared, thread: Some(thread) }))
    }
}

impl Shared {
    fn gather(&self, line: &[u8]) {
        let full = |gathered: &mut Gathered| gathered.bytes.len() > MOST && !gathered.ended;
        let mut gathered =
            self.taken.wait_while(lock(&self.gathered), full).unwrap_or_else(PoisonError::into_inner);
        let before = gathered.bytes.len();
        gathered.bytes.extend_from_slice(line);
        if before == 0 || gathered.bytes.len() > MOST / 2 {
            self.changed.notify_one();
        }
    }

    /// Writes what has gathered, and a line behind it.
    fn write(&self, line: &[u8]) {
        let mut out = lock(&self.out);
        std::mem::swap(&mut *out, &mut lock(&self.gathered).bytes);
        self.taken.notify_all();
        out.extend_from_slice(line);
        // There is nowhere to say that standard error is gone.
        let _ = io::stderr().write_all(&out);
        out.clear();
    }

    fn write_until_the_end(&self) {
        loop {
            let waits = |gathered: &mut Gathered| gathered.bytes.is_empty() && !gathered.ended;
            let gathered =
                self.changed.wait_while(lock(&self.gathered), waits).unwrap_or_else(PoisonError::into_inner);
            let gathers = |gathered: &mut Gathered| gathered.bytes.len() < MOST / 2 && !gathered.ended;
            let gathered = self.changed.wait_timeout_while(gathered, MOMENT, gathers);
            let ended = gathered.unwrap_or_else(PoisonError::into_inner).0.ended;
            self.write(b"");
            if ended {
                return;
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The end of logging.
struct End {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for End {
    fn drop(&mut self) {
        lock(&self.shared.gathered).ended = true;
        self.shared.changed.notify_one();
        self.shared.taken.notify_all();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Line<'a>;

    fn make_writer(&'a self) -> Line<'a> {
        Line { shared: &self.0, at_once: true }
    }

    fn make_writer_for(&'a self, metadata: &Metadata<'_>) -> Line<'a> {
        Line { shared: &self.0, at_once: *metadata.level() <= Level::WARN }
    }
}

/// Takes one line, whole.
pub(super) struct Line<'a> {
    shared: &'a Shared,
    at_once: bool,
}

impl Write for Line<'_> {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.at_once {
            self.shared.write(line)
        } else {
            self.shared.gather(line)
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
