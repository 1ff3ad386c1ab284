//! One target's folder: its schema, with references and load order checked.

use super::LoadedTarget;
use super::RuleNode;
use super::code_map;
use super::column;
use super::column::reference;
use super::column::unknown;
use super::demand;
use super::demand::Files;
use super::demand::WrittenDemand;
use super::feasibility;
use super::folder::RulesFolder;
use super::folder::name_of;
use super::folder::without_schema;
use super::parameter;
use super::places::Places;
use super::read_cases;
use super::read_rules;
use super::read_yaml;
use super::start_of;
use super::track;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::overlay::Overlay;
use crate::error::Error;
use crate::ir::target::TargetColumn;
use crate::ir::target::TargetSchema;
use crate::ir::target::TargetTable;
use crate::ir::tenant::FolderName;
use crate::ir::tenant::Tenant;
use crate::ir::types::Type;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use std::collections::BTreeMap;
use std::path::Path;

/// Reads a target's folder; `None` where nothing can be made of its schema.
pub(super) fn read(folder: &RulesFolder, overlay: &Overlay, said: &mut Diagnostics) -> Result<Option<LoadedTarget>, Error> {
    if !folder.schema.is_file() && overlay.get(&folder.schema).is_none() {
        said.push(Diagnostic::error("E0002", &start_of(&folder.schema), "a target has no `schema.yaml`").help(without_schema(folder)));
        return Ok(None);
    }
    let Some(node) = read_yaml(&folder.schema, overlay, said)? else { return Ok(None) };
    let Some(Written { schema, places, sources, tenant, checks }) = schema(&node, &folder.path, overlay, said) else { return Ok(None) };
    let (rules, cases) = (read_rules(&folder.rules, overlay, said)?, read_cases(&folder.cases, overlay, said)?);
    check_allowed(&node, &schema, &rules, said);
    Ok(Some(LoadedTarget { schema, sources, tenant, checks, places, rules, cases }))
}

/// A schema as it is written, with the places of what other schemas decide about.
struct Written {
    schema: TargetSchema,
    places: Places,
    sources: Vec<Key>,
    tenant: Option<Key>,
    checks: Vec<(String, WrittenDemand)>,
}

/// A reference with the places it was written at, to be checked once all tables are known.
struct Pending {
    table: usize,
    column: String,
    to: Place,
}

fn schema(node: &Node, folder: &Path, overlay: &Overlay, said: &mut Diagnostics) -> Option<Written> {
    let mut fields = Fields::of(node, "the schema of a target", said)?;
    let name = fields.required_named("target", said)?;
    let shown = name_of(folder);
    if name.text != shown {
        said.push(
            Diagnostic::error("E0409", &name.place, format!("the target `{}` stands in the folder of `{shown}`", name.text))
                .help("give the folder and the target one name"),
        );
    }
    let mut places = Places::new(name.place.clone());
    let title = fields.text("title", said).unwrap_or_else(|| name.text.clone());
    let sources = fields.names("source", said).unwrap_or_default();
    let tenant = tenant(&mut fields, said);
    let code_maps = code_map::read(&mut fields, folder, overlay, said);
    let (mut tables, mut pending, mut nodes, mut tracks) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    fields.required("tables", said);
    for (key, node) in fields.map("tables", said).unwrap_or_default() {
        places.set_table(&key.text, &key.place);
        if let Some((table, track)) = table(key, node, tables.len(), &mut places, &mut pending, said) {
            tracks.extend(track.map(|track| (tables.len(), track)));
            tables.push(table);
            nodes.push(node);
        }
    }
    let checks = demand::read(&mut tables, &nodes, Files { folder, overlay }, said);
    let parameters = parameter::read(&mut fields, said);
    let feasibility = feasibility::read(&mut fields, true, said);
    let deidentified = fields.one_of("release", &[("deidentified", true), ("identified", false)], said).unwrap_or(false);
    let allow = allowed(&mut fields, said);
    fields.finish(said);
    for one in pending {
        check_reference(&one, &tables, said);
    }
    for (at, node) in tracks {
        let track = track::read(node, at, &tables, said);
        if let Some(table) = tables.get_mut(at) {
            table.track = track;
        }
    }
    let told = tenant.as_ref().map(|(from, folder)| Tenant { from: from.text.clone(), folder: *folder });
    let schema = TargetSchema {
        name: name.text,
        title,
        sources: Vec::new(),
        tenant: told,
        deidentified,
        allow,
        tables,
        code_maps,
        parameters,
        feasibility,
    };
    Some(Written { schema, places, sources, tenant: tenant.map(|(from, _)| from), checks })
}

