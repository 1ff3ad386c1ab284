//! What was found of how an export's files are written, as a part of a schema.

use crate::draft::dialect::decide;
use crate::draft::next::pairs;
use crate::draft::table;
use crate::draft::yaml;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::scan::found::Scan;
use std::fmt::Write as _;

/// Writes it; with a schema that is known, by its tables, and only what it does not say or says otherwise.
pub(super) fn write(scan: &Scan, schema: Option<&SourceSchema>) -> String {
    let tables = table::tables(scan);
    let mut known: Vec<Option<&SourceTable>> = vec![None; tables.len()];
    for (one, at) in schema.map(|schema| pairs(schema, &tables)).unwrap_or_default() {
        if let Some(place) = known.get_mut(at) {
            *place = Some(one);
        }
    }
    let decided = decide(&tables, schema, &known, false);
    let mut text = String::new();
    let of = schema.map(|schema| format!(", beyond what {} says", schema.id())).unwrap_or_default();
    let _ = writeln!(text, "# How the files of an export are written{of}: for its `schema.yaml`. What is not said is found for each file.");
    if !decided.whole.is_empty() {
        let _ = writeln!(text, "dialect: {}   {}", decided.whole.line(), yaml::comment("of every file"));
    }
    let mut said = String::new();
    for ((table, own), known) in tables.iter().zip(&decided.own).zip(&known) {
        let name = known.map_or(table.name.as_str(), |known| &known.name);
        let parts: Vec<&str> = table.parts.iter().map(|file| file.name.as_str()).collect();
        let is_bare =
            table.file.dialect.format == "delimited" && !table.file.dialect.header && known.is_none_or(|known| known.header.is_empty());
        let mut notes: Vec<&str> = table.parts.iter().filter_map(|file| file.dialect.doubt.as_deref()).collect();
        if is_bare {
            notes.push("no line names the columns: the table needs a `header`");
        }
        let here = if own.is_empty() { yaml::comment(&format!("{}:", yaml::scalar(name))) } else { format!("{}:", yaml::scalar(name)) };
        let _ = writeln!(said, "  {here}   {}", yaml::comment(&parts.join(", ")));
        for note in notes {
            let _ = writeln!(said, "    {}", yaml::comment(note));
        }
        if !own.is_empty() {
            let _ = writeln!(said, "    dialect: {}", own.line());
        }
    }
    if decided.own.iter().any(|own| !own.is_empty()) {
        text.push_str("tables:\n");
    }
    text.push_str(&said);
    for skipped in &scan.skipped {
        let _ = writeln!(text, "{}", yaml::comment(&format!("{}: {}", skipped.name, skipped.reason)));
    }
    text
}
