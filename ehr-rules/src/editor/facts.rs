//! Tables and columns as a writer is told of them, whichever schema they stand in.

use super::home::Home;
use crate::diagnostic::Place;
use crate::functions;
use crate::functions::function::Accepts;
use crate::ir::code_map::CodeMapSource;
use crate::ir::schema::CheckRule;
use crate::ir::schema::Parameter;
use crate::ir::schema::SourceColumn;
use crate::ir::types::Type;
use crate::load::Loaded;
use crate::load::LoadedCategory;
use crate::load::LoadedSource;
use crate::load::LoadedTarget;
use crate::yaml::Content;
use crate::yaml::Node;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// A table: of a source, of a target, or a category.
#[derive(Debug, Clone)]
pub(super) struct TableFacts {
    /// Its name.
    pub name: String,
    /// What it is, as in ``table of `synthea/2022` ``.
    pub what: String,
    /// More to know, a line each.
    pub notes: Vec<String>,
    /// Its columns, in order.
    pub columns: Vec<ColumnFacts>,
    /// Where it stands.
    pub place: Option<Place>,
}

/// A column.
#[derive(Debug, Clone)]
pub(super) struct ColumnFacts {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// More to know, a line each.
    pub notes: Vec<String>,
    /// The only texts it takes; empty where it takes any.
    pub one_of: Vec<String>,
    /// Where it stands; a parent's file where it is inherited.
    pub place: Option<Place>,
}

impl TableFacts {
    pub(super) fn column(&self, name: &str) -> Option<&ColumnFacts> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// The tables that a file's rules read.
pub(super) fn inputs(home: &Home, loaded: &Loaded) -> Vec<TableFacts> {
    match home {
        Home::SourceRules(id) => source(id, loaded).map(source_tables).into_iter().flatten().chain(categories(loaded)).collect(),
        Home::TargetRules(name) => {
            // A target may read a source straight: all its versions, or one.
            let named = target(name, loaded).map(|target| target.sources.as_slice()).unwrap_or_default();
            let reads = |id: &str| named.iter().any(|name| name.text == id || id.split('/').next() == Some(name.text.as_str()));
            let straight = loaded.sources.iter().filter(|source| reads(&source.schema.id())).flat_map(source_tables);
            let between = categories(loaded).filter(|_| named.is_empty());
            straight.chain(between).chain(outputs(home, loaded)).collect()
        }
        _ => Vec::new(),
    }
}

/// The tables that a file's rules make.
pub(super) fn outputs(home: &Home, loaded: &Loaded) -> Vec<TableFacts> {
    match home {
        Home::SourceRules(_) | Home::SourceSchema(_) => categories(loaded).collect(),
        Home::TargetRules(name) => target(name, loaded).map(target_tables).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// The tables that a schema itself declares.
pub(super) fn own(home: &Home, loaded: &Loaded) -> Vec<TableFacts> {
    match home {
        Home::SourceSchema(id) => source(id, loaded).map(source_tables).unwrap_or_default(),
        Home::TargetSchema(name) => target(name, loaded).map(target_tables).unwrap_or_default(),
        Home::Category(name) => categories(loaded).filter(|table| table.name == *name).collect(),
        _ => Vec::new(),
    }
}

/// The code maps that a file's rules may name.
pub(super) fn code_maps<'l>(home: &Home, loaded: &'l Loaded) -> Option<&'l BTreeMap<String, CodeMapSource>> {
    match home {
        Home::TargetRules(name) | Home::TargetSchema(name) => Some(&target(name, loaded)?.schema.code_maps),
        Home::SourceRules(id) | Home::SourceSchema(id) => Some(&source(id, loaded)?.schema.code_maps),
        _ => None,
    }
}

/// The parameters that a file's rules may ask for, `today` apart.
pub(super) fn parameters(home: &Home, loaded: &Loaded) -> Vec<Parameter> {
    let named = |id: &str| source(id, loaded).map(|source| source.schema.parameters.clone()).unwrap_or_default();
    match home {
        Home::SourceRules(id) | Home::SourceSchema(id) | Home::SourceCases(id) => named(id),
        Home::TargetRules(name) | Home::TargetSchema(name) | Home::TargetCases(name) => {
            let Some(target) = target(name, loaded) else { return Vec::new() };
            let straight = target.sources.iter().flat_map(|id| named(&id.text));
            target.schema.parameters.iter().cloned().chain(straight).collect()
        }
        Home::Category(_) => Vec::new(),
    }
}

/// The names of the secrets that rules ask for, wherever they stand.
pub(super) fn secrets(loaded: &Loaded) -> BTreeSet<String> {
    let rules = loaded.sources.iter().flat_map(|source| &source.rules).chain(loaded.targets.iter().flat_map(|target| &target.rules));
    let mut names = BTreeSet::new();
    rules.for_each(|rule| secrets_in(&rule.node, &mut names));
    names
}

fn secrets_in(node: &Node, names: &mut BTreeSet<String>) {
    match &node.content {
        Content::Scalar { .. } => {}
        Content::List(items) => items.iter().for_each(|item| secrets_in(item, names)),
        Content::Map(entries) => {
            for (key, given) in entries {
                let params = functions::find(&key.text).map(|function| function.params).unwrap_or_default();
                if let Some(at) = params.iter().position(|param| param.accepts == Accepts::Secret) {
                    // By name, or in order behind the value that is worked on.
                    let name = match &given.content {
                        Content::Map(_) => params.get(at).and_then(|param| given.get(param.name)),
                        Content::List(items) => at.checked_sub(1).and_then(|at| items.get(at)),
                        Content::Scalar { .. } => Some(given).filter(|_| at == 1),
                    };
                    names.extend(name.and_then(Node::as_text).map(str::to_owned));
                }
                secrets_in(given, names);
            }
        }
    }
}

/// The source of that name.
pub(super) fn source<'l>(id: &str, loaded: &'l Loaded) -> Option<&'l LoadedSource> {
    loaded.sources.iter().find(|source| source.schema.id() == id)
}

