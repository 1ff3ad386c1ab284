//! Cases: given rows, expected rows. A case runs the same corridor as an order.

pub(crate) mod align;
pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod examples;
mod given;
mod held;
mod read;
mod written;

use crate::dataset::Common;
use crate::dataset::Dataset;
use crate::dataset::Table;
use crate::dataset::order::Order;
use crate::error::Error;
use crate::ir::feasibility::Thresholds;
use crate::ir::target::TargetSchema;
use crate::rulebook::Rulebook;
use crate::rulebook::SourceId;
use crate::rulebook::cases::align::TableDiff;
use crate::rulebook::compiled::CompiledSource;
use crate::rulebook::compiled::CompiledTarget;
use crate::rulebook::coverage;
use crate::rulebook::coverage::Coverage;
use crate::rulebook::coverage::Watched;
use crate::rulebook::job::Job;
use crate::rulebook::secrets;
use secrecy::SecretString;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A row as it stands in a case.
type Row = BTreeMap<String, serde_yaml::Value>;

/// What the cases came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct TestReport {
    /// Each case.
    pub cases: Vec<CaseResult>,
    /// Rules that no case reached with a row.
    pub never_reached: Vec<String>,
    /// Rules there are.
    pub rules: usize,
    /// How much of the rules the cases reach.
    pub coverage: Coverage,
}

/// One case.
#[derive(Debug, Clone, Serialize)]
pub struct CaseResult {
    /// Its file.
    pub file: String,
    /// Its name.
    pub name: String,
    /// What differs from what was expected; empty where it passed.
    pub differences: Vec<String>,
    /// The rows that differ, table by table.
    pub tables: Vec<TableDiff>,
}

impl TestReport {
    /// Whether every case passed.
    pub fn passed(&self) -> bool {
        self.cases.iter().all(|case| case.differences.is_empty())
    }
}

/// One case as it is written.
#[derive(Debug)]
struct Case {
    name: String,
    target: Option<String>,
    source: Option<String>,
    today: Option<chrono::NaiveDate>,
    /// Parameters of the order.
    set: BTreeMap<String, serde_yaml::Value>,
    given: BTreeMap<String, Vec<Row>>,
    expect: BTreeMap<String, Vec<Row>>,
}

