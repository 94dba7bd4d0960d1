//! Whatever text is sent, it is stored and read back as the decisions say, or refused with the field's name; and both
//! databases do the same.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use futures_util::{StreamExt as _, stream};
use unicode_normalization::UnicodeNormalization as _;

use crate::hostile::{BLANKS, texts};
use crate::scale::{random, scale};
use crate::support::*;

/// Before the list's end, so that PostgreSQL looks for later ones in its index.
const OTHERS: usize = 1_001;

/// What becomes of a text: it is stored like this, or nothing is, or the rule that it breaks.
type Verdict = Result<Option<String>, String>;

/// Trimmed, composed, then counted; without control characters.
fn verdict(text: &str, most: usize, required: bool) -> Verdict {
    let text: String =
        text.trim_matches(|c| BLANKS.contains(&c) || "\t\n\u{b}\u{c}\r\u{85}".contains(c)).nfc().collect();
    let rule = if required {
        format!("must be 1 to {most} characters")
    } else {
        format!("must be at most {most} characters")
    };
    if text.chars().count() > most || (required && text.is_empty()) {
        return Err(rule);
    }
    if text.chars().any(|c| matches!(c, '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}')) {
        return Err("must not contain control characters".into());
    }
    Ok(Some(text).filter(|text| !text.is_empty()))
}

/// What an email needs beside: one `@` with something on both sides, and no blank.
fn email_verdict(text: &str) -> Verdict {
    let Some(email) = verdict(text, 50, false)? else { return Ok(None) };
    let sides: Vec<&str> = email.split('@').collect();
    let two = sides.len() == 2 && sides.iter().all(|side| !side.is_empty());
    if !two || email.contains(BLANKS) {
        return Err("must be like name@example.com, with one @ and no blanks".into());
    }
    Ok(Some(email))
}

/// As JSON, as it is or all in escapes.
fn quoted(text: &str, escaped: bool) -> String {
    if !escaped {
        return Value::from(text).to_string();
    }
    let mut json = String::from("\"");
    text.encode_utf16().for_each(|unit| write!(json, "\\u{unit:04x}").unwrap());
    json + "\""
}

/// Sends a text in every field of a new contact; its UUID, and what is saved of it.
async fn create(app: &TestApp, text: &str, quoted: &str) -> (String, Value) {
    let name = verdict(text, 50, true);
    let (email, phone) = (email_verdict(text), verdict(text, 50, false));
    let mut body = json!({ "action": "create", "first_name": "Ana", "last_name": "Paz" });
    let mut saved = json!({ "first_name": "Ana", "last_name": "Paz", "email": null, "phone": null });
    for (field, verdict) in
        [("first_name", name.clone()), ("last_name", name), ("email", email), ("phone", phone)]
    {
        match verdict {
            Ok(stored) => {
                body[field] = "$".into();
                saved[field] = stored.into();
            }
            // What is refused, is refused alone.
            Err(rule) => {
                let mut body = body.clone();
                body[field] = "$".into();
                let answer = app.post_raw("contacts/contact", with(&body, quoted)).await;
                assert_eq!(answer, refused(1, &format!("{field} {rule}")), "{quoted:.300}");
            }
        }
    }
    let made = app.post_raw("contacts/contact", with(&body, quoted)).await;
    assert_eq!(check(&made.1["data"], &saved), Ok(()), "{quoted:.300}");
    // One mark more would be noticed.
    let mut doctored = saved.clone();
    doctored["last_name"] = format!("{}\u{327}", saved["last_name"].as_str().unwrap()).into();
    assert!(check(&made.1["data"], &doctored).is_err());
    (uuid(made), saved)
}

/// Reads a contact in every way, and sends it back as it is.
async fn read(app: &TestApp, uuid: &str, saved: &Value) {
    let only = json!({ "contacts": [uuid] });
    let (_, list) = app.contacts(json!({ "filters": only })).await;
    let (_, lite) = app.contacts(json!({ "action": "lite", "filters": only })).await;
    let mut update = saved.clone();
    update["action"] = "update".into();
    update["uuid"] = uuid.into();
    let updated = app.contact(update).await.1["data"].clone();
    let got = app.act("get", uuid).await.1["data"].clone();
    for shown in [&got, &list["data"][0], &updated] {
        assert_eq!(check(shown, saved), Ok(()));
    }
    assert_eq!(lite["data"][0]["first_name"], saved["first_name"]);
    assert_eq!(lite["data"][0]["last_name"], saved["last_name"]);
}

