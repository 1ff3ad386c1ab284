//! One branch of a rule: a driving table, its joins, its condition and its columns.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::ir::expr::Expr;
use crate::ir::expr::Form;
use crate::ir::transform::Aggregate;
use crate::ir::transform::Branch;
use crate::ir::transform::Output;
use crate::load::Renames;
use crate::rule::check;
use crate::rule::expr;
use crate::rule::join;
use crate::rule::narrow;
use crate::rule::scope::Scope;
use crate::rule::scope::listed;
use crate::rule::script;
use crate::rule::view::ColumnView;
use crate::rule::view::Level;
use crate::rule::view::TableView;
use crate::yaml::Node;
use std::collections::BTreeSet;

const AGGREGATES: &[(&str, Aggregate)] =
    &[("first", Aggregate::First), ("min", Aggregate::Min), ("max", Aggregate::Max), ("count", Aggregate::Count)];

/// The keys of a branch; a rule without `union` is one branch.
pub(super) const KEYS: &[&str] = &["from", "join", "where", "group", "columns"];

/// Compiles a branch; every mistake in it is said, not only the first.
pub(super) fn compile(
    node: &Node,
    rule: &str,
    output: &TableView,
    level: &Level<'_>,
    renames: &Renames,
    said: &mut Diagnostics,
) -> Option<(Branch, BTreeSet<(String, String)>)> {
    let Some(from) = node.get("from") else {
        if check::misspelt(node, "from") {
            return None;
        }
        said.push(
            Diagnostic::error("E0011", &node.place, "nothing says which table this is made from")
                .help("add `from: TABLE`, or `union:` with several branches"),
        );
        return None;
    };
    let name = check::text(from, "a table", said)?;
    let Some(table) = level.readable(name) else {
        if !said.concern(&format!("/categories/{name}.yaml")) {
            said.push(join::unknown_table(name, &from.place, level.inputs.iter().chain(level.outputs).map(|table| table.name.as_str())));
        }
        return None;
    };
    let mut scope = Scope::new(level, table, &output.name);
    scope.renames = renames.get(name);
    if let Some(joins) = node.get("join") {
        join::declare(joins, &mut scope, said);
    }
    let filter = match node.get("where") {
        None => None,
        Some(condition) => script::condition(condition, &mut scope, said),
    };
    scope.unsure = filter.is_none() && (node.get("where").is_some() || check::misspelt(node, "where"));
    if let Some(filter) = &filter {
        scope.present.extend(narrow::present(filter));
    }
    let group = match node.get("group") {
        None => None,
        Some(by) => {
            let items = match by.as_list() {
                Some(items) => items,
                None => std::slice::from_ref(by),
            };
            let by: Vec<Option<Expr>> = items.iter().map(|item| expr::compile(item, None, &mut scope, said)).collect();
            Some(by.into_iter().collect::<Option<Vec<Expr>>>())
        }
    };
    let columns = node.get("columns");
    let Some(columns) = columns else {
        if check::misspelt(node, "columns") {
            return None;
        }
        said.push(Diagnostic::error("E0011", &node.place, format!("no columns are given for `{}`", output.name)).help("add `columns:`"));
        return None;
    };
    let mut outputs = Vec::new();
    for (key, value) in check::map(columns, "columns", said)? {
        let Some(column) = output.column(&key.text) else {
            let error = Diagnostic::error("E0106", &key.place, format!("unknown column `{}` of `{}`", key.text, output.name));
            said.push(match nearest(&key.text, output.columns.iter().map(|column| column.name.as_str())) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("`{}` has {}", output.name, listed(output))),
            });
            continue;
        };
        // Nothing is missing for certain where the condition is not known.
        let nullable = column.ty.nullable || scope.unsure;
        let column = ColumnView { ty: column.ty.with_nullable(nullable), ..column.clone() };
        outputs.extend(column_of(value, &column, group.as_ref().map(Option::as_deref), &mut scope, said));
    }
    for column in &output.columns {
        let misspelt = |written: &str| {
            output.column(written).is_none()
                && nearest(written, output.columns.iter().map(|column| column.name.as_str())) == Some(column.name.as_str())
        };
        let given = columns.get(&column.name).is_some()
            || columns.as_map().is_some_and(|entries| entries.iter().any(|(key, _)| misspelt(&key.text)));
        if !column.ty.nullable && !given {
            said.push(
                Diagnostic::error("E0302", &node.place, format!("`{}` of `{}` is required and has no rule", column.name, output.name))
                    .help(format!("add `{}:` under `columns:`", column.name)),
            );
        }
    }
    let used = scope.used;
    let joins = scope.joins.into_iter().map(|(join, _)| join).collect();
    // What is wrong is said; an unsound branch still tells which columns it uses.
    let branch = Branch {
        rule: rule.to_owned(),
        from: name.to_owned(),
        joins,
        filter,
        group: group.map(Option::unwrap_or_default),
        columns: outputs,
    };
    Some((branch, used))
}

/// What the rows are grouped by, where they are; nothing inside where something is wrong with it.
type Group<'a> = Option<Option<&'a [Expr]>>;

fn column_of(node: &Node, column: &ColumnView, group: Group<'_>, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Output> {
    let table = scope.rule.clone();
    scope.rule = format!("{table}.{}", column.name);
    let made = value_of(node, column, group, scope, said);
    scope.rule = table;
    made
}

fn value_of(node: &Node, column: &ColumnView, group: Group<'_>, scope: &mut Scope<'_>, said: &mut Diagnostics) -> Option<Output> {
    let name = column.name.clone();
    let aggregate = node.as_map().and_then(|entries| {
        entries.iter().find_map(|(key, value)| Some((AGGREGATES.iter().find(|(word, _)| *word == key.text)?, key, value)))
    });
    let Some(by) = group else {
        if let Some(((word, _), key, _)) = aggregate {
            said.push(
                Diagnostic::error("E0310", &key.place, format!("`{word}` outside of a group")).help("add `group: [COLUMN]` to the rule"),
            );
            return None;
        }
        let expr = expr::compile(node, Some(&column.ty.kind), scope, said)?;
        check::output(&expr, column, node, said)?;
        return Some(Output { name, expr, aggregate: None });
    };
    if let Some(((word, aggregate), _, value)) = aggregate {
        check::only(node.as_map().unwrap_or_default(), &format!("`{word}`"), [*word], said);
        let mut expr = expr::compile(value, Some(&column.ty.kind), scope, said)?;
        if *aggregate == Aggregate::Count {
            // A count is an integer that is always there, whatever is counted.
            let counted = Expr { ty: crate::ir::types::Type::required(crate::ir::types::Kind::Integer), ..expr.clone() };
            check::output(&counted, column, node, said)?;
        } else {
            check::output(&expr, column, node, said)?;
        }
        expr.ty.nullable &= *aggregate != Aggregate::Count;
        return Some(Output { name, expr, aggregate: Some(*aggregate) });
    }
    let expr = expr::compile(node, Some(&column.ty.kind), scope, said)?;
    let by = by?;
    let grouped: Vec<&str> =
        by.iter().filter_map(|expr| if let Form::Column(name) = &expr.form { Some(name.as_str()) } else { None }).collect();
    if let Some(stray) = expr.columns().into_iter().find(|column| !grouped.contains(column)) {
        said.push(
            Diagnostic::error("E0310", &node.place, format!("`{stray}` is not what the rows are grouped by, so a group has several"))
                .help("take one with `{first: …}`, `{min: …}` or `{max: …}`, or add it to `group:`"),
        );
        return None;
    }
    check::output(&expr, column, node, said)?;
    Some(Output { name, expr, aggregate: None })
}
