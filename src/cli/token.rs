//! `contacts token`

use anyhow::bail;

use super::{caller, keys};
use crate::config::Token;

/// Prints a token, and nothing else, so that it can be used in a command line.
pub(super) fn run(token: &Token) -> anyhow::Result<()> {
    if token.tokens.are_foreign() {
        bail!("a public key only checks tokens: get one from whoever has the private key");
    }
    let caller = caller(&token.owner)?;
    let secret = keys::secret(&keys::Source::of(&token.tokens, &token.database.database))?;
    println!("{}", secret.sign(&caller, &token.tokens.claims(), token.days * 24 * 60 * 60)?);
    Ok(())
}
