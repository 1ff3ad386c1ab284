//! Whose rows they are: source rows counted as patients, in one pass a source table, in memory bounded by the number of patients.

use crate::dataset::ORIGIN;
use crate::dataset::ledger::Fate;
use crate::dataset::origin;
use crate::dataset::rows::RowSet;
use crate::engine::identity;
use crate::error::Error;
use crate::ir::expr::Form;
use crate::ir::plausible::ID;
use crate::ir::plausible::PATIENT as CATEGORY;
use crate::ir::schema::Reference;
use crate::ir::schema::SourceSchema;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::rulebook::feasibility::Concerned;
use crate::rulebook::feasibility::Noted;
use crate::rulebook::feasibility::Patients;
use crate::rulebook::job::Job;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs::File;
use std::path::Path;

/// Rows looked at together.
const ROWS: usize = 1 << 16;

/// No patient.
const NOBODY: u32 = u32::MAX;

/// Sets of source rows, and how many patients each is about.
#[derive(Debug, Default)]
pub(super) struct People {
    sets: Vec<RowSet>,
    counts: Vec<u64>,
    known: bool,
}

/// Which columns of a source say whose row it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Who {
    /// Tables with one row a patient, and the column that names the patient.
    own: Vec<(String, String)>,
    /// For every table that is known: how a row's patient is found.
    tables: BTreeMap<String, Trail>,
}

/// How the patient of a row is found.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trail {
    /// By a column of its own.
    Column(String),
    /// By that of a row of another table, which a column refers to.
    Through { column: String, table: String, key: String, patient: String },
}

impl People {
    /// Remembers a set of rows; gives its place.
    pub(super) fn add(&mut self, rows: RowSet) -> usize {
        self.sets.push(rows);
        self.sets.len() - 1
    }

    /// The rows of a set.
    pub(super) fn rows(&self, at: usize) -> &RowSet {
        &self.sets[at]
    }

    /// Its rows and patients.
    pub(super) fn concerned(&self, at: usize) -> Concerned {
        let patients = if self.known { self.counts.get(at).copied() } else { None };
        Concerned { rows: self.sets[at].len(), patients }
    }

    /// Counts the patients of every set; none where nothing tells who they are.
    pub(super) fn count(&mut self, who: &Who, job: &Job<'_>, noted: &Noted) -> Result<Option<Patients>, Error> {
        if who.own.is_empty() {
            return Ok(None);
        }
        let asked = self.sets.len();
        let (mut own, mut stays, mut gone) = (RowSet::default(), RowSet::default(), RowSet::default());
        for (table, _) in &who.own {
            for fate in [Fate::Converted, Fate::Merged, Fate::Filtered, Fate::Unused] {
                stays.unite(&job.ledger().fated(fate, table));
            }
            gone.unite(&job.ledger().fated(Fate::Rejected, table));
        }
        own.unite(&stays);
        own.unite(&gone);
        let mut made = RowSet::default();
        for table in job.ledger().table_names() {
            made.unite(&job.ledger().fated(Fate::Converted, table));
        }
        for set in [own, stays, gone, made] {
            self.add(set);
        }
        let mut pass = Pass { sets: std::mem::take(&mut self.sets), ..Pass::default() };
        pass.seen = vec![RowSet::default(); pass.sets.len()];
        for (concern, rows) in noted.concerns.iter().filter(|(concern, _)| concern.stage == "read") {
            pass.aside.entry(concern.table.clone()).or_default().unite(rows);
        }
        for (table, path) in &who.tables {
            pass = pass.table(job, table, path, who)?;
        }
        self.known = true;
        let [own, stays, gone, made] = [0, 1, 2, 3].map(|at| pass.seen[asked + at].clone());
        self.counts = pass.seen.iter().take(asked).map(RowSet::len).collect();
        self.sets = pass.sets;
        self.sets.truncate(asked);
        let lost = gone.without(&stays).len() + pass.nameless;
        Ok(Some(Patients { known: own.len() + pass.nameless, converted: made.len(), lost }))
    }
}

/// One pass over all tables.
#[derive(Default)]
struct Pass {
    sets: Vec<RowSet>,
    /// For each set the patients seen, by their numbers.
    seen: Vec<RowSet>,
    /// Each patient's number, by identity.
    numbers: PlHashMap<i64, u32>,
    /// Rows that were set aside while they were read, by table.
    aside: BTreeMap<String, RowSet>,
    /// Rows of patients that nobody can name.
    nameless: u64,
    table: u16,
    first: u64,
    batch: Vec<u32>,
}

