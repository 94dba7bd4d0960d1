//! Tokens: who a caller is, as a JSON Web Token says it (API document, "Authentication").
//!
//! The signature is checked by a library. The claims are read here, more strictly than libraries do by default: the
//! algorithm is pinned by the configuration, nothing in a token chooses a key, and a claim of the wrong type refuses
//! the token instead of being skipped.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::{Value, json};

use crate::caller::Caller;
use crate::json::Object;

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
}

enum Key {
    /// Ready for use: the library would begin with the secret for each token, which takes as long as the check.
    Secret(Box<hmac::Key>),
    Public(DecodingKey),
}

impl Verifier {
    /// Checks tokens signed with a shared secret (HS256).
    pub fn with_secret(secret: &Secret, claims: Claims) -> Self {
        let key = Key::Secret(Box::new(hmac::Key::new(hmac::HMAC_SHA256, &secret.0)));
        Self { algorithm: Algorithm::HS256, key, claims }
    }

    /// Checks tokens signed with the private half of a public key in PEM. The error says what is wrong with the key.
    pub fn with_public_key(pem: &[u8], algorithm: KeyAlgorithm, claims: Claims) -> Result<Self, String> {
        if pem.windows(11).any(|window| window == b"PRIVATE KEY") {
            return Err("it holds a private key; give the public one (openssl pkey -pubout)".into());
        }
        let (algorithm, key, bytes) = match algorithm {
            KeyAlgorithm::Rs256 => (Algorithm::RS256, DecodingKey::from_rsa_pem(pem), 268..=1040),
            KeyAlgorithm::Es256 => (Algorithm::ES256, DecodingKey::from_ec_pem(pem), 65..=65),
            KeyAlgorithm::EdDsa => (Algorithm::EdDSA, DecodingKey::from_ed_pem(pem), 32..=32),
        };
        let key = key.map_err(|error| format!("it is not a public key in PEM for {algorithm:?}: {error}"))?;
        let length = key.try_get_as_bytes().map_or(0, <[u8]>::len);
        if !bytes.contains(&length) {
            return Err(format!(
                "the key's size does not fit {algorithm:?} (RSA takes 2048 to 8192 bits, ES256 P-256)"
            ));
        }
        Ok(Self { algorithm, key: Key::Public(key), claims })
    }

    /// The caller that a token names, if it is valid now. Why it is not is nobody's business.
    pub fn verify(&self, token: &str) -> Option<Caller> {
        self.verify_at(token, SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs_f64())
    }

    fn verify_at(&self, token: &str, now: f64) -> Option<Caller> {
        if token.len() > MAX_BYTES {
            return None;
        }
        let (message, signature) = token.rsplit_once('.')?;
        let (header, claims) = message.split_once('.')?;
        self.accepts_header(&part(header)?).then_some(())?;
        self.accepts_signature(message, signature).then_some(())?;
        let claims = part(claims)?;
        self.accepts_claims(&claims, now).then_some(())?;
        Caller::new(&name(&claims, &self.claims.workspace)?, &name(&claims, &self.claims.user)?)
    }

    fn accepts_signature(&self, message: &str, signature: &str) -> bool {
        match &self.key {
            Key::Secret(key) => URL_SAFE_NO_PAD
                .decode(signature)
                .is_ok_and(|signature| hmac::verify(key, message.as_bytes(), &signature).is_ok()),
            Key::Public(key) => {
                jsonwebtoken::crypto::verify(signature, message.as_bytes(), key, self.algorithm)
                    .unwrap_or(false)
            }
        }
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
