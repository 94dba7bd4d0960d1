//! How the body of a request is read.

use axum::body::Body;
use axum::extract::{FromRequest, Query, Request};
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use uuid::Uuid;

use super::error::Error;
use super::{Bounds, Shared};
use crate::json::{Object, not_a_uuid, uuid_required};
use crate::text::{self, Invalid};

/// What an operation asks for, read from a body that is JSON whatever its `Content-Type` says.
pub(super) trait Read: Sized {
    /// Checks the members that the operation knows; others are ignored.
    fn read(body: &Object) -> Result<Self, Invalid>;
}

/// The extractor of a body. It must be a handler's last argument.
pub(super) struct Json<T>(pub(super) T);

impl<T: Read> FromRequest<Shared> for Json<T> {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Error> {
        Ok(Self(T::read(&object(request, &app.edge.bounds).await?)?))
    }
}

/// The UUID of a get: from the body, as documented, or from the query, as browsers need it.
pub(super) struct Lookup(pub(super) Uuid);

impl FromRequest<Shared> for Lookup {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Error> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
        let Query(query) = query.map_err(|_| Invalid::new("query", "must be well-formed"))?;
        let body = object(request, &app.edge.bounds).await?.optional_uuid("uuid")?;
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
async fn object(request: Request, bounds: &Bounds) -> Result<Object, Error> {
    let declared =
        request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length: u64| length > bounds.body as u64) {
        return Err(Error::TooLarge(bounds.body));
    }
    let body: Body = request.into_body();
    let patience = bounds.patience.body;
    let bytes = match tokio::time::timeout(patience, Limited::new(body, bounds.body).collect()).await {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(error)) if error.is::<LengthLimitError>() => return Err(Error::TooLarge(bounds.body)),
        _ => {
            let rule = format!("must arrive whole within {} seconds", patience.as_secs());
            return Err(Invalid::new("body", rule).into());
        }
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
