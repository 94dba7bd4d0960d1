//! The calls of a history, as requests and answers.

use crate::model::*;
use crate::support::*;

/// Any call; an update has a number of its own.
pub(crate) fn draw(number: u32, random: &mut fastrand::Rng) -> Call {
    match random.u8(0..100) {
        0..30 => Call::Read,
        30..40 => Call::List(random.choice([None, Some(true), Some(false)]).unwrap()),
        40..70 => {
            let email = random.choice([Edit::Keep, Edit::Set(None), Edit::Set(Some(number))]).unwrap();
            Call::Update { names: number, email }
        }
        70..85 => Call::Inactivate,
        85..99 => Call::Activate,
        _ => Call::Delete,
    }
}

/// The path and the body of a call.
pub(crate) fn body(contact: &str, call: Call) -> (&'static str, Value) {
    let act = |action: &str| ("contacts/contact", json!({ "action": action, "uuid": contact }));
    match call {
        Call::Read => act("get"),
        // Without a state it is a page of all, which is read in another way.
        Call::List(None) => ("contacts/", json!({ "filters": { "page_size": 100 } })),
        Call::List(Some(active)) => {
            let status = if active { "active" } else { "inactive" };
            ("contacts/", json!({ "filters": { "contacts": [contact], "status": status } }))
        }
        Call::Update { names, email } => {
            let (path, mut body) = act("update");
            body["first_name"] = format!("F{names}").into();
            body["last_name"] = format!("L{names}").into();
            body["phone"] = format!("P{names}").into();
            if let Edit::Set(email) = email {
                body["email"] = email.map(|email| format!("{email}@x")).into();
            }
            (path, body)
        }
        Call::Inactivate => act("inactivate"),
        Call::Activate => act("activate"),
        Call::Delete => act("delete"),
    }
}

/// Calls, and reads the answer; nothing if it does not say what happened.
pub(crate) fn tell(caller: &Client, contact: &str, call: Call) -> Option<Told> {
    let (path, body) = body(contact, call);
    let Answer { status, body, .. } = caller.post(path, &body)?;
    let refusal = match call {
        Call::Inactivate => "Contact not found or already inactive",
        Call::Activate => "Contact not found or already active",
        _ => "Contact not found",
    };
    match (status, call) {
        (500.., _) => None,
        (200, Call::Read) => Some(shown(&body["data"])),
        (200, Call::List(_)) => {
            let row = body["data"].as_array().unwrap().iter().find(|row| row["uuid"] == contact);
            Some(row.map_or(Told::Refused, shown))
        }
        (200, Call::Update { names, .. }) => match shown(&body["data"]) {
            Told::Shown { names: saved, email } if saved == names => Some(Told::Updated(email)),
            _ => panic!("not what was sent: {body}"),
        },
        (200, _) => Some(Told::Done),
        (400, _) if body == json!({ "res": "error", "code": 4, "info": refusal }) => Some(Told::Refused),
        _ => panic!("{call:?}: {status} {body}"),
    }
}

/// The numbers of what is shown. All of an update is there, or nothing.
fn shown(data: &Value) -> Told {
    let number = |field: &str, before: &str, behind: &str| {
        let text = data[field].as_str()?.strip_prefix(before)?.strip_suffix(behind)?;
        text.parse::<u32>().ok()
    };
    let names = ["first_name", "last_name", "phone"].map(|field| {
        let before = &field[..1].to_uppercase();
        number(field, before, "").unwrap_or_else(|| panic!("not what was sent: {data}"))
    });
    assert_eq!(names, [names[0]; 3], "half of an update: {data}");
    assert_eq!(data["email"].is_null(), number("email", "", "@x").is_none(), "{data}");
    Told::Shown { names: names[0], email: number("email", "", "@x") }
}
