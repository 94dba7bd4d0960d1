//! `contacts token`

use crate::support::*;

#[test]
fn it_prints_a_token_and_nothing_else() {
    let folder = Folder::new();
    let said = folder.run("token --user ana --workspace demo --days 1");
    assert_eq!((said.out.lines().count(), said.err.as_str()), (1, ""));
    assert_eq!(said.out.trim().split('.').count(), 3);
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
}
