//! Every answer that is not success, in one table (API document, "Error Response Format").

use std::borrow::Cow;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{CONNECTION, EXPECT, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use serde::Serialize;

use super::answer;
use crate::store;
use crate::text::Invalid;

const CLOSE: HeaderValue = HeaderValue::from_static("close");

/// What a caller is told when a request does not succeed.
#[derive(Debug)]
pub(crate) enum Error {
    /// The request is not valid.
    Invalid(Invalid),
    /// There is no such path.
    UnknownPath,
    /// The path has no such method.
    UnknownMethod,
    /// The target is longer than this many bytes.
    TargetTooLong(usize),
    /// The body is larger than this many bytes.
    TooLarge(usize),
    /// There is no valid token.
    Unauthorized,
    /// The caller asks too often.
    TooManyRequests,
    /// The service is about to stop.
    Leaving,
    /// There are as many connections, or as much of large bodies, as there may be.
    NoRoom,
    /// Something of ours failed; the cause is in the log.
    Internal,
    /// The database failed.
    Store(store::Error),

    // The API document, operations 2 to 8.
    ContactNotFound,
    ContactNotFoundOrInactive,
    ContactNotFoundOrActive,
    /// The association could not be made.
    AssociationFailed,
    /// The association could not be made because the database failed.
    AssociationNotStored(store::Error),
    InactiveAccount,
    AssociationExists,
    ContactOrAccountNotFound,

    // Ours: the calls that the document does not have.
    AccountNotFound,
    AccountNotFoundOrInactive,
    AccountNotFoundOrActive,
    AssociationNotFound,
    RoleNotFound,
    RoleInUse,
}

impl Error {
    /// The status, the code and the text of the answer.
    pub(super) fn parts(&self) -> (StatusCode, u16, Cow<'static, str>) {
        const BAD: StatusCode = StatusCode::BAD_REQUEST;
        let (status, code, info) = match self {
            Self::Invalid(invalid) => return (BAD, 1, invalid.to_string().into()),
            Self::TargetTooLong(most) => {
                return (StatusCode::URI_TOO_LONG, 1, at_most("path and query", *most));
            }
            Self::TooLarge(most) => return (StatusCode::PAYLOAD_TOO_LARGE, 1, at_most("body", *most)),
            Self::UnknownPath => (StatusCode::NOT_FOUND, 1, "Path not found"),
            Self::UnknownMethod => (StatusCode::METHOD_NOT_ALLOWED, 1, "Method not allowed"),
            Self::Unauthorized => (StatusCode::UNAUTHORIZED, 2, "Unauthorized"),
            Self::TooManyRequests => (StatusCode::TOO_MANY_REQUESTS, 3, "Too many requests"),
            Self::ContactNotFound => (BAD, 4, "Contact not found"),
            Self::ContactNotFoundOrInactive => (BAD, 4, "Contact not found or already inactive"),
            Self::ContactNotFoundOrActive => (BAD, 4, "Contact not found or already active"),
            Self::AccountNotFound => (BAD, 4, "Account not found"),
            Self::AccountNotFoundOrInactive => (BAD, 4, "Account not found or already inactive"),
            Self::AccountNotFoundOrActive => (BAD, 4, "Account not found or already active"),
            Self::Leaving
            | Self::NoRoom
            | Self::Store(store::Error::Unavailable(_) | store::Error::Overloaded)
            | Self::AssociationNotStored(store::Error::Unavailable(_) | store::Error::Overloaded) => {
                (StatusCode::SERVICE_UNAVAILABLE, 5, "Service unavailable")
            }
            Self::Internal | Self::Store(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, 5, "Internal server error")
            }
            Self::AssociationFailed => (BAD, 6, "Failed to create association"),
            Self::AssociationNotStored(_) => {
                (StatusCode::INTERNAL_SERVER_ERROR, 6, "Failed to create association")
            }
            Self::InactiveAccount => (BAD, 7, "Cannot associate contact to inactive account"),
            Self::AssociationExists => (BAD, 8, "Association already exists"),
            Self::ContactOrAccountNotFound => (BAD, 9, "Contact or account not found"),
            Self::AssociationNotFound => (BAD, 100, "Association not found"),
            Self::RoleNotFound => (BAD, 101, "Role not found"),
            Self::RoleInUse => (BAD, 102, "Role is in use"),
        };
        (status, code, info.into())
    }

    /// Answers a request whose body nobody reads. A small body is taken in, so that the connection can go on; the
    /// connection of a large or slow one is closed, and the answer says so.
    pub(super) async fn refuse(self, request: Request) -> Response {
        const SMALL: u64 = 64 * 1024;
        const SOON: Duration = Duration::from_secs(1);

        let mut response = self.into_response();
        let waits = request.headers().contains_key(EXPECT);
        let mut body = request.into_body();
        let small = body.size_hint().upper().is_some_and(|size| size <= SMALL);
        let taken = body.is_end_stream()
            || (small
                && !waits
                && tokio::time::timeout(SOON, pass_over(&mut body)).await.is_ok_and(|whole| whole));
        if !taken {
            response.headers_mut().insert(CONNECTION, CLOSE);
        }
        response
    }

    fn header(&self, status: StatusCode) -> Option<(HeaderName, HeaderValue)> {
        match status {
            StatusCode::UNAUTHORIZED => Some((WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            StatusCode::PAYLOAD_TOO_LARGE => Some((CONNECTION, CLOSE)),
            StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, HeaderValue::from_static("1"))),
            _ => None,
        }
    }
}

/// Takes in a body and keeps nothing of it. Whether it came whole.
async fn pass_over(body: &mut Body) -> bool {
    while let Some(frame) = body.frame().await {
        if frame.is_err() {
            return false;
        }
    }
    true
}

/// What is said of something that has too many bytes.
fn at_most(what: &str, bytes: usize) -> Cow<'static, str> {
    let (number, unit) = match bytes {
        _ if bytes.is_multiple_of(1 << 20) => (bytes >> 20, "MiB"),
        _ if bytes.is_multiple_of(1 << 10) => (bytes >> 10, "KiB"),
        _ => (bytes, "bytes"),
    };
    format!("{what} must be at most {number} {unit}").into()
}

#[derive(Serialize)]
struct Told {
    res: &'static str,
    code: u16,
    info: Cow<'static, str>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        match &self {
            // The more there is, the less time there is to tell of it; the figures do.
            Self::Store(cause @ store::Error::Overloaded)
            | Self::AssociationNotStored(cause @ store::Error::Overloaded) => {
                tracing::debug!(%cause, "request refused");
            }
            Self::Store(cause) | Self::AssociationNotStored(cause) => {
                tracing::error!(%cause, "request failed");
            }
            _ => {}
        }
        let (status, code, info) = self.parts();
        let mut response = answer::json(&Told { res: "error", code, info });
        *response.status_mut() = status;
        response.headers_mut().extend(self.header(status));
        response
    }
}

impl From<Invalid> for Error {
    fn from(invalid: Invalid) -> Self {
        Self::Invalid(invalid)
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}
