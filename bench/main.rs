//! Measures the service against bars: what the same machine does without it, in the same run.
//!
//! `make bench` runs all of it, which takes some forty minutes. Flags go into BENCH: `make bench BENCH="--quick"`.

mod bars;
mod before;
mod ceiling;
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "the tests' own, which panic with what the server said"
)]
#[path = "../tests/support/postgres.rs"]
mod cluster;
mod curves;
mod data;
mod load;
mod machine;
mod measure;
mod names;
mod postgres;
mod process;
mod service;
mod sqlite;
mod table;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use anyhow::{Context as _, Result, bail, ensure};
use clap::{Parser, ValueEnum};
use mimalloc::MiMalloc;

use before::Before;
use curves::Curve;
use data::Data;
use measure::{Place, Run, Side};
use postgres::Server;
use service::{Client, Program};
use table::Row;

/// The program's own, so that the ceiling has it too.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Measures the contacts service and prints one table of what it reaches.
#[derive(Parser)]
struct Flags {
    /// How many contacts
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    /// How often each figure is measured
    #[arg(long, default_value_t = 5)]
    rounds: usize,
    /// How long each load lasts
    #[arg(long, default_value_t = 2)]
    seconds: u64,
    /// At how many contacts the curves have points, beside those of --rows
    #[arg(long, value_delimiter = ',', default_values_t = [10_000, 100_000, 1_000_000])]
    curve: Vec<u64>,
    /// Only this database
    #[arg(long)]
    only: Option<Only>,
    /// A look in three minutes: 20,000 contacts, two rounds of a second, no curve, no older revision unless it is named
    #[arg(long)]
    quick: bool,
    /// Put the run into docs/performance.md, with its pictures
    #[arg(long)]
    save: bool,
    /// The revision to compare with: the newest tag, or the first release
    #[arg(long, value_name = "REVISION")]
    before: Option<String>,
    /// Where the data go while it runs: a real disk that the user postgres may enter
    #[arg(long, default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/bench"))]
    folder: PathBuf,
    /// What cargo bench says
    #[arg(long, hide = true)]
    bench: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    Sqlite,
    Postgres,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["ceiling", contact, page, create] => [contact, page, create]
            .iter()
            .map(|size| size.parse().map_err(anyhow::Error::from))
            .collect::<Result<Vec<usize>>>()
            .and_then(|sizes| ceiling::serve([sizes[0], sizes[1], sizes[2]])),
        _ => run(Flags::parse()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut flags: Flags) -> Result<()> {
    if flags.quick {
        (flags.rows, flags.rounds, flags.seconds) = (20_000, 2, 1);
        flags.curve.clear();
    }
    ensure!(flags.rows >= 1000, "--rows takes 1000 or more");
    ensure!(flags.rounds > 0 && flags.seconds > 0, "--rounds and --seconds take 1 or more");
    ensure!(flags.curve.iter().all(|rows| *rows >= 1000), "--curve takes numbers of 1000 or more");
    if Command::new("wrk").arg("-v").output().is_err() {
        bail!("the load comes from wrk, which is not here: apt install wrk");
    }
    process::stop_in_order()?;

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("target");
    fs::create_dir_all(&flags.folder)?;
    let folder = tempfile::tempdir_in(&flags.folder)?;
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755))?;

    eprintln!("building the program");
    let program = Program::build(root, &target, &folder.path().join("contacts"))?;
    let before = match (flags.quick, &flags.before) {
        (true, None) => None,
        (_, named) => Before::build(root, &target, named.as_deref())?,
    };
    let server = match flags.only {
        Some(Only::Sqlite) => None,
        _ => {
            eprintln!("starting a PostgreSQL");
            Some(Server::start(folder.path()))
        }
    };
    let client = Client::new(program.token()?);
    let run = Run { folder: folder.path(), client, rounds: flags.rounds, seconds: flags.seconds };

    let data = Data { rows: flags.rows };
    let with_sqlite = flags.only != Some(Only::Postgres);
    let (mut rows, mut curves): (Vec<Row>, Vec<Curve>) = (Vec::new(), Vec::new());
    let mut each = vec![places(&run, data, &program, "new", with_sqlite, server.as_ref())?];
    if let Some(Before { program, .. }) = &before {
        each.push(places(&run, data, program, "before", with_sqlite, server.as_ref())?);
    }
    while each.iter().all(|sides| !sides.is_empty()) {
        let sides: Vec<Side<'_>> = each.iter_mut().map(|sides| sides.remove(0)).collect();
        let database = if matches!(sides[0].place, Place::Sqlite(_)) { "SQLite" } else { "PostgreSQL" };
        eprintln!("{database}: {} contacts", table::grouped(data.rows));
        let (measured, point) = bars::measure(&run, data, &sides)?;
        rows.extend(measured);
        curves.push(Curve { database, points: vec![point] });
        for side in sides {
            side.place.remove()?;
        }
    }
    for size in flags.curve.iter().copied().filter(|size| *size != data.rows) {
        eprintln!("a point of the curves: {} contacts", table::grouped(size));
        let data = Data { rows: size };
        let sides = places(&run, data, &program, "curve", with_sqlite, server.as_ref())?;
        for (curve, side) in curves.iter_mut().zip(sides) {
            curve.points.push(measure::point(&run, data, side)?);
        }
    }
    curves.iter_mut().for_each(|curve| curve.points.sort_by_key(|point| point.rows));

    let head = machine::description(root, folder.path(), server.is_some())?;
    let before = before.map_or_else(|| "before".into(), |before| format!("before ({})", before.revision));
    let about = format!(
        "{} contacts, {} rounds of {} s. Figures are medians of the rounds, ratios the median of each round's.",
        table::grouped(data.rows),
        flags.rounds,
        flags.seconds
    );
    println!("{head}\n\n{about}\n\n{}\n{}", table::bars(rows.iter(), &before), curves::text(&curves));
    if flags.save {
        let docs = root.join("docs");
        for curve in curves {
            let bars = table::bars(rows.iter().filter(|row| row.database == curve.database), &before);
            let (database, curve) = (curve.database, [curve]);
            let pictures = curves::draw(&curve, &docs.join("performance"), database)?;
            let report = format!("{head}\n\n{about}\n\n{bars}\n{}\n{pictures}", curves::text(&curve));
            save(&docs.join("performance.md"), database, &report)?;
        }
    }
    Ok(())
}

