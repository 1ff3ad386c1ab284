//! What a watcher counts, in the text that Prometheus reads; and whether it is well.

use crate::watch::book::Book;
use crate::watch::book::Standing;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::histogram::exponential_buckets;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Counts of one watcher.
pub(crate) struct Numbers {
    registry: Registry,
    exports: Family<By, Gauge>,
    waiting: Gauge,
    tries: Family<By, Counter>,
    rows: Family<Rows, Counter>,
    seconds: Histogram,
    alerts: Family<Alerted, Counter>,
    troubled: AtomicBool,
}

/// How an export stands, or how a try ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct By {
    standing: &'static str,
}

/// What became of rows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Rows {
    what: &'static str,
}

/// How an alert went, and whether it arrived.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Alerted {
    way: &'static str,
    sent: &'static str,
}

impl Numbers {
    /// All nought.
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("ehr");
        let numbers = Self {
            exports: Family::default(),
            waiting: Gauge::default(),
            tries: Family::default(),
            rows: Family::default(),
            // From a second to some three days.
            seconds: Histogram::new(exponential_buckets(1.0, 4.0, 10)),
            alerts: Family::default(),
            registry: Registry::default(),
            troubled: AtomicBool::new(false),
        };
        registry.register("exports", "Exports that are known, by how they stand", numbers.exports.clone());
        registry.register("waiting", "Exports that are waited for: not settled, or not whole", numbers.waiting.clone());
        registry.register("tries", "Tries that ended, by how the export stood then", numbers.tries.clone());
        registry.register("rows", "Rows of orders that were done, by what became of them", numbers.rows.clone());
        registry.register("try_seconds", "How long tries took", numbers.seconds.clone());
        registry.register("alerts", "Alerts, by whether they could be sent", numbers.alerts.clone());
        Self { registry, ..numbers }
    }

    /// What the book says now.
    pub(super) fn set(&self, book: &Book) {
        for standing in [Standing::New, Standing::Running, Standing::Done, Standing::Retry, Standing::Aside] {
            let count = i64::try_from(book.count(standing)).unwrap_or(i64::MAX);
            self.exports.get_or_create(&By { standing: standing.label() }).set(count);
        }
        self.waiting.set(i64::try_from(book.waiting.len()).unwrap_or(i64::MAX));
    }

    /// A try ended.
    pub(super) fn tried(&self, standing: Standing, took: Duration) {
        self.tries.get_or_create(&By { standing: standing.label() }).inc();
        self.seconds.observe(took.as_secs_f64());
    }

    /// An order was done, of which so many rows were read, set aside and written.
    pub(super) fn counted(&self, counts: [u64; 3]) {
        for (what, rows) in ["read", "set_aside", "written"].into_iter().zip(counts) {
            self.rows.get_or_create(&Rows { what }).inc_by(rows);
        }
    }

    /// An alert was sent, or given up.
    pub(super) fn alerted(&self, way: &'static str, sent: bool) {
        self.alerts.get_or_create(&Alerted { way, sent: if sent { "yes" } else { "no" } }).inc();
    }

    /// Says whether the folder can be watched.
    pub(super) fn is_troubled(&self, troubled: bool) {
        self.troubled.store(troubled, Ordering::Relaxed);
    }

    /// Whether the folder can be watched.
    pub(super) fn is_well(&self) -> bool {
        !self.troubled.load(Ordering::Relaxed)
    }

    /// As Prometheus reads it.
    pub(super) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl Standing {
    /// As it is written in the book and in counts.
    const fn label(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Running => "running",
            Self::Done => "done",
            Self::Retry => "retry",
            Self::Aside => "aside",
        }
    }
}
