//! Targets that read the tables of a source, without categories in between.

use super::LoadedSource;
use super::LoadedTarget;
use super::column::unknown;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest;

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
    }
}
