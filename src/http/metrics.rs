//! Figures for Prometheus, in the OpenMetrics text format: what was answered, how long it took, what waits. None of them
//! tells of a user.

use std::fmt;
use std::fs;
use std::time::Duration;

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use super::Shared;
use super::error::Error;
use crate::store::Load;

/// Bounds of the durations that are counted together, in seconds.
const BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

pub(super) const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted while the service runs.
pub(super) struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    durations: Family<Route, Histogram>,
    limited: Family<Limited, Counter>,
    /// Connections that are open.
    pub(super) connections: Gauge,
    /// Connections for which there was no room.
    pub(super) turned_away: Counter,
    /// Connections whose client took too long.
    pub(super) cut_off: Counter,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Limited {
    by: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Waiting {
    r#for: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        let (answers, limited) = (Family::default(), Family::default());
        let durations = Family::new_with_constructor((|| Histogram::new(BUCKETS)) as fn() -> Histogram);
        let connections = Gauge::default();
        let (turned_away, cut_off) = (Counter::default(), Counter::default());
        let mut registry = Registry::with_prefix("contacts");
        registry.register("requests", "Requests answered", answers.clone());
        let help = "Time from the head of a request to that of its answer";
        registry.register_with_unit("request_duration", help, Unit::Seconds, durations.clone());
        registry.register("limited_requests", "Requests beyond the rate limit", limited.clone());
        registry.register("connections", "Open connections of clients", connections.clone());
        let help = "Connections for which there was no room";
        registry.register("connections_turned_away", help, turned_away.clone());
        let help = "Connections closed because the client took too long, or was idle";
        registry.register("connections_cut_off", help, cut_off.clone());
        Self { registry, answers, durations, limited, connections, turned_away, cut_off }
    }
}

impl Metrics {
    /// Counts an answer. The route is one of the service's own, so there are only so many.
    pub(super) fn answered(&self, route: &str, status: u16, took: Duration) {
        let route = match route.trim_end_matches('/') {
            "" => "/".to_owned(),
            route => route.to_owned(),
        };
        self.durations.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.answers.get_or_create(&Answer { route, status }).inc();
    }

    /// Counts a request beyond the limit of a user or of an address.
    pub(super) fn limited(&self, by: &'static str) {
        self.limited.get_or_create(&Limited { by }).inc();
    }

    fn write(&self, load: &Load) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        encode_registry(&mut text, &now(load))?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// The figures of this moment.
fn now(load: &Load) -> Registry {
    let mut registry = Registry::default();
    let database = registry.sub_registry_with_prefix("contacts_database");
    let waiting = Family::<Waiting, Gauge>::default();
    for (r#for, count) in &load.waiting {
        waiting.get_or_create(&Waiting { r#for }).set(gauge(*count));
    }
    database.register("waiting", "What waits for the database; of shared reads those under way too", waiting);
    if let Some((used, most)) = load.connections {
        database.register("connections_used", "Connections to the server in use", set(gauge(used)));
        database.register("connections_max", "Connections to the server at most", set(gauge(most)));
    }
    database.register("commits", "Commits that queued writes share", counted(load.commits));
    database.register("writes", "Queued writes that these commits answered", counted(load.writes));
    if let Some(bytes) = load.log_bytes {
        let (help, bytes) = ("Size of the write-ahead log", i64::try_from(bytes).unwrap_or(i64::MAX));
        database.register_with_unit("log", help, Unit::Bytes, set(bytes));
    }
    let process = registry.sub_registry_with_prefix("process");
    if let Some(bytes) = resident_bytes() {
        process.register_with_unit("resident_memory", "Memory in use", Unit::Bytes, set(bytes));
    }
    if let Ok(files) = fs::read_dir("/proc/self/fd") {
        process.register("open_fds", "Files and connections that are open", set(gauge(files.count())));
    }
    registry
}

fn set(value: i64) -> Gauge {
    let gauge = Gauge::default();
    gauge.set(value);
    gauge
}

fn counted(value: u64) -> Counter {
    let counter = Counter::default();
    counter.inc_by(value);
    counter
}

fn gauge(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn resident_bytes() -> Option<i64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(1024 * line.trim().strip_suffix(" kB")?.parse::<i64>().ok()?)
}

/// `GET /metrics`
pub(super) async fn metrics(State(app): State<Shared>) -> Result<Response, Error> {
    match app.metrics.write(&app.store.load()) {
        Ok(text) => Ok(([(CONTENT_TYPE, OPEN_METRICS)], text).into_response()),
        Err(error) => {
            tracing::error!(%error, "the figures could not be written");
            Err(Error::Internal)
        }
    }
}
