//! Where a column of a target comes from, back to the source's files, as rules.

use crate::error::Error;
use crate::ir::print;
use crate::rulebook::Rulebook;
use crate::rulebook::SourceId;
use crate::rulebook::unknown;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The way of a table or of one column: the target's rule, and each source's rules for the categories it reads.
pub(crate) fn explain(book: &Rulebook, what: &str, source: Option<&SourceId>) -> Result<String, Error> {
    // A target's name may hold dots, as `omop-5.4` does.
    let found = book.targets.iter().find_map(|target| Some((target, what.strip_prefix(target.schema.name.as_str())?.strip_prefix('.')?)));
    let Some((target, rest)) = found else {
        let names: Vec<String> = book.targets.iter().map(|target| target.schema.name.clone()).collect();
        return Err(unknown("target", what.split('.').next().unwrap_or(what), &names));
    };
    let (table, column) = rest.split_once('.').map_or((rest, None), |(table, column)| (table, Some(column)));
    let Some(shape) = target.schema.table(table) else {
        let names: Vec<String> = target.schema.tables.iter().map(|table| table.name.clone()).collect();
        return Err(unknown("table", table, &names));
    };
    if let Some(column) = column
        && !shape.columns.iter().any(|known| known.name == column)
    {
        let names: Vec<String> = shape.columns.iter().map(|column| column.name.clone()).collect();
        return Err(unknown("column", column, &names));
    }
    if let Some(id) = source
        && book.source(id).is_none()
    {
        let names: Vec<String> = book.sources.iter().map(|source| source.id().to_string()).collect();
        return Err(unknown("source", &id.to_string(), &names));
    }
    let mut text = String::new();
    let rules = match source {
        Some(id) => target.rules_for(id)?,
        None => &target.transforms,
    };
    let Some(rule) = rules.iter().find(|transform| transform.table == table) else {
        return Ok(format!("{what}: no rule makes `{table}`; it is empty\n"));
    };
    text.push_str(&print::transform(rule, column));
    let mut shown = rule.clone();
    for branch in &mut shown.branches {
        branch.columns.retain(|output| column.is_none_or(|column| output.name == column));
    }
    let read = shown.reads();
    if target.is_straight() {
        let schema =
            book.sources.iter().map(|source| &source.schema).find(|schema| {
                source.map_or_else(|| target.schema.sources.first() == Some(&schema.id()), |id| schema.id() == id.to_string())
            });
        for (table, column) in &read {
            let found = schema.and_then(|schema| schema.table(table)).and_then(|table| table.column(column));
            if let (Some(schema), Some(column)) = (schema, found) {
                let _ = writeln!(text, "{}/{table}.{}: {}", schema.id(), column.name, column.ty);
            }
        }
        return Ok(text);
    }
    for source in book.sources.iter().filter(|compiled| source.is_none_or(|id| compiled.id() == *id)) {
        for made in source.transforms.iter().filter(|transform| read.iter().any(|(table, _)| *table == transform.table)) {
            text.push('\n');
            let whole = print::transform(made, None);
            let asked: BTreeSet<&str> = read.iter().filter(|(table, _)| *table == made.table).map(|(_, column)| column.as_str()).collect();
            for line in whole.lines() {
                let name = line.strip_prefix("  ").and_then(|line| line.split_once(": ")).map(|(name, _)| name);
                let step = ["  join ", "  where ", "  group "].iter().any(|step| line.starts_with(step));
                if step || name.is_none_or(|name| asked.contains(name)) {
                    text.push_str(line);
                    text.push('\n');
                }
            }
        }
    }
    Ok(text)
}
