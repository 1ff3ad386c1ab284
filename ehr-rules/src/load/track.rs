//! How a target's table tells rows that come again from new ones.

use super::column;
use super::column::unknown;
use super::column::value_place;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::target::TargetTable;
use crate::ir::track::Changed;
use crate::ir::track::Child;
use crate::ir::track::ConflictKind;
use crate::ir::track::DATA_CHANGED;
use crate::ir::track::EXTRACTION_DUPLICATE;
use crate::ir::track::Texts;
use crate::ir::track::Track;
use crate::ir::track::Weight;
use crate::ir::types::Kind;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;

const CHANGED: &[(&str, Changed)] = &[
    (Changed::KeepOld.word(), Changed::KeepOld),
    (Changed::TakeNew.word(), Changed::TakeNew),
    (Changed::KeepBoth.word(), Changed::KeepBoth),
    (Changed::Quarantine.word(), Changed::Quarantine),
];
const WEIGHTS: &[(&str, Weight)] =
    &[(Weight::Low.word(), Weight::Low), (Weight::Medium.word(), Weight::Medium), (Weight::High.word(), Weight::High)];

/// A table among those of its target.
struct Place<'a> {
    table: &'a TargetTable,
    tables: &'a [TargetTable],
}

/// `{key: [...], range: {start: C, end: C}, fingerprint: {...}, on_same: skip, on_changed: {...}}` of the table at `at`.
pub(super) fn read(node: &Node, at: usize, tables: &[TargetTable], said: &mut Diagnostics) -> Option<Track> {
    let place = Place { table: tables.get(at)?, tables };
    let name = &place.table.name;
    let parent = tables.iter().find(|other| other.track.iter().flat_map(|track| &track.children).any(|child| child.table == *name));
    if let Some(parent) = parent {
        said.push(
            Diagnostic::error("E0440", &node.place, format!("`{name}` is part of `{}`, and is not tracked by itself", parent.name))
                .help(format!("leave out this `track`, or `{name}` in the fingerprint of `{}`", parent.name)),
        );
    }
    if place.table.external {
        said.push(
            Diagnostic::error("E0407", &node.place, format!("`{name}` is filled by somebody else, and its rows are not tracked"))
                .help("leave out `track`, or `external`"),
        );
    }
    let mut fields = Fields::of(node, "`track`", said)?;
    fields.required("key", said);
    let mut key = place.named(&mut fields, "key", said);
    for part in &key {
        if let Some(column) = place.table.columns.iter().find(|column| column.name == part.text && column.ty.kind.is_nested()) {
            said.push(column::no_identity("key", &column.name, &column.ty.kind, &part.place));
        }
    }
    let range = fields.get("range").and_then(|node| place.range(node, said));
    place.told_apart(node, &key, range.as_ref(), said);
    key.retain(|part| range.as_ref().is_none_or(|(start, end)| part.text != *start && part.text != *end));
    let mut track = Track {
        key: texts(key),
        range,
        compared: Vec::new(),
        children: Vec::new(),
        ignored: Vec::new(),
        texts: Texts::default(),
        kinds: Vec::new(),
        on_changed: Changed::KeepOld,
    };
    if let Some(mut print) = fields.required("fingerprint", said).and_then(|node| Fields::of(node, "`fingerprint`", said)) {
        place.fingerprint(&mut print, &mut track, said);
        print.finish(said);
    }
    fields.one_of("on_same", &[("skip", ())], said);
    let mut named = Vec::new();
    if let Some(mut then) = fields.get("on_changed").and_then(|node| Fields::of(node, "`on_changed`", said)) {
        then.one_of("record", &[("conflicts", ())], said);
        then.required("then", said);
        track.on_changed = then.one_of("then", CHANGED, said).unwrap_or(track.on_changed);
        for (key, node) in then.map("kinds", said).unwrap_or_default() {
            named.extend(place.kind(key, node, &track, said));
        }
        then.finish(said);
    }
    for (name, then) in [(EXTRACTION_DUPLICATE, Changed::KeepOld), (DATA_CHANGED, track.on_changed)] {
        let at = named.iter().position(|kind: &ConflictKind| kind.name == name);
        let plain = || ConflictKind { name: name.to_owned(), columns: Vec::new(), weight: Weight::Medium, then };
        // Last, whatever their place: they fit where no other does.
        let kind = at.map_or_else(plain, |at| named.remove(at));
        named.push(kind);
    }
    track.kinds = named;
    fields.finish(said);
    place.both(node, &track, said);
    Some(track)
}

