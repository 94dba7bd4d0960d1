//! The shapes of the answers, with their members in the document's order.

use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use uuid::Uuid;

use crate::paging::{Cursor, Page};
use crate::text::Text;

/// The media type of every answer.
pub(super) const APPLICATION_JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An answer of status 200 with this body.
pub(super) fn json(body: &impl Serialize) -> Response {
    match serde_json::to_vec(body) {
        Ok(bytes) => ([(CONTENT_TYPE, APPLICATION_JSON)], bytes).into_response(),
        Err(error) => {
            tracing::error!(%error, "an answer could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What an account or a role says of itself, as it was saved.
#[derive(Serialize)]
pub(super) struct SavedName {
    name: String,
}

impl<const MAX: usize> From<&Text<MAX>> for SavedName {
    fn from(name: &Text<MAX>) -> Self {
        Self { name: name.as_str().to_owned() }
    }
}

/// `{"code": 0, "data": ...}`
pub(super) fn found(data: impl Serialize) -> Response {
    #[derive(Serialize)]
    struct Body<T> {
        code: u8,
        data: T,
    }
    json(&Body { code: 0, data })
}

/// `{"code": 0, "data": [...], "next_page": ...}`
pub(super) fn listed<T: Serialize>(page: Page<T>) -> Response {
    #[derive(Serialize)]
    struct Body<T> {
        code: u8,
        data: Vec<T>,
        next_page: Option<String>,
    }
    json(&Body { code: 0, data: page.rows, next_page: page.next.map(Cursor::encode) })
}

/// `{"code": 0, "message": "..."}`
pub(super) fn done(message: &str) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        code: u8,
        message: &'a str,
    }
    json(&Body { code: 0, message })
}

/// `{"code": 0, "message": "...", "uuid": "..."}`
pub(super) fn changed(message: &str, uuid: Uuid) -> Response {
    #[derive(Serialize)]
    struct Body<'a> {
        code: u8,
        message: &'a str,
        uuid: Uuid,
    }
    json(&Body { code: 0, message, uuid })
}

/// `{"code": 0, "message": "...", "uuid": "...", "data": {...}}`
pub(super) fn saved(message: &str, uuid: Uuid, data: impl Serialize) -> Response {
    #[derive(Serialize)]
    struct Body<'a, T> {
        code: u8,
        message: &'a str,
        uuid: Uuid,
        data: T,
    }
    json(&Body { code: 0, message, uuid, data })
}
