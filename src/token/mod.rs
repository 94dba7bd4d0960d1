//! Tokens: who a caller is, as a JSON Web Token says it (API document, "Authentication").
//!
//! - [`Verifier`]: which tokens are good; [`Secret`]: signed here; [`Issuer`]: signed elsewhere, with keys that change.
//!
//! The signature is checked by a library. The claims are read here, more strictly than libraries do by default: the
//! algorithm is pinned by the configuration, nothing in a token chooses a key, and a claim of the wrong type refuses
//! the token instead of being skipped.

mod issuer;
mod secret;

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value;

use crate::caller::Caller;
use crate::json::Object;

pub use issuer::{Issuer, IssuerAddress};
pub use secret::Secret;

/// How far the clocks of the issuer and of this machine may be apart, in seconds.
const LEEWAY: f64 = 60.0;

/// Longer tokens are refused unread.
const MAX_BYTES: usize = 16 * 1024;

/// How a public key is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum KeyAlgorithm {
    /// RSA with 2048 to 8192 bits, PKCS #1 v1.5, SHA-256.
    #[value(name = "RS256")]
    Rs256,
    /// ECDSA on the curve P-256 with SHA-256.
    #[value(name = "ES256")]
    Es256,
    /// Ed25519.
    #[value(name = "EdDSA")]
    EdDsa,
}

impl KeyAlgorithm {
    fn name(self) -> &'static str {
        algorithm_name(self.into())
    }

    /// How long a public key may be: of RSA in DER, of the others the bare point.
    fn key_bytes(self) -> RangeInclusive<usize> {
        match self {
            Self::Rs256 => 268..=1040,
            Self::Es256 => 65..=65,
            Self::EdDsa => 32..=32,
        }
    }
}

impl From<KeyAlgorithm> for Algorithm {
    fn from(algorithm: KeyAlgorithm) -> Self {
        match algorithm {
            KeyAlgorithm::Rs256 => Self::RS256,
            KeyAlgorithm::Es256 => Self::ES256,
            KeyAlgorithm::EdDsa => Self::EdDSA,
        }
    }
}

/// Which claims tell who calls, and which ones a token must have beyond that.
#[derive(Clone, Debug)]
pub struct Claims {
    /// The claim with the user.
    pub user: String,
    /// The claim with the workspace.
    pub workspace: String,
    /// What `iss` must be, if it is checked.
    pub issuer: Option<String>,
    /// What `aud` must be or contain. Without it, a token that is meant for any audience is refused.
    pub audience: Option<String>,
}

/// The key that checks tokens, and the rules for them.
pub struct Verifier {
    algorithm: Algorithm,
    key: Key,
    claims: Claims,
    /// What makes pseudonyms of callers.
    pseudonyms: hmac::Key,
}

/// Who calls, for those who read logs: the same caller has the same one, and it tells nobody who that is.
///
/// All services with one secret make the same of it. Where tokens are signed by somebody else, each process has its own.
#[derive(Clone, Copy)]
pub struct Pseudonym([u8; 8]);

impl fmt::Display for Pseudonym {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

enum Key {
    /// Secrets, of which any is good.
    Secrets(Vec<hmac::Key>),
    Public(Arc<DecodingKey>),
    Issuer(Arc<Issuer>),
}

/// Why a token does not tell who calls.
enum Refusal {
    /// It is not good.
    Invalid,
    /// The issuer has no such key, as far as is known here.
    UnknownKey,
}

impl Verifier {
    /// Checks tokens signed with a shared secret (HS256).
    pub fn with_secret(secret: &Secret, claims: Claims) -> Self {
        Self::with_secrets(std::slice::from_ref(secret), claims)
    }

    /// The same where a secret is being replaced: any of them is good.
    pub fn with_secrets(secrets: &[Secret], claims: Claims) -> Self {
        let keys: Vec<hmac::Key> = secrets.iter().map(Secret::key).collect();
        let pseudonyms = secrets.first().map_or_else(random_key, Secret::key_of_pseudonyms);
        Self { algorithm: Algorithm::HS256, key: Key::Secrets(keys), claims, pseudonyms }
    }

    /// Checks tokens signed by an issuer who publishes the keys.
    pub fn with_issuer(issuer: Arc<Issuer>, claims: Claims) -> Self {
        let algorithm = issuer.algorithm();
        Self { algorithm, key: Key::Issuer(issuer), claims, pseudonyms: random_key() }
    }

    /// Checks tokens signed with the private half of a public key in PEM. The error says what is wrong with the key.
    pub fn with_public_key(pem: &[u8], algorithm: KeyAlgorithm, claims: Claims) -> Result<Self, String> {
        if pem.windows(11).any(|window| window == b"PRIVATE KEY") {
            return Err("it holds a private key; give the public one (openssl pkey -pubout)".into());
        }
        let key = match algorithm {
            KeyAlgorithm::Rs256 => DecodingKey::from_rsa_pem(pem),
            KeyAlgorithm::Es256 => DecodingKey::from_ec_pem(pem),
            KeyAlgorithm::EdDsa => DecodingKey::from_ed_pem(pem),
        };
        let name = algorithm.name();
        let key = key.map_err(|error| format!("it is not a public key in PEM for {name}: {error}"))?;
        let length = key.try_get_as_bytes().map_or(0, <[u8]>::len);
        if !algorithm.key_bytes().contains(&length) {
            return Err(format!(
                "the key's size does not fit {name} (RSA takes 2048 to 8192 bits, ES256 P-256)"
            ));
        }
        let key = Key::Public(Arc::new(key));
        Ok(Self { algorithm: algorithm.into(), key, claims, pseudonyms: random_key() })
    }

