//! Requests as spans of a trace, in the terms of OpenTelemetry's conventions for HTTP.

use axum::extract::Request;
use axum::response::Response;
use opentelemetry::propagation::TextMapPropagator as _;
use opentelemetry::trace::Status;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

/// The span of a request, within the one that its caller names (`traceparent`, W3C Trace Context).
pub(super) fn span(request: &Request, method: &'static str, route: &str, id: &str) -> Span {
    let method = if method == "-" { "_OTHER" } else { method };
    let name = format!("{method} {route}");
    let span = tracing::info_span!("request", id, otel.name = name, otel.kind = "server");
    // A trace that can't be joined is begun anew.
    let _ = span.set_parent(TraceContextPropagator::new().extract(&HeaderExtractor(request.headers())));
    span.set_attribute("http.request.method", method.to_owned());
    span.set_attribute("http.route", route.to_owned());
    span
}

/// What became of it.
pub(super) fn end(span: &Span, response: &Response) {
    let status = response.status();
    span.set_attribute("http.response.status_code", i64::from(status.as_u16()));
    if status.is_server_error() {
        span.set_status(Status::error(""));
    }
}
