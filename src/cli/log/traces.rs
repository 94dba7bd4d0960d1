//! Traces for a collector of OpenTelemetry: what each request did, and how long each part of it took.

use std::env;
use std::str::FromStr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use axum::body::Bytes;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_http::{HttpClient, HttpError, Request, Response};
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig as _, WithHttpConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::registry::LookupSpan;

use crate::config::Collector;
use crate::fetch;

/// How long the collector may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long the end waits until it has taken the last ones.
const AT_THE_END: Duration = Duration::from_secs(1);

/// What sends spans to the collector. What has gathered is sent when the second is dropped.
pub(super) fn start<S>(collector: &Collector) -> anyhow::Result<(impl Layer<S> + use<S>, impl Drop + use<S>)>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    let exporter = SpanExporter::builder()
        .with_http()
        .with_http_client(Client {
            agent: fetch::agent(collector.address(), PATIENCE),
            lost: AtomicBool::new(false),
        })
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(collector.traces())
        .build()
        .with_context(|| format!("cannot send traces to {collector}"))?;
    let mut resource = Resource::builder();
    if env::var_os("OTEL_SERVICE_NAME").is_none() {
        resource = resource.with_service_name(env!("CARGO_PKG_NAME"));
    }
    let provider =
        SdkTracerProvider::builder().with_resource(resource.build()).with_batch_exporter(exporter).build();
    let layer = tracing_opentelemetry::layer()
        .with_tracer(provider.tracer(env!("CARGO_PKG_NAME")))
        .with_location(false)
        .with_threads(false)
        .with_tracked_inactivity(false);
    let ours = Targets::from_str(concat!(env!("CARGO_PKG_NAME"), "=debug"))?;
    Ok((layer.with_filter(ours), End(provider)))
}

struct End(SdkTracerProvider);

impl Drop for End {
    fn drop(&mut self) {
        // A collector that is away has been complained of already.
        let _ = self.0.shutdown_with_timeout(AT_THE_END);
    }
}

/// Sends from the thread that gathers spans, which has nothing else to do.
#[derive(Debug)]
struct Client {
    agent: ureq::Agent,
    /// Whether the collector did not take the last ones.
    lost: AtomicBool,
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (head, body) = request.into_parts();
        let sent = self.agent.run(Request::from_parts(head, &body[..]));
        let lost = sent.is_err();
        if self.lost.swap(lost, Ordering::Relaxed) != lost {
            match &sent {
                Err(error) => tracing::warn!(%error, "the collector does not take traces; they are lost"),
                Ok(_) => tracing::warn!("the collector takes traces again"),
            }
        }
        let (head, mut body) = sent?.into_parts();
        Ok(Response::from_parts(head, body.read_to_vec()?.into()))
    }
}
