//! One database: the services on it, and everything that is measured of them.
//!
//! Whoever is compared takes turns within each round, so that a slow moment of the machine slows all of them.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Result, ensure};

use crate::ceiling::Ceiling;
use crate::curves::Point;
use crate::data::Data;
use crate::load::{Load, Scripts, Work, calls};
use crate::names::{Occurs, TERMS};
use crate::postgres::Server;
use crate::process::{self, Running};
use crate::service::{Client, Program, Service};
use crate::sqlite;
use crate::table::Samples;

/// What all of the run shares.
pub(crate) struct Run<'a> {
    pub(crate) folder: &'a Path,
    pub(crate) client: Client,
    pub(crate) rounds: usize,
    pub(crate) seconds: u64,
}

/// Where data are.
pub(crate) enum Place<'a> {
    Sqlite(PathBuf),
    Postgres(&'a Server, String),
}

impl Place<'_> {
    pub(crate) fn address(&self) -> String {
        match self {
            Self::Sqlite(file) => format!("sqlite:{}", file.display()),
            Self::Postgres(server, database) => server.address(database),
        }
    }

    /// An empty place beside it.
    fn empty(&self, name: &str) -> Result<Self> {
        Ok(match self {
            Self::Sqlite(file) => Self::Sqlite(file.with_file_name(format!("{name}.db"))),
            Self::Postgres(server, _) => {
                server.make(name)?;
                Self::Postgres(server, name.to_owned())
            }
        })
    }

    pub(crate) fn remove(&self) -> Result<()> {
        match self {
            Self::Sqlite(file) => {
                for end in ["", "-wal", "-shm", ".jwt-secret"] {
                    let _ = std::fs::remove_file(format!("{}{end}", file.display()));
                }
                Ok(())
            }
            Self::Postgres(server, database) => server.remove(database),
        }
    }
}

/// A program on data of its own: the one under test, or an older one.
pub(crate) struct Side<'a> {
    pub(crate) program: Program,
    pub(crate) place: Place<'a>,
}

impl Side<'_> {
    pub(crate) fn serve(&self, run: &Run<'_>) -> Result<Service> {
        Service::start(&self.program, &self.place.address(), run.folder, &run.client)
    }
}

/// What a service and its yardsticks did in all rounds at so many connections.
pub(crate) struct Cell {
    pub(crate) work: Work,
    pub(crate) connections: usize,
    /// Of the program under test, then of the older one.
    pub(crate) sides: Vec<Vec<Load>>,
    /// The server that only answers.
    pub(crate) ceiling: Samples,
    /// The database alone.
    pub(crate) database: Samples,
}

impl Cell {
    pub(crate) fn new(work: Work, connections: usize, sides: usize) -> Self {
        let sides = vec![Vec::new(); sides];
        Self { work, connections, sides, ceiling: Samples::default(), database: Samples::default() }
    }

    pub(crate) fn samples(&self, side: usize, figure: impl Fn(&Load) -> f64) -> Option<Samples> {
        Some(self.sides.get(side)?.iter().map(figure).collect())
    }

    pub(crate) fn rate(&self) -> Samples {
        self.samples(0, |load| load.per_second).unwrap_or_default()
    }
}

