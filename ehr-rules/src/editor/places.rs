//! Where what a name stands for is written: its definition, what makes it, what reads it.

use super::facts;
use super::home::Home;
use super::home::home;
use super::meaning::Meaning;
use super::meaning::Named;
use super::meaning::names;
use super::outline::outline;
use super::scope::Scope;
use super::spot;
use super::spot::May;
use super::spot::Spot;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::forms::Holds;
use crate::ir::code_map::CodeMapSource;
use crate::load::Loaded;
use std::ops::Range;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Where a name is declared.
pub(super) fn definition(meaning: &Meaning, scope: Scope<'_>) -> Option<Place> {
    match meaning {
        Meaning::Column(_, column) => column.place.clone(),
        Meaning::Table(table) => table.place.clone(),
        Meaning::CodeMap(name) => match facts::code_maps(scope.home, scope.loaded)?.get(name)? {
            CodeMapSource::File(file) => Some(Place { source: Source::new(&file.path, String::new()), span: 0..0 }),
            CodeMapSource::Athena { .. } => {
                let whole = match scope.home {
                    Home::TargetRules(name) | Home::TargetSchema(name) => facts::target(name, scope.loaded)?.places.whole(),
                    Home::SourceRules(id) | Home::SourceSchema(id) => facts::source(id, scope.loaded)?.places.whole(),
                    _ => return None,
                };
                let tree = outline(&whole.source.text);
                let entry = tree.get("code_maps")?.entries().iter().find(|entry| entry.name == *name)?;
                Some(Place { source: Arc::clone(&whole.source), span: entry.key.clone() })
            }
        },
        Meaning::Source(id) => Some(facts::source(id, scope.loaded)?.places.whole().clone()),
        Meaning::Target(name) => Some(facts::target(name, scope.loaded)?.places.whole().clone()),
        Meaning::Function(_) | Meaning::Param(..) | Meaning::Key(..) | Meaning::Type(..) | Meaning::Parameter(_) => None,
    }
}

/// Everything written in the files that stands for the same as a name.
pub(super) fn same(meaning: &Meaning, files: &[(PathBuf, String)], folders: &[PathBuf], loaded: &Loaded, asked: Asked) -> Vec<Place> {
    let mut found = Vec::new();
    for (path, text) in files {
        let Some(home) = home(folders, path) else { continue };
        let source = Source::new(path, text.clone());
        let scope = Scope { home: &home, loaded, file: Some(&source) };
        let tree = outline(text);
        let mut spans: Vec<Range<usize>> = Vec::new();
        spot::walk(&tree, home.holds(), &mut |spot| {
            let wanted = match asked {
                Asked::All => true,
                Asked::But => !declares(&spot, &home),
                Asked::Making => makes(&spot, &home),
            };
            // Most spots do not even hold the name.
            if wanted && name_of(meaning).is_some_and(|name| text.get(spot.span.clone()).is_some_and(|written| written.contains(name))) {
                spans.extend(
                    names(text, &spot, scope).into_iter().filter(|named| equal(&named.meaning, meaning)).map(|Named { span, .. }| span),
                );
            }
        });
        if !spans.is_empty() {
            found.extend(spans.into_iter().map(|span| Place { source: Arc::clone(&source), span }));
        }
    }
    found
}

/// Which of the places are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// All of them.
    All,
    /// All but where it is declared.
    But,
    /// Where rules make it.
    Making,
}

/// Whether a key declares what it names.
fn declares(spot: &Spot<'_>, home: &Home) -> bool {
    let schema = matches!(home, Home::SourceSchema(_) | Home::Category(_) | Home::TargetSchema(_));
    schema && spot.key && spot.frames.len() <= 4 && matches!(spot.may, May::Hold(Holds::OwnColumn | Holds::OwnTable | Holds::CodeMap)) && {
        let under = spot.frames.iter().rev().find_map(|frame| frame.entry).map(|entry| entry.name.as_str());
        matches!(under, Some("columns" | "tables" | "code_maps"))
    }
}

/// Whether a key of a rule makes what it names.
fn makes(spot: &Spot<'_>, home: &Home) -> bool {
    let rules = matches!(home, Home::SourceRules(_) | Home::TargetRules(_));
    rules && spot.key && matches!(spot.may, May::Hold(Holds::Output | Holds::OutputColumn))
}

