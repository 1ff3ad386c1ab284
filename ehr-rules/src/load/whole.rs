//! What only a schema with its parents merged in can tell: that there are files, and that keys, headers and references name columns.

use super::column::no_identity;
use super::column::unknown;
use super::inherit::has;
use super::inherit::names_of;
use super::source::WrittenReference;
use super::source::WrittenTable;
use super::widths;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;

/// What only the merged schema can tell: a file, and that keys and references name columns that there are.
pub(super) fn check(table: &WrittenTable, tables: &[WrittenTable], missing: &[String], said: &mut Diagnostics) {
    if table.file.is_none() && table.list.is_none() {
        said.push(
            Diagnostic::error("E0011", &table.name.place, format!("table `{}` lacks the key `file`", table.name.text))
                .help(format!("name its files: `file: \"{}*.csv\"`", table.name.text)),
        );
    }
    // One whose columns are all ignored is known, and its rows are counted as unused.
    if table.columns.is_empty() && table.ignore.is_empty() && !table.misread {
        said.push(
            Diagnostic::error("E0011", &table.name.place, format!("table `{}` has no columns", table.name.text))
                .help("name its columns and their types under `columns:`"),
        );
    }
    for name in table.key.iter().flatten().chain(&table.patient).chain(table.references.iter().map(|one| &one.column)) {
        if !table.columns.iter().any(|(column, _)| column.text == name.text) {
            let known = table.columns.iter().map(|(column, _)| column.text.as_str());
            said.push(unknown("E0101", format!("unknown column `{}` of `{}`", name.text, table.name.text), &name.text, &name.place, known));
        }
    }
    let patient = table.patient.iter().map(|name| ("patient", name));
    let references = table.references.iter().map(|one| ("references", &one.column));
    for (constraint, name) in table.key.iter().flatten().map(|name| ("key", name)).chain(patient).chain(references) {
        if let Some((_, column)) = table.columns.iter().find(|(column, _)| column.text == name.text)
            && column.ty.kind.is_nested()
        {
            said.push(no_identity(constraint, &name.text, &column.ty.kind, &name.place));
        }
    }
    for one in &table.references {
        check_reference(one, table, tables, said);
    }
    check_missing(table, missing, said);
    check_header(table, said);
    widths::check(table, said);
    check_format(table, said);
}

/// A text that means 'no value' is never read as anything else.
fn check_missing(table: &WrittenTable, missing: &[String], said: &mut Diagnostics) {
    for (name, column) in &table.columns {
        let missing = column.missing.as_deref().unwrap_or(missing);
        let words =
            column.words.iter().flat_map(|(yes, no)| yes.iter().map(|word| ("true", word)).chain(no.iter().map(|word| ("false", word))));
        for (truth, word) in words.filter(|(_, word)| missing.contains(word)) {
            said.push(
                Diagnostic::error("E0407", &name.place, format!("`{word}` means 'no value' in `{}`, and is never `{truth}`", name.text))
                    .help("leave it out, or give the column texts of its own that mean 'no value', as in `missing: []`"),
            );
        }
    }
}

/// What only JSON has stands in a table of JSON files, and what only delimited text has does not.
fn check_format(table: &WrittenTable, said: &mut Diagnostics) {
    let json = table.format.as_ref().is_some_and(|format| format.json.is_some());
    let first = table.header.as_ref().and_then(|header| header.first());
    if json && let Some(first) = first {
        said.push(Diagnostic::error("E0421", &first.place, "JSON files have no header").help("leave `header` out"));
    }
    if json {
        return;
    }
    let rows = table.format.as_ref().and_then(|format| format.rows.as_ref()).map(|name| ("rows", name));
    let paths = table.columns.iter().filter(|(_, column)| !column.path.is_empty()).map(|(name, _)| ("path", name));
    for (key, name) in rows.into_iter().chain(paths) {
        said.push(
            Diagnostic::error("E0421", &name.place, format!("`{key}` is for tables of JSON files"))
                .help(format!("say `format: json` in `{}`, or leave `{key}` out", table.name.text)),
        );
    }
}

/// A header that the schema gives names every column once, and nothing else.
fn check_header(table: &WrittenTable, said: &mut Diagnostics) {
    let Some(header) = &table.header else { return };
    for (at, name) in header.iter().enumerate() {
        if header[..at].iter().any(|other| other.text == name.text) {
            said.push(
                Diagnostic::error("E0410", &name.place, format!("`{}` stands twice in the header", name.text))
                    .help("give each field a name of its own"),
            );
        } else if !has(table, &name.text) {
            let message = format!("unknown column `{}` of `{}`", name.text, table.name.text);
            said.push(unknown("E0101", message, &name.text, &name.place, names_of(table)));
        }
    }
    for (name, column) in &table.columns {
        let lacking = !column.optional && !header.iter().any(|field| field.text == name.text);
        if let Some(first) = header.first().filter(|_| lacking) {
            said.push(
                Diagnostic::error("E0420", &first.place, format!("the header lacks the column `{}`", name.text))
                    .help("it names each field in the order in which it stands in the files; add this one, or make it `optional`"),
            );
        }
    }
}

fn check_reference(one: &WrittenReference, table: &WrittenTable, tables: &[WrittenTable], said: &mut Diagnostics) {
    let reference = &one.reference;
    let Some(referred) = tables.iter().find(|other| other.name.text == reference.table) else {
        let known = tables.iter().map(|other| other.name.text.as_str());
        said.push(unknown("E0102", format!("unknown table `{}`", reference.table), &reference.table, &one.to.place, known));
        return;
    };
    let Some((_, target)) = referred.columns.iter().find(|(column, _)| column.text == reference.target) else {
        let known = referred.columns.iter().map(|(column, _)| column.text.as_str());
        let message = format!("unknown column `{}` of `{}`", reference.target, reference.table);
        said.push(unknown("E0101", message, &reference.target, &one.to.place, known));
        return;
    };
    let Some((_, column)) = table.columns.iter().find(|(column, _)| column.text == reference.column) else { return };
    if !column.ty.kind.fits(&target.ty.kind) && !target.ty.kind.fits(&column.ty.kind) {
        let message = format!("`{}` is {} and refers to {}", reference.column, column.ty.kind, target.ty.kind);
        said.push(
            Diagnostic::error("E0403", &one.to.place, message).help("values of unlike types are never equal; change one of the types"),
        );
    }
}
