//! The threads that own the connections, and the bounded queues before them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use rusqlite::Connection;
use tokio::sync::oneshot;

use super::open;
use crate::store::{Commits, Error};

/// How many reads or writes may wait; more are refused at once.
const QUEUE: usize = 1024;

/// How many writes share a commit at most.
const GROUP: usize = 256;

/// How many short reads share a snapshot at most: beginning and ending one takes as long as a read.
const SHORT_READS: usize = 32;

/// How much the caches of all connections for short reads hold together, in KiB. They read from places all over the file,
/// mostly by the same upper pages of its indexes.
pub(in crate::store) const SHORT_CACHE: usize = 32 << 10;

/// Threads that take jobs from one queue. They end, and are waited for, when this is dropped.
struct Workers<J> {
    jobs: Option<Sender<J>>,
    threads: Vec<JoinHandle<()>>,
}

impl<J: Send + 'static> Workers<J> {
    fn start(
        name: &str,
        count: usize,
        path: &Path,
        run: impl Fn(Connection, Receiver<J>) + Clone + Send + 'static,
    ) -> Result<Self, Error> {
        let (sender, receiver) = bounded(QUEUE);
        let mut threads = Vec::with_capacity(count);
        for _ in 0..count {
            let (connection, jobs, run) = (open::connect(path)?, receiver.clone(), run.clone());
            let thread = thread::Builder::new().name(name.to_owned()).spawn(move || run(connection, jobs));
            threads.push(thread.map_err(|error| Error::Refused(format!("cannot start a thread: {error}")))?);
        }
        Ok(Self { jobs: Some(sender), threads })
    }

    fn send(&self, job: J) -> Result<(), Error> {
        match self.jobs.as_ref().map(|jobs| jobs.try_send(job)) {
            Some(Ok(())) => Ok(()),
            Some(Err(TrySendError::Full(_))) => Err(Error::Overloaded),
            _ => Err(gone()),
        }
    }
}

impl<J> Workers<J> {
    /// How many jobs wait.
    fn waiting(&self) -> usize {
        self.jobs.as_ref().map_or(0, Sender::len)
    }
}

impl<J> Drop for Workers<J> {
    fn drop(&mut self) {
        self.jobs = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has been reported already.
            let _ = thread.join();
        }
    }
}

fn gone() -> Error {
    Error::Failed("the database thread stopped".into())
}

type ReadJob = Box<dyn FnOnce(&Connection) + Send>;

/// Threads that read, each on a connection of its own.
pub(super) struct Readers(Workers<ReadJob>);

impl Readers {
    /// Threads for short reads, each of which takes several at once.
    pub(super) fn short(threads: usize, path: &Path) -> Result<Self, Error> {
        let run = move |connection: Connection, jobs| {
            if let Err(error) = open::widen_cache(&connection, SHORT_CACHE / threads) {
                tracing::error!(%error, "a read connection has a small cache");
            }
            run_reads(&connection, &jobs, threads, SHORT_READS);
        };
        Workers::start("read", threads, path, run).map(Self)
    }

    /// Threads for long reads, which go over more pages than a cache holds.
    pub(super) fn long(threads: usize, path: &Path) -> Result<Self, Error> {
        let run = move |connection, jobs| run_reads(&connection, &jobs, threads, 1);
        Workers::start("read-long", threads, path, run).map(Self)
    }

    pub(super) fn waiting(&self) -> usize {
        self.0.waiting()
    }

