//! The write-ahead log stays small, whoever reads, and other processes that use the database refuse nobody an answer.

use std::fs::{self, File};
use std::io::{BufWriter, Read as _, Write as _};
use std::net::TcpStream;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tempfile::TempDir;

use crate::scale::scale;
use crate::support::*;

const LIMIT: u64 = 64 << 20;

/// A database with many contacts.
struct Place {
    folder: TempDir,
    rows: usize,
}

impl Place {
    fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), rows: scale(100_000, 1_000_000) };
        place.write("many.csv", place.rows);
        place.write("some.csv", 10_000);
        place.import("many.csv", "ana");
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn database(&self) -> String {
        sqlite(&self.path("contacts.db"))
    }

    fn write(&self, name: &str, rows: usize) {
        let mut file = BufWriter::new(File::create(self.path(name)).unwrap());
        writeln!(file, "first_name,last_name,email").unwrap();
        for row in 0..rows {
            writeln!(file, "First {row},Last {row},person{row}@example.com").unwrap();
        }
        file.flush().unwrap();
    }

    fn import(&self, name: &str, user: &str) {
        let import = format!("import {} --user {user} --workspace demo", self.path(name).display());
        done(&self.database(), &import);
    }

    fn log(&self) -> u64 {
        fs::metadata(self.path("contacts.db-wal")).map_or(0, |log| log.len())
    }

    fn open(&self) -> Connection {
        let connection = Connection::open(self.path("contacts.db")).unwrap();
        connection.busy_timeout(Duration::from_secs(60)).unwrap();
        connection
    }
}

/// Reads a `lite` of all contacts so slowly that it takes so long; how many there were.
fn read_slowly(client: &Client, rows: usize, time: Duration) -> usize {
    const PAUSE: Duration = Duration::from_millis(20);
    const ROW: usize = 90;

    let mut stream = TcpStream::connect(("127.0.0.1", client.port)).unwrap();
    let body = r#"{"action":"lite"}"#;
    write!(
        stream,
        "POST /api/sales/contacts/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\nauthorization: Bearer {}\r\n\
         content-length: {}\r\n\r\n{body}",
        client.token,
        body.len()
    )
    .unwrap();
    let mut piece = vec![0; rows * ROW * PAUSE.as_millis() as usize / time.as_millis() as usize];
    let mut all = Vec::new();
    loop {
        let read = stream.read(&mut piece).unwrap();
        if read == 0 {
            break;
        }
        all.extend_from_slice(&piece[..read]);
        thread::sleep(PAUSE);
    }
    assert!(all.ends_with(b"]}\r\n0\r\n\r\n"), "it ends early");
    String::from_utf8_lossy(&all).matches("first_name").count()
}

#[test]
fn the_log_stays_small_while_somebody_reads_slowly_and_others_write() {
    let _alone = alone();
    let place = Place::new();
    let node = Node::start(&place.database(), "");
    let client = node.caller("ana", "demo");
    let (stop, written) = (AtomicBool::new(false), AtomicUsize::new(0));
    let (mut largest, time) = (0, Duration::from_secs(scale(5, 40)));
    let (rows, took) = thread::scope(|scope| {
        let start = Instant::now();
        let reader = scope.spawn(|| read_slowly(&client, place.rows, time));
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(Relaxed) {
                    assert_eq!(client.create("Ana").unwrap().status, 200);
                    written.fetch_add(1, Relaxed);
                }
            });
        }
        scope.spawn(|| {
            while !stop.load(Relaxed) {
                place.import("some.csv", "luis");
                written.fetch_add(10_000, Relaxed);
            }
        });
        while !reader.is_finished() {
            largest = largest.max(place.log());
            thread::sleep(Duration::from_millis(5));
        }
        stop.store(true, Relaxed);
        (reader.join().unwrap(), start.elapsed())
    });
    assert!(rows >= place.rows);

    // A snapshot that somebody holds lets it grow; then it shrinks again.
    let (holder, writer) = (place.open(), place.open());
    holder.execute_batch("BEGIN; SELECT count(*) FROM roles").unwrap();
    while place.log() <= LIMIT {
        writer.execute("UPDATE contactos SET telefono = coalesce(telefono, '') || '1'", []).unwrap();
    }
    let grown = place.log();
    holder.execute_batch("COMMIT").unwrap();
    until("it shrinks", || {
        assert_eq!(client.create("Ana").unwrap().status, 200);
        place.log() <= LIMIT
    });
    println!(
        "the log was {largest} bytes at most while {rows} rows were read in {took:?} and {written:?} written; held, it grew \
         to {grown}, and shrank to {}",
        place.log()
    );
    assert!(largest < LIMIT);
}

