//! What the service is to reach: everything that is measured of one database, as rows with their bars.

use anyhow::Result;

use crate::curves::Point;
use crate::data::{Data, PAGE};
use crate::load::Work;
use crate::measure::{self, Cell, Place, Run, Side};
use crate::table::{Bar, Row, Samples, grouped};

/// How many connections there are.
const CONNECTIONS: [usize; 3] = [1, 32, 256];

/// Measures a database: the program under test, and the older one if there is one.
pub(crate) fn measure(run: &Run<'_>, data: Data, sides: &[Side<'_>]) -> Result<(Vec<Row>, Point)> {
    let sqlite = matches!(sides[0].place, Place::Sqlite(_));
    let mut rows = Rows { database: if sqlite { "SQLite" } else { "PostgreSQL" }, rows: Vec::new() };

    // What is only read comes first, and what fills the data last.
    let searches = measure::searches(run, sides)?;
    let (lite, lite_alone) = measure::lite(run, sides)?;
    let cell = |work| move |connections| Cell::new(work, connections, sides.len());
    let mut cells: Vec<Cell> = [Work::Get, Work::Page]
        .into_iter()
        .flat_map(|work| CONNECTIONS.map(cell(work)))
        .chain([Work::FirstPage, Work::LastPage].map(|work| cell(work)(32)))
        .chain(CONNECTIONS.map(cell(Work::Create)))
        .collect();
    measure::loads(run, data, sides, &mut cells, true)?;
    let starts = measure::starts(run, data, sides)?;
    let imports = measure::imports(run, data, sides)?;
    let reads = measure::reads_beside_import(run, data, sides)?;

    for cell in cells.iter().filter(|cell| !matches!(cell.work, Work::FirstPage | Work::LastPage)) {
        rows.rates(cell, sqlite);
    }
    for cell in cells.iter().filter(|cell| cell.connections == 32 && name(cell.work).is_some()) {
        rows.spread_of_times(cell);
    }
    let deep = |work| cells.iter().find(|cell| cell.work == work);
    if let (Some(first), Some(last)) = (deep(Work::FirstPage), deep(Work::LastPage)) {
        let work = format!("page {} against page 1, 32 connections", grouped(data.last_page() + 1));
        let before = last.samples(1, |load| load.per_second);
        rows.add(
            work,
            "/s",
            [Some(last.rate()), before],
            Some(("page 1", first.rate())),
            Some(Bar::Same(0.3)),
        );
    }
    let limits = if sqlite { [10.0, 100.0] } else { [25.0, 200.0] };
    let worst = searches.first().map_or("", |(term, _)| term);
    let times = each(&searches, |(_, times)| times);
    rows.add(format!("search, worst term ({worst})"), "ms", times, None, Some(Bar::AtMost(limits[0])));
    let rates = each(&lite, |[rates, _]| rates);
    rows.add("lite".into(), "rows/s", rates, Some(("alone", lite_alone)), Some(Bar::Share(0.5)));
    let memory = each(&lite, |[_, memory]| memory);
    rows.add("lite, memory over rest".into(), "MiB", memory, None, Some(Bar::AtMost(32.0)));
    rows.add("import".into(), "rows/s", each(&imports, |rates| rates), None, Some(Bar::AtLeast(40_000.0)));
    if let (beside, Some(alone)) = (each(&reads, |[beside, _]| beside), reads.first().map(|[_, alone]| alone))
    {
        let work = "page while an import runs, p99, 32 connections".into();
        rows.add(work, "ms", beside, Some(("without", alone.clone())), Some(Bar::Times(3.0)));
    }
    rows.add(
        "start to first answer".into(),
        "ms",
        each(&starts, |[start, ..]| start),
        None,
        Some(Bar::AtMost(limits[1])),
    );
    rows.add(
        "memory at rest".into(),
        "MiB",
        each(&starts, |[_, rest, _]| rest),
        None,
        Some(Bar::AtMost(30.0)),
    );
    let peak = each(&starts, |[.., peak]| peak);
    rows.add("memory, 256 connections".into(), "MiB", peak, None, Some(Bar::AtMost(100.0)));

    let rate = |work| {
        let cell = cells.iter().find(|cell| cell.work == work && cell.connections == 32);
        cell.map_or(f64::NAN, |cell| cell.rate().median())
    };
    let point = Point {
        rows: data.rows,
        calls: [Work::Get, Work::Page, Work::Create].map(rate),
        search: searches.first().map_or(f64::NAN, |(_, times)| times.median()),
        import: imports.first().map_or(f64::NAN, Samples::median),
    };
    Ok((rows.rows, point))
}

/// A figure of the program under test, and of the older one.
fn each<T>(sides: &[T], figure: impl Fn(&T) -> &Samples) -> [Option<Samples>; 2] {
    [0, 1].map(|side| sides.get(side).map(&figure).cloned())
}

fn name(work: Work) -> Option<String> {
    match work {
        Work::Get => Some("get".into()),
        Work::Page => Some(format!("page of {PAGE}")),
        Work::Create => Some("create".into()),
        Work::FirstPage | Work::LastPage => None,
    }
}

struct Rows {
    database: &'static str,
    rows: Vec<Row>,
}

impl Rows {
    fn add(
        &mut self,
        work: String,
        unit: &'static str,
        [figure, before]: [Option<Samples>; 2],
        yardstick: Option<(&'static str, Samples)>,
        bar: Option<Bar>,
    ) {
        let (database, figure) = (self.database, figure.unwrap_or_default());
        self.rows.push(Row { database, work, unit, figure, before, yardstick, bar });
    }

    /// Calls a second against each yardstick.
    fn rates(&mut self, cell: &Cell, sqlite: bool) {
        let Some(name) = name(cell.work) else { return };
        let connections = cell.connections;
        let work = format!("{name}, {connections} connection{}", if connections == 1 { "" } else { "s" });
        let figures = || [0, 1].map(|side| cell.samples(side, |load| load.per_second));
        if sqlite {
            let bar = match (cell.work, connections) {
                (Work::Get, 32) => Some(Bar::Share(0.5)),
                (Work::Page, 32) => Some(Bar::Share(0.3)),
                (Work::Create, 32) => Some(Bar::Share(0.2)),
                (Work::Create, 256) => Some(Bar::Share(0.45)),
                _ => None,
            };
            self.add(work.clone(), "/s", figures(), Some(("ceiling", cell.ceiling.clone())), bar);
            if !cell.database.0.is_empty() {
                let (name, bar) = match cell.work {
                    Work::Create => ("a commit each", Some(Bar::Share(10.0))),
                    _ => ("in process", None),
                };
                self.add(work, "/s", figures(), Some((name, cell.database.clone())), bar);
            }
        } else {
            let bar = match (cell.work, connections) {
                (_, 32) => Some(Bar::Share(0.75)),
                (Work::Create, 256) => Some(Bar::More(1.0)),
                _ => None,
            };
            self.add(work, "/s", figures(), Some(("pgbench", cell.database.clone())), bar);
        }
    }

    /// The slowest calls against the usual ones.
    fn spread_of_times(&mut self, cell: &Cell) {
        let Some(name) = name(cell.work) else { return };
        let p50 = cell.samples(0, |load| load.p50).unwrap_or_default();
        let p99 = [0, 1].map(|side| cell.samples(side, |load| load.p99));
        self.add(
            format!("{name}, p99, 32 connections"),
            "ms",
            p99,
            Some(("p50", p50)),
            Some(Bar::Times(10.0)),
        );
    }
}
