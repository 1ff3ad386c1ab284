//! Where in their files rules stand: each rule, branch and column, and the forms inside a column.

use crate::diagnostic::Place;
use crate::load::RuleNode;
use crate::yaml::Key;
use crate::yaml::Node;
use serde::Serialize;
use std::fmt;

/// A line of a file of rules.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Spot {
    /// The file, as it was named to be loaded.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// `file:line`.
impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl Spot {
    /// Where a place begins.
    pub(crate) fn of(place: &Place) -> Self {
        Self { file: place.source.path.clone(), line: place.line_column().0 }
    }
}

/// The rules of a level as they are written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Written<'a>(pub &'a [RuleNode]);

impl<'a> Written<'a> {
    /// The rule that makes a table: its name and what stands under it.
    pub(crate) fn rule(self, table: &str) -> Option<(&'a Key, &'a Node)> {
        self.0.iter().find(|rule| rule.name.text == table).map(|rule| (&rule.name, &rule.node))
    }

    /// One branch of it, counted from 0; a rule without `union` is one branch.
    pub(crate) fn branch(self, table: &str, at: usize) -> Option<&'a Node> {
        let (_, node) = self.rule(table)?;
        match node.get("union").and_then(Node::as_list) {
            Some(branches) => branches.get(at),
            None => Some(node),
        }
    }

    /// One column of a branch.
    pub(crate) fn column(self, table: &str, at: usize, column: &str) -> Option<(&'a Key, &'a Node)> {
        let columns = self.branch(table, at)?.get("columns")?.as_map()?;
        columns.iter().find(|(key, _)| key.text == column).map(|(key, node)| (key, node))
    }

    /// Where a table's rule stands.
    pub(crate) fn spot(self, table: &str) -> Option<Spot> {
        self.rule(table).map(|(key, _)| Spot::of(&key.place))
    }

    /// Where a branch stands: the rule's name, or the item of its union.
    pub(crate) fn branch_spot(self, table: &str, at: usize) -> Option<Spot> {
        let (key, node) = self.rule(table)?;
        let union = node.get("union").and_then(Node::as_list);
        Some(Spot::of(union.and_then(|branches| branches.get(at)).map_or(&key.place, |branch| &branch.place)))
    }
}

/// The values of a key anywhere inside a node, in the order written.
pub(crate) fn under<'a>(node: &'a Node, key: &str, found: &mut Vec<&'a Node>) {
    for (name, value) in node.as_map().unwrap_or_default() {
        if name.text == key {
            found.push(value);
        }
        under(value, key, found);
    }
    for item in node.as_list().unwrap_or_default() {
        under(item, key, found);
    }
}
