//! Groups: rows of equal keys become one row.

use crate::dataset::ORIGIN;
use crate::dataset::dtype::dtype;
use crate::dataset::ledger::Ledger;
use crate::engine::Context;
use crate::engine::expr::Lowering;
use crate::engine::fate::Entered;
use crate::engine::script::ROW;
use crate::error::Error;
use crate::finding::Consequence;
use crate::finding::meaning;
use crate::ir::expr::Expr as Value;
use crate::ir::transform::Aggregate;
use crate::ir::transform::Branch;
use crate::ir::transform::Fold;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use polars::prelude::*;
use std::sync::Arc;

/// The columns that a group needs beside its values: what it is grouped by, and what rows are ordered by.
pub(super) fn keys(by: &[Value], branch: &Branch, lowering: &mut Lowering<'_>) -> Result<Vec<Expr>, Error> {
    let mut keys = Vec::new();
    for (at, expr) in by.iter().enumerate() {
        keys.push(lowering.lower(expr)?.alias(format!("_group{at}")));
    }
    for output in &branch.columns {
        for (at, (expr, _)) in output.fold.iter().flat_map(|fold| &fold.order).enumerate() {
            keys.push(lowering.lower(expr)?.alias(order_name(&output.name, at)));
        }
    }
    Ok(keys)
}

/// No column of a rule's begins so.
fn order_name(column: &str, at: usize) -> String {
    format!("_order{at}_{column}")
}

/// One row a group, in the order of the groups' first rows. The first row's origin stays; the others are merged, or
/// converted too where the stage says so.
pub(super) fn plan(
    plan: LazyFrame,
    branch: &Branch,
    columns: &[(String, Type)],
    by: usize,
    entered: &Arc<Entered>,
    context: &Context<'_>,
) -> LazyFrame {
    // All rows are one group by a key that is made of each: a constant would make a group of no rows too.
    let all = || vec![col(ORIGIN).is_not_null().alias("_group")];
    let keys: Vec<Expr> = if by == 0 { all() } else { (0..by).map(|at| col(format!("_group{at}"))).collect() };
    let first = |name: &str| col(name).sort_by([col(ROW)], SortMultipleOptions::default()).first();
    let mut values: Vec<Expr> = Vec::new();
    let mut outputs: Vec<Expr> = Vec::new();
    for (name, ty) in columns {
        let output = branch.columns.iter().find(|output| output.name == *name);
        match output.and_then(|output| Some((output, output.fold.as_ref()?))) {
            None => {
                values.push(first(name));
                outputs.push(col(name.as_str()));
            }
            Some((_, fold)) if fold.how == Aggregate::Sum => {
                values.extend(sums(name, &fold.ty.kind));
                outputs.push(sum(name, fold, &branch.rule, context));
            }
            Some((_, fold)) => {
                values.push(folded(name, fold).cast(dtype(&ty.kind)).alias(name.as_str()));
                outputs.push(col(name.as_str()));
            }
        }
    }
    values.extend([first(ORIGIN), col(ROW).min()]);
    outputs.push(col(ORIGIN));
    // Sorted before the outputs are computed: they look at origins.
    let grouped = plan.filter(entered.watch()).group_by(keys).agg(values);
    grouped.sort([ROW], SortMultipleOptions::default()).select(outputs)
}

/// The values of a group as one. Rows of no order stand behind those that have one, whichever end is taken.
fn folded(name: &str, fold: &Fold) -> Expr {
    let value = col(name);
    let last = fold.how == Aggregate::Last;
    let by: Vec<Expr> = (0..fold.order.len()).map(|at| col(order_name(name, at))).chain([col(ROW)]).collect();
    let descending: Vec<bool> = fold.order.iter().map(|(_, descending)| *descending).chain([false]).collect();
    let nulls_last: Vec<bool> = vec![!last; by.len()];
    let sorting = SortMultipleOptions::default().with_order_descending_multi(descending).with_nulls_last_multi(nulls_last);
    match fold.how {
        Aggregate::First => value.sort_by(by, sorting).first(),
        Aggregate::Last => value.sort_by(by, sorting).last(),
        Aggregate::Min => value.min(),
        Aggregate::Max => value.max(),
        Aggregate::Count => value.count(),
        Aggregate::CountDistinct => value.drop_nulls().n_unique(),
        Aggregate::Mean => value.cast(DataType::Float64).mean(),
        Aggregate::Any => value.fill_null(false).any(true),
        Aggregate::All => value.fill_null(false).all(true),
        Aggregate::Join => {
            let none = || lit(NULL).cast(DataType::String);
            let present = when(value.clone().eq(lit(""))).then(none()).otherwise(value);
            let joined = present.sort_by(by, sorting).str().join(&fold.with, true);
            when(joined.clone().eq(lit(""))).then(none()).otherwise(joined)
        }
        Aggregate::List => value.sort_by(by, sorting).drop_nulls().implode(true),
        // Its parts are folded apart, and looked at afterwards.
        Aggregate::Sum => value,
    }
}