impl Pass {
    fn table(mut self, job: &Job<'_>, table: &str, path: &Trail, who: &Who) -> Result<Self, Error> {
        let Some(index) = job.ledger().index(table) else { return Ok(self) };
        self.table = index;
        if let Some(staged) = job.staged(table)
            && let Some(frame) = whose(job, &staged.scan()?, path)?
        {
            self = self.rows(frame)?;
        }
        let rejects = job.order.folder.join("rejects").join(format!("{table}.csv"));
        if let Trail::Column(column) = path
            && rejects.is_file()
        {
            self = self.set_aside(job, table, column, &rejects, who)?;
        }
        Ok(self)
    }

    fn rows(self, frame: LazyFrame) -> Result<Self, Error> {
        let keys = [vec!["_patient".to_owned()]];
        let mut pass = identity::each_row(frame, &keys, self, |pass: &mut Self, one, keys| {
            let row = origin::parts(one).1;
            let next = pass.first + pass.batch.len() as u64;
            if pass.batch.len() >= ROWS || row < next || row - next > ROWS as u64 {
                pass.flush();
                pass.first = row;
            }
            // Rows that were set aside before are nobody's here.
            let gap = row.saturating_sub(pass.first + pass.batch.len() as u64);
            pass.batch.extend((0..gap).map(|_| NOBODY));
            let number = match keys {
                [Some(patient)] => {
                    let fresh = u32::try_from(pass.numbers.len()).unwrap_or(NOBODY);
                    *pass.numbers.entry(*patient).or_insert(fresh)
                }
                _ => NOBODY,
            };
            pass.batch.push(number);
        })?;
        pass.flush();
        Ok(pass)
    }

    fn flush(&mut self) {
        for (set, seen) in self.sets.iter().zip(&mut self.seen) {
            set.each_in(self.table, self.first, self.batch.len() as u64, &mut |row| {
                let number = usize::try_from(row - self.first).ok().and_then(|at| self.batch.get(at)).copied().unwrap_or(NOBODY);
                if number != NOBODY {
                    seen.insert(origin::origin(0, u64::from(number)));
                }
            });
        }
        self.batch.clear();
    }

    /// Rows that were set aside while they were read were never staged: they stand in the rejects, in the same order.
    fn set_aside(mut self, job: &Job<'_>, table: &str, column: &str, path: &Path, who: &Who) -> Result<Self, Error> {
        let Some(shape) = job.source.schema.table(table).and_then(|table| table.column(column)) else { return Ok(self) };
        let missing = shape.missing.as_ref().unwrap_or(&job.source.schema.missing);
        let aside = self.aside.remove(table).unwrap_or_default();
        let own = who.own.iter().any(|(own, _)| own == table);
        let failed = |error: csv::Error| Error::io("reading", path, error.into());
        let mut file =
            csv::ReaderBuilder::new().flexible(true).from_reader(File::open(path).map_err(|error| Error::io("opening", path, error))?);
        let header = file.byte_headers().map_err(failed)?.clone();
        let place = |name: &str| header.iter().position(|known| known == name.as_bytes());
        let (Some(patient), Some(stage), Some(code)) = (place(column), place("_stage"), place("_code")) else { return Ok(self) };
        let (mut origins, mut names) = (Vec::new(), Vec::new());
        let mut rows = aside.iter();
        for record in file.byte_records() {
            let record = record.map_err(failed)?;
            let text = |at: usize| String::from_utf8_lossy(record.get(at).unwrap_or_default()).into_owned();
            if text(stage) != "read" {
                continue;
            }
            let Some(origin) = rows.next() else { break };
            let code = text(code);
            // The fields of a row that could not be cut are not known.
            let name = if code.starts_with("R02") { None } else { named(&text(patient), missing, &shape.ty.kind) };
            if own && name.is_none() && !matches!(code.as_str(), "R0216" | "R0217") {
                self.nameless += 1;
            }
            origins.push(origin);
            names.push(name);
            if origins.len() == ROWS {
                self = self.rows(as_frame(std::mem::take(&mut origins), std::mem::take(&mut names))?)?;
            }
        }
        if origins.is_empty() { Ok(self) } else { self.rows(as_frame(origins, names)?) }
    }
}

fn as_frame(origins: Vec<i64>, names: Vec<Option<String>>) -> Result<LazyFrame, Error> {
    let columns = vec![Column::new(ORIGIN.into(), origins), Column::new("_patient".into(), names)];
    let rows = columns[0].len();
    Ok(DataFrame::new(rows, columns).map_err(|error| Error::engine("looking at rows set aside", error))?.lazy())
}

/// A patient's name as a staged column of that kind would be written.
fn named(text: &str, missing: &[String], kind: &Kind) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || missing.iter().any(|missing| missing == text) {
        return None;
    }
    Some(match kind {
        Kind::Integer => text.parse::<i64>().map_or_else(|_| text.to_owned(), |number| number.to_string()),
        Kind::Uuid => text.to_lowercase(),
        _ => text.to_owned(),
    })
}

