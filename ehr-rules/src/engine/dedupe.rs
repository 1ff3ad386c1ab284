//! One row of those that are equal; the others are merged into it.

use crate::dataset::ORIGIN;
use crate::engine::apart::SECOND;
use crate::engine::fate::Entered;
use crate::ir::transform::Dedupe;
use polars::prelude::*;
use std::sync::Arc;

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
