//! A level of rules: what they read, what they make, and the rules themselves.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::schema::CodeMapSource;
use crate::ir::transform::Transform;
use crate::ir::types::Type;
use crate::load::RuleNode;
use crate::rule::order;
use crate::rule::table;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A table as rules see it.
#[derive(Debug, Clone)]
pub(crate) struct TableView {
    /// Its name.
    pub name: String,
    /// Columns with their types, in order.
    pub columns: Vec<ColumnView>,
    /// Columns that identify a row, where that is checked before rules run.
    pub key: Vec<String>,
    /// Columns that are there and not read, with the reason.
    pub ignored: BTreeMap<String, String>,
}

/// A column as rules see it.
#[derive(Debug, Clone)]
pub(crate) struct ColumnView {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// The only texts it takes, if it is coded.
    pub one_of: Vec<String>,
}

/// One level: a source's tables to categories, or categories to a target's tables.
pub(crate) struct Level<'a> {
    /// The level's name in rule names: `synthea/2022` or `omop-5.4`.
    pub name: &'a str,
    /// Tables that are read.
    pub inputs: &'a [TableView],
    /// Tables that are made.
    pub outputs: &'a [TableView],
    /// What an output is called in messages: `category` or `table of the target`.
    pub output_word: &'a str,
    /// Code maps by name.
    pub code_maps: &'a BTreeMap<String, CodeMapSource>,
}

/// A level, compiled.
#[derive(Debug, Default)]
pub(crate) struct Compiled {
    /// Transforms in the order in which they can be run.
    pub transforms: Vec<Transform>,
    /// Columns of input tables that some rule reads: table and column.
    pub used: BTreeSet<(String, String)>,
}

impl TableView {
    pub(crate) fn column(&self, name: &str) -> Option<&ColumnView> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Names and types of the columns, for the engine.
    pub(crate) fn typed(&self) -> Vec<(String, Type)> {
        self.columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect()
    }
}

impl Level<'_> {
    /// A table that can be read: an input, or one that is made on this level.
    pub(crate) fn readable(&self, name: &str) -> Option<&TableView> {
        self.inputs.iter().chain(self.outputs).find(|table| table.name == name)
    }
}

/// Columns that a text names: what a mistake keeps from being compiled is not unused as well.
fn mentioned(text: &str, level: &Level<'_>) -> BTreeSet<(String, String)> {
    let columns = level.inputs.iter().flat_map(|table| table.columns.iter().map(|column| (&table.name, &column.name)));
    // One that is still to be written may come to read any.
    let nothing = text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
    columns.filter(|(_, column)| nothing || text.contains(column.as_str())).map(|(table, column)| (table.clone(), column.clone())).collect()
}

fn text_of(rule: &RuleNode) -> &str {
    let place = &rule.node.place;
    place.source.text.get(place.span.clone()).unwrap_or_default()
}

/// Compiles the rules of a level.
pub(crate) fn compile(rules: &[RuleNode], level: &Level<'_>, said: &mut Diagnostics) -> Compiled {
    let mut compiled = Compiled::default();
    let mut seen: BTreeMap<&str, &RuleNode> = BTreeMap::new();
    for rule in rules {
        if let Some(first) = seen.insert(&rule.name.text, rule) {
            let (line, _) = first.name.place.line_column();
            said.push(
                Diagnostic::error("E0301", &rule.name.place, format!("two rules make `{}`", rule.name.text))
                    .label("the second")
                    .help(format!("the first stands in `{}`, line {line}; put both under one `union:`", first.name.place.source.path)),
            );
            continue;
        }
        let before = said.len();
        let made = table::compile(rule, level, said);
        if made.is_none() || said.len() > before {
            compiled.used.extend(mentioned(text_of(rule), level));
        }
        if let Some((transform, used)) = made {
            compiled.used.extend(used);
            compiled.transforms.push(transform);
        }
    }
    // A file that could not be read whole may have held what reads the columns it names.
    let folder = format!("/{}/", level.name.split('/').next().unwrap_or_default());
    for source in said.sources().filter(|source| source.path.contains(&folder) && !source.path.ends_with("/schema.yaml")) {
        compiled.used.extend(mentioned(&source.text, level));
    }
    let places: BTreeMap<&str, _> = seen.iter().map(|(name, rule)| (*name, &rule.name.place)).collect();
    compiled.transforms = order::order(compiled.transforms, level.inputs, &places, said);
    compiled
}
