//! The schema of one version of a source as it is written, before its parents are merged in.

use super::CaseFile;
use super::RuleNode;
use super::code_map;
use super::column;
use super::column::reference;
use super::dialect;
use super::folder::RulesFolder;
use super::folder::name_of;
use super::folder::without_schema;
use super::parameter;
use super::read_cases;
use super::read_rules;
use super::read_yaml;
use super::row_check;
use super::row_check::WrittenCheck;
use super::source_column;
use super::start_of;
use super::widths;
use super::widths::WrittenWidth;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::overlay::Overlay;
use crate::error::Error;
use crate::ir::code_map::CodeMapSource;
use crate::ir::schema::Dialect;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::Parameter;
use crate::ir::schema::Reference;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::yaml::Content;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use crate::yaml::fields::expect_named;
use globset::GlobBuilder;
use std::collections::BTreeMap;
use std::path::Path;

/// A source's folder as written.
#[derive(Debug)]
pub(super) struct Written {
    pub system: Key,
    pub version: Key,
    pub title: Option<String>,
    pub layout: bool,
    pub inherits: Option<Key>,
    pub dialect: Dialect,
    pub missing: Option<Vec<String>>,
    pub drop_tables: Vec<Key>,
    pub rename_tables: Vec<(Key, Key)>,
    pub drop_rules: Vec<Key>,
    pub tables: Vec<WrittenTable>,
    pub parameters: Vec<Parameter>,
    pub code_maps: BTreeMap<String, CodeMapSource>,
    pub rules: Vec<RuleNode>,
    pub cases: Vec<CaseFile>,
}

/// A table as written: only what this version says of it.
#[derive(Debug, Clone)]
pub(super) struct WrittenTable {
    pub name: Key,
    pub file: Option<String>,
    pub list: Option<Key>,
    pub header: Option<Vec<Key>>,
    pub widths: Option<Vec<WrittenWidth>>,
    pub format: Option<WrittenFormat>,
    pub dialect: Dialect,
    pub required: Option<bool>,
    pub key: Option<Vec<Key>>,
    pub patient: Option<Key>,
    pub rename: Vec<(Key, Key)>,
    pub moves: Vec<WrittenMove>,
    pub drop: Vec<Key>,
    pub columns: Vec<(Key, SourceColumn)>,
    /// Whether there are columns that could not be read, as was said.
    pub misread: bool,
    pub extra_columns: Option<ExtraColumns>,
    pub ignore: Vec<(Key, String)>,
    pub references: Vec<WrittenReference>,
    pub checks: Option<Vec<WrittenCheck>>,
}

/// A column that stands in another table now.
#[derive(Debug, Clone)]
pub(super) struct WrittenMove {
    pub column: Key,
    pub to: Key,
    /// Columns that are equal: of the table it leaves, and of the one it stands in.
    pub on: Vec<(Key, Key)>,
}

/// A reference with the places of both its ends.
#[derive(Debug, Clone)]
pub(super) struct WrittenReference {
    pub column: Key,
    pub to: Key,
    pub reference: Reference,
}

impl Written {
    pub(super) fn id(&self) -> String {
        format!("{}/{}", self.system.text, self.version.text)
    }
}

/// What a broken constraint does, as written.
pub(super) const SEVERITIES: &[(&str, Severity)] = &[("reject", Severity::Reject), ("warn", Severity::Warn), ("fail", Severity::Fail)];

/// Reads a source's folder; `None` where nothing can be made of its schema.
pub(super) fn read(folder: &RulesFolder, overlay: &Overlay, said: &mut Diagnostics) -> Result<Option<Written>, Error> {
    if !folder.schema.is_file() && overlay.get(&folder.schema).is_none() {
        said.push(Diagnostic::error("E0002", &start_of(&folder.schema), "a source has no `schema.yaml`").help(without_schema(folder)));
        return Ok(None);
    }
    let Some(node) = read_yaml(&folder.schema, overlay, said)? else { return Ok(None) };
    let Some(mut written) = schema(&node, &folder.path, overlay, said) else { return Ok(None) };
    let version = name_of(&folder.path);
    let system = folder.path.parent().map(name_of).unwrap_or_default();
    for (name, shown, what) in [(&written.system, system, "system"), (&written.version, version, "version")] {
        if name.text != shown {
            said.push(
                Diagnostic::error("E0409", &name.place, format!("the {what} `{}` stands in the folder of `{shown}`", name.text))
                    .help("a source stands in `sources/SYSTEM/VERSION`, by these names"),
            );
        }
    }
    written.rules = read_rules(&folder.rules, overlay, said)?;
    written.cases = read_cases(&folder.cases, overlay, said)?;
    Ok(Some(written))
}

