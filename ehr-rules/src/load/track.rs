//! How a target's table tells rows that come again from new ones.

use super::column;
use super::column::unknown;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::schema::Changed;
use crate::ir::schema::TargetColumn;
use crate::ir::schema::Track;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;

const CHANGED: &[(&str, Changed)] = &[
    (Changed::KeepOld.word(), Changed::KeepOld),
    (Changed::TakeNew.word(), Changed::TakeNew),
    (Changed::KeepBoth.word(), Changed::KeepBoth),
    (Changed::Quarantine.word(), Changed::Quarantine),
];

/// `{key: [...], fingerprint: {columns: [...], ignore: [...]}, on_same: skip, on_changed: {record: conflicts, then: WORD}}`.
pub(super) fn read(node: &Node, table: &Key, columns: &[TargetColumn], external: bool, said: &mut Diagnostics) -> Option<Track> {
    if external {
        said.push(
            Diagnostic::error("E0407", &node.place, format!("`{}` is filled by somebody else, and its rows are not tracked", table.text))
                .help("leave out `track`, or `external`"),
        );
    }
    let mut fields = Fields::of(node, "`track`", said)?;
    fields.required("key", said);
    let key = named(&mut fields, "key", table, columns, said);
    for part in &key {
        if let Some(column) = columns.iter().find(|column| column.name == part.text && column.ty.kind.is_nested()) {
            said.push(column::no_identity("key", &column.name, &column.ty.kind, &part.place));
        }
    }
    let (mut compared, mut ignored) = (Vec::new(), Vec::new());
    if let Some(mut print) = fields.required("fingerprint", said).and_then(|node| Fields::of(node, "`fingerprint`", said)) {
        print.required("columns", said);
        compared = named(&mut print, "columns", table, columns, said);
        ignored = named(&mut print, "ignore", table, columns, said);
        print.finish(said);
    }
    for name in ignored.iter().filter(|name| compared.iter().any(|other| other.text == name.text)) {
        said.push(
            Diagnostic::error("E0410", &name.place, format!("`{}` is both compared and ignored", name.text))
                .help("remove it from `columns` or from `ignore`"),
        );
    }
    fields.one_of("on_same", &[("skip", ())], said);
    let mut changed = Changed::KeepOld;
    if let Some(mut then) = fields.get("on_changed").and_then(|node| Fields::of(node, "`on_changed`", said)) {
        then.one_of("record", &[("conflicts", ())], said);
        then.required("then", said);
        changed = then.one_of("then", CHANGED, said).unwrap_or(changed);
        then.finish(said);
    }
    fields.finish(said);
    let texts = |names: Vec<Key>| names.into_iter().map(|name| name.text).collect();
    Some(Track { key: texts(key), compared: texts(compared), ignored: texts(ignored), on_changed: changed })
}

/// Columns of the table, each once, and at least one of them where the key is there.
fn named(fields: &mut Fields<'_>, key: &str, table: &Key, columns: &[TargetColumn], said: &mut Diagnostics) -> Vec<Key> {
    let Some(names) = fields.names(key, said) else { return Vec::new() };
    if names.is_empty() && fields.node().get(key).and_then(Node::as_list).is_some_and(<[Node]>::is_empty) && key != "ignore" {
        let place = column::value_place(fields, key);
        said.push(Diagnostic::error("E0010", &place, format!("`{key}` names no column")).help("name those by which rows are told apart"));
    }
    for (at, name) in names.iter().enumerate() {
        if names[..at].iter().any(|earlier| earlier.text == name.text) {
            let twice = Diagnostic::error("E0410", &name.place, format!("`{}` stands twice in `{key}`", name.text));
            said.push(twice.help("remove one of the two"));
        }
        if !columns.iter().any(|column| column.name == name.text) {
            let known = columns.iter().map(|column| column.name.as_str());
            said.push(unknown("E0101", format!("unknown column `{}` of `{}`", name.text, table.text), &name.text, &name.place, known));
        }
    }
    names
}
