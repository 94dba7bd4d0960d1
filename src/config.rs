//! The command line: every flag, its variable, its default, and its help.

use std::ffi::OsStr;
use std::fmt::{self, Display};
use std::marker::PhantomData;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use axum::http::Uri;
use clap::builder::{NonEmptyStringValueParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Args, Parser, Subcommand, ValueEnum};

use crate::fetch;
use crate::http::{
    Bounds, CertificateFiles, Edge, LoginUrl, Network, Origin, Patience, Proxies, RedisAddress,
};
use crate::role;
use crate::store::{self, Address, Day, Options};
use crate::text::Text;
use crate::token::{Claims, IssuerAddress, KeyAlgorithm};

static VERSION: LazyLock<String> =
    LazyLock::new(|| format!("{} (SQLite {})", env!("CARGO_PKG_VERSION"), store::sqlite_version()));

/// The contacts service: a documented HTTP API for the contacts of a sales team.
///
/// Without a command it serves.
#[derive(Debug, Parser)]
#[command(name = "contacts", version = VERSION.as_str(), args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// How to serve, where no command is given.
    #[command(flatten)]
    pub serve: Serve,
}

/// The commands.
#[derive(Debug, Subcommand)]
#[expect(clippy::large_enum_variant, reason = "there is one of it, and it is moved once")]
pub enum Command {
    /// Serve the API over HTTP (the default)
    Serve(Serve),
    /// Print a token for a user of a workspace, and nothing else
    Token(Token),
    /// Put the contacts of a CSV file into the database, also while the service runs
    ///
    /// The first line holds the headings: first_name and last_name (or Nombre and Apellidos), and if there are such
    /// columns email (Correo), phone (Teléfono), account (Cuenta) and role (Rol). Cells are separated by commas,
    /// semicolons or tabs; the text is UTF-8 or Windows-1252. Both are found out.
    ///
    /// An account that the workspace does not have is made, and the contact is associated with it: with the role of the
    /// role column, or with role 1. Rows that can't go in are written to FILE.rejected.csv with their line and the reason
    /// (in a trial to FILE.dry-run.rejected.csv); the others go in.
    Import(Import),
    /// Write a user's contacts to standard output
    Export(Export),
    /// Fill a workspace with a few hundred people and companies, all made up, to try the service out
    Demo(Demo),
    /// Move everything from one database to another, empty one
    ///
    /// Ids, UUIDs and times stay, and ids go on where they were, so cursors and links of front ends stay good. Both sides
    /// are counted and compared before it says done; a copy that fails leaves the target empty, and can be run again.
    ///
    /// Stop the services that use the source first: what is written to it after the copy has begun is not copied.
    Copy(Copy),
    /// List a workspace's roles, or change them
    Roles(Roles),
    /// Take a person's data out of deleted contacts for good
    ///
    /// Names, email and phone are overwritten; the row stays, because lists count by it. Backups keep what they have: delete
    /// those of before when their time is over.
    Erase(Erase),
    /// Take out for good what was deleted before a day: contacts, accounts, and their associations
    Purge(Purge),
    /// Back up the embedded database into one file, also while the service runs
    ///
    /// The file holds everything that was acknowledged before this began, compressed, and was checked before it appears. It
    /// does not hold the secret that signs tokens. For PostgreSQL, its own tools do this: pg_dump, pg_basebackup.
    Backup(Backup),
    /// Check that a backup is whole and sound
    Verify(Verify),
    /// Make the embedded database from a backup, where there is none
    Restore(Restore),
    /// Bring the database's schema up to date, which serving does by itself
    Migrate(Migrate),
    /// Print the description of the API, an OpenAPI document, and nothing else
    Openapi,
}