fn schema(node: &Node, folder: &Path, overlay: &Overlay, said: &mut Diagnostics) -> Option<Written> {
    let mut fields = Fields::of(node, "the schema of a source", said)?;
    let (system, version) = (fields.required_named("system", said), fields.required_named("version", said));
    let written = Written {
        title: fields.text("title", said),
        layout: fields.bool("layout", said).unwrap_or(false),
        inherits: fields.named("inherits", said),
        dialect: fields.get("dialect").map(|node| dialect::read(node, said)).unwrap_or_default(),
        missing: fields.texts("missing", said),
        drop_tables: fields.names("drop_tables", said).unwrap_or_default(),
        rename_tables: renames(&mut fields, "rename_tables", "a table's name now", said),
        drop_rules: fields.names("drop_rules", said).unwrap_or_default(),
        tables: fields.map("tables", said).unwrap_or_default().iter().filter_map(|(name, node)| table(name, node, said)).collect(),
        parameters: parameter::read(&mut fields, said),
        code_maps: code_map::read(&mut fields, folder, overlay, said),
        rules: Vec::new(),
        cases: Vec::new(),
        system: system?,
        version: version?,
    };
    if written.inherits.is_none() {
        if !fields.has("tables") {
            fields.required("tables", said);
        }
        heirs_only(&written, said);
    }
    fields.finish(said);
    Some(written)
}

/// Says which keys make no sense without a parent.
fn heirs_only(written: &Written, said: &mut Diagnostics) {
    let tables = written.drop_tables.first().map(|name| ("drop_tables", name));
    let rules = written.drop_rules.first().map(|name| ("drop_rules", name));
    let others = written.rename_tables.first().map(|(old, _)| ("rename_tables", old));
    let drops = written.tables.iter().filter_map(|table| table.drop.first().map(|name| ("drop", name)));
    let renames = written.tables.iter().filter_map(|table| table.rename.first().map(|(old, _)| ("rename", old)));
    let moves = written.tables.iter().filter_map(|table| table.moves.first().map(|one| ("move", &one.column)));
    for (key, name) in tables.into_iter().chain(rules).chain(others).chain(drops).chain(renames).chain(moves) {
        said.push(
            Diagnostic::error("E0411", &name.place, format!("`{key}` without `inherits`"))
                .help(format!("leave `{key}` out, or say which version this one inherits from")),
        );
    }
}

fn table(name: &Key, node: &Node, said: &mut Diagnostics) -> Option<WrittenTable> {
    let what = format!("table `{}`", name.text);
    let mut fields = Fields::of(node, &what, said)?;
    let table = WrittenTable {
        name: name.clone(),
        file: file(&mut fields, said),
        list: fields.named("list", said),
        header: fields.names("header", said),
        widths: widths::read(&mut fields, said),
        format: format(&mut fields, said),
        dialect: fields.get("dialect").map(|node| dialect::read(node, said)).unwrap_or_default(),
        required: fields.bool("required", said),
        key: fields.names("key", said),
        patient: fields.named("patient", said),
        rename: renames(&mut fields, "rename", "a column's name now", said),
        moves: moves(&mut fields, said),
        drop: fields.names("drop", said).unwrap_or_default(),
        columns: fields
            .map("columns", said)
            .unwrap_or_default()
            .iter()
            .filter_map(|(name, node)| Some((name.clone(), source_column::read(&name.text, node, said)?)))
            .collect(),
        misread: node.get("columns").is_some_and(|columns| columns.as_map().is_none()),
        extra_columns: fields.one_of(
            "extra_columns",
            &[("report", ExtraColumns::Report), ("ignore", ExtraColumns::Ignore), ("forbid", ExtraColumns::Forbid)],
            said,
        ),
        ignore: ignored(&mut fields, said),
        references: fields
            .map("references", said)
            .unwrap_or_default()
            .iter()
            .filter_map(|(column, node)| written_reference(column, node, said))
            .collect(),
        checks: row_check::read(&mut fields, said),
    };
    fields.finish(said);
    twice(&table, said);
    Some(table)
}

/// Says which names of columns stand for two things.
fn twice(table: &WrittenTable, said: &mut Diagnostics) {
    for (name, _) in &table.ignore {
        if table.columns.iter().any(|(column, _)| column.text == name.text) {
            said.push(
                Diagnostic::error("E0410", &name.place, format!("`{}` is both read and ignored", name.text))
                    .help("take it out of `columns` or out of `ignore`"),
            );
        }
    }
    let mut names: Vec<&str> = table.columns.iter().map(|(name, _)| name.text.as_str()).collect();
    for (name, column) in &table.columns {
        for other in &column.also {
            if names.contains(&other.as_str()) {
                said.push(
                    Diagnostic::error("E0410", &name.place, format!("`{other}`, another name of `{}`, names a second column", name.text))
                        .help("a header's name stands for one column"),
                );
            }
            names.push(other);
        }
    }
}