/// Each row of a staged table with its patient; none where the columns are not staged.
fn whose(job: &Job<'_>, frame: &LazyFrame, path: &Trail) -> Result<Option<LazyFrame>, Error> {
    let has = |frame: &LazyFrame, names: &[&String]| -> Result<bool, Error> {
        let schema = frame.clone().collect_schema().map_err(|error| Error::engine("looking for patients", error))?;
        Ok(names.iter().all(|name| schema.contains(name.as_str())))
    };
    let as_text = |name: &String| col(name.as_str()).cast(DataType::String);
    Ok(match path {
        Trail::Column(column) if has(frame, &[column])? => Some(frame.clone().select([col(ORIGIN), as_text(column).alias("_patient")])),
        Trail::Through { column, table, key, patient } => match job.staged(table) {
            Some(other) if has(frame, &[column])? && has(&other.scan()?, &[key, patient])? => {
                let other = other.scan()?.select([as_text(key).alias("_key"), as_text(patient).alias("_patient")]);
                let ours = frame.clone().select([col(ORIGIN), as_text(column).alias("_key")]);
                let joined =
                    ours.join_builder().with(other).on([col("_key")]).how(JoinType::Left).maintain_order(MaintainOrderJoin::Left).finish();
                Some(joined.select([col(ORIGIN), col("_patient")]))
            }
            _ => None,
        },
        Trail::Column(_) => None,
    })
}

impl Who {
    /// What the rules of a source and its references say.
    pub(super) fn of(job: &Job<'_>) -> Self {
        Self::by(&job.source.schema, &job.source.transforms)
    }

    fn by(schema: &SourceSchema, rules: &[Transform]) -> Self {
        let mut who = Self::default();
        for (table, column) in schema.tables.iter().filter_map(|table| Some((table, table.patient.as_ref()?))) {
            who.tables.insert(table.name.clone(), Trail::Column(column.clone()));
            // Where a patient cannot stand twice, the rows are the patients' own.
            if table.key == [column.clone()] {
                who.own.push((table.name.clone(), column.clone()));
            }
        }
        let said: BTreeSet<String> = who.tables.keys().cloned().collect();
        for one in rules {
            let column = if one.table == CATEGORY { ID } else { CATEGORY };
            for (table, column) in columns(schema, rules, &one.table, column) {
                if one.table == CATEGORY && !who.own.contains(&(table.clone(), column.clone())) {
                    who.own.push((table.clone(), column.clone()));
                }
                // What names a patient in the patients' own table is better than what names another one's.
                if (one.table == CATEGORY && !said.contains(&table)) || !who.tables.contains_key(&table) {
                    who.tables.insert(table, Trail::Column(column));
                }
            }
        }
        let refers =
            |reference: &&Reference| who.own.iter().any(|(table, column)| *table == reference.table && *column == reference.target);
        let direct: Vec<(String, String)> = schema
            .tables
            .iter()
            .filter(|table| !who.tables.contains_key(&table.name))
            .filter_map(|table| Some((table.name.clone(), table.references.iter().find(refers)?.column.clone())))
            .collect();
        who.tables.extend(direct.into_iter().map(|(table, column)| (table, Trail::Column(column))));
        let known = who.tables.clone();
        for table in schema.tables.iter().filter(|table| !known.contains_key(&table.name)) {
            let through = table.references.iter().find_map(|reference| match known.get(&reference.table)? {
                Trail::Column(patient) => Some(Trail::Through {
                    column: reference.column.clone(),
                    table: reference.table.clone(),
                    key: reference.target.clone(),
                    patient: patient.clone(),
                }),
                Trail::Through { .. } => None,
            });
            who.tables.extend(through.map(|path| (table.name.clone(), path)));
        }
        who
    }
}

/// The columns of the source's tables that a column made by the rules is, as it is: through intermediate tables, by what drives them.
fn columns(schema: &SourceSchema, rules: &[Transform], table: &str, column: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open = vec![(table.to_owned(), column.to_owned())];
    let mut next = 0;
    while let Some((table, column)) = open.get(next).cloned() {
        next += 1;
        for branch in rules.iter().filter(|one| one.table == table).flat_map(|one| &one.branches) {
            for output in branch.columns.iter().filter(|output| output.name == column) {
                let read = output.expr.columns();
                // A name made of several columns is none that other tables have.
                let ([name], Form::Column(_) | Form::Call { .. }) = (read.as_slice(), &output.expr.form) else { continue };
                for (from, column) in branch.sources_of(name).into_iter().filter(|(from, _)| *from == branch.from) {
                    if schema.table(&from).is_some() {
                        found.push((from, column));
                    } else if !open.contains(&(from.clone(), column.clone())) {
                        open.push((from, column));
                    }
                }
            }
        }
    }
    found
}
