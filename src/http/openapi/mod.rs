//! The description of the API: an OpenAPI 3.1 document for people, and for generators of clients.
//!
//! Bounds, codes and texts come from what checks and sends them, so they can't differ from it. What is said here alone is
//! held to what the service does by tests.

mod accounts;
mod associations;
mod call;
mod contacts;
mod lookup;
mod ordered;
mod roles;
mod schema;
mod service;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

use super::answer::APPLICATION_JSON;
use super::error::Error;
use crate::store;
use crate::text::Invalid;
use ordered::{Json, list, object};

static TEXT: LazyLock<String> = LazyLock::new(|| {
    let text = serde_json::to_string_pretty(&document());
    // Nothing in it can fail to be written.
    text.unwrap_or_default() + "\n"
});

/// The description as text: JSON, indented, with a line's end after it.
pub fn openapi() -> &'static str {
    &TEXT
}

/// `GET /openapi.json`
pub(super) async fn serve() -> Response {
    ([(CONTENT_TYPE, APPLICATION_JSON)], openapi()).into_response()
}

fn document() -> Json {
    let paths =
        [contacts::paths(), associations::paths(), accounts::paths(), roles::paths(), service::paths()];
    let schemas = [
        contacts::schemas(),
        accounts::schemas(),
        associations::schemas(),
        roles::schemas(),
        service::schemas(),
    ];
    object! {
        "openapi": "3.1.0",
        "info": object! {
            "title": "Contacts API",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The contacts of a sales team, with their accounts.",
            "description": description(),
            "license": object! { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": list![object! { "url": "/" }],
        "security": list![object! { "token": Json::List(Vec::new()) }],
        "tags": list![
            tag("Contacts", "Your own contacts: nobody else lists, changes or finds them. Their names are in the associations, which are the workspace's."),
            tag("Associations", "Which contacts belong to which accounts, and with which role. They are the workspace's."),
            tag("Accounts", "The companies that contacts are associated with. They are the workspace's."),
            tag("Roles", "What a contact can be to an account. They are the workspace's."),
            tag("Service", "What machines ask. None of it needs a token, nor counts for the limit."),
        ],
        "paths": Json::members(paths.into_iter().flatten()),
        "components": object! {
            "securitySchemes": object! { "token": object! {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "A token that names you and your workspace. `contacts token --user U --workspace W` \
                    prints one where the service signs its own; elsewhere it comes from who signs in.",
            } },
            "headers": headers(),
            "responses": call::responses(),
            "schemas": Json::members(schemas.into_iter().flatten()),
        },
    }
}

fn tag(name: &'static str, description: &'static str) -> Json {
    object! { "name": name, "description": description }
}

/// What holds for all calls.
fn description() -> String {
    let mut codes = BTreeMap::<u16, (Vec<String>, Vec<String>)>::new();
    for error in errors() {
        let (status, code, info) = error.parts();
        let (statuses, infos) = codes.entry(code).or_default();
        for (all, one) in [(statuses, status.as_u16().to_string()), (infos, info.into_owned())] {
            if !all.contains(&one) {
                all.push(one);
            }
        }
    }
    let mut table = String::from("| `code` | status | `info` |\n|---|---|---|\n");
    for (code, (mut statuses, infos)) in codes {
        statuses.sort();
        table += &format!("| {code} | {} | {} |\n", statuses.join(", "), infos.join("; "));
    }
    format!(
        "Contacts of a sales team, the accounts that they are associated with, and their roles there.\n\n\
         Every call has a token: `Authorization: Bearer <token>`. It says who you are and in which workspace; both come \
         into being with their first call.\n\n\
         **Requests** are JSON, whatever `Content-Type` says. No body is `{{}}`. Members that a call does not know are \
         ignored; one that is there twice is refused. Nothing is converted: `\"10\"` and `10.0` are no integers. Texts are \
         trimmed, composed (NFC) and then counted in code points. UUIDs have 36 characters, in any case. Paths answer with \
         and without a slash at their end.\n\n\
         **Answers** of success have status 200 and `\"code\": 0`. All others are `{{\"res\": \"error\", \"code\": ..., \
         \"info\": \"...\"}}`; only what is no HTTP, or has too large a head (431), is answered without a body. Every other answer has an `x-request-id`, which the service's log has too; one that you send \
         (1 to 64 letters, digits, `-`, `_`, `.`) is kept.\n\n{table}\n\
         An unknown path is 404, an unknown method 405, both with code 1. Under `/api`, a missing token comes first (401), then \
         the limit (429), then path and method, then what was sent (400, 413), then what the database says.\n\n\
         **Limit**: so many requests in any second for each user, 10 unless the service was told otherwise, and as many for \
         each address without a valid token. `RateLimit` says how many are left. On 429 and 503, wait for the seconds \
         that `Retry-After` says, then repeat the call. A 503 or no answer may come after the call was done: each call says \
         whether it is safe to repeat."
    )
}

/// Every line of the table of errors, in its order.
fn errors() -> Vec<Error> {
    let failed = || store::Error::Failed(String::new());
    vec![
        Error::Invalid(Invalid::new(
            "the field",
            "and its bound, such as `first_name must be 1 to 50 characters`",
        )),
        Error::UnknownPath,
        Error::UnknownMethod,
        Error::TooLarge(super::Bounds::default().body),
        Error::TargetTooLong(super::Bounds::default().target),
        Error::Unauthorized,
        Error::TooManyRequests,
        Error::ContactNotFound,
        Error::ContactNotFoundOrInactive,
        Error::ContactNotFoundOrActive,
        Error::AccountNotFound,
        Error::AccountNotFoundOrInactive,
        Error::AccountNotFoundOrActive,
        Error::Internal,
        Error::NoRoom,
        Error::AssociationFailed,
        Error::AssociationNotStored(failed()),
        Error::InactiveAccount,
        Error::AssociationExists,
        Error::ContactOrAccountNotFound,
        Error::AssociationNotFound,
        Error::RoleNotFound,
        Error::RoleInUse,
    ]
}

fn headers() -> Json {
    let header = |required: bool, description: &'static str, kind: &'static str, example: Json| {
        object! {
            "description": description,
            "required": required,
            "schema": object! { "type": kind },
            "example": example,
        }
    };
    object! {
        "x-request-id": header(
            true,
            "The request's id, by which the log knows it.",
            "string",
            "019ab0f2-3c1d-7e60-a1c4-5b8f0d2e9a77".into(),
        ),
        "RateLimit-Policy": header(
            false,
            "How many requests (`q`) a user may make in how many seconds (`w`). Absent where there is no limit.",
            "string",
            "\"default\";q=10;w=1".into(),
        ),
        "RateLimit": header(
            false,
            "How many are left (`r`), and after how many seconds (`t`) all are there again.",
            "string",
            "\"default\";r=9;t=1".into(),
        ),
        "Retry-After": header(true, "The seconds after which to come back.", "integer", 1.into()),
        "WWW-Authenticate": header(true, "How to say who you are.", "string", "Bearer".into()),
    }
}
