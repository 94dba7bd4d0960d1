//! Authentication

use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::Body;
use axum::http::Request;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contacts::http::Limits;
use contacts::token::{Claims, KeyAlgorithm, Verifier};
use jsonwebtoken::crypto::sign;
use jsonwebtoken::{Algorithm, EncodingKey};

use crate::support::*;

pub(crate) const RSA: (&[u8], &[u8]) =
    (include_bytes!("keys/rs256.pem"), include_bytes!("keys/rs256.pub.pem"));
pub(crate) const EC: (&[u8], &[u8]) =
    (include_bytes!("keys/es256.pem"), include_bytes!("keys/es256.pub.pem"));
pub(crate) const ED: (&[u8], &[u8]) =
    (include_bytes!("keys/eddsa.pem"), include_bytes!("keys/eddsa.pub.pem"));

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A token of exactly this header and these claims, as texts, signed.
pub(crate) fn forge(header: &str, claims: &str, key: &EncodingKey, algorithm: Algorithm) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

fn hs256(header: &Value, claims: &Value) -> String {
    forge(
        &header.to_string(),
        &claims.to_string(),
        &EncodingKey::from_secret(SECRET.as_bytes()),
        Algorithm::HS256,
    )
}

fn header() -> Value {
    json!({ "alg": "HS256", "typ": "JWT" })
}

pub(crate) fn good() -> Value {
    json!({ "sub": "ana", "workspace": "demo", "exp": now() + 600 })
}

/// The good claims with one of them set, or taken away by null.
fn with(claim: &str, value: Value) -> Value {
    let mut claims = good();
    claims[claim] = value;
    claims
}

fn without(claim: &str) -> Value {
    let mut claims = good();
    claims.as_object_mut().unwrap().remove(claim);
    claims
}

pub(crate) async fn accepts(app: &TestApp, token: &str) -> bool {
    let answer = app.with_token(token).contacts(json!({})).await;
    if answer.0 != 200 {
        assert_eq!(answer, (401, json!({ "res": "error", "code": 2, "info": "Unauthorized" })));
    }
    answer.0 == 200
}