/// The target of that name.
pub(super) fn target<'l>(name: &str, loaded: &'l Loaded) -> Option<&'l LoadedTarget> {
    loaded.targets.iter().find(|target| target.schema.name == name)
}

fn categories(loaded: &Loaded) -> impl Iterator<Item = TableFacts> + '_ {
    loaded.categories.iter().map(category)
}

fn category(one: &LoadedCategory) -> TableFacts {
    let category = &one.category;
    let column = |column: &crate::ir::category::CategoryColumn| {
        let mut notes = Vec::new();
        if !column.element.is_empty() {
            notes.push(format!("FHIR: {}", column.element));
        }
        notes.extend(words(&column.one_of));
        ColumnFacts {
            name: column.name.clone(),
            ty: column.ty.clone(),
            notes,
            one_of: column.one_of.clone(),
            place: one.places.column(&category.name, &column.name).cloned(),
        }
    };
    let resource = (!category.resource.is_empty()).then(|| format!("FHIR: {}", category.resource));
    TableFacts {
        name: category.name.clone(),
        what: "category".to_owned(),
        notes: std::iter::once(category.summary.clone()).filter(|text| !text.is_empty()).chain(resource).collect(),
        columns: category.columns.iter().map(column).collect(),
        place: Some(one.places.whole().clone()),
    }
}

fn source_tables(one: &LoadedSource) -> Vec<TableFacts> {
    let tables = one.schema.tables.iter().map(|table| {
        let columns = table.columns.iter().map(|column| {
            let mut notes = constraints(column);
            if table.key.contains(&column.name) {
                notes.push("part of the key".to_owned());
            }
            let references = table.references.iter().filter(|reference| reference.column == column.name);
            notes.extend(references.map(|reference| format!("refers to `{}.{}`", reference.table, reference.target)));
            let mut ty = column.ty.clone();
            ty.nullable &= !table.key.contains(&column.name);
            let place = one.places.column(&table.name, &column.name).cloned();
            ColumnFacts { name: column.name.clone(), ty, notes, one_of: one_of(column), place }
        });
        TableFacts {
            name: table.name.clone(),
            what: format!("table of `{}`", one.schema.id()),
            notes: vec![table.list.as_ref().map_or_else(|| format!("files: `{}`", table.file), |list| format!("listing of `{list}`"))],
            columns: columns.collect(),
            place: one.places.table(&table.name).cloned(),
        }
    });
    tables.collect()
}

fn target_tables(one: &LoadedTarget) -> Vec<TableFacts> {
    let tables = one.schema.tables.iter().map(|table| {
        let said = |summary: &String| (!summary.is_empty()).then(|| summary.clone());
        let columns = table.columns.iter().map(|column| {
            let mut notes = Vec::from_iter(said(&column.summary));
            if table.key.contains(&column.name) {
                notes.push("part of the key".to_owned());
            }
            notes.extend(column.max_length.map(|length| format!("at most {length} characters")));
            notes.extend(column.references.as_ref().map(|(table, column)| format!("refers to `{table}.{column}`")));
            let place = one.places.column(&table.name, &column.name).cloned();
            ColumnFacts { name: column.name.clone(), ty: column.ty.clone(), notes, one_of: Vec::new(), place }
        });
        let external = table.external.then(|| "filled by somebody else".to_owned());
        TableFacts {
            name: table.name.clone(),
            what: format!("table of the target `{}`", one.schema.name),
            notes: said(&table.summary).into_iter().chain(external).collect(),
            columns: columns.collect(),
            place: one.places.table(&table.name).cloned(),
        }
    });
    tables.collect()
}

fn one_of(column: &SourceColumn) -> Vec<String> {
    column
        .checks
        .iter()
        .find_map(|check| if let CheckRule::OneOf(words) = &check.rule { Some(words.clone()) } else { None })
        .unwrap_or_default()
}

/// What a schema says of a column, a line each.
fn constraints(column: &SourceColumn) -> Vec<String> {
    let mut notes = Vec::new();
    if !column.formats.is_empty() {
        notes.push(format!("formats: {}", listed(&column.formats)));
    }
    for check in &column.checks {
        notes.push(match &check.rule {
            CheckRule::OneOf(words) => format!("one of {}", listed(words)),
            CheckRule::Pattern(pattern) => format!("pattern `{pattern}`"),
            CheckRule::Min(least) => format!("at least `{least}`"),
            CheckRule::Max(most) => format!("at most `{most}`"),
            CheckRule::MaxLength(length) => format!("at most {length} characters"),
            CheckRule::Unique => "unique".to_owned(),
        });
    }
    if column.required && column.ty.nullable {
        notes.push("a missing value is warned of".to_owned());
    }
    if column.optional {
        notes.push("a file may come without it".to_owned());
    }
    if !column.also.is_empty() {
        notes.push(format!("also written {}", listed(&column.also)));
    }
    notes.extend(column.phi.as_ref().map(|tag| format!("identifies a person: `{tag}`")));
    notes
}

fn words(one_of: &[String]) -> Option<String> {
    (!one_of.is_empty()).then(|| format!("one of {}", listed(one_of)))
}

fn listed(words: &[String]) -> String {
    words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
}
