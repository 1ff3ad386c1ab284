//! A level of rules, compiled: each rule, and the order in which they can run.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::nearest;
use crate::ir::transform::Transform;
use crate::load::RuleNode;
use crate::rule::between;
use crate::rule::named::Named;
use crate::rule::order;
use crate::rule::status;
use crate::rule::table;
use crate::rule::view::Level;
use crate::rule::view::TableView;
use crate::yaml::Node;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A level, compiled.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    /// Transforms in the order in which they can be run.
    pub transforms: Vec<Transform>,
    /// Those that nobody has approved: they are checked and shown, and never run.
    pub proposed: Vec<Transform>,
    /// Columns of input tables that some rule reads: table and column.
    pub used: BTreeSet<(String, String)>,
}

/// Compiles the rules of a level.
pub(crate) fn compile(rules: &[RuleNode], level: &Level<'_>, said: &mut Diagnostics) -> Compiled {
    let mut compiled = Compiled::default();
    let mut seen: BTreeMap<&str, &RuleNode> = BTreeMap::new();
    let mut first: Vec<&RuleNode> = Vec::new();
    for rule in rules {
        if let Some(earlier) = seen.insert(&rule.name.text, rule) {
            said.push(
                Diagnostic::error("E0301", &rule.name.place, format!("two rules make `{}`", rule.name.text))
                    .label("the second")
                    .also(&earlier.name.place, "the first")
                    .help("put both under one `union:`"),
            );
            continue;
        }
        first.push(rule);
    }
    let (ordered, mut broken) = between::order(&first, said);
    let mut views: Vec<TableView> = Vec::new();
    let mut named = Named::new(level);
    for rule in ordered {
        let before = said.len();
        let made = table::compile(rule, &Level { between: &views, broken: &broken, ..*level }, said);
        if between::is(&rule.name.text) {
            match &made {
                Some((_, _, view)) if said.len() == before => views.push(view.clone()),
                _ => broken.push(rule.name.text.clone()),
            }
        }
        if made.is_none() || said.len() > before {
            // What a mistake keeps from being compiled is not unused as well.
            named.text(text_of(rule));
            driving(rule, level).for_each(|table| named.table(table));
            compiled.used.extend(changed(rule, level));
        }
        if let Some((transform, used, _)) = made {
            compiled.used.extend(used);
            compiled.transforms.push(transform);
        }
    }
    // A file that could not be read whole may have held what reads the columns it names.
    let folder = format!("/{}/", level.name.split('/').next().unwrap_or_default());
    for source in said.sources().filter(|source| source.path.contains(&folder) && !source.path.ends_with("/schema.yaml")) {
        named.text(&source.text);
    }
    compiled.used.extend(named.columns());
    let places: BTreeMap<&str, _> = seen.iter().map(|(name, rule)| (*name, &rule.name.place)).collect();
    let ordered = order::order(compiled.transforms, level.inputs, &places, said);
    let is_proposed = |table: &str| seen.get(table).is_some_and(|rule| status::is_proposed(rule));
    for transform in ordered.iter().filter(|one| !is_proposed(&one.table)) {
        for read in transform.tables().into_iter().filter(|read| between::is(read) && is_proposed(read)) {
            let Some(place) = places.get(transform.table.as_str()) else { continue };
            let message = format!("`{}` reads `{read}`, which is only proposed", transform.table);
            said.push(
                Diagnostic::error("E0315", place, message).help(format!("approve `{read}`, or propose this rule too: `status: proposed`")),
            );
        }
    }
    (compiled.proposed, compiled.transforms) = ordered.into_iter().partition(|one| is_proposed(&one.table));
    compiled
}

/// Columns that rules name which could not be held against this level: none of them is unused as well.
pub(crate) fn named(rules: &[RuleNode], level: &Level<'_>) -> BTreeSet<(String, String)> {
    let mut named = Named::new(level);
    for rule in rules {
        named.text(text_of(rule));
    }
    named.columns().collect()
}

/// The tables that the branches of a rule are driven by, or were to be.
fn driving<'a>(rule: &'a RuleNode, level: &'a Level<'_>) -> impl Iterator<Item = &'a str> {
    let branches = rule.node.get("union").and_then(Node::as_list).unwrap_or_default();
    let from = std::iter::once(&rule.node).chain(branches).filter_map(|branch| Some(rule.changes.table(branch.get("from")?.as_text()?)));
    let known = || level.inputs.iter().map(|table| table.name.as_str());
    from.filter_map(move |name| known().find(|table| *table == name).or_else(|| nearest(name, known())))
}

/// Columns that a rule names as they were called, or where they stood, when it was written.
fn changed(rule: &RuleNode, level: &Level<'_>) -> BTreeSet<(String, String)> {
    let text = text_of(rule);
    let tables = level.inputs.iter().map(|table| &table.name);
    let columns = tables.flat_map(|table| rule.changes.columns(table).map(move |(name, became)| (table, name, became)));
    let read = columns.filter(|(_, name, _)| text.contains(name.as_str()));
    read.map(|(table, _, became)| (became.through.last().map_or(table, |hop| &hop.table).clone(), became.column.clone())).collect()
}

fn text_of(rule: &RuleNode) -> &str {
    let place = &rule.node.place;
    place.source.text.get(place.span.clone()).unwrap_or_default()
}