fn part(column: &str, part: &str) -> String {
    format!("_{part}_{column}")
}

/// What a sum is made of: the wrapping sum, the sum as a float, which tells whether it wrapped, and how many values there are.
fn sums(name: &str, kind: &Kind) -> Vec<Expr> {
    let value = || col(name);
    let exact = match kind {
        Kind::Float => value().sum(),
        _ => value().cast(wide(kind)).sum(),
    };
    vec![
        exact.alias(part(name, "sum")),
        value().cast(DataType::Float64).sum().alias(part(name, "float")),
        value().count().alias(part(name, "count")),
    ]
}

/// A type in which sums of a kind are computed.
const fn wide(kind: &Kind) -> DataType {
    match kind {
        Kind::Decimal { scale, .. } => DataType::Decimal(38, *scale as usize),
        _ => DataType::Decimal(38, 0),
    }
}

/// A sum of the kind of what was added; missing where nothing was there. One that is too large fails the order.
fn sum(name: &str, fold: &Fold, rule: &str, context: &Context<'_>) -> Expr {
    let (kind, ledger) = (fold.ty.kind.clone(), Arc::clone(context.ledger));
    let rule = format!("{rule}.{name}");
    let output = Field::new(name.into(), dtype(&kind));
    let function = move |columns: &mut [Column]| {
        let [origins, exact, float, count] = columns else { polars_bail!(ComputeError: "ehr-rules: a sum lacks its parts") };
        summed(&kind, origins, exact, float, count, &ledger, &rule)
    };
    let rest = ["sum", "float", "count"].map(|of| col(part(name, of)));
    col(ORIGIN).map_many(function, &rest, move |_, _| Ok(output.clone())).alias(name)
}

fn summed(
    kind: &Kind,
    origins: &Column,
    exact: &Column,
    float: &Column,
    count: &Column,
    ledger: &Ledger,
    rule: &str,
) -> PolarsResult<Column> {
    let narrow = exact.cast(&dtype(kind))?;
    // The float sum is off by far less than what a sum that wrapped is off by.
    let limit = match kind {
        Kind::Decimal { precision, scale } => 10_f64.powi(i32::from(*precision) - i32::from(*scale)) * 1.5,
        Kind::Integer => 1e19,
        _ => f64::INFINITY,
    };
    let (float, count) = (float.f64()?, count.cast(&DataType::UInt64)?);
    let is_there = narrow.is_not_null();
    let sound: BooleanChunked = float
        .iter()
        .zip(is_there.iter())
        .map(|(float, there)| there == Some(true) && float.is_some_and(|float| float.abs() < limit || limit.is_infinite()))
        .collect();
    let counted: BooleanChunked = count.u64()?.iter().map(|count| count.is_some_and(|count| count > 0)).collect();
    let large: Vec<i64> = origins
        .i64()?
        .iter()
        .zip(sound.iter().zip(counted.iter()))
        .filter(|(_, (sound, counted))| *sound == Some(false) && *counted == Some(true))
        .filter_map(|(origin, _)| origin)
        .collect();
    for (table, rows) in ledger.by_table(large) {
        ledger.find("R0304", &table, rule, Consequence::Failed, rows, meaning("R0304"));
    }
    narrow.zip_with(&(sound & counted), &Column::full_null(narrow.name().clone(), narrow.len(), narrow.dtype()))
}
