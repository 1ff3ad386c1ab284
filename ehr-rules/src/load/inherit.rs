//! Versions of sources with their parents merged in, parents first, and then checked as a whole.

use super::LoadedSource;
use super::RuleNode;
use super::changes::Changes;
use super::column::unknown;
use super::dialect;
use super::heir;
use super::listing;
use super::places::Places;
use super::source::Written;
use super::source::WrittenTable;
use super::twice;
use super::whole;
use super::widths::WrittenWidth;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::code_map::CodeMapSource;
use crate::ir::schema::Dialect;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::JsonTable;
use crate::ir::schema::Parameter;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::yaml::Key;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// A version with its parents merged in: everything still has its place.
#[derive(Debug, Clone)]
struct Merged {
    title: Option<String>,
    dialect: Dialect,
    missing: Option<Vec<String>>,
    tables: Vec<WrittenTable>,
    parameters: Vec<Parameter>,
    code_maps: BTreeMap<String, CodeMapSource>,
    rules: Vec<RuleNode>,
    /// A parent could not be found, so nothing is said about what may have stood in it.
    orphan: bool,
}

/// Merges every version with its parents, and checks what became of it.
pub(super) fn resolve(written: Vec<Written>, said: &mut Diagnostics) -> Vec<LoadedSource> {
    let mut by_id: BTreeMap<String, Written> = BTreeMap::new();
    for one in written {
        match by_id.entry(one.id()) {
            Entry::Occupied(known) => said.push(twice(&format!("source `{}`", known.key()), &one.version.place)),
            Entry::Vacant(free) => {
                free.insert(one);
            }
        }
    }
    let mut merged: BTreeMap<String, Merged> = BTreeMap::new();
    for id in by_id.keys() {
        merge_with_parents(id, &by_id, &mut merged, said);
    }
    by_id.into_iter().filter_map(|(id, one)| Some(finish(one, merged.remove(&id)?, said))).collect()
}

/// Merges one version, its parents first.
fn merge_with_parents(id: &str, by_id: &BTreeMap<String, Written>, merged: &mut BTreeMap<String, Merged>, said: &mut Diagnostics) {
    // From this version up to the first that is merged already or has no parent.
    let mut line: Vec<&str> = Vec::new();
    let mut next = by_id.get_key_value(id);
    while let Some((id, one)) = next {
        if merged.contains_key(id) {
            break;
        }
        line.push(id);
        next = None;
        if let Some(parent) = &one.inherits {
            let parent_id = format!("{}/{}", one.system.text, parent.text);
            match by_id.get_key_value(&parent_id) {
                Some((known, _)) if line.contains(&known.as_str()) => {
                    said.push(
                        Diagnostic::error("E0402", &parent.place, format!("`{id}` inherits from itself, through `{parent_id}`"))
                            .help("a version inherits from one that came before it"),
                    );
                }
                // What is wrong with the parent was said where it stands.
                None if said.concern(&format!("/{parent_id}/schema.yaml")) => {}
                None => {
                    let versions =
                        by_id.values().filter(|other| other.system.text == one.system.text && other.version.text != one.version.text);
                    said.push(unknown(
                        "E0108",
                        format!("`{}` has no version `{}` to inherit from", one.system.text, parent.text),
                        &parent.text,
                        &parent.place,
                        versions.map(|other| other.version.text.as_str()),
                    ));
                }
                found => next = found,
            }
        }
    }
    for id in line.into_iter().rev() {
        let Some(one) = by_id.get(id) else { continue };
        let parent = one.inherits.as_ref().and_then(|parent| merged.get(&format!("{}/{}", one.system.text, parent.text))).cloned();
        let whole = merge(one, parent, said);
        merged.insert(id.to_owned(), whole);
    }
}

