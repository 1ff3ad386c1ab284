//! One branch of a rule: a driving table, its joins, its condition and its columns.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::ir::expr::Expr;
use crate::ir::transform::Branch;
use crate::ir::transform::Output;
use crate::ir::unfold::Unfold;
use crate::load::changes::Changes;
use crate::rule::check;
use crate::rule::expr;
use crate::rule::file;
use crate::rule::group;
use crate::rule::group::Group;
use crate::rule::join;
use crate::rule::narrow;
use crate::rule::pivot;
use crate::rule::scope::Scope;
use crate::rule::scope::listed;
use crate::rule::script;
use crate::rule::unfold;
use crate::rule::view::ColumnView;
use crate::rule::view::Level;
use crate::rule::view::TableView;
use crate::yaml::Content;
use crate::yaml::Key;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// The keys of a branch; a rule without `union` is one branch.
pub(super) const KEYS: &[&str] = &["from", "explode", "unpivot", "join", "where", "pivot", "group", "columns", "file"];

/// Compiles a branch; every mistake in it is said, not only the first.
pub(super) fn compile(
    node: &Node,
    rule: &str,
    declared: Option<&TableView>,
    level: &Level<'_>,
    changes: &Changes,
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
    let name = changes.table(check::text(from, "a table", said)?);
    if let Some(table) = level.readable(name) {
        return over(table, node, rule, declared, level, changes, said);
    }
    if !said.concern(&format!("/categories/{name}.yaml")) && !level.broken.iter().any(|broken| broken == name) {
        said.push(join::unknown_table(name, &from.place, level.names()));
        // Held against the table that was probably meant, so that whatever else is wrong is said at once; one of which it
        // reads nothing was not meant.
        let table = nearest(name, level.names()).and_then(|near| level.readable(near))?;
        let mut more = said.clone();
        let (branch, used) = over(table, node, rule, declared, level, changes, &mut more)?;
        if used.iter().any(|(read, _)| *read == table.name) {
            *said = more;
            return Some((branch, used));
        }
    }
    None
}

/// A branch that this table drives.
fn over(
    table: &TableView,
    node: &Node,
    rule: &str,
    declared: Option<&TableView>,
    level: &Level<'_>,
    changes: &Changes,
    said: &mut Diagnostics,
) -> Option<(Branch, BTreeSet<(String, String)>)> {
    let made = made(rule);
    // Declared before the scope, which may come to look at it.
    let pivoted;
    let mut scope = Scope::new(level, table, made, changes);
    // These steps come before anything is joined.
    scope.alone = true;
    if let Some(lists) = node.get("explode") {
        unfold::explode(lists, &mut scope, said);
    }
    if let Some(wide) = node.get("unpivot") {
        unfold::unpivot(wide, &mut scope, said);
    }
    scope.alone = false;
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
    let (mut before, mut unfolded) = (Vec::new(), None);
    let pivot = match node.get("pivot") {
        None => None,
        Some(pivot) => {
            if let Some(group) = node.get("group") {
                said.push(
                    Diagnostic::error("E0313", &group.place, "`group` beside `pivot`: each makes one row of several")
                        .help("pivot in an intermediate table, whose name begins with `_`, and group that"),
                );
            }
            let (pivot, view) = pivot::compile(pivot, &mut scope, said)?;
            if node.get("group").is_some() {
                return None;
            }
            unfolded = Some(steps(&mut scope, filter.iter().chain(pivot.exprs())));
            pivoted = view;
            before = scope.after(&pivoted);
            Some(pivot)
        }
    };
    let group = node.get("group").map(|by| group::by(by, &mut scope, said));
    // A rule that only moves files makes no columns.
    let nothing = Node { content: Content::Map(Vec::new()), place: node.place.clone() };
    let columns = node.get("columns").or_else(|| node.get("file").map(|_| &nothing));
    let Some(columns) = columns else {
        if check::misspelt(node, "columns") {
            return None;
        }
        said.push(Diagnostic::error("E0011", &node.place, format!("no columns are given for `{made}`")).help("add `columns:`"));
        return None;
    };
    let mut outputs = Vec::new();
    for (key, value) in check::map(columns, "columns", said)? {
        let column = match declared {
            None => None,
            Some(output) => {
                let Some(column) = output.column(&key.text) else {
                    said.push(unknown(key, output));
                    continue;
                };
                // Nothing is missing for certain where the condition is not known.
                let nullable = column.ty.nullable || scope.unsure;
                Some(ColumnView { ty: column.ty.with_nullable(nullable), ..column.clone() })
            }
        };
        outputs.extend(column_of(value, &key.text, column.as_ref(), group.as_ref().map(Option::as_deref), &mut scope, said));
    }
    if let Some(output) = declared {
        without_rule(node, columns, output, said);
    }
    if let Some(file) = node.get("file") {
        match node.get("group") {
            Some(group) => said.push(
                Diagnostic::error("E0320", &group.place, "`file` in a grouped rule: a group has several files")
                    .help("write the file action in a rule of its own, without `group`"),
            ),
            None => outputs.extend(file::compile(file, &mut scope, said).into_iter().flatten()),
        }
    }
    let used = std::mem::take(&mut scope.used);
    let unfold = unfolded.unwrap_or_else(|| {
        let orders = outputs.iter().flat_map(|output: &Output| &output.fold).flat_map(|fold| fold.order.iter().map(|(by, _)| by));
        let read = filter.iter().chain(group.iter().flatten().flatten()).chain(outputs.iter().map(|output| &output.expr)).chain(orders);
        steps(&mut scope, read)
    });
    let joins = before.into_iter().chain(scope.joins).map(|(join, _)| join).collect();
    // What is wrong is said; an unsound branch still tells which columns it uses.
    let branch = Branch {
        rule: rule.to_owned(),
        from: table.name.clone(),
        unfold,
        joins,
        filter,
        pivot,
        group: group.map(Option::unwrap_or_default),
        columns: outputs,
    };
    Some((branch, used))
}

