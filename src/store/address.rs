//! Where a database is, as an operator writes it.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tokio_postgres::config::{Config, Host, SslMode, TargetSessionAttrs};

/// Where the database is: `sqlite:PATH`, `postgres://USER:PASSWORD@HOST,HOST/DATABASE`, or PostgreSQL's own form
/// `host=a,b user=... dbname=...`.
///
/// It is shown without its password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// One PostgreSQL, on one or several hosts.
    Postgres(Server),
}

impl Address {
    /// The database file, if the database is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(path) => Some(path),
            Self::Postgres(_) => None,
        }
    }
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix("sqlite:") {
            // SQLite itself gives names that begin so a meaning of their own.
            Some(path) if path.starts_with(':') || path.starts_with("file:") || path.contains("://") => {
                Err("a database is a file, written as sqlite:PATH".into())
            }
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(path.into())),
            None if is_postgres(text) => Server::parse(text).map(Self::Postgres),
            _ => Err("a database is written as sqlite:PATH or postgres://USER@HOST/DATABASE, \
                      for example sqlite:contacts.db"
                .into()),
        }
    }
}

fn is_postgres(text: &str) -> bool {
    text.starts_with("postgres://") || text.starts_with("postgresql://") || text.contains("host=")
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(server) => server.fmt(f),
        }
    }
}

/// A PostgreSQL: how each of its hosts is connected to.
#[derive(Clone, PartialEq, Eq)]
pub struct Server {
    /// One for each host; all say the same otherwise.
    pub(super) hosts: Vec<Config>,
}

impl Server {
    fn parse(text: &str) -> Result<Self, String> {
        let all: Config = text.parse().map_err(|error: tokio_postgres::Error| {
            // In the other form, what follows a blank in a password passes for an option, which the cause names.
            let cause = std::error::Error::source(&error).filter(|_| text.contains("://"));
            let cause = cause.map(|cause| format!(": {cause}"));
            format!("it is no address of a PostgreSQL{}", cause.unwrap_or_default())
        })?;
        if all.get_hosts().is_empty() {
            return Err("the address of a PostgreSQL names at least one host".into());
        }
        if !all.get_hostaddrs().is_empty() {
            return Err("hostaddr is not supported: write the number as host".into());
        }
        if all.get_hosts().iter().any(|host| matches!(host, Host::Tcp(name) if name.contains('@'))) {
            return Err(
                "an @ in a password is written as %40 in postgres://USER:PASSWORD@HOST/DATABASE".into()
            );
        }
        if all.get_dbname().is_none() {
            return Err(
                "the address of a PostgreSQL names a database, as in postgres://USER@HOST/DATABASE".into()
            );
        }
        let local = all.get_hosts().iter().all(is_local);
        let said = |name: &str| {
            [" ", "?", "&"].iter().any(|before| format!(" {text}").contains(&format!("{before}{name}=")))
        };
        let encryption_said = said("sslmode");
        // The service writes: of several hosts it wants the one that takes writes, whatever the others are for.
        let session = match all.get_hosts().len() > 1 && !said("target_session_attrs") {
            true => TargetSessionAttrs::ReadWrite,
            false => all.get_target_session_attrs(),
        };
        let hosts = all.get_hosts().iter().enumerate().map(|(place, host)| {
            let mut one = Config::new();
            match host {
                Host::Tcp(name) => one.host(name),
                Host::Unix(folder) => one.host_path(folder),
            };
            let ports = all.get_ports();
            one.port(ports.get(place).or(ports.first()).copied().unwrap_or(5432));
            // What travels over a network is encrypted, unless the operator says otherwise.
            let mode = match (encryption_said, local) {
                (true, _) => all.get_ssl_mode(),
                (false, true) => SslMode::Disable,
                (false, false) => SslMode::Require,
            };
            one.ssl_mode(mode)
                .ssl_negotiation(all.get_ssl_negotiation())
                .channel_binding(all.get_channel_binding())
                .target_session_attrs(session)
                .application_name(all.get_application_name().unwrap_or("contacts"))
                .keepalives(all.get_keepalives())
                .keepalives_idle(all.get_keepalives_idle());
            if let Some(interval) = all.get_keepalives_interval() {
                one.keepalives_interval(interval);
            }
            if let Some(retries) = all.get_keepalives_retries() {
                one.keepalives_retries(retries);
            }
            if let Some(user) = all.get_user() {
                one.user(user);
            }
            if let Some(password) = all.get_password() {
                one.password(password);
            }
            if let Some(database) = all.get_dbname() {
                one.dbname(database);
            }
            if let Some(options) = all.get_options() {
                one.options(options);
            }
            if let Some(limit) = all.get_connect_timeout() {
                one.connect_timeout(*limit);
            }
            if let Some(limit) = all.get_tcp_user_timeout() {
                one.tcp_user_timeout(*limit);
            }
            one
        });
        Ok(Self { hosts: hosts.collect() })
    }
}