/// `contacts serve`
#[derive(Clone, Debug, Args)]
pub struct Serve {
    /// Address and port to listen on
    #[arg(long, env = "CONTACTS_LISTEN", default_value = Serve::LISTEN, value_name = "ADDRESS")]
    pub listen: SocketAddr,
    /// Requests that a user may make in any second, over all calls together; 0 turns the limit off
    #[arg(long, env = "CONTACTS_RATE_LIMIT", default_value_t = 10, value_name = "N")]
    pub rate_limit: usize,
    /// Redis that the processes of a service share the limit through: redis://127.0.0.1:6379, or rediss:// for TLS. A
    /// password belongs in the variable, because everybody on the machine can read flags
    #[arg(long, env = "CONTACTS_REDIS", hide_env_values = true, value_name = "ADDRESS")]
    #[arg(value_parser = Discreet::<RedisAddress>::NEW)]
    pub redis: Option<RedisAddress>,
    /// Seconds that the service goes on after it was told to stop: /ready answers 503 at once, so that a load balancer
    /// sends requests elsewhere before the service ends. Told twice, it ends at once
    #[arg(long, env = "CONTACTS_DRAIN", default_value_t = 0, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub drain: u64,
    /// What to log: error, warn, info, debug or trace, also by part (warn,contacts::http=info)
    #[arg(long, env = "CONTACTS_LOG", default_value = "info", value_name = "LEVEL")]
    pub log: String,
    /// Collector of OpenTelemetry that traces are sent to, over OTLP and HTTP, for example `http://127.0.0.1:4318`. Which of them, and
    /// with which headers, is said by the usual variables (OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS and so on)
    #[arg(long, env = "CONTACTS_OTLP", value_name = "ADDRESS")]
    pub otlp: Option<Collector>,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub tokens: Tokens,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub clients: Clients,
}

impl Serve {
    /// Where it listens if nothing else is said.
    pub const LISTEN: &str = "127.0.0.1:8080";
}

/// A collector of OpenTelemetry, by its address.
#[derive(Clone, Debug)]
pub struct Collector(Uri);

impl Collector {
    /// Where it is.
    pub fn address(&self) -> &Uri {
        &self.0
    }

    /// Where it takes traces.
    pub fn traces(&self) -> String {
        format!("{}/v1/traces", self.to_string().trim_end_matches('/'))
    }
}

impl FromStr for Collector {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let address = fetch::address(text).filter(|address| address.query().is_none());
        address.map(Self).ok_or_else(|| {
            "a collector is at an address like http://127.0.0.1:4318, without a user and a password"
                .to_owned()
        })
    }
}

