//! Exports made, spoilt, identified, and the answers held against the truth.

use crate::exports::chance::Chance;
use crate::exports::export::Export;
use crate::exports::export::File;
use crate::exports::export::file_name;
use crate::exports::export::globs;
use crate::exports::foreign;
use crate::exports::mutate::Mutation;
use crate::exports::rivals;
use crate::exports::tally::Tally;
use ehr_rules::Detection;
use ehr_rules::Error;
use ehr_rules::Kind;
use ehr_rules::Rulebook;
use ehr_rules::SourceColumn;
use ehr_rules::SourceSchema;
use ehr_rules::SourceTable;
use ehr_rules::Verdict;
use std::collections::BTreeSet;
use std::error::Error as StdError;
use std::time::Duration;
use std::time::Instant;

/// Rows of each table.
const ROWS: usize = 20;

type Failed = Box<dyn StdError>;

/// The rules, and what is known of each version.
pub(crate) struct Judge<'a> {
    book: &'a Rulebook,
    schemas: Vec<&'a SourceSchema>,
}

/// What was answered, and how long it took.
struct Answer {
    detection: Detection,
    took: Duration,
}

impl<'a> Judge<'a> {
    pub(crate) fn new(book: &'a Rulebook) -> Self {
        let schemas = book.sources().iter().filter_map(|id| book.source_schema(id)).collect();
        Self { book, schemas }
    }