/// Whether nothing leaves this machine on the way to a host.
fn is_local(host: &Host) -> bool {
    match host {
        Host::Unix(_) => true,
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        for (place, one) in self.hosts.iter().enumerate() {
            f.write_str(if place == 0 { "" } else { "," })?;
            match one.get_hosts().first() {
                Some(Host::Tcp(name)) => f.write_str(name)?,
                Some(Host::Unix(folder)) => write!(f, "{}", folder.display())?,
                None => {}
            }
            if let Some(port) = one.get_ports().first().filter(|port| **port != 5432) {
                write!(f, ":{port}")?;
            }
        }
        match self.hosts.first().and_then(Config::get_dbname) {
            Some(database) => write!(f, "/{database}"),
            None => Ok(()),
        }
    }
}

/// The same as shown: no password.
impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(text: &str) -> Server {
        match text.parse() {
            Ok(Address::Postgres(server)) => server,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn both_forms_name_several_hosts_and_none_shows_the_password() {
        for text in [
            "postgres://ana:geheim@a:5433,b/crm?target_session_attrs=read-write",
            "host=a,b port=5433,5432 user=ana password=geheim dbname=crm target_session_attrs=read-write",
        ] {
            let server = server(text);
            assert_eq!(server.to_string(), "postgres://a:5433,b/crm");
            assert!(!format!("{server:?}").contains("geheim"));
            assert_eq!(server.hosts.len(), 2);
            assert_eq!(server.hosts[1].get_password(), Some(&b"geheim"[..]));
        }
    }

    #[test]
    fn what_leaves_the_machine_is_encrypted_unless_the_address_says_otherwise() {
        for (text, mode) in [
            ("postgres://ana@db.example.com/crm", SslMode::Require),
            ("postgres://ana@db.example.com/crm?sslmode=disable", SslMode::Disable),
            ("postgres://ana@127.0.0.1/crm", SslMode::Disable),
            ("postgres://ana@localhost/crm?sslmode=require", SslMode::Require),
            ("host=/run/postgresql dbname=crm", SslMode::Disable),
            ("host=127.0.0.1,10.0.0.2 dbname=crm", SslMode::Require),
        ] {
            assert_eq!(server(text).hosts[0].get_ssl_mode(), mode, "{text}");
        }
    }

    #[test]
    fn of_several_hosts_the_one_that_takes_writes_is_wanted() {
        for (text, session) in [
            ("host=a,b dbname=crm", TargetSessionAttrs::ReadWrite),
            ("postgres://a,b/crm?target_session_attrs=any", TargetSessionAttrs::Any),
            ("postgres://a/crm", TargetSessionAttrs::Any),
        ] {
            assert_eq!(server(text).hosts[0].get_target_session_attrs(), session, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_says_how_one_is_written() {
        for text in
            ["contacts.db", "mysql://x", "sqlite:", "postgres://", "postgres://ana@a", "host=a nonsense=1"]
        {
            let said = text.parse::<Address>().unwrap_err();
            assert!(said.contains("postgres") || said.contains("PostgreSQL"), "{text}: {said}");
            assert!(!said.contains("heim"), "{said}");
        }
    }
}