impl Display for Collector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// How clients reach the service, and what they may take of it.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Clients")]
pub struct Clients {
    /// File with the service's certificate in PEM, and behind it those of the authorities in between: the service then
    /// speaks TLS. Both files are read again when they change
    #[arg(long, env = "CONTACTS_TLS_CERTIFICATE", value_name = "FILE", requires = "tls_key")]
    pub tls_certificate: Option<PathBuf>,
    /// File with the private key of the certificate in PEM
    #[arg(long, env = "CONTACTS_TLS_KEY", value_name = "FILE", requires = "tls_certificate")]
    pub tls_key: Option<PathBuf>,
    /// Networks of proxies that say in X-Forwarded-For whom they ask for (10.0.0.0/8,127.0.0.1); without any, a client's
    /// address is that of its connection
    #[arg(long, env = "CONTACTS_TRUSTED_PROXIES", value_name = "NETWORKS", value_delimiter = ',')]
    pub trusted_proxies: Vec<Network>,
    /// Origins whose pages may call the service from a browser, for example `https://app.example.com`, or * for all; without any, none may
    #[arg(long, env = "CONTACTS_CORS_ORIGINS", value_name = "ORIGINS", value_delimiter = ',')]
    pub cors_origins: Vec<Origin>,
    /// Where the web page sends people whose token is missing or over, for example `https://login.example.com` or /login; it
    /// sends them back to the page with their token, as /#token=TOKEN. Without it, the page asks for a token to be pasted
    #[arg(long, env = "CONTACTS_LOGIN_URL", value_name = "ADDRESS")]
    pub login_url: Option<LoginUrl>,
    /// Connections at most, and fewer where the process may not have as many files open; who comes then is answered 503
    #[arg(long, env = "CONTACTS_MAX_CONNECTIONS", value_name = "N", default_value_t = Bounds::default().connections)]
    pub max_connections: NonZeroU32,
    /// Seconds that the head of a request may take
    #[arg(long, env = "CONTACTS_HEAD_TIMEOUT", value_name = "SECONDS", default_value_t = Patience::default().head.as_secs())]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub head_timeout: u64,
    /// Seconds that the body of a request may take
    #[arg(long, env = "CONTACTS_BODY_TIMEOUT", value_name = "SECONDS", default_value_t = Patience::default().body.as_secs())]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=3600))]
    pub body_timeout: u64,
    /// Seconds that a connection is kept between two requests
    #[arg(long, env = "CONTACTS_IDLE_TIMEOUT", value_name = "SECONDS", default_value_t = Patience::default().idle.as_secs())]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub idle_timeout: u64,
    /// Seconds from the head of a request until its answer must have been taken whole
    #[arg(long, env = "CONTACTS_ANSWER_TIMEOUT", value_name = "SECONDS", default_value_t = Patience::default().answer.as_secs())]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub answer_timeout: u64,
    /// Bytes that the path and query of a request may have
    #[arg(long, env = "CONTACTS_MAX_TARGET", value_name = "BYTES", default_value_t = Bounds::default().target)]
    pub max_target: usize,
    /// Bytes that the head of a request may have
    #[arg(long, env = "CONTACTS_MAX_HEAD", value_name = "BYTES", default_value_t = Bounds::default().head)]
    pub max_head: usize,
    /// Fields that the head of a request may have
    #[arg(long, env = "CONTACTS_MAX_FIELDS", value_name = "N", default_value_t = Bounds::default().fields)]
    pub max_fields: usize,
    /// Bytes that the body of a request may have
    #[arg(long, env = "CONTACTS_MAX_BODY", value_name = "BYTES", default_value_t = Bounds::default().body)]
    pub max_body: usize,
}

impl Clients {
    /// How the service meets them.
    pub fn edge(&self) -> Edge {
        let patience = Patience {
            head: Duration::from_secs(self.head_timeout),
            body: Duration::from_secs(self.body_timeout),
            idle: Duration::from_secs(self.idle_timeout),
            answer: Duration::from_secs(self.answer_timeout),
        };
        let bounds = Bounds {
            connections: self.max_connections,
            patience,
            target: self.max_target,
            head: self.max_head,
            fields: self.max_fields,
            body: self.max_body,
        };
        let proxies = Proxies::new(self.trusted_proxies.clone());
        Edge {
            bounds,
            proxies,
            origins: self.cors_origins.clone(),
            login: self.login_url.clone(),
            traces: false,
        }
    }

    /// Where the certificate is, if the service speaks TLS.
    pub fn certificate(&self) -> Option<CertificateFiles> {
        Some(CertificateFiles { chain: self.tls_certificate.clone()?, key: self.tls_key.clone()? })
    }
}

/// Reads an address that may hold a password: what can't be read is not shown, as clap's own parsers would.
#[derive(Clone)]
struct Discreet<T>(PhantomData<T>);

impl<T> Discreet<T> {
    const NEW: Self = Self(PhantomData);
}

impl<T: FromStr<Err: Display> + Clone + Send + Sync + 'static> TypedValueParser for Discreet<T> {
    type Value = T;

    fn parse_ref(
        &self,
        command: &clap::Command,
        flag: Option<&Arg>,
        value: &OsStr,
    ) -> Result<T, clap::Error> {
        let wrong = |error: String| {
            let named = flag.and_then(|flag| Some((flag.get_long()?, flag.get_env()?.to_str()?)));
            let named = named.map_or_else(String::new, |(flag, variable)| format!("--{flag} ({variable}): "));
            clap::Error::raw(ErrorKind::ValueValidation, format!("{named}{error}\n")).with_cmd(command)
        };
        let value = value.to_str().ok_or_else(|| wrong("it must be UTF-8".into()))?;
        value.parse().map_err(|error: T::Err| wrong(error.to_string()))
    }
}