/// `{from: COLUMN}`, of a source that is read straight; the column is looked for once sources are known. `folder` says how folders name it.
fn tenant(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Option<(Key, Option<FolderName>)> {
    let node = fields.get("tenant")?;
    if fields.get("source").is_none() {
        said.push(
            Diagnostic::error("E0011", &node.place, "`tenant` is a column of a source, and the target lacks the key `source`")
                .help("write `source: SYSTEM/VERSION`, or leave `tenant` out: categories do not say whose data a row is"),
        );
    }
    let mut own = Fields::of(node, "`tenant`", said)?;
    let from = own.required_named("from", said);
    let folder = own.one_of("folder", &[("name", FolderName::Name), ("letters", FolderName::Letters)], said);
    own.finish(said);
    Some((from?, folder))
}

/// `{TABLE.COLUMN: REASON}`; the reason is what makes it a decision.
fn allowed(fields: &mut Fields<'_>, said: &mut Diagnostics) -> BTreeMap<String, String> {
    let mut allow = BTreeMap::new();
    for (name, node) in fields.map("allow", said).unwrap_or_default() {
        let reason = node.as_text().map(str::trim).unwrap_or_default();
        if reason.is_empty() {
            said.push(
                Diagnostic::error("E0010", &name.place, format!("nothing says why `{}` is released", name.text))
                    .help(format!("write `{}: REASON`", name.text)),
            );
        }
        allow.insert(name.text.clone(), reason.to_owned());
    }
    allow
}

/// What is allowed is there to be released: a column of a table, or the file action of a rule.
fn check_allowed(node: &Node, schema: &TargetSchema, rules: &[RuleNode], said: &mut Diagnostics) {
    for (name, _) in node.get("allow").and_then(Node::as_map).unwrap_or_default() {
        let Some((table, column)) = name.text.split_once('.') else {
            said.push(
                Diagnostic::error("E0010", &name.place, format!("`{}` is no column of a table", name.text))
                    .help("write `TABLE.COLUMN: REASON`"),
            );
            continue;
        };
        let moves = |rule: &&RuleNode| {
            let branches = rule.node.get("union").and_then(Node::as_list).unwrap_or_default();
            std::iter::once(&rule.node).chain(branches).any(|node| node.get("file").is_some())
        };
        let moving: Vec<&str> = rules.iter().filter(moves).map(|rule| rule.name.text.as_str()).collect();
        if column == "file" && moving.contains(&table) {
            continue;
        }
        match schema.table(table) {
            None => {
                let known = schema.tables.iter().map(|known| known.name.as_str()).chain(moving);
                said.push(unknown("E0102", format!("unknown table `{table}`"), table, &name.place, known));
            }
            Some(found) if !found.columns.iter().any(|known| known.name == column) => {
                let known = found.columns.iter().map(|known| known.name.as_str());
                said.push(unknown("E0101", format!("unknown column `{column}` of `{table}`"), column, &name.place, known));
            }
            Some(_) => {}
        }
    }
}

/// A table, and how it is tracked, which is read once all tables are known.
fn table<'a>(
    name: &Key,
    node: &'a Node,
    at: usize,
    places: &mut Places,
    pending: &mut Vec<Pending>,
    said: &mut Diagnostics,
) -> Option<(TargetTable, Option<&'a Node>)> {
    let mut fields = Fields::of(node, &format!("table `{}`", name.text), said)?;
    let external = fields.bool("external", said).unwrap_or(false);
    let found_in = demand::found_in(&mut fields, external, said);
    let key = fields.names("key", said).unwrap_or_default();
    let summary = fields.text("summary", said).unwrap_or_default();
    let mut columns: Vec<TargetColumn> = Vec::new();
    fields.required("columns", said);
    for (column, node) in fields.map("columns", said).unwrap_or_default() {
        places.set_column(&name.text, &column.text, &column.place);
        if let Some((column, to)) = target_column(column, node, said) {
            pending.extend(to.map(|to| Pending { table: at, column: column.name.clone(), to }));
            columns.push(column);
        }
    }
    let track = fields.get("track");
    let feasibility = feasibility::read(&mut fields, false, said);
    demand::known(&mut fields, &demand::OF_TABLES);
    fields.finish(said);
    for part in &key {
        if let Some(column) = columns.iter().find(|column| column.name == part.text && column.ty.kind.is_nested()) {
            said.push(column::no_identity("key", &column.name, &column.ty.kind, &part.place));
        }
        if !columns.iter().any(|column| column.name == part.text) {
            let known = columns.iter().map(|column| column.name.as_str());
            said.push(unknown("E0101", format!("unknown column `{}` of `{}`", part.text, name.text), &part.text, &part.place, known));
        }
    }
    let key = key.into_iter().map(|part| part.text).collect();
    let name = name.text.clone();
    let table = TargetTable { name, summary, external, found_in, key, demands: Vec::new(), track: None, feasibility, columns };
    Some((table, track))
}