on_both! {
    async fn a_request_without_a_valid_token_is_refused_on_every_route(app: TestApp) {
        let paths = [
            "contacts", "contacts/contact", "contacts/associate-account", "contacts/dissociate-account",
            "contacts/associations", "accounts", "accounts/account", "roles", "roles/role", "nothing",
        ];
        for path in paths {
            for slash in ["", "/"] {
                for authorization in ["", "Bearer", "Bearer ", "Bearer x", "Basic YTpi", "Token x"] {
                    let request = Request::post(format!("/api/sales/{path}{slash}"))
                        .header("authorization", authorization)
                        .body(Body::from("{}"))
                        .unwrap();
                    let (status, headers, body) = app.send(request).await;
                    assert_eq!(status, 401, "{path} {authorization}");
                    assert_eq!(headers["www-authenticate"], "Bearer");
                    assert_eq!(body, br#"{"res":"error","code":2,"info":"Unauthorized"}"#);
                }
            }
        }
    }

    async fn bearer_may_be_written_in_any_case_and_once(app: TestApp) {
        let token = hs256(&header(), &good());
        for (authorization, times, status) in [
            (format!("Bearer {token}"), 1, 200),
            (format!("bEARER  {token}"), 1, 200),
            (format!("Bearer {token}"), 2, 401),
            (format!("Bearer {token} x"), 1, 401),
            (format!("Bearer\t{token}"), 1, 401),
            (token.clone(), 1, 401),
        ] {
            let mut request = Request::post("/api/sales/contacts/");
            for _ in 0..times {
                request = request.header("authorization", &authorization);
            }
            assert_eq!(app.send(request.body(Body::from("{}")).unwrap()).await.0, status, "{authorization} {times}");
        }
    }

    async fn a_good_token_is_accepted_and_an_altered_one_is_not(app: TestApp) {
        let token = hs256(&header(), &good());
        assert!(accepts(&app, &token).await);
        let [head, claims, signature] = token.split('.').collect::<Vec<_>>()[..] else { panic!("three parts") };
        for altered in [
            format!("{head}.{claims}."),
            format!("{head}.{claims}"),
            format!("{head}.{claims}.{signature}="),
            format!("{head}.{claims}.{signature}.x"),
            format!("{head}.{claims}.{}", &signature[1..]),
            format!("{head}.{}.{signature}", URL_SAFE_NO_PAD.encode(with("sub", json!("eva")).to_string())),
            format!("{head}={claims}.{signature}"),
            "..".to_owned(),
            "x".repeat(100_000),
        ] {
            assert!(!accepts(&app, &altered).await, "{altered:.200}");
        }
    }

    async fn the_algorithm_is_pinned(app: TestApp) {
        for alg in ["none", "None", "hs256", "HS384", "HS512", "RS256", "ES256", "EdDSA", ""] {
            assert!(!accepts(&app, &hs256(&json!({ "alg": alg }), &good())).await, "{alg}");
        }
        assert!(!accepts(&app, &hs256(&json!({ "typ": "JWT" }), &good())).await);
        let none = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
            URL_SAFE_NO_PAD.encode(good().to_string())
        );
        assert!(!accepts(&app, &none).await);
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let hs512 = forge(r#"{"alg":"HS512"}"#, &good().to_string(), &key, Algorithm::HS512);
        assert!(!accepts(&app, &hs512).await);
    }

    async fn nothing_in_the_header_extends_the_token_or_chooses_a_key(app: TestApp) {
        for (name, value) in [
            ("crit", json!(["exp"])), ("crit", json!(["b64"])), ("crit", json!([])), ("crit", json!(null)),
            ("b64", json!(false)),
        ] {
            let mut header = header();
            header[name] = value.clone();
            assert!(!accepts(&app, &hs256(&header, &good())).await, "{name} {value}");
        }
        let other = EncodingKey::from_secret(b"another secret of more than 32 bytes");
        for (name, value) in [
            ("jwk", json!({ "kty": "oct", "k": URL_SAFE_NO_PAD.encode(b"another secret of more than 32 bytes") })),
            ("jku", json!("https://example.com/keys")), ("x5u", json!("https://example.com/key")), ("kid", json!("1")),
        ] {
            let mut header = header();
            header[name] = value;
            let forged = forge(&header.to_string(), &good().to_string(), &other, Algorithm::HS256);
            assert!(!accepts(&app, &forged).await, "{name}");
            assert!(accepts(&app, &hs256(&header, &good())).await, "{name} is ignored");
        }
    }

    async fn exp_is_required_and_obeyed_with_60_seconds_of_leeway(app: TestApp) {
        for exp in [now() + 1, now() - 50] {
            assert!(accepts(&app, &hs256(&header(), &with("exp", json!(exp)))).await);
        }
        assert!(accepts(&app, &hs256(&header(), &with("exp", json!(now() as f64 + 0.5)))).await);
        for exp in [json!(now() - 61), json!((now() + 600).to_string()), json!(null), json!(true), json!([now() + 600])] {
            assert!(!accepts(&app, &hs256(&header(), &with("exp", exp.clone()))).await, "{exp}");
        }
        assert!(!accepts(&app, &hs256(&header(), &without("exp"))).await);
    }

    async fn nbf_is_obeyed_with_60_seconds_of_leeway(app: TestApp) {
        for nbf in [now(), now() + 50] {
            assert!(accepts(&app, &hs256(&header(), &with("nbf", json!(nbf)))).await);
        }
        for nbf in [json!(now() + 70), json!(now().to_string()), json!(null), json!(false)] {
            assert!(!accepts(&app, &hs256(&header(), &with("nbf", nbf.clone()))).await, "{nbf}");
        }
    }

    async fn user_and_workspace_are_strings_or_integers_and_never_empty(app: TestApp) {
        for claim in ["sub", "workspace"] {
            for value in [json!("x"), json!(7), json!(-7), json!(u64::MAX), json!("ü".repeat(127))] {
                assert!(accepts(&app, &hs256(&header(), &with(claim, value.clone()))).await, "{claim} {value}");
            }
            for value in [json!(""), json!(" "), json!(null), json!(7.5), json!(true), json!(["x"]), json!({}), json!("a\nb"), json!("x".repeat(256))] {
                assert!(!accepts(&app, &hs256(&header(), &with(claim, value.clone()))).await, "{claim} {value}");
            }
            assert!(!accepts(&app, &hs256(&header(), &without(claim))).await);
        }
        let seven = app.with_token(&hs256(&header(), &with("sub", json!(7))));
        seven.create("Ana", "Paz").await;
        assert_eq!(app.caller("7", "demo").names(json!({})).await, ["Ana"]);
    }

    async fn a_claim_twice_is_refused(app: TestApp) {
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        let claims = format!(r#"{{"sub":"ana","sub":"eva","workspace":"demo","exp":{}}}"#, now() + 600);
        assert!(!accepts(&app, &forge(r#"{"alg":"HS256"}"#, &claims, &key, Algorithm::HS256)).await);
        let twice = r#"{"alg":"none","alg":"HS256"}"#;
        assert!(!accepts(&app, &forge(twice, &good().to_string(), &key, Algorithm::HS256)).await);
    }

    async fn a_token_for_an_audience_is_refused_when_none_is_configured(app: TestApp) {
        for aud in [json!("contacts"), json!(["contacts"]), json!([]), json!(null)] {
            assert!(!accepts(&app, &hs256(&header(), &with("aud", aud))).await);
        }
        assert!(accepts(&app, &hs256(&header(), &with("iss", json!("anybody")))).await);
    }
}

on_both! {
    async fn issuer_and_audience_are_checked_once_configured(database: Database) {
        let configured = Claims { issuer: Some("crm".into()), audience: Some("contacts".into()), ..claims() };
        let app = TestApp::with(database, Verifier::with_secret(&secret(), configured), Limits::new(0)).await;
        let token = |iss: Value, aud: Value| {
            let mut claims = good();
            claims["iss"] = iss;
            claims["aud"] = aud;
            hs256(&header(), &claims)
        };
        assert!(accepts(&app, &token(json!("crm"), json!("contacts"))).await);
        assert!(accepts(&app, &token(json!("crm"), json!(["x", "contacts"]))).await);
        assert!(!accepts(&app, &hs256(&header(), &good())).await);
        for iss in [json!("CRM"), json!(["crm"]), json!(null), json!(1), json!("")] {
            assert!(!accepts(&app, &token(iss.clone(), json!("contacts"))).await, "{iss}");
        }
        for aud in
            [json!("x"), json!([]), json!(["x"]), json!(["contacts", 1]), json!({ "contacts": 1 }), json!(null)]
        {
            assert!(!accepts(&app, &token(json!("crm"), aud.clone())).await, "{aud}");
        }
    }

    async fn the_claim_names_are_configurable(database: Database) {
        let configured = Claims { user: "uid".into(), workspace: "https://example.com/team".into(), ..claims() };
        let app = TestApp::with(database, Verifier::with_secret(&secret(), configured), Limits::new(0)).await;
        let token = json!({ "uid": 5, "https://example.com/team": "demo", "exp": now() + 600 });
        assert!(accepts(&app, &hs256(&header(), &token)).await);
        assert!(!accepts(&app, &hs256(&header(), &good())).await);
    }

    async fn public_keys_of_each_algorithm_check_tokens_and_no_other_algorithm_passes(database: Database) {
        let keys = [
            (KeyAlgorithm::Rs256, Algorithm::RS256, RSA, EncodingKey::from_rsa_pem(RSA.0).unwrap()),
            (KeyAlgorithm::Es256, Algorithm::ES256, EC, EncodingKey::from_ec_pem(EC.0).unwrap()),
            (KeyAlgorithm::EdDsa, Algorithm::EdDSA, ED, EncodingKey::from_ed_pem(ED.0).unwrap()),
        ];
        for (configured, _, (_, public), _) in &keys {
            let app = TestApp::with(database, Verifier::with_public_key(public, *configured, claims()).unwrap(), Limits::new(0)).await;
            for (other, algorithm, _, key) in &keys {
                let header = json!({ "alg": format!("{algorithm:?}") }).to_string();
                let token = forge(&header, &good().to_string(), key, *algorithm);
                assert_eq!(accepts(&app, &token).await, configured == other, "{configured:?} {other:?}");
            }
            // The public key is no secret: a token signed with it as one is refused, whatever its header says.
            let key = EncodingKey::from_secret(public);
            for alg in ["HS256".to_owned(), format!("{:?}", keys[0].1)] {
                let header = json!({ "alg": alg }).to_string();
                assert!(!accepts(&app, &forge(&header, &good().to_string(), &key, Algorithm::HS256)).await);
            }
        }
    }
}

#[test]
fn a_key_that_does_not_fit_is_refused_at_the_start() {
    let refused = |pem: &[u8], algorithm| Verifier::with_public_key(pem, algorithm, claims()).err().unwrap();
    assert!(refused(RSA.0, KeyAlgorithm::Rs256).contains("private key"));
    refused(RSA.1, KeyAlgorithm::Es256);
    refused(EC.1, KeyAlgorithm::Rs256);
    refused(ED.1, KeyAlgorithm::Es256);
    refused(b"nothing", KeyAlgorithm::EdDsa);
}

#[test]
fn a_secret_that_can_be_guessed_is_refused() {
    use contacts::token::Secret;
    for bad in [
        "short",
        "0123456789abcdef0123456789abcde",
        "a-string-secret-at-least-256-bits-long",
        "your-256-bit-secret-your-256-bit-secret-x",
        "CHANGEME-changeme-0123456789-abcdefgh",
        "secretsecretsecretsecretsecretsecretsecret",
        "00000000000000000000000000000000000001",
        "0123456789abcdef0123456789abcdef0123456789abcdef",
    ] {
        assert!(Secret::new(bad).is_err(), "{bad}");
    }
    assert!(Secret::new(SECRET).is_ok());
    assert!(Secret::new((0..32).map(|n| n * 7 + 3).collect::<Vec<u8>>()).is_ok());
}