fn merge(one: &Written, parent: Option<Merged>, said: &mut Diagnostics) -> Merged {
    let Some(mut whole) = parent else {
        return Merged {
            title: one.title.clone(),
            dialect: one.dialect.clone(),
            missing: one.missing.clone(),
            tables: one.tables.clone(),
            parameters: one.parameters.clone(),
            code_maps: one.code_maps.clone(),
            rules: one.rules.clone(),
            orphan: one.inherits.is_some(),
        };
    };
    whole.title = one.title.clone().or(whole.title);
    whole.missing = one.missing.clone().or(whole.missing);
    whole.dialect = one.dialect.clone().over(whole.dialect);
    let mut changes = heir::tables(one, &mut whole.tables, said);
    heir::rename(one, &mut whole.tables, &mut changes, said);
    let moves = heir::take(one, &mut whole.tables, said);
    for check in whole.tables.iter_mut().flat_map(|table| table.checks.iter_mut().flatten()) {
        heir::follow(one, &mut check.changes, &changes);
    }
    for table in &one.tables {
        match whole.tables.iter_mut().find(|known| known.name.text == table.name.text) {
            Some(known) => merge_table(known, table, said),
            None => whole.tables.push(table.clone()),
        }
    }
    let elsewhere = heir::settle(moves, &mut whole.tables, said);
    // A check stands with its table, and sees no other.
    for check in whole.tables.iter_mut().flat_map(|table| table.checks.iter_mut().flatten()) {
        check.changes.then(&elsewhere);
    }
    changes.then(&elsewhere);
    whole.parameters.retain(|known| !one.parameters.iter().any(|own| own.name == known.name));
    whole.parameters.extend(one.parameters.iter().cloned());
    whole.code_maps.extend(one.code_maps.clone());
    whole.rules = merge_rules(one, whole.rules, &changes, said);
    whole
}

/// What a version says of a table, put over what its parent says of it.
fn merge_table(known: &mut WrittenTable, table: &WrittenTable, said: &mut Diagnostics) {
    for name in &table.drop {
        if !has(known, &name.text) {
            said.push(unknown("E0101", no_column(name, table), &name.text, &name.place, names_of(known)));
            continue;
        }
        if table.key.is_none() && known.key.iter().flatten().any(|key| key.text == name.text) {
            said.push(
                Diagnostic::error("E0101", &name.place, format!("`{}` is dropped, and the inherited key names it", name.text))
                    .help("say what the `key` is now"),
            );
        }
        remove(known, &name.text);
    }
    // What was files may be a listing now, and the other way round.
    if table.file.is_some() || table.list.is_some() {
        (known.file, known.list) = (table.file.clone(), table.list.clone());
    }
    known.header = known.header.take().filter(|_| known.list.is_none() && table.widths.is_none());
    known.widths = known.widths.take().filter(|_| known.list.is_none() && table.header.is_none());
    known.checks = table.checks.clone().or(known.checks.take());
    known.format = table.format.clone().or(known.format.take());
    known.header = table.header.clone().or(known.header.take());
    known.widths = table.widths.clone().or(known.widths.take());
    known.dialect = table.dialect.clone().over(std::mem::take(&mut known.dialect));
    known.required = table.required.or(known.required);
    known.key = table.key.clone().or(known.key.take());
    known.patient = table.patient.clone().or(known.patient.take());
    known.extra_columns = table.extra_columns.or(known.extra_columns);
    for (name, reason) in &table.ignore {
        known.columns.retain(|(column, _)| column.text != name.text);
        known.references.retain(|reference| reference.column.text != name.text);
        known.ignore.retain(|(column, _)| column.text != name.text);
        known.ignore.push((name.clone(), reason.clone()));
    }
    for (name, column) in &table.columns {
        if !table.ignore.iter().any(|(ignored, _)| ignored.text == name.text) {
            known.ignore.retain(|(ignored, _)| ignored.text != name.text);
        }
        match known.columns.iter_mut().find(|(inherited, _)| inherited.text == name.text) {
            Some(inherited) => *inherited = (name.clone(), column.clone()),
            None => known.columns.push((name.clone(), column.clone())),
        }
    }
    for reference in &table.references {
        match known.references.iter_mut().find(|inherited| inherited.column.text == reference.column.text) {
            Some(inherited) => *inherited = reference.clone(),
            None => known.references.push(reference.clone()),
        }
    }
    // Diagnostics on the table as a whole are about what this version says of it.
    known.name = table.name.clone();
}

pub(super) fn remove(table: &mut WrittenTable, name: &str) {
    table.columns.retain(|(column, _)| column.text != name);
    table.ignore.retain(|(column, _)| column.text != name);
    table.references.retain(|reference| reference.column.text != name);
    table.patient.take_if(|column| column.text == name);
    if let Some(key) = &mut table.key {
        key.retain(|column| column.text != name);
    }
}

