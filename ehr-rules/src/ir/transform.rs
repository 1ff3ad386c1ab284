//! Transforms: how one table is made from others, as one plan.

use crate::ir::expr::Expr;
use crate::ir::types::Type;
use serde::Serialize;

/// How one category or target table is made: the union of its branches, in order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transform {
    /// The table made.
    pub table: String,
    /// Each from one driving table.
    pub branches: Vec<Branch>,
    /// Rows of equal `by` are one; applied to the union.
    pub dedupe: Option<Dedupe>,
}

/// One driving table, what is joined to it, what is kept and what is computed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// The rule's name in findings and the ledger: `synthea/2022/patient` or `patient#2` for a second branch.
    pub rule: String,
    /// The driving table: each of its rows becomes at most one row (or one of a group).
    pub from: String,
    /// Joins, in order; a later one may use an earlier one's columns.
    pub joins: Vec<Join>,
    /// Rows for which it is not true are filtered.
    pub filter: Option<Expr>,
    /// Rows are grouped by these columns of the driving row, and `columns` are aggregates.
    pub group: Option<Vec<Expr>>,
    /// Output columns, in the order of the output's schema.
    pub columns: Vec<Output>,
}

/// One output column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its value.
    pub expr: Expr,
    /// The aggregate over the group, where the branch groups.
    pub aggregate: Option<Aggregate>,
}

/// Aggregates over a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The first in row order.
    First,
    /// The least, missing values passed over.
    Min,
    /// The greatest, missing values passed over.
    Max,
    /// How many values are there.
    Count,
}

/// A table joined to the driving row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Join {
    /// The prefix under which its columns are seen.
    pub alias: String,
    /// The table joined.
    pub table: String,
    /// Pairs: an expression over the row, a column of the joined table.
    pub on: Vec<(Expr, String)>,
    /// Whether the columns joined on are the table's key, so that at most one row can match.
    pub keyed: bool,
    /// Columns taken from it, with their types as seen after the join.
    pub take: Vec<(String, Type)>,
    /// How many rows are expected to match.
    pub expect: Expect,
    /// Which of several comes first, for [`Expect::Any`]: column and whether descending.
    pub order: Vec<(String, bool)>,
    /// What happens to a row without a match.
    pub on_missing: OnMissing,
    /// What happens to a row with several matches, where one was expected.
    pub on_ambiguous: OnAmbiguous,
}

/// How many rows of the joined table are expected to match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expect {
    /// Exactly one.
    One,
    /// None or one.
    AtMostOne,
    /// Any number; the first by `order` is taken.
    Any,
}

/// What happens to a row without a match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnMissing {
    /// Its joined columns are missing.
    Null,
    /// It is set aside (`R0301`).
    Reject,
    /// The order fails (`R0301`).
    Fail,
}

/// What happens to a row with several matches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum OnAmbiguous {
    /// It is set aside (`R0302`).
    Reject,
    /// The order fails (`R0302`).
    Fail,
}

/// Rows of equal `by` become one; the others are merged into it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Dedupe {
    /// Output columns that are equal.
    pub by: Vec<String>,
    /// Which row stays: the first after this order (column, descending), ties by row order.
    pub order: Vec<(String, bool)>,
}

impl Transform {
    /// Every table this one reads, each once, in order.
    pub fn tables(&self) -> Vec<&str> {
        let mut tables: Vec<&str> = Vec::new();
        for branch in &self.branches {
            for table in std::iter::once(&branch.from).chain(branch.joins.iter().map(|join| &join.table)) {
                if !tables.contains(&table.as_str()) {
                    tables.push(table);
                }
            }
        }
        tables
    }
}
