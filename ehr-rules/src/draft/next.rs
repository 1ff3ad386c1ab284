//! A draft of the next version of a known source: that it inherits, and what changed.

use crate::detect::names::plain;
use crate::draft::Changes;
use crate::draft::Draft;
use crate::draft::DraftFile;
use crate::draft::column::Column;
use crate::draft::dialect;
use crate::draft::dialect::Keys;
use crate::draft::heir;
use crate::draft::heir::Fate;
use crate::draft::rules;
use crate::draft::schema;
use crate::draft::table;
use crate::draft::table::Table;
use crate::draft::yaml;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use crate::scan::found::FileScan;
use crate::scan::found::Scan;
use crate::scan::found::Skipped;
use globset::GlobBuilder;
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// How much of its columns' names a table must share with a file where the file's name says nothing.
const SHARED: f64 = 0.4;

/// Drafts what `version` changes in `parent`, of which rules read the columns `used`.
pub(crate) fn draft(scan: &Scan, version: &str, parent: &SourceSchema, used: &BTreeSet<(String, String)>, without: &[String]) -> Draft {
    // Paths and places are not compared with those that are known, and what is not compared is no change.
    let (compared, others): (Vec<FileScan>, Vec<FileScan>) =
        scan.files.iter().cloned().partition(|file| file.dialect.format == "delimited");
    let why =
        |file: FileScan| Skipped { name: file.name, reason: "its columns are not compared with those of the version before".to_owned() };
    let skipped = scan.skipped.iter().cloned().chain(others.into_iter().map(why)).collect();
    let scan = &Scan { files: compared, references: scan.references.clone(), skipped };
    let mut tables = table::tables(scan);
    let pairs = pairs(parent, &tables);
    let named = |at: usize| pairs.iter().find(|(_, there)| *there == at).map(|(known, _)| known.name.clone());
    let known_as: Vec<(String, String)> =
        tables.iter().enumerate().filter_map(|(at, table)| Some((table.name.clone(), named(at)?))).collect();
    // References speak of tables as they are known.
    for link in tables.iter_mut().flat_map(|table| &mut table.references) {
        if let Some((_, known)) = known_as.iter().find(|(drafted, _)| *drafted == link.table) {
            known.clone_into(&mut link.table);
        }
    }
    let known: Vec<Option<&SourceTable>> =
        (0..tables.len()).map(|at| pairs.iter().find(|(_, there)| *there == at).map(|(known, _)| *known)).collect();
    let written = dialect::decide(&tables, Some(parent), &known, true);
    for ((table, holds), own) in tables.iter_mut().zip(&written.holds).zip(written.own) {
        table.numbers(holds);
        table.written = own;
    }
    let mut next = Next { parent, used, without, changes: Changes::default(), open: Vec::new(), text: String::new() };
    if !written.whole.is_empty() {
        next.changes.dialect.insert("*".to_owned(), written.whole.line());
    }
    for (known, at) in &pairs {
        if let (Some(table), Some(holds)) = (tables.get(*at), written.holds.get(*at)) {
            next.table(known, table, holds);
        }
    }
    for (at, table) in tables.iter_mut().enumerate().filter(|(at, _)| !pairs.iter().any(|(_, there)| there == at)) {
        next.new_table(at, table);
    }
    for known in parent.tables.iter().filter(|known| known.list.is_none() && known.json.is_none() && known.widths.is_empty()) {
        if !pairs.iter().any(|(one, _)| one.name == known.name) {
            next.changes.absent_tables.push(known.name.clone());
            next.open.push(format!("`{}` has no file in this export: `drop_tables: [{}]` if it is gone for good", known.name, known.name));
        }
    }
    let head = head(scan, version, parent, &written.whole);
    let is_empty = next.text.lines().all(|line| line.trim_start().starts_with('#'));
    let text =
        if is_empty { format!("{head}# No table is another than it was.\n{}", next.text) } else { format!("{head}tables:\n{}", next.text) };
    let files = vec![DraftFile { name: "schema.yaml".to_owned(), text }];
    Draft { files, open: next.open, changes: Some(next.changes) }
}