/// The database that a command works on.
#[derive(Clone, Debug, Args)]
pub struct Database {
    /// Database to use: sqlite:PATH, whose file is made if it is missing, or postgres://USER:PASSWORD@HOST/DATABASE,
    /// also with several hosts (host=a,b dbname=contacts target_session_attrs=read-write)
    #[arg(long, env = "CONTACTS_DATABASE", default_value = Database::DEFAULT, value_name = "ADDRESS")]
    #[arg(hide_env_values = true, value_parser = Discreet::<Address>::NEW)]
    pub database: Address,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub postgres: Postgres,
}

impl Database {
    /// The database that is used where none is named.
    pub const DEFAULT: &str = "sqlite:contacts.db";

    /// How to open it.
    pub fn options(&self) -> Options {
        self.postgres.options(self.database.clone())
    }
}

/// How a PostgreSQL is used; nothing of it matters to SQLite.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "PostgreSQL")]
pub struct Postgres {
    /// Connections at most, beside one that asks whether the server answers; an eighth of them is shared by short reads
    #[arg(long, env = "CONTACTS_DATABASE_CONNECTIONS", default_value_t = 8, value_name = "N")]
    #[arg(value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub database_connections: u16,
    /// Seconds that a request waits for a connection before it is answered with 503
    #[arg(long, env = "CONTACTS_DATABASE_TIMEOUT", default_value_t = 2, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=60))]
    pub database_timeout: u64,
    /// Seconds that a start waits for a server that does not answer yet
    #[arg(long, env = "CONTACTS_DATABASE_WAIT", default_value_t = 60, value_name = "SECONDS")]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=86_400))]
    pub database_wait: u64,
    /// File with the authority (PEM) that signed the server's certificate; without it, those that the system trusts
    #[arg(long, env = "CONTACTS_DATABASE_CA", value_name = "FILE")]
    pub database_ca: Option<PathBuf>,
}

impl Postgres {
    /// How to open the database at this address.
    pub fn options(&self, address: Address) -> Options {
        Options {
            address,
            connections: self.database_connections.into(),
            timeout: Duration::from_secs(self.database_timeout),
            wait: Duration::from_secs(self.database_wait),
            ca: self.database_ca.clone(),
        }
    }
}

