//! Spans of orders and their stages for a collector of OpenTelemetry, over OTLP/HTTP as JSON.
//!
//! They leave the machine, so nothing is in them but names of stages, of systems and targets, hashes, counts and exit statuses:
//! no message of the log goes along, for it may name files. They are sent by a thread of their own; a collector that is not
//! there, or does not answer, costs a run nothing but a moment at its end.

use crate::error::Failure;
use crate::order::OrderFile;
use crate::order::OrderStatus;
use opentelemetry::trace::TracerProvider;
use opentelemetry_http::Bytes;
use opentelemetry_http::HttpClient;
use opentelemetry_http::HttpError;
use opentelemetry_http::Request;
use opentelemetry_http::Response;
use opentelemetry_otlp::Protocol;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_otlp::WithHttpConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracer;
use opentelemetry_sdk::trace::SdkTracerProvider;
use reqwest::Client;
use reqwest::redirect::Policy;
use std::env;
use std::error::Error;
use std::future::Future;
use std::future::ready;
use std::pin::Pin;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::runtime::Builder;
use tokio::runtime::Runtime;
use tracing::Metadata;
use tracing::Span;
use tracing::field::Empty;
use tracing::info_span;

/// What our spans are for: nothing else is exported, and no log shows them.
const SPANS: &str = "spans";
/// Where the collector is; the second says it for spans alone, and whole.
const ENDPOINTS: [&str; 2] = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];
/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the end of a run waits for one.
const LAST: Duration = Duration::from_secs(2);
/// What of an answer is read; what one says is short.
const ANSWER: usize = 1 << 16;

/// Spans on their way.
#[derive(Clone)]
pub(crate) struct Telemetry {
    provider: SdkTracerProvider,
}

impl Telemetry {
    /// Ready to send where the environment names a collector; why not, where it does so wrongly.
    pub(crate) fn start() -> Result<Option<Self>, Box<dyn Error>> {
        let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
        let disabled = env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        if disabled || !ENDPOINTS.iter().any(|name| set(name)) {
            return Ok(None);
        }
        // An answer that leads elsewhere would take the headers there.
        let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).connect_timeout(LAST).build()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let sender = Sender { runtime, client, told: AtomicBool::new(false) };
        let exporter = SpanExporter::builder().with_http().with_http_client(sender).with_protocol(Protocol::HttpJson).build()?;
        let mut resource = Resource::builder();
        if !set("OTEL_SERVICE_NAME") {
            resource = resource.with_service_name(env!("CARGO_PKG_NAME"));
        }
        Ok(Some(Self { provider: SdkTracerProvider::builder().with_resource(resource.build()).with_batch_exporter(exporter).build() }))
    }

    /// What our spans are made with.
    pub(crate) fn tracer(&self) -> SdkTracer {
        self.provider.tracer(env!("CARGO_PKG_NAME"))
    }

    /// Sends what is not sent yet, as long as that takes no longer than a moment.
    pub(crate) fn end(&self) {
        // A failure to send is said by who sends.
        drop(self.provider.shutdown_with_timeout(LAST));
    }
}

/// Whether it is a span of ours.
pub(crate) fn is_ours(what: &Metadata<'_>) -> bool {
    what.is_span() && what.target() == SPANS
}

/// The span of an order.
pub(crate) fn order() -> Span {
    info_span!(
        target: SPANS,
        "order",
        "order.id" = Empty,
        "order.source" = Empty,
        "order.target" = Empty,
        "order.status" = Empty,
        "order.rows" = Empty,
        "exit.status" = Empty,
        "otel.status_code" = Empty
    )
}

/// The span of a stage.
pub(crate) fn stage(name: &'static str) -> Span {
    info_span!(
        target: SPANS,
        "stage",
        "otel.name" = name,
        "stage.rows" = Empty,
        "exit.status" = Empty,
        "otel.status_code" = Empty
    )
}

/// Does what the span is of, and says in it how that ended.
pub(crate) fn within<T>(span: &Span, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let done = span.in_scope(work);
    if let Err(failure) = &done {
        span.record("exit.status", i64::from(failure.number()));
        span.record("otel.status_code", "ERROR");
    }
    done
}

/// Says in the span of the order what is known of it.
pub(crate) fn tell(order: &OrderFile, rows: u64) {
    let span = Span::current();
    span.record("order.id", order.id.as_str());
    span.record("order.source", order.source().to_string());
    span.record("order.target", order.target.as_str());
    span.record("order.status", order.status.word());
    count(&span, "order.rows", rows);
    if order.status == OrderStatus::Failed {
        span.record("otel.status_code", "ERROR");
    }
}

/// Says a number in a span.
pub(crate) fn count(span: &Span, name: &'static str, number: u64) {
    // What is not signed would be exported as text.
    span.record(name, i64::try_from(number).unwrap_or(i64::MAX));
}

/// Sends over the client that webhooks are sent by, from a thread that has nothing else to do.
#[derive(Debug)]
struct Sender {
    runtime: Runtime,
    client: Client,
    told: AtomicBool,
}

impl Sender {
    fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let request = reqwest::Request::try_from(request)?;
        self.runtime.block_on(async {
            let mut answer = self.client.execute(request).await.map_err(reqwest::Error::without_url)?;
            let mut body = Vec::new();
            while let Some(part) = answer.chunk().await.map_err(reqwest::Error::without_url)? {
                if body.len() + part.len() > ANSWER {
                    return Err("the collector's answer does not end".into());
                }
                body.extend_from_slice(&part);
            }
            Ok(Response::builder().status(answer.status()).body(body.into())?)
        })
    }
}

impl HttpClient for Sender {
    fn send_bytes<'life0, 'async_trait>(
        &'life0 self,
        request: Request<Bytes>,
    ) -> Pin<Box<dyn Future<Output = Result<Response<Bytes>, HttpError>> + Send + 'async_trait>>
    where
        'life0: 'async_trait,
        Self: 'async_trait,
    {
        let answer = self.send(request);
        let why = match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("the collector answered {}", answer.status())),
            Err(error) => Some(error.to_string()),
        };
        // Once is enough: a collector that is gone stays so for many spans.
        match why {
            Some(error) if !self.told.swap(true, Ordering::Relaxed) => tracing::warn!(error, "spans not sent"),
            Some(_) => {}
            None => self.told.store(false, Ordering::Relaxed),
        }
        Box::pin(ready(answer))
    }
}
