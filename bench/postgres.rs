//! A throwaway PostgreSQL, and what it does alone: pgbench runs the service's own statements.

use std::fs;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use contacts::search::fold_names;
use contacts::store::bare::{Call, postgres_settings, postgres_sql};
use futures_util::TryStreamExt as _;
use uuid::Uuid;

use crate::cluster::{Cluster, binaries};
use crate::data::{Data, OWNER, PAGE, WORKSPACE};
use crate::load::Work;
use crate::process;
use crate::sqlite::{PART, caller};

/// A UUID of version 7, as the service makes them: where in an index a row goes decides what it costs.
const UUID: &str = "encode(substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3) \
                    || '\\x7000'::bytea || substring(uuid_send(gen_random_uuid()) FROM 9), 'hex')::uuid";

/// A server with its data on the disk, `fsync` and all else as it comes, but for the memory and the connections.
pub(crate) struct Server {
    cluster: Cluster,
    scripts: PathBuf,
}

impl Server {
    pub(crate) fn start(folder: &Path) -> Self {
        Self { cluster: Cluster::start_in(folder, &["shared_buffers=512MB"]), scripts: folder.to_owned() }
    }

    pub(crate) fn address(&self, database: &str) -> String {
        self.cluster.address(database)
    }

    pub(crate) fn sql(&self, database: &str, statements: &str) -> Result<String> {
        process::said(&mut self.cluster.psql(database, statements))
    }

    pub(crate) fn make(&self, database: &str) -> Result<()> {
        self.sql("postgres", &format!("CREATE DATABASE {database}")).map(drop)
    }

    pub(crate) fn remove(&self, database: &str) -> Result<()> {
        self.sql("postgres", &format!("DROP DATABASE {database} WITH (FORCE)")).map(drop)
    }

    /// How often a second as many clients as connections run the statement of a call.
    pub(crate) fn run(
        &self,
        database: &str,
        data: Data,
        work: Work,
        connections: usize,
        seconds: u64,
    ) -> Result<f64> {
        let call = match work {
            Work::Get => Call::Get,
            Work::Create => Call::Create,
            _ => Call::Page,
        };
        let person = data.person(2);
        let folded = fold_names(person.first, &person.last);
        let (uuid, limit) = (Data::uuid(data.rows / 4 * 2).to_string(), (PAGE + 1).to_string());
        let (first, last, email, phone) =
            (person.first, person.last.as_str(), person.email.as_str(), person.phone.as_str());
        let values: &[&str] = match call {
            Call::Get => &[WORKSPACE, OWNER, &uuid],
            Call::Create => &["", WORKSPACE, OWNER, first, last, email, phone, &folded],
            // The place is drawn anew each time.
            Call::Page | Call::Names => &[WORKSPACE, OWNER, "", &limit],
        };
        let mut sql = postgres_sql(&caller()?, call);
        if call_is_create(call) {
            sql = sql.replacen("$1", UUID, 1);
        }
        for number in (1..=values.len()).rev() {
            sql = sql.replace(&format!("${number}"), &format!(":v{number}"));
        }
        let place = format!(
            "\\set page random(1, {})\n\\set v3 2 * (:page * {PAGE} - 1) + 1\n",
            data.last_page().max(1)
        );
        let script = if matches!(call, Call::Page) { place + &sql + ";\n" } else { sql + ";\n" };
        let file = self.scripts.join(format!("{call:?}.sql"));
        fs::write(&file, script)?;

        // Each client plans its statement first, which would be most of a short run of many.
        let seconds = seconds + connections as u64 / 64;
        let mut pgbench = Command::new(binaries().join("pgbench"));
        pgbench.args(["-n", "-M", "prepared", "-c", &connections.to_string()]);
        pgbench.args(["-j", &connections.min(2).to_string(), "-T", &seconds.to_string()]);
        for (number, value) in (1..).zip(values).filter(|(_, value)| !value.is_empty()) {
            pgbench.args(["-D", &format!("v{number}={value}")]);
        }
        pgbench.arg("-f").arg(file).args(["-d", &self.address(database)]);
        let said = process::said(pgbench.env("PGOPTIONS", postgres_settings()))?;
        let rate = said.lines().find_map(|line| line.strip_prefix("tps = "));
        let rate = rate.and_then(|rate| rate.split(' ').next()).context(said.clone())?;
        Ok(rate.parse()?)
    }

    /// How many names a second a client reads of the whole list, in the parts of a `lite` list.
    pub(crate) fn names(&self, database: &str) -> Result<f64> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut address: tokio_postgres::Config = self.address(database).parse()?;
            address.options(postgres_settings());
            let (client, connection) = address.connect(tokio_postgres::NoTls).await?;
            tokio::spawn(connection);
            let statement = client.prepare(&postgres_sql(&caller()?, Call::Names)).await?;
            let start = Instant::now();
            let (mut rows, mut after, limit) = (0_usize, 0_i64, PART as i64 + 1);
            loop {
                let mut part = 0;
                let params: [&(dyn tokio_postgres::types::ToSql + Sync); 4] =
                    [&WORKSPACE, &OWNER, &after, &limit];
                let mut names = pin!(client.query_raw(&statement, params).await?);
                while let Some(row) = names.try_next().await? {
                    let _: (Uuid, String, String) = (row.try_get(1)?, row.try_get(2)?, row.try_get(3)?);
                    part += 1;
                    // The one more than asked for begins the next part.
                    if part <= PART {
                        after = row.try_get(0)?;
                    }
                }
                rows += part.min(PART);
                process::go_on()?;
                if part <= PART {
                    break;
                }
            }
            if rows == 0 {
                bail!("the list is empty");
            }
            Ok(rows as f64 / start.elapsed().as_secs_f64())
        })
    }
}

fn call_is_create(call: Call) -> bool {
    matches!(call, Call::Create)
}
