//! Tokens that somebody else signs, whose keys are fetched from where they are published.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use contacts::http::Limits;
use contacts::token::{Issuer, KeyAlgorithm, Verifier};
use jsonwebtoken::jwk::Jwk;
use jsonwebtoken::{Algorithm, EncodingKey};

use crate::support::*;
use crate::tokens::{EC, ED, RSA, accepts, forge, good};

/// What the server of an issuer answers.
#[derive(Clone)]
enum Answers {
    Keys(Vec<Value>),
    Text(&'static str),
    Nothing,
    /// Keys, after half a second.
    Late(Vec<Value>),
}

/// An issuer's server. It ends with the test program.
struct KeyServer {
    address: String,
    state: Arc<Mutex<(Answers, usize)>>,
}

#[allow(clippy::disallowed_methods, reason = "the server has a thread of its own")]
impl KeyServer {
    fn start(answers: Answers) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/keys", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new((answers, 0)));
        let (of_thread, patience) = (state.clone(), Duration::from_secs(10));
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                stream.set_read_timeout(Some(patience)).unwrap();
                let _ = stream.read(&mut [0; 4096]);
                let answers = {
                    let mut state = of_thread.lock().unwrap_or_else(PoisonError::into_inner);
                    state.1 += 1;
                    state.0.clone()
                };
                let body = match answers {
                    Answers::Keys(keys) => json!({ "keys": keys }).to_string(),
                    Answers::Late(keys) => {
                        thread::sleep(Duration::from_millis(500));
                        json!({ "keys": keys }).to_string()
                    }
                    Answers::Text(text) => text.to_owned(),
                    Answers::Nothing => continue,
                };
                let length = body.len();
                let head =
                    format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
                let _ = stream.write_all((head + &body).as_bytes());
            }
        });
        Self { address, state }
    }

    fn answer(&self, answers: Answers) {
        self.state.lock().unwrap().0 = answers;
    }

    /// How often it was asked so far.
    fn asked(&self) -> usize {
        self.state.lock().unwrap().1
    }

    async fn issuer(&self, algorithm: KeyAlgorithm) -> Result<Arc<Issuer>, String> {
        let issuer = Issuer::fetch(self.address.parse().unwrap(), algorithm).await;
        issuer.map_err(|error| format!("{error:#}"))
    }

    async fn app(&self, algorithm: KeyAlgorithm) -> TestApp {
        let issuer = self.issuer(algorithm).await.unwrap();
        TestApp::with(Database::Sqlite, Verifier::with_issuer(issuer, claims()), Limits::new(0)).await
    }
}

/// A new key of an issuer, with its id.
struct SigningKey(String, EncodingKey);

impl SigningKey {
    fn new(id: &str) -> Self {
        let made = aws_lc_rs::signature::Ed25519KeyPair::generate().unwrap();
        let document = made.to_pkcs8v1().unwrap();
        Self(id.into(), EncodingKey::from_ed_der(document.as_ref()))
    }

    fn published(&self) -> Value {
        let mut key =
            serde_json::to_value(Jwk::from_encoding_key(&self.1, Algorithm::EdDSA).unwrap()).unwrap();
        key["kid"] = self.0.as_str().into();
        key
    }

    fn token(&self) -> String {
        self.token_of(json!({ "alg": "EdDSA", "kid": self.0 }))
    }

    fn token_of(&self, header: Value) -> String {
        forge(&header.to_string(), &good().to_string(), &self.1, Algorithm::EdDSA)
    }
}

