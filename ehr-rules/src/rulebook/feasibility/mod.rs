//! Whether an export is worth converting: counts by table and column of the target, patients among them, held against what the
//! target asks for, and what would make it hold.
//!
//! Everything is counted in source rows, each once, by what was noted while the stages ran: a count here cannot say anything
//! else than the ledger.

mod patients;
mod remedy;
mod threshold;
mod way;

use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::concern::Concern;
use crate::dataset::concern::What;
use crate::dataset::rows::RowSet;
use crate::engine::identity;
use crate::error::Error;
use crate::finding::Consequence;
use crate::ir::target::TargetTable;
use crate::rulebook::feasibility::patients::People;
use crate::rulebook::feasibility::patients::Who;
use crate::rulebook::feasibility::way::Node;
use crate::rulebook::feasibility::way::Way;
use crate::rulebook::job::Job;
use crate::rulebook::outcome::Outcome;
use serde::Serialize;
use std::collections::BTreeMap;

pub use self::remedy::OpenCode;
pub use self::remedy::Remedy;
pub use self::remedy::RemedyKind;
pub use self::threshold::Threshold;

/// Whether an export is worth converting, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Feasibility {
    /// Whether every threshold holds and no check stops the order.
    pub go: bool,
    /// Checks that stop the order, by how many findings.
    pub stops: usize,
    /// What the target asks for, and what there is.
    pub thresholds: Vec<Threshold>,
    /// How many patients there are; none where nothing tells who they are.
    pub patients: Option<Patients>,
    /// Tables of the target that a rule makes, in load order.
    pub tables: Vec<TableFeasibility>,
    /// What is not plausible, by category, column and code; it goes on all the same.
    pub doubts: Vec<Doubt>,
    /// What would make it better, by rows won.
    pub remedies: Vec<Remedy>,
}

/// What becomes of the patients.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Patients {
    /// Patients with a row of their own in the export, those set aside among them.
    pub known: u64,
    /// Patients of whom some row of the target is made.
    pub converted: u64,
    /// Patients whose own row was set aside.
    pub lost: u64,
}

/// Source rows, and how many patients they are about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Concerned {
    /// Source rows, each once.
    pub rows: u64,
    /// Patients; none where nothing tells whose rows they are.
    pub patients: Option<u64>,
}

/// Rows that cannot be true as they are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Doubt {
    /// The category.
    pub table: String,
    /// Its column.
    pub column: String,
    /// `R0701` and so on.
    pub code: &'static str,
    /// The source rows that its rows are made of.
    pub concerned: Concerned,
}

/// What a table of the target comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableFeasibility {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: u64,
    /// The source rows that they are made of.
    pub converted: Concerned,
    /// Source rows on the way to it that were set aside.
    pub rejected: Concerned,
    /// The same by code.
    pub rejected_by: BTreeMap<&'static str, Concerned>,
    /// Source rows on the way to it that a condition left out.
    pub filtered: Concerned,
    /// Source rows that were folded into others.
    pub merged: Concerned,
    /// Converted rows that hold a code without a mapping.
    pub unmapped: Concerned,
    /// Its columns, in order.
    pub columns: Vec<ColumnFeasibility>,
}

/// What a column of the target comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnFeasibility {
    /// The column.
    pub column: String,
    /// Whether the target requires a value.
    pub required: bool,
    /// Rows of the target in which it is missing.
    pub missing: u64,
    /// Converted rows in which a constant stands for what the data does not say, or a code map or lookup found nothing.
    pub defaulted: Concerned,
    /// Converted rows whose code for it has no mapping.
    pub unmapped: Concerned,
    /// Source rows that were set aside for what it is made of, by code.
    pub rejected_by: BTreeMap<&'static str, Concerned>,
}

/// What was noted, ready to be asked.
struct Noted {
    concerns: BTreeMap<Concern, RowSet>,
}

impl Noted {
    /// The rows of all concerns of these nodes; where a column is named, of that column only.
    fn rows(&self, nodes: &[Node], what: impl Fn(What) -> bool) -> RowSet {
        let mut rows = RowSet::default();
        for (concern, own) in &self.concerns {
            if what(concern.what) && nodes.iter().any(|node| node.is_of(concern)) {
                rows.unite(own);
            }
        }
        rows
    }

    /// Rows that are not plausible.
    fn doubted(&self) -> RowSet {
        let mut rows = RowSet::default();
        for (_, own) in self.concerns.iter().filter(|(concern, _)| matches!(concern.what, What::Doubted(_))) {
            rows.unite(own);
        }
        rows
    }

    /// Rows set aside, by code, without those of which something was made all the same.
    fn rejected(&self, nodes: &[Node], made: &RowSet) -> BTreeMap<&'static str, RowSet> {
        let mut by: BTreeMap<&'static str, RowSet> = BTreeMap::new();
        for (concern, rows) in &self.concerns {
            if let What::Rejected(code) = concern.what
                && nodes.iter().any(|node| node.is_of(concern))
            {
                by.entry(code).or_default().unite(&rows.without(made));
            }
        }
        by.retain(|_, rows| !rows.is_empty());
        by
    }
}

