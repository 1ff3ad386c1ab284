//! Pivots: rows that name one value each become one row that has them side by side.

use crate::dataset::ORIGIN;
use crate::dataset::dtype::dtype;
use crate::dataset::ledger::Ledger;
use crate::engine::Context;
use crate::engine::constant::literal;
use crate::engine::fate;
use crate::engine::fate::Entered;
use crate::engine::fate::Verdict;
use crate::engine::script::ROW;
use crate::ir::expr::Expr as Value;
use crate::ir::expr::Form;
use crate::ir::transform::Branch;
use crate::ir::transform::Others;
use crate::ir::transform::Pivot;
use crate::ir::transform::Several;
use polars::prelude::*;
use std::sync::Arc;

/// The source rows of one group.
const ORIGINS: &str = "_origins";

/// One row a group, in the order of the groups' first rows: what it is grouped by, each column, the first row's origin and number.
/// The others are merged into it; where one value was expected and there are several, all rows of the group are set aside.
pub(super) fn plan(plan: LazyFrame, pivot: &Pivot, branch: &Branch, entered: &Arc<Entered>, context: &Context<'_>) -> LazyFrame {
    let is = |told_by| column(&pivot.name).eq(literal(told_by, &pivot.name.ty.kind)).fill_null(false);
    let known = pivot.columns.iter().map(|(_, told_by)| is(told_by)).reduce(Expr::or).unwrap_or_else(|| lit(false));
    let plan = plan.filter(match pivot.others {
        Others::Drop => fate::filtered(context, &branch.rule, known),
        Others::Reject => fate::rejected(context.ledger, known, verdict("R0305", pivot, branch, context)),
    });
    let order: Vec<String> = (0..pivot.order.len()).map(|at| format!("_order{at}")).collect();
    let missing = || lit(NULL).cast(dtype(&pivot.value.ty.kind));
    let common = |(name, by): &(String, Value)| column(by).alias(name.as_str());
    let mut spread: Vec<Expr> = pivot.by.iter().map(common).chain([col(ORIGIN), col(ROW)]).collect();
    spread.extend(
        pivot.columns.iter().map(|(name, told_by)| when(is(told_by)).then(column(&pivot.value)).otherwise(missing()).alias(name.as_str())),
    );
    spread.extend(pivot.order.iter().zip(&order).map(|((by, _), name)| column(by).alias(name.as_str())));
    let first = |name: &str| col(name).sort_by([col(ROW)], SortMultipleOptions::default()).first();
    let mut values: Vec<Expr> = pivot.columns.iter().map(|(name, _)| one_of(name, pivot, &order)).collect();
    values.extend([first(ORIGIN), col(ROW).min()]);
    if pivot.expect == Several::One {
        values.extend(pivot.columns.iter().map(|(name, _)| col(name.as_str()).count().alias(count(name))));
        values.push(col(ORIGIN).alias(ORIGINS));
    }
    // All rows are one group by a key that is made of each: a constant would make a group of no rows too.
    let all = || vec![col(ORIGIN).is_not_null().alias("_group")];
    let keys: Vec<Expr> = if pivot.by.is_empty() { all() } else { pivot.by.iter().map(|(name, _)| col(name.as_str())).collect() };
    let mut plan = plan.select(spread).filter(entered.watch()).group_by(keys).agg(values).sort([ROW], SortMultipleOptions::default());
    if pivot.expect == Several::One {
        let several = pivot.columns.iter().map(|(name, _)| col(count(name)).gt(lit(1))).reduce(Expr::or);
        let several = several.unwrap_or_else(|| lit(false));
        plan = plan.filter(sound(context.ledger, several, verdict("R0306", pivot, branch, context), entered));
    }
    let made = pivot.columns.iter().map(|(name, _)| col(name.as_str()));
    let common = pivot.by.iter().map(|(name, _)| col(name.as_str()));
    plan.select(common.chain(made).chain([col(ORIGIN), col(ROW)]).collect::<Vec<_>>())
}

fn verdict(code: &'static str, pivot: &Pivot, branch: &Branch, context: &Context<'_>) -> Verdict {
    let what = if let Form::Column(name) = &pivot.name.form { format!("by `{name}`") } else { String::new() };
    Verdict::new(context, &branch.rule, code, &what, false)
}

/// A pivot is made of columns as they are.
fn column(expr: &Value) -> Expr {
    match &expr.form {
        Form::Column(name) => col(name.as_str()),
        _ => lit(NULL),
    }
}

/// No column of a rule's begins so.
fn count(column: &str) -> String {
    format!("_count_{column}")
}

/// Which of the group's values a column gets; where it is missing there is none.
fn one_of(name: &str, pivot: &Pivot, order: &[String]) -> Expr {
    let value = col(name);
    let last = pivot.expect == Several::Last;
    let by: Vec<Expr> = order.iter().map(|name| col(name.as_str())).chain([col(ROW)]).collect();
    let descending: Vec<bool> = pivot.order.iter().map(|(_, descending)| *descending).chain([false]).collect();
    // Rows of no order stand behind those that have one, whichever end is taken.
    let nulls_last: Vec<bool> = vec![!last; by.len()];
    let sorting = SortMultipleOptions::default().with_order_descending_multi(descending).with_nulls_last_multi(nulls_last);
    match pivot.expect {
        Several::One => value.drop_nulls().first(),
        Several::First => value.sort_by(by, sorting).drop_nulls().first(),
        Several::Last => value.sort_by(by, sorting).drop_nulls().last(),
        Several::Min => value.min(),
        Several::Max => value.max(),
    }
    .alias(name)
}

/// A predicate that keeps the groups that have one value a column, and sets every row of the others aside.
fn sound(ledger: &Arc<Ledger>, several: Expr, verdict: Verdict, entered: &Arc<Entered>) -> Expr {
    let (ledger, entered) = (Arc::clone(ledger), Arc::clone(entered));
    let function = move |columns: &mut [Column]| {
        let [origins, several] = columns else { polars_bail!(ComputeError: "ehr-rules: a pivot lacks its rows") };
        let several = several.bool()?;
        if several.any() {
            let mut out: Vec<i64> = Vec::new();
            for (rows, several) in origins.list()?.amortized_iter().zip(several.iter()) {
                if let (Some(rows), Some(true)) = (rows, several) {
                    out.extend(rows.as_ref().i64()?.iter().flatten());
                }
            }
            // They are not merged: nothing came of their group.
            entered.left(&mut out.iter().copied());
            out.sort_unstable();
            out.dedup();
            verdict.reject(&ledger, out);
        }
        Ok((!several).with_name("keep".into()).into_column())
    };
    col(ORIGINS).map_many(function, &[several], |_, _| Ok(Field::new("keep".into(), DataType::Boolean)))
}
