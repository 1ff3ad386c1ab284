//! What a version changes in what it inherits: tables dropped and renamed, columns renamed and moved.

use super::changes::Became;
use super::changes::Changes;
use super::changes::Hop;
use super::column::unknown;
use super::inherit::has;
use super::inherit::names_of;
use super::inherit::no_column;
use super::inherit::remove;
use super::source::Written;
use super::source::WrittenMove;
use super::source::WrittenReference;
use super::source::WrittenTable;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::ir::schema::SourceColumn;
use crate::ir::types::Kind;
use crate::yaml::Key;
use std::collections::BTreeMap;

/// What is inherited under this version's names: its changes after those of the generations before.
pub(super) fn follow(one: &Written, before: &mut Changes, now: &Changes) {
    one.drop_tables.iter().for_each(|table| before.drop_table(&table.text));
    before.then(now);
}

/// Drops tables, and gives others their names of now, in references as well.
pub(super) fn tables(one: &Written, tables: &mut Vec<WrittenTable>, said: &mut Diagnostics) -> Changes {
    for name in &one.drop_tables {
        if tables.iter().any(|table| table.name.text == name.text) {
            tables.retain(|table| table.name.text != name.text);
        } else {
            said.push(no_table(name, tables));
        }
    }
    // What refers to a table that is gone refers to nothing.
    let gone = |name: &str| one.drop_tables.iter().any(|dropped| dropped.text == name);
    for table in tables.iter_mut() {
        table.references.retain(|one| !gone(&one.reference.table));
    }
    let mut names: BTreeMap<String, &Key> = BTreeMap::new();
    for (old, new) in &one.rename_tables {
        let taken =
            tables.iter().any(|table| table.name.text == new.text) && !one.rename_tables.iter().any(|(other, _)| other.text == new.text);
        if !tables.iter().any(|table| table.name.text == old.text) {
            said.push(no_table(old, tables));
        } else if taken || names.values().any(|other| other.text == new.text) {
            said.push(
                Diagnostic::error("E0410", &new.place, format!("there already is a table `{}`", new.text))
                    .help("drop or rename that one first"),
            );
        } else {
            names.insert(old.text.clone(), new);
        }
    }
    let mut changes = Changes::default();
    for (old, new) in &names {
        changes.rename_table(old, &new.text);
    }
    for table in tables {
        if let Some(new) = names.get(&table.name.text) {
            table.name = (*new).clone();
        }
        for reference in &mut table.references {
            changes.table(&reference.reference.table.clone()).clone_into(&mut reference.reference.table);
        }
    }
    changes
}

fn no_table(name: &Key, tables: &[WrittenTable]) -> Diagnostic {
    let known = tables.iter().map(|table| table.name.text.as_str());
    unknown("E0102", format!("no table `{}` is inherited", name.text), &name.text, &name.place, known)
}

/// Gives the parent's columns their names of now, in headers, keys and references as well.
pub(super) fn rename(one: &Written, tables: &mut [WrittenTable], changes: &mut Changes, said: &mut Diagnostics) {
    for table in &one.tables {
        let Some(known) = tables.iter_mut().find(|known| known.name.text == table.name.text) else {
            let moved = table.moves.iter().map(|one| &one.column);
            for old in table.rename.iter().map(|(old, _)| old).chain(&table.drop).chain(moved) {
                said.push(Diagnostic::error("E0102", &old.place, format!("no table `{}` is inherited", table.name.text)));
            }
            continue;
        };
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for (old, new) in &table.rename {
            let taken = has(known, &new.text) && !table.rename.iter().any(|(other, _)| other.text == new.text);
            if !has(known, &old.text) {
                said.push(unknown("E0101", no_column(old, table), &old.text, &old.place, names_of(known)));
            } else if taken || names.values().any(|other| *other == new.text) {
                said.push(
                    Diagnostic::error("E0410", &new.place, format!("`{}` already has a column `{}`", table.name.text, new.text))
                        .help("drop or rename that one first"),
                );
            } else {
                names.insert(old.text.clone(), new.text.clone());
            }
        }
        apply(known, &names);
        for (old, new) in names {
            changes.set_column(&table.name.text, &old, Became { column: new, through: Vec::new() });
        }
    }
    for reference in tables.iter_mut().flat_map(|table| &mut table.references) {
        let reference = &mut reference.reference;
        if let Some(became) = changes.column(&reference.table, &reference.target) {
            reference.target.clone_from(&became.column);
        }
    }
}

fn apply(table: &mut WrittenTable, names: &BTreeMap<String, String>) {
    let change = |name: &mut String| {
        if let Some(new) = names.get(name) {
            name.clone_from(new);
        }
    };
    for (key, column) in &mut table.columns {
        change(&mut key.text);
        change(&mut column.name);
    }
    table.ignore.iter_mut().for_each(|(key, _)| change(&mut key.text));
    table.header.iter_mut().flatten().chain(table.key.iter_mut().flatten()).chain(&mut table.patient).for_each(|key| change(&mut key.text));
    table.widths.iter_mut().flatten().for_each(|width| change(&mut width.name.text));
    for reference in &mut table.references {
        change(&mut reference.column.text);
        change(&mut reference.reference.column);
    }
}

