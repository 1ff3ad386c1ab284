//! Intermediate tables: rules whose name begins with `_` make them for other rules of their level, typed by inference.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::expr::Form;
use crate::ir::transform::Branch;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::load::RuleNode;
use crate::rule::expr::article;
use crate::rule::view::ColumnView;
use crate::rule::view::TableView;
use crate::yaml::Content;
use crate::yaml::Node;
use std::collections::BTreeSet;

/// Whether a rule of this name makes an intermediate table.
pub(super) fn is(name: &str) -> bool {
    name.starts_with('_')
}

/// Rules in an order in which they can be compiled: intermediate tables before what reads them. Says which are made from
/// themselves, and which nobody reads; the former are left out and named.
pub(super) fn order<'r>(rules: &[&'r RuleNode], said: &mut Diagnostics) -> (Vec<&'r RuleNode>, Vec<String>) {
    let (mut waiting, others): (Vec<&RuleNode>, Vec<&RuleNode>) = rules.iter().partition(|rule| is(&rule.name.text));
    let read: BTreeSet<&str> = rules.iter().flat_map(|rule| reads(&rule.node)).collect();
    for rule in &waiting {
        let name = rule.name.text.as_str();
        if !read.contains(name) {
            said.push(
                Diagnostic::error("E0311", &rule.name.place, format!("no rule reads `{name}`"))
                    .help("read it in another rule of this level, or remove it; a name without `_` in front is one of the schema's"),
            );
        }
    }
    let mut ordered = Vec::new();
    while !waiting.is_empty() {
        let ready = |rule: &&RuleNode| {
            let read = reads(&rule.node);
            !waiting.iter().any(|other| read.contains(other.name.text.as_str()))
        };
        if let Some(at) = waiting.iter().position(ready) {
            ordered.push(waiting.remove(at));
            continue;
        }
        cycle(&waiting, said);
        break;
    }
    let broken = waiting.iter().map(|rule| rule.name.text.clone()).collect();
    ordered.extend(others);
    (ordered, broken)
}

/// Each of these reads one of them, so following them ends in a circle.
fn cycle(waiting: &[&RuleNode], said: &mut Diagnostics) {
    let mut path: Vec<&RuleNode> = Vec::new();
    let mut at = waiting.first().copied();
    while let Some(rule) = at {
        if let Some(start) = path.iter().position(|seen| seen.name.text == rule.name.text) {
            let names: Vec<String> = path[start..].iter().chain([&rule]).map(|rule| format!("`{}`", rule.name.text)).collect();
            let message = format!("`{}` is made from itself: {}", rule.name.text, names.join(" reads "));
            said.push(
                Diagnostic::error("E0303", &rule.name.place, message).help("let one of them read the table that the other is made from"),
            );
            return;
        }
        path.push(rule);
        let read = reads(&rule.node);
        at = waiting.iter().find(|other| read.contains(other.name.text.as_str())).copied();
    }
}

/// The intermediate tables that a rule reads.
fn reads(node: &Node) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    walk(node, &mut found);
    found
}

fn walk<'n>(node: &'n Node, found: &mut BTreeSet<&'n str>) {
    match &node.content {
        Content::Scalar { .. } => {}
        Content::List(items) => items.iter().for_each(|item| walk(item, found)),
        Content::Map(entries) => {
            for (key, value) in entries {
                match key.text.as_str() {
                    "from" | "lookup" | "table" => found.extend(value.as_text().filter(|name| is(name))),
                    // A join's alias is its table where it names none.
                    "join" => {
                        let aliases = value.as_map().into_iter().flatten().map(|(alias, _)| alias.text.as_str());
                        found.extend(aliases.filter(|name| is(name)));
                    }
                    _ => {}
                }
                walk(value, found);
            }
        }
    }
}

/// The table that these branches make; says where two of them disagree on a column.
pub(super) fn view(rule: &RuleNode, branches: &[Branch], said: &mut Diagnostics) -> Option<TableView> {
    let mut columns: Vec<(String, Option<Type>)> = Vec::new();
    for (branch, at) in branches.iter().zip(0..) {
        for output in &branch.columns {
            let null = output.fold.is_none() && output.expr.form == Form::Literal(Value::Null);
            let ty = (!null).then(|| output.ty().clone());
            let Some((_, known)) = columns.iter_mut().find(|(name, _)| *name == output.name) else {
                columns.push((output.name.clone(), ty));
                continue;
            };
            match (known.as_mut(), ty) {
                (Some(known), Some(ty)) if known.kind == ty.kind => known.nullable |= ty.nullable,
                (Some(known), Some(ty)) => {
                    let node = rule.node.get("union").and_then(|union| union.as_list()?.get(at)?.get("columns")?.get(&output.name));
                    let place = node.map_or(&rule.name.place, |node| &node.place);
                    let message =
                        format!("`{}` is {} here and {} in an earlier branch", output.name, article(&ty.kind), article(&known.kind));
                    said.push(
                        Diagnostic::error("E0201", place, message).help("a column of an intermediate table has one type in all branches"),
                    );
                    return None;
                }
                (None, ty) => *known = ty,
                (_, None) => {}
            }
        }
    }
    let everywhere = |name: &str| {
        branches.iter().all(|branch| {
            branch
                .columns
                .iter()
                .any(|output| output.name == name && (output.fold.is_some() || output.expr.form != Form::Literal(Value::Null)))
        })
    };
    let columns = columns.into_iter().map(|(name, ty)| {
        // What is nothing but `null` could be of any type.
        let ty = ty.unwrap_or(Type::nullable(crate::ir::types::Kind::Text));
        let nullable = ty.nullable || !everywhere(&name);
        ColumnView { ty: ty.with_nullable(nullable), name, one_of: Vec::new() }
    });
    Some(TableView {
        name: rule.name.text.clone(),
        columns: columns.collect(),
        key: Vec::new(),
        ignored: std::collections::BTreeMap::new(),
    })
}
