//! What an order is: `order.json`, and the folder that it lies in.

pub(crate) mod prints;
pub(crate) mod workplace;

use crate::destination::Loading;
use crate::destination::Outcomes;
use crate::error::Failure;
use crate::failpoint;
use crate::fingerprint::InputPrint;
use crate::source::leave::LeftOut;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::SubsecRound;
use chrono::Utc;
use ehr_rules::SourceId;
use prints::FilePrint;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// The file that says what an order is.
pub(crate) const ORDER_FILE: &str = "order.json";
/// The file that says what became of every row.
const LEDGER_FILE: &str = "ledger.json";
/// What every end of a run does: rejects, ledger and report are written.
pub(crate) const FINISH: &str = "finish";

/// What `order.json` holds.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OrderFile {
    /// A hash of all that decides what is converted; the same for the same rules and input.
    pub(crate) id: String,
    /// How it ended.
    pub(crate) status: OrderStatus,
    /// The program's version.
    pub(crate) program: String,
    /// The source system.
    pub(crate) source: String,
    /// Its version.
    pub(crate) version: String,
    /// The target.
    pub(crate) target: String,
    /// What `today()` gave.
    pub(crate) today: NaiveDate,
    /// What the rules asked of it, defaults among them.
    #[serde(default)]
    pub(crate) parameters: BTreeMap<String, String>,
    /// The names of the secrets that it had; never what they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) secrets: Vec<String>,
    /// How tables are written.
    pub(crate) output: Output,
    /// Only so many rows of each table were read.
    pub(crate) limit: Option<u64>,
    /// A fingerprint of the vocabulary, if there was one.
    pub(crate) vocabulary: Option<String>,
    /// A fingerprint of every file of rules.
    pub(crate) rules: String,
    /// Where the input was, as a path that holds from anywhere.
    #[serde(default)]
    pub(crate) from: Option<String>,
    /// Which table each file is, by the file's name, where it was found out.
    #[serde(default)]
    pub(crate) tables: BTreeMap<String, String>,
    /// Where the vocabulary was.
    #[serde(default)]
    pub(crate) vocabulary_from: Option<PathBuf>,
    /// The files that were read.
    pub(crate) input: Vec<InputPrint>,
    /// What of the input was left out by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) left_out: Vec<LeftOut>,
    /// The one tenant whose rows these are, where that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<String>,
    /// The folder that the input lies in, where the target's folders name tenants and files have none of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lies_in: Option<String>,
    /// The tenants whose rows these are, each with its tables in a folder of its own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tenants: Vec<OrderTenant>,
    /// What the target declares that an order must come to and this one does not; it is loaded only by who asks for it all the same.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) no_go: Vec<String>,
    /// What was done, and when.
    pub(crate) stages: Vec<StageRecord>,
    /// The database that it is to go to, with its options, where that was asked for; without a password.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) to: Option<Wanted>,
    /// Where the order was loaded to.
    #[serde(default)]
    pub(crate) imports: Vec<ImportRecord>,
}

/// A tenant in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderTenant {
    /// What its folder under `tenants` is called.
    pub(crate) identifier: String,
    /// Its name, normalised.
    pub(crate) identity: String,
    /// Every spelling of its name, in the order in which they come.
    pub(crate) names: Vec<String>,
}

/// How an order ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrderStatus {
    /// Whole.
    Done,
    /// The data falls short: to be looked at, not to be loaded.
    Failed,
    /// Stopped where it was told to stop.
    Stopped,
}

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Output {
    /// UTF-8 with a header; a missing value is nothing, an empty text is `""`.
    Csv,
    /// Apache Parquet.
    Parquet,
}

/// One stage of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct StageRecord {
    /// Its name.
    pub(crate) stage: String,
    /// `done` or `failed`.
    pub(crate) status: OrderStatus,
    /// When it started.
    pub(crate) started: DateTime<Utc>,
    /// When it ended.
    pub(crate) finished: DateTime<Utc>,
    /// Rows it gave.
    pub(crate) rows: u64,
    /// The files that it left, by their path in the order's folder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) files: BTreeMap<String, FilePrint>,
}

/// A load that was asked for.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Wanted {
    /// The destination.
    pub(crate) to: String,
    /// How it is loaded.
    #[serde(flatten)]
    pub(crate) loading: Loading,
}

/// One load of an order.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ImportRecord {
    /// The destination.
    pub(crate) to: String,
    /// When.
    pub(crate) at: DateTime<Utc>,
    /// Rows loaded.
    pub(crate) rows: u64,
    /// Whose, where each tenant has a place of its own: what that is called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tenant: Option<String>,
    /// Of each table that is tracked how many rows were what.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tracked: BTreeMap<String, Outcomes>,
}

