//! Transforms: how one table is made from others, as one plan.

use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::ir::unfold::Unfold;
use serde::Serialize;
use std::collections::BTreeSet;

/// How one category or target table is made: the union of its branches, in order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Transform {
    /// The table made.
    pub table: String,
    /// Each from one driving table.
    pub branches: Vec<Branch>,
    /// Rows of equal `by` are one; applied to the union.
    pub dedupe: Option<Dedupe>,
    /// The order of the rows made: output column and whether descending; empty for the order in which they come.
    pub sort: Vec<(String, bool)>,
    /// The columns of an intermediate table, which no schema has: its name begins with `_`.
    pub shape: Option<Vec<(String, Type)>>,
}

/// One driving table, what is joined to it, what is kept and what is computed.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Branch {
    /// The rule's name in findings and the ledger: `synthea/2022/patient` or `patient#2` for a second branch.
    pub rule: String,
    /// The driving table: each of its rows becomes at most one row, or one of a group, unless it is unfolded.
    pub from: String,
    /// What is done before anything is joined, in order: one row may become several here.
    pub unfold: Vec<Unfold>,
    /// Joins, in order; a later one may use an earlier one's columns.
    pub joins: Vec<Join>,
    /// Rows for which it is not true are filtered.
    pub filter: Option<Expr>,
    /// Rows that name one value each become rows that have them side by side: what follows sees these.
    pub pivot: Option<Pivot>,
    /// Rows are grouped by these columns of the driving row, and `columns` are aggregates.
    pub group: Option<Vec<Expr>>,
    /// Output columns, in the order of the output's schema.
    pub columns: Vec<Output>,
}

impl Branch {
    /// Every expression of the branch.
    fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let joins = self.joins.iter().flat_map(|join| join.on.iter().map(|(ours, _)| ours));
        let steps = self.filter.iter().chain(self.group.iter().flatten()).chain(self.pivot.iter().flat_map(Pivot::exprs));
        let orders = self.columns.iter().filter_map(|output| output.fold.as_ref()).flat_map(|fold| fold.order.iter().map(|(by, _)| by));
        self.columns.iter().map(|output| &output.expr).chain(orders).chain(joins).chain(steps)
    }

    fn exprs_mut(&mut self) -> impl Iterator<Item = &mut Expr> {
        let joins = self.joins.iter_mut().flat_map(|join| join.on.iter_mut().map(|(ours, _)| ours));
        // A pivot is made of columns and constants: no parameter stands in it.
        let steps = self.filter.iter_mut().chain(self.group.iter_mut().flatten());
        let outputs = self.columns.iter_mut().flat_map(|output| {
            let orders = output.fold.iter_mut().flat_map(|fold| fold.order.iter_mut().map(|(by, _)| by));
            std::iter::once(&mut output.expr).chain(orders)
        });
        outputs.chain(joins).chain(steps)
    }

    /// Whether it makes one row of several.
    pub fn folds(&self) -> bool {
        self.group.is_some() || self.pivot.is_some()
    }

    /// The column of a pivot of that name, with what it is told by.
    pub fn pivoted(&self, name: &str) -> Option<(&Pivot, &Value)> {
        let pivot = self.pivot.as_ref()?;
        pivot.columns.iter().find(|(column, _)| column == name).map(|(_, told_by)| (pivot, told_by))
    }

    /// The tables and columns whose values a name holds: what it was unfolded from, or the one column behind it. Which item of a
    /// list it is says nothing of the list.
    pub fn sources_of(&self, name: &str) -> Vec<(String, String)> {
        let (table, column) = self.source_of(name);
        let Some(step) = self.unfold.iter().find(|step| table == self.from && step.makes().contains(&column.as_str())) else {
            return vec![(table, column)];
        };
        match step {
            Unfold::Field { of, .. } => self.sources_of(of),
            Unfold::Explode { list, item, .. } if column == *item => self.sources_of(list),
            Unfold::Unpivot { columns, value, .. } if column == *value => {
                columns.iter().flat_map(|(column, _)| self.sources_of(column)).collect()
            }
            Unfold::Explode { .. } | Unfold::Unpivot { .. } => Vec::new(),
        }
    }

    /// The table and column behind a name: a joined table's, or the driving one's.
    pub fn source_of(&self, name: &str) -> (String, String) {
        // The columns that a pivot makes hold what its `value` holds; those of `by` may be called otherwise in the data.
        let common = self.pivot.iter().flat_map(|pivot| &pivot.by).find(|(made, _)| made == name).map(|(_, by)| by);
        if let Some(Form::Column(read)) = self.pivoted(name).map(|(pivot, _)| &pivot.value).or(common).map(|expr| &expr.form)
            && read != name
        {
            return self.source_of(read);
        }
        let joined = name.split_once('.').and_then(|(alias, column)| Some((self.joins.iter().find(|join| join.alias == alias)?, column)));
        match joined {
            Some((join, column)) => (join.table.clone(), column.to_owned()),
            None => (self.from.clone(), name.to_owned()),
        }
    }
}

/// One output column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Output {
    /// Its name.
    pub name: String,
    /// Its value.
    pub expr: Expr,
    /// How the values of a group become one, where the branch groups.
    pub fold: Option<Fold>,
}

impl Output {
    /// The type of the column made.
    pub fn ty(&self) -> &Type {
        self.fold.as_ref().map_or(&self.expr.ty, |fold| &fold.ty)
    }
}

/// How the values of a group become one.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fold {
    /// Which way.
    pub how: Aggregate,
    /// The order in which the rows of the group are looked at, and whether descending; ties, and all rows where it is empty, in row order.
    pub order: Vec<(Expr, bool)>,
    /// What stands between texts, for [`Aggregate::Join`].
    pub with: String,
    /// What it yields.
    pub ty: Type,
}