/// How tokens are signed, and what they must say.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Tokens")]
pub struct Tokens {
    /// File with the secret that signs tokens (HS256), at least 32 bytes. The variable CONTACTS_JWT_SECRET can hold
    /// the secret itself. Without either, one is made at the first start and kept beside the database
    #[arg(long, env = "CONTACTS_JWT_SECRET_FILE", value_name = "FILE")]
    pub jwt_secret_file: Option<PathBuf>,
    /// File with the secret that signed tokens before the present one, whose tokens stay good until this is taken away. The
    /// variable CONTACTS_JWT_PREVIOUS_SECRET can hold the secret itself
    #[arg(long, env = "CONTACTS_JWT_PREVIOUS_SECRET_FILE", value_name = "FILE")]
    pub jwt_previous_secret_file: Option<PathBuf>,
    /// File with the public key in PEM that checks tokens which somebody else signs; goes with --jwt-algorithm
    #[arg(long, env = "CONTACTS_JWT_PUBLIC_KEY", value_name = "FILE", requires = "jwt_algorithm")]
    #[arg(conflicts_with_all = ["jwt_secret_file", "jwt_previous_secret_file"], group = "published")]
    pub jwt_public_key: Option<PathBuf>,
    /// Address where somebody else who signs tokens publishes the keys (JWKS); goes with --jwt-algorithm. They are fetched
    /// at the start, every ten minutes, and when a token names one that is not known. To trust an authority of your own for
    /// https, name its file in SSL_CERT_FILE
    #[arg(
        long,
        env = "CONTACTS_JWT_JWKS",
        value_name = "ADDRESS",
        requires = "jwt_algorithm",
        group = "published"
    )]
    #[arg(conflicts_with_all = ["jwt_secret_file", "jwt_previous_secret_file"])]
    pub jwt_jwks: Option<IssuerAddress>,
    /// Algorithm of the public key, or of the published keys
    #[arg(long, env = "CONTACTS_JWT_ALGORITHM", value_name = "NAME", requires = "published")]
    pub jwt_algorithm: Option<KeyAlgorithm>,
    /// Claim that holds the user
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    #[arg(long, env = "CONTACTS_JWT_USER_CLAIM", default_value = Tokens::USER_CLAIM, value_name = "CLAIM")]
    pub jwt_user_claim: String,
    /// Claim that holds the workspace
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    #[arg(long, env = "CONTACTS_JWT_WORKSPACE_CLAIM", default_value = Tokens::WORKSPACE_CLAIM, value_name = "CLAIM")]
    pub jwt_workspace_claim: String,
    /// Issuer (iss) that a token must have
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    #[arg(long, env = "CONTACTS_JWT_ISSUER", value_name = "TEXT")]
    pub jwt_issuer: Option<String>,
    /// Audience (aud) that a token must be meant for; without it, a token meant for any audience is refused
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    #[arg(long, env = "CONTACTS_JWT_AUDIENCE", value_name = "TEXT")]
    pub jwt_audience: Option<String>,
}

impl Tokens {
    /// The claim that holds the user where none is named.
    pub const USER_CLAIM: &str = "sub";
    /// The claim that holds the workspace where none is named.
    pub const WORKSPACE_CLAIM: &str = "workspace";

    /// Whether somebody else signs the tokens.
    pub fn are_foreign(&self) -> bool {
        self.jwt_public_key.is_some() || self.jwt_jwks.is_some()
    }

    /// What a token must say.
    pub fn claims(&self) -> Claims {
        Claims {
            user: self.jwt_user_claim.clone(),
            workspace: self.jwt_workspace_claim.clone(),
            issuer: self.jwt_issuer.clone(),
            audience: self.jwt_audience.clone(),
        }
    }
}

/// The person on whose behalf a command works.
#[derive(Clone, Debug, Args)]
pub struct Owner {
    /// User, as tokens name them
    #[arg(long, value_name = "USER")]
    pub user: String,
    /// Workspace, as tokens name it
    #[arg(long, value_name = "WORKSPACE")]
    pub workspace: String,
}

/// `contacts token`
#[derive(Clone, Debug, Args)]
pub struct Token {
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub owner: Owner,
    /// How many days the token is valid
    #[arg(long, default_value_t = 30, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=36_500))]
    pub days: u64,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub tokens: Tokens,
}

/// `contacts import`
#[derive(Clone, Debug, Args)]
pub struct Import {
    /// CSV file
    #[arg(value_name = "FILE.csv")]
    pub file: PathBuf,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub owner: Owner,
    /// Only say what would happen; nothing goes in
    #[arg(long)]
    pub dry_run: bool,
    /// Leave out what comes before this line of the file, to go on after an interruption
    #[arg(long, default_value_t = 1, value_name = "N")]
    pub from_line: u64,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
}

/// `contacts demo`
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// User whose contacts they are to be; one who has contacts gets no more
    #[arg(long, default_value = Demo::USER, value_name = "USER")]
    pub user: String,
    /// Workspace that they are to be in
    #[arg(long, default_value = Demo::WORKSPACE, value_name = "WORKSPACE")]
    pub workspace: String,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub tokens: Tokens,
}

impl Demo {
    /// The user of a demo where none is named.
    pub const USER: &str = "ana";
    /// The workspace of a demo where none is named.
    pub const WORKSPACE: &str = "demo";

