//! Values that a case gives for a category, held against its types, since no file is read for them: items and fields too.

use super::given;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::did_you_mean;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use crate::yaml::Content;
use crate::yaml::Node;

/// Says which values of these rows their columns cannot hold, each where it stands.
pub(super) fn check(rows: &Node, table: &str, shape: &[(String, Type)], said: &mut Diagnostics) {
    for row in rows.as_list().unwrap_or_default() {
        for (column, ty) in shape {
            match row.get(column) {
                Some(node) if !is_null(node) => value(node, &format!("`{column}` of `{table}`"), &ty.kind, said),
                _ if ty.nullable => {}
                node => {
                    let place = node.map_or(&row.place, |node| &node.place);
                    let message = format!("`{column}` of `{table}` is required, and a row given lacks it");
                    said.push(Diagnostic::error("E0806", place, message).help("give a value"));
                }
            }
        }
    }
}

fn value(node: &Node, what: &str, kind: &Kind, said: &mut Diagnostics) {
    let sound = match (&node.content, kind) {
        (Content::List(items), Kind::List(item)) => {
            for node in items.iter().filter(|node| !is_null(node)) {
                value(node, &format!("an item of {what}"), item, said);
            }
            true
        }
        (Content::Map(entries), Kind::Struct(fields)) => {
            for (key, node) in entries {
                match fields.iter().find(|(name, _)| *name == key.text) {
                    Some((name, kind)) if !is_null(node) => value(node, &format!("`{name}` in {what}"), kind, said),
                    Some(_) => {}
                    None => {
                        let error = Diagnostic::error("E0806", &key.place, format!("{what} has no field `{}`", key.text));
                        said.push(match did_you_mean(&key.text, fields.iter().map(|(name, _)| name.as_str())) {
                            Some(near) => error.help(near),
                            None => error.help(format!("it is {kind}")),
                        });
                    }
                }
            }
            true
        }
        // A list or a struct may also be given as its JSON text.
        (Content::Scalar { value, text }, kind) => {
            // Of a number all digits count, as they are written.
            let text = if matches!(value, Value::Float(_) | Value::Integer(_)) { text.clone() } else { written(value) };
            given::typed("value", kind, &[Some(text)]).is_some()
        }
        _ => false,
    };
    if !sound {
        said.push(Diagnostic::error("E0806", &node.place, format!("{what} is {kind}, and this is none")));
    }
}

fn written(value: &Value) -> String {
    if let Value::Text(text) = value { text.clone() } else { value.to_string() }
}

fn is_null(node: &Node) -> bool {
    matches!(node.content, Content::Scalar { value: Value::Null, .. })
}
