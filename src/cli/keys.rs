//! Where the key that checks tokens comes from.

use std::env;
use std::fs;
use std::io::{ErrorKind, Write as _};
use std::iter;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};

use crate::config::Tokens;
use crate::folder;
use crate::store::Address;
use crate::token::{Issuer, Secret, Verifier};

const SECRET: &str = "CONTACTS_JWT_SECRET";
const PREVIOUS_SECRET: &str = "CONTACTS_JWT_PREVIOUS_SECRET";
const MAKE_ONE: &str = "make one with: openssl rand -hex 32";

/// Where a secret comes from.
pub(super) enum Source {
    /// A variable itself.
    Variable(&'static str),
    /// A file that the operator named.
    File(PathBuf),
    /// The file beside the database, made when it is first needed.
    Beside(PathBuf),
    /// Nowhere: several processes share a server, so one of them can't make the secret by itself.
    Missing,
}

impl Source {
    pub(super) fn of(tokens: &Tokens, database: &Address) -> Self {
        let beside = || match database.file() {
            Some(file) => {
                let mut beside = file.as_os_str().to_owned();
                beside.push(".jwt-secret");
                Self::Beside(beside.into())
            }
            None => Self::Missing,
        };
        Self::given(tokens.jwt_secret_file.as_ref(), SECRET).unwrap_or_else(beside)
    }

    /// A file that was named, or a variable that is set.
    fn given(file: Option<&PathBuf>, variable: &'static str) -> Option<Self> {
        match file {
            Some(file) => Some(Self::File(file.clone())),
            None => env::var_os(variable).map(|_| Self::Variable(variable)),
        }
    }
}

/// The shared secret.
pub(super) fn secret(source: &Source) -> anyhow::Result<Secret> {
    let (bytes, name) = match source {
        Source::Variable(name) => {
            let value = env::var(name).with_context(|| format!("{name} must be text; {MAKE_ONE}"))?;
            (value.into_bytes(), (*name).to_owned())
        }
        Source::File(file) => (read(file)?, file.display().to_string()),
        Source::Beside(file) => {
            make(file)?;
            (read(file)?, file.display().to_string())
        }
        Source::Missing => bail!(
            "there is no secret for tokens: all nodes of a database need the same, in {SECRET} or in a file named \
             with --jwt-secret-file; {MAKE_ONE}"
        ),
    };
    Secret::new(bytes)
        .map_err(|wrong| anyhow::anyhow!("the secret in {name} is not safe: {wrong}; {MAKE_ONE}"))
}

/// A file's content without the line end that editors leave.
fn read(file: &Path) -> anyhow::Result<Vec<u8>> {
    let mut bytes =
        fs::read(file).with_context(|| format!("cannot read the secret file {}", file.display()))?;
    let mode = fs::metadata(file)?.permissions().mode();
    if mode & 0o077 != 0 {
        tracing::warn!(file = %file.display(), "others may read the secret file: chmod 600 it");
    }
    bytes.truncate(bytes.trim_ascii_end().len());
    Ok(bytes)
}

/// Makes a secret file that only its owner may read, unless there is one. Of two processes at once, both use the same.
fn make(file: &Path) -> anyhow::Result<()> {
    if !file.exists() {
        make_whole(file).with_context(|| {
            format!("cannot make the secret file {}; is there such a folder?", file.display())
        })?;
    }
    // Also for a file that was there: whoever made it may have ended before this, and a power cut would take it away.
    folder::sync(file)
        .with_context(|| format!("cannot sync the folder of the secret file {}", file.display()))
}

fn make_whole(file: &Path) -> anyhow::Result<()> {
    let mut random = [0; Secret::MIN_BYTES];
    getrandom::fill(&mut random).map_err(|error| anyhow::anyhow!("no random numbers to be had: {error}"))?;
    // It appears under its name whole or not at all.
    let mut whole = tempfile::NamedTempFile::new_in(folder::of(file))?;
    for byte in random {
        write!(whole, "{byte:02x}")?;
    }
    writeln!(whole)?;
    whole.as_file().sync_all()?;
    match whole.persist_noclobber(file) {
        Err(error) if error.error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
        _ => Ok(()),
    }
}

/// What checks the tokens of requests.
pub(super) async fn verifier(tokens: &Tokens, source: &Source) -> anyhow::Result<Verifier> {
    let secret_variable = [SECRET, PREVIOUS_SECRET].into_iter().find(|name| env::var_os(name).is_some());
    if let Some(variable) = secret_variable.filter(|_| tokens.are_foreign()) {
        bail!(
            "{variable} is set, and so is a public key or --jwt-jwks: tokens are checked with one of them; unset the \
             other"
        );
    }
    match (tokens.jwt_algorithm, &tokens.jwt_jwks, &tokens.jwt_public_key) {
        (Some(algorithm), Some(address), _) => {
            let issuer = Issuer::fetch(address.clone(), algorithm).await;
            let issuer = issuer
                .context("there is nothing to check tokens with; does --jwt-jwks name the right address?")?;
            Ok(Verifier::with_issuer(issuer, tokens.claims()))
        }
        (Some(algorithm), None, Some(file)) => {
            let pem =
                fs::read(file).with_context(|| format!("cannot read the public key {}", file.display()))?;
            Verifier::with_public_key(&pem, algorithm, tokens.claims())
                .map_err(|wrong| anyhow::anyhow!("the public key {} can't be used: {wrong}", file.display()))
        }
        _ => {
            let previous = Source::given(tokens.jwt_previous_secret_file.as_ref(), PREVIOUS_SECRET);
            let secrets = iter::once(source).chain(&previous).map(secret).collect::<Result<Vec<_>, _>>()?;
            Ok(Verifier::with_secrets(&secrets, tokens.claims()))
        }
    }
}