/// Aggregates over a group. Every one but `First` and `Last` passes over missing values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Aggregate {
    /// The first row's.
    First,
    /// The last row's.
    Last,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// How many values are there.
    Count,
    /// How many different values are there.
    CountDistinct,
    /// All added up, of the kind of what is added; one too large for it fails the order (`R0304`).
    Sum,
    /// The arithmetic mean.
    Mean,
    /// Whether it is true of some row; a missing value is not true.
    Any,
    /// Whether it is true of every row; a missing value is not true.
    All,
    /// Texts with a separator; empty ones are passed over too, and nothing is missing.
    Join,
    /// All in a list; an empty one where nothing is there.
    List,
}

/// Rows that name one value each become one row of several columns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Pivot {
    /// Columns whose values one row has in common, each with its name in the row made.
    pub by: Vec<(String, Expr)>,
    /// The column that says which value a row holds.
    pub name: Expr,
    /// The column that holds it. A row where it is missing adds nothing.
    pub value: Expr,
    /// The columns made, each with what `name` is where a value belongs to it; no two alike, and none called as a column read.
    pub columns: Vec<(String, Value)>,
    /// Which of several values of one column is taken.
    pub expect: Several,
    /// The order in which rows are looked at for the first or last, and whether descending; ties in row order.
    pub order: Vec<(Expr, bool)>,
    /// What happens to rows whose `name` belongs to no column.
    pub others: Others,
}

impl Pivot {
    /// The columns that it reads.
    pub fn exprs(&self) -> impl Iterator<Item = &Expr> {
        self.by.iter().map(|(_, by)| by).chain([&self.name, &self.value]).chain(self.order.iter().map(|(by, _)| by))
    }
}

/// Which of several values is taken where a row has room for one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Several {
    /// There is one: the rows are set aside where there are more (`R0306`).
    One,
    /// The first.
    First,
    /// The last.
    Last,
    /// The least.
    Min,
    /// The greatest.
    Max,
}

/// What happens to a row that belongs to no column of a pivot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Others {
    /// It is set aside (`R0305`).
    Reject,
    /// It is counted as filtered.
    Drop,
}

/// A table joined to the driving row.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Join {
    /// The prefix under which its columns are seen.
    pub alias: String,
    /// Whether it is joined to the rows that a pivot makes, not to those before it.
    pub after_pivot: bool,
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
    /// Where its outcomes are watched, the numbers of the probes for one match, none, and several; no rule says this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub probes: Option<[usize; 3]>,
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
    /// Any number; each makes a row of its own, by `order` and then in the order of the joined table.
    Many,
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
    /// Every column this one reads of other tables: table and column.
    pub fn reads(&self) -> BTreeSet<(String, String)> {
        let mut read = BTreeSet::new();
        for branch in &self.branches {
            let unfolded = branch.unfold.iter().flat_map(Unfold::reads);
            // What a pivot reads of is among its own expressions.
            let made = |name: &&str| branch.unfold.iter().any(|step| step.makes().contains(name)) || branch.pivoted(name).is_some();
            for name in branch.exprs().flat_map(Expr::columns).chain(unfolded).filter(|name| !made(name)) {
                read.insert(branch.source_of(name));
            }
            for join in &branch.joins {
                let theirs = join.on.iter().map(|(_, theirs)| theirs).chain(join.order.iter().map(|(column, _)| column));
                read.extend(theirs.map(|column| (join.table.clone(), column.clone())));
            }
        }
        read
    }

    /// Puts the order's values where parameters stand.
    pub fn settle(&mut self, value: &dyn Fn(&str) -> Option<Value>) {
        self.branches.iter_mut().flat_map(Branch::exprs_mut).for_each(|expr| expr.settle(value));
    }

    /// Calls `see` on each expression, inner ones among them.
    pub fn visit<'a>(&'a self, see: &mut dyn FnMut(&'a Expr)) {
        self.branches.iter().flat_map(Branch::exprs).for_each(|expr| expr.visit(see));
    }

    /// The same without the columns that `asked` does not name, but for those that decide which rows there are, and those
    /// that leave a trace when they are computed: a row set aside, a code on the work-list.
    pub fn keeping(&self, asked: &dyn Fn(&str) -> bool) -> Self {
        let mut kept = self.clone();
        let decides = |name: &str| {
            let dedupes = self.dedupe.iter().flat_map(|dedupe| dedupe.by.iter().chain(dedupe.order.iter().map(|(by, _)| by)));
            dedupes.chain(self.sort.iter().map(|(by, _)| by)).any(|by| by == name)
        };
        let traced = |name: &str| {
            let outputs = self.branches.iter().flat_map(|branch| &branch.columns);
            outputs.filter(|output| output.name == name).any(|output| output.expr.leaves_a_trace())
        };
        if let Some(shape) = &mut kept.shape {
            shape.retain(|(name, _)| asked(name) || decides(name) || traced(name));
        }
        for branch in &mut kept.branches {
            branch.columns.retain(|output| asked(&output.name) || decides(&output.name) || output.expr.leaves_a_trace());
            let used: BTreeSet<String> = branch.exprs().flat_map(Expr::columns).map(str::to_owned).collect();
            for join in &mut branch.joins {
                join.take.retain(|(column, _)| used.contains(&format!("{}.{column}", join.alias)));
            }
            branch
                .joins
                .retain(|join| !join.take.is_empty() || join.on_missing != OnMissing::Null || join.expect != Expect::Any && !join.keyed);
        }
        kept
    }

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
