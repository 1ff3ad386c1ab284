//! What OHDSI's `DataQualityDashboard` finds in OMOP tables, `verify` says first: for each kind of its checks, rows that break it beyond its
//! threshold, and rows that just do not.
//!
//! The tables in `dashboard/` are of forty invented people, and nothing is wrong with them. They go as they are through rules that change
//! nothing into tables that are held against the schema of `targets/omop-5.4`.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may")]

#[path = "dashboard/cases.rs"]
mod cases;
#[expect(dead_code, reason = "what is asked for here lies in the repository")]
mod common;
#[path = "common/small.rs"]
#[expect(dead_code, reason = "what is said is told in another way here")]
mod small;

use cases::CASES;
use cases::Case;
use ehr_rules::Held;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use ehr_rules::TargetSchema;
use small::Made;
use small::Small;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Rows of a file, with those that a case changes in it.
type Files = BTreeMap<String, Vec<Vec<String>>>;

#[test]
fn nothing_is_said_of_sound_tables_and_each_is_accounted_for() {
    let held = Held54::new();
    let sound = held.run("");
    assert_eq!(said(&sound), "", "the tables as they are");
    let shape: Vec<_> = sound.outcome.checks.iter().filter(|check| check.code == "R0406" || check.code == "R0407").collect();
    // cdmTable, cdmField and cdmDatatype: each table is made with its columns, but those of the vocabulary, which are said to be others'.
    for table in &held.target.tables {
        let of: Vec<&Held> = shape
            .iter()
            .filter(|check| check.table == table.name && check.check.starts_with("is there"))
            .map(|check| &check.verdict)
            .collect();
        let wanted = if table.external { Held::NotRun } else { Held::Passed };
        assert_eq!(of, [&wanted], "{}", table.name);
    }
}

#[test]
fn what_the_dashboard_would_find_is_said_first() {
    let held = Held54::new();
    for batch in batches(|case| case.breaks) {
        let changes: Vec<&str> = batch.iter().map(|case| case.breaks).collect();
        let mut wanted: Vec<&str> = batch.iter().flat_map(|case| case.said.split("; ")).collect();
        wanted.sort_unstable();
        assert_eq!(said(&held.run(&changes.join("; "))), wanted.join("; "), "{:#?}", shown(&batch));
    }
}

#[test]
fn what_keeps_within_a_threshold_is_not_said() {
    let held = Held54::new();
    for batch in batches(|case| case.holds) {
        let changes: Vec<&str> = batch.iter().map(|case| case.holds).collect();
        assert_eq!(said(&held.run(&changes.join("; "))), "", "{:#?}", shown(&batch));
    }
}

