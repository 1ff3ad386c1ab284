//! Which source's rules an export is read by: the one that was named, or the one that is found.

use crate::context::Context;
use crate::error::Failure;
use ehr_rules::Detection;
use ehr_rules::InputFile;
use ehr_rules::Rulebook;
use ehr_rules::SourceId;
use ehr_rules::Verdict;
use serde_json::Value;
use serde_json::json;

/// A source, and how it was found; null where it was named.
pub(crate) fn source(
    context: &Context,
    book: &Rulebook,
    named: Option<&SourceId>,
    files: &[InputFile],
) -> Result<(SourceId, Value), Failure> {
    if let Some(named) = named {
        return Ok((known(book, named)?, Value::Null));
    }
    let detection = book.detect(files)?;
    let said = json!(detection);
    if let Some((system, version)) = detection.identified() {
        let found = SourceId { system: system.to_owned(), version: version.to_owned() };
        if !detection.drift.is_empty() {
            context.note(&format!("note: the files are nearly those of {found}; `ehr-runner detect` says where they differ"));
        }
        return Ok((found, said));
    }
    let open = versions(&detection);
    if detection.verdict == Verdict::Ambiguous
        && let Some(first) = open.first()
    {
        if book.same_for(&open, files) {
            context.note(&format!("note: these versions fit and have the same rules for these files, so {first} is used: {}", list(&open)));
            return Ok((first.clone(), said));
        }
        let why = format!("the export is ambiguous: {} fit{}", list(&open), because(&detection));
        return Err(Failure::Unidentified(format!("{why}\nhelp: name the right one with `--source`")));
    }
    let why = format!("no known system made this export{}", because(&detection));
    Err(Failure::Unidentified(format!(
        "{why}\nhelp: if you know which it is, name it with `--source`; known are {}",
        list(&book.sources())
    )))
}

/// The source of that name.
pub(crate) fn known(book: &Rulebook, named: &SourceId) -> Result<SourceId, Failure> {
    let sources = book.sources();
    if sources.contains(named) {
        return Ok(named.clone());
    }
    Err(Failure::Usage(format!("there is no source `{named}`; known are {}", list(&sources))))
}

fn versions(detection: &Detection) -> Vec<SourceId> {
    detection
        .versions
        .iter()
        .filter_map(|version| match &detection.system {
            Some(system) => Some(SourceId { system: system.clone(), version: version.clone() }),
            None => version.parse().ok(),
        })
        .collect()
}

fn because(detection: &Detection) -> String {
    detection.notes.iter().flat_map(|note| ["\n  ", note]).collect()
}

fn list(sources: &[SourceId]) -> String {
    if sources.is_empty() {
        return "none".to_owned();
    }
    sources.iter().map(|source| format!("`{source}`")).collect::<Vec<_>>().join(", ")
}
