//! What commands say of how to go on.

use std::env;
use std::io::{self, IsTerminal as _};
use std::path::Path;

use super::caller;
use super::keys::{self, Source};
use crate::config::{Database, Owner, Tokens};

/// How long the token of a printed address is good, in seconds: as long as somebody tries the page out.
const DAY: u64 = 24 * 60 * 60;

/// The page of the service at this address. On a terminal, where the secret is ours, it lets this user in: its fragment has a
/// token, which a browser sends to nobody. What goes anywhere else than to a terminal may be kept, so no token is in it.
pub(super) fn page(base: &str, owner: &Owner, tokens: &Tokens, source: &Source) -> String {
    let token =
        || -> anyhow::Result<String> { keys::secret(source)?.sign(&caller(owner)?, &tokens.claims(), DAY) };
    let token = (io::stdout().is_terminal() && !tokens.are_foreign()).then(token);
    match token {
        Some(Ok(token)) => format!("{base}/#token={token}"),
        _ => format!("{base}/"),
    }
}

/// This program as one would type it here.
pub(super) fn program() -> String {
    let Ok(path) = env::current_exe() else { return "contacts".into() };
    let here =
        env::current_dir().ok().and_then(|here| Some(Path::new(".").join(path.strip_prefix(here).ok()?)));
    quoted(&here.unwrap_or(path).display().to_string())
}

/// The flags that make `contacts token` sign as a service with these settings checks.
pub(super) fn token_flags(database: &Database, tokens: &Tokens) -> String {
    let database = &database.database;
    let secret_file = tokens.jwt_secret_file.as_ref().map(|file| file.display().to_string());
    let flags = [
        // Beside a file is its secret; an address of a server says nothing about tokens.
        (
            "--database",
            database.file().map(|_| database.to_string()).filter(|file| file != Database::DEFAULT),
        ),
        ("--jwt-secret-file", secret_file),
        ("--jwt-user-claim", Some(tokens.jwt_user_claim.clone()).filter(|claim| claim != Tokens::USER_CLAIM)),
        (
            "--jwt-workspace-claim",
            Some(tokens.jwt_workspace_claim.clone()).filter(|claim| claim != Tokens::WORKSPACE_CLAIM),
        ),
        ("--jwt-issuer", tokens.jwt_issuer.clone()),
        ("--jwt-audience", tokens.jwt_audience.clone()),
    ];
    flags.into_iter().filter_map(|(flag, value)| Some(format!(" {flag} {}", quoted(&value?)))).collect()
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}
