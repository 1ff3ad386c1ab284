//! Which rows went into a row that was made: the very ones, where several were made of one line.

use super::follow::Follow;
use super::follow::Look;
use super::follow::Whose;
use super::follow::cells;
use super::follow::integers;
use crate::dataset::ORIGIN;
use crate::dataset::Table;
use crate::engine;
use crate::engine::probe::Only;
use crate::engine::script::ROW;
use crate::error::Error;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::transform::Branch;
use crate::ir::transform::Expect;
use crate::ir::transform::Output;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::unfold::Unfold;
use polars::prelude::DataFrame;
use polars::prelude::DataType;
use polars::prelude::col;
use polars::prelude::lit;

/// The number of a row in its table, from 0, as a column.
pub(super) const AT: &str = "_at";
/// The number of a row among those that a branch makes.
const NUMBER: &str = "_number";
/// What is being done, for errors.
const DOING: &str = "following a row";
/// A row as it is written, cell by cell.
type Cells = Vec<Option<String>>;

/// A row that was made.
#[derive(Debug)]
pub(super) struct Wanted {
    pub origin: i64,
    /// Its columns: name, how it is staged, and what it holds.
    columns: Vec<(String, DataType, Option<String>)>,
    /// How many rows of the same origin that cannot be told from it come before it.
    before: usize,
}

/// A row that a branch worked on.
#[derive(Debug)]
pub(super) struct Pick {
    /// Its number in the driving table.
    pub at: i64,
    /// Its number among the rows that the branch makes of that one; none where there are no others.
    pub number: Option<i64>,
}

impl Wanted {
    /// The row of this number.
    pub(super) fn read(table: &Table, at: i64) -> Result<Option<Self>, Error> {
        let rows = || Ok::<_, Error>(table.scan()?.with_row_index(AT, None).with_columns([col(AT).cast(DataType::Int64)]));
        let one = engine::collect(rows()?.filter(col(AT).eq(lit(at))), DOING)?;
        let Some(origin) = integers(&one, ORIGIN)?.first().copied().flatten() else { return Ok(None) };
        let alike = engine::collect(rows()?.filter(col(ORIGIN).eq(lit(origin))), DOING)?;
        let numbers = integers(&alike, AT)?;
        let Some(row) = numbers.iter().position(|number| *number == Some(at)) else { return Ok(None) };
        let named: Vec<(String, DataType)> = alike
            .columns()
            .iter()
            .filter(|column| ![ORIGIN, AT].contains(&column.name().as_str()))
            .map(|column| (column.name().to_string(), column.dtype().clone()))
            .collect();
        let all: Vec<Cells> = (0..=row).map(|row| cells(&alike, row, named.len())).collect::<Result<_, _>>()?;
        let Some(own) = all.last() else { return Ok(None) };
        let before = all.iter().filter(|other| *other == own).count() - 1;
        let columns = named.into_iter().zip(own).map(|((name, dtype), cell)| (name, dtype, cell.clone())).collect();
        Ok(Some(Self { origin, columns, before }))
    }

    /// What it holds in these columns.
    fn key(&self, names: &[String]) -> Cells {
        let cell = |name: &String| self.columns.iter().find(|(known, ..)| known == name).and_then(|(.., cell)| cell.clone());
        names.iter().map(cell).collect()
    }

    /// Which rows of a frame cannot be told from it.
    fn like(&self, frame: &DataFrame, branch: &Branch) -> Result<Vec<usize>, Error> {
        let failed = |error| Error::engine(DOING, error);
        let is_made = |name: &str| branch.columns.iter().any(|output| output.name == name);
        if self.columns.iter().any(|(name, _, cell)| cell.is_some() && !is_made(name)) {
            return Ok(Vec::new());
        }
        let mut made = Vec::new();
        for (name, dtype, _) in self.columns.iter().filter(|(name, ..)| is_made(name)) {
            made.push(frame.column(name).and_then(|column| column.cast(dtype)).map_err(failed)?);
        }
        let made = DataFrame::new(frame.height(), made).map_err(failed)?;
        let own: Cells = self.columns.iter().filter(|(name, ..)| is_made(name)).map(|(.., cell)| cell.clone()).collect();
        let mut alike = Vec::new();
        for (row, origin) in integers(frame, ORIGIN)?.into_iter().enumerate() {
            if origin == Some(self.origin) && cells(&made, row, own.len())? == own {
                alike.push(row);
            }
        }
        Ok(alike)
    }
}

