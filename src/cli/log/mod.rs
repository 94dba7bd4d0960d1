//! Logs, on standard error: lines for people on a terminal, one JSON object a line elsewhere.

mod json;
mod lines;
mod traces;

use std::io::{self, IsTerminal as _};

use anyhow::Context as _;
use tracing_subscriber::Layer as _;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::JsonFields;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::Collector;
use json::JsonLine;
use lines::Lines;

/// Starts logging at these levels, and sending traces, if there is a collector. All of it is written and sent by the time
/// that what is returned is dropped.
pub(super) fn start(
    levels: &str,
    collector: Option<&Collector>,
) -> anyhow::Result<(Option<impl Drop + use<>>, impl Drop + use<>)> {
    let help =
        "--log takes a level (error, warn, info, debug, trace, off), also by part: warn,contacts::http=info";
    // A word that is no level would be taken for the name of a part, and everything else would fall silent.
    for part in levels.split(',') {
        let level = part.rsplit('=').next().unwrap_or(part);
        level.parse::<LevelFilter>().context(help)?;
    }
    let levels: Targets = levels.parse().context(help)?;
    let (lines, guard) = Lines::start()?;
    let lines = tracing_subscriber::fmt::layer().with_writer(lines);
    let lines = if io::stderr().is_terminal() {
        lines.boxed()
    } else {
        lines.fmt_fields(JsonFields::new()).event_format(JsonLine).boxed()
    };
    let (traces, sent) = collector.map(traces::start).transpose()?.unzip();
    tracing_subscriber::registry().with(lines.with_filter(levels)).with(traces).init();
    // What is said of the last traces is written too.
    Ok((sent, guard))
}
