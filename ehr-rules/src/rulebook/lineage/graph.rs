//! A way as a drawing, in Mermaid or DOT: columns are nodes, what is done between them stands on the arrows.
//!
//! The same way gives the same text, and no name breaks out of its label.

use super::ColumnRef;
use super::ColumnWay;
use super::Graph;
use super::Layer;
use super::Lineage;
use super::RuleWay;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Characters of an arrow's label; what is longer stands in the text form.
const LABEL: usize = 60;

/// A node: its group and its name in it.
type Node = (String, String);

/// A drawing before it is written.
#[derive(Default)]
struct Drawing {
    /// Labels of nodes by group and name.
    groups: BTreeMap<String, BTreeSet<String>>,
    /// From, to, label, and whether it decides about rows only.
    arrows: BTreeSet<(Node, Node, String, bool)>,
}

/// Draws a way.
pub(super) fn draw(lineage: &Lineage, form: Graph) -> String {
    let mut drawing = Drawing::default();
    for rule in &lineage.rules {
        for column in &rule.columns {
            drawing.column(rule, column);
        }
        drawing.conditions(rule);
    }
    match form {
        Graph::Mermaid => drawing.mermaid(),
        Graph::Dot => drawing.dot(),
    }
}

fn group(layer: Layer, level: &str) -> String {
    match layer {
        Layer::File => format!("1 files of {level}"),
        Layer::Category => format!("2 categories made from {level}"),
        Layer::Target => format!("3 target {level}"),
    }
}

impl Drawing {
    fn node(&mut self, group: String, name: String) -> Node {
        self.groups.entry(group.clone()).or_default().insert(name.clone());
        (group, name)
    }

    fn of(&mut self, column: &ColumnRef) -> Node {
        self.node(group(column.layer, &column.level), format!("{}.{}", column.table, column.column))
    }

    fn column(&mut self, rule: &RuleWay, column: &ColumnWay) {
        let to = self.node(group(rule.layer, &rule.level), format!("{}.{}", rule.table, column.name));
        let mark = if column.interpreted { "interpreted: " } else { "" };
        let is_plain = matches!(column.reads.as_slice(), [one, ..] if one.column == column.says);
        let label = if is_plain { "as it is".to_owned() } else { format!("{mark}{}", short(&column.says)) };
        if column.reads.is_empty() {
            let from = self.node(group(rule.layer, &rule.level), format!("constant {}", short(&column.says)));
            self.arrows.insert((from, to, "in every row".to_owned(), false));
            return;
        }
        for read in &column.reads {
            let from = self.of(read);
            self.arrows.insert((from, to.clone(), label.clone(), false));
        }
    }

    /// What decides about a branch's rows points at its columns with broken arrows.
    fn conditions(&mut self, rule: &RuleWay) {
        for read in &rule.decided_by {
            let from = self.of(read);
            let says = rule.steps.iter().find(|step| step.contains(&read.column)).map_or("decides which rows there are", String::as_str);
            for column in &rule.columns {
                let to = self.node(group(rule.layer, &rule.level), format!("{}.{}", rule.table, column.name));
                self.arrows.insert((from.clone(), to, short(says), true));
            }
        }
    }

    /// Each node's short name, in order.
    fn names(&self) -> BTreeMap<Node, String> {
        let all = self.groups.iter().flat_map(|(group, names)| names.iter().map(move |name| (group.clone(), name.clone())));
        all.enumerate().map(|(at, node)| (node, format!("n{at}"))).collect()
    }

    fn mermaid(&self) -> String {
        let names = self.names();
        let name = |node: &Node| names.get(node).cloned().unwrap_or_default();
        let mut text = "flowchart LR\n".to_owned();
        for (at, (group, nodes)) in self.groups.iter().enumerate() {
            // Writing to a text does not fail.
            let _ = writeln!(text, "  subgraph g{at}[\"{}\"]", in_mermaid(titled(group)));
            for node in nodes {
                let _ = writeln!(text, "    {}[\"{}\"]", name(&(group.clone(), node.clone())), in_mermaid(node));
            }
            text.push_str("  end\n");
        }
        for (from, to, label, decides) in &self.arrows {
            let arrow = if *decides { "-.->" } else { "-->" };
            let _ = writeln!(text, "  {} {arrow}|\"{}\"| {}", name(from), in_mermaid(label), name(to));
        }
        text
    }

    fn dot(&self) -> String {
        let names = self.names();
        let name = |node: &Node| names.get(node).cloned().unwrap_or_default();
        let mut text = "digraph lineage {\n  rankdir=LR;\n  node [shape=box];\n".to_owned();
        for (at, (group, nodes)) in self.groups.iter().enumerate() {
            let _ = writeln!(text, "  subgraph cluster_{at} {{\n    label={};", in_dot(titled(group)));
            for node in nodes {
                let _ = writeln!(text, "    {} [label={}];", name(&(group.clone(), node.clone())), in_dot(node));
            }
            text.push_str("  }\n");
        }
        for (from, to, label, decides) in &self.arrows {
            let style = if *decides { ", style=dashed" } else { "" };
            let _ = writeln!(text, "  {} -> {} [label={}{style}];", name(from), name(to), in_dot(label));
        }
        text.push_str("}\n");
        text
    }
}

/// A group's title without the number that sorts it.
fn titled(group: &str) -> &str {
    group.split_once(' ').map_or(group, |(_, title)| title)
}

/// As much as stands on an arrow.
fn short(says: &str) -> String {
    let says = says.trim();
    if says.chars().count() <= LABEL { says.to_owned() } else { says.chars().take(LABEL - 1).chain(['…']).collect() }
}

/// Mermaid knows HTML's entities; every character with a meaning of its own becomes one.
fn in_mermaid(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            letter if letter.is_alphanumeric() || " _-.,:/=*+()?!…".contains(letter) => escaped.push(letter),
            letter if letter.is_control() => escaped.push(' '),
            letter => {
                let _ = write!(escaped, "#{};", u32::from(letter));
            }
        }
    }
    escaped
}

/// A quoted text of DOT.
fn in_dot(text: &str) -> String {
    let clean: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_breaks_out_of_its_label() {
        assert_eq!(in_dot("a\"]; b -> c [label=\"\\"), "\"a\\\"]; b -> c [label=\\\"\\\\\"");
        assert_eq!(in_mermaid("a\"] --> b|<x>\n"), "a#34;#93; --#62; b#124;#60;x#62; ");
        assert_eq!(short(&"é".repeat(70)).chars().count(), LABEL);
    }
}
