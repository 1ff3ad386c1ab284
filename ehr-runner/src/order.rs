//! The order's folder: built beside its place under a hidden name, and renamed into place when whole.
//!
//! A kill at any instant therefore leaves no order, never half of one. The hidden folder is locked by the process
//! that builds it, and a lock dies with its process: one that can be locked was left behind, and is removed.

use crate::error::Failure;
use crate::fingerprint::InputPrint;
use crate::source::leave::LeftOut;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::SubsecRound;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// The file that says what an order is.
const ORDER_FILE: &str = "order.json";

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
    /// What was done, and when.
    pub(crate) stages: Vec<StageRecord>,
    /// Where the order was loaded to.
    #[serde(default)]
    pub(crate) imports: Vec<ImportRecord>,
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
}

/// An order's folder while it is built; removed with all it holds unless it is put into place.
pub(crate) struct Partial {
    out: PathBuf,
    folder: PathBuf,
    lock: Option<File>,
}

impl OrderFile {
    /// The order in this folder.
    pub(crate) fn read(order: &Path) -> Result<Self, Failure> {
        let path = order.join(ORDER_FILE);
        let text = fs::read_to_string(&path).map_err(|error| Failure::file("reading the order", &path, &error))?;
        serde_json::from_str(&text).map_err(|error| {
            Failure::World(format!("`{}` is not an order: line {}, column {}", path.display(), error.line(), error.column()))
        })
    }

    /// Writes it into the folder under another name, and renames it when it is whole.
    pub(crate) fn write(&self, order: &Path) -> Result<(), Failure> {
        let path = order.join(ORDER_FILE);
        let fresh = order.join(".order.json.new");
        write_json(&fresh, self)?;
        sync(&fresh)?;
        fs::rename(&fresh, &path).map_err(|error| Failure::file("writing", &path, &error))?;
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
    pub(crate) fn done(stage: &str, started: DateTime<Utc>, rows: u64) -> Self {
        Self { stage: stage.to_owned(), status: OrderStatus::Done, started, finished: now(), rows }
    }
}

/// The clock, for `order.json` alone.
pub(crate) fn now() -> DateTime<Utc> {
    Utc::now().trunc_subsecs(3)
}

/// Fails where an order cannot be made at `out`.
pub(crate) fn free(out: &Path) -> Result<(), Failure> {
    if out.symlink_metadata().is_ok() {
        return Err(Failure::Usage(format!("`{}` exists already; choose another folder for the order, or remove it", out.display())));
    }
    let (parent, _) = place(out)?;
    if parent.is_dir() { Ok(()) } else { Err(Failure::Usage(format!("there is no folder `{}` to make the order in", parent.display()))) }
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

impl Partial {
    /// Makes the hidden folder for an order at `out`; removes those that dead processes left there.
    pub(crate) fn create(out: &Path) -> Result<Self, Failure> {
        let (parent, name) = place(out)?;
        let prefix = format!(".{name}.partial-");
        remove_stale(&parent, &prefix)?;
        let folder = parent.join(format!("{prefix}{}", std::process::id()));
        make_folder(&folder)?;
        let lock = File::open(&folder).ok().filter(|file| file.try_lock().is_ok());
        let partial = Self { out: out.to_owned(), folder, lock };
        make_folder(&partial.stage())?;
        Ok(partial)
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// The folder in it where stages are staged.
    pub(crate) fn stage(&self) -> PathBuf {
        self.folder.join(".stage")
    }

    /// Takes rejects out of the staging folder and removes the rest of it.
    pub(crate) fn clear_stage(&self) -> Result<(), Failure> {
        let (staged, kept) = (self.stage().join("rejects"), self.folder.join("rejects"));
        if staged.is_dir() {
            fs::rename(&staged, &kept).map_err(|error| Failure::file("moving", &staged, &error))?;
        } else {
            make_folder(&kept)?;
        }
        fs::remove_dir_all(self.stage()).map_err(|error| Failure::file("removing", &self.stage(), &error))
    }

    /// Puts the order into place: every file on disk, `order.json` last, then the name.
    pub(crate) fn place(mut self, order: &OrderFile) -> Result<(), Failure> {
        sync_all(&self.folder)?;
        order.write(&self.folder)?;
        free(&self.out)?;
        fs::rename(&self.folder, &self.out).map_err(|error| Failure::file("putting the order into place", &self.out, &error))?;
        // From here on nothing is left to remove.
        self.folder = PathBuf::new();
        sync(&place(&self.out)?.0)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        if !self.folder.as_os_str().is_empty() {
            // What cannot be removed now is removed at the next start.
            drop(fs::remove_dir_all(&self.folder));
        }
        self.lock.take();
    }
}

/// The folder that `out` lies in, and its name there.
fn place(out: &Path) -> Result<(PathBuf, String), Failure> {
    let Some(name) = out.file_name() else {
        return Err(Failure::Usage(format!("`{}` is no name for an order's folder", out.display())));
    };
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    Ok((parent.to_owned(), name.to_string_lossy().into_owned()))
}

fn remove_stale(parent: &Path, prefix: &str) -> Result<(), Failure> {
    let fail = |error| Failure::file("reading the folder", parent, &error);
    for entry in fs::read_dir(parent).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let name = entry.file_name();
        let ours = name.to_str().and_then(|name| name.strip_prefix(prefix)).is_some_and(|pid| pid.parse::<u32>().is_ok());
        if !ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        if File::open(entry.path()).is_ok_and(|folder| folder.try_lock().is_ok()) {
            fs::remove_dir_all(entry.path()).map_err(|error| Failure::file("removing what was left at", &entry.path(), &error))?;
        }
    }
    Ok(())
}

fn sync_all(folder: &Path) -> Result<(), Failure> {
    let fail = |error| Failure::file("reading the folder", folder, &error);
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            sync(&path)?;
        }
    }
    sync(folder)
}

fn sync(path: &Path) -> Result<(), Failure> {
    File::open(path).and_then(|file| file.sync_all()).map_err(|error| Failure::file("writing to disk", path, &error))
}
