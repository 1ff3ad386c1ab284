//! A file of cases, from its tree: what is of the wrong form is said at its place.

use super::Case;
use super::Row;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::types::Value;
use crate::load::CaseFile;
use crate::yaml::Content;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use crate::yaml::fields::expect_map;
use crate::yaml::fields::wrong;
use serde_yaml::Value as Yaml;
use std::collections::BTreeMap;

/// The cases of a file that could be read.
pub(crate) fn read(file: &CaseFile, said: &mut Diagnostics) -> Vec<Case> {
    nodes(file, said).iter().filter_map(|node| case(node, said)).collect()
}

/// The same without what is wrong, which was said when the rules were loaded.
pub(super) fn again(file: &CaseFile) -> Vec<Case> {
    read(file, &mut Diagnostics::default())
}

/// The nodes of a file's cases.
pub(super) fn nodes<'a>(file: &'a CaseFile, said: &mut Diagnostics) -> &'a [Node] {
    file.node.as_list().or_else(|| wrong(&file.node, "a list of cases", "a file of cases", said)).unwrap_or_default()
}

fn case(node: &Node, said: &mut Diagnostics) -> Option<Case> {
    let mut fields = Fields::of(node, "a case", said)?;
    let name = fields.required_named("name", said).map(|name| name.text);
    let (target, source) = (fields.text("target", said), fields.text("source", said));
    let today = fields.get("today").and_then(|node| date(node, said));
    let set = fields.map("set", said).unwrap_or_default();
    let set = set.iter().filter_map(|(key, node)| Some((key.text.clone(), setting(&key.text, node, said)?))).collect();
    let given = fields.required("given", said).and_then(|node| tables(node, "given", said));
    let expect = fields.required("expect", said).and_then(|node| tables(node, "expect", said));
    fields.finish(said);
    Some(Case { name: name?, target, source, today, set, given: given?, expect: expect? })
}

fn date(node: &Node, said: &mut Diagnostics) -> Option<chrono::NaiveDate> {
    let found = node.as_text().and_then(|text| text.parse().ok());
    if found.is_none() {
        said.push(
            Diagnostic::error("E0010", &node.place, format!("expected a date for `today`, found {}", node.describe()))
                .help("write it as in `2024-01-31`"),
        );
    }
    found
}

fn setting(name: &str, node: &Node, said: &mut Diagnostics) -> Option<Yaml> {
    if node.as_text().is_some() { Some(value(node)) } else { wrong(node, "a value", &format!("the parameter `{name}`"), said) }
}

fn tables(node: &Node, key: &str, said: &mut Diagnostics) -> Option<BTreeMap<String, Vec<Row>>> {
    let mut tables = BTreeMap::new();
    for (table, rows) in expect_map(node, &format!("`{key}`"), said)? {
        let what = format!("`{}`", table.text);
        let listed = rows.as_list().or_else(|| wrong(rows, "a list of rows", &what, said)).unwrap_or_default();
        let row = |node: &Node, said: &mut Diagnostics| -> Option<Row> {
            let entries = expect_map(node, &format!("a row of {what}"), said)?;
            Some(entries.iter().map(|(column, node)| (column.text.clone(), value(node))).collect())
        };
        tables.insert(table.text.clone(), listed.iter().filter_map(|node| row(node, said)).collect());
    }
    Some(tables)
}

fn value(node: &Node) -> Yaml {
    match &node.content {
        Content::Scalar { value, text } => match value {
            Value::Null => Yaml::Null,
            Value::Integer(number) => Yaml::from(*number),
            Value::Float(number) => Yaml::from(*number),
            Value::Boolean(truth) => Yaml::from(*truth),
            _ => Yaml::from(text.as_str()),
        },
        Content::List(items) => Yaml::Sequence(items.iter().map(value).collect()),
        Content::Map(entries) => Yaml::Mapping(entries.iter().map(|(key, node)| (Yaml::from(key.text.as_str()), value(node))).collect()),
    }
}
