//! `assess`: what a run would make of an export, and whether that is enough, before anything is written.
//!
//! It is the same way that `run` goes, over staged files of its own that are removed again, so that it cannot say anything else.

use crate::command::import;
use crate::command::terms::Extent;
use crate::command::terms::Terms;
use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::identify;
use crate::identify::Identified;
use crate::order::workplace::Workplace;
use crate::progress::Bar;
use crate::report::LedgerFile;
use crate::report::Report;
use crate::report::feasible;
use crate::source;
use crate::source::Input;
use crate::source::leave::Leave;
use clap::Args;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use serde_json::Value;
use serde_json::json;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// What `ehr-runner assess --help` ends with.
const AFTER: &str = "\
Nothing is written but, where it is asked for, the page: the tables are made in a folder of its own under the system's
folder for temporary files (TMPDIR), which is removed again.

What an export must come to is said in the target's schema.yaml (`feasibility:`); where nothing is said there, at least
95% of the rows asked for are converted, at most 5% of those converted hold a code without a mapping, and at most 1% of
the patients are lost. The status is 0 for go, 4 for no go, 3 where the export is not identified.

Codes without a mapping are counted; what they are is shown with --show-values only, since they may be free text.

Examples:
  ehr-runner assess export/ --target omop-5.4 --vocabulary athena/
  ehr-runner assess export/ --target omop-5.4 --limit 10000 --report assessment.html
  ehr-runner assess export/ --target omop-5.4 --format json | jq .feasibility.remedies";

/// Arguments of `assess`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Assess {
    /// A file, a folder or an archive (.zip, .tar, .tar.gz, .tar.zst) of the export
    #[arg(env = "EHR_INPUT")]
    input: String,
    /// The target, as in `omop-5.4`; may be left out where the rules have one only
    #[arg(long, value_name = "TARGET", env = "EHR_TARGET")]
    target: Option<String>,
    #[command(flatten)]
    terms: Terms,
    #[command(flatten)]
    extent: Extent,
    /// Show the codes themselves that have no mapping
    #[arg(long, env = "EHR_SHOW_VALUES")]
    show_values: bool,
    /// Write the same as a page that opens from disk
    #[arg(long, value_name = "FILE.html", env = "EHR_REPORT")]
    report: Option<PathBuf>,
    #[command(flatten)]
    leave: Leave,
}

impl Assess {
    /// Walks the whole way but for what it would write, and says whether it is worth going.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        self.terms.check()?;
        let book = context.rulebook()?;
        let target = self.target(&book)?;
        context.heed_signals()?;
        let input = &source::open(context, &self.input, &self.leave)?;
        input.is_whole()?;
        let found = identify::source(context, &book, self.terms.source.as_ref(), &input.files)?;
        let place = private()?;
        let made = self.make(context, &book, &target, found, input, &place);
        // Whatever an interrupted stage says of itself, it was interrupted.
        let report = context.go_on().and(made)?;
        drop(place);
        let go = report.feasibility.as_ref().is_some_and(|feasibility| feasibility.go);
        if let Some(page) = &self.report {
            report.write_page(page)?;
        }
        let human = format!("{}\n{}", feasible::text(&report, self.show_values), report.summary());
        context.answer(&human, &self.json(&report, go))?;
        Ok(if go { Status::Done } else { Status::DataShort })
    }

    fn target(&self, book: &Rulebook) -> Result<String, Failure> {
        let known = book.targets();
        match (&self.target, known.as_slice()) {
            (Some(named), _) => Ok(import::target(book, named)?.name.clone()),
            (None, [only]) => Ok(only.name.clone()),
            (None, several) => {
                let names: Vec<String> = several.iter().map(|target| format!("`{}`", target.name)).collect();
                Err(Failure::Usage(format!("`--target` says what to assess the export for: {}", names.join(", "))))
            }
        }
    }

    fn make(
        &self,
        context: &Context,
        book: &Rulebook,
        target: &str,
        found: Identified,
        input: &Input,
        place: &Workplace,
    ) -> Result<Report, Failure> {
        let Identified { source, tables, said: detection } = found;
        let bar = Bar::new(context.progress, input.files.iter().map(|file| file.bytes).sum());
        let settings = Order {
            tables,
            cancel: Arc::clone(&context.cancel),
            progress: bar.listener(),
            ..self.terms.order(&self.extent, book, (&source, target), &self.input, place.stage())?
        };
        let job = book.start(&source, target, &input.files, settings)?;
        let common = job.categorize(&job.assess(job.read()?)?)?;
        let converted = job.convert(&common)?;
        job.verify(&converted)?;
        let outcome = job.finish()?;
        let feasibility = job.feasibility(&converted, &outcome)?;
        Ok(Report {
            source: source.system.clone(),
            version: source.version.clone(),
            target: target.to_owned(),
            detection,
            left_out: input.left_out.clone(),
            ledger: Some(LedgerFile::new(&outcome)),
            findings: outcome.findings,
            unmapped: outcome.unmapped,
            feasibility: Some(feasibility),
            checks: outcome.checks,
        })
    }

    /// What `report.json` of an order would say; what codes are is not said unless it was asked for.
    fn json(&self, report: &Report, go: bool) -> Value {
        let mut json = report.json();
        if let Some(all) = json.as_object_mut() {
            all.insert("verdict".to_owned(), json!(if go { "go" } else { "no_go" }));
            all.insert("limit".to_owned(), json!(self.extent.limit));
        }
        if !self.show_values {
            hide(&mut json);
        }
        json
    }
}

/// A folder for staged tables that only its owner may look into; those that dead processes left are removed.
fn private() -> Result<Workplace, Failure> {
    let place = Workplace::create(&std::env::temp_dir().join("ehr-runner-assess"))?;
    only_mine(place.path())?;
    Ok(place)
}

#[cfg(unix)]
fn only_mine(folder: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::PermissionsExt;
    let mine = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(folder, mine).map_err(|error| Failure::file("closing to others", folder, &error))
}

#[cfg(not(unix))]
fn only_mine(_: &Path) -> Result<(), Failure> {
    Ok(())
}

/// Takes out what stands in the data.
fn hide(json: &mut Value) {
    match json {
        Value::Object(entries) => {
            for (key, value) in entries {
                if key == "source_value" {
                    *value = Value::Null;
                } else {
                    hide(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        _ => {}
    }
}
