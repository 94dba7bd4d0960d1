//! How a call is described: its request, its answer, and all that it may be refused with.

use std::collections::BTreeMap;

use super::ordered::{Json, list, object};
use crate::http::Bounds;
use crate::http::error::Error;
use crate::http::json::Read;
use crate::json::Object;

/// The UUIDs of the API document's examples.
pub(super) const CONTACT: &str = "123e4567-e89b-12d3-a456-426614174000";
pub(super) const JANE: &str = "456e7890-e89b-12d3-a456-426614174001";
pub(super) const ACME: &str = "987e6543-e21b-12d3-a456-426614174999";
pub(super) const TECH: &str = "456e7890-e89b-12d3-a456-426614174888";

/// The headers of the limit, on every answer that it had a part in.
const LIMIT: [&str; 2] = ["RateLimit-Policy", "RateLimit"];

/// A path and method of the API.
pub(super) struct Call {
    /// The name of the call in generated clients.
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: String,
    /// What is in the query, for calls without a body.
    pub(super) parameters: Vec<Json>,
    pub(super) body: Option<Body>,
    /// The schema of the answer of success.
    pub(super) answer: Json,
    pub(super) examples: Vec<Example>,
    /// What it may be refused with beside what every call may be.
    pub(super) errors: Vec<Error>,
}

/// The body of a request.
pub(super) struct Body {
    pub(super) schema: Json,
    /// Whether no body would be refused.
    pub(super) required: bool,
}

/// A request and its answer.
pub(super) struct Example {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    pub(super) request: Json,
    pub(super) answer: Json,
}

impl Call {
    /// The call as an operation of the description.
    pub(super) fn operation(self) -> Json {
        let Self { id, tag, summary, description, parameters, body, answer, examples, errors } = self;
        let (mut requests, mut answers) = (Vec::new(), Vec::new());
        for Example { name, summary, request, answer } in examples {
            requests.push((name, object! { "summary": summary, "value": request }));
            answers.push((name, object! { "summary": summary, "value": answer }));
        }
        let mut operation = object! {
            "operationId": id,
            "tags": list![tag],
            "summary": summary,
            "description": description,
        };
        if !parameters.is_empty() {
            operation = operation.with("parameters", parameters);
        }
        let mut refused = common_of(body.is_some());
        refused.extend(refusals(&errors));
        if let Some(Body { schema, required }) = body {
            operation = operation.with(
                "requestBody",
                object! { "required": required, "content": json_content(schema, requests) },
            );
        }
        let success = object! {
            "description": "Done.",
            "headers": headers(&["x-request-id", LIMIT[0], LIMIT[1]]),
            "content": json_content(answer, answers),
        };
        let refused = refused.into_iter().map(|(status, answer)| (status.to_string(), answer));
        let responses = std::iter::once(("200".to_owned(), success)).chain(refused);
        operation.with("responses", Json::members(responses))
    }
}

/// What every call may be refused with, by the name of the answer in this document.
fn common() -> [(&'static str, Error); 6] {
    let bounds = Bounds::default();
    [
        ("Unauthorized", Error::Unauthorized),
        ("TooLarge", Error::TooLarge(bounds.body)),
        ("TargetTooLong", Error::TargetTooLong(bounds.target)),
        ("TooManyRequests", Error::TooManyRequests),
        ("Failed", Error::Internal),
        ("Unavailable", Error::NoRoom),
    ]
}

/// The common answers of a call, by their status. One that has a body has nothing in its query.
fn common_of(body: bool) -> BTreeMap<u16, Json> {
    let left_out = if body { "TargetTooLong" } else { "TooLarge" };
    let calls = common().into_iter().filter(|(name, _)| *name != left_out);
    let reference = |name| object! { "$ref": format!("#/components/responses/{name}") };
    calls.map(|(name, error)| (error.parts().0.as_u16(), reference(name))).collect()
}

/// The answers that calls share.
pub(super) fn responses() -> Json {
    Json::members(common().map(|(name, error)| (name, refusal(error.parts().0.as_u16(), &[&error]))))
}

/// Content of the media type that requests and answers have.
fn json_content(schema: Json, examples: Vec<(&'static str, Json)>) -> Json {
    let mut media = object! { "schema": schema };
    if !examples.is_empty() {
        media = media.with("examples", Json::members(examples));
    }
    object! { "application/json": media }
}

/// The answers with these errors, by their status.
pub(super) fn refusals(errors: &[Error]) -> BTreeMap<u16, Json> {
    let mut by_status = BTreeMap::<u16, Vec<&Error>>::new();
    for error in errors {
        by_status.entry(error.parts().0.as_u16()).or_default().push(error);
    }
    by_status.into_iter().map(|(status, errors)| (status, refusal(status, &errors))).collect()
}

fn refusal(status: u16, errors: &[&Error]) -> Json {
    let mut by_code = BTreeMap::<u16, Vec<Json>>::new();
    let mut examples = Vec::new();
    for error in errors {
        let (_, code, info) = error.parts();
        let value = object! { "res": "error", "code": i64::from(code), "info": info.clone().into_owned() };
        let infos = by_code.entry(code).or_default();
        let name = format!(
            "code{code}{}",
            if infos.is_empty() { String::new() } else { format!("_{}", infos.len() + 1) }
        );
        examples.push((name, object! { "summary": info.clone().into_owned(), "value": value }));
        infos.push(info.into_owned().into());
    }
    let mut schemas: Vec<Json> = by_code.into_iter().map(|(code, infos)| failure(code, infos)).collect();
    let schema = if schemas.len() == 1 {
        schemas.remove(0)
    } else {
        object! { "oneOf": schemas }
    };
    let (description, more): (_, &[_]) = match status {
        400 => ("Not done. `code` says why.", &LIMIT),
        401 => ("There is no valid token.", &["WWW-Authenticate"]),
        413 => ("The body is too large. The connection may be closed.", &LIMIT),
        414 => ("Path and query are too long.", &[]),
        429 => ("Too many requests. Come back after `Retry-After`.", &["Retry-After", LIMIT[0], LIMIT[1]]),
        503 => (
            "Not now: the database is away, or there is too much to do. Come back after `Retry-After`.",
            &["Retry-After"],
        ),
        _ => ("Failed on our side. The service's log has the cause under the answer's `x-request-id`.", &[]),
    };
    let names: Vec<_> = ["x-request-id"].iter().chain(more).copied().collect();
    object! {
        "description": description,
        "headers": headers(&names),
        "content": object! {
            "application/json": object! { "schema": schema, "examples": Json::members(examples) },
        },
    }
}

/// The schema of a failure with this code and one of these texts. What is not valid is said in too many ways to list.
fn failure(code: u16, infos: Vec<Json>) -> Json {
    let info = match code {
        1 => object! { "type": "string" },
        _ => object! { "type": "string", "enum": infos },
    };
    object! {
        "type": "object",
        "properties": object! {
            "res": super::schema::exactly("error"),
            "code": super::schema::code(i64::from(code)),
            "info": info,
        },
        "required": list!["res", "code", "info"],
        "additionalProperties": false,
    }
}

/// References to the headers of these names.
pub(super) fn headers(names: &[&'static str]) -> Json {
    let reference = |name: &&'static str| (*name, object! { "$ref": format!("#/components/headers/{name}") });
    Json::members(names.iter().map(reference))
}

/// What a body is refused with by who reads it.
pub(super) fn invalid<T: Read>(body: &str) -> Option<Error> {
    let read = |body: &str| T::read(&Object::parse(body.as_bytes())?);
    read(body).err().map(Error::Invalid)
}
