//! What one run is asked to do, and how it is told to stop.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;

use crate::error::Error;
use secrecy::SecretString;

/// One run's settings.
///
/// ```
/// use chrono::NaiveDate;
/// use ehr_rules::Order;
///
/// let order = Order { limit: Some(1000), ..Order::new("scratch".into(), NaiveDate::default()) };
/// assert!(order.vocabulary.is_none());
/// ```
#[derive(Clone)]
pub struct Order {
    /// A folder of this run's own, where stages are staged and rejects written; the caller makes and removes it.
    pub folder: PathBuf,
    /// Only the first rows of each table, in file order.
    pub limit: Option<u64>,
    /// The order's date: what `today()` gives.
    pub today: chrono::NaiveDate,
    /// What rules ask of an order, by name, as it is written: `--set NAME=VALUE`.
    pub parameters: BTreeMap<String, String>,
    /// The secrets that functions of the rules name, such as the key of `pseudonym`. They are written nowhere.
    pub secrets: BTreeMap<String, SecretString>,
    /// The folder of an Athena vocabulary download, if there is one.
    pub vocabulary: Option<PathBuf>,
    /// Which table a file is, by the file's name, where that is known; other files are those tables whose glob they match.
    pub tables: BTreeMap<String, String>,
    /// The one tenant whose rows these are, by its full name; files that hold others' are set aside (`R0601`).
    pub tenant: Option<String>,
    /// The folder that files lie in whose names have none, where the target's folders name tenants.
    pub lies_in: Option<String>,
    /// Make whole categories, as people want to see them, and not only what the target asks for, which is faster.
    pub whole_categories: bool,
    /// Set to stop at the next batch.
    pub cancel: Arc<AtomicBool>,
    /// Told what is being done.
    pub progress: Arc<dyn Fn(Progress<'_>) + Send + Sync>,
}

/// What is being done.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// A stage works on a table now.
    Table {
        /// `read`, `assess`, `categorize`, `convert`, `verify`.
        stage: &'static str,
        /// The table.
        table: &'a str,
    },
    /// So many more bytes of input were read.
    Bytes(u64),
}

impl Order {
    /// Settings for a run in this folder on this date, all else left out.
    pub fn new(folder: PathBuf, today: chrono::NaiveDate) -> Self {
        Self {
            folder,
            limit: None,
            today,
            parameters: BTreeMap::new(),
            secrets: BTreeMap::new(),
            vocabulary: None,
            tables: BTreeMap::new(),
            tenant: None,
            lies_in: None,
            whole_categories: false,
            cancel: Arc::default(),
            progress: Arc::new(|_| {}),
        }
    }

    /// Fails where the run was told to stop.
    pub(crate) fn go_on(&self) -> Result<(), Error> {
        if self.cancel.load(Ordering::Relaxed) { Err(Error::interrupted()) } else { Ok(()) }
    }
}
