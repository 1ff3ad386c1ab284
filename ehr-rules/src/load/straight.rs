//! Targets that read the tables of a source, without categories in between.

use super::LoadedSource;
use super::LoadedTarget;
use super::column::unknown;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;

/// Finds the sources that targets name under `source`: versions of one system, each once.
pub(super) fn resolve(targets: &mut [LoadedTarget], sources: &[LoadedSource], said: &mut Diagnostics) {
    let known: Vec<String> = sources.iter().map(|source| source.schema.id()).collect();
    for target in targets {
        let mut found: Vec<String> = Vec::new();
        for name in &target.sources {
            let Some(id) = known.iter().find(|id| **id == name.text) else {
                // What is wrong with a source is said where it stands.
                if !said.concern(&format!("/{}/schema.yaml", name.text)) {
                    let names = || known.iter().map(String::as_str);
                    let message = format!("unknown source `{}`", name.text);
                    said.push(unknown("E0120", message, &name.text, &name.place, names()));
                    // The rules are read as they were probably meant.
                    found.extend(suggest::nearest(&name.text, names()).map(str::to_owned));
                }
                continue;
            };
            let system = |id: &str| id.split_once('/').map_or("", |(system, _)| system).to_owned();
            if found.contains(id) {
                said.push(Diagnostic::error("E0430", &name.place, format!("`{id}` is named twice")).help("remove one of the two"));
            } else if found.first().is_some_and(|first| system(first) != system(id)) {
                said.push(
                    Diagnostic::error("E0430", &name.place, format!("`{id}` is of another system"))
                        .help("a target reads versions of one system straight; several systems meet in categories"),
                );
            } else {
                found.push(id.clone());
            }
        }
        target.schema.sources = found;
        tenant(target, sources, said);
    }
}

/// The column that says whose data a row is stands in a table of each version, as a text that is always there.
fn tenant(target: &LoadedTarget, sources: &[LoadedSource], said: &mut Diagnostics) {
    let Some(name) = &target.tenant else { return };
    for source in sources.iter().filter(|source| target.schema.sources.contains(&source.schema.id())) {
        let schema = &source.schema;
        // What is wrong with a source is said where it stands.
        if schema.tables.is_empty() || said.concern(&format!("/{}/schema.yaml", schema.id())) {
            continue;
        }
        let columns = || schema.tables.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        let found: Vec<(&SourceTable, &SourceColumn)> = columns().filter(|(_, column)| column.name == name.text).collect();
        let texts: Vec<_> = found.iter().filter(|(_, column)| column.ty.kind == Kind::Text).collect();
        let error = if let Some((_, column)) = found.first() {
            if texts.is_empty() {
                Diagnostic::error("E0201", &name.place, format!("`{}` of `{}` is {}", name.text, schema.id(), column.ty.kind))
                    .help("a tenant is told by text")
            } else if texts.iter().any(|(table, column)| !column.ty.nullable || table.key.contains(&column.name)) {
                continue;
            } else {
                Diagnostic::error("E0202", &name.place, format!("`{}` of `{}` may be missing", name.text, schema.id()))
                    .help("every row is somebody's; say `required: true` of the column in the source's schema")
            }
        } else {
            let known = columns().map(|(_, column)| column.name.as_str());
            unknown("E0101", format!("unknown column `{}` of `{}`", name.text, schema.id()), &name.text, &name.place, known)
        };
        said.push(error);
        // Versions are much alike, and so is what is wrong with them.
        return;
    }
}
