//! A run as it stands between two stages, written down so that another process can go on from there.
//!
//! The staged tables stay where they are: what is written is which they are, and what the ledger knows of every row. Paths
//! are kept relative to the run's folder, which may have another name by then.

use crate::dataset::Common;
use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::Read;
use crate::dataset::Sound;
use crate::dataset::Table;
use crate::dataset::ledger::Ledger;
use crate::dataset::ledger::LedgerState;
use crate::dataset::output::OutputRows;
use crate::error::Error;
use crate::finding::Verified;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Told apart from what other versions of this program wrote down.
const FORM: u32 = 2;

/// What a run knows between two stages.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Kept {
    form: u32,
    stage: String,
    ledger: LedgerState,
    tables: Vec<KeptTable>,
    between: Vec<KeptTable>,
    folder: PathBuf,
    /// What the target's rules read, once they have.
    pub came: Vec<KeptTable>,
    /// What they made.
    pub outputs: Vec<OutputRows>,
    /// The file actions that they planned.
    pub actions: Option<KeptTable>,
    /// The tenants that have rows, each with the spellings of its name.
    pub tenants: BTreeMap<String, Vec<String>>,
    /// What came of the target's checks.
    pub checks: Vec<Verified>,
}

/// A staged table, by its path in the run's folder.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct KeptTable {
    name: String,
    path: PathBuf,
    rows: u64,
}

/// What a dataset can be: each is made only by the stage before the next.
pub trait Standing: sealed::Sealed {
    /// Its name in what is written down.
    const NAME: &'static str;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! standing {
    ($($stage:ident $name:literal)*) => {$(
        impl sealed::Sealed for $stage {}
        impl Standing for $stage {
            const NAME: &'static str = $name;
        }
    )*};
}

standing! { Read "read" Sound "sound" Common "common" Converted "converted" }

impl Kept {
    /// What is known of these tables; the paths of their files lie under `root`.
    pub(crate) fn new<S: Standing>(data: &Dataset<S>, root: &Path) -> Self {
        let tables = |tables: &[Table]| tables.iter().map(|table| KeptTable::new(table, root)).collect();
        Self {
            form: FORM,
            stage: S::NAME.to_owned(),
            ledger: data.ledger.state(),
            tables: tables(&data.tables),
            between: tables(&data.between),
            folder: relative(&data.folder, root),
            came: Vec::new(),
            outputs: Vec::new(),
            actions: None,
            tenants: BTreeMap::new(),
            checks: Vec::new(),
        }
    }

    /// Writes it down, into the file at `path`.
    pub(crate) fn write(&self, file: impl Write, path: &Path) -> Result<(), Error> {
        let failed = |error| Error::io("writing", path, error);
        let mut file = BufWriter::new(file);
        serde_json::to_writer(&mut file, self).map_err(|error| failed(error.into()))?;
        file.flush().map_err(failed)
    }

    /// Reads it again, from the file at `path`.
    pub(crate) fn read(file: impl io::Read, path: &Path) -> Result<Self, Error> {
        let file = BufReader::new(file);
        // The parser's message could quote what stands there.
        let kept: Self = serde_json::from_reader(file).map_err(|_| foreign(path))?;
        if kept.form == FORM { Ok(kept) } else { Err(foreign(path)) }
    }

    /// The tables again, and the ledger as it was; `path` is where it was read from.
    pub(crate) fn dataset<S: Standing>(self, root: &Path, ledger: &Arc<Ledger>, path: &Path) -> Result<Dataset<S>, Error> {
        if self.stage != S::NAME || !ledger.restore(self.ledger) {
            return Err(foreign(path));
        }
        let tables = |tables: Vec<KeptTable>| tables.into_iter().map(|table| table.table(root)).collect();
        Ok(Dataset::new(tables(self.tables), Arc::clone(ledger), root.join(self.folder)).with_between(tables(self.between)))
    }
}

impl KeptTable {
    pub(crate) fn new(table: &Table, root: &Path) -> Self {
        Self { name: table.name.clone(), path: relative(&table.path, root), rows: table.rows }
    }

    pub(crate) fn table(self, root: &Path) -> Table {
        Table { name: self.name, path: root.join(self.path), rows: self.rows }
    }
}

fn relative(path: &Path, root: &Path) -> PathBuf {
    path.strip_prefix(root).unwrap_or(path).to_owned()
}

fn foreign(path: &Path) -> Error {
    Error::io("reading", path, io::Error::new(io::ErrorKind::InvalidData, "it is not what this program writes down of a run"))
}
