//! How the body of a request is read.

use axum::body::{Body, HttpBody as _};
use axum::extract::{FromRequest, Query, Request};
use axum::http::header::CONTENT_LENGTH;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use uuid::Uuid;

use super::error::Error;
use super::room::Place;
use super::{App, Shared};
use crate::caller::Caller;
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
        Ok(Self(T::read(&object(request, app).await?)?))
    }
}

/// The UUID of a get: from the body, as documented, or from the query, as browsers need it.
pub(super) struct Lookup(pub(super) Uuid);

impl FromRequest<Shared> for Lookup {
    type Rejection = Error;

    async fn from_request(request: Request, app: &Shared) -> Result<Self, Error> {
        let query = Query::<Vec<(String, String)>>::try_from_uri(request.uri());
        let Query(query) = query.map_err(|_| Invalid::new("query", "must be well-formed"))?;
        let body = object(request, app).await?.optional_uuid("uuid")?;
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
async fn object(request: Request, app: &App) -> Result<Object, Error> {
    let bounds = &app.edge.bounds;
    let (head, body) = request.into_parts();
    let declared = head.headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    if declared.is_some_and(|length| length > bounds.body) {
        return Err(Error::TooLarge(bounds.body));
    }
    let caller = head.extensions.get::<Caller>().ok_or(Error::Internal)?;
    let place = app.room.take(caller, declared.unwrap_or_default()).ok_or(Error::NoRoom)?;
    let patience = bounds.patience.body;
    let Ok(bytes) = tokio::time::timeout(patience, collect(body, bounds.body, place)).await else {
        let rule = format!("must arrive whole within {} seconds", patience.as_secs());
        return Err(Invalid::new("body", rule).into());
    };
    let bytes = bytes?;
    if bytes.trim_ascii().is_empty() {
        return Ok(Object::default());
    }
    Ok(Object::parse(&bytes)?)
}

/// All bytes of a body, so many at most, in a place that grows with it where the head does not say how long it is.
async fn collect(body: Body, most: usize, mut place: Place<'_>) -> Result<Vec<u8>, Error> {
    let about = usize::try_from(body.size_hint().lower()).unwrap_or(most);
    let mut body = Limited::new(body, most);
    let mut bytes = Vec::with_capacity(about.min(1 << 12));
    while let Some(frame) = body.frame().await {
        match frame {
            Ok(frame) => {
                let data = frame.data_ref().map_or(&[][..], |data| data);
                if !place.hold(bytes.len() + data.len()) {
                    return Err(Error::NoRoom);
                }
                bytes.extend_from_slice(data);
            }
            Err(error) if error.is::<LengthLimitError>() => return Err(Error::TooLarge(most)),
            Err(_) => {
                return Err(
                    Invalid::new("body", "must arrive whole and in the form that the head says").into()
                );
            }
        }
    }
    Ok(bytes)
}

/// An action that the path does not have.
pub(super) fn unknown_action(actions: &str) -> Invalid {
    Invalid::new("action", format!("must be {actions}"))
}
