//! The table of the bars: medians, how far they spread, yardsticks, and what passes.

use std::fmt::Write as _;

/// What the rounds measured.
#[derive(Clone, Default)]
pub(crate) struct Samples(pub(crate) Vec<f64>);

impl Samples {
    pub(crate) fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        match sorted.len() {
            0 => f64::NAN,
            count if count % 2 == 1 => sorted[count / 2],
            count => f64::midpoint(sorted[count / 2 - 1], sorted[count / 2]),
        }
    }

    /// How far the rounds are from the median, as a share of it: half of what lies between the least and the most.
    fn spread(&self) -> f64 {
        let least = self.0.iter().copied().fold(f64::INFINITY, f64::min);
        let most = self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (most - least) / 2.0 / self.median()
    }

    /// The same against a yardstick of the same rounds: round by round, because a slow moment of the machine slows both.
    fn over(&self, yardstick: &Self) -> f64 {
        if self.0.len() != yardstick.0.len() {
            return self.median() / yardstick.median();
        }
        Self(self.0.iter().zip(&yardstick.0).map(|(figure, yardstick)| figure / yardstick).collect()).median()
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<T: IntoIterator<Item = f64>>(figures: T) -> Self {
        Self(figures.into_iter().collect())
    }
}

/// What a figure must be.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    /// At least so much of the yardstick.
    Share(f64),
    /// More than so much of the yardstick.
    More(f64),
    /// At most so many times the yardstick.
    Times(f64),
    /// The yardstick, but for such a share.
    Same(f64),
    AtMost(f64),
    AtLeast(f64),
}

impl Bar {
    fn passes(self, figure: f64, ratio: f64) -> bool {
        match self {
            Self::Share(least) => ratio >= least,
            Self::More(least) => ratio > least,
            Self::Times(most) => ratio <= most,
            Self::Same(share) => (ratio - 1.0).abs() <= share,
            Self::AtMost(most) => figure <= most,
            Self::AtLeast(least) => figure >= least,
        }
    }

    fn said(self) -> String {
        match self {
            Self::Share(least) => format!("≥ {least:.2} of it"),
            Self::More(least) => format!("> {least:.2} of it"),
            Self::Times(most) => format!("≤ {most} times"),
            Self::Same(share) => format!("within {:.0} %", share * 100.0),
            Self::AtMost(most) => format!("≤ {}", number(most)),
            Self::AtLeast(least) => format!("≥ {}", number(least)),
        }
    }
}

/// One figure and its bar.
pub(crate) struct Row {
    pub(crate) database: &'static str,
    pub(crate) work: String,
    pub(crate) unit: &'static str,
    pub(crate) figure: Samples,
    /// What the older program has.
    pub(crate) before: Option<Samples>,
    pub(crate) yardstick: Option<(&'static str, Samples)>,
    pub(crate) bar: Option<Bar>,
}

impl Row {
    fn ratio(&self) -> f64 {
        self.yardstick.as_ref().map_or(f64::NAN, |(_, yardstick)| self.figure.over(yardstick))
    }

    pub(crate) fn passes(&self) -> Option<bool> {
        self.bar.map(|bar| bar.passes(self.figure.median(), self.ratio()))
    }

    fn cells(&self) -> Vec<String> {
        let yardstick = self.yardstick.as_ref();
        vec![
            self.database.to_owned(),
            self.work.clone(),
            format!("{} {}", number(self.figure.median()), self.unit),
            format!("± {:.0} %", self.figure.spread() * 100.0),
            self.before.as_ref().map_or_else(String::new, |before| number(before.median())),
            yardstick
                .map_or_else(String::new, |(name, figure)| format!("{name} {}", number(figure.median()))),
            yardstick.map_or_else(String::new, |_| format!("{:.2}", self.ratio())),
            self.bar.map_or_else(String::new, Bar::said),
            self.passes().map_or("", |passes| if passes { "pass" } else { "**short**" }).to_owned(),
        ]
    }
}

/// All rows as one table, and how many pass.
pub(crate) fn bars<'a>(rows: impl Iterator<Item = &'a Row> + Clone, before: &str) -> String {
    let head = ["database", "work", "figure", "spread", before, "yardstick", "ratio", "bar", ""];
    let mut text = table(&head.map(str::to_owned), &rows.clone().map(Row::cells).collect::<Vec<_>>());
    let passed = rows.clone().filter(|row| row.passes() == Some(true)).count();
    let all = rows.filter(|row| row.bar.is_some()).count();
    let _ = write!(text, "\n{passed} of {all} bars pass.\n");
    text
}

/// A table that reads well as it is, too.
pub(crate) fn table(head: &[String], rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        rows.iter().map(|row| &row[column]).chain([&head[column]]).map(|cell| cell.chars().count()).max()
    };
    let widths: Vec<usize> = (0..head.len()).map(|column| width(column).unwrap_or_default()).collect();
    let mut text = String::new();
    let mut line = |cells: &[String]| {
        for (cell, width) in cells.iter().zip(&widths) {
            let _ = write!(text, "| {cell:<width$} ");
        }
        text.push_str("|\n");
    };
    line(head);
    line(&widths.iter().map(|width| "-".repeat(*width)).collect::<Vec<_>>());
    rows.iter().for_each(|row| line(row));
    text
}

/// A number as people read it: three digits, or all before the point.
pub(crate) fn number(value: f64) -> String {
    match value.abs() {
        small if small < 9.995 => format!("{value:.2}"),
        middle if middle < 99.95 => format!("{value:.1}"),
        _ => grouped(value.round() as u64),
    }
}

pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|part| str::from_utf8(part).ok()).collect();
    parts.join(",")
}
