//! Files read by `ehr-rules`, which is told the names of the columns and nothing of how the file is written.

use super::Case;
use super::people::NAMES;
use super::score::Given;
use ehr_rules::Consequence;
use ehr_rules::Dataset;
use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Read;
use ehr_rules::Rulebook;
use polars::prelude::*;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::path::PathBuf;

/// The types of the columns in the version that names them; in the other all are text.
const TYPES: [&str; 7] = ["integer", "text", "text", "date", "decimal(6,1)", "integer", "text"];

/// Whether the columns have types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Columns {
    Text,
    Typed,
}

/// Rules for one table of people, in a folder of their own.
pub(crate) struct Ours {
    folder: PathBuf,
    book: Rulebook,
}

impl Ours {
    /// Writes the rules into a folder, which later holds what is staged too.
    pub(crate) fn new(folder: &Path) -> Result<Self, Box<dyn Error>> {
        for (version, types) in [("text", ["text"; 7]), ("typed", TYPES)] {
            let mut columns = String::new();
            let mut rule = String::new();
            let mut target = String::new();
            for (name, kind) in NAMES.iter().zip(types) {
                // A row without its number is nobody's.
                let required = *name == NAMES[0];
                writeln!(columns, "      {name}: {{type: \"{kind}\", required: {required}}}")?;
                writeln!(target, "      {name}: \"{kind}\"")?;
                writeln!(rule, "    {name}: {name}")?;
            }
            let schema = format!("system: people\nversion: {version}\ntables:\n  people:\n    file: \"*.csv\"\n    columns:\n{columns}");
            let targets = format!("target: {version}\nsource: people/{version}\ntables:\n  person:\n    columns:\n{target}");
            let rules = format!("person:\n  from: people\n  columns:\n{rule}");
            let files = [
                (format!("sources/people/{version}/schema.yaml"), schema),
                (format!("targets/{version}/schema.yaml"), targets),
                (format!("targets/{version}/rules.yaml"), rules),
            ];
            for (name, text) in files {
                let path = folder.join("rules").join(name);
                std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
                std::fs::write(path, text)?;
            }
        }
        let (book, said) = Rulebook::load(&[folder.join("rules")])?;
        if said.is_empty() { Ok(Self { folder: folder.to_owned(), book }) } else { Err(said.to_text().into()) }
    }

    /// Reads a file and stages the rows that are good.
    pub(crate) fn stage(&self, path: &Path, columns: Columns) -> Result<Dataset<Read>, Box<dyn Error>> {
        let version = if columns == Columns::Text { "text" } else { "typed" };
        let bytes = std::fs::metadata(path)?.len();
        let file = InputFile { name: "people.csv".to_owned(), path: path.to_owned(), bytes };
        let order = Order::new(self.folder.join("order"), chrono::NaiveDate::default());
        let job = self.book.start(&format!("people/{version}").parse()?, version, &[file], order)?;
        Ok(job.read()?)
    }

    /// What it makes of a file of the corpus.
    pub(crate) fn read(&self, case: &Case, columns: Columns) -> Result<Given, Box<dyn Error>> {
        let path = self.folder.join("people.csv");
        std::fs::write(&path, &case.bytes)?;
        let read = self.stage(&path, columns)?;
        if read.ledger().findings().iter().any(|finding| finding.consequence == Consequence::Failed) {
            return Ok(Given { refused: true, ..Given::default() });
        }
        let frame = read.table("people").ok_or("the table was not read")?.frame()?.collect()?;
        let aside = std::fs::read(self.folder.join("order/rejects/people.csv")).unwrap_or_default();
        Ok(Given { rows: rows(&frame)?, aside: String::from_utf8_lossy(&aside).into_owned(), refused: false })
    }
}

/// A frame's rows as text, by the names of its columns, and by their place where the names are others.
pub(crate) fn rows(frame: &DataFrame) -> PolarsResult<Vec<Vec<String>>> {
    let named: PolarsResult<Vec<&Column>> = NAMES.iter().map(|name| frame.column(name)).collect();
    let columns = named.unwrap_or_else(|_| frame.columns().iter().collect());
    let texts = columns.into_iter().map(|column| column.cast(&DataType::String)).collect::<PolarsResult<Vec<_>>>()?;
    let texts = texts.iter().map(Column::str).collect::<PolarsResult<Vec<_>>>()?;
    Ok((0..frame.height()).map(|row| texts.iter().map(|text| text.get(row).unwrap_or_default().to_owned()).collect()).collect())
}