    pub(super) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.0.send(Box::new(move |connection| {
            // A caller that hung up while the job was queued wants nothing any more.
            if !reply.is_closed() {
                let _ = reply.send(in_open_snapshot(connection, work).map_err(Error::from));
            }
        }))?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn run_reads(connection: &Connection, jobs: &Receiver<ReadJob>, threads: usize, group: usize) {
    if let Err(error) = connection.pragma_update(None, "query_only", true) {
        tracing::error!(%error, "a read connection could not be made read-only");
    }
    while let Ok(first) = jobs.recv() {
        // Those that have queued up by now share a snapshot. Who comes later must see what was acknowledged meanwhile.
        let share = (jobs.len() / threads).min(group - 1);
        let mut reads = vec![first];
        reads.extend(jobs.try_iter().take(share));
        for read in reads {
            // After a panic the caller's channel is closed, which it reports as a failure.
            let _ = catch_unwind(AssertUnwindSafe(|| read(connection)));
        }
        if !connection.is_autocommit() && execute(connection, "COMMIT").is_err() {
            let _ = execute(connection, "ROLLBACK");
        }
    }
}

/// Work in a snapshot that stays open for the next work, until the caller commits.
pub(in crate::store) fn in_open_snapshot<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> rusqlite::Result<T> {
    if connection.is_autocommit() {
        execute(connection, "BEGIN")?;
    }
    work(connection)
}

pub(in crate::store) fn execute(connection: &Connection, sql: &str) -> rusqlite::Result<()> {
    connection.prepare_cached(sql)?.execute([]).map(drop)
}

/// The thread that writes.
pub(super) struct Writer {
    workers: Workers<Box<dyn Write>>,
    commits: Arc<Commits>,
}

/// A queued write: run inside a shared transaction, answered after its commit.
trait Write: Send {
    /// Does the work, and says why it failed if it did.
    fn run(&mut self, connection: &Connection) -> Option<Error>;
    fn answer(self: Box<Self>, committed: Result<(), Error>);
}

struct Pending<T, F> {
    work: Option<F>,
    result: Option<Result<T, Error>>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<T, F> Write for Pending<T, F>
where
    T: Send,
    F: FnOnce(&Connection) -> Result<T, Error> + Send,
{
    fn run(&mut self, connection: &Connection) -> Option<Error> {
        self.result = self.work.take().map(|work| work(connection));
        self.result.as_ref().and_then(|result| result.as_ref().err().cloned())
    }

    fn answer(self: Box<Self>, committed: Result<(), Error>) {
        let result = self.result.unwrap_or_else(|| Err(gone()));
        let _ = self.reply.send(committed.and(result));
    }
}

impl Writer {
    pub(super) fn start(path: &Path) -> Result<Self, Error> {
        let commits = Arc::new(Commits::default());
        let counted = commits.clone();
        let run = move |connection, jobs| run_writes(&connection, &jobs, &counted);
        Ok(Self { workers: Workers::start("write", 1, path, run)?, commits })
    }

    pub(super) fn waiting(&self) -> usize {
        self.workers.waiting()
    }

    /// Commits since the start, and what they wrote.
    pub(super) fn commits(&self) -> (u64, u64) {
        self.commits.read()
    }

    /// Several statements, which a savepoint takes back together.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.queue(move |connection| in_savepoint(connection, work)).await
    }

    /// One statement, and nothing after it that may fail: SQLite takes a statement back by itself.
    pub(super) async fn write_one<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        self.queue(move |connection| caught(connection, work)).await
    }

    async fn queue<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        self.workers.send(Box::new(Pending { work: Some(work), result: None, reply }))?;
        answer.await.unwrap_or_else(|_| Err(gone()))
    }
}

fn run_writes(connection: &Connection, jobs: &Receiver<Box<dyn Write>>, commits: &Commits) {
    while let Ok(first) = jobs.recv() {
        let mut group = vec![first];
        let committed = match execute(connection, "BEGIN IMMEDIATE") {
            Ok(()) => commit_group(connection, jobs, &mut group),
            Err(error) => {
                // The wait for the lock was theirs too: each would wait as long again, one after the other.
                group.extend(jobs.try_iter());
                Err(error.into())
            }
        };
        match &committed {
            Ok(()) => commits.count(group.len()),
            Err(_) if !connection.is_autocommit() => drop(execute(connection, "ROLLBACK")),
            Err(_) => {}
        }
        for write in group {
            write.answer(committed.clone());
        }
    }
}

/// Runs the first write and those that have queued up, and commits.
fn commit_group(
    connection: &Connection,
    jobs: &Receiver<Box<dyn Write>>,
    group: &mut Vec<Box<dyn Write>>,
) -> Result<(), Error> {
    let mut done = 0;
    while done < GROUP {
        if done == group.len() {
            match jobs.try_recv() {
                Ok(next) => group.push(next),
                Err(_) => break,
            }
        }
        let failed = group[done].run(connection);
        // SQLite itself takes a transaction back when the disk is full or fails: then nothing of the group is in.
        if connection.is_autocommit() {
            return Err(failed.unwrap_or_else(|| Error::Failed("the transaction is gone".into())));
        }
        done += 1;
    }
    Ok(execute(connection, "COMMIT")?)
}

/// Runs one write. A panic is an error.
fn caught<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, Error> {
    let result = catch_unwind(AssertUnwindSafe(|| work(connection)));
    let panicked = |_| Err(Error::Failed("the operation panicked".into()));
    result.map_or_else(panicked, |result| result.map_err(Error::from))
}

/// Runs one write so that it fails alone, by an error or by a panic.
fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> rusqlite::Result<T>,
) -> Result<T, Error> {
    execute(connection, "SAVEPOINT escritura")?;
    let result = caught(connection, work);
    if !connection.is_autocommit() {
        if result.is_err()
            && let Err(error) = execute(connection, "ROLLBACK TO escritura")
        {
            // Half of a write must not be committed with the others: all of them are taken back.
            execute(connection, "ROLLBACK")?;
            return Err(error.into());
        }
        execute(connection, "RELEASE escritura")?;
    }
    result
}