/// Rows read, set aside and written of an order, as far as its ledger is closed.
pub(crate) fn counts(order: &Path) -> Option<[u64; 3]> {
    let ledger: Value = serde_json::from_str(&fs::read_to_string(order.join(LEDGER_FILE)).ok()?).ok()?;
    let sum = |list: &str, name: &str| -> u64 {
        let rows = ledger.get(list).and_then(Value::as_array).into_iter().flatten();
        rows.filter_map(|row| row.get(name)?.as_u64()).sum()
    };
    Some([sum("tables", "read"), sum("tables", "rejected"), sum("outputs", "rows")])
}

impl OrderFile {
    /// The order in this folder.
    pub(crate) fn read(order: &Path) -> Result<Self, Failure> {
        let path = order.join(ORDER_FILE);
        let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => {
                let why = match order.try_exists() {
                    Ok(true) => format!("no `{ORDER_FILE}` stands in it"),
                    _ => "there is nothing of that name".to_owned(),
                };
                Failure::Usage(format!("`{}` is no order: {why}", order.display()))
            }
            _ => Failure::file("reading the order", &path, &error),
        })?;
        serde_json::from_str(&text).map_err(|error| {
            Failure::World(format!("`{}` is not an order: line {}, column {}", path.display(), error.line(), error.column()))
        })
    }

    /// The last thing that was done, but for what every end of a run does.
    pub(crate) fn stands(&self) -> Option<&StageRecord> {
        self.stages.iter().rev().find(|stage| stage.stage != FINISH)
    }

    /// Whether a stage was done.
    pub(crate) fn has(&self, stage: &str) -> bool {
        self.stages.iter().any(|known| known.stage == stage)
    }

    /// Fails where it does not come to what its target declares, unless it is to be taken all the same.
    pub(crate) fn feasible(&self, folder: &Path, loading: Loading) -> Result<(), Failure> {
        if self.no_go.is_empty() || loading.despite_no_go {
            return Ok(());
        }
        let (shown, target, short) = (folder.display(), &self.target, self.no_go.join("; "));
        Err(Failure::Data(format!(
            "no go: `{target}` declares what an order must come to, and `{shown}` does not: {short}\nhelp: its report says what would make it go; `--despite-no-go` takes it as it is"
        )))
    }

    /// The source, as it is named.
    pub(crate) fn source(&self) -> SourceId {
        SourceId { system: self.source.clone(), version: self.version.clone() }
    }

    /// Changes what is written of an order that other processes may load or take out at the same time: what they wrote
    /// meanwhile stays. Each waits for its turn at the ledger, which every whole order has and nobody renames.
    pub(crate) fn amend(order: &Path, change: impl FnOnce(&mut Self)) -> Result<(), Failure> {
        let turn = File::open(order.join(LEDGER_FILE));
        if let Ok(turn) = &turn {
            // Where a file system knows no locks, nobody else is there.
            drop(turn.lock());
        }
        failpoint::reached("amending");
        let mut file = Self::read(order)?;
        change(&mut file);
        file.write(order)?;
        failpoint::reached("amended");
        Ok(())
    }

    /// Writes it into the folder under another name, and renames it when it is whole.
    pub(crate) fn write(&self, order: &Path) -> Result<(), Failure> {
        let path = order.join(ORDER_FILE);
        let fresh = order.join(".order.json.new");
        write_json(&fresh, self)?;
        sync(&fresh)?;
        failpoint::reached("order_written");
        fs::rename(&fresh, &path).map_err(|error| Failure::file("writing", &path, &error))?;
        failpoint::reached("order_renamed");
        sync(order)
    }
}

impl OrderStatus {
    /// As it is said.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Stopped => "stopped",
        }
    }
}

impl Output {
    /// The end of file names, without the dot.
    pub(crate) const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Parquet => "parquet",
        }
    }
}

impl StageRecord {
    /// A stage that started then and ends now.
    pub(crate) fn done(stage: &str, started: DateTime<Utc>, rows: u64, files: BTreeMap<String, FilePrint>) -> Self {
        Self { stage: stage.to_owned(), status: OrderStatus::Done, started, finished: now(), rows, files }
    }
}

/// The clock, for `order.json` alone.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

/// Writes a value as indented JSON, a line end after it.
pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), Failure> {
    let fail = |error: io::Error| Failure::file("writing", path, &error);
    let mut text = serde_json::to_vec_pretty(value).map_err(|error| fail(error.into()))?;
    text.push(b'\n');
    fs::write(path, text).map_err(fail)
}

/// Makes a folder.
pub(crate) fn make_folder(path: &Path) -> Result<(), Failure> {
    fs::create_dir(path).map_err(|error| Failure::file("making the folder", path, &error))
}

/// Sees to it that a file or the names in a folder are on disk.
pub(crate) fn sync(path: &Path) -> Result<(), Failure> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| Failure::file("writing to disk", path, &error))
}
