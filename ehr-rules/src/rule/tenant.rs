//! Tenants through a level of rules: every row made is somebody's, and nothing of one's meets anything of another's.
//!
//! Rows are told apart by a column that no rule names: it is matched on in every join, grouped by in every group and pivot, and looked at
//! in every `dedupe`. What rules make of several tenants at once is therefore what they make of each alone.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::schema::SourceSchema;
use crate::ir::tenant::COLUMN;
use crate::ir::transform::Branch;
use crate::ir::transform::Output;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::load::RuleNode;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// The tables of a source whose rows say whose they are.
pub(crate) fn told(schema: &SourceSchema, column: &str) -> BTreeSet<String> {
    let tells = |name: &str, key: &[String], found: &crate::ir::schema::SourceColumn| {
        found.ty.kind == Kind::Text && (!found.ty.nullable || key.iter().any(|key| key == name))
    };
    let tables = schema.tables.iter().filter(|table| table.column(column).is_some_and(|found| tells(column, &table.key, found)));
    tables.map(|table| table.name.clone()).collect()
}

/// Carries whose a row is from the tables `told` of a source through the rules, which are in the order in which they can be run.
pub(crate) fn carry(rules: &mut [Transform], schema: &SourceSchema, told: &BTreeSet<String>) {
    let mut told = told.clone();
    for rule in rules {
        if !rule.branches.iter().all(|branch| told.contains(&branch.from)) {
            // Of what is everybody's: `check` has seen to it that nothing else is made of it.
            continue;
        }
        rule.branches.iter_mut().for_each(|branch| carry_branch(branch, &told));
        if let Some(dedupe) = &mut rule.dedupe {
            dedupe.by.push(COLUMN.to_owned());
        }
        if let Some(shape) = &mut rule.shape {
            shape.push((COLUMN.to_owned(), Type::required(Kind::Text)));
        }
        // Where a table of the source has the name too, that is the one that rules read.
        if schema.table(&rule.table).is_none() {
            told.insert(rule.table.clone());
        }
    }
}

fn carry_branch(branch: &mut Branch, told: &BTreeSet<String>) {
    for join in branch.joins.iter_mut().filter(|join| told.contains(&join.table)) {
        join.on.push((own(), COLUMN.to_owned()));
    }
    if let Some(pivot) = &mut branch.pivot {
        pivot.by.push((COLUMN.to_owned(), own()));
    }
    if let Some(group) = &mut branch.group {
        group.push(own());
    }
    branch.columns.push(Output { name: COLUMN.to_owned(), expr: own(), fold: None });
}

fn own() -> Expr {
    Expr { form: Form::Column(COLUMN.to_owned()), ty: Type::required(Kind::Text) }
}

/// Says of rules that they make rows that are nobody's, or of what is everybody's something that is not.
pub(crate) fn check(
    rules: &[Transform],
    written: &[RuleNode],
    schema: &SourceSchema,
    column: &str,
    told: &BTreeSet<String>,
    said: &mut Diagnostics,
) {
    let mut told = told.clone();
    for rule in rules {
        let own = |branch: &Branch| told.contains(&branch.from);
        let between = rule.shape.is_some();
        let shared = between && !rule.branches.iter().any(own);
        for (at, branch) in rule.branches.iter().enumerate() {
            let Some(place) = driven_by(written, &rule.table, at) else { continue };
            // A table that may lack it is nobody's and nobody else's either.
            let doubtful = |table: &str| schema.table(table).is_some_and(|known| known.column(column).is_some()) && !told.contains(table);
            let fault = if !shared && !own(branch) {
                Some(format!("the rows of `{}` do not say whose they are", branch.from))
            } else if let Some(join) = branch.joins.iter().find(|join| shared && told.contains(&join.table)) {
                Some(format!("the rows of `{}` do not say whose they are, and those of `{}` do", branch.from, join.table))
            } else {
                let tables = std::iter::once(&branch.from).chain(branch.joins.iter().map(|join| &join.table));
                tables.into_iter().find(|table| doubtful(table)).map(|table| format!("the rows of `{table}` may not say whose they are"))
            };
            if let Some(fault) = fault {
                said.push(Diagnostic::error("E0431", place, fault).label("each tenant's rows are made of its own").help(format!(
                    "drive the rule by a table in which `{column}` is text and required, and join what all tenants share to it"
                )));
            }
        }
        if !shared && schema.table(&rule.table).is_none() {
            told.insert(rule.table.clone());
        }
    }
}

/// Where a branch names its driving table.
fn driven_by<'r>(written: &'r [RuleNode], table: &str, at: usize) -> Option<&'r Place> {
    let rule = written.iter().find(|rule| rule.name.text == table)?;
    let branch = rule.node.get("union").and_then(Node::as_list).and_then(|branches| branches.get(at)).unwrap_or(&rule.node);
    Some(branch.get("from").map_or(&rule.name.place, |from| &from.place))
}
