//! The log: `log.jsonl` of an order, and stderr for those who ask with `-v`. No patient's value is ever in it.
//!
//! Where the order's folder will be is known only after the log has started, so the file is opened later.

use crate::cli::LogFormat;
use crate::error::Failure;
use crate::telemetry;
use crate::telemetry::Telemetry;
use std::fs::File;
use std::io;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::FilterExt;
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::fmt;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// The order's log file, once there is one.
#[derive(Clone, Default)]
pub(crate) struct Journal {
    file: Arc<Mutex<Option<Log>>>,
    telemetry: Telemetry,
}

struct Log {
    file: File,
    failed: Option<io::Error>,
}

impl Journal {
    /// Starts logging: to stderr as loud as asked, and to the order's file from [`Journal::open`] on.
    pub(crate) fn start(verbose: u8, format: LogFormat) -> Self {
        let telemetry = Telemetry::start(|what, error| {
            drop(writeln!(io::stderr(), "warning: no {what} are sent to a collector: {error}"));
        });
        let spans = telemetry.tracer().map(|tracer| {
            // Where in the code, and in which thread, says nothing of an order.
            let layer = tracing_opentelemetry::layer().with_location(false).with_threads(false).with_tracked_inactivity(false);
            layer.with_target(false).with_tracer(tracer).with_filter(filter_fn(telemetry::is_ours))
        });
        let logs = telemetry.bridge().map(|bridge| bridge.with_filter(telemetry::logged()));
        let journal = Self { telemetry, ..Self::default() };
        let level = match verbose {
            0 if format == LogFormat::Text => LevelFilter::OFF,
            0 | 1 => LevelFilter::INFO,
            _ => LevelFilter::DEBUG,
        };
        let loud = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy().and(filter_fn(telemetry::is_shown));
        let ours = Targets::new().with_target("ehr_runner", Level::INFO).with_target("ehr_rules", Level::INFO);
        let stderr = fmt::layer().with_writer(io::stderr).with_target(false);
        let stderr = match format {
            LogFormat::Text => stderr.with_filter(loud).boxed(),
            LogFormat::Json => stderr.json().flatten_event(true).with_current_span(false).with_span_list(false).with_filter(loud).boxed(),
        };
        let file = fmt::layer()
            .json()
            .flatten_event(true)
            .with_target(false)
            .with_current_span(false)
            .with_span_list(false)
            .log_internal_errors(false)
            .with_writer(journal.clone())
            .with_filter(ours);
        // A second start in one process keeps the first log.
        drop(tracing_subscriber::registry().with(spans).with(logs).with(stderr).with(file).try_init());
        journal
    }

    /// Opens the order's log, to go on with what is in it.
    pub(crate) fn open(&self, path: &Path) -> Result<(), Failure> {
        let file = File::options().create(true).append(true).open(path).map_err(|error| Failure::file("creating", path, &error))?;
        *self.lock() = Some(Log { file, failed: None });
        Ok(())
    }

    /// Closes the order's log; fails where a line of it could not be written.
    pub(crate) fn close(&self) -> Result<(), Failure> {
        let Some(log) = self.lock().take() else { return Ok(()) };
        let written = log.failed.map_or_else(|| log.file.sync_all(), Err);
        written.map_err(|error| Failure::World(format!("writing the order's log: {error}")))
    }

    /// Sends what is left to be sent; nothing is logged after it.
    pub(crate) fn end(&self) {
        self.telemetry.end();
    }

    fn lock(&self) -> MutexGuard<'_, Option<Log>> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Journal {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(log) = self.lock().as_mut()
            && let Err(error) = log.file.write_all(line)
        {
            log.failed = Some(error);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Journal {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}