/// What callers were answered.
#[derive(Default)]
struct Answers {
    stop: AtomicBool,
    good: AtomicUsize,
    refused: AtomicUsize,
    slowest: Mutex<Duration>,
}

impl Answers {
    fn ask(&self, mut call: impl FnMut() -> Option<Answer>) {
        while !self.stop.load(Relaxed) {
            let start = Instant::now();
            let answer = call().expect("the service is there");
            if answer.status == 200 {
                self.good.fetch_add(1, Relaxed);
            } else {
                assert_eq!(answer, Answer::unavailable());
                self.refused.fetch_add(1, Relaxed);
            }
            let mut slowest = self.slowest.lock().unwrap();
            *slowest = start.elapsed().max(*slowest);
        }
    }
}

#[test]
fn no_answer_fails_because_another_process_uses_the_database() {
    let _alone = alone();
    let place = Place::new();
    let node = Node::start(&place.database(), "");
    let client = node.caller("ana", "demo");
    let answers = Answers::default();
    let (mut checkpoints, rounds) = (0, scale(1, 5));
    let search = json!({ "filters": { "search": "99 9999" } });
    thread::scope(|scope| {
        let _stop = Stop(&answers.stop);
        for _ in 0..3 {
            scope.spawn(|| answers.ask(|| client.create("Ana")));
            scope.spawn(|| answers.ask(|| client.post("contacts/", &json!({}))));
        }
        scope.spawn(|| answers.ask(|| client.post("contacts/", &search)));
        let checkpoint = |times| {
            let other = place.open();
            for _ in 0..times {
                let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
                other.query_row(checkpoint, [], |row| row.get::<_, i64>(0)).unwrap();
                thread::sleep(Duration::from_millis(10));
            }
            times
        };
        let vacuum = || {
            place.open().execute("VACUUM INTO $1", [place.path("copy.db").to_str().unwrap()]).unwrap();
            let copy = Connection::open(place.path("copy.db")).unwrap();
            let whole: String = copy.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
            let rows: usize = copy.query_row("SELECT count(*) FROM contactos", [], |row| row.get(0)).unwrap();
            assert!(whole == "ok" && rows >= place.rows, "{whole}, {rows} rows");
            fs::remove_file(place.path("copy.db")).unwrap();
        };
        for _ in 0..rounds {
            // One after the other, and all at once.
            checkpoints += checkpoint(50);
            vacuum();
            place.import("some.csv", "luis");
            thread::scope(|scope| {
                scope.spawn(vacuum);
                scope.spawn(|| place.import("some.csv", "luis"));
                checkpoints += checkpoint(50);
            });
        }
        let (good, refused) = (answers.good.load(Relaxed), answers.refused.load(Relaxed));
        let slowest = *answers.slowest.lock().unwrap();
        println!(
            "{checkpoints} checkpoints, {times} copies and {times} imports by others: {good} good answers, {refused} refused, \
             the slowest took {slowest:?}",
            times = 2 * rounds
        );
        assert_eq!(refused, 0);
        // Who holds the database for too long would be noticed.
        let holder = place.open();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        until("writes are refused", || answers.refused.load(Relaxed) > 0);
        holder.execute_batch("ROLLBACK").unwrap();
    });
}