/// A program with data of its own, made by itself, in each of the databases.
fn places<'a>(
    run: &Run<'_>,
    data: Data,
    program: &Program,
    name: &str,
    with_sqlite: bool,
    server: Option<&'a Server>,
) -> Result<Vec<Side<'a>>> {
    let rows = table::grouped(data.rows);
    let file = run.folder.join(format!("{name}-{}.db", data.rows));
    let sqlite = Place::Sqlite(file.clone());
    eprintln!("making {rows} contacts in SQLite ({name})");
    program.prepare(&sqlite.address())?;
    data.fill(&file)?;
    let mut places = Vec::new();
    if let Some(server) = server {
        eprintln!("copying {rows} contacts to PostgreSQL ({name})");
        let database = format!("{name}_{}", data.rows);
        server.make(&database)?;
        let to = server.address(&database);
        process::said(program.command(&to, "copy").args(["--from", &sqlite.address(), "--to", &to]))?;
        server.sql(&database, "VACUUM ANALYZE")?;
        server.sql(&database, "CHECKPOINT")?;
        places.push(Place::Postgres(server, database));
    }
    if with_sqlite {
        places.insert(0, sqlite);
    } else {
        sqlite.remove()?;
    }
    Ok(places.into_iter().map(|place| Side { program: program.clone(), place }).collect())
}

/// Puts a database's run between its two marks of a page.
fn save(page: &Path, database: &str, report: &str) -> Result<()> {
    let [begin, end] = ["begin", "end"].map(|place| format!("<!-- {place}: {database} -->\n"));
    let text = fs::read_to_string(page).with_context(|| format!("cannot read {}", page.display()))?;
    let (head, rest) = text.split_once(&begin).context("docs/performance.md has lost its marks")?;
    let (_, tail) = rest.split_once(&end).context("docs/performance.md has lost its marks")?;
    fs::write(page, format!("{head}{begin}\n{report}{end}{tail}"))?;
    Ok(())
}
