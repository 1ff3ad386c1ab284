//! `scan`: what an unknown export holds.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::identify;
use crate::profile::page;
use crate::profile::white_rabbit;
use crate::source;
use crate::source::leave::Leave;
use clap::Args;
use ehr_rules::Rulebook;
use ehr_rules::ScanOptions;
use ehr_rules::SourceId;
use serde_json::json;
use std::fs;
use std::path::PathBuf;

/// Values that are kept of each column, where they may be shown.
const VALUES: usize = 100;

/// What `ehr-runner scan --help` ends with.
const AFTER: &str = "\
Each file is read once. Without --show-values nothing that is printed or written holds a value of the data: only counts, and
what values look like (`9` for a digit, `a` for a letter). Counts with `~` are estimates. No rules are needed, but for --source.
--write-dialect never writes over a file: what it writes is to be put into a schema by hand.

Examples:
  ehr-runner scan export/
  ehr-runner scan export/ --format json > scan.json
  ehr-runner scan export/ --html scan.html --white-rabbit ScanReport.xlsx
  ehr-runner scan export/ --write-dialect dialect.yaml --source acme/1";

/// Arguments of `scan`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Scan {
    /// A file, a folder or an archive (.zip, .tar, .tar.gz, .tar.zst) of the export
    #[arg(env = "EHR_INPUT")]
    input: String,
    /// Show values of the data too, those of persons among them
    #[arg(long, env = "EHR_SHOW_VALUES")]
    show_values: bool,
    /// Write what was found as one self-contained page
    #[arg(long, value_name = "FILE", env = "EHR_HTML")]
    html: Option<PathBuf>,
    /// Write it as a scan report of OHDSI's `WhiteRabbit` (.xlsx); values stand in it only with --show-values
    #[arg(long, value_name = "FILE", env = "EHR_WHITE_RABBIT")]
    white_rabbit: Option<PathBuf>,
    /// Write how the files are written as the keys of a schema (`dialect:`, and that of a table where files differ)
    #[arg(long, value_name = "FILE", env = "EHR_WRITE_DIALECT")]
    write_dialect: Option<PathBuf>,
    /// With --write-dialect: only what this source's schema does not say of its tables, or says otherwise
    #[arg(long, value_name = "SYSTEM/VERSION", requires = "write_dialect")]
    source: Option<SourceId>,
    #[command(flatten)]
    leave: Leave,
}

impl Scan {
    /// Profiles the files and says what was found.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let known = match &self.source {
            Some(id) => {
                let book = context.rulebook()?;
                let id = identify::known(&book, id)?;
                Some((book, id))
            }
            None => None,
        };
        if let Some(path) = self.write_dialect.as_ref().filter(|path| path.exists()) {
            return Err(Failure::Usage(format!("`{}` is there already; choose another file for `--write-dialect`", path.display())));
        }
        let input = source::open(context, &self.input, &self.leave)?;
        let mut scan = ehr_rules::scan(&input.files, &ScanOptions { values: if self.show_values { VALUES } else { 0 } })?;
        scan.skipped.extend(input.skipped());
        if let Some(path) = &self.html {
            page::write(&scan, path)?;
        }
        if let Some(path) = &self.white_rabbit {
            white_rabbit::write(&scan, path)?;
        }
        if let Some(path) = &self.write_dialect {
            let text = match &known {
                Some((book, id)) => book.dialects(&scan, id)?,
                None => Rulebook::dialects_of_unknown(&scan),
            };
            fs::write(path, text).map_err(|error| Failure::file("writing", path, &error))?;
        }
        context.answer(&scan.to_text(), &json!(scan))?;
        Ok(Status::Done)
    }
}
