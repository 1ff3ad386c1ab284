//! One rule: a table from one branch or the union of several.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::suggest::nearest;
use crate::ir::action;
use crate::ir::transform::Dedupe;
use crate::ir::transform::Transform;
use crate::load::RuleNode;
use crate::rule::between;
use crate::rule::branch;
use crate::rule::check;
use crate::rule::status;
use crate::rule::view::Level;
use crate::rule::view::TableView;
use crate::yaml::Node;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A rule compiled, the input columns it reads, and the table it makes.
pub(super) type Made = (Transform, BTreeSet<(String, String)>, TableView);

/// Compiles a rule, and gives the input columns it reads.
pub(super) fn compile(rule: &RuleNode, level: &Level<'_>, said: &mut Diagnostics) -> Option<Made> {
    let name = &rule.name.text;
    let files = files(&rule.node);
    if let Some(place) = files.filter(|_| level.output_word == "category") {
        said.push(
            Diagnostic::error("E0320", place, "`file` in the rules of a source")
                .help("files are moved by a target: write this in its folder"),
        );
        return None;
    }
    if let Some(place) = files.filter(|_| between::is(name)) {
        said.push(Diagnostic::error("E0320", place, "`file` in an intermediate table").help("move files in the rule that reads this one"));
        return None;
    }
    let nameless = TableView { name: name.clone(), columns: Vec::new(), key: Vec::new(), ignored: BTreeMap::new() };
    // A rule that only moves files may have any name.
    let only_files = files.is_some() && name != action::TABLE && !mentions(&rule.node, "columns");
    let declared = if between::is(name) { None } else { Some(declared(rule, level, only_files.then_some(&nameless), said)?) };
    let entries = check::map(&rule.node, "a rule", said)?;
    status::check(rule, said);
    let full = format!("{}/{name}", level.name);
    let mut used = BTreeSet::new();
    let mut branches = Vec::new();
    if let Some(union) = rule.node.get("union") {
        check::only(entries, "a union", ["union", "dedupe", "sort", "status"], said);
        for (node, at) in check::list(union, "a list of branches", said)?.iter().zip(1..) {
            let Some(entries) = check::map(node, "a branch", said) else { continue };
            check::only(entries, "a branch", branch::KEYS.iter().copied(), said);
            if let Some((branch, read)) = branch::compile(node, &format!("{full}#{at}"), declared, level, &rule.changes, said) {
                used.extend(read);
                branches.push(branch);
            }
        }
    } else {
        check::only(entries, "a rule", branch::KEYS.iter().copied().chain(["dedupe", "sort", "status"]), said);
        let (branch, read) = branch::compile(&rule.node, &full, declared, level, &rule.changes, said)?;
        used.extend(read);
        branches.push(branch);
    }
    let output = &match declared {
        Some(declared) => declared.clone(),
        None => between::view(rule, &branches, said)?,
    };
    let dedupe = match rule.node.get("dedupe") {
        Some(node) => Some(dedupe(node, &rule.node, output, said)?),
        None => None,
    };
    let sort = match rule.node.get("sort") {
        Some(node) => sort(node, &rule.node, output, said)?,
        None => Vec::new(),
    };
    let shape = declared.is_none().then(|| output.typed());
    Some((Transform { table: name.clone(), branches, dedupe, sort, shape }, used, output.clone()))
}

/// The table that a rule is named after.
fn declared<'a>(rule: &RuleNode, level: &Level<'a>, otherwise: Option<&'a TableView>, said: &mut Diagnostics) -> Option<&'a TableView> {
    let name = &rule.name.text;
    let found = level.outputs.iter().find(|table| table.name == *name).or(otherwise);
    if found.is_none() {
        if said.concern(&format!("/categories/{name}.yaml")) {
            return None;
        }
        let error = Diagnostic::error("E0105", &rule.name.place, format!("`{name}` is no {}", level.output_word));
        said.push(match nearest(name, level.outputs.iter().map(|table| table.name.as_str())) {
            Some(near) => error.help(format!("did you mean `{near}`?")),
            None => error.help("a rule is named after what it makes"),
        });
        return None;
    }
    found
}