/// Searches for a text: whom it finds, by their places in the order of the texts. Whose name it is, is one of them.
async fn search(app: &TestApp, path: &str, text: &str, quoted: &str, uuids: &[String]) -> Vec<usize> {
    let body = format!(r#"{{"action":"lite","filters":{{"search":{quoted}}}}}"#);
    let answer = app.post_raw(path, body).await;
    if verdict(text, usize::MAX, false).is_err() {
        assert_eq!(answer, refused(1, "search must not contain control characters"), "{quoted:.300}");
        return Vec::new();
    }
    assert_eq!(answer.0, 200, "{quoted:.300}");
    let found: HashSet<String> = column(&answer.1, "uuid").into_iter().collect();
    (0..uuids.len()).filter(|place| found.contains(&uuids[*place])).collect()
}

/// Makes accounts or roles of these names, and reads them back; what tells them apart, or nothing for what is no name.
async fn create_named(app: &TestApp, of: [&str; 2], most: usize, texts: &[(String, String)]) -> Vec<String> {
    let [paths, id] = of;
    let path = format!("{paths}/{}", paths.trim_end_matches('s'));
    let body = json!({ "action": "create", "name": "$" });
    let made = at_once(texts.iter().map(|(_, quoted)| app.post_raw(&path, with(&body, quoted)))).await;
    let all = if paths == "roles" { json!({}) } else { json!({ "action": "lite" }) };
    let (_, all) = app.post(paths, all).await;
    let all: HashMap<String, &Value> =
        all["data"].as_array().unwrap().iter().map(|row| (row[id].to_string(), &row["name"])).collect();
    let mut ids = Vec::new();
    for ((text, quoted), answer) in texts.iter().zip(made) {
        match verdict(text, most, true) {
            Ok(name) => {
                assert_eq!(answer.1["data"], json!({ "name": name }), "{quoted:.300}");
                assert_eq!(*all[&answer.1[id].to_string()], json!(name), "{quoted:.300}");
            }
            Err(rule) => assert_eq!(answer, refused(1, &format!("name {rule}")), "{quoted:.300}"),
        }
        ids.push(answer.1[id].as_str().unwrap_or_default().to_owned());
    }
    ids
}

/// Sends all texts, each in every field, and reads them back; whom the searches found.
async fn send(database: Database, texts: &[(String, String)]) -> Vec<Vec<usize>> {
    let app = &TestApp::new(database).await;
    at_once((0..OTHERS).map(|_| app.create("Otra", "Persona"))).await;
    let made = at_once(texts.iter().map(|(text, quoted)| create(app, text, quoted))).await;
    at_once(made.iter().map(|(uuid, saved)| read(app, uuid, saved))).await;
    let contacts: Vec<String> = made.into_iter().map(|(uuid, _)| uuid).collect();
    create_named(app, ["roles", "id"], 50, texts).await;
    let accounts = create_named(app, ["accounts", "uuid"], 100, texts).await;
    let mut all = Vec::new();
    for (path, uuids, most) in [("contacts/", contacts, 50), ("accounts/", accounts, 100)] {
        let found = texts.iter().map(|(text, quoted)| search(app, path, text, quoted, &uuids));
        let found = at_once(found).await;
        for (place, (text, quoted)) in texts.iter().enumerate() {
            let itself = verdict(text, most, true).is_err() || found[place].contains(&place);
            assert!(itself, "{quoted:.300} does not find itself");
        }
        all.extend(found);
    }
    all
}

/// Does many things, some of them at a time.
async fn at_once<T>(things: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    stream::iter(things).buffered(64).collect().await
}

/// A body with the text in place of each `$`.
fn with(body: &Value, quoted: &str) -> String {
    body.to_string().replace("\"$\"", quoted)
}

/// Whether a contact is shown as it was to be saved.
fn check(shown: &Value, saved: &Value) -> Result<(), String> {
    let differs = saved.as_object().unwrap().iter().find(|(field, value)| shown[field.as_str()] != **value);
    differs.map_or(Ok(()), |(field, value)| Err(format!("{field} is {}, not {value}", shown[field.as_str()])))
}

/// Characters of one part of Unicode, or of all.
fn random_text(random: &mut fastrand::Rng) -> String {
    const PARTS: [(char, char); 20] = [
        (' ', '~'),
        ('\0', '\u{a0}'),
        ('\u{a0}', '\u{24f}'),
        ('\u{300}', '\u{36f}'),
        ('\u{370}', '\u{52f}'),
        ('\u{590}', '\u{6ff}'),
        ('\u{900}', '\u{dff}'),
        ('\u{e00}', '\u{fff}'),
        ('\u{1100}', '\u{11ff}'),
        ('\u{1e00}', '\u{1fff}'),
        ('\u{2000}', '\u{206f}'),
        ('\u{2100}', '\u{24ff}'),
        ('\u{3000}', '\u{30ff}'),
        ('\u{ac00}', '\u{d7ff}'),
        ('\u{f900}', '\u{ffff}'),
        ('\u{1d100}', '\u{1d7ff}'),
        ('\u{1f1e6}', '\u{1faff}'),
        ('\u{2f800}', '\u{2fa1f}'),
        ('\u{e0000}', '\u{e01ef}'),
        ('\0', char::MAX),
    ];
    let parts = [random.choice(PARTS).unwrap(), random.choice(PARTS).unwrap()];
    let most = random.choice([3, 12, 60]).unwrap();
    let length = random.usize(1..=most);
    (0..length).map(|number| random.char(parts[number % 2].0..=parts[number % 2].1)).collect()
}

#[tokio::test]
async fn hostile_text_is_stored_as_it_is_or_refused_by_both_databases() {
    let mut random = random();
    let (seed, more) = (random.get_seed(), scale(300, 1_500));
    let mut all = texts();
    all.extend(std::iter::repeat_with(|| random_text(&mut random)).take(more));
    let texts: Vec<(String, String)> =
        all.into_iter().map(|text| (text.clone(), quoted(&text, random.bool()))).collect();
    let stored = texts.iter().filter(|(text, _)| verdict(text, 50, true).is_ok()).count();
    let (sqlite, postgres) = tokio::join!(send(Database::Sqlite, &texts), send(Database::Postgres, &texts));
    let found = sqlite.iter().map(Vec::len).sum::<usize>();
    println!(
        "{} texts, {stored} of them names, found {found} times: the same on both databases (seed {seed})",
        texts.len()
    );
    assert!(stored > texts.len() / 3);
    for ((text, sqlite), postgres) in texts.iter().cycle().zip(sqlite).zip(postgres) {
        assert_eq!(sqlite, postgres, "{:.300}", text.1);
    }
}