/// Fills the cells, round by round. Creates come last: they add to the data.
pub(crate) fn loads(
    run: &Run<'_>,
    data: Data,
    sides: &[Side<'_>],
    cells: &mut [Cell],
    alone: bool,
) -> Result<()> {
    let scripts = Scripts::write(run.folder, data, &run.client.token)?;
    let services = sides.iter().map(|side| side.serve(run)).collect::<Result<Vec<_>>>()?;
    let Some(first) = services.first() else { return Ok(()) };
    let ceiling = match sides[0].place {
        Place::Sqlite(_) if alone => Some(Ceiling::start(answer_sizes(run, data, &first.base)?)?),
        _ => None,
    };
    for round in 1..=run.rounds {
        eprintln!("  calls, round {round} of {}", run.rounds);
        for cell in &mut *cells {
            let load = |base: &str| scripts.run(cell.work, base, cell.connections, run.seconds);
            for (service, loads) in services.iter().zip(&mut cell.sides) {
                loads.push(load(&service.base)?);
                service.forget()?;
            }
            if let Some(ceiling) = &ceiling {
                cell.ceiling.0.push(load(&ceiling.base)?.per_second);
            }
            if alone && let Some(rate) = database_alone(run, data, &sides[0].place, cell)? {
                cell.database.0.push(rate);
            }
        }
    }
    Ok(())
}

/// SQLite does not know of connections: it is asked once for each kind of work, for creates where many share a commit.
fn database_alone(run: &Run<'_>, data: Data, place: &Place<'_>, cell: &Cell) -> Result<Option<f64>> {
    let asked = cell.connections == if cell.work == Work::Create { 256 } else { 32 };
    match place {
        _ if matches!(cell.work, Work::FirstPage | Work::LastPage) => Ok(None),
        Place::Sqlite(file) if asked => sqlite::run(file, data, cell.work, run.seconds).map(Some),
        Place::Sqlite(_) => Ok(None),
        Place::Postgres(server, database) => {
            server.run(database, data, cell.work, cell.connections, run.seconds).map(Some)
        }
    }
}

/// How long the answers are to a get, a page and a create.
fn answer_sizes(run: &Run<'_>, data: Data, base: &str) -> Result<[usize; 3]> {
    let mut sizes = [0; 3];
    for (size, work) in sizes.iter_mut().zip([Work::Get, Work::Page, Work::Create]) {
        let (path, body) = calls(work, data).swap_remove(0);
        let address = format!("{base}{path}");
        let answer =
            if body.is_empty() { run.client.get(&address) } else { run.client.post(&address, &body) };
        *size = answer?.len();
    }
    Ok(sizes)
}

/// Times of each search term in milliseconds, for each side; of each the worst term.
pub(crate) fn searches(run: &Run<'_>, sides: &[Side<'_>]) -> Result<Vec<(String, Samples)>> {
    eprintln!("  searches");
    let services = sides.iter().map(|side| side.serve(run)).collect::<Result<Vec<_>>>()?;
    let mut times = vec![vec![Samples::default(); TERMS.len()]; sides.len()];
    // The first call of each is for the caches.
    for round in 0..=4 * run.rounds {
        for (place, term) in TERMS.iter().enumerate() {
            for (service, times) in services.iter().zip(&mut times) {
                let body = format!(r#"{{"filters":{{"search":"{}"}}}}"#, term.text);
                let start = Instant::now();
                let answer = run.client.post(&format!("{}/api/sales/contacts/", service.base), &body)?;
                if round > 0 {
                    times[place].0.push(start.elapsed().as_secs_f64() * 1000.0);
                }
                let found = String::from_utf8_lossy(&answer).matches("\"uuid\":").count();
                let right = match term.occurs {
                    Occurs::Common => found > 0,
                    Occurs::Rare => found > 0 && answer.windows(7).any(|bytes| bytes == b"Zenobia"),
                    Occurs::Never => found == 0,
                };
                ensure!(right, "the search for {} found {found}", term.text);
                process::go_on()?;
            }
        }
    }
    let worst = |times: Vec<Samples>| {
        let slowest = TERMS.iter().zip(times).max_by(|(_, a), (_, b)| a.median().total_cmp(&b.median()));
        let (term, times) = slowest?;
        Some((format!("{} letters, {:?}", term.letters, term.occurs).to_lowercase(), times))
    };
    Ok(times.into_iter().filter_map(worst).collect())
}

/// A `lite` list: rows a second, the same of the database alone, and memory over rest in MiB.
pub(crate) fn lite(run: &Run<'_>, sides: &[Side<'_>]) -> Result<(Vec<[Samples; 2]>, Samples)> {
    eprintln!("  lite");
    let (mut all, mut alone) = (vec![<[Samples; 2]>::default(); sides.len()], Samples::default());
    for _ in 0..run.rounds {
        for (side, [rates, memory]) in sides.iter().zip(&mut all) {
            let service = side.serve(run)?;
            let rest = service.memory()?;
            service.watch_memory()?;
            let start = Instant::now();
            let rows = run.client.count_lite(&service.base)?;
            rates.0.push(rows as f64 / start.elapsed().as_secs_f64());
            memory.0.push(service.peak_memory()? - rest);
        }
        alone.0.push(match &sides[0].place {
            Place::Sqlite(file) => sqlite::names(file)?,
            Place::Postgres(server, database) => server.names(database)?,
        });
    }
    Ok((all, alone))
}

