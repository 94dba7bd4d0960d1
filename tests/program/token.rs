//! `contacts token`

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::*;

#[test]
fn it_prints_a_token_and_nothing_else() {
    let folder = Folder::new();
    let said = folder.run("token --user ana --workspace demo --days 1");
    assert_eq!(said.out.lines().count(), 1);
    assert_eq!(said.err, "there is no secret contacts.db.jwt-secret yet: it is made now\n");
    assert_eq!(said.out.trim().split('.').count(), 3);
    let said = folder.run("token --user ana --workspace demo --days 3");
    assert_eq!((said.out.lines().count(), said.err.as_str()), (1, ""));
    let claims = URL_SAFE_NO_PAD.decode(said.out.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let left = claims["exp"].as_u64().unwrap() - now;
    assert!((3 * 86_400 - 60..=3 * 86_400).contains(&left), "{claims}");
}

#[test]
fn a_token_made_before_the_first_start_is_good() {
    let folder = Folder::new();
    let token = folder.done("token --user eva --workspace demo");
    let service = folder.serve("");
    assert_eq!(post(&service.base, token.trim(), "contacts/", &json!({})).unwrap().0, 200);
}

#[test]
fn it_says_what_is_missing() {
    let folder = Folder::new();
    assert!(folder.fails("token --workspace demo").contains("--user"));
    assert!(folder.fails("token --user ana --workspace demo --days 0").contains("--days"));
    folder.write("key.pem", include_bytes!("../api/keys/es256.pub.pem"));
    let said = folder.fails("token --user a --workspace b --jwt-public-key key.pem --jwt-algorithm ES256");
    assert!(said.contains("whoever has the private key"), "{said}");
    let said = folder.fails("--jwt-jwks http://127.0.0.1:1/keys --jwt-algorithm ES256 --listen 127.0.0.1:0");
    assert!(said.contains("does --jwt-jwks name the right address"), "{said}");
    assert!(!folder.path("contacts.db").exists());
}

#[test]
fn tokens_of_the_previous_secret_are_good_until_it_is_taken_away() {
    let folder = Folder::new();
    let old = folder.serve("").token.clone();
    std::fs::rename(folder.path("contacts.db.jwt-secret"), folder.path("old-secret")).unwrap();
    let accepts =
        |service: &Service, token: &str| post(&service.base, token, "roles/", &json!({})).unwrap().0 == 200;

    let service = folder.serve("--jwt-previous-secret-file old-secret");
    assert_ne!(service.token, old, "new tokens are signed with the new secret");
    assert!(accepts(&service, &old) && accepts(&service, &service.token));
    drop(service);
    let service = folder.serve("");
    assert!(!accepts(&service, &old) && accepts(&service, &service.token));
    folder.write("old-secret", "short");
    let said = folder.fails("--listen 127.0.0.1:0 --jwt-previous-secret-file old-secret");
    assert!(said.contains("the secret in old-secret is not safe"), "{said}");
}