/// Where a rule, or a branch of it, says what is done with files.
fn files(node: &Node) -> Option<&Place> {
    let branches = node.get("union").and_then(Node::as_list).unwrap_or_default();
    std::iter::once(node).chain(branches).find_map(|node| node.get("file")).map(|file| &file.place)
}

/// Whether a rule, or a branch of it, has this key.
fn mentions(node: &Node, key: &str) -> bool {
    node.get(key).is_some() || node.get("union").and_then(Node::as_list).unwrap_or_default().iter().any(|branch| branch.get(key).is_some())
}

/// `sort:` the order of the rows made, by columns made.
fn sort(node: &Node, rule: &Node, output: &TableView, said: &mut Diagnostics) -> Option<Vec<(String, bool)>> {
    let mut order: Vec<(String, bool)> = Vec::new();
    for (name, descending, place) in check::ordered(node, said)? {
        let name = known(name, &place, rule, output, said)?;
        if order.iter().any(|(earlier, _)| *earlier == name) {
            said.push(
                Diagnostic::error("E0306", &place, format!("`{name}` stands twice in `sort`"))
                    .help("the first decides; leave the other out"),
            );
            return None;
        }
        order.push((name, descending));
    }
    Some(order)
}

fn dedupe(node: &Node, rule: &Node, output: &TableView, said: &mut Diagnostics) -> Option<Dedupe> {
    let known_keys = check::only(check::map(node, "`dedupe`", said)?, "`dedupe`", ["by", "keep"], said);
    let (Some(by), Some(keep)) = (node.get("by"), node.get("keep")) else {
        if !known_keys {
            return None;
        }
        said.push(
            Diagnostic::error("E0306", &node.place, "`dedupe` says what is equal and what stays")
                .help("write `dedupe: {by: [COLUMN], keep: first}`, or `keep: {latest: COLUMN}`"),
        );
        return None;
    };
    if by.as_list().is_some_and(<[Node]>::is_empty) {
        said.push(
            Diagnostic::error("E0306", &by.place, "`by` names no column, so all rows would be the same thing")
                .help("name the columns by which rows are the same thing"),
        );
        return None;
    }
    let by = check::texts(by, "columns", said)?
        .into_iter()
        .map(|(name, place)| known(name, &place, rule, output, said))
        .collect::<Option<Vec<_>>>()?;
    let order = match (keep.as_text(), keep.as_map()) {
        (Some("first"), _) => Vec::new(),
        (_, Some([(key, column)])) if matches!(key.text.as_str(), "latest" | "earliest") => {
            let name = known(check::text(column, "a column", said)?.to_owned(), &column.place, rule, output, said)?;
            vec![(name, key.text == "latest")]
        }
        _ => {
            said.push(Diagnostic::error("E0306", &keep.place, "what stays is `first`, `{latest: COLUMN}` or `{earliest: COLUMN}`"));
            return None;
        }
    };
    Some(Dedupe { by, order })
}

fn known(name: String, place: &Place, rule: &Node, output: &TableView, said: &mut Diagnostics) -> Option<String> {
    if output.column(&name).is_some() {
        return Some(name);
    }
    // What is wrong with a column of an intermediate table was said; it is not unknown as well.
    let mut branches = std::iter::once(rule).chain(rule.get("union").and_then(Node::as_list).unwrap_or_default());
    if between::is(&output.name) && branches.any(|branch| branch.get("columns").is_some_and(|columns| columns.get(&name).is_some())) {
        return None;
    }
    let error = Diagnostic::error("E0106", place, format!("unknown column `{name}` of `{}`", output.name));
    said.push(match nearest(&name, output.columns.iter().map(|column| column.name.as_str())) {
        Some(near) => error.help(format!("did you mean `{near}`?")),
        None => error,
    });
    None
}