impl Follow<'_> {
    /// The rows of each branch that went into a row, at most so many of each.
    pub(super) fn picks(&self, whose: Whose, rule: &Transform, wanted: &Wanted, most: usize) -> Result<Vec<Vec<Pick>>, Error> {
        let mut picks = Vec::new();
        let mut before = wanted.before;
        let mut is_found = false;
        for branch in &rule.branches {
            let pivoted = || branch.pivot.as_ref().map(|pivot| pivot.by.iter().map(|(_, by)| by.clone()).collect::<Vec<_>>());
            let made = match (branch.group.clone().or_else(pivoted), &rule.dedupe) {
                (None, Some(dedupe)) => {
                    let output =
                        |name: &String| branch.columns.iter().find(|output| output.name == *name).map(|output| output.expr.clone());
                    let by: Vec<Expr> = dedupe.by.iter().filter_map(output).collect();
                    self.members(whose, rule, branch, &by, &wanted.key(&dedupe.by), most)?
                }
                _ if is_found => Vec::new(),
                (None, None) => {
                    let numbered = numbered(branch.clone());
                    let frame = self.plan(whose, rule, numbered.clone(), Look::Origin(wanted.origin), Only::Numbered)?;
                    match nth(&wanted.like(&frame, branch)?, &mut before) {
                        Some(row) => {
                            is_found = true;
                            self.pick(whose, rule, &numbered, &frame, &[row])?
                        }
                        None => Vec::new(),
                    }
                }
                (Some(by), _) => {
                    let names: Vec<String> = (0..by.len()).map(|at| format!("_by{at}")).collect();
                    let mut told = branch.clone();
                    told.columns.extend(outputs(&names, &by));
                    let frame = self.plan(whose, rule, told, Look::All, None)?;
                    match nth(&wanted.like(&frame, branch)?, &mut before) {
                        Some(row) => {
                            is_found = true;
                            let key = frame.select(names).map_err(|error| Error::engine(DOING, error))?;
                            let key = cells(&key, row, by.len())?;
                            self.members(whose, rule, branch, &by, &key, most)?
                        }
                        None => Vec::new(),
                    }
                }
            };
            picks.push(made);
        }
        Ok(picks)
    }

    /// The rows of a branch that have these values in common.
    fn members(&self, whose: Whose, rule: &Transform, branch: &Branch, by: &[Expr], key: &Cells, most: usize) -> Result<Vec<Pick>, Error> {
        let names: Vec<String> = (0..by.len()).map(|at| format!("_by{at}")).collect();
        let mut bare = Branch { group: None, pivot: None, columns: outputs(&names, by), ..branch.clone() };
        bare.joins.retain(|join| !join.after_pivot);
        let bare = numbered(bare);
        let frame = self.plan(whose, rule, bare.clone(), Look::All, Only::Numbered)?;
        let mut rows = Vec::new();
        for row in 0..frame.height() {
            if rows.len() < most && cells(&frame, row, key.len())? == *key {
                rows.push(row);
            }
        }
        self.pick(whose, rule, &bare, &frame, &rows)
    }

    /// Rows of what a numbered branch made, by what they were made of.
    fn pick(&self, whose: Whose, rule: &Transform, numbered: &Branch, frame: &DataFrame, rows: &[usize]) -> Result<Vec<Pick>, Error> {
        let ats = integers(frame, AT)?;
        let mut picks = Vec::new();
        for row in rows {
            let Some(at) = ats.get(*row).copied().flatten() else { continue };
            let number = if repeats(numbered) {
                // Among those made of the one row, so that it alone is worked on when it is looked at.
                let earlier = ats.iter().take(*row).filter(|other| **other == Some(at)).count();
                let one = self.plan(whose, rule, numbered.clone(), Look::Row(at), Only::Numbered)?;
                integers(&one, NUMBER)?.get(earlier).copied().flatten()
            } else {
                None
            };
            picks.push(Pick { at, number });
        }
        Ok(picks)
    }
}

/// Whether a branch makes several rows of one.
fn repeats(branch: &Branch) -> bool {
    let unfolds = branch.unfold.iter().any(|step| !matches!(step, Unfold::Field { .. }));
    unfolds || branch.joins.iter().any(|join| join.expect == Expect::Many)
}

/// The one of so many that are alike, over several branches.
fn nth(rows: &[usize], before: &mut usize) -> Option<usize> {
    let found = rows.get(*before).copied();
    *before = before.saturating_sub(rows.len());
    found
}

fn outputs(names: &[String], exprs: &[Expr]) -> Vec<Output> {
    names.iter().zip(exprs).map(|(name, expr)| Output { name: name.clone(), expr: expr.clone(), fold: None }).collect()
}

/// A branch that also tells which row of its driving table each comes from, and the number of each.
fn numbered(mut branch: Branch) -> Branch {
    let column = |(name, of): (&str, &str)| Output {
        name: name.to_owned(),
        expr: Expr { form: Form::Column(of.to_owned()), ty: Type::nullable(Kind::Integer) },
        fold: None,
    };
    branch.columns.extend([(AT, AT), (NUMBER, ROW)].map(column));
    branch
}
