//! Bytes in the place of text: what is no UTF-8, and escapes that mean no character.

use crate::support::*;

/// Where callers put text: the path, and a body with `$` in its place.
const PLACES: [(&str, &str); 9] = [
    ("contacts/contact", r#"{"action":"create","first_name":"$","last_name":"Paz"}"#),
    ("contacts/contact", r#"{"action":"create","first_name":"Ana","last_name":"$"}"#),
    ("contacts/contact", r#"{"action":"create","first_name":"Ana","last_name":"Paz","email":"$@x"}"#),
    ("contacts/contact", r#"{"action":"create","first_name":"Ana","last_name":"Paz","phone":"$"}"#),
    ("accounts/account", r#"{"action":"create","name":"$"}"#),
    ("roles/role", r#"{"action":"create","name":"$"}"#),
    ("contacts/", r#"{"filters":{"search":"$"}}"#),
    ("accounts/", r#"{"filters":{"search":"$"}}"#),
    ("contacts/", r#"{"$":"a field that nobody knows"}"#),
];

const NO_TEXT: &[&[u8]] = &[
    b"\x80",
    b"\xbf\xbf",
    b"\xfe",
    b"\xff",
    // Cut off.
    b"\xc3",
    b"a\xe2\x82",
    b"\xf0\x9f\x98",
    b"\xc3a",
    b"\xf0\x9f\x98a",
    // Longer than need be.
    b"\xc0\x80",
    b"\xc0\xaf",
    b"\xc1\xbf",
    b"\xe0\x80\xaf",
    b"\xe0\x9f\xbf",
    b"\xf0\x80\x80\xaf",
    b"\xf0\x8f\xbf\xbf",
    b"\xf8\x88\x80\x80\x80",
    b"\xfc\x84\x80\x80\x80\x80",
    // Halves of pairs, alone and two of them.
    b"\xed\xa0\x80",
    b"\xed\xbf\xbf",
    b"\xed\xa0\xbd\xed\xb8\x80",
    // Beyond the last character.
    b"\xf4\x90\x80\x80",
    b"\xf7\xbf\xbf\xbf",
    // Other encodings.
    b"Jos\xe9",
    b"\xa4\xa4",
    b"\xff\xfeA\0",
    b"\x1b$B\xff",
];

const NO_CHARACTER: &[&str] = &[
    r"\ud800",
    r"\udfff",
    r"a\ud83d",
    r"\ud83db",
    r"\ude00\ud83d",
    r"\ud83d\ud83d",
    r"\ud83d\u0041",
    r"\uD83D\n",
    r"\u",
    r"\u12",
    r"\u+123",
    r"\u{41}",
    r"\x41",
    r"\0",
    r"\'",
    r"\",
    "\t",
    "\n",
    "\r",
    "\0",
    "\u{1}",
    "\u{1f}",
];

const CONTROLS: &[&str] = &[
    r"a\u0000b",
    r"\u0000",
    r"a\u0001",
    r"a\tb",
    r"a\nb",
    r"\u001b[0m",
    r"a\u007fb",
    r"a\u0080b",
    r"a\u0085b",
    r"a\u009fb",
    "a\u{7f}b",
    "a\u{80}b",
    "a\u{85}b",
    "a\u{9f}b",
    r"\b",
    r"a\u000db",
];

/// The same character, written in different ways.
const SAME: &[(&[&str], &str)] = &[
    (&["é", r"\u00e9", r"\u00E9", r"e\u0301", "e\u{301}"], "é"),
    (&["😀", r"\ud83d\ude00", r"\uD83D\uDE00"], "😀"),
    (&["a/b", r"a\/b", r"a\u002fb", r"\u0061/\u0062"], "a/b"),
    (&[r#"\""#, r"\u0022"], "\""),
    (&[r"\\", r"\u005c"], "\\"),
    (&[r" \t\r\n x \u00a0\u3000\u0085", r"\u2028x\u2029", "x"], "x"),
    (&[r"\u1112\u1161\u11ab", "한"], "한"),
    (&[r"\ufffe", "\u{fffe}"], "\u{fffe}"),
    (&[r"\udbff\udfff", "\u{10ffff}"], "\u{10ffff}"),
];

/// What is left when everything has been refused.
async fn nothing(app: &TestApp) -> bool {
    let empty = |(_, body): Answer| body["data"].as_array().unwrap().is_empty();
    empty(app.contacts(json!({})).await)
        && empty(app.accounts(json!({})).await)
        && app.roles().await.1["data"].as_array().unwrap().len() == 5
}

on_both! {
    async fn bytes_that_are_no_text_are_refused_in_every_place(app: TestApp) {
        for (path, body) in PLACES {
            let (before, behind) = body.split_once('$').unwrap();
            for bytes in NO_TEXT {
                let body = [before.as_bytes(), bytes, behind.as_bytes()].concat();
                assert_eq!(app.post_raw(path, body).await, refused(1, "body must be valid UTF-8"), "{path} {bytes:x?}");
            }
            for text in NO_CHARACTER {
                let (status, answer) = app.post_raw(path, body.replace('$', text)).await;
                let info = answer["info"].as_str().unwrap();
                assert!(status == 400 && info.starts_with("body must be valid JSON"), "{path} {text:?} {info}");
            }
        }
        assert!(nothing(&app).await);
        println!("{} bodies that are no text are refused", PLACES.len() * (NO_TEXT.len() + NO_CHARACTER.len()));
        // What is a text would be noticed.
        app.post_raw(PLACES[0].0, PLACES[0].1).await;
        assert!(!nothing(&app).await);
    }

    async fn control_characters_are_refused_in_every_place_by_name(app: TestApp) {
        let fields = ["first_name", "last_name", "email", "phone", "name", "name", "search", "search"];
        for ((path, body), field) in PLACES.into_iter().zip(fields) {
            for text in CONTROLS {
                let info = format!("{field} must not contain control characters");
                assert_eq!(app.post_raw(path, body.replace('$', text)).await, refused(1, &info), "{path} {text:?}");
            }
        }
        assert!(nothing(&app).await);
    }

    async fn a_body_in_another_encoding_is_refused(app: TestApp) {
        let body = r#"{"action":"create","first_name":"Ana","last_name":"Paz"}"#;
        let units = || body.encode_utf16();
        for bytes in [
            units().flat_map(u16::to_le_bytes).collect(),
            units().flat_map(u16::to_be_bytes).collect(),
            [0xfeff].into_iter().chain(units()).flat_map(u16::to_le_bytes).collect(),
            [0xfeff].into_iter().chain(units()).flat_map(u16::to_be_bytes).collect(),
            body.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
            [b"\xef\xbb\xbf", body.as_bytes()].concat(),
            body.bytes().map(|byte| byte | 0x80).collect::<Vec<u8>>(),
        ] {
            let (status, answer) = app.post_raw("contacts/contact", bytes).await;
            assert_eq!((status, &answer["code"]), (400, &json!(1)), "{answer}");
        }
        assert!(nothing(&app).await);
    }

    async fn the_same_text_in_different_escapes_is_the_same(app: TestApp) {
        for (texts, stored) in SAME {
            for text in *texts {
                let body = PLACES[0].1.replace('$', text);
                let (status, answer) = app.post_raw("contacts/contact", body).await;
                assert_eq!((status, &answer["data"]["first_name"]), (200, &json!(stored)), "{text:?}");
            }
        }
    }
}