    /// What a caller is called in logs.
    pub fn pseudonym(&self, caller: &Caller) -> Pseudonym {
        let mut name = hmac::Context::with_key(&self.pseudonyms);
        // Neither has a control character.
        for part in [caller.workspace().as_bytes(), b"\0", caller.user().as_bytes()] {
            name.update(part);
        }
        Pseudonym(name.sign().as_ref().first_chunk().copied().unwrap_or_default())
    }

    /// The caller that a token names, if it is valid now. Why it is not is nobody's business.
    ///
    /// A token with a key that the issuer is not known to have waits until the issuer was asked, which happens at most once
    /// a minute; all others are decided at once.
    pub async fn verify(&self, token: &str) -> Option<Caller> {
        let now = || SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
        match (self.verify_at(token, now()), &self.key) {
            (Ok(caller), _) => Some(caller),
            (Err(Refusal::UnknownKey), Key::Issuer(issuer)) => {
                issuer.refresh_for_unknown_key().await;
                self.verify_at(token, now()).ok()
            }
            (Err(_), _) => None,
        }
    }

    fn verify_at(&self, token: &str, now: f64) -> Result<Caller, Refusal> {
        if token.len() > MAX_BYTES {
            return Err(Refusal::Invalid);
        }
        let ((header, claims), message, signature) = split(token).ok_or(Refusal::Invalid)?;
        let header = part(header).filter(|header| self.accepts_header(header)).ok_or(Refusal::Invalid)?;
        if !self.accepts_signature(&header, message, signature)? {
            return Err(Refusal::Invalid);
        }
        let claims = part(claims).filter(|claims| self.accepts_claims(claims, now));
        claims.and_then(|claims| self.caller(&claims)).ok_or(Refusal::Invalid)
    }

    fn accepts_signature(&self, header: &Object, message: &str, signature: &str) -> Result<bool, Refusal> {
        let key = match &self.key {
            Key::Secrets(keys) => {
                let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| Refusal::Invalid)?;
                return Ok(keys.iter().any(|key| hmac::verify(key, message.as_bytes(), &signature).is_ok()));
            }
            Key::Public(key) => key.clone(),
            Key::Issuer(issuer) => {
                let id = header.get("kid").and_then(Value::as_str);
                if header.has("kid") && id.is_none() {
                    return Err(Refusal::Invalid);
                }
                issuer.key(id).ok_or(Refusal::UnknownKey)?
            }
        };
        Ok(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, self.algorithm).unwrap_or(false))
    }

    fn caller(&self, claims: &Object) -> Option<Caller> {
        Caller::new(&name(claims, &self.claims.workspace)?, &name(claims, &self.claims.user)?)
    }

    /// No extension is understood here, so one that must be (`crit`, `b64`) refuses the token (RFC 7515, 4.1.11).
    fn accepts_header(&self, header: &Object) -> bool {
        let algorithm = header.get("alg").and_then(Value::as_str);
        algorithm == Some(algorithm_name(self.algorithm)) && !header.has("crit") && !header.has("b64")
    }

    fn accepts_claims(&self, claims: &Object, now: f64) -> bool {
        let Claims { issuer, audience, .. } = &self.claims;
        let expires = claims.get("exp").and_then(Value::as_f64).is_some_and(|exp| now < exp + LEEWAY);
        let begun = !claims.has("nbf")
            || claims.get("nbf").and_then(Value::as_f64).is_some_and(|nbf| nbf <= now + LEEWAY);
        let issued = issuer.is_none() || claims.get("iss").and_then(Value::as_str) == issuer.as_deref();
        let addressed = match audience {
            Some(audience) => claims.get("aud").is_some_and(|aud| names_audience(aud, audience)),
            None => !claims.has("aud"),
        };
        expires && begun && issued && addressed
    }
}

fn random_key() -> hmac::Key {
    let mut random = [0; 32];
    if let Err(error) = getrandom::fill(&mut random) {
        tracing::error!(%error, "there are no random numbers: whom pseudonyms in the log stand for can be guessed");
    }
    hmac::Key::new(hmac::HMAC_SHA256, &random)
}

fn names_audience(aud: &Value, audience: &str) -> bool {
    match aud {
        Value::String(one) => one == audience,
        Value::Array(many) => many.iter().all(Value::is_string) && many.iter().any(|one| one == audience),
        _ => false,
    }
}

/// A user or a workspace: a string, or an integer in decimal.
fn name(claims: &Object, claim: &str) -> Option<String> {
    match claims.get(claim)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}

/// Header and claims, what was signed, and the signature.
fn split(token: &str) -> Option<((&str, &str), &str, &str)> {
    let (message, signature) = token.rsplit_once('.')?;
    Some((message.split_once('.')?, message, signature))
}

fn part(encoded: &str) -> Option<Object> {
    Object::parse(&URL_SAFE_NO_PAD.decode(encoded).ok()?).ok()
}

fn algorithm_name(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::RS256 => "RS256",
        Algorithm::ES256 => "ES256",
        Algorithm::EdDSA => "EdDSA",
        _ => "HS256",
    }
}
