//! How the body of a request is read.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequest, Query, Request};
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use uuid::Uuid;

use super::error::Error;
use crate::json::{Object, not_a_uuid, uuid_required};
use crate::text::{self, Invalid};

/// The largest body in bytes.
const MAX_BODY: usize = 1 << 20;

/// How long a body may take from its first byte to its last.
const BODY_TIME: Duration = Duration::from_secs(30);

/// What an operation asks for, read from a body that is JSON whatever its `Content-Type` says.
pub(super) trait Read: Sized {
    /// Checks the members that the operation knows; others are ignored.
    fn read(body: &Object) -> Result<Self, Invalid>;
}

/// The extractor of a body. It must be a handler's last argument.
pub(super) struct Json<T>(pub(super) T);

impl<S: Sync, T: Read> FromRequest<S> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        Ok(Self(T::read(&object(request).await?)?))
    }
}

/// The UUID of a get: from the body, as documented, or from the query, as browsers need it.
pub(super) struct Lookup(pub(super) Uuid);

impl<S: Sync> FromRequest<S> for Lookup {
    type Rejection = Error;

    async fn from_request(request: Request, _: &S) -> Result<Self, Error> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
        let Query(query) = query.map_err(|_| Invalid::new("query", "must be well-formed"))?;
        let body = object(request).await?.optional_uuid("uuid")?;
        let mut uuids = Vec::from_iter(body);
        for (_, value) in query.iter().filter(|(name, _)| name == "uuid") {
            uuids.push(text::uuid(value).ok_or_else(|| not_a_uuid("uuid"))?);
        }
        uuids.dedup();
        match uuids[..] {
            [uuid] => Ok(Self(uuid)),
            [] => Err(uuid_required("uuid").into()),
            _ => Err(Invalid::new("uuid", "must be the same in the body and in the query").into()),
        }
    }
}

/// The body as an object; none or a blank one is an empty object.
async fn object(request: Request) -> Result<Object, Error> {
    let declared =
        request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > MAX_BODY as u64) {
        return Err(Error::TooLarge);
    }
    let body: Body = request.into_body();
    let bytes = match tokio::time::timeout(BODY_TIME, Limited::new(body, MAX_BODY).collect()).await {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(Error::TooLarge),
        _ => return Err(Invalid::new("body", "must arrive whole within 30 seconds").into()),
    };
    if bytes.trim_ascii().is_empty() {
        return Ok(Object::default());
    }
    Ok(Object::parse(&bytes)?)
}

/// An action that the path does not have.
pub(super) fn unknown_action(actions: &str) -> Invalid {
    Invalid::new("action", format!("must be {actions}"))
}