/// A column on its way to another table.
pub(super) struct Moving {
    from: String,
    how: WrittenMove,
    column: (Key, SourceColumn),
    reference: Option<WrittenReference>,
}

/// Takes columns that stand elsewhere now out of the tables they stood in.
pub(super) fn take(one: &Written, tables: &mut [WrittenTable], said: &mut Diagnostics) -> Vec<Moving> {
    let mut moves = Vec::new();
    for table in &one.tables {
        let Some(known) = tables.iter_mut().find(|known| known.name.text == table.name.text) else { continue };
        for how in &table.moves {
            let name = &how.column;
            let Some(column) = known.columns.iter().find(|(column, _)| column.text == name.text).cloned() else {
                let read = known.columns.iter().map(|(column, _)| column.text.as_str());
                said.push(unknown("E0101", no_column(name, table), &name.text, &name.place, read));
                continue;
            };
            if table.key.is_none() && known.key.iter().flatten().any(|key| key.text == name.text) {
                said.push(
                    Diagnostic::error("E0101", &name.place, format!("`{}` is moved, and the inherited key names it", name.text))
                        .help("say what the `key` is now"),
                );
                continue;
            }
            let reference = known.references.iter().find(|reference| reference.column.text == name.text).cloned();
            remove(known, &name.text);
            moves.push(Moving { from: table.name.text.clone(), how: how.clone(), column, reference });
        }
    }
    moves
}

/// Puts them into the tables they stand in now, as they were defined unless those define them anew.
pub(super) fn settle(moves: Vec<Moving>, tables: &mut [WrittenTable], said: &mut Diagnostics) -> Changes {
    let mut changes = Changes::default();
    for one in moves {
        let (name, to) = (one.how.column.clone(), one.how.to.text.clone());
        let sound = is_sound(&one, tables, said);
        // Where nothing leads to it, it stays, so that rules which read it are not wrong as well.
        let stands_in = if sound { &to } else { &one.from };
        if let Some(target) = tables.iter_mut().find(|table| table.name.text == *stands_in)
            && !has(target, &name.text)
        {
            target.columns.push(if sound { (name.clone(), one.column.1) } else { one.column });
            target.references.extend(one.reference);
        }
        if !sound {
            continue;
        }
        for reference in tables.iter_mut().flat_map(|table| &mut table.references) {
            let reference = &mut reference.reference;
            if reference.table == one.from && reference.target == name.text {
                reference.table.clone_from(&to);
            }
        }
        let on = one.how.on.iter().map(|(here, there)| (here.text.clone(), there.text.clone())).collect();
        changes.set_column(&one.from, &name.text, Became { column: name.text.clone(), through: vec![Hop { table: to, on }] });
    }
    changes
}

/// Whether a move leads from one table to another; says where it does not.
fn is_sound(one: &Moving, tables: &[WrittenTable], said: &mut Diagnostics) -> bool {
    let (name, to) = (&one.how.column, &one.how.to);
    let table = |name: &str| tables.iter().find(|known| known.name.text == name);
    let (Some(from), Some(target)) = (table(&one.from), table(&to.text).filter(|_| to.text != one.from)) else {
        let message = if to.text == one.from {
            format!("`{}` is moved to the table it stood in", name.text)
        } else {
            format!("unknown table `{}`", to.text)
        };
        let known = tables.iter().map(|table| table.name.text.as_str()).filter(|table| *table != one.from);
        said.push(unknown("E0102", message, &to.text, &to.place, known));
        return false;
    };
    if let Some((again, _)) = from.columns.iter().find(|(key, _)| key.text == name.text) {
        said.push(
            Diagnostic::error("E0410", &again.place, format!("`{}` is moved to `{}` and given here as well", name.text, to.text))
                .help("one name stands for one column; take it out of `columns` or out of `move`"),
        );
        return false;
    }
    if one.how.on.is_empty() {
        let message = format!("nothing says which rows of `{}` belong to one of `{}`", to.text, one.from);
        said.push(Diagnostic::error("E0011", &to.place, message).help("add `on: {COLUMN HERE: COLUMN THERE}`"));
        return false;
    }
    let mut sound = true;
    for (here, there) in &one.how.on {
        let (ours, theirs) = (kind_of(from, here, said), kind_of(target, there, said));
        let (Some(ours), Some(theirs)) = (ours, theirs) else {
            sound = false;
            continue;
        };
        if !ours.fits(theirs) && !theirs.fits(ours) {
            let message = format!("`{}` is {ours} and `{}` of `{}` is {theirs}: they never match", here.text, there.text, to.text);
            said.push(Diagnostic::error("E0201", &here.place, message).help("name columns that hold the same"));
            sound = false;
        }
    }
    sound
}

/// The kind of a column that a move goes by; says where there is none of that name.
fn kind_of<'t>(table: &'t WrittenTable, name: &Key, said: &mut Diagnostics) -> Option<&'t Kind> {
    let found = table.columns.iter().find(|(column, _)| column.text == name.text);
    if found.is_none() {
        let known = table.columns.iter().map(|(column, _)| column.text.as_str());
        said.push(unknown("E0101", format!("unknown column `{}` of `{}`", name.text, table.name.text), &name.text, &name.place, known));
    }
    found.map(|(_, column)| &column.ty.kind)
}