/// Cases that do not change the same table can be looked at together, which saves time.
fn batches(changes: impl Fn(&Case) -> &'static str) -> Vec<Vec<&'static Case>> {
    let mut batches: Vec<(BTreeSet<&str>, Vec<&Case>)> = Vec::new();
    for case in CASES.iter().filter(|case| !changes(case).is_empty()) {
        let tables: BTreeSet<&str> = changes(case).split("; ").filter_map(|change| change.split(['.', '-']).next()).collect();
        match batches.iter_mut().find(|(taken, _)| taken.is_disjoint(&tables)) {
            Some((taken, batch)) => {
                taken.extend(tables);
                batch.push(case);
            }
            None => batches.push((tables, vec![case])),
        }
    }
    batches.into_iter().map(|(_, batch)| batch).collect()
}

fn shown(batch: &[&Case]) -> Vec<String> {
    batch.iter().map(|case| format!("{}: {} / {}: {}", case.kind, case.breaks, case.holds, case.said)).collect()
}

/// Codes and places of what is told, each where it is told.
fn said(made: &Made) -> String {
    let checks = made.outcome.checks.iter().filter(|check| matches!(check.verdict, Held::Warned | Held::Failed));
    let checks = checks.map(|check| format!("{} {}.{}", check.code, check.table, check.column));
    let aside =
        made.outcome.findings.iter().filter(|finding| finding.code < "R0400").map(|finding| format!("{} {}", finding.code, finding.rule));
    let mut all: Vec<String> = checks.chain(aside).collect();
    all.sort();
    all.join("; ")
}

/// The schema of OMOP 5.4 over tables that are given as they are.
struct Held54 {
    small: Small,
    target: TargetSchema,
    files: Files,
    vocabulary: PathBuf,
}

impl Held54 {
    fn new() -> Self {
        let (book, _) = Rulebook::load(&[common::root().join("rulesets")]).unwrap();
        let target = book.targets().into_iter().find(|target| target.name == "omop-5.4").unwrap().clone();
        let folder = common::root().join("ehr-rules/tests/dashboard");
        let mut files = Files::new();
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "csv") {
                let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(&path).unwrap();
                let rows = reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
                files.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), rows);
            }
        }
        let (mut source, mut rules) = ("system: small\nversion: '1'\ntables:\n".to_owned(), String::new());
        for (table, rows) in &files {
            let shape = target.table(table).unwrap();
            writeln!(source, "  {table}:\n    file: {table}.csv\n    columns:").unwrap();
            writeln!(rules, "{table}:\n  from: {table}\n  columns:").unwrap();
            for name in &rows[0] {
                let column = shape.columns.iter().find(|column| column.name == *name).unwrap();
                writeln!(source, "      {name}: {{type: {}, required: {}}}", column.ty.kind, !column.ty.nullable).unwrap();
                writeln!(rules, "    {name}: {name}").unwrap();
            }
        }
        let omop = common::root().join("rulesets/targets/omop-5.4");
        let schema = std::fs::read_to_string(omop.join("schema.yaml")).unwrap();
        let (head, rest) = schema.split_once("\ncode_maps:\n").unwrap();
        let (_, tables) = rest.split_once("\ntables:\n").unwrap();
        let schema = format!("{}\nsource: small/1\ntables:\n{tables}", head.replace("target: omop-5.4", "target: out"));
        let mut written = vec![
            ("sources/small/1/schema.yaml".to_owned(), source),
            ("targets/out/rules.yaml".to_owned(), rules),
            ("targets/out/schema.yaml".to_owned(), schema),
        ];
        for list in ["condition_occurrence", "measurement", "observation", "procedure_occurrence"] {
            let text = std::fs::read_to_string(omop.join(format!("plausible/{list}.csv"))).unwrap();
            written.push((format!("targets/out/plausible/{list}.csv"), text));
        }
        let written: Vec<(&str, &str)> = written.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        Self { small: Small::new(&written), target, files, vocabulary: folder.join("vocabulary") }
    }

    /// What comes of the tables with changes.
    fn run(&self, changes: &str) -> Made {
        let mut files = self.files.clone();
        for change in changes.split("; ").filter(|change| !change.is_empty()) {
            changed(&mut files, change);
        }
        let texts: Vec<(String, String)> =
            files.iter().map(|(table, rows)| (format!("{table}.csv"), rows.iter().map(|row| row.join(",") + "\n").collect())).collect();
        let texts: Vec<(&str, &str)> = texts.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        self.small.run_with(&texts, Order { vocabulary: Some(self.vocabulary.clone()), ..self.small.order() })
    }
}

/// One change to the tables.
fn changed(files: &mut Files, change: &str) {
    let (what, rows) = change.rsplit_once('@').unwrap();
    let (first, last) = rows.split_once('-').unwrap_or((rows, rows));
    let rows = first.parse::<usize>().unwrap()..=last.parse().unwrap();
    if let Some(table) = what.strip_suffix('-') {
        drop(files.get_mut(table).unwrap().drain(rows));
        return;
    }
    let (place, value) = what.split_once('=').unwrap();
    let (table, column) = place.split_once('.').unwrap();
    let table = files.get_mut(table).unwrap();
    let at = table[0].iter().position(|name| name == column).unwrap();
    for row in rows {
        value.clone_into(&mut table[row][at]);
    }
}
