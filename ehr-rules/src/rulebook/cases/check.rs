//! The names in cases: sources, targets, tables, columns and parameters that there are, and rejects that can be.

use super::held;
use super::read;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::suggest::did_you_mean;
use crate::finding::CODES;
use crate::ir::action;
use crate::ir::schema::Parameter;
use crate::ir::schema::SourceSchema;
use crate::load::CaseFile;
use crate::rulebook::compiled::CompiledSource;
use crate::rulebook::compiled::CompiledTarget;
use crate::values::constant;
use crate::yaml::Key;
use crate::yaml::Node;

/// What a reject says beside the row's own fields.
const REJECT: [&str; 7] = ["table", "file", "line", "code", "rule", "stage", "reason"];

/// What is said of a file action.
const ACTION: [&str; 7] = ["status", "source", "target", "bytes", "checksum", "verify", "rule"];

/// Reads every file of cases, and says what is wrong with it.
pub(crate) fn check(sources: &[CompiledSource], targets: &[CompiledTarget], said: &mut Diagnostics) {
    // Where a schema is wrong, what cases name of it may be right.
    let names_are_known = !said.has_errors();
    let of_sources = sources.iter().flat_map(|source| source.cases.iter().map(move |file| (file, Some(source), None)));
    let of_targets = targets.iter().flat_map(|target| target.cases.iter().map(move |file| (file, None, Some(target))));
    for (file, source, target) in of_sources.chain(of_targets) {
        read::read(file, said);
        if names_are_known {
            names(file, &World { sources, targets, source, target }, said);
        }
    }
}

/// All that a case may name, and where it stands.
struct World<'a> {
    sources: &'a [CompiledSource],
    targets: &'a [CompiledTarget],
    /// The source in whose folder it stands.
    source: Option<&'a CompiledSource>,
    /// The target in whose folder it stands.
    target: Option<&'a CompiledTarget>,
}

/// What one case is run with.
struct Stage<'a> {
    source: Option<&'a CompiledSource>,
    target: Option<&'a CompiledTarget>,
}

fn names(file: &CaseFile, world: &World<'_>, said: &mut Diagnostics) {
    for case in read::nodes(file, &mut Diagnostics::default()) {
        let Some(stage) = stage(case, world, said) else { continue };
        for (name, node) in case.get("set").and_then(Node::as_map).unwrap_or_default() {
            stage.parameter(name, node, said);
        }
        stage.unset(case, said);
        for (table, rows) in case.get("given").and_then(Node::as_map).unwrap_or_default() {
            rows_given(&stage, world, table, rows, said);
        }
        for (table, rows) in case.get("expect").and_then(Node::as_map).unwrap_or_default() {
            if table.text == "rejects" { stage.rejects(rows, said) } else { stage.expected(table, rows, said) }
        }
    }
}

/// The source and target of a case; none where one of them is unknown, since nothing can then be said of its tables.
fn stage<'a>(case: &Node, world: &World<'a>, said: &mut Diagnostics) -> Option<Stage<'a>> {
    let mut stage = Stage { source: world.source, target: world.target };
    if let Some((name, node)) = named(case, "target") {
        let found = world.targets.iter().find(|target| target.schema.name == name);
        if found.is_none() {
            let names = world.targets.iter().map(|target| target.schema.name.clone());
            said.push(unknown("E0801", &format!("unknown target `{name}`"), name, &node.place, names));
            return None;
        }
        stage.target = found;
    }
    let read = stage.target.map(|target| target.schema.sources.as_slice()).unwrap_or_default();
    if let Some((name, node)) = named(case, "source") {
        let found = world.sources.iter().find(|source| source.id().to_string() == name);
        if found.is_none() {
            let names = world.sources.iter().map(|source| source.id().to_string());
            said.push(unknown("E0801", &format!("unknown source `{name}`"), name, &node.place, names));
            return None;
        }
        stage.source = found;
    } else if stage.source.is_none() {
        if let ([_, _, ..], Some(target)) = (read, stage.target) {
            let message = format!("the target `{}` reads several versions straight, and the case does not say which", target.schema.name);
            said.push(Diagnostic::error("E0801", &case.place, message).help(format!("add `source: {}`", read.first()?)));
            return None;
        }
        stage.source = read.first().and_then(|id| world.sources.iter().find(|source| source.id().to_string() == *id));
    }
    if let (Some(target), Some(source)) = (stage.target, stage.source)
        && !read.is_empty()
        && !read.contains(&source.id().to_string())
    {
        let place = named(case, "source").or_else(|| named(case, "target")).map_or(&case.place, |(_, node)| &node.place);
        let message = format!("the target `{}` does not read `{}`", target.schema.name, source.id());
        said.push(unknown("E0801", &message, &source.id().to_string(), place, read.iter().cloned()));
        return None;
    }
    Some(stage)
}

