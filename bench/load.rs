//! The load: wrk, on this machine, with calls that it takes in turn.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::data::{Data, cursor};
use crate::process::Running;

/// How many different calls of a kind there are.
const CALLS: u64 = 500;

/// What is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    Get,
    Page,
    FirstPage,
    LastPage,
    Create,
}

/// What a load measured.
#[derive(Clone, Copy)]
pub(crate) struct Load {
    pub(crate) per_second: f64,
    /// In milliseconds.
    pub(crate) p50: f64,
    pub(crate) p99: f64,
}

/// What wrk runs for each kind of work.
pub(crate) struct Scripts(PathBuf);

impl Scripts {
    pub(crate) fn write(folder: &Path, data: Data, token: &str) -> Result<Self> {
        for work in [Work::Get, Work::Page, Work::FirstPage, Work::LastPage, Work::Create] {
            let calls: String = calls(work, data).iter().map(|(path, body)| lua(path, body)).collect();
            let head = format!("local token = \"{token}\"\nlocal calls = {{\n{calls}}}\n");
            fs::write(folder.join(format!("{work:?}.lua")), head + SCRIPT)?;
        }
        Ok(Self(folder.to_owned()))
    }

    /// A load that has begun; it lasts so many seconds.
    pub(crate) fn start(&self, work: Work, base: &str, connections: usize, seconds: u64) -> Result<Running> {
        let mut wrk = Command::new("wrk");
        wrk.args(["-t", &connections.min(2).to_string(), "-c", &connections.to_string()])
            .args(["-d", &seconds.to_string(), "--timeout", "30", "-s"])
            .arg(self.0.join(format!("{work:?}.lua")))
            .arg(base);
        Running::start(wrk.stdout(std::process::Stdio::piped()))
            .context("the load comes from wrk: apt install wrk")
    }

    /// What a load measured, when it is over.
    pub(crate) fn end(mut load: Running) -> Result<Load> {
        let status = load.wait()?;
        let said = std::io::read_to_string(load.child().stdout.take().context("wrk said nothing")?)?;
        ensure!(status.success(), "wrk failed: {said}");
        let figures = said.lines().find_map(|line| line.strip_prefix("figures ")).context(said.clone())?;
        let figures = figures.split(' ').map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let [requests, duration, p50, p99, refused, lost] = figures[..] else { anyhow::bail!(said) };
        ensure!(refused + lost == 0.0, "{refused} calls were refused and {lost} lost: {said}");
        let [duration, p50, p99] = [duration / 1e6, p50 / 1e3, p99 / 1e3];
        Ok(Load { per_second: requests / duration, p50, p99 })
    }

    pub(crate) fn run(&self, work: Work, base: &str, connections: usize, seconds: u64) -> Result<Load> {
        Self::end(self.start(work, base, connections, seconds)?)
    }
}

/// The calls of a kind: path and body. Without a body it is a GET.
pub(crate) fn calls(work: Work, data: Data) -> Vec<(String, String)> {
    let list = "/api/sales/contacts/";
    let page = |id: u64| match id {
        0 => (list.to_owned(), "{}".to_owned()),
        id => (list.to_owned(), format!(r#"{{"filters":{{"page":"{}"}}}}"#, cursor(id))),
    };
    match work {
        Work::Get => {
            data.uuids(CALLS).map(|uuid| (format!("{list}contact?uuid={uuid}"), String::new())).collect()
        }
        Work::Page => data.places(CALLS).map(page).collect(),
        Work::FirstPage => vec![page(0)],
        Work::LastPage => vec![page(Data::before(data.last_page()))],
        Work::Create => (0..CALLS)
            .map(|row| {
                // The row of the rare name stays the only one.
                let person = Data { rows: u64::MAX }.person(row);
                let body = format!(
                    r#"{{"action":"create","first_name":"{}","last_name":"{}","email":"{}","phone":"{}"}}"#,
                    person.first, person.last, person.email, person.phone
                );
                (format!("{list}contact"), body)
            })
            .collect(),
    }
}

fn lua(path: &str, body: &str) -> String {
    let (method, body) =
        if body.is_empty() { ("GET", "nil".into()) } else { ("POST", format!("[[{body}]]")) };
    format!("  {{ \"{method}\", \"{path}\", {body} }},\n")
}

/// Every thread begins elsewhere in the list.
const SCRIPT: &str = r#"
local threads = 0
function setup(thread)
    thread:set("place", threads * math.floor(#calls / 2))
    threads = threads + 1
end
local requests = {}
function init()
    local headers = { ["Authorization"] = "Bearer " .. token, ["Host"] = wrk.headers["Host"] }
    for number, call in ipairs(calls) do
        requests[number] = wrk.format(call[1], call[2], headers, call[3])
    end
end
function request()
    place = place % #requests + 1
    return requests[place]
end
function done(summary, latency)
    local errors = summary.errors
    io.write(string.format("figures %d %d %d %d %d %d\n", summary.requests, summary.duration,
        latency:percentile(50), latency:percentile(99), errors.status,
        errors.connect + errors.read + errors.write + errors.timeout))
end
"#;
