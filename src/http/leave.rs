//! The last seconds of a service: it goes on answering while callers are sent elsewhere.

use std::sync::atomic::{AtomicBool, Ordering};

use axum::http::header::{CONNECTION, HeaderValue};
use axum::response::Response;

/// Whether the service is about to stop.
#[derive(Default)]
pub(super) struct Leaving(AtomicBool);

impl Leaving {
    pub(super) fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub(super) fn has_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Ends each connection with its next answer, so that none is in use, or about to be, when the service stops.
    pub(super) fn announce(&self, response: &mut Response) {
        if self.has_begun() {
            response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
    }
}
