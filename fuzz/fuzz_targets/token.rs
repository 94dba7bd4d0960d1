//! Tokens: nothing that we did not sign is taken, and what we signed only with the claims that it must have.
//!
//! An input is a token; and a header and claims, which are signed here, on two lines.

#![no_main]

use std::sync::LazyLock;
use std::time::{SystemTime, UNIX_EPOCH};

use aws_lc_rs::hmac;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contacts::caller::Caller;
use contacts::token::{Claims, Secret, Verifier};
use futures_util::FutureExt as _;
use libfuzzer_sys::fuzz_target;
use serde_json::{Map, Value};

const SECRET: &str = "7d0c2f5b9e8a41c6b3f4d2a19c8e7f60";

static PLAIN: LazyLock<Verifier> = LazyLock::new(|| verifier(None));
static STRICT: LazyLock<Verifier> = LazyLock::new(|| verifier(Some("us".to_owned())));
static KEY: LazyLock<hmac::Key> = LazyLock::new(|| hmac::Key::new(hmac::HMAC_SHA256, SECRET.as_bytes()));

fn verifier(named: Option<String>) -> Verifier {
    let secret = Secret::new(SECRET).unwrap_or_else(|error| panic!("{error}"));
    let claims =
        Claims { user: "sub".into(), workspace: "workspace".into(), issuer: named.clone(), audience: named };
    Verifier::with_secret(&secret, claims)
}

/// With a secret, nothing is waited for.
fn verify(verifier: &Verifier, token: &str) -> Option<Caller> {
    verifier.verify(token).now_or_never().expect("an answer at once")
}

fuzz_target!(|input: &[u8]| {
    let Ok(text) = str::from_utf8(input) else { return };
    assert!(verify(&PLAIN, text).is_none(), "a token that nobody signed");
    let Some((header, claims)) = text.split_once('\n') else { return };
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = hmac::sign(&KEY, message.as_bytes());
    let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature));
    for (verifier, strict) in [(&PLAIN, false), (&STRICT, true)] {
        let Some(caller) = verify(verifier, &token) else { continue };
        check(&object(header), &object(claims), strict);
        assert!(!caller.user().is_empty() && !caller.workspace().is_empty());
        let mut wrong = signature.as_ref().to_vec();
        wrong[claims.len() % 32] ^= 1 << (header.len() % 8);
        let forged = format!("{message}.{}", URL_SAFE_NO_PAD.encode(wrong));
        assert!(verify(verifier, &forged).is_none(), "a signature that is not ours");
    }
});

fn object(text: &str) -> Map<String, Value> {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("it was taken and is no object: {error}"))
}

/// What a token must say (RFC 7519, 4.1), read in another way than the service does.
fn check(header: &Map<String, Value>, claims: &Map<String, Value>, strict: bool) {
    // The clock goes on between the two looks, and is never a minute behind.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |now| now.as_secs_f64());
    assert_eq!(header["alg"], "HS256");
    assert!(!header.contains_key("crit") && !header.contains_key("b64"));
    assert!(claims["exp"].as_f64().is_some_and(|exp| exp > now - 120.0), "{claims:?}");
    assert!(
        claims.get("nbf").is_none_or(|nbf| nbf.as_f64().is_some_and(|nbf| nbf < now + 60.0)),
        "{claims:?}"
    );
    for claim in ["sub", "workspace"] {
        assert!(claims[claim].is_string() || claims[claim].is_i64() || claims[claim].is_u64(), "{claims:?}");
    }
    let addressed = match claims.get("aud") {
        None => !strict,
        Some(Value::Array(all)) => strict && all.contains(&"us".into()),
        Some(aud) => strict && aud == "us",
    };
    assert!(addressed, "{claims:?}");
    assert!(!strict || claims["iss"] == "us", "{claims:?}");
}