/// A column, and where it says what it refers to.
fn target_column(name: &Key, node: &Node, said: &mut Diagnostics) -> Option<(TargetColumn, Option<Place>)> {
    let (kind, fields) = column::typed(node, &format!("column `{}`", name.text), &mut column::inner, said)?;
    let (name, ty) = (name.text.clone(), Type::nullable(kind));
    let mut column = TargetColumn { name, summary: String::new(), ty, max_length: None, references: None };
    let Some(mut fields) = fields else { return Some((column, None)) };
    column.summary = fields.text("summary", said).unwrap_or_default();
    column.ty.nullable = !fields.bool("required", said).unwrap_or(false);
    column.max_length = column::max_length(&mut fields, &column.ty.kind, said);
    let to = fields.named("references", said);
    column.references = to.as_ref().and_then(|to| reference(to, said));
    demand::known(&mut fields, &demand::OF_COLUMNS);
    fields.finish(said);
    let place = to.map(|to| to.place).filter(|_| column.references.is_some());
    Some((column, place))
}

/// A column refers to its own table, an external one, or one that is loaded before it.
fn check_reference(one: &Pending, tables: &[TargetTable], said: &mut Diagnostics) {
    let Some(table) = tables.get(one.table) else { return };
    let Some(column) = table.columns.iter().find(|column| column.name == one.column) else { return };
    let Some((referred, target)) = &column.references else { return };
    let Some((at, found)) = tables.iter().enumerate().find(|(_, other)| other.name == *referred) else {
        let known = tables.iter().map(|other| other.name.as_str());
        said.push(unknown("E0102", format!("unknown table `{referred}`"), referred, &one.to, known));
        return;
    };
    if at > one.table && !found.external {
        said.push(
            Diagnostic::error("E0401", &one.to, format!("`{}` refers to `{referred}`, which is loaded later", table.name))
                .help(format!("tables stand in load order; move `{referred}` before `{}`", table.name)),
        );
    }
    let Some(other) = found.columns.iter().find(|other| other.name == *target) else {
        let known = found.columns.iter().map(|other| other.name.as_str());
        said.push(unknown("E0101", format!("unknown column `{target}` of `{referred}`"), target, &one.to, known));
        return;
    };
    if column.ty.kind.is_nested() {
        said.push(column::no_identity("references", &column.name, &column.ty.kind, &one.to));
        return;
    }
    if !column.ty.kind.fits(&other.ty.kind) && !other.ty.kind.fits(&column.ty.kind) {
        let message = format!("`{}` is {} and refers to {}", column.name, column.ty.kind, other.ty.kind);
        said.push(Diagnostic::error("E0403", &one.to, message).help("values of unlike types are never equal; change one of the types"));
    }
}