/// A version's own rules, and those of its parent that it neither makes anew nor drops.
fn merge_rules(one: &Written, parents: Vec<RuleNode>, changes: &Changes, said: &mut Diagnostics) -> Vec<RuleNode> {
    for name in &one.drop_rules {
        if !parents.iter().any(|rule| rule.name.text == name.text) {
            let known = parents.iter().map(|rule| rule.name.text.as_str());
            said.push(unknown("E0102", format!("no rule `{}` is inherited", name.text), &name.text, &name.place, known));
        }
    }
    let mut rules = one.rules.clone();
    for mut rule in parents {
        let own = one.rules.iter().map(|own| &own.name).chain(&one.drop_rules).any(|name| name.text == rule.name.text);
        if !own {
            rule.inherited = true;
            heir::follow(one, &mut rule.changes, changes);
            rules.push(rule);
        }
    }
    rules
}

fn finish(one: Written, whole: Merged, said: &mut Diagnostics) -> LoadedSource {
    let mut places = Places::new(one.version.place.clone());
    let missing = whole.missing.unwrap_or_else(|| vec![String::new()]);
    for table in &whole.tables {
        places.set_table(&table.name.text, &table.name.place);
        for (name, _) in &table.columns {
            places.set_column(&table.name.text, &name.text, &name.place);
        }
        for (name, _) in &table.ignore {
            places.set_column(&table.name.text, &name.text, &name.place);
        }
        if !whole.orphan {
            dialect::check(&table.name, &table.dialect, &whole.dialect, said);
            whole::check(table, &whole.tables, &missing, said);
            listing::check(table, &whole.parameters, said);
        }
    }
    if one.layout
        && let Some(rule) = one.rules.first()
    {
        let message = format!("`{}` has rules, and is said to be only a layout", one.id());
        said.push(Diagnostic::error("E0314", &rule.name.place, message).help("leave `layout` out of its schema"));
    }
    let each =
        |table: &WrittenTable| -> Vec<_> { table.checks.iter().flatten().map(|check| (table.name.text.clone(), check.clone())).collect() };
    let checks = whole.tables.iter().flat_map(each).collect();
    let schema = SourceSchema {
        title: whole.title.unwrap_or_else(|| one.id()),
        system: one.system.text,
        version: one.version.text,
        dialect: whole.dialect,
        tables: if whole.orphan { Vec::new() } else { whole.tables.into_iter().map(|table| source_table(table, &missing)).collect() },
        parameters: whole.parameters,
        code_maps: whole.code_maps,
        layout: one.layout,
        missing,
    };
    // Without its parent there is no saying what a version's rules may read.
    let checks = if whole.orphan { Vec::new() } else { checks };
    let rules = if whole.orphan { Vec::new() } else { whole.rules };
    LoadedSource { schema, places, checks, rules, cases: one.cases }
}

fn source_table(table: WrittenTable, missing: &[String]) -> SourceTable {
    let json = table.format.filter(|format| format.json.is_some()).map(|format| JsonTable {
        rows: format.rows.map(|rows| rows.text.split('.').map(str::to_owned).collect()).unwrap_or_default(),
        missing: missing.first().cloned().unwrap_or_default(),
    });
    SourceTable {
        json,
        dialect: table.dialect,
        widths: table.widths.into_iter().flatten().filter_map(WrittenWidth::width).collect(),
        name: table.name.text,
        file: table.file.unwrap_or_default(),
        list: table.list.map(|list| list.text),
        header: table.header.into_iter().flatten().map(|name| name.text).collect(),
        required: table.required.unwrap_or(false),
        key: table.key.unwrap_or_default().into_iter().map(|key| key.text).collect(),
        patient: table.patient.map(|column| column.text),
        columns: table.columns.into_iter().map(|(_, column)| column).collect(),
        extra_columns: table.extra_columns.unwrap_or(ExtraColumns::Report),
        ignore: table.ignore.into_iter().map(|(name, reason)| (name.text, reason)).collect(),
        references: table.references.into_iter().map(|one| one.reference).collect(),
        checks: Vec::new(),
    }
}

/// Whether a table has a column, read or ignored.
pub(super) fn has(table: &WrittenTable, name: &str) -> bool {
    names_of(table).any(|known| known == name)
}

pub(super) fn names_of(table: &WrittenTable) -> impl Iterator<Item = &str> {
    table.columns.iter().map(|(name, _)| name).chain(table.ignore.iter().map(|(name, _)| name)).map(|name| name.text.as_str())
}

pub(super) fn no_column(name: &Key, table: &WrittenTable) -> String {
    format!("no column `{}` of `{}` is inherited", name.text, table.name.text)
}