/// Where a case stands decides what is left out of it.
enum Home<'a> {
    Source(&'a CompiledSource),
    Target(&'a CompiledTarget),
}

/// Runs every case.
pub(crate) fn test(book: &Rulebook, only: Option<&str>) -> Result<TestReport, Error> {
    let mut report = TestReport::default();
    let mut reached = BTreeSet::new();
    let watched = coverage::watch(book)?;
    let book = &watched.book;
    let homes = book
        .sources
        .iter()
        .map(|source| (Home::Source(source), &source.cases))
        .chain(book.targets.iter().map(|target| (Home::Target(target), &target.cases)));
    for (home, files) in homes {
        for file in files {
            let path = file.path.display().to_string();
            for case in read::again(file).into_iter().filter(|case| only.is_none_or(|only| path.contains(only) || case.name.contains(only)))
            {
                let (differences, tables) = run(&watched, &home, &case, &mut reached)?;
                report.cases.push(CaseResult { file: path.clone(), name: case.name, differences, tables });
            }
        }
    }
    let sources = book.sources.iter().flat_map(|source| source.transforms.iter().map(move |one| format!("{}/{}", source.id(), one.table)));
    let targets =
        book.targets.iter().flat_map(|target| target.transforms.iter().map(move |one| format!("{}/{}", target.schema.name, one.table)));
    let rules: Vec<String> = sources.chain(targets).collect();
    report.rules = rules.len();
    report.coverage = watched.coverage(&reached);
    report.never_reached = rules.into_iter().filter(|rule| !reached.contains(rule)).collect();
    Ok(report)
}

/// In words, and row by row.
type Differences = (Vec<String>, Vec<TableDiff>);

/// What differs from what was expected.
fn run(watched: &Watched, home: &Home<'_>, case: &Case, reached: &mut BTreeSet<String>) -> Result<Differences, Error> {
    let mistake = |words: String| Ok((vec![words], Vec::new()));
    let book = &watched.book;
    let source = match (&case.source, home) {
        (Some(id), _) => match book.source(&id.parse::<SourceId>()?) {
            Some(source) => Some(source),
            None => return mistake(format!("there is no source `{id}`")),
        },
        (None, Home::Source(source)) => Some(*source),
        // What a target reads straight is given as the source's tables.
        (None, Home::Target(target)) => match target.straight.as_slice() {
            [] => None,
            [one] => book.source(&one.source),
            _ => return mistake("the target reads several versions straight: say which one is given with `source`".to_owned()),
        },
    };
    let target = match (&case.target, home) {
        (Some(name), _) => match book.targets.iter().find(|target| target.schema.name == *name) {
            Some(target) => Some(target),
            None => return mistake(format!("there is no target `{name}`")),
        },
        (None, Home::Target(target)) => Some(*target),
        (None, Home::Source(_)) => None,
    };
    let given_as_files = source.map(given::filed);
    let source = given_as_files.as_deref();
    let folder = scratch()?;
    let today = case.today.unwrap_or_else(|| chrono::Local::now().date_naive());
    let mut parameters = BTreeMap::new();
    for (name, value) in &case.set {
        let Some(text) = given::text(value) else { return mistake(format!("`set` gives `{name}` no value")) };
        parameters.insert(name.clone(), text);
    }
    let mut secrets = BTreeSet::new();
    if let Some(source) = source {
        secrets.extend(source.secrets(None)?);
    }
    for straight in
        target.into_iter().flat_map(|target| std::iter::once(&target.transforms).chain(target.straight.iter().map(|one| &one.transforms)))
    {
        secrets.extend(secrets::named(straight));
    }
    // A case has no secrets worth keeping: each is its own name.
    let secrets = secrets.into_iter().map(|name| (name.clone(), SecretString::from(name))).collect();
    let order = Order { whole_categories: true, parameters, secrets, ..Order::new(folder.path().to_owned(), today) };
    let none = CompiledTarget {
        schema: TargetSchema {
            name: String::new(),
            title: String::new(),
            sources: Vec::new(),
            tenant: None,
            deidentified: false,
            allow: BTreeMap::new(),
            tables: Vec::new(),
            code_maps: BTreeMap::new(),
            parameters: Vec::new(),
            feasibility: Thresholds::default(),
        },
        proposed: Vec::new(),
        transforms: Vec::new(),
        straight: Vec::new(),
        maps: BTreeMap::new(),
        cases: Vec::new(),
        written: std::sync::Arc::default(),
    };
    let mut tables: Vec<Table> = Vec::new();
    let mut rejects = Vec::new();
    // Categories stand before the target's tables, and may have their names.
    let mut categories = 0;
    if let Some(source) = source {
        if let Some(Err(refused)) = target.map(|target| target.rules_for(&source.id())) {
            return mistake(refused.to_string());
        }
        let files = match given::files(&source.schema, &case.given, folder.path()) {
            Ok(files) => files,
            Err(words) => return mistake(words),
        };
        let job = match Job::new(source, target.unwrap_or(&none), files, order) {
            Err(refused) if refused.is_refused() => return mistake(refused.to_string()),
            job => job?.watched(&watched.probes),
        };
        let sound = job.assess(job.read()?)?;
        let common = job.categorize(&sound)?;
        if !target.is_some_and(CompiledTarget::is_straight) {
            note(&common, &source.id().to_string(), reached);
            tables.extend(common.tables().iter().cloned());
        }
        categories = tables.len();
        if let Some(target) = target {
            tables.extend(convert(&job, target, &common, reached)?);
        }
        let outcome = job.finish()?;
        rejects = compare::rejects(&folder.path().join("rejects"))?;
        if target.is_some() && !outcome.balanced {
            return mistake("the ledger does not balance".to_owned());
        }
    } else if let Some(target) = target {
        let shapes = book.sources.first().map(|source| source.shapes.clone()).unwrap_or_default();
        let source = given::source_of_categories(&case.given, &shapes);
        let job = match Job::new(&source, target, Vec::new(), order) {
            Err(refused) if refused.is_refused() => return mistake(refused.to_string()),
            job => job?.watched(&watched.probes),
        };
        let common = match given::categories(&case.given, &shapes, job.ledger(), folder.path()) {
            Ok(common) => common,
            Err(words) => return mistake(words),
        };
        tables.extend(convert(&job, target, &common, reached)?);
    }
    let kind = |at: usize, column: &str| {
        let table = &tables.get(at)?.name;
        if at >= categories {
            return target?.schema.table(table)?.columns.iter().find(|known| known.name == column).map(|known| known.ty.kind.clone());
        }
        source?.shapes.get(table)?.iter().find(|(name, _)| name == column).map(|(_, ty)| ty.kind.clone())
    };
    compare::compare(&case.expect, &tables, &kind, &rejects)
}

fn convert(job: &Job<'_>, target: &CompiledTarget, common: &Dataset<Common>, reached: &mut BTreeSet<String>) -> Result<Vec<Table>, Error> {
    let converted = job.convert(common)?;
    reached.extend(job.filled().into_iter().map(|table| format!("{}/{table}", target.schema.name)));
    let between = converted.between.iter().filter(|table| table.rows > 0);
    reached.extend(between.map(|table| format!("{}/{}", target.schema.name, table.name)));
    Ok(converted.tables().iter().cloned().chain(job.actions()).collect())
}

fn note<Stage>(made: &Dataset<Stage>, level: &str, reached: &mut BTreeSet<String>) {
    reached.extend(made.tables().iter().chain(&made.between).filter(|table| table.rows > 0).map(|table| format!("{level}/{}", table.name)));
}

/// A folder of this case's own, gone with it.
fn scratch() -> Result<tempfile::TempDir, Error> {
    tempfile::Builder::new()
        .prefix("ehr-rules-case-")
        .tempdir()
        .map_err(|error| Error::io("making a folder in", &std::env::temp_dir(), error))
}
