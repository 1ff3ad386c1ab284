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
use std::collections::BTreeMap;

/// A source, and how it was found.
pub(crate) struct Identified {
    pub(crate) source: SourceId,
    /// Which table each file is, by the file's name.
    pub(crate) tables: BTreeMap<String, String>,
    /// What was found, for a report; null where the source was named.
    pub(crate) said: Value,
}

/// The source of these files: the one that was named, or the one that is found.
pub(crate) fn source(context: &Context, book: &Rulebook, named: Option<&SourceId>, files: &[InputFile]) -> Result<Identified, Failure> {
    if let Some(named) = named {
        let source = known(book, named)?;
        let detection = book.detect_as(&source, files)?;
        misfits(context, &source, &detection);
        let tables = detection.tables_of(&source).cloned().unwrap_or_default();
        return Ok(Identified { source, tables, said: Value::Null });
    }
    let detection = book.detect(files)?;
    let identified = |source: SourceId| {
        let tables = detection.tables_of(&source).cloned().unwrap_or_default();
        Identified { source, tables, said: json!(detection) }
    };
    if let Some((system, version)) = detection.identified() {
        let found = SourceId { system: system.to_owned(), version: version.to_owned() };
        if !detection.drift.is_empty() {
            context.note(&format!("note: the files are nearly those of {found}; `ehr-runner detect` says where they differ"));
        }
        return Ok(identified(found));
    }
    let open = versions(&detection);
    if detection.verdict == Verdict::Ambiguous
        && let Some(first) = open.first()
    {
        if book.same_for(&open, files, &detection) {
            context.note(&format!("note: these versions fit and have the same rules for these files, so {first} is used: {}", list(&open)));
            return Ok(identified(first.clone()));
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

/// Says what of the files is not as the version has it that somebody named.
fn misfits(context: &Context, source: &SourceId, detection: &Detection) {
    if detection.tables_of(source).is_none_or(BTreeMap::is_empty) {
        context.note(&format!("note: none of the files looks like a table of {source}"));
    } else if !detection.drift.is_empty() {
        context.note(&format!(
            "note: the files are not quite those of {source}; `ehr-runner detect --source {source}` says where they differ"
        ));
    }
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