/// The name as it is written wherever it is.
fn name_of(meaning: &Meaning) -> Option<&str> {
    Some(match meaning {
        Meaning::Column(_, column) => &column.name,
        Meaning::Table(table) => &table.name,
        Meaning::Function(function) => function.name,
        Meaning::CodeMap(name) | Meaning::Target(name) => name,
        Meaning::Source(id) => id.split('/').next_back()?,
        Meaning::Parameter(parameter) => parameter.as_ref().map_or("today", |parameter| &parameter.name),
        Meaning::Param(..) | Meaning::Key(..) | Meaning::Type(..) => return None,
    })
}

/// Whether two names stand for one thing: what is inherited is what its parent declares.
fn equal(one: &Meaning, other: &Meaning) -> bool {
    match (one, other) {
        (Meaning::Column(_, one), Meaning::Column(_, other)) => at(one.place.as_ref()) == at(other.place.as_ref()) && one.place.is_some(),
        (Meaning::Table(one), Meaning::Table(other)) => at(one.place.as_ref()) == at(other.place.as_ref()) && one.place.is_some(),
        (Meaning::Function(one), Meaning::Function(other)) => one.name == other.name,
        (Meaning::Parameter(one), Meaning::Parameter(other)) => {
            one.as_ref().map(|parameter| &parameter.name) == other.as_ref().map(|parameter| &parameter.name)
        }
        (Meaning::CodeMap(one), Meaning::CodeMap(other))
        | (Meaning::Source(one), Meaning::Source(other))
        | (Meaning::Target(one), Meaning::Target(other)) => one == other,
        _ => false,
    }
}

fn at(place: Option<&Place>) -> Option<(&str, usize)> {
    place.map(|place| (place.source.path.as_str(), place.span.start))
}

/// What a file declares or makes, for an overview of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Symbol {
    /// Its name.
    pub name: String,
    /// What it is, in a word.
    pub detail: &'static str,
    /// Where all of it stands, in bytes.
    pub whole: Range<usize>,
    /// Where its name stands, in bytes.
    pub span: Range<usize>,
    /// What stands in it.
    pub inside: Vec<Symbol>,
}

/// The overview of a file.
pub(super) fn symbols(text: &str, path: &Path, folders: &[PathBuf]) -> Vec<Symbol> {
    let tree = outline(text);
    let Some(home) = home(folders, path) else { return Vec::new() };
    let under = |item: &super::outline::Item, key: &str, detail: &'static str| -> Vec<Symbol> {
        item.get(key).map(super::outline::Item::entries).unwrap_or_default().iter().map(|entry| symbol(entry, detail, Vec::new())).collect()
    };
    match home {
        Home::SourceRules(_) | Home::TargetRules(_) => {
            let rules = tree.entries().iter().map(|rule| {
                let mut inside = under(&rule.value, "columns", "column");
                for branch in rule.value.get("union").map(super::outline::Item::items).unwrap_or_default() {
                    inside.extend(under(branch, "columns", "column"));
                }
                symbol(rule, "rule", inside)
            });
            rules.collect()
        }
        Home::Category(_) => under(&tree, "columns", "column"),
        Home::SourceSchema(_) | Home::TargetSchema(_) => {
            let tables = tree.get("tables").map(super::outline::Item::entries).unwrap_or_default().iter();
            let tables = tables.map(|table| symbol(table, "table", under(&table.value, "columns", "column")));
            under(&tree, "code_maps", "code map").into_iter().chain(tables).collect()
        }
        Home::SourceCases(_) | Home::TargetCases(_) => {
            let cases = tree.items().iter().filter_map(|case| {
                let name = case.get("name")?;
                Some(Symbol {
                    name: name.text()?.to_owned(),
                    detail: "case",
                    whole: case.span.clone(),
                    span: name.span.clone(),
                    inside: Vec::new(),
                })
            });
            cases.collect()
        }
    }
}

fn symbol(entry: &super::outline::Entry, detail: &'static str, inside: Vec<Symbol>) -> Symbol {
    let whole = entry.key.start..entry.value.span.end.max(entry.key.end);
    Symbol { name: entry.name.clone(), detail, whole, span: entry.key.clone(), inside }
}