    /// On whose behalf it works.
    pub fn owner(&self) -> Owner {
        Owner { user: self.user.clone(), workspace: self.workspace.clone() }
    }
}

/// `contacts export`
#[derive(Clone, Debug, Args)]
pub struct Export {
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub owner: Owner,
    /// Format of the output
    #[arg(long, value_enum, default_value_t = Format::Csv)]
    pub format: Format,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
}

/// What an export looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Comma-separated values that spreadsheets open safely and `contacts import` reads
    Csv,
    /// vCard 4.0, as address books read it
    Vcard,
}

/// `contacts copy`
#[derive(Clone, Debug, Args)]
pub struct Copy {
    /// Database to copy, for example sqlite:contacts.db. An address with a password belongs in the variable, because
    /// everybody on the machine can read flags
    #[arg(long, env = "CONTACTS_COPY_FROM", hide_env_values = true, value_name = "ADDRESS")]
    #[arg(value_parser = Discreet::<Address>::NEW)]
    pub from: Address,
    /// Empty database to copy into, for example postgres://USER:PASSWORD@HOST/DATABASE
    #[arg(long, env = "CONTACTS_COPY_TO", hide_env_values = true, value_name = "ADDRESS")]
    #[arg(value_parser = Discreet::<Address>::NEW)]
    pub to: Address,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub postgres: Postgres,
}

/// `contacts roles`
#[derive(Clone, Debug, Args)]
#[group(id = "role_change", multiple = false)]
pub struct Roles {
    /// Workspace, as tokens name it
    #[arg(long, value_name = "WORKSPACE")]
    pub workspace: String,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub change: RoleChange,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
}

/// One change of a workspace's roles.
#[derive(Clone, Debug, Args)]
#[group(multiple = false)]
pub struct RoleChange {
    /// Add a role
    #[arg(long, value_name = "NAME", value_parser = role_name)]
    pub add: Option<role::Name>,
    /// Rename a role
    #[arg(long, value_names = ["ID", "NAME"], num_args = 2)]
    pub rename: Option<Vec<String>>,
    /// Delete a role that no association has
    #[arg(long, value_name = "ID")]
    pub delete: Option<i64>,
}

/// Reads a role's name as the API does.
pub fn role_name(raw: &str) -> Result<role::Name, String> {
    Text::required("name", raw).map_err(|invalid| invalid.to_string())
}

/// `contacts erase`
#[derive(Clone, Debug, Args)]
pub struct Erase {
    /// UUIDs of deleted contacts
    #[arg(value_name = "UUID", required = true)]
    pub uuids: Vec<String>,
    /// Workspace that they are in, as tokens name it
    #[arg(long, value_name = "WORKSPACE")]
    pub workspace: String,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
}

/// `contacts purge`
#[derive(Clone, Debug, Args)]
pub struct Purge {
    /// Day (UTC) before which it was deleted, for example 2026-01-31
    #[arg(long, value_name = "DAY")]
    pub deleted_before: Day,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
}

/// `contacts backup`
#[derive(Clone, Debug, Args)]
pub struct Backup {
    /// New file for the backup
    #[arg(value_name = "TO")]
    pub to: PathBuf,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
}

/// `contacts verify`
#[derive(Clone, Debug, Args)]
pub struct Verify {
    /// Backup to check; or the file of a database, which has no checksum, so that only its structure is checked
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// `contacts restore`
#[derive(Clone, Debug, Args)]
pub struct Restore {
    /// Backup to restore
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
}

/// `contacts migrate`
#[derive(Clone, Debug, Args)]
pub struct Migrate {
    #[expect(missing_docs, reason = "a doc comment here would replace the group's help")]
    #[command(flatten)]
    pub database: Database,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn no_command_is_serve() {
        let cli = Cli::parse_from(["contacts", "--listen", "127.0.0.1:9000"]);
        assert!(cli.command.is_none());
        assert_eq!(cli.serve.listen.port(), 9000);
    }
}