impl Stage<'_> {
    fn parameter(&self, name: &Key, node: &Node, said: &mut Diagnostics) {
        let ours = self.source.map(|source| source.schema.parameters.as_slice()).unwrap_or_default();
        let theirs = self.target.map(|target| target.schema.parameters.as_slice()).unwrap_or_default();
        let all = || ours.iter().chain(theirs);
        let Some(parameter) = all().find(|known| known.name == name.text) else {
            let names = all().map(|known: &Parameter| known.name.clone());
            said.push(unknown("E0804", &format!("unknown parameter `{}`", name.text), &name.text, &name.place, names));
            return;
        };
        let Some(text) = node.as_text() else { return };
        let message = format!("`{}` is {}, and `{text}` is none", name.text, parameter.kind);
        if !parameter.one_of.is_empty() && !parameter.one_of.iter().any(|one| one == text) {
            let message = format!("`{}` cannot be `{text}`", name.text);
            said.push(unknown("E0804", &message, text, &node.place, parameter.one_of.iter().cloned()));
        } else if constant::parse(text, &parameter.kind).is_none() {
            said.push(Diagnostic::error("E0804", &node.place, message));
        }
    }

    /// A parameter without a default has a value in every case.
    fn unset(&self, case: &Node, said: &mut Diagnostics) {
        let set = case.get("set").and_then(Node::as_map).unwrap_or_default();
        let ours = self.source.map(|source| source.schema.parameters.as_slice()).unwrap_or_default();
        let theirs = self.target.map(|target| target.schema.parameters.as_slice()).unwrap_or_default();
        let only_theirs = theirs.iter().filter(|parameter| !ours.iter().any(|known| known.name == parameter.name));
        for parameter in ours.iter().chain(only_theirs).filter(|parameter| parameter.default.is_none()) {
            if !set.iter().any(|(name, _)| name.text == parameter.name) {
                let place = case.get("set").or_else(|| case.get("name")).map_or(&case.place, |node| &node.place);
                let message = format!("the parameter `{}` has no default, and the case does not set it", parameter.name);
                said.push(Diagnostic::error("E0804", place, message).help(format!("write `set: {{{}: …}}`", parameter.name)));
            }
        }
    }

    fn expected(&self, table: &Key, rows: &Node, said: &mut Diagnostics) {
        let made = self.target.map(|target| target.schema.tables.as_slice()).unwrap_or_default();
        if let Some(shape) = made.iter().find(|one| one.name == table.text && !one.external) {
            return columns(rows, &table.text, &shape.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>(), said);
        }
        if table.text == action::TABLE && self.target.is_some() {
            return columns(rows, action::TABLE, &ACTION.map(str::to_owned), said);
        }
        // From categories given, or where the target reads its source straight, none are made.
        let straight = self.target.is_some_and(CompiledTarget::is_straight);
        let shapes = self.source.filter(|_| !straight).map(|source| &source.shapes);
        if let Some(shape) = shapes.and_then(|shapes| shapes.get(&table.text)) {
            return columns(rows, &table.text, &shape.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), said);
        }
        let mut names: Vec<String> = made.iter().filter(|one| !one.external).map(|one| one.name.clone()).collect();
        names.extend(shapes.into_iter().flat_map(|shapes| shapes.keys().cloned()));
        names.push("rejects".to_owned());
        said.push(unknown("E0802", &format!("nothing makes `{}`", table.text), &table.text, &table.place, names.into_iter()));
    }

    /// Rows set aside: what is said of each, and fields of the row as it was.
    fn rejects(&self, rows: &Node, said: &mut Diagnostics) {
        let schema = self.source.map(|source| &source.schema);
        let tables = schema.map(|schema| schema.tables.as_slice()).unwrap_or_default();
        for row in rows.as_list().unwrap_or_default() {
            let of = row.get("table").and_then(Node::as_text);
            for (key, node) in row.as_map().unwrap_or_default() {
                let text = node.as_text().unwrap_or_default();
                match key.text.as_str() {
                    "table" if !tables.iter().any(|table| table.name == text) => {
                        let message = format!("no table `{text}` is read, so none of its rows is set aside");
                        said.push(unknown("E0805", &message, text, &node.place, tables.iter().map(|table| table.name.clone())));
                    }
                    "code" if !CODES.iter().any(|(code, _)| *code == text) => {
                        let message = format!("unknown code `{text}` of a row set aside");
                        said.push(unknown("E0805", &message, text, &node.place, CODES.iter().map(|(code, _)| (*code).to_owned())));
                    }
                    "line" if text.parse::<u64>().is_err() => {
                        said.push(Diagnostic::error("E0805", &node.place, format!("`{text}` is no line")).help("the header is line 1"));
                    }
                    name if REJECT.contains(&name) => {}
                    name => {
                        let fields = |table: &crate::ir::schema::SourceTable| -> Vec<String> {
                            table.columns.iter().map(|column| column.name.clone()).chain(table.ignore.keys().cloned()).collect()
                        };
                        let known: Vec<String> =
                            tables.iter().filter(|table| of.is_none_or(|of| table.name == of)).flat_map(fields).collect();
                        if !known.iter().any(|field| field == name) {
                            let names = REJECT.iter().map(|name| (*name).to_owned()).chain(known);
                            said.push(unknown("E0805", &format!("a row set aside has no `{name}`"), name, &key.place, names));
                        }
                    }
                }
            }
        }
    }
}