/// Lets time pass for the service, not for the server of the issuer.
async fn later(seconds: u64) {
    // A task that was just begun has not begun to wait yet, and would only do so afterwards.
    tokio::task::yield_now().await;
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn keys_rotate_and_the_issuer_is_asked_once_a_minute_at_most() {
    let [first, second, third] = ["1", "2", "3"].map(SigningKey::new);
    let server = KeyServer::start(Answers::Keys(vec![first.published()]));
    let app = server.app(KeyAlgorithm::EdDsa).await;
    assert!(accepts(&app, &first.token()).await);
    assert_eq!(server.asked(), 1);

    server.answer(Answers::Keys(vec![first.published(), second.published()]));
    assert!(accepts(&app, &second.token()).await, "an unknown key is looked for at once");
    assert!(accepts(&app, &first.token()).await);
    assert_eq!(server.asked(), 2);

    server.answer(Answers::Keys(vec![second.published(), third.published()]));
    for _ in 0..20 {
        assert!(!accepts(&app, &third.token()).await);
    }
    assert_eq!(server.asked(), 2, "who invents keys does not make the service ask all the time");
    later(61).await;
    assert!(accepts(&app, &third.token()).await);
    assert!(!accepts(&app, &first.token()).await, "a key that is published no more is none");
    assert_eq!(server.asked(), 3);
}

#[tokio::test]
async fn who_hangs_up_does_not_make_the_service_ask_again() {
    let [first, second] = ["1", "2"].map(SigningKey::new);
    let server = KeyServer::start(Answers::Keys(vec![first.published()]));
    let app = server.app(KeyAlgorithm::EdDsa).await;
    server.answer(Answers::Late(vec![second.published()]));
    let token = second.token();
    for _ in 0..10 {
        let call = accepts(&app, &token);
        tokio::time::timeout(Duration::from_millis(20), call).await.unwrap_err();
    }
    assert!(accepts(&app, &token).await, "what the first began is waited for");
    assert_eq!(server.asked(), 2);
}

#[tokio::test]
async fn a_key_that_was_taken_back_is_good_for_ten_minutes_at_most() {
    let [first, second] = ["1", "2"].map(SigningKey::new);
    let server = KeyServer::start(Answers::Keys(vec![first.published()]));
    let app = server.app(KeyAlgorithm::EdDsa).await;
    server.answer(Answers::Keys(vec![second.published()]));
    assert!(accepts(&app, &first.token()).await);
    later(601).await;
    for _ in 0..200 {
        if !accepts(&app, &first.token()).await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the issuer was asked {} times", server.asked());
}

#[tokio::test]
async fn an_issuer_that_does_not_answer_logs_nobody_out() {
    let [first, second] = ["1", "2"].map(SigningKey::new);
    let server = KeyServer::start(Answers::Keys(vec![first.published()]));
    let app = server.app(KeyAlgorithm::EdDsa).await;
    for answers in [Answers::Nothing, Answers::Text("<html>"), Answers::Text(r#"{"keys":[]}"#)] {
        server.answer(answers);
        later(61).await;
        assert!(!accepts(&app, &second.token()).await);
        assert!(accepts(&app, &first.token()).await);
    }
    assert_eq!(server.asked(), 4);
}

#[tokio::test]
async fn every_algorithm_has_its_keys_among_others() {
    let key = |jwk: Jwk, id: &str, usage: &str| {
        let mut key = serde_json::to_value(jwk).unwrap();
        key["kid"] = id.into();
        key["use"] = usage.into();
        key
    };
    let rsa = EncodingKey::from_rsa_pem(RSA.0).unwrap();
    let ec = EncodingKey::from_ec_pem(EC.0).unwrap();
    let ed = EncodingKey::from_ed_pem(ED.0).unwrap();
    let jwk = |key, algorithm| Jwk::from_encoding_key(key, algorithm).unwrap();
    let server = KeyServer::start(Answers::Keys(vec![
        json!({ "kty": "nonsense", "kid": "x" }),
        json!({ "kty": "oct", "k": "c2VjcmV0", "kid": "secret" }),
        key(jwk(&rsa, Algorithm::RS256), "rsa", "sig"),
        key(jwk(&rsa, Algorithm::RS256), "encrypts", "enc"),
        key(jwk(&ec, Algorithm::ES256), "ec", "sig"),
        key(jwk(&ed, Algorithm::EdDSA), "ed", "sig"),
    ]));
    for (configured, algorithm, key, id) in [
        (KeyAlgorithm::Rs256, Algorithm::RS256, &rsa, "rsa"),
        (KeyAlgorithm::Es256, Algorithm::ES256, &ec, "ec"),
        (KeyAlgorithm::EdDsa, Algorithm::EdDSA, &ed, "ed"),
    ] {
        let app = server.app(configured).await;
        let token = |header: Value| forge(&header.to_string(), &good().to_string(), key, algorithm);
        let alg = format!("{algorithm:?}");
        assert!(accepts(&app, &token(json!({ "alg": alg, "kid": id }))).await, "{alg}");
        // It is the only key of its kind.
        assert!(accepts(&app, &token(json!({ "alg": alg }))).await, "{alg}");
        for id in [json!("encrypts"), json!("secret"), json!("x"), json!(1), json!(null)] {
            assert!(!accepts(&app, &token(json!({ "alg": alg, "kid": id }))).await, "{alg} {id}");
        }
    }
}

#[tokio::test]
async fn a_token_that_names_no_key_is_refused_where_there_are_several() {
    let [first, second] = ["1", "2"].map(SigningKey::new);
    let server = KeyServer::start(Answers::Keys(vec![first.published(), second.published()]));
    let app = server.app(KeyAlgorithm::EdDsa).await;
    assert!(accepts(&app, &first.token()).await);
    assert!(!accepts(&app, &first.token_of(json!({ "alg": "EdDSA" }))).await);
    assert!(!accepts(&app, &first.token_of(json!({ "alg": "EdDSA", "kid": "2" }))).await);
}

#[tokio::test]
async fn what_is_no_set_of_keys_stops_the_start() {
    let server = KeyServer::start(Answers::Nothing);
    let why = async |answers| {
        server.answer(answers);
        server.issuer(KeyAlgorithm::EdDsa).await.err().unwrap()
    };
    assert!(why(Answers::Nothing).await.contains("cannot fetch http://127.0.0.1"));
    assert!(why(Answers::Text("<html>")).await.contains("is not a set of keys"));
    assert!(why(Answers::Text(r#"{"keys":[]}"#)).await.contains("has no key for EdDSA"));
    for address in ["http://example.com/keys", "example.com", "ftp://127.0.0.1/", ""] {
        assert!(address.parse::<contacts::token::IssuerAddress>().is_err(), "{address}");
    }
}