    /// Versions whose exports are text.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &'a SourceSchema> {
        let text = |schema: &&SourceSchema| schema.tables.iter().any(|table| table.list.is_none() && table.json.is_none());
        self.schemas.iter().copied().filter(text)
    }

    /// One export of a version, to which one thing happened.
    pub(crate) fn one(&self, schema: &SourceSchema, mutation: Mutation, strength: f64, seed: u64) -> Result<Tally, Failed> {
        let mut chance = Chance::new(seed ^ 0x00c0_ffee);
        let mut export = Export::of(schema, ROWS, &mut chance);
        let mut tally = Tally::default();
        if !mutation.apply(&mut export, strength, &mut chance) {
            return Ok(tally);
        }
        let named = mutation != Mutation::RenameFiles;
        let bare = export.files.iter().all(|file| !file.headed);
        let twins: Vec<String> = self.schemas.iter().filter(|other| clean(schema, other, &export, named)).map(|other| other.id()).collect();
        if !bare && !twins.is_empty() && !twins.contains(&schema.id()) {
            tally.became_another = 1;
            return Ok(tally);
        }
        let Answer { detection, took } = self.ask(&export)?;
        let set = set(&detection);
        let truth = schema.id();
        let first = detection.candidates.first().map(|one| format!("{}/{}", one.system, one.version));
        tally.exports = 1;
        tally.files = export.files.len();
        tally.took = took;
        tally.in_set = usize::from(set.contains(&truth));
        tally.first = usize::from(first.as_ref().is_some_and(|first| *first == truth || twins.contains(first)));
        tally.single = usize::from(detection.verdict == Verdict::Identified);
        tally.unknown = usize::from(detection.verdict == Verdict::Unknown);
        tally.wrong_system = usize::from(!set.is_empty() && !set.iter().any(|id| id.starts_with(&format!("{}/", schema.system))));
        let open = detection.verdict == Verdict::Ambiguous;
        let wider = open && set.iter().any(|id| !twins.contains(id));
        tally.rightly_open = usize::from(open && !wider);
        tally.wider = usize::from(wider);
        if detection.verdict != Verdict::Unknown {
            tally.sure.extend(detection.candidates.first().map(|one| (one.probability, first.as_ref() == Some(&truth))));
        }
        tally.exact = usize::from(rivals::exact(&self.schemas, &export).contains(&truth));
        tally.jaccard = usize::from(rivals::jaccard(&self.schemas, &export).contains(&truth));
        columns(&detection, &export, schema, &mut tally);
        if tally.in_set == 0 || (wider && mutation == Mutation::None) || tally.wrong_system > 0 {
            let (name, said) = (mutation.name(), if set.is_empty() { "unknown".to_owned() } else { set.join(", ") });
            tally.missed.push(format!("{truth}, {name} at {strength}, seed {seed}: {said} ({:.3})", detection.confidence));
        }
        Ok(tally)
    }

    /// Half the files of one version and half of another's, of different systems.
    pub(crate) fn mixed(&self, one: &SourceSchema, other: &SourceSchema, seed: u64) -> Result<Tally, Failed> {
        let mut chance = Chance::new(seed ^ 0x00c0_ffee);
        let mut export = Export::default();
        for schema in [one, other] {
            let mut half = Export::of(schema, ROWS, &mut chance).files;
            chance.shuffle(&mut half);
            half.truncate(half.len().div_ceil(2));
            half.retain(|file| !export.files.iter().any(|taken: &File| taken.name.eq_ignore_ascii_case(&file.name)));
            export.files.extend(half);
        }
        let mut tally = Tally::default();
        // Where both have most of their files in common there is no second export to be seen.
        let distinct = |file: &File, other: &SourceSchema| !other.tables.iter().any(|table| bears(table, file));
        let of = |schema: &SourceSchema, other| export.files.iter().filter(|file| truth_of(file, schema) && distinct(file, other)).count();
        if of(one, other) < 2 || of(other, one) < 2 {
            return Ok(tally);
        }
        let Answer { detection, took } = self.ask(&export)?;
        let set = set(&detection);
        let systems: BTreeSet<&str> = set.iter().filter_map(|id| id.split('/').next()).collect();
        let both = systems.contains(one.system.as_str()) && systems.contains(other.system.as_str());
        (tally.exports, tally.files, tally.took) = (1, export.files.len(), took);
        tally.in_set = usize::from(both && set.contains(&one.id()) && set.contains(&other.id()));
        tally.wrong_system = usize::from(systems.iter().any(|system| *system != one.system && *system != other.system));
        if tally.in_set == 0 || tally.wrong_system > 0 {
            tally.missed.push(format!("{} and {}, seed {seed}: {}", one.id(), other.id(), set.join(", ")));
        }
        Ok(tally)
    }

    /// A system that nobody knows, or files that are no tables: the truth is that nothing is known.
    pub(crate) fn foreign(&self, decoy: bool, seed: u64) -> Result<Tally, Failed> {
        let mut chance = Chance::new(seed ^ 0x0f0f);
        let name = self.schemas.get(chance.below(self.schemas.len())).and_then(|schema| schema.tables.first());
        let name = name.map_or("patients.csv".to_owned(), file_name);
        let export = if decoy { foreign::decoy(&name, &mut chance) } else { foreign::system(&mut chance) };
        let Answer { detection, took } = self.ask(&export)?;
        let unknown = usize::from(detection.verdict == Verdict::Unknown);
        let mut tally = Tally { exports: 1, files: export.files.len(), in_set: unknown, unknown, took, ..Tally::default() };
        tally.exact = usize::from(rivals::exact(&self.schemas, &export).is_empty());
        tally.jaccard = usize::from(rivals::jaccard(&self.schemas, &export).is_empty());
        if unknown == 0 {
            let kind = if decoy { "decoy" } else { "foreign" };
            tally.missed.push(format!("{kind}, seed {seed}: {} ({:.3})", set(&detection).join(", "), detection.confidence));
        }
        Ok(tally)
    }

    fn ask(&self, export: &Export) -> Result<Answer, Failed> {
        let folder = tempfile::tempdir()?;
        let inputs = export.write(folder.path())?;
        let started = Instant::now();
        let detection = self.book.detect(&inputs).map_err(|error: Error| error.to_string())?;
        Ok(Answer { detection, took: started.elapsed() })
    }
}

/// The versions that were named, each as `system/version`.
fn set(detection: &Detection) -> Vec<String> {
    let id = |version: &String| match &detection.system {
        Some(system) => format!("{system}/{version}"),
        None => version.clone(),
    };
    detection.versions.iter().map(id).collect()
}