fn head(scan: &Scan, version: &str, parent: &SourceSchema, whole: &Keys) -> String {
    let mut text = String::new();
    let files = scan.files.len();
    let _ = writeln!(
        text,
        "# A draft of what changed since {}, from {files} files. What stands behind a # was guessed: go over it.",
        parent.id()
    );
    let _ = writeln!(text, "system: {}", yaml::scalar(&parent.system));
    let _ = writeln!(text, "version: {}", serde_json::Value::String(version.to_owned()));
    let _ = writeln!(text, "title: {}", yaml::scalar(&format!("{} {version}, drafted from an export", parent.system)));
    let _ = writeln!(text, "inherits: {}", serde_json::Value::String(parent.version.clone()));
    if parent.layout {
        text.push_str("layout: true\n");
    }
    if !whole.is_empty() {
        let _ = writeln!(text, "dialect: {}   {}", whole.line(), yaml::comment("written otherwise than before"));
    }
    text
}

/// Known tables with the file's place, each once, the surest first.
pub(super) fn pairs<'p>(parent: &'p SourceSchema, tables: &[Table<'_>]) -> Vec<(&'p SourceTable, usize)> {
    let mut scored: Vec<(f64, &SourceTable, usize)> = Vec::new();
    for known in parent.tables.iter().filter(|known| known.list.is_none() && known.json.is_none() && known.widths.is_empty()) {
        let glob = GlobBuilder::new(&known.file).case_insensitive(true).build().map(|glob| glob.compile_matcher());
        let names: BTreeSet<String> =
            known.columns.iter().map(|one| &one.name).chain(known.ignore.keys()).map(|name| plain(name)).collect();
        for (at, table) in tables.iter().enumerate() {
            let there: BTreeSet<String> = table.named().map(|column| plain(&column.scan.name)).collect();
            let shared = share(names.intersection(&there).count(), names.union(&there).count());
            let last = table.file.name.rsplit('/').next().unwrap_or(&table.file.name);
            let is_named = glob.as_ref().is_ok_and(|glob| glob.is_match(last)) || plain(&known.name) == plain(table.file.stem());
            if shared >= SHARED || is_named && (shared > 0.0 || !table.file.dialect.header) {
                scored.push((shared + if is_named { 0.5 } else { 0.0 }, known, at));
            }
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut pairs: Vec<(&SourceTable, usize)> = Vec::new();
    for (_, known, at) in scored {
        if !pairs.iter().any(|(one, there)| one.name == known.name || *there == at) {
            pairs.push((known, at));
        }
    }
    pairs.sort_by_key(|(known, _)| parent.tables.iter().position(|one| one.name == known.name));
    pairs
}

/// What was drafted so far.
struct Next<'a> {
    parent: &'a SourceSchema,
    used: &'a BTreeSet<(String, String)>,
    without: &'a [String],
    changes: Changes,
    open: Vec<String>,
    text: String,
}

/// What a table's part of the draft holds, line by line.
#[derive(Default)]
struct Lines {
    rename: Vec<String>,
    drop: Vec<String>,
    columns: Vec<String>,
    ignore: Vec<String>,
    said: Vec<String>,
}

impl Next<'_> {
    fn table(&mut self, known: &SourceTable, table: &Table<'_>, holds: &Keys) {
        if !table.written.is_empty() {
            self.changes.dialect.insert(known.name.clone(), table.written.line());
        }
        if table.file.dialect.footer == 0 && holds.has_footer() {
            self.open.push(format!("`{}` has lines behind its last row in {}; none was found here", known.name, self.parent.id()));
        }
        if !known.header.is_empty() && !table.file.dialect.header {
            // Columns without names are told by their places, which the parent's header names.
            self.write(known, table, Lines::default());
            return;
        }
        let fate = heir::fate(known, table);
        let mut lines = Lines::default();
        self.renames(known, table, &fate, &mut lines);
        self.gone(known, table, &fate, &mut lines);
        for (name, at) in fate.kept.iter().map(|(name, at)| (name, *at)).chain(fate.renamed.iter().map(|(name, at, _)| (name, *at))) {
            self.retype(known, table, name, at, holds, &mut lines);
        }
        for at in &fate.added {
            let Some(column) = table.columns.get(*at) else { continue };
            self.changes.added.push(format!("{}.{}", known.name, column.scan.name));
            self.add(column, "new in this version; no rule reads it yet", &mut lines);
        }
        self.write(known, table, lines);
    }

    fn renames(&mut self, known: &SourceTable, table: &Table<'_>, fate: &Fate, lines: &mut Lines) {
        let respelled = fate.kept.iter().filter_map(|(name, at)| {
            let now = &table.columns.get(*at)?.scan.name;
            let also = known.columns.iter().find(|column| column.name == *name).is_some_and(|column| column.also.contains(now));
            (now != name && !also).then(|| (name.clone(), *at, "the same name, spelt otherwise".to_owned()))
        });
        for (name, at, because) in respelled.chain(fate.renamed.iter().cloned()) {
            let Some(column) = table.columns.get(at) else { continue };
            let now = &column.scan.name;
            self.changes.renamed.insert(format!("{}.{name}", known.name), now.clone());
            if let Some(reason) = known.ignore.get(&name) {
                // An ignored column is renamed by naming the other one.
                lines.drop.push(format!("{}   {}", yaml::scalar(&name), yaml::comment(&format!("`{now}` now: {because}"))));
                lines.ignore.push(format!("{}: {}", yaml::scalar(now), yaml::scalar(reason)));
            } else if self.without.contains(&format!("{}.{name}", known.name)) {
                lines.said.push(format!("`{name}` is `{now}` now ({because}), but the rules do not hold with that"));
                self.add(column, &format!("`{name}` under its name now, as it seems"), lines);
            } else {
                lines.rename.push(format!("{}: {}   {}", yaml::scalar(&name), yaml::scalar(now), yaml::comment(&because)));
            }
        }
    }

    fn gone(&mut self, known: &SourceTable, table: &Table<'_>, fate: &Fate, lines: &mut Lines) {
        for (name, parts) in &fate.split {
            let now: Vec<String> = parts.iter().filter_map(|at| Some(table.columns.get(*at)?.scan.name.clone())).collect();
            for column in parts.iter().filter_map(|at| table.columns.get(*at)) {
                self.add(column, &format!("a part of `{name}`, as it seems; no rule reads it yet"), lines);
            }
            let said: Vec<String> = now.iter().map(|name| format!("`{name}`")).collect();
            self.open.push(format!("`{name}` of `{}` seems to be {} now", known.name, said.join(" and ")));
            self.changes.split.insert(format!("{}.{name}", known.name), now);
        }
        for (held, at) in &fate.joined {
            let Some(column) = table.columns.get(*at) else { continue };
            let said: Vec<String> = held.iter().map(|name| format!("`{name}`")).collect();
            let said = said.join(" and ");
            self.add(column, &format!("{said} in one, as it seems; no rule reads it yet"), lines);
            self.open.push(format!("{said} of `{}` seem to be `{}` now", known.name, column.scan.name));
            self.changes.joined.insert(format!("{}.{}", known.name, column.scan.name), held.clone());
        }
        let dropped = fate.gone.iter().inspect(|name| self.changes.dropped.push(format!("{}.{name}", known.name)));
        let lost: Vec<&String> =
            dropped.chain(fate.split.iter().map(|(name, _)| name)).chain(fate.joined.iter().flat_map(|(held, _)| held)).collect();
        for name in lost {
            let optional = known.columns.iter().any(|column| column.name == *name && column.optional);
            let read = self.used.contains(&(known.name.clone(), name.clone()))
                || known.key.contains(name)
                || self.parent.tables.iter().any(|table| {
                    let own = table.name == known.name;
                    table.references.iter().any(|one| own && one.column == *name || one.table == known.name && one.target == *name)
                });
            if optional {
                continue;
            }
            if read || self.without.contains(&format!("{}.{name}", known.name)) {
                lines.said.push(format!("`{name}` is not in this export, and cannot be dropped, since it is read"));
                self.open.push(format!("`{name}` of `{}` is not in this export, and rules, keys or references read it", known.name));
            } else {
                lines.drop.push(format!("{}   {}", yaml::scalar(name), yaml::comment("not in this export; nothing reads it")));
            }
        }
    }

    /// A column whose values are not what was declared.
    fn retype(&mut self, known: &SourceTable, table: &Table<'_>, name: &str, at: usize, holds: &Keys, lines: &mut Lines) {
        let (Some(column), Some(declared)) = (table.columns.get(at), known.columns.iter().find(|one| one.name == name)) else { return };
        let marks = column.scan.marks.is_some_and(|marks| holds.decimal() == Some(marks.decimal));
        if column.scan.is_empty() || marks || heir::fits(&declared.ty.kind, declared, column) {
            return;
        }
        let line = line(column, declared);
        let id = format!("{}.{name}", known.name);
        self.changes.retyped.insert(id.clone(), line.clone());
        let was = format!("was {}; what else was declared of it does not stand here; {}", declared.ty.kind, column.comment);
        let now = yaml::scalar(&column.scan.name);
        if self.without.contains(&id) {
            lines.said.push(format!("{now}: {line}   # {was}; the rules do not hold with that"));
            self.open.push(format!("`{name}` of `{}` is {} now, with which the rules do not hold", known.name, column.kind));
        } else {
            lines.columns.push(format!("{now}: {line}   {}", yaml::comment(&was)));
        }
    }

    /// A column that is new: of a layout it is known, of any other source not read yet.
    fn add(&self, column: &Column<'_>, reason: &str, lines: &mut Lines) {
        if self.parent.layout {
            lines.columns.push(format!("{}   {}", column.line(), yaml::comment(&column.comment)));
        } else {
            lines.ignore.push(format!("{}: {}", yaml::scalar(&column.scan.name), yaml::scalar(reason)));
            lines.ignore.push(yaml::comment(&format!("{}   # {}", column.line(), column.comment)));
        }
    }

    fn write(&mut self, known: &SourceTable, table: &Table<'_>, lines: Lines) {
        let glob = GlobBuilder::new(&known.file).case_insensitive(true).build().map(|glob| glob.compile_matcher());
        let last = table.file.name.rsplit('/').next().unwrap_or(&table.file.name);
        let moved = !glob.is_ok_and(|glob| glob.is_match(last));
        let Lines { rename, drop, columns, ignore, said } = lines;
        let rewritten = !table.written.is_empty();
        if !moved && !rewritten && [&rename, &drop, &columns, &ignore, &said].iter().all(|part| part.is_empty()) {
            return;
        }
        let text = &mut self.text;
        let name = yaml::scalar(&known.name);
        // A table of which there is only something to say is none in YAML.
        let bare = !moved && !rewritten && [&rename, &drop, &columns, &ignore].iter().all(|part| part.is_empty());
        let _ = if bare { writeln!(text, "  {}", yaml::comment(&format!("{name}:"))) } else { writeln!(text, "  {name}:") };
        if moved {
            let _ = writeln!(text, "    file: {}   {}", yaml::scalar(&table.glob), yaml::comment("another name; known by its columns"));
        }
        if rewritten {
            let _ = writeln!(text, "    dialect: {}   {}", table.written.line(), yaml::comment("written otherwise than before"));
        }
        for line in said {
            let _ = writeln!(text, "    {}", yaml::comment(&line));
        }
        for (key, lines, mark) in [("rename", rename, ""), ("drop", drop, "- "), ("columns", columns, ""), ("ignore", ignore, "")] {
            if !lines.is_empty() {
                let _ = writeln!(text, "    {key}:");
            }
            for line in lines {
                let _ = writeln!(text, "      {mark}{line}");
            }
        }
    }

    fn new_table(&mut self, at: usize, table: &mut Table<'_>) {
        // No two tables have one name, whatever the files are called.
        let taken = |name: &str| self.parent.tables.iter().any(|known| known.name == name);
        if taken(&table.name) {
            table.name = format!("{}_{}", table.name, at + 1);
        }
        self.changes.new_tables.push(table.name.clone());
        if self.without.contains(&table.name) {
            table.references.clear();
        }
        if !self.parent.layout {
            rules::rest(table);
        }
        self.open.push(format!("`{}` is a new table, and no rule reads it", table.name));
        self.open.extend(schema::open(std::slice::from_ref(table)));
        table.write(&mut self.text);
    }
}

/// A column's type now, with what identifies persons as it was known.
fn line(column: &Column<'_>, declared: &SourceColumn) -> String {
    let kind = match &column.kind {
        Kind::Decimal { .. } => format!("\"{}\"", column.kind),
        other => other.to_string(),
    };
    let mut said = vec![format!("type: {kind}")];
    if declared.required && column.scan.empty == 0 && column.scan.missing.is_empty() {
        said.push("required: true".to_owned());
    }
    if !column.scan.iso && matches!(column.kind, Kind::Date | Kind::Datetime | Kind::Time) {
        let formats: Vec<&str> = column.scan.formats.iter().map(|one| one.format.as_str()).collect();
        said.push(format!("formats: {}", yaml::list(&formats)));
    }
    if let Some(phi) = &declared.phi {
        said.push(format!("phi: {phi}"));
    }
    format!("{{{}}}", said.join(", "))
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}