impl Place<'_> {
    fn column(&self, name: &str) -> Option<&crate::ir::target::TargetColumn> {
        self.table.columns.iter().find(|column| column.name == name)
    }

    /// A row is found again by its table's key, and by a natural key that is never missing as a whole.
    fn told_apart(&self, node: &Node, key: &[Key], range: Option<&(String, String)>, said: &mut Diagnostics) {
        if self.table.key.is_empty() {
            said.push(
                Diagnostic::error("E0440", &node.place, format!("`{}` has no key, and its rows are not tracked", self.table.name))
                    .help("give the table a `key:`"),
            );
        }
        let of_range = |name: &str| range.is_some_and(|(start, end)| name == start || name == end);
        let known: Vec<_> = key.iter().filter_map(|part| self.column(&part.text)).collect();
        if !known.is_empty() && known.len() == key.len() && known.iter().all(|column| column.ty.nullable || of_range(&column.name)) {
            said.push(
                Diagnostic::error("E0440", &node.place, format!("every column by which `{}` is tracked may be missing", self.table.name))
                    .help("say `required: true` of one of them, or add one to `key:` of `track`"),
            );
        }
    }

    /// `{start: COLUMN, end: COLUMN}`, of one kind that is a day or a time.
    fn range(&self, node: &Node, said: &mut Diagnostics) -> Option<(String, String)> {
        let mut fields = Fields::of(node, "`range`", said)?;
        let (start, end) = (fields.required_named("start", said), fields.required_named("end", said));
        fields.finish(said);
        let mut kinds = Vec::new();
        for name in [&start, &end].into_iter().flatten() {
            let Some(column) = self.column(&name.text) else {
                self.unknown(name, false, said);
                continue;
            };
            let kind = &column.ty.kind;
            if !matches!(kind, Kind::Date | Kind::Datetime | Kind::Instant) {
                let message = format!("`{}` is {kind}, and a range is of dates, datetimes or instants", name.text);
                said.push(Diagnostic::error("E0403", &name.place, message).help("name a column of one of those types"));
            } else if kinds.first().is_some_and(|first| *first != kind) {
                let message = format!("`{}` is {kind}, and the range starts with another type", name.text);
                said.push(Diagnostic::error("E0403", &name.place, message).help("give both columns one type"));
            }
            kinds.push(kind);
        }
        Some((start?.text, end?.text))
    }

    fn fingerprint(&self, fields: &mut Fields<'_>, track: &mut Track, said: &mut Diagnostics) {
        fields.required("columns", said);
        let compared = each_once(fields, "columns", said);
        let ignored = each_once(fields, "ignore", said);
        for name in &ignored {
            if compared.iter().any(|other| other.text == name.text) {
                let twice = Diagnostic::error("E0410", &name.place, format!("`{}` is both compared and ignored", name.text));
                said.push(twice.help("remove it from `columns` or from `ignore`"));
            }
        }
        for name in fields.names("texts", said).unwrap_or_default() {
            match name.text.as_str() {
                "trim" => track.texts.trim = true,
                "collapse_blanks" => track.texts.collapse = true,
                other => {
                    let unknown = Diagnostic::error("E0013", &name.place, format!("`{other}` is no way to make texts alike"));
                    said.push(unknown.help("write `trim` or `collapse_blanks`"));
                }
            }
        }
        for name in &compared {
            if self.column(&name.text).is_some() {
                track.compared.push(name.text.clone());
            } else if let Some(child) = self.tables.iter().find(|table| table.name == name.text && table.name != self.table.name) {
                track.children.extend(self.child(child, name, &ignored, said));
            } else {
                self.unknown(name, true, said);
            }
        }
        for name in &ignored {
            let of_child = name.text.split_once('.').and_then(|(table, column)| {
                let child = compared.iter().find(|compared| compared.text == table)?;
                let child = self.tables.iter().find(|table| table.name == child.text)?;
                child.columns.iter().find(|known| known.name == column)
            });
            if of_child.is_none() && self.column(&name.text).is_none() {
                self.unknown(name, false, said);
            }
        }
        // What tells rows of one key apart is never passed over.
        for name in track.range.iter().flat_map(|(start, end)| [start, end]) {
            if !track.compared.contains(name) {
                track.compared.push(name.clone());
            }
        }
        track.ignored = texts(ignored);
    }

    /// A table whose rows belong to this one's: it refers to it, in one column, and is not tracked itself.
    fn child(&self, child: &TargetTable, name: &Key, ignored: &[Key], said: &mut Diagnostics) -> Option<Child> {
        let refers: Vec<_> = child
            .columns
            .iter()
            .filter_map(|column| column.references.as_ref().map(|(table, of)| (&column.name, table, of)))
            .filter(|(_, table, _)| **table == self.table.name)
            .collect();
        let [(column, _, of)] = refers.as_slice() else {
            let how = if refers.is_empty() { "does not refer to it" } else { "refers to it in several columns" };
            said.push(
                Diagnostic::error("E0440", &name.place, format!("`{}` is no part of `{}`: it {how}", name.text, self.table.name))
                    .help(format!("let one column of `{}` say `references: {}.COLUMN`", name.text, self.table.name)),
            );
            return None;
        };
        let other =
            self.tables.iter().find(|other| other.track.iter().flat_map(|track| &track.children).any(|known| known.table == child.name));
        if let Some(other) = other {
            said.push(
                Diagnostic::error("E0440", &name.place, format!("`{}` is part of `{}` already", name.text, other.name))
                    .help("a row goes with one other row; name it once"),
            );
            return None;
        }
        if child.key.is_empty() {
            said.push(
                Diagnostic::error("E0440", &name.place, format!("rows of `{}` are part of others, and the table has no key", child.name))
                    .help(format!("give `{}` a `key:`", child.name)),
            );
        }
        let left_out = |known: &str| ignored.iter().any(|name| name.text == format!("{}.{known}", child.name));
        let compared = child.columns.iter().map(|known| &known.name).filter(|known| known != column && !left_out(known));
        Some(Child { table: child.name.clone(), column: (*column).clone(), of: (*of).clone(), compared: compared.cloned().collect() })
    }

    /// `NAME: {columns: [...], severity: WORD, then: WORD}`.
    fn kind(&self, name: &Key, node: &Node, track: &Track, said: &mut Diagnostics) -> Option<ConflictKind> {
        let mut fields = Fields::of(node, &format!("kind `{}`", name.text), said)?;
        let always = matches!(name.text.as_str(), DATA_CHANGED | EXTRACTION_DUPLICATE);
        if !always {
            fields.required("columns", said);
        }
        let columns = fields.names("columns", said).unwrap_or_default();
        if let (true, Some(first)) = (always, columns.first()) {
            said.push(
                Diagnostic::error("E0012", &first.place, format!("`{}` is no matter of columns", name.text))
                    .help("leave out `columns`, or give the kind another name"),
            );
        }
        for column in &columns {
            let known = track.compared.iter().chain(track.children.iter().map(|child| &child.table));
            if !known.clone().any(|known| *known == column.text) {
                let message = format!("`{}` is not compared in `{}`", column.text, self.table.name);
                said.push(unknown("E0101", message, &column.text, &column.place, known.map(String::as_str)));
            }
        }
        let weight = fields.one_of("severity", WEIGHTS, said).unwrap_or(Weight::Medium);
        let otherwise = if name.text == EXTRACTION_DUPLICATE { Changed::KeepOld } else { track.on_changed };
        let then = fields.one_of("then", CHANGED, said).unwrap_or(otherwise);
        fields.finish(said);
        Some(ConflictKind { name: name.text.clone(), columns: texts(columns), weight, then })
    }

    /// Two rows of one natural key stand side by side only where the table's own key tells them apart, and their children too.
    fn both(&self, node: &Node, track: &Track, said: &mut Diagnostics) {
        if !track.kinds.iter().any(|kind| kind.then == Changed::KeepBoth) || self.table.key.is_empty() {
            return;
        }
        if self.table.key.iter().all(|part| track.key.contains(part)) {
            said.push(
                Diagnostic::error("E0440", &node.place, format!("both rows of one key cannot stand in `{}`, whose key they share", self.table.name))
                    .help("add a column to the table's `key:`, such as one made by `{key: […]}` of all that is compared; or write another word than `keep_both`"),
            );
            return;
        }
        for child in &track.children {
            if self.table.key != [child.of.clone()] {
                let message = format!("rows of `{}` would belong to both rows of `{}`", child.table, self.table.name);
                let help =
                    format!("let `{}.{}` refer to the table's `key:`, or write another word than `keep_both`", child.table, child.column);
                said.push(Diagnostic::error("E0440", &node.place, message).help(help));
            }
        }
    }

    fn unknown(&self, name: &Key, tables: bool, said: &mut Diagnostics) {
        let columns = self.table.columns.iter().map(|column| column.name.as_str());
        let known = columns.chain(self.tables.iter().map(|table| table.name.as_str()).filter(|_| tables));
        let message = format!("unknown column `{}` of `{}`", name.text, self.table.name);
        said.push(unknown("E0101", message, &name.text, &name.place, known));
    }

    /// Columns of the table, each once, and at least one of them where the key is there.
    fn named(&self, fields: &mut Fields<'_>, key: &str, said: &mut Diagnostics) -> Vec<Key> {
        let names = each_once(fields, key, said);
        for name in names.iter().filter(|name| self.column(&name.text).is_none()) {
            self.unknown(name, false, said);
        }
        names
    }
}

/// Names, each once, and at least one of them where the key is there.
fn each_once(fields: &mut Fields<'_>, key: &str, said: &mut Diagnostics) -> Vec<Key> {
    let Some(names) = fields.names(key, said) else { return Vec::new() };
    if names.is_empty() && fields.node().get(key).and_then(Node::as_list).is_some_and(<[Node]>::is_empty) && key != "ignore" {
        let place = value_place(fields, key);
        said.push(Diagnostic::error("E0010", &place, format!("`{key}` names no column")).help("name those by which rows are told apart"));
    }
    for (at, name) in names.iter().enumerate() {
        if names[..at].iter().any(|earlier| earlier.text == name.text) {
            let twice = Diagnostic::error("E0410", &name.place, format!("`{}` stands twice in `{key}`", name.text));
            said.push(twice.help("remove one of the two"));
        }
    }
    names
}

fn texts(names: Vec<Key>) -> Vec<String> {
    names.into_iter().map(|name| name.text).collect()
}
