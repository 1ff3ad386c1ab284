//! What OHDSI's `DataQualityDashboard` finds in OMOP tables, `verify` says first: for each kind of its checks, rows that break it beyond its
//! threshold, and rows that just do not.
//!
//! The tables in `dashboard/` are of forty invented people, and nothing is wrong with them. They go as they are through rules that change
//! nothing into tables that are held against the schema of `targets/omop-5.4`.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a test may")]

#[expect(dead_code, reason = "what is asked for here lies in the repository")]
mod common;
#[path = "common/small.rs"]
#[expect(dead_code, reason = "what is said is told in another way here")]
mod small;

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

/// A kind of check: what is changed so that it breaks, what so that it just does not, and what is said.
///
/// `table.column=value@1-3` puts a value into the first three rows, and `table-@2` takes the second one out.
struct Case {
    kind: &'static str,
    breaks: &'static str,
    holds: &'static str,
    said: &'static str,
}

const fn case(kind: &'static str, breaks: &'static str, holds: &'static str, said: &'static str) -> Case {
    Case { kind, breaks, holds, said }
}

const CASES: &[Case] = &[
    // Conformance. What is required and missing is set aside, and everything that refers to it.
    case("isRequired", "note.note_text=@1", "", "R0101 note.note_text"),
    case("measureValueCompleteness", "cost.cost_domain_id=@1", "", "R0101 cost.cost_domain_id"),
    case("cdmDatatype", "drug_exposure.refills=1.5@1", "drug_exposure.refills=2@1", "R0102 drug_exposure.refills"),
    case("isPrimaryKey", "measurement.measurement_id=2@1", "measurement.measurement_id=200@1", "R0402 measurement.measurement_id"),
    case(
        "isForeignKey",
        "measurement.visit_occurrence_id=77@1",
        "measurement.visit_occurrence_id=2@1",
        "R0403 measurement.visit_occurrence_id",
    ),
    case(
        "isForeignKey",
        "condition_occurrence.condition_source_concept_id=77@1",
        "",
        "R0403 condition_occurrence.condition_source_concept_id",
    ),
    case("isForeignKey", "cost.cost_domain_id=Death@1", "cost.cost_domain_id=Condition@1", "R0403 cost.cost_domain_id"),
    case(
        "fkDomain",
        "condition_occurrence.condition_concept_id=1201@1",
        "condition_occurrence.condition_concept_id=1002@1",
        "R0411 condition_occurrence.condition_concept_id",
    ),
    case("fkClass", "drug_era.drug_concept_id=1101@1", "", "R0412 drug_era.drug_concept_id"),
    case(
        "isStandardValidConcept",
        "condition_occurrence.condition_concept_id=1003@1",
        "condition_occurrence.condition_source_concept_id=1003@1",
        "R0413 condition_occurrence.condition_concept_id",
    ),
    case("isStandardValidConcept", "death.cause_concept_id=1004@1", "", "R0413 death.cause_concept_id"),
    // Completeness.
    case("measurePersonCompleteness", "procedure_occurrence-@2-40", "procedure_occurrence-@3-40", "R0431 procedure_occurrence."),
    case("measurePersonCompleteness", "observation_period-@40", "", "R0431 observation_period."),
    case("measureConditionEraCompleteness", "condition_era-@40", "condition_era-@40; condition_occurrence-@40", "R0431 condition_era."),
    case(
        "standardConceptRecordCompleteness",
        "procedure_occurrence.procedure_concept_id=0@1-3",
        "procedure_occurrence.procedure_concept_id=0@1-2",
        "R0414 procedure_occurrence.procedure_concept_id; R0415 procedure_occurrence.procedure_source_value",
    ),
    case("standardConceptRecordCompleteness", "drug_exposure.drug_type_concept_id=0@1", "", "R0414 drug_exposure.drug_type_concept_id"),
    // Of a unit it is the rows with a number that count: the other forty-odd rows do not make up for one in three.
    case(
        "standardConceptRecordCompleteness",
        "observation.value_as_number=5@1-3; observation.unit_concept_id=8541@2-3; observation.unit_concept_id=0@1",
        "observation.value_as_number=5@1-3; observation.unit_concept_id=8541@1-3",
        "R0425 observation.",
    ),
    case(
        "sourceConceptRecordCompleteness",
        "drug_exposure.drug_source_concept_id=0@1-5",
        "drug_exposure.drug_source_concept_id=0@1-4",
        "R0414 drug_exposure.drug_source_concept_id",
    ),
    case(
        "sourceValueCompleteness",
        "visit_occurrence.visit_concept_id=0@1; visit_occurrence.visit_source_value=@1",
        "visit_occurrence.visit_source_value=@1",
        "R0414 visit_occurrence.visit_concept_id; R0415 visit_occurrence.visit_source_value",
    ),
    case(
        "sourceValueCompleteness",
        "condition_occurrence.condition_concept_id=0@1-2; condition_occurrence.condition_source_value=X@1; condition_occurrence.condition_source_value=Y@2; condition_occurrence.condition_source_value=Z@3-40",
        "condition_occurrence.condition_concept_id=0@1-2",
        "R0415 condition_occurrence.condition_source_value",
    ),
    // Plausibility of values.
    case("plausibleValueLow", "person.year_of_birth=1849@40", "person.year_of_birth=1850@40", "R0421 person.year_of_birth"),
    case("plausibleValueLow", "drug_exposure.days_supply=0@1", "drug_exposure.days_supply=1@1", "R0421 drug_exposure.days_supply"),
    case(
        "plausibleValueLow",
        "observation.observation_date=1949-12-31@1",
        "",
        "R0421 observation.observation_date; R0423 observation.observation_date",
    ),
    case("plausibleValueHigh", "drug_exposure.refills=25@1", "drug_exposure.refills=24@1", "R0422 drug_exposure.refills"),
    case("plausibleValueHigh", "person.year_of_birth=2026@40", "person.year_of_birth=2025@40", "R0425 person."),
    case(
        "plausibleValueHigh",
        "cdm_source.cdm_release_date=2024-06-03@1",
        "cdm_source.cdm_release_date=2024-06-02@1",
        "R0424 cdm_source.cdm_release_date",
    ),
    case(
        "plausibleValueHigh of a concept",
        "observation.observation_concept_id=37392176@1; observation.unit_concept_id=8840@1; observation.value_as_number=5.1@1",
        "observation.observation_concept_id=37392176@1; observation.unit_concept_id=8840@1; observation.value_as_number=5@1",
        "R0425 observation.",
    ),
    case(
        "a value out of its limits",
        "measurement.value_as_number=9@1-3",
        "measurement.value_as_number=10@1-3",
        "R0426 measurement.value_as_number",
    ),
    case(
        "a value out of its limits",
        "measurement.unit_concept_id=@1-40; measurement.value_as_number=9@1-3",
        "measurement.unit_concept_id=@1-40; measurement.value_as_number=9@1-2",
        "R0426 measurement.value_as_number",
    ),
    case(
        "plausibleUnitConceptIds",
        "measurement.unit_concept_id=8840@1-3",
        "measurement.unit_concept_id=8840@1-2",
        "R0427 measurement.unit_concept_id",
    ),
    // What has no unit at all is not counted with those in a wrong one, nor with those in a right one.
    case(
        "plausibleUnitConceptIds",
        "measurement.unit_concept_id=@3-40; measurement.unit_concept_id=8840@1",
        "measurement.unit_concept_id=@1-40",
        "R0427 measurement.unit_concept_id",
    ),
    case(
        "plausibleUnitConceptIds",
        "measurement.unit_concept_id=0@1-3",
        "measurement.unit_concept_id=0@1-2",
        "R0414 measurement.unit_concept_id; R0425 measurement.; R0427 measurement.unit_concept_id",
    ),
    // Plausibility of days. The first ten people died on the first of January 2021.
    case(
        "plausibleTemporalAfter",
        "drug_exposure.verbatim_end_date=2020-02-09@1",
        "drug_exposure.verbatim_end_date=2020-02-10@1",
        "R0423 drug_exposure.verbatim_end_date",
    ),
    case(
        "plausibleTemporalAfter",
        "cdm_source.cdm_release_date=2023-12-31@1",
        "cdm_source.cdm_release_date=2024-01-01@1",
        "R0423 cdm_source.cdm_release_date",
    ),
    case(
        "plausibleDuringLife",
        "drug_exposure.drug_exposure_end_date=2021-03-03@1",
        "drug_exposure.drug_exposure_end_date=2021-03-02@1",
        "R0424 drug_exposure.drug_exposure_end_date",
    ),
    case(
        "plausibleBeforeDeath",
        "observation.observation_datetime=2021-03-03 00:00:00@10",
        "observation.observation_datetime=2021-03-03 00:00:00@11",
        "R0424 observation.observation_datetime",
    ),
    case(
        "plausibleAfterBirth",
        "measurement.measurement_datetime=1951-01-01 00:00:00@2",
        "measurement.measurement_datetime=1952-02-02 00:00:00@2",
        "R0423 measurement.measurement_datetime",
    ),
    case("plausibleAfterBirth", "person.birth_datetime=@40", "", "R0416 person.birth_datetime"),
    case(
        "plausibleStartBeforeEnd",
        "visit_occurrence.visit_end_datetime=2020-02-09 00:00:00@1",
        "visit_occurrence.visit_end_datetime=2020-02-10 00:00:00@1",
        "R0423 visit_occurrence.visit_end_datetime",
    ),
    case(
        "plausibleStartBeforeEnd",
        "observation_period.observation_period_end_date=2019-12-31@1",
        "",
        "R0423 observation_period.observation_period_end_date",
    ),
    case(
        "withinVisitDates",
        "procedure_occurrence.procedure_date=2020-02-02@1-3",
        "procedure_occurrence.procedure_date=2020-02-03@1-3",
        "R0423 procedure_occurrence.procedure_date",
    ),
    case(
        "withinVisitDates",
        "measurement.measurement_date=2020-02-20@1-3",
        "measurement.measurement_date=2020-02-20@1-2",
        "R0424 measurement.measurement_date",
    ),
    // Plausibility of genders. People of even numbers are women.
    case(
        "plausibleGender",
        "condition_occurrence.condition_concept_id=200962@2",
        "condition_occurrence.condition_concept_id=200962@1",
        "R0428 condition_occurrence.condition_concept_id",
    ),
    case(
        "plausibleGender",
        "procedure_occurrence.procedure_concept_id=4330583@2",
        "procedure_occurrence.procedure_concept_id=4330583@1",
        "R0428 procedure_occurrence.procedure_concept_id",
    ),
    case(
        "plausibleGenderUseDescendants",
        "condition_occurrence.condition_concept_id=1002@2",
        "condition_occurrence.condition_concept_id=1002@1",
        "R0425 condition_occurrence.",
    ),
    case(
        "plausibleGenderUseDescendants",
        "procedure_occurrence.procedure_concept_id=1202@1",
        "procedure_occurrence.procedure_concept_id=1202@2",
        "R0425 procedure_occurrence.",
    ),
];

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
            if path.is_file() {
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
        for list in ["condition_occurrence", "measurement", "procedure_occurrence"] {
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
