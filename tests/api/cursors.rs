//! Cursors that no answer gave: each is refused, or is a place in the caller's own list.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};

use crate::scale::{random, scale};
use crate::support::*;

const MINE: usize = 30;

/// A list with pages: its rows in order, and their ids.
struct List {
    path: &'static str,
    body: Value,
    rows: Vec<String>,
    ids: Vec<i64>,
}

impl List {
    /// Reads a list row by row.
    async fn read(app: &TestApp, path: &'static str, body: Value) -> Self {
        let mut list = Self { path, body, rows: Vec::new(), ids: Vec::new() };
        let mut cursor = String::new();
        loop {
            let (_, page) = list.ask(app, &cursor, 1).await;
            list.rows.extend(rows(&page));
            let Some(next) = page["next_page"].as_str() else { break };
            cursor = next.to_owned();
            list.ids.push(id(next).unwrap());
        }
        // The last row has no cursor: behind its id there is nothing any more.
        let mut last = list.ids.last().copied().unwrap_or(0) + 1;
        while !rows(&list.ask(app, &STANDARD.encode(last.to_string()), 1).await.1).is_empty() {
            last += 1;
        }
        list.ids.push(last);
        assert_eq!(list.ids.len(), list.rows.len());
        list
    }

    async fn ask(&self, app: &TestApp, cursor: &str, size: usize) -> Answer {
        let mut body = self.body.clone();
        let place = if self.path == "contacts/associations" { &mut body } else { &mut body["filters"] };
        place["page"] = cursor.into();
        place["page_size"] = size.into();
        app.post(self.path, body).await
    }

    /// Whether an answer holds a page, and only what it may: the caller's own rows behind the place that the cursor names.
    fn check(&self, cursor: &str, size: usize, answer: &Answer) -> Result<bool, String> {
        if *answer == refused(1, "page must be the next_page of an earlier answer") {
            return Ok(false);
        }
        let id = if cursor.is_empty() { Some(0) } else { id(cursor) };
        let Some(id) = id.filter(|_| answer.0 == 200) else {
            return Err(format!("{cursor:?} was not refused: {answer:?}"));
        };
        let behind = self.rows.iter().skip(self.ids.partition_point(|own| *own <= id)).take(size);
        if !behind.eq(&rows(&answer.1)) {
            return Err(format!("behind {id} are other rows: {answer:?}"));
        }
        Ok(true)
    }
}

/// The id that a cursor names.
fn id(cursor: &str) -> Option<i64> {
    String::from_utf8(STANDARD.decode(cursor).ok()?).ok()?.parse().ok()
}

/// What tells the rows of an answer apart.
fn rows(body: &Value) -> Vec<String> {
    let rows = body["data"].as_array().unwrap_or_else(|| panic!("{body}"));
    rows.iter()
        .map(|row| format!("{} {} {}", row["uuid"], row["contact_uuid"], row["account_uuid"]))
        .collect()
}

/// A cursor made into something else.
fn mutate(cursor: &str, random: &mut fastrand::Rng) -> String {
    let mut bytes = cursor.as_bytes().to_vec();
    let place = random.usize(0..bytes.len());
    match random.u8(0..14) {
        0 => bytes[place] ^= 1 << random.u8(0..7),
        1 => bytes[place] = random.alphanumeric() as u8,
        2 => drop(bytes.remove(place)),
        3 => bytes.insert(place, random.u8(0x20..0x7f)),
        4 => bytes.truncate(place),
        5 => bytes.rotate_left(place),
        6 => bytes.extend_from_slice(cursor.as_bytes()),
        7 => bytes.retain(|byte| *byte != b'='),
        8 => bytes = cursor.to_lowercase().into_bytes(),
        // Other numbers, among them those of rows of others.
        9 => return STANDARD.encode(random.i64(0..200).to_string()),
        10 => return STANDARD.encode(random.i64(..).to_string()),
        // What a number is not written as.
        11 => {
            let id = random.i64(0..200);
            let odd = [
                format!("+{id}"),
                format!("0{id}"),
                format!(" {id}"),
                format!("{id}\n"),
                format!("-{id}"),
                format!("{id}.0"),
                format!("0x{id:x}"),
                format!("{id}e0"),
                format!("{id}\0"),
                format!("{id} OR 1=1"),
                format!("{id}'--"),
                format!("{id};{id}"),
                "٣".into(),
                "９".into(),
                format!("{}{id}", u64::MAX),
                String::new(),
            ];
            let odd = random.choice(odd).unwrap();
            return random.choice([STANDARD.encode(&odd), STANDARD_NO_PAD.encode(&odd), odd]).unwrap();
        }
        12 => return URL_SAFE.encode(std::array::from_fn::<u8, 9, _>(|_| random.u8(..))),
        _ => return (0..random.usize(1..60)).map(|_| random.char(..)).collect(),
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

on_both! {
    async fn a_mutated_cursor_is_refused_or_a_place_in_the_callers_own_list(app: TestApp) {
        let mut random = random();
        let (seed, count) = (random.get_seed(), scale(10_000, 100_000));
        let callers = [app.clone(), app.caller("eva", "demo"), app.caller("ana", "other")];
        // Rows of others lie between the caller's own.
        let mut accounts = [const { Vec::new() }; 3];
        let mut contacts = [const { Vec::new() }; 3];
        for number in 0..MINE {
            for (place, caller) in callers.iter().enumerate() {
                contacts[place].push(caller.create(&format!("Ana{number}"), "Paz").await);
                accounts[place].push(caller.create_account(&format!("Acme{number}")).await);
            }
            app.associate(&contacts[0][0], &accounts[0][number], 1).await;
            callers[1].associate(&contacts[1][number], &accounts[0][0], 1).await;
            callers[2].associate(&contacts[2][0], &accounts[2][number], 1).await;
        }
        let lists = [
            List::read(&app, "contacts/", json!({ "filters": {} })).await,
            List::read(&app, "contacts/", json!({ "filters": { "search": "ana" } })).await,
            List::read(&app, "contacts/", json!({ "filters": { "contacts": contacts.concat() } })).await,
            List::read(&app, "contacts/", json!({ "filters": { "accounts": accounts.concat() } })).await,
            List::read(&app, "accounts/", json!({ "filters": {} })).await,
            List::read(&app, "contacts/associations", json!({ "action": "list", "contact_uuid": contacts[0][0] })).await,
            List::read(&app, "contacts/associations", json!({ "action": "list", "account_uuid": accounts[0][0] })).await,
        ];
        let mut pages = 0;
        for _ in 0..count {
            let list = random.choice(&lists).unwrap();
            let cursor = mutate(&STANDARD.encode(random.choice(&list.ids).unwrap().to_string()), &mut random);
            let size = random.usize(1..40);
            let answer = list.ask(&app, &cursor, size).await;
            let checked = list.check(&cursor, size, &answer);
            pages += usize::from(checked.unwrap_or_else(|wrong| panic!("{wrong} (seed {seed})")));
        }
        // A row of somebody else, and a page for something that is no cursor.
        let (mine, theirs) = (&lists[0], List::read(&callers[1], "contacts/", json!({ "filters": {} })).await);
        let answer = theirs.ask(&callers[1], "MQ==", 5).await;
        assert!(theirs.check("MQ==", 5, &answer).is_ok() && mine.check("MQ==", 5, &answer).is_err());
        assert!(theirs.check("1", 5, &answer).is_err());
        println!("{count} mutated cursors: {pages} were places in the own list, all others refused (seed {seed})");
        assert!(pages > count / 20 && pages < count / 2);
    }
}