fn truth_of(file: &File, schema: &SourceSchema) -> bool {
    let table = file.columns.iter().find_map(|column| column.truth.as_deref()?.split_once('.')).map(|(table, _)| table);
    schema.tables.iter().any(|known| Some(known.name.as_str()) == table && called(known, &file.name) && bears(known, file))
}

/// Whether the export is one of this version as it stands, so far as its files can show.
fn clean(truth: &SourceSchema, other: &SourceSchema, export: &Export, named: bool) -> bool {
    let has_all = other
        .tables
        .iter()
        .filter(|table| table.required && table.list.is_none())
        .all(|table| export.files.iter().any(|file| bears(table, file)));
    has_all
        && export.files.iter().all(|file| {
            other.tables.iter().any(|table| (!named || called(table, &file.name)) && bears(table, file) && takes(truth, other, table, file))
        })
}

/// Whether a file is called as a table's are.
fn called(table: &SourceTable, name: &str) -> bool {
    let name = name.to_lowercase();
    globs(table).into_iter().map(|glob| glob.to_lowercase()).any(|glob| match glob.split_once('*') {
        Some((start, end)) => name.starts_with(start) && name.ends_with(end),
        None => glob == name,
    })
}

/// Whether a header is one of a table's.
fn bears(table: &SourceTable, file: &File) -> bool {
    let header: BTreeSet<&str> = file.columns.iter().map(|column| column.name.as_str()).collect();
    let known = |name: &str| table.ignore.contains_key(name) || table.columns.iter().any(|column| column.name == name);
    let must = table.columns.iter().filter(|column| !column.optional).map(|column| &column.name).chain(table.ignore.keys());
    header.iter().all(|name| known(name)) && must.into_iter().all(|name| header.contains(name.as_str()))
}

/// Whether its values are, as far as what is declared goes.
fn takes(truth: &SourceSchema, other: &SourceSchema, table: &SourceTable, file: &File) -> bool {
    file.columns.iter().all(|column| {
        let declared = column.truth.as_deref().and_then(|truth_name| declared(truth, truth_name));
        let here = table.columns.iter().find(|known| known.name == column.name);
        match (declared, here) {
            (Some(declared), Some(here)) => {
                truth.id() == other.id()
                    || (here.ty.kind == Kind::Text && here.checks.is_empty())
                    || (here.ty.kind == declared.ty.kind && here.formats == declared.formats && here.words == declared.words)
            }
            _ => true,
        }
    })
}

fn declared<'s>(schema: &'s SourceSchema, name: &str) -> Option<&'s SourceColumn> {
    let (table, column) = name.split_once('.')?;
    schema.tables.iter().find(|known| known.name == table)?.columns.iter().find(|known| known.name == column)
}

/// Columns that were found under another name, or under none.
fn columns(detection: &Detection, export: &Export, schema: &SourceSchema, tally: &mut Tally) {
    let Some((system, version)) = detection.identified() else { return };
    if (system, version) != (schema.system.as_str(), schema.version.as_str()) {
        return;
    }
    for (column, name) in &detection.drift.renamed {
        let right = match name.strip_prefix("field ").and_then(|number| number.parse::<usize>().ok()) {
            Some(number) => {
                export.files.iter().any(|file| file.columns.get(number - 1).is_some_and(|found| found.truth.as_ref() == Some(column)))
            }
            None => export
                .files
                .iter()
                .flat_map(|file| &file.columns)
                .any(|found| found.name.trim() == name.as_str() && found.truth.as_ref() == Some(column)),
        };
        if !name.starts_with("field ") {
            tally.renamed.0 += usize::from(right);
            tally.renamed.1 += 1;
        }
    }
    for file in export.files.iter().filter(|file| !file.headed) {
        for (at, column) in file.columns.iter().enumerate().filter(|(_, column)| column.typed) {
            let Some(truth) = &column.truth else { continue };
            if schema.tables.iter().any(|table| !table.header.is_empty() && truth.starts_with(&format!("{}.", table.name))) {
                continue;
            }
            tally.nameless.0 += usize::from(detection.drift.renamed.get(truth) == Some(&format!("field {}", at + 1)));
            tally.nameless.1 += 1;
        }
    }
}