/// How a table's files are written, as the schema says it.
#[derive(Debug, Clone)]
pub(super) struct WrittenFormat {
    /// Where the format stands.
    pub place: Option<Place>,
    /// Where `json` stands; none for delimited text.
    pub json: Option<Place>,
    /// Names from a document inwards to its rows.
    pub rows: Option<Key>,
}

fn format(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Option<WrittenFormat> {
    let place = fields.get("format").map(|node| node.place.clone());
    let json = fields.one_of("format", &[("delimited", false), ("json", true)], said);
    let rows = fields.named("rows", said);
    if let Some(name) = rows.as_ref().filter(|name| name.text.split('.').any(str::is_empty)) {
        said.push(
            Diagnostic::error("E0407", &name.place, format!("`{}` is no path", name.text))
                .help("names from the document inwards, a dot between, as in `results.records`"),
        );
    }
    if json.is_none() && rows.is_none() {
        return None;
    }
    Some(WrittenFormat { json: place.clone().filter(|_| json == Some(true)), place, rows })
}

fn file(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Option<String> {
    let name = fields.named("file", said)?;
    if let Err(error) = GlobBuilder::new(&name.text).case_insensitive(true).build() {
        said.push(
            Diagnostic::error("E0406", &name.place, format!("`{}` is no glob over file names", name.text))
                .label(error.kind().to_string())
                .help("`*` stands for any text, `?` for a character, `[ab]` for one of several, `{a,b}` for one of several texts"),
        );
    } else if name.text.contains(['/', '\\']) {
        said.push(
            Diagnostic::error("E0406", &name.place, format!("`{}` names a folder", name.text))
                .help("files are known by their names, wherever they stand"),
        );
    }
    Some(name.text)
}

fn renames(fields: &mut Fields<'_>, key: &str, what: &str, said: &mut Diagnostics) -> Vec<(Key, Key)> {
    let entries = fields.map(key, said).unwrap_or_default();
    entries.iter().filter_map(|(old, node)| Some((old.clone(), expect_named(node, what, said)?))).collect()
}

/// `{COLUMN: {to: TABLE, on: {COLUMN HERE: COLUMN THERE}}}`.
fn moves(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Vec<WrittenMove> {
    fields.map("move", said).unwrap_or_default().iter().filter_map(|(column, node)| moved(column, node, said)).collect()
}

fn moved(column: &Key, node: &Node, said: &mut Diagnostics) -> Option<WrittenMove> {
    let mut fields = Fields::of(node, "a move", said)?;
    let to = fields.required_named("to", said);
    let on = fields.required("on", said).is_some().then(|| renames(&mut fields, "on", "a column there", said));
    fields.finish(said);
    Some(WrittenMove { column: column.clone(), to: to?, on: on? })
}

/// `{COLUMN: REASON}`; the reason is what makes it a decision.
fn ignored(fields: &mut Fields<'_>, said: &mut Diagnostics) -> Vec<(Key, String)> {
    let entries = fields.map("ignore", said).unwrap_or_default();
    let mut ignored = Vec::new();
    for (name, node) in entries {
        let reason = node.as_text().map(str::trim).unwrap_or_default();
        if reason.is_empty() {
            said.push(
                Diagnostic::error("E0010", &name.place, format!("nothing says why `{}` is ignored", name.text))
                    .help(format!("write `{}: REASON`", name.text)),
            );
        }
        ignored.push((name.clone(), reason.to_owned()));
    }
    ignored
}

/// `COLUMN: table.column`, or `COLUMN: {to: table.column, on_error: …}`.
fn written_reference(name: &Key, node: &Node, said: &mut Diagnostics) -> Option<WrittenReference> {
    let (to, severity, budget) = if let Content::Map(_) = node.content {
        let mut fields = Fields::of(node, "a reference", said)?;
        let to = fields.required_named("to", said);
        let severity = fields.one_of("on_error", SEVERITIES, said);
        let severity = severity.unwrap_or(Severity::Reject);
        let budget = column::budget(&mut fields, severity, said);
        fields.finish(said);
        (to?, severity, budget)
    } else {
        (expect_named(node, "a reference", said)?, Severity::Reject, None)
    };
    let (table, target) = reference(&to, said)?;
    Some(WrittenReference { column: name.clone(), to, reference: Reference { column: name.text.clone(), table, target, severity, budget } })
}
