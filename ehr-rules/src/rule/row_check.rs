//! Conditions on a row's columns together, as a table's schema has them.

use crate::diagnostic::Diagnostics;
use crate::ir::expr::Expr;
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
    let mut scope = Scope::new(level, table, &table.name, changes);
    scope.alone = true;
    scope.is_check = true;
    let that = script::condition(that, &mut scope, said);
    (that, scope.used)
}
