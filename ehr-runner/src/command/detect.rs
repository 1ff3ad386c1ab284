//! `detect`: which system and version made an export, and why.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::identify;
use crate::source;
use crate::source::leave::Leave;
use crate::source::unread::Unread;
use clap::Args;
use ehr_rules::Detection;
use ehr_rules::SourceId;
use ehr_rules::Verdict;
use serde_json::json;

/// Candidates that are shown.
const SHOWN: usize = 5;

/// Arguments of `detect`.
#[derive(Debug, Args)]
pub(crate) struct Detect {
    /// A file, a folder or an archive (.zip, .tar, .tar.gz, .tar.zst) of the export
    #[arg(env = "EHR_INPUT")]
    input: String,
    /// Hold the files against this version only, and say what does not fit
    #[arg(long, value_name = "SYSTEM/VERSION", env = "EHR_SOURCE")]
    source: Option<SourceId>,
    #[command(flatten)]
    leave: Leave,
}

impl Detect {
    /// Looks and says what was seen. An answer other than one version is an answer, and status 3.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let input = source::open(context, &self.input, &self.leave)?;
        let book = context.rulebook()?;
        let detection = match &self.source {
            Some(source) => book.detect_as(&identify::known(&book, source)?, &input.files)?,
            None => book.detect(&input.files)?,
        };
        let mut answer = json!(detection);
        if let Some(answer) = answer.as_object_mut() {
            answer.insert("unreadable_files".to_owned(), json!(input.unread));
        }
        context.answer(&human(&detection, &input.unread), &answer)?;
        Ok(if detection.verdict == Verdict::Identified { Status::Done } else { Status::NotIdentified })
    }
}

fn human(detection: &Detection, unread: &[Unread]) -> String {
    let mut lines = vec![verdict(detection)];
    lines.extend(detection.notes.iter().map(|note| format!("  {note}")));
    for candidate in detection.candidates.iter().take(SHOWN) {
        lines.push(format!("\n{}/{}  {:.1} %", candidate.system, candidate.version, candidate.probability * 100.0));
        lines.extend(candidate.tables.iter().map(|(file, table)| format!("  {file} is {table}")));
        lines.extend(candidate.reasons_for.iter().map(|reason| format!("  + {reason}")));
        lines.extend(candidate.reasons_against.iter().map(|reason| format!("  - {reason}")));
    }
    let drift = &detection.drift;
    if !drift.is_empty() {
        lines.push("\ndiffers from its schema:".to_owned());
        lines.extend(drift.added.iter().map(|column| format!("  added {column}")));
        lines.extend(drift.missing.iter().map(|column| format!("  missing {column}")));
        lines.extend(drift.renamed.iter().map(|(column, now)| format!("  renamed {column} to {now}")));
        lines.extend(drift.retyped.iter().map(|(column, how)| format!("  retyped {column}: {how}")));
    }
    if !detection.unrecognised_files.is_empty() {
        lines.push("\nnot recognised:".to_owned());
        lines.extend(detection.unrecognised_files.iter().map(|file| format!("  {file}")));
    }
    if !unread.is_empty() {
        lines.push("\ncannot be read:".to_owned());
        lines.extend(unread.iter().map(|file| format!("  {}: {}", file.name, file.reason)));
    }
    lines.join("\n")
}

fn verdict(detection: &Detection) -> String {
    let made_by = match (detection.verdict, detection.identified(), &detection.system) {
        (Verdict::Unknown, ..) => return "unknown".to_owned(),
        (_, Some((system, version)), _) => format!("identified: {system}/{version}"),
        (_, None, Some(system)) => format!("ambiguous: {system}, one of {}", detection.versions.join(", ")),
        (_, None, None) => format!("ambiguous: one of {}", detection.versions.join(", ")),
    };
    format!("{made_by} ({:.1} %)", detection.confidence * 100.0)
}
