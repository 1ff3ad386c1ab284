//! Spans of orders and their stages, and logs, for a collector of OpenTelemetry, over OTLP/HTTP as JSON.
//!
//! Spans leave the machine wherever a collector is named, so nothing is in them but names of stages, of systems and targets, hashes,
//! counts and exit statuses. What is logged may name files besides, and is sent only where logs are asked for by their name. Both are sent
//! by threads of their own; a collector that is not there, or does not answer, costs a run nothing but a moment at its end.

use crate::error::Failure;
use crate::order::OrderFile;
use crate::order::OrderStatus;
use opentelemetry::trace::TracerProvider;
use opentelemetry_appender_tracing::layer::OpenTelemetryTracingBridge;
use opentelemetry_http::Bytes;
use opentelemetry_http::HttpClient;
use opentelemetry_http::HttpError;
use opentelemetry_http::Request;
use opentelemetry_http::Response;
use opentelemetry_otlp::LogExporter;
use opentelemetry_otlp::Protocol;
use opentelemetry_otlp::SpanExporter;
use opentelemetry_otlp::WithExportConfig;
use opentelemetry_otlp::WithHttpConfig;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::logs::SdkLogger;
use opentelemetry_sdk::logs::SdkLoggerProvider;
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
use tracing::Level;
use tracing::Metadata;
use tracing::Span;
use tracing::field::Empty;
use tracing::info_span;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::filter::Targets;

/// What our spans are for: nothing else is exported, and no log shows them.
const SPANS: &str = "spans";
/// What people are told on stderr in other words, so that no log shows it and a collector is told all the same.
pub(crate) const TOLD: &str = "told";
/// Where the collector is for everything.
const ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// Where it is for spans alone, and whole.
const SPANS_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT";
/// The same for logs.
const LOGS_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT";
/// By what spans and logs are sent: `otlp`, or `none`.
const SPANS_EXPORTER: &str = "OTEL_TRACES_EXPORTER";
const LOGS_EXPORTER: &str = "OTEL_LOGS_EXPORTER";
/// How long a collector may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long the end of a run waits for one.
const LAST: Duration = Duration::from_secs(2);
/// What of an answer is read; what one says is short.
const ANSWER: usize = 1 << 16;

/// Spans and logs on their way.
#[derive(Clone, Default)]
pub(crate) struct Telemetry {
    spans: Option<SdkTracerProvider>,
    logs: Option<SdkLoggerProvider>,
}

impl Telemetry {
    /// Ready to send what the environment asks for; why something is not sent, where it asks wrongly, goes to `complain`.
    pub(crate) fn start(mut complain: impl FnMut(&str, Box<dyn Error>)) -> Self {
        let disabled = env::var("OTEL_SDK_DISABLED").is_ok_and(|value| value.eq_ignore_ascii_case("true"));
        if disabled {
            return Self::default();
        }
        // Spans go to any collector that is named, logs only to one that is named for them.
        let spans = by_otlp(SPANS_EXPORTER, is_set(SPANS_ENDPOINT) || is_set(ENDPOINT));
        let logs = by_otlp(LOGS_EXPORTER, is_set(LOGS_ENDPOINT));
        Self {
            spans: spans.and_then(|wanted| wanted.then(spans_to_send).transpose()).unwrap_or_else(|error| {
                complain("spans", error);
                None
            }),
            logs: logs.and_then(|wanted| wanted.then(logs_to_send).transpose()).unwrap_or_else(|error| {
                complain("logs", error);
                None
            }),
        }
    }

    /// What our spans are made with, where they are sent.
    pub(crate) fn tracer(&self) -> Option<SdkTracer> {
        self.spans.as_ref().map(|spans| spans.tracer(env!("CARGO_PKG_NAME")))
    }

    /// What gives events to the collector, where they are sent; each within a span carries that span's ids.
    pub(crate) fn bridge(&self) -> Option<OpenTelemetryTracingBridge<SdkLoggerProvider, SdkLogger>> {
        self.logs.as_ref().map(OpenTelemetryTracingBridge::new)
    }

    /// Sends what is not sent yet, as long as that takes no longer than a moment.
    pub(crate) fn end(&self) {
        // A failure to send is said by who sends.
        std::thread::scope(|scope| {
            scope.spawn(|| self.spans.as_ref().map(|spans| drop(spans.shutdown_with_timeout(LAST))));
            scope.spawn(|| self.logs.as_ref().map(|logs| drop(logs.shutdown_with_timeout(LAST))));
        });
    }
}

/// The events that a collector is given: ours, but not what is said of sending them, which would be sent in its turn.
pub(crate) fn logged() -> Targets {
    let ours = Targets::new().with_target("ehr_runner", Level::INFO).with_target("ehr_rules", Level::INFO).with_target(TOLD, Level::INFO);
    ours.with_target(module_path!(), LevelFilter::OFF)
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}

/// Whether something is to be sent: as the variable says, or else as it would be.
fn by_otlp(variable: &str, otherwise: bool) -> Result<bool, Box<dyn Error>> {
    match env::var(variable) {
        Ok(way) if way == "otlp" => Ok(true),
        Ok(way) if way == "none" => Ok(false),
        Ok(way) if !way.is_empty() => Err(format!("`{variable}` knows `otlp` and `none`").into()),
        _ => Ok(otherwise),
    }
}

fn spans_to_send() -> Result<SdkTracerProvider, Box<dyn Error>> {
    let sender = Sender::new("spans")?;
    let exporter = SpanExporter::builder().with_http().with_http_client(sender).with_protocol(Protocol::HttpJson).build()?;
    Ok(SdkTracerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build())
}

fn logs_to_send() -> Result<SdkLoggerProvider, Box<dyn Error>> {
    let sender = Sender::new("logs")?;
    let exporter = LogExporter::builder().with_http().with_http_client(sender).with_protocol(Protocol::HttpJson).build()?;
    Ok(SdkLoggerProvider::builder().with_resource(resource()).with_batch_exporter(exporter).build())
}

/// Who sends.
fn resource() -> Resource {
    let resource = Resource::builder();
    if is_set("OTEL_SERVICE_NAME") { resource.build() } else { resource.with_service_name(env!("CARGO_PKG_NAME")).build() }
}

/// Whether it is a span of ours.
pub(crate) fn is_ours(what: &Metadata<'_>) -> bool {
    what.is_span() && what.target() == SPANS
}

/// Whether it may be shown to people.
pub(crate) fn is_shown(what: &Metadata<'_>) -> bool {
    !is_ours(what) && what.target() != TOLD
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
    /// What it sends.
    what: &'static str,
    runtime: Runtime,
    client: Client,
    told: AtomicBool,
}

impl Sender {
    fn new(what: &'static str) -> Result<Self, Box<dyn Error>> {
        // An answer that leads elsewhere would take the headers there.
        let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).connect_timeout(LAST).build()?;
        let runtime = Builder::new_current_thread().enable_all().build()?;
        Ok(Self { what, runtime, client, told: AtomicBool::new(false) })
    }

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
        // Once is enough: a collector that is gone stays so for many of them.
        match why {
            Some(error) if !self.told.swap(true, Ordering::Relaxed) => tracing::warn!(error, "{} not sent", self.what),
            Some(_) => {}
            None => self.told.store(false, Ordering::Relaxed),
        }
        Box::pin(ready(answer))
    }
}
