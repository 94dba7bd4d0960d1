//! What all lists share: the common filters, pages, and the `lite` form (API document, operation 1).

use std::sync::Arc;

use axum::body::{Body, Bytes};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use serde::Serialize;

use super::answer::APPLICATION_JSON;
use super::error::Error;
use super::json::unknown_action;
use crate::json::Object;
use crate::paging::{Cursor, Page, PageRequest};
use crate::search::Search;
use crate::status::Status;
use crate::store;
use crate::text::Invalid;

/// Whether a list is asked for in its `lite` form, the only action of a list.
pub(super) fn read_lite(body: &Object) -> Result<bool, Invalid> {
    match body.string("action")? {
        None => Ok(false),
        Some("lite") => Ok(true),
        Some(_) => Err(unknown_action("\"lite\" or absent")),
    }
}

/// `filters.search`.
pub(super) fn read_search(filters: &Object) -> Result<Option<Arc<Search>>, Invalid> {
    let term = filters.string("search")?.unwrap_or_default();
    Ok(Search::parse("search", term)?.map(Arc::new))
}

/// The values of `filters.status`.
pub(super) const STATUSES: [(&str, Status); 3] =
    [("active", Status::Active), ("inactive", Status::Inactive), ("all", Status::All)];

/// `filters.status`, which the document does not have.
pub(super) fn read_status(filters: &Object) -> Result<Status, Invalid> {
    let Some(name) = filters.string("status")? else { return Ok(Status::default()) };
    let status = STATUSES.into_iter().find(|(known, _)| *known == name);
    status
        .map(|(_, status)| status)
        .ok_or_else(|| Invalid::new("status", "must be \"active\", \"inactive\" or \"all\""))
}

/// `page` and `page_size` of a list.
pub(super) fn page_request(object: &Object) -> Result<PageRequest, Invalid> {
    let after = Cursor::decode("page", object.string("page")?.unwrap_or_default())?;
    let size = object.integer("page_size", 1..=PageRequest::MAX_SIZE as i64)?;
    let size = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(PageRequest::DEFAULT_SIZE);
    Ok(PageRequest { after, size })
}

/// Answers with every match, a part of the list at a time: memory does not grow with the number of rows, and a slow
/// reader holds no snapshot open. Like a walk over the pages, it shows everybody who was there throughout, once.
///
/// The first part is read before the answer begins, so that a failure then still has its own status. A later failure
/// cuts the answer off.
pub(super) async fn lite<T, F>(part: impl Fn(PageRequest) -> F + Send + 'static) -> Result<Response, Error>
where
    T: Serialize + Send + 'static,
    F: Future<Output = Result<Page<T>, store::Error>> + Send + 'static,
{
    /// Also what waits in memory for a client that does not read: some 100 KB, at most 800.
    const ROWS: usize = 1000;
    let after = |after| PageRequest { after, size: ROWS };

    // The rest is read when the layer that knows the request id has done its part.
    let span = tracing::Span::current();
    let first = part(after(Cursor::default())).await?;
    let rest = stream::try_unfold((part, span, Next::First(first)), move |(part, span, next)| async move {
        let (page, start) = match next {
            Next::First(page) => (page, "{\"code\":0,\"data\":["),
            Next::After(cursor) => match part(after(cursor)).await {
                // What was left may be gone by now.
                Ok(page) if page.rows.is_empty() => (page, ""),
                Ok(page) => (page, ","),
                Err(error) => {
                    span.in_scope(|| tracing::error!(cause = %error, "a list was cut off"));
                    return Err(std::io::Error::other(error));
                }
            },
            Next::End => return Ok(None),
        };
        let (next, end) = match page.next {
            Some(cursor) => (Next::After(cursor), ""),
            None => (Next::End, "]}"),
        };
        Ok(Some((write_part(start, &page.rows, end)?, (part, span, next))))
    });
    Ok(([(CONTENT_TYPE, APPLICATION_JSON)], Body::from_stream(rest)).into_response())
}

/// What comes next of a `lite` list.
enum Next<T> {
    First(Page<T>),
    After(Cursor),
    End,
}

fn write_part<T: Serialize>(start: &str, rows: &[T], end: &str) -> serde_json::Result<Bytes> {
    let mut bytes = Vec::with_capacity(100 * rows.len() + 32);
    bytes.extend_from_slice(start.as_bytes());
    for (place, row) in rows.iter().enumerate() {
        if place > 0 {
            bytes.push(b',');
        }
        serde_json::to_writer(&mut bytes, row)?;
    }
    bytes.extend_from_slice(end.as_bytes());
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn a_part_that_is_empty_by_the_time_it_is_read_leaves_sound_json() {
        let parts = |page: PageRequest| async move {
            let first = page.after == Cursor::default();
            let rows = if first { vec!["a", "b"] } else { Vec::new() };
            Ok(Page { rows, next: first.then(|| Cursor::after(2)) })
        };
        let body = lite(parts).await.unwrap().into_body().collect().await.unwrap().to_bytes();
        assert_eq!(body, r#"{"code":0,"data":["a","b"]}"#);
    }
}
