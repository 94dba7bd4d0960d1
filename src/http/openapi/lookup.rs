//! The two calls that get one thing by its UUID.

use super::ordered::{Json, object};

/// `?uuid=`
pub(super) fn parameter(description: &'static str, example: &'static str) -> Json {
    object! {
        "name": "uuid",
        "in": "query",
        "description": description,
        "required": true,
        "schema": object! { "type": "string", "format": "uuid" },
        "example": example,
    }
}

/// What the two have to say.
pub(super) fn description(what: &str) -> String {
    format!(
        "One {what}, with its internal `id`. The UUID is in the query. It may be in a JSON body instead, as \
         `{{\"uuid\": \"...\"}}`, for clients that can send one with `GET`; browsers can't. Where it is in both, it \
         must be the same. `POST` with `\"action\": \"get\"` answers the same."
    )
}
