//! The secret that tokens are signed and checked with (HS256).

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;

use super::Claims;
use crate::caller::Caller;

/// A shared secret that is worth the name.
pub struct Secret(Vec<u8>);

/// Parts of secrets that documents and examples print, and that people leave in place.
const WELL_KNOWN: [&str; 16] = [
    "at-least-256-bit",
    "at-least-32-char",
    "change-me",
    "change-this",
    "change_me",
    "changeme",
    "keyboard cat",
    "mysecret",
    "my-secret",
    "password",
    "replace-me",
    "secret-key",
    "secret_key",
    "secretkey",
    "your-256-bit-secret",
    "your-secret",
];

impl Secret {
    /// The least bytes that a secret has: as many as the hash (RFC 7518, 3.2).
    pub const MIN_BYTES: usize = 32;

    /// Takes a secret that nobody can guess; the error says what is wrong with this one.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Result<Self, String> {
        let bytes = bytes.into();
        if bytes.len() < Self::MIN_BYTES {
            return Err(format!("it has {} bytes and needs at least {}", bytes.len(), Self::MIN_BYTES));
        }
        let text = String::from_utf8_lossy(&bytes).to_lowercase();
        if WELL_KNOWN.iter().any(|known| text.contains(known)) {
            return Err("it is one that documents and examples print".into());
        }
        let mut distinct = bytes.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let repeats =
            (1..=bytes.len() / 2).any(|period| bytes.iter().zip(&bytes[period..]).all(|(a, b)| a == b));
        if distinct.len() < 8 || repeats {
            return Err("it repeats itself too much to be a secret".into());
        }
        Ok(Self(bytes))
    }

    /// What checks signatures, ready for use: a library that is given the secret for each token begins with it anew, which
    /// takes as long as the check.
    pub(super) fn key(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, &self.0)
    }

    /// What makes pseudonyms of callers: it tells nothing of the secret.
    pub(super) fn key_of_pseudonyms(&self) -> hmac::Key {
        hmac::Key::new(hmac::HMAC_SHA256, hmac::sign(&self.key(), b"pseudonyms in logs").as_ref())
    }

    /// Makes a token for a caller, valid for some seconds from now.
    pub fn sign(&self, caller: &Caller, claims: &Claims, seconds: u64) -> anyhow::Result<String> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
        let mut body = json!({ "iat": now, "exp": now.saturating_add(seconds) });
        body[&claims.user] = caller.user().into();
        body[&claims.workspace] = caller.workspace().into();
        if let Some(issuer) = &claims.issuer {
            body["iss"] = issuer.as_str().into();
        }
        if let Some(audience) = &claims.audience {
            body["aud"] = audience.as_str().into();
        }
        let key = EncodingKey::from_secret(&self.0);
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::HS256), &body, &key)?)
    }
}
