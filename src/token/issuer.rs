//! The keys of somebody else who signs tokens: fetched where they are published (JWKS, RFC 7517), and kept.

use std::fmt;
use std::str::FromStr;
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use tokio::sync::Mutex;
use tokio::time::Instant;
use ureq::http::Uri;

use super::KeyAlgorithm;
use crate::fetch;

/// How long the issuer may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often at most the issuer is asked because of a key that nobody knows.
const SELDOM: Duration = Duration::from_secs(60);

/// How often the issuer is asked anyway, so that a key that was taken back is not good for ever.
const OFTEN: Duration = Duration::from_secs(600);

/// The largest set of keys in bytes.
const MAX_BYTES: u64 = 1 << 20;

/// Where an issuer publishes its keys.
#[derive(Clone, Debug)]
pub struct IssuerAddress(Uri);

impl IssuerAddress {
    fn is_encrypted(&self) -> bool {
        self.0.scheme_str() == Some("https")
    }
}

impl FromStr for IssuerAddress {
    type Err = &'static str;

    /// Over a network whoever stands in between could put in keys of their own, so plain HTTP is for this machine only.
    fn from_str(text: &str) -> Result<Self, &'static str> {
        const WRONG: &str = "the keys of an issuer are at an https:// address (http:// only on this machine)";
        let address = fetch::address(text).map(Self).ok_or(WRONG)?;
        let here = matches!(address.0.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let plain = address.0.scheme_str() == Some("http") && here;
        (address.is_encrypted() || plain).then_some(address).ok_or(WRONG)
    }
}

impl fmt::Display for IssuerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// An issuer's public keys, as they were when they were last fetched. An issuer that does not answer changes nothing.
pub struct Issuer {
    address: IssuerAddress,
    algorithm: KeyAlgorithm,
    agent: ureq::Agent,
    keys: RwLock<Vec<Key>>,
    /// When the issuer was last asked because of a key that nobody knew.
    asked: Arc<Mutex<Option<Instant>>>,
}

struct Key {
    id: Option<String>,
    key: Arc<DecodingKey>,
}

impl Issuer {
    /// Fetches the keys, and again every ten minutes as long as the issuer is in use. The error says what is wrong with what
    /// is published.
    pub async fn fetch(address: IssuerAddress, algorithm: KeyAlgorithm) -> anyhow::Result<Arc<Self>> {
        let (keys, asked) = (RwLock::default(), Arc::default());
        let agent = fetch::agent(&address.0, PATIENCE);
        let issuer = Self { address, algorithm, agent, keys, asked };
        let issuer = Arc::new(issuer);
        issuer.refresh().await?;
        tokio::spawn(keep(Arc::downgrade(&issuer)));
        Ok(issuer)
    }

    pub(super) fn algorithm(&self) -> Algorithm {
        self.algorithm.into()
    }

    /// The key with this id. A token that names none is checked with the issuer's only key, if it has one only.
    pub(super) fn key(&self, id: Option<&str>) -> Option<Arc<DecodingKey>> {
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let key = match (id, &keys[..]) {
            (Some(_), keys) => keys.iter().find(|key| key.id.as_deref() == id),
            (None, [only]) => Some(only),
            (None, _) => None,
        };
        key.map(|key| key.key.clone())
    }

    /// Asks the issuer for a key that nobody knows, at most once a minute, whoever made the token. Who comes while that is
    /// under way waits too; it goes on when whoever made it begin goes away.
    pub(super) async fn refresh_for_unknown_key(self: &Arc<Self>) {
        let mut asked = self.asked.clone().lock_owned().await;
        if asked.is_none_or(|asked| asked.elapsed() >= SELDOM) {
            *asked = Some(Instant::now());
            let issuer = self.clone();
            let refreshed = tokio::spawn(async move {
                issuer.refresh_or_keep().await;
                drop(asked);
            });
            let _ = refreshed.await;
        }
    }

    async fn refresh_or_keep(self: &Arc<Self>) {
        if let Err(error) = self.refresh().await {
            tracing::warn!(
                error = format!("{error:#}"),
                "the issuer's keys could not be fetched; the old ones stay"
            );
        }
    }

    async fn refresh(self: &Arc<Self>) -> anyhow::Result<()> {
        let issuer = self.clone();
        tokio::task::spawn_blocking(move || {
            let keys = issuer.published()?;
            let usable = keys.len();
            *issuer.keys.write().unwrap_or_else(PoisonError::into_inner) = keys;
            tracing::debug!(usable, "fetched the issuer's keys");
            Ok(())
        })
        .await?
    }

    fn published(&self) -> anyhow::Result<Vec<Key>> {
        #[derive(Deserialize)]
        struct Published {
            keys: Vec<serde_json::Value>,
        }
        let address = &self.address;
        // A redirect must not lead away from what is encrypted either.
        let asked =
            self.agent.get(address.0.clone()).config().https_only(address.is_encrypted()).build().call();
        let mut answer = asked.with_context(|| format!("cannot fetch {address}"))?;
        let text = answer.body_mut().with_config().limit(MAX_BYTES).read_to_string();
        let text = text.with_context(|| format!("cannot fetch {address}"))?;
        let published: Published =
            serde_json::from_str(&text).with_context(|| format!("{address} is not a set of keys"))?;
        // Keys of other kinds, and for other purposes, are published at the same place.
        let keys: Vec<Key> = published.keys.into_iter().filter_map(|key| self.usable(key)).collect();
        ensure!(!keys.is_empty(), "{address} has no key for {}", self.algorithm.name());
        Ok(keys)
    }

    /// A key that signs tokens with the algorithm.
    fn usable(&self, published: serde_json::Value) -> Option<Key> {
        let own_algorithm = published.get("alg").is_none_or(|algorithm| algorithm == self.algorithm.name());
        let jwk: Jwk = serde_json::from_value(published).ok()?;
        let signs = jwk.common.public_key_use.as_ref().is_none_or(|usage| *usage == PublicKeyUse::Signature);
        let key = DecodingKey::from_jwk(&jwk).ok()?;
        let length = key.try_get_as_bytes().map_or(0, <[u8]>::len);
        let fits = match (self.algorithm, &jwk.algorithm) {
            (KeyAlgorithm::Rs256, AlgorithmParameters::RSA(rsa)) => {
                // 2048 to 8192 bits.
                URL_SAFE_NO_PAD.decode(&rsa.n).is_ok_and(|modulus| (256..=1024).contains(&modulus.len()))
            }
            (KeyAlgorithm::Es256, AlgorithmParameters::EllipticCurve(point)) => {
                point.curve == EllipticCurve::P256 && self.algorithm.key_bytes().contains(&length)
            }
            (KeyAlgorithm::EdDsa, AlgorithmParameters::OctetKeyPair(point)) => {
                point.curve == EllipticCurve::Ed25519 && self.algorithm.key_bytes().contains(&length)
            }
            _ => false,
        };
        (own_algorithm && signs && fits).then(|| Key { id: jwk.common.key_id, key: Arc::new(key) })
    }
}

async fn keep(issuer: Weak<Issuer>) {
    loop {
        tokio::time::sleep(OFTEN).await;
        let Some(issuer) = issuer.upgrade() else { return };
        issuer.refresh_or_keep().await;
    }
}
