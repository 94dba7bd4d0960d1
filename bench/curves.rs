//! How figures change with the number of contacts: a table, and pictures of it.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use plotters::coord::combinators::IntoLogRange as _;
use plotters::prelude::*;

use crate::table::{grouped, number, table};

/// What was measured of data of one size.
#[derive(Clone, Copy)]
pub(crate) struct Point {
    pub(crate) rows: u64,
    /// Gets, pages and creates a second, at 32 connections.
    pub(crate) calls: [f64; 3],
    /// The worst search term, in milliseconds.
    pub(crate) search: f64,
    /// Rows of an import a second.
    pub(crate) import: f64,
}

/// A database's points.
pub(crate) struct Curve {
    pub(crate) database: &'static str,
    pub(crate) points: Vec<Point>,
}

type Figure = fn(&Point) -> f64;

const FIGURES: [(&str, Figure); 5] = [
    ("get /s", |point| point.calls[0]),
    ("page /s", |point| point.calls[1]),
    ("create /s", |point| point.calls[2]),
    ("worst search ms", |point| point.search),
    ("import rows/s", |point| point.import),
];

/// The pictures: the file, what it shows, and which figures.
const PICTURES: [(&str, &str, &[usize]); 3] = [
    ("calls.svg", "calls a second, 32 connections", &[0, 1, 2]),
    ("search.svg", "the worst search term, in ms", &[3]),
    ("import.svg", "rows of an import a second", &[4]),
];

/// Colours that are told apart in print, too; a database has its own shade of each.
const COLOURS: [[RGBColor; 3]; 2] = [
    [RGBColor(31, 90, 166), RGBColor(20, 140, 130), RGBColor(110, 70, 160)],
    [RGBColor(214, 96, 30), RGBColor(190, 40, 70), RGBColor(180, 140, 20)],
];

pub(crate) fn text(curves: &[Curve]) -> String {
    let head: Vec<String> = ["database", "contacts"]
        .into_iter()
        .chain(FIGURES.map(|(name, _)| name))
        .map(str::to_owned)
        .collect();
    let row = |database: &str, point: &Point| {
        let figures = FIGURES.map(|(_, figure)| number(figure(point)));
        [database.to_owned(), grouped(point.rows)].into_iter().chain(figures).collect::<Vec<_>>()
    };
    let rows: Vec<_> =
        curves.iter().flat_map(|curve| curve.points.iter().map(|point| row(curve.database, point))).collect();
    table(&head, &rows)
}

/// Draws the pictures into a folder, under a name; what shows them in a page beside it.
pub(crate) fn draw(curves: &[Curve], folder: &Path, of: &str) -> Result<String> {
    fs::create_dir_all(folder)?;
    let name = folder.file_name().context("the folder has no name")?.to_string_lossy().into_owned();
    let mut shown = String::new();
    for (file, title, figures) in PICTURES {
        let file = format!("{}-{file}", of.to_lowercase());
        let path = folder.join(&file);
        picture(curves, &path, title, figures).map_err(|error| anyhow!("{}: {error}", path.display()))?;
        shown += &format!("![{of}: {title}]({name}/{file})\n\n");
    }
    Ok(shown)
}

fn picture(
    curves: &[Curve],
    file: &Path,
    title: &str,
    figures: &[usize],
) -> Result<(), Box<dyn std::error::Error>> {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let values = || points().flat_map(|point| figures.iter().map(|figure| FIGURES[*figure].1(point)));
    let least = values().fold(f64::INFINITY, f64::min);
    let most = values().fold(f64::NEG_INFINITY, f64::max);
    let (fewest, many) = (points().map(|point| point.rows).min(), points().map(|point| point.rows).max());
    let (fewest, many) = (fewest.ok_or("no points")? as f64, many.ok_or("no points")? as f64);

    let area = SVGBackend::new(file, (760, 420)).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(title, ("sans-serif", 20))
        .margin(16)
        .x_label_area_size(48)
        .y_label_area_size(80)
        .build_cartesian_2d(
            (fewest / 1.5..many * 1.5).log_scale(),
            (least.max(0.01) / 1.5..most * 1.5).log_scale(),
        )?;
    let label = |value: &f64| if *value < 10.0 { format!("{value}") } else { grouped(*value as u64) };
    chart
        .configure_mesh()
        .light_line_style(WHITE)
        .bold_line_style(RGBColor(225, 225, 225))
        .label_style(("sans-serif", 14))
        .x_desc("contacts")
        .x_label_formatter(&label)
        .y_label_formatter(&label)
        .draw()?;
    for (curve, colours) in curves.iter().zip(COLOURS) {
        for (figure, colour) in figures.iter().zip(colours) {
            let (name, value) = FIGURES[*figure];
            let line = curve.points.iter().map(|point| (point.rows as f64, value(point)));
            let style = colour.stroke_width(2);
            chart
                .draw_series(LineSeries::new(line, style).point_size(4))?
                .label(format!("{}, {name}", curve.database))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], style));
        }
    }
    chart
        .configure_series_labels()
        .label_font(("sans-serif", 14))
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.8))
        .draw()?;
    area.present()?;
    Ok(())
}