/// Rows a second of an import into an empty database.
pub(crate) fn imports(run: &Run<'_>, data: Data, sides: &[Side<'_>]) -> Result<Vec<Samples>> {
    let file = run.folder.join("people.csv");
    data.write_csv(&file)?;
    let mut rates = vec![Samples::default(); sides.len()];
    for round in 1..=run.rounds.min(3) {
        eprintln!("  import, round {round}");
        for (side, rates) in sides.iter().zip(&mut rates) {
            let empty = side.place.empty("empty")?;
            let mut import = side.program.import(&empty.address(), &file, "importer");
            let start = Instant::now();
            process::said(&mut import)?;
            rates.0.push(data.rows as f64 / start.elapsed().as_secs_f64());
            empty.remove()?;
        }
    }
    Ok(rates)
}

/// The p99 of pages in milliseconds, for each side: while an import runs, and without.
pub(crate) fn reads_beside_import(
    run: &Run<'_>,
    data: Data,
    sides: &[Side<'_>],
) -> Result<Vec<[Samples; 2]>> {
    eprintln!("  reads while an import runs");
    let scripts = Scripts::write(run.folder, data, &run.client.token)?;
    let file = run.folder.join("people.csv");
    let mut all = vec![<[Samples; 2]>::default(); sides.len()];
    for _ in 0..run.rounds {
        for (side, [beside, alone]) in sides.iter().zip(&mut all) {
            let service = side.serve(run)?;
            // A service that has just started connects and prepares first, which is no matter of the import.
            scripts.run(Work::Page, &service.base, 32, 1)?;
            alone.0.push(scripts.run(Work::Page, &service.base, 32, run.seconds)?.p99);
            let mut import = side.program.import(&side.place.address(), &file, "importer");
            let mut importing = Running::start(import.stdout(Stdio::null()).stderr(Stdio::null()))?;
            let mut load = scripts.start(Work::Page, &service.base, 32, run.seconds)?;
            // A file that is too short for the load is imported again.
            while load.ended()?.is_none() {
                if let Some(status) = importing.ended()? {
                    ensure!(status.success(), "an import failed while the service was read");
                    importing = Running::start(&mut import)?;
                }
                process::pause()?;
            }
            beside.0.push(Scripts::end(load)?.p99);
        }
    }
    Ok(all)
}

/// Milliseconds to the first answer, memory at rest, and the most under many connections, in MiB, for each side.
pub(crate) fn starts(run: &Run<'_>, data: Data, sides: &[Side<'_>]) -> Result<Vec<[Samples; 3]>> {
    eprintln!("  starts and memory");
    let scripts = Scripts::write(run.folder, data, &run.client.token)?;
    let mut all = vec![<[Samples; 3]>::default(); sides.len()];
    for round in 0..run.rounds {
        for (side, [start, rest, peak]) in sides.iter().zip(&mut all) {
            let service = side.serve(run)?;
            start.0.push(service.started_in.as_secs_f64() * 1000.0);
            rest.0.push(service.memory()?);
            // Memory hardly differs between rounds.
            if round < 2 {
                service.watch_memory()?;
                for work in [Work::Get, Work::Page, Work::Create] {
                    scripts.run(work, &service.base, 256, run.seconds)?;
                }
                peak.0.push(service.peak_memory()?);
            }
        }
    }
    Ok(all)
}

/// What a curve shows of data of one size.
pub(crate) fn point(run: &Run<'_>, data: Data, side: Side<'_>) -> Result<Point> {
    let sides = [side];
    let mut cells = [Work::Get, Work::Page, Work::Create].map(|work| Cell::new(work, 32, 1));
    let searches = searches(run, &sides)?;
    loads(run, data, &sides, &mut cells, false)?;
    let imports = imports(run, data, &sides)?;
    Ok(Point {
        rows: data.rows,
        calls: cells.map(|cell| cell.rate().median()),
        search: searches.first().map_or(f64::NAN, |(_, times)| times.median()),
        import: imports.first().map_or(f64::NAN, Samples::median),
    })
}
