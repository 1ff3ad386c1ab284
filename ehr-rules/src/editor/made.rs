//! Columns that a branch makes on its way: items of lists, columns read side by side, fields of structs, what a pivot makes.

use super::facts::ColumnFacts;
use super::facts::TableFacts;
use super::outline::DEEPEST;
use super::outline::Entry;
use super::outline::Item;
use super::outline::value;
use super::scope::InReach;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use std::ops::Range;
use std::sync::Arc;

/// Adds to the driving table what `explode` and `unpivot` make of it, and the fields of its structs.
///
/// A step sees what those before it made, wherever in the file they stand: `explode` in its order, then `unpivot`. `key` is that of
/// the branch under which somebody asks, at an offset; `file` is the rule's own, where it is asked where names are written.
pub(super) fn unfold(branch: &[Entry], table: &mut TableFacts, key: Option<&str>, at: usize, file: Option<&Arc<Source>>) {
    let lists = value(branch, "explode").map(Item::items).unwrap_or_default();
    for step in lists.iter().filter(|step| key != Some("explode") || step.span.end < at) {
        exploded(step, table, file);
    }
    if let Some(step) = value(branch, "unpivot").filter(|_| !matches!(key, Some("explode" | "unpivot"))) {
        unpivoted(step, table, file);
    }
    let fields: Vec<ColumnFacts> = table.columns.iter().flat_map(|column| fields(column, 0)).collect();
    table.columns.extend(fields);
}

/// The item of a list, and which it is.
fn exploded(step: &Item, table: &mut TableFacts, file: Option<&Arc<Source>>) {
    let list = step.get("list").and_then(Item::text).and_then(|name| found(table, name));
    let kept = step.get("on_empty").and_then(Item::text) == Some("keep");
    if let Some(list) = list
        && let Kind::List(item) = list.ty.kind
    {
        let named = step.get("as");
        let name = named.and_then(Item::text).unwrap_or("item");
        let note = format!("an item of `{}`, by the `explode` of this rule", list.name);
        table.columns.push(made(name, Type::nullable(*item), note, written(file, &named.unwrap_or(step).span)));
    }
    if let Some((name, item)) = named(step, "position") {
        let ty = Type { kind: Kind::Integer, nullable: kept };
        let note = "which item it is, from 1, by the `explode` of this rule".to_owned();
        table.columns.push(made(name, ty, note, written(file, &item.span)));
    }
}

/// Which column it was, and what it held.
fn unpivoted(step: &Item, table: &mut TableFacts, file: Option<&Arc<Source>>) {
    let kept = step.get("on_missing").and_then(Item::text) == Some("keep");
    let columns = step.get("columns");
    let listed = columns.into_iter().flat_map(Item::items).filter_map(Item::text);
    let labelled = columns.map(Item::entries).unwrap_or_default().iter().map(|entry| entry.name.as_str());
    let read: Vec<Type> = listed.chain(labelled).filter_map(|name| Some(found(table, name)?.ty)).collect();
    if let Some((name, item)) = named(step, "name") {
        let note = "which column it was, by the `unpivot` of this rule".to_owned();
        table.columns.push(made(name, Type::required(Kind::Text), note, written(file, &item.span)));
    }
    // Of several types it is the one that holds them all.
    let widest = read.iter().find(|wide| read.iter().all(|ty| ty.kind.fits(&wide.kind)));
    if let Some((name, item)) = named(step, "value")
        && let Some(widest) = widest
    {
        let ty = Type { kind: widest.kind.clone(), nullable: kept && read.iter().any(|ty| ty.nullable) };
        table.columns.push(made(name, ty, "what the column held, by the `unpivot` of this rule".to_owned(), written(file, &item.span)));
    }
}

/// The columns that a pivot makes: those that its rows have in common, and one for each name.
pub(super) fn pivoted(pivot: &Item, before: &[InReach], file: Option<&Arc<Source>>) -> Vec<InReach> {
    let seen =
        |name: &str| before.iter().find_map(|reach| reach.table.columns.iter().find(|column| reach.name_of(column) == name)).cloned();
    let Some(driving) = before.first() else { return Vec::new() };
    // One column, or a list of them.
    let by = pivot.get("by").into_iter().flat_map(|by| by.text().into_iter().chain(by.items().iter().filter_map(Item::text)));
    let mut columns: Vec<ColumnFacts> = by.filter_map(|name| Some(ColumnFacts { name: name.to_owned(), ..seen(name)? })).collect();
    if let Some(read) = pivot.get("value").and_then(Item::text).and_then(seen) {
        let made = pivot.get("columns").map(Item::entries).unwrap_or_default();
        columns.extend(made.iter().map(|entry| ColumnFacts {
            name: entry.name.clone(),
            ty: read.ty.with_nullable(true),
            notes: vec!["made by the pivot of this rule".to_owned()],
            place: written(file, &entry.key),
            ..read.clone()
        }));
    }
    vec![InReach { alias: None, table: TableFacts { columns, ..driving.table.clone() } }]
}

/// A column of the driving row, or a field of one by its path.
fn found(table: &TableFacts, name: &str) -> Option<ColumnFacts> {
    let inside = || table.columns.iter().flat_map(|column| fields(column, 0)).find(|field| field.name == name);
    table.column(name).cloned().or_else(inside)
}

/// The fields of a struct, and those of structs in it, by their paths.
fn fields(column: &ColumnFacts, depth: usize) -> Vec<ColumnFacts> {
    let Kind::Struct(fields) = &column.ty.kind else { return Vec::new() };
    if depth > DEEPEST {
        return Vec::new();
    }
    let fields = fields.iter().flat_map(|(field, kind)| {
        let note = format!("a field of `{}`", column.name);
        let field = made(&format!("{}.{field}", column.name), Type::nullable(kind.clone()), note, column.place.clone());
        let inside = self::fields(&field, depth + 1);
        std::iter::once(field).chain(inside)
    });
    fields.collect()
}

/// What a step calls something, and where it says so.
fn named<'s>(step: &'s Item, key: &str) -> Option<(&'s str, &'s Item)> {
    let item = step.get(key)?;
    Some((item.text()?, item))
}

/// It is declared nowhere but in the rule.
fn made(name: &str, ty: Type, note: String, place: Option<Place>) -> ColumnFacts {
    ColumnFacts { name: name.to_owned(), ty, notes: vec![note], one_of: Vec::new(), place }
}

fn written(file: Option<&Arc<Source>>, span: &Range<usize>) -> Option<Place> {
    file.map(|source| Place { source: Arc::clone(source), span: span.clone() })
}
