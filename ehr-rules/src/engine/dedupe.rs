//! One row of those that are equal; the others are merged into it.
//!
//! Things whose surrogate keys are one number are not equal for that: where rows are compared by a key that their rule makes, they are
//! compared by a second one as well, of the same parts, which is told apart where the first is not. So they stay, and a table whose primary
//! key that is says so (R0405).

use crate::dataset::ORIGIN;
use crate::engine::fate::Entered;
use crate::ir::expr::Expr as Value;
use crate::ir::expr::Form;
use crate::ir::transform::Dedupe;
use crate::ir::transform::Output;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use polars::prelude::*;
use std::sync::Arc;

/// Begins the names of second keys; a rule's own columns do not begin like that.
const SECOND: &str = "_second_";

/// A transform, and its columns, with a second key beside each that its `dedupe` compares and every branch makes; none where there is no such.
pub(super) fn told_apart(transform: &Transform, columns: &[(String, Type)]) -> Option<(Transform, Vec<(String, Type)>)> {
    let by = &transform.dedupe.as_ref()?.by;
    let second = |name: &String| {
        transform.branches.iter().map(|branch| branch.columns.iter().find(|one| one.name == *name).and_then(second)).collect()
    };
    let seconds: Vec<Vec<Output>> = by.iter().filter_map(second).collect();
    if seconds.is_empty() {
        return None;
    }
    let (mut transform, mut columns) = (transform.clone(), columns.to_vec());
    for made in seconds {
        let Some((name, ty)) = made.first().map(|first| (first.name.clone(), first.expr.ty.clone())) else { continue };
        transform.branches.iter_mut().zip(made).for_each(|(branch, output)| branch.columns.push(output));
        transform.dedupe.iter_mut().for_each(|dedupe| dedupe.by.push(name.clone()));
        columns.push((name, ty));
    }
    Some((transform, columns))
}

/// Whether it may be asked twice of a row: nothing is counted or set aside on the way.
fn is_silent(part: &Value) -> bool {
    let mut silent = true;
    part.visit(&mut |one| {
        silent &= matches!(
            one.form,
            Form::Column(_) | Form::Literal(_) | Form::Parameter(_) | Form::Call { .. } | Form::JoinTexts { .. } | Form::When { .. }
        );
    });
    silent
}

/// Another key of the parts of an integer one; none where making it would count something twice.
fn second(output: &Output) -> Option<Output> {
    let Form::Key { parts, space, uuid: false } = &output.expr.form else { return None };
    if output.fold.is_some() || !parts.iter().all(is_silent) {
        return None;
    }
    let form = Form::Key { parts: parts.clone(), space: format!("{SECOND}{space}"), uuid: false };
    Some(Output { name: format!("{SECOND}{}", output.name), expr: Value { form, ty: Type::nullable(Kind::Integer) }, fold: None })
}

/// The first of equal rows by the order that the rule says, in the order in which rows come; without second keys.
pub(super) fn plan(plan: LazyFrame, dedupe: &Dedupe, entered: &Arc<Entered>) -> LazyFrame {
    let mut plan = plan.filter(entered.watch());
    let subset = || Some(by_name(dedupe.by.iter().map(String::as_str), true, false));
    if dedupe.order.is_empty() {
        plan = plan.unique_stable(subset(), UniqueKeepStrategy::First);
    } else {
        let by: Vec<Expr> = dedupe.order.iter().map(|(name, _)| col(name.as_str())).chain([col(ORIGIN)]).collect();
        let descending: Vec<bool> = dedupe.order.iter().map(|(_, descending)| *descending).chain([false]).collect();
        let sorting =
            SortMultipleOptions::default().with_order_descending_multi(descending).with_nulls_last(true).with_maintain_order(true);
        plan = plan.sort_by_exprs(by, sorting).unique_stable(subset(), UniqueKeepStrategy::First);
        plan = plan.sort([ORIGIN], SortMultipleOptions::default().with_maintain_order(true));
    }
    let seconds: Vec<&str> = dedupe.by.iter().map(String::as_str).filter(|name| name.starts_with(SECOND)).collect();
    if seconds.is_empty() { plan } else { plan.drop(by_name(seconds, true, false)) }
}