/// A table before its patients are counted: places in the list of row sets.
struct Open {
    table: TableFeasibility,
    columns: Vec<OpenColumn>,
    places: [usize; 5],
    rejected_by: Vec<(&'static str, usize)>,
}

/// The same of a column.
struct OpenColumn {
    column: ColumnFeasibility,
    defaulted: usize,
    unmapped: usize,
    rejected_by: Vec<(&'static str, usize)>,
}

/// Works everything out; the stages' files must still be there.
pub(super) fn feasibility(job: &Job<'_>, converted: &Dataset<Converted>, outcome: &Outcome) -> Result<Feasibility, Error> {
    let noted = Noted { concerns: job.ledger().concerns() };
    let mut people = People::default();
    let mut open = Vec::new();
    for shape in &job.target().tables {
        if let Some(way) = Way::to(job, &shape.name) {
            open.push(table(job, shape, &way, converted, &noted, &mut people)?);
        }
    }
    let asked = threshold::asked(
        job,
        &open.iter().map(|open| (open.table.table.as_str(), open.places)).collect::<Vec<_>>(),
        &noted.doubted(),
        &people,
    );
    let remedies = remedy::remedies(job, outcome, &noted, &mut people);
    let doubts = doubts(&noted, &mut people);
    let patients = people.count(&Who::of(job), job, &noted)?;
    let mut tables: Vec<TableFeasibility> = open.into_iter().map(|open| open.counted(&people)).collect();
    tables.retain(|table| table.rows > 0 || table.rejected.rows > 0 || table.filtered.rows > 0 || !table.columns.is_empty());
    let thresholds = threshold::thresholds(job, outcome, &asked, patients.as_ref());
    let stops = outcome.findings.iter().filter(|finding| finding.consequence == Consequence::Failed).count();
    Ok(Feasibility {
        go: stops == 0 && outcome.balanced && thresholds.iter().all(|threshold| threshold.holds),
        stops,
        remedies: remedies.into_iter().map(|remedy| remedy.counted(&people)).collect(),
        doubts: doubts.into_iter().map(|(doubt, at)| Doubt { concerned: people.concerned(at), ..doubt }).collect(),
        thresholds,
        patients,
        tables,
    })
}

/// What is not plausible, each with the place of its rows.
fn doubts(noted: &Noted, people: &mut People) -> Vec<(Doubt, usize)> {
    let mut all = Vec::new();
    for (concern, rows) in &noted.concerns {
        if let What::Doubted(code) = concern.what {
            let (table, column) = (concern.table.clone(), concern.column.clone());
            all.push((Doubt { table, column, code, concerned: Concerned::default() }, people.add(rows.clone())));
        }
    }
    all
}

fn table(
    job: &Job<'_>,
    shape: &TargetTable,
    way: &Way,
    converted: &Dataset<Converted>,
    noted: &Noted,
    people: &mut People,
) -> Result<Open, Error> {
    let nodes = way.nodes();
    let made = noted.rows(&[Node::target(&shape.name)], |what| what == What::Made);
    let rejected = noted.rejected(&nodes, &made);
    let mut aside = RowSet::default();
    for rows in rejected.values() {
        aside.unite(rows);
    }
    let filtered = noted.rows(&nodes, |what| what == What::Filtered).without(&made).without(&aside);
    let merged = noted.rows(&nodes, |what| what == What::Merged).without(&made);
    let unmapped = noted.rows(&nodes, |what| what == What::Unmapped).within(&made);
    let staged = converted.table(&shape.name);
    let names: Vec<(String, bool)> = shape.columns.iter().map(|column| (column.name.clone(), false)).collect();
    let missing = match staged {
        Some(staged) if staged.rows > 0 => identity::extents(staged.scan()?, &names)?,
        _ => vec![(0, 0); names.len()],
    };
    let mut columns = Vec::new();
    for (column, (missing, _)) in shape.columns.iter().zip(missing) {
        if !way.makes(job, &shape.name, &column.name) {
            continue;
        }
        let nodes = way.column(job, &shape.name, &column.name);
        let defaulted = noted.rows(&nodes, |what| what == What::Defaulted).within(&made);
        let unmapped = noted.rows(&nodes, |what| what == What::Unmapped).within(&made);
        let rejected_by = noted.rejected(&nodes, &made).into_iter().map(|(code, rows)| (code, people.add(rows))).collect();
        let column = ColumnFeasibility {
            column: column.name.clone(),
            required: !column.ty.nullable,
            missing,
            defaulted: Concerned::default(),
            unmapped: Concerned::default(),
            rejected_by: BTreeMap::new(),
        };
        columns.push(OpenColumn { column, defaulted: people.add(defaulted), unmapped: people.add(unmapped), rejected_by });
    }
    let rejected_by = rejected.into_iter().map(|(code, rows)| (code, people.add(rows))).collect();
    let places = [made, aside, filtered, merged, unmapped].map(|rows| people.add(rows));
    let none = Concerned::default();
    let table = TableFeasibility {
        table: shape.name.clone(),
        rows: staged.map_or(0, |staged| staged.rows),
        converted: none,
        rejected: none,
        rejected_by: BTreeMap::new(),
        filtered: none,
        merged: none,
        unmapped: none,
        columns: Vec::new(),
    };
    Ok(Open { table, columns, places, rejected_by })
}

impl Open {
    fn counted(self, people: &People) -> TableFeasibility {
        let by = |of: Vec<(&'static str, usize)>| of.into_iter().map(|(code, at)| (code, people.concerned(at))).collect();
        let [converted, rejected, filtered, merged, unmapped] = self.places.map(|at| people.concerned(at));
        let counted = |open: OpenColumn| ColumnFeasibility {
            defaulted: people.concerned(open.defaulted),
            unmapped: people.concerned(open.unmapped),
            rejected_by: by(open.rejected_by),
            ..open.column
        };
        let columns = self.columns.into_iter().map(counted).collect();
        TableFeasibility { converted, rejected, filtered, merged, unmapped, rejected_by: by(self.rejected_by), columns, ..self.table }
    }
}