/// The table is named in the last part of the rule's name, before the number of its branch.
fn made(rule: &str) -> &str {
    rule.rsplit('/').next().unwrap_or(rule).split('#').next().unwrap_or(rule)
}

/// What is done before the joins, with a step for each field of a struct that these or the joins read.
fn steps<'e>(scope: &mut Scope<'_>, exprs: impl Iterator<Item = &'e Expr>) -> Vec<Unfold> {
    let joined = scope.joins.iter().flat_map(|(join, _)| join.on.iter().map(|(ours, _)| ours));
    let read: Vec<String> =
        exprs.flat_map(Expr::columns).map(str::to_owned).chain(joined.flat_map(Expr::columns).map(str::to_owned)).collect();
    scope.with_fields(&read)
}

fn unknown(key: &Key, output: &TableView) -> Diagnostic {
    let error = Diagnostic::error("E0106", &key.place, format!("unknown column `{}` of `{}`", key.text, output.name));
    match nearest(&key.text, output.columns.iter().map(|column| column.name.as_str())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error.help(format!("`{}` has {}", output.name, listed(output))),
    }
}

/// Says which required columns have no rule.
fn without_rule(node: &Node, columns: &Node, output: &TableView, said: &mut Diagnostics) {
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
}

/// A column; what an intermediate table's is like is not declared.
fn column_of(
    node: &Node,
    name: &str,
    column: Option<&ColumnView>,
    group: Group<'_>,
    scope: &mut Scope<'_>,
    said: &mut Diagnostics,
) -> Option<Output> {
    let table = scope.rule.clone();
    scope.rule = format!("{table}.{name}");
    let made = value_of(node, name, column, group, scope, said);
    scope.rule = table;
    made
}

fn value_of(
    node: &Node,
    name: &str,
    column: Option<&ColumnView>,
    by: Group<'_>,
    scope: &mut Scope<'_>,
    said: &mut Diagnostics,
) -> Option<Output> {
    if let Some(by) = by {
        return group::value(node, name, column, by, scope, said);
    }
    group::refuse(node, said)?;
    let expr = expr::compile(node, column.map(|column| &column.ty.kind), scope, said)?;
    if let Some(column) = column {
        check::output(&expr, column, node, said)?;
    }
    Some(Output { name: name.to_owned(), expr, fold: None })
}
