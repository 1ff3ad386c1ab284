//! How many rows of a table break what is asked of it: one lazy plan a table, whatever is asked.

use crate::dataset::ORIGIN;
use crate::dataset::Table;
use crate::dataset::dtype::dtype;
use crate::engine;
use crate::engine::Context;
use crate::engine::expr::Lowering;
use crate::engine::key;
use crate::engine::script::ROW;
use crate::error::Error;
use crate::ir::expr::Expr as Condition;
use crate::ir::types::Kind;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::sync::Arc;

/// How many of those that were looked at break something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Count {
    pub rows: u64,
    pub of: u64,
}

/// What is asked of each row.
pub(crate) enum Asked<'a> {
    /// A value is there.
    There(&'a str),
    /// A text has no more characters than this.
    Fits(&'a str, usize),
    /// A number that is there is not 0.
    Mapped(&'a str),
    /// A condition is true of the rows for which another is, and whose number in a column is one of these.
    Holds { that: &'a Condition, only: Option<&'a Condition>, among: Option<(&'a str, Arc<HashSet<i64>>)> },
}

/// A table whose columns are seen as `table.column`: those of the row whose `theirs` is this row's `mine`.
pub(crate) struct Beside<'a> {
    pub table: &'a Table,
    pub mine: String,
    pub theirs: String,
    pub take: Vec<String>,
    /// No two of its rows have the same `theirs`.
    pub unique: bool,
    /// A column of both that must be equal too.
    pub tenant: Option<&'static str>,
}

/// Counts all of it in one pass. A condition that fails on a row is not true of it.
pub(crate) fn rows(table: &Table, asked: &[Asked<'_>], beside: &[Beside<'_>], context: &Context<'_>) -> Result<Vec<Count>, Error> {
    let doing = format!("checking the rows of `{}`", table.name);
    let mut plan = table.scan()?;
    for other in beside {
        plan = joined(plan, other)?;
    }
    plan = plan.with_row_index(ROW, None);
    let mut lowering = Lowering::new(context);
    let (mut counts, mut truths) = (Vec::new(), Vec::new());
    for (at, asked) in asked.iter().enumerate() {
        let (breaks, of) = match asked {
            Asked::There(column) => (col(*column).is_null(), lit(true)),
            Asked::Fits(column, most) => {
                let most = u32::try_from(*most).unwrap_or(u32::MAX);
                (col(*column).str().len_chars().gt(lit(most)), col(*column).is_not_null())
            }
            Asked::Mapped(column) => (col(*column).eq(lit(0_i64)), lit(true)),
            Asked::Holds { that, only, among } => {
                let mut of = lit(true);
                if let Some(only) = only {
                    of = truth(&mut lowering, &mut truths, only, format!("_only{at}"))?;
                }
                if let Some((column, among)) = among {
                    of = of.and(is_among(column, Arc::clone(among)));
                }
                let that = truth(&mut lowering, &mut truths, that, format!("_that{at}"))?;
                (of.clone().and(that.not()), of)
            }
        };
        // How many are true; a missing one is not.
        let sum = |flags: Expr, name: &str| flags.sum().alias(format!("{name}{at}"));
        // A constant has one row, whatever the table has.
        let of = if of == lit(true) { len().alias(format!("of{at}")) } else { sum(of, "of") };
        counts.extend([sum(breaks, "rows"), of]);
    }
    // All at once: a plan of a step for each of a hundred conditions is too deep for the stack.
    let (plan, _) = lowering.computed(plan);
    let counted = engine::collect(plan.with_columns(truths).select(counts), &doing)?;
    let read = |name: String| -> PolarsResult<u64> { counted.column(&name)?.get(0)?.try_extract::<u64>() };
    (0..asked.len())
        .map(|at| Ok(Count { rows: read(format!("rows{at}"))?, of: read(format!("of{at}"))? }))
        .collect::<PolarsResult<Vec<_>>>()
        .map_err(|error| Error::engine(&doing, error))
}

fn is_among(column: &str, among: Arc<HashSet<i64>>) -> Expr {
    let function = move |column: Column| {
        let found: BooleanChunked = column.i64()?.iter().map(|value| Some(value.is_some_and(|value| among.contains(&value)))).collect();
        Ok(found.into_column())
    };
    col(column).map(function, |_, _| Ok(Field::new("among".into(), DataType::Boolean)))
}

/// Whether a condition is true, as a column to be computed, since it is asked for more than once.
fn truth(lowering: &mut Lowering<'_>, truths: &mut Vec<Expr>, condition: &Condition, name: String) -> Result<Expr, Error> {
    let holds = lowering.lower(condition)?;
    let faults = lowering.verdicts();
    let holds = faults.into_iter().fold(holds, |holds, (fault, _)| holds.and(fault.not())).fill_null(lit(false));
    truths.push(holds.alias(name.as_str()));
    Ok(col(name))
}

/// A left join that never repeats a row: of several rows of one key the first is taken, and what is wrong with them is said elsewhere.
pub(super) fn joined(plan: LazyFrame, other: &Beside<'_>) -> Result<LazyFrame, Error> {
    let name = |column: &str| format!("{}.{column}", other.table.name);
    let mine: Vec<Expr> = std::iter::once(other.mine.as_str()).chain(other.tenant).map(col).collect();
    let theirs: Vec<&str> = std::iter::once(other.theirs.as_str()).chain(other.tenant).collect();
    let keys: Vec<Expr> = (0..theirs.len()).map(|at| col(name(&format!("_key{at}")))).collect();
    let aliased = theirs.iter().enumerate().map(|(at, column)| col(*column).alias(name(&format!("_key{at}"))));
    let taken: Vec<Expr> = aliased.chain(other.take.iter().map(|column| col(column.as_str()).alias(name(column)))).collect();
    let mut right = other.table.scan()?.select(taken);
    if !other.unique {
        let firsts: Vec<Expr> = other.take.iter().map(|column| col(name(column)).first()).collect();
        right = right.group_by(keys.clone()).agg(firsts);
    }
    Ok(plan.join_builder().with(right).left_on(mine).right_on(keys).how(JoinType::Left).finish())
}

/// Each value of a column that is there, as text, and how many rows have it.
pub(crate) fn values(table: &Table, column: &str) -> Result<HashMap<String, u64>, Error> {
    let doing = format!("looking at the values of `{}.{column}`", table.name);
    let counted = table.scan()?.filter(col(column).is_not_null()).group_by([col(column)]).agg([len().alias("_rows")]);
    let counted =
        engine::collect(counted.select([col(column).cast(DataType::String).alias("value"), col("_rows").cast(DataType::UInt64)]), &doing)?;
    let read = || -> PolarsResult<HashMap<String, u64>> {
        let (values, rows) = (counted.column("value")?.str()?, counted.column("_rows")?.u64()?);
        Ok(values.iter().zip(rows.iter()).filter_map(|(value, rows)| Some((value?.to_owned(), rows?))).collect())
    };
    read().map_err(|error| Error::engine(&doing, error))
}

/// How many different values of a column there are, a missing one among them, and how many of them have 0 in another in some row. A column
/// that nothing fills has none.
pub(crate) fn unmapped_values(table: &Table, column: &str, concept: &str) -> Result<Count, Error> {
    let doing = format!("looking at the values of `{}.{column}`", table.name);
    let by = table.scan()?.group_by([col(column)]);
    let zero = col(concept).eq(lit(0_i64)).fill_null(lit(false)).cast(DataType::UInt64).max().alias("rows");
    let filled = col(column).is_not_null().cast(DataType::UInt64).max();
    let counted = by.agg([zero]).select([col("rows").sum() * filled.clone(), (len().cast(DataType::UInt64) * filled).alias("of")]);
    one(counted, &doing)
}

/// Of the different values that columns have in `of`, the first of them there, how many they have not in `table`.
pub(crate) fn without(table: &Table, of: &Table, by: &[String]) -> Result<Count, Error> {
    let doing = format!("looking for rows of `{}`", table.name);
    let keys: Vec<Expr> = by.iter().map(|name| col(name.as_str())).collect();
    let first = keys.first().ok_or_else(|| Error::bug("rows that are told apart by nothing"))?;
    let distinct = |table: &Table| -> Result<LazyFrame, Error> {
        Ok(table.scan()?.filter(first.clone().is_not_null()).group_by(keys.clone()).agg([len().alias("_rows")]).select(keys.clone()))
    };
    let there = distinct(table)?.with_columns([lit(true).alias("_there")]);
    let all = distinct(of)?.join_builder().with(there).left_on(keys.clone()).right_on(keys.clone()).how(JoinType::Left).finish();
    let missing = col("_there").is_null().cast(DataType::UInt64).sum().alias("rows");
    one(all.select([missing, len().cast(DataType::UInt64).alias("of")]), &doing)
}

/// Of the different values of `by`, the first of them there, how many have two spans of days with less than `gap` days between.
pub(crate) fn meeting(table: &Table, by: &[String], from: &str, to: &str, gap: i64) -> Result<Count, Error> {
    let doing = format!("looking for spans of `{}` that overlap", table.name);
    let keys: Vec<Expr> = by.iter().map(|name| col(name.as_str())).collect();
    let there = keys.iter().take(1).cloned().chain([col(from), col(to)]).map(Expr::is_not_null).fold(lit(true), Expr::and);
    let day = |column: &str| col(column).cast(DataType::Date).cast(DataType::Int32).cast(DataType::Int64);
    let told = key::key(&keys, String::new(), false).alias("by");
    let spans = table.scan()?.filter(there).select([told, day(from).alias("from"), day(to).alias("to")]);
    let spans = engine::collect(spans.sort(["by", "from", "to"], SortMultipleOptions::default()), &doing)?;
    let read = || -> PolarsResult<Count> {
        let column = |name: &str| -> PolarsResult<Int64Chunked> { Ok(spans.column(name)?.i64()?.clone()) };
        let (told, from, to) = (column("by")?, column("from")?, column("to")?);
        let mut count = Count::default();
        // The last one: whose it is, the last day so far, and whether it was counted.
        let mut last: Option<(i64, i64, bool)> = None;
        for ((told, from), to) in told.iter().zip(from.iter()).zip(to.iter()) {
            let (Some(told), Some(from), Some(to)) = (told, from, to) else { continue };
            let same = last.filter(|(known, ..)| *known == told);
            let (end, counted) = same.map_or((None, false), |(_, end, counted)| (Some(end), counted));
            count.of += u64::from(same.is_none());
            let meets = end.is_some_and(|end| from - end <= gap);
            count.rows += u64::from(meets && !counted);
            last = Some((told, end.map_or(to, |end| end.max(to)), counted || meets));
        }
        Ok(count)
    };
    read().map_err(|error| Error::engine(&doing, error))
}

/// Columns that a staged table lacks, and those that are of another type than they should be.
pub(crate) fn shape(table: &Table, columns: &[(&str, &Kind)]) -> Result<(Vec<String>, Vec<String>), Error> {
    let schema = table.scan()?.collect_schema().map_err(|error| Error::engine("reading a staged table's columns", error))?;
    let staged: BTreeMap<&str, &DataType> =
        schema.iter().map(|(name, dtype)| (name.as_str(), dtype)).filter(|(name, _)| *name != ORIGIN).collect();
    let lacking = columns.iter().filter(|(name, _)| !staged.contains_key(name)).map(|(name, _)| (*name).to_owned()).collect();
    let other = columns.iter().filter(|(name, kind)| staged.get(name).is_some_and(|found| **found != dtype(kind)));
    Ok((lacking, other.map(|(name, _)| (*name).to_owned()).collect()))
}

fn one(counted: LazyFrame, doing: &str) -> Result<Count, Error> {
    let counted = engine::collect(counted, doing)?;
    let read = |name: &str| -> PolarsResult<u64> { counted.column(name)?.get(0)?.try_extract::<u64>() };
    let count = || -> PolarsResult<Count> { Ok(Count { rows: read("rows")?, of: read("of")? }) };
    count().map_err(|error| Error::engine(doing, error))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn a_table_that_is_not_as_it_should_be_is_told_by_its_columns() {
        let folder = tempfile::tempdir().unwrap();
        let frame = df!("id" => [1_i64], "born" => ["1980"]).unwrap().lazy();
        let table = engine::stage(frame, "person", folder.path().join("person.ipc")).unwrap();
        let sound = shape(&table, &[("id", &Kind::Integer), ("born", &Kind::Text)]).unwrap();
        assert_eq!(sound, (vec![], vec![]));
        let other = shape(&table, &[("id", &Kind::Integer), ("born", &Kind::Date), ("town", &Kind::Text)]).unwrap();
        assert_eq!(other, (vec!["town".to_owned()], vec!["born".to_owned()]));
    }
}
