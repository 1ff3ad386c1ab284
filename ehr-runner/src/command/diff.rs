//! `diff`: what changes in the output when the rules change, and which rule each difference comes from.

use crate::command::terms::Extent;
use crate::command::terms::Terms;
use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::identify;
use crate::identify::Identified;
use crate::source;
use crate::source::leave::Leave;
use clap::Args;
use ehr_rules::Change;
use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Revision;
use ehr_rules::Rulebook;
use ehr_rules::SourceId;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// What `ehr-runner diff --help` ends with.
const AFTER: &str = "\
Both revisions of the rules, A named by --rules and B by --against, convert the same input in temporary folders. Their tables
are compared row by row, by key, and each difference is traced to what differs in the rules: a column's rule, a condition, a
code map's entry, how a file is read. Rows set aside, codes without a mapping and fates are compared by count.

Nothing of a row is shown but its file and line; --show-values shows the old and the new values. The status is 0 whether or
not anything differs.

Examples:
  ehr-runner diff --rules rulesets --against ../main/rulesets export/ --target omop-5.4
  ehr-runner diff --against before/ export/ --target omop-5.4 --format json";

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Diff {
    /// A file, a folder or an archive (.zip, .tar, .tar.gz, .tar.zst) of the export
    #[arg(env = "EHR_INPUT")]
    input: String,
    /// A folder of the other rulesets; may be given several times
    #[arg(long, value_name = "DIR", required = true, env = "EHR_AGAINST")]
    against: Vec<PathBuf>,
    /// The target; left out, each that both know and that suits the source
    #[arg(long, value_name = "TARGET", env = "EHR_TARGET")]
    target: Option<String>,
    #[command(flatten)]
    terms: Terms,
    #[command(flatten)]
    extent: Extent,
    /// Show old and new values; they may be a patient's
    #[arg(long, env = "EHR_SHOW_VALUES")]
    show_values: bool,
    #[command(flatten)]
    leave: Leave,
}

/// One revision of the rules, and the source that it takes the input for.
struct Side {
    book: Rulebook,
    source: SourceId,
    tables: BTreeMap<String, String>,
}

impl Diff {
    /// Converts twice and compares.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        self.terms.check()?;
        let book_a = context.rulebook()?;
        let book_b = context.rulebook_of(&self.against)?;
        context.heed_signals()?;
        let input = &source::open(context, &self.input, &self.leave)?;
        input.is_whole()?;
        let files = &input.files;
        let a = self.side(context, "A", book_a, files)?;
        let b = self.side(context, "B", book_b, files)?;
        if a.source != b.source {
            context.note(&format!("note: A takes the input for {}, and B for {}", a.source, b.source));
        }
        let mut text = String::new();
        let mut changes = Vec::new();
        let mut failed = false;
        for target in self.targets(&a, &b)? {
            let (change, short) = self.compare(context, &a, &b, &target, files)?;
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&change.to_text());
            for (which, is_short) in [("A", short.0), ("B", short.1)] {
                if is_short {
                    context.note(&format!("note: to `{target}` the data falls short by {which}'s rules: an order would fail"));
                }
            }
            failed |= short.0 || short.1;
            let mut json = json!(change);
            if let Some(object) = json.as_object_mut() {
                object.insert("differs".to_owned(), Value::Bool(!change.is_empty()));
                object.insert("failed".to_owned(), json!({"a": short.0, "b": short.1}));
            }
            changes.push(json);
        }
        let json = json!({
            "a": {"source": a.source, "rules": a.book.fingerprint()},
            "b": {"source": b.source, "rules": b.book.fingerprint()},
            "targets": changes,
        });
        context.answer(&text, &json)?;
        Ok(if failed { Status::DataShort } else { Status::Done })
    }

    fn side(&self, context: &Context, which: &str, book: Rulebook, files: &[InputFile]) -> Result<Side, Failure> {
        let found = identify::source(context, &book, self.terms.source.as_ref(), files).map_err(|failure| match failure {
            Failure::Unidentified(why) => Failure::Unidentified(format!("by {which}'s rules: {why}")),
            other => other,
        });
        let Identified { source, tables, .. } = found?;
        Ok(Side { book, source, tables })
    }

    fn targets(&self, a: &Side, b: &Side) -> Result<Vec<String>, Failure> {
        let suits = |side: &Side| -> Vec<String> {
            let id = side.source.to_string();
            let targets = side.book.targets();
            targets.iter().filter(|one| one.sources.is_empty() || one.sources.contains(&id)).map(|one| one.name.clone()).collect()
        };
        let (in_a, in_b) = (suits(a), suits(b));
        if let Some(target) = &self.target {
            let lacking = [("A", &in_a), ("B", &in_b)].into_iter().find(|(_, known)| !known.contains(target));
            return match lacking {
                None => Ok(vec![target.clone()]),
                Some((which, known)) => {
                    let names = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
                    Err(Failure::Usage(format!("{which} has no target `{target}` for this source; it has {names}")))
                }
            };
        }
        let both: Vec<String> = in_a.into_iter().filter(|name| in_b.contains(name)).collect();
        if both.is_empty() {
            return Err(Failure::Usage("there is no target that both revisions have for this source".to_owned()));
        }
        Ok(both)
    }

    /// One target: the change, and whether the data falls short in A and in B.
    fn compare(&self, context: &Context, a: &Side, b: &Side, target: &str, files: &[InputFile]) -> Result<(Change, (bool, bool)), Failure> {
        let folder = || tempfile::tempdir().map_err(|error| Failure::file("making a folder in", &std::env::temp_dir(), &error));
        let (folder_a, folder_b) = (folder()?, folder()?);
        let settings = |folder: &tempfile::TempDir, side: &Side| -> Result<Order, Failure> {
            let way = (&side.source, target);
            Ok(Order {
                tables: side.tables.clone(),
                cancel: Arc::clone(&context.cancel),
                ..self.terms.order(&self.extent, &side.book, way, &self.input, folder.path().to_owned())?
            })
        };
        let job_a = a.book.start(&a.source, target, files, settings(&folder_a, a)?)?;
        let job_b = b.book.start(&b.source, target, files, settings(&folder_b, b)?)?;
        let walk = |job: &ehr_rules::Job<'_>| -> Result<_, Failure> {
            let sound = job.assess(job.read()?)?;
            context.go_on()?;
            let converted = job.convert(&job.categorize(&sound)?)?;
            job.verify(&converted)?;
            let outcome = job.finish()?;
            context.go_on()?;
            Ok((converted, outcome))
        };
        // Whatever an interrupted stage says of itself, it was interrupted.
        let (made_a, outcome_a) = walk(&job_a).or_else(|failure| context.go_on().and(Err(failure)))?;
        let (made_b, outcome_b) = walk(&job_b).or_else(|failure| context.go_on().and(Err(failure)))?;
        let one = Revision { book: &a.book, job: &job_a, converted: &made_a, outcome: &outcome_a };
        let other = Revision { book: &b.book, job: &job_b, converted: &made_b, outcome: &outcome_b };
        let change = Change::between(&one, &other, self.show_values)?;
        Ok((change, (outcome_a.failed(), outcome_b.failed())))
    }
}
