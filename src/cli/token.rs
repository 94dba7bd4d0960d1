//! `contacts token`

use anyhow::bail;

use super::{caller, is_missing, keys};
use crate::config::Token;

/// Prints a token, and nothing else, so that it can be used in a command line.
pub(super) fn run(token: &Token) -> anyhow::Result<()> {
    if token.tokens.are_foreign() {
        bail!("a public key only checks tokens: get one from whoever has the private key");
    }
    let caller = caller(&token.owner)?;
    let source = keys::Source::of(&token.tokens, &token.database.database);
    if let keys::Source::Beside(file) = &source
        && is_missing(file)
    {
        // A service that runs elsewhere would refuse the token.
        eprintln!("there is no secret {} yet: it is made now", file.display());
    }
    let secret = keys::secret(&source)?;
    println!("{}", secret.sign(&caller, &token.tokens.claims(), token.days * 24 * 60 * 60)?);
    Ok(())
}
