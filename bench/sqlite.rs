//! What SQLite does alone, in this process: the service's own statements without the service.

use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use contacts::caller::Caller;
use contacts::contact::{Details, Filter};
use contacts::paging::{Cursor, PageRequest};
use contacts::store::bare::BareSqlite;
use contacts::text::Text;
use uuid::Uuid;

use crate::data::{Data, OWNER, PAGE, WORKSPACE};
use crate::load::Work;
use crate::process;

/// How many rows `lite` reads at once.
pub(crate) const PART: usize = 2000;

pub(crate) fn caller() -> Result<Caller> {
    Caller::new(WORKSPACE, OWNER).context("the caller's names do not fit")
}

/// How often a second two threads read a contact or a page, or one thread makes a contact with a commit of its own.
pub(crate) fn run(file: &Path, data: Data, work: Work, seconds: u64) -> Result<f64> {
    let limit = Duration::from_secs(seconds);
    let start = Instant::now();
    let threads = if work == Work::Create { 1 } else { 2 };
    let done = thread::scope(|scope| {
        let start_one = |_| scope.spawn(|| repeat(file, data, work, start + limit));
        let running: Vec<_> = (0..threads).map(start_one).collect();
        running
            .into_iter()
            .map(|thread| thread.join().map_err(|_| anyhow!("a thread panicked"))?)
            .sum::<Result<u64>>()
    })?;
    process::go_on()?;
    Ok(done as f64 / start.elapsed().as_secs_f64())
}

fn repeat(file: &Path, data: Data, work: Work, end: Instant) -> Result<u64> {
    let (db, caller) = (BareSqlite::open(file)?, caller()?);
    let uuids: Vec<Uuid> = data.uuids(500).collect();
    let places: Vec<u64> = data.places(500).collect();
    let mut done = 0;
    while Instant::now() < end {
        let number = done as usize % 500;
        match work {
            Work::Create => db.create(&caller, Uuid::now_v7(), &details(data, done)?)?,
            Work::Get => drop(db.get(&caller, uuids[number])?.context("a contact is missing")?),
            _ => drop(db.page(&caller, &Filter::default(), page(places[number], PAGE as usize)?)?),
        }
        done += 1;
    }
    Ok(done)
}

/// How many names a second it reads of the whole list, in the parts of a `lite` list.
pub(crate) fn names(file: &Path) -> Result<f64> {
    let (db, caller) = (BareSqlite::open(file)?, caller()?);
    let start = Instant::now();
    let (mut rows, mut next) = (0, Some(Cursor::default()));
    while let Some(after) = next {
        let part = db.names(&caller, PageRequest { after, size: PART })?;
        (rows, next) = (rows + part.rows.len(), part.next);
        process::go_on()?;
    }
    Ok(rows as f64 / start.elapsed().as_secs_f64())
}

fn page(after: u64, size: usize) -> Result<PageRequest> {
    Ok(PageRequest { after: Cursor::after(after.try_into()?), size })
}

fn details(data: Data, row: u64) -> Result<Details> {
    let person = data.person(row % data.rows);
    let name = |text: &str| Text::required("name", text).map_err(|invalid| anyhow!("{invalid}"));
    Ok(Details {
        first_name: name(person.first)?,
        last_name: name(&person.last)?,
        email: None,
        phone: Some(name(&person.phone)?),
    })
}
