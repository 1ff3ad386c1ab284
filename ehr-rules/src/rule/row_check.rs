//! Conditions on a row's columns together, as a table's schema has them.

use crate::diagnostic::Diagnostics;
use crate::ir::expr::Expr;
use crate::ir::transform::Expect;
use crate::ir::transform::Join;
use crate::ir::transform::OnAmbiguous;
use crate::ir::transform::OnMissing;
use crate::load::changes::Changes;
use crate::rule::scope::Scope;
use crate::rule::script;
use crate::rule::view::Level;
use crate::rule::view::TableView;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// Compiles one, and gives the columns it reads.
pub(crate) fn compile(
    that: &Node,
    table: &TableView,
    level: &Level<'_>,
    changes: &Changes,
    said: &mut Diagnostics,
) -> (Option<Expr>, BTreeSet<(String, String)>) {
    beside(that, table, Vec::new(), level, changes, said)
}

/// The same, where the columns of other tables stand beside the row's own, as `table.column`: those of the one row that it finds there.
pub(crate) fn beside<'a>(
    that: &Node,
    table: &'a TableView,
    others: Vec<&'a TableView>,
    level: &'a Level<'a>,
    changes: &'a Changes,
    said: &mut Diagnostics,
) -> (Option<Expr>, BTreeSet<(String, String)>) {
    let mut scope = Scope::new(level, table, &table.name, changes);
    scope.joins = others.into_iter().map(|other| (found(other), other)).collect();
    scope.alone = true;
    scope.is_check = true;
    let that = script::condition(that, &mut scope, said);
    (that, scope.used)
}

/// Columns that may be missing, since there may be no such row.
fn found(other: &TableView) -> Join {
    Join {
        alias: other.name.clone(),
        after_pivot: false,
        table: other.name.clone(),
        on: Vec::new(),
        keyed: true,
        take: other.columns.iter().map(|column| (column.name.clone(), column.ty.with_nullable(true))).collect(),
        expect: Expect::AtMostOne,
        order: Vec::new(),
        on_missing: OnMissing::Null,
        on_ambiguous: OnAmbiguous::Reject,
        probes: None,
    }
}
