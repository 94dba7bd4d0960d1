//! What machines ask of the service itself, without a token.

use super::call::{headers, refusals};
use super::ordered::{Json, list, object};
use super::schema::{Named, exactly, reference, success};
use crate::http::error::Error;
use crate::http::metrics::OPEN_METRICS;

pub(super) fn paths() -> Vec<Named> {
    vec![
        (
            "/health",
            get(
                "health",
                "Whether the process is alive",
                "For whoever starts it again when it is not.",
                "application/json",
                reference("Alive"),
                &[],
            ),
        ),
        (
            "/ready",
            get(
                "ready",
                "Whether requests may come",
                "The database answers, and the service is not about to stop. For balancers.",
                "application/json",
                reference("Ready"),
                &[Error::Internal, Error::Leaving],
            ),
        ),
        (
            "/metrics",
            get(
                "metrics",
                "Figures for Prometheus",
                "What was answered, how long it took, and what waits. None of them tells of a user.",
                OPEN_METRICS,
                object! { "type": "string" },
                &[Error::Internal],
            ),
        ),
    ]
}

fn get(
    id: &'static str,
    summary: &'static str,
    description: &'static str,
    media_type: &'static str,
    schema: Json,
    errors: &[Error],
) -> Json {
    let success = object! {
        "description": "Done.",
        "headers": headers(&["x-request-id"]),
        "content": Json::members([(media_type, object! { "schema": schema })]),
    };
    let refused = refusals(errors).into_iter().map(|(status, answer)| (status.to_string(), answer));
    let responses = std::iter::once(("200".to_owned(), success)).chain(refused);
    object! { "get": object! {
        "operationId": id,
        "tags": list!["Service"],
        "summary": summary,
        "description": description,
        "security": Json::List(Vec::new()),
        "responses": Json::members(responses),
    } }
}

pub(super) fn schemas() -> Vec<Named> {
    vec![
        ("Alive", success("The process is alive.", [("message", exactly("Alive"))])),
        ("Ready", success("Requests may come.", [("message", exactly("Ready"))])),
    ]
}