/// Tables of the source; without one, categories.
fn rows_given(stage: &Stage<'_>, world: &World<'_>, table: &Key, rows: &Node, said: &mut Diagnostics) {
    let name = &table.text;
    if let Some(source) = stage.source {
        return given_rows(&source.schema, table, rows, said);
    }
    let Some(first) = world.sources.first() else { return };
    match first.shapes.get(name) {
        Some(shape) => {
            columns(rows, name, &shape.iter().map(|(column, _)| column.clone()).collect::<Vec<_>>(), said);
            held::check(rows, name, shape, said);
        }
        None => said.push(unknown("E0802", &format!("there is no category `{name}`"), name, &table.place, first.shapes.keys().cloned())),
    }
}

fn given_rows(schema: &SourceSchema, table: &Key, rows: &Node, said: &mut Diagnostics) {
    let name = &table.text;
    let Some(shape) = schema.table(name) else {
        let names = schema.tables.iter().map(|table| table.name.clone());
        said.push(unknown("E0802", &format!("`{}` has no table `{name}`", schema.id()), name, &table.place, names));
        return;
    };
    columns(rows, name, &shape.columns.iter().map(|column| column.name.clone()).collect::<Vec<_>>(), said);
}

fn columns(rows: &Node, table: &str, known: &[String], said: &mut Diagnostics) {
    for row in rows.as_list().unwrap_or_default() {
        for (key, _) in row.as_map().unwrap_or_default() {
            if !known.contains(&key.text) {
                let message = format!("`{table}` has no column `{}`", key.text);
                said.push(unknown("E0803", &message, &key.text, &key.place, known.iter().cloned()));
            }
        }
    }
}

/// The text of a key, with its node.
fn named<'n>(case: &'n Node, key: &str) -> Option<(&'n str, &'n Node)> {
    let node = case.get(key)?;
    Some((node.as_text()?, node))
}

/// With the nearest known name, or with all of them where they are few.
fn unknown(
    code: &'static str,
    message: &str,
    name: &str,
    place: &crate::diagnostic::Place,
    known: impl Iterator<Item = String>,
) -> Diagnostic {
    const FEW: usize = 12;
    let known: Vec<String> = known.collect();
    let said = Diagnostic::error(code, place, message);
    match did_you_mean(name, known.iter().map(String::as_str)) {
        Some(near) => said.help(near),
        None if !known.is_empty() && known.len() <= FEW => {
            said.help(format!("there is {}", known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")))
        }
        None => said,
    }
}
