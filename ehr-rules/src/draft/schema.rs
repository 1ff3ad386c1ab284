//! The draft of a schema as text.

use crate::draft::column::Column;
use crate::draft::dialect::Keys;
use crate::draft::table::Table;
use crate::draft::yaml;
use crate::ir::types::Kind;
use crate::scan::found::Scan;
use std::fmt::Write as _;

/// Writes `schema.yaml`.
pub(super) fn write(system: &str, version: &str, scan: &Scan, tables: &[Table<'_>], whole: &Keys) -> String {
    let mut text = String::new();
    let files = scan.files.len();
    let _ = writeln!(
        text,
        "# A draft from a scan of {files} file{}. What stands behind a # was guessed: go over it.",
        if files == 1 { "" } else { "s" }
    );
    let _ = writeln!(text, "system: {}", yaml::scalar(system));
    let _ = writeln!(text, "version: {}", serde_json::Value::String(version.to_owned()));
    let _ = writeln!(text, "title: {}", yaml::scalar(&format!("{system} {version}, drafted from an export")));
    dialect(whole, &mut text);
    text.push_str("tables:\n");
    for table in tables {
        table.write(&mut text);
    }
    for skipped in &scan.skipped {
        let _ = writeln!(text, "{}", yaml::comment(&format!("{}: not drafted, {}", skipped.name, skipped.reason)));
    }
    text
}

/// What all files share; what differs stands with each table, or is found.
fn dialect(whole: &Keys, text: &mut String) {
    if whole.is_empty() {
        text.push_str("# What the files are written like is found for each.\n");
    } else {
        let comment = yaml::comment("of every file that was scanned; what is not said is found for each");
        let _ = writeln!(text, "dialect: {}   {comment}", whole.line());
    }
}

impl Table<'_> {
    pub(super) fn write(&self, text: &mut String) {
        let _ = writeln!(text, "  {}:", yaml::scalar(&self.name));
        let rows = self.file.rows;
        let more =
            if self.parts.len() > 1 { format!("; {} files, of which the largest was looked at", self.parts.len()) } else { String::new() };
        let _ = writeln!(
            text,
            "    file: {}   {}",
            yaml::scalar(&self.glob),
            yaml::comment(&format!("{rows} rows; {}{more}", self.file.dialect.in_words()))
        );
        for trouble in self.file.troubles() {
            let _ = writeln!(text, "    {}", yaml::comment(&trouble));
        }
        if !self.written.is_empty() {
            let _ = writeln!(text, "    dialect: {}", self.written.line());
        }
        let dialect = &self.file.dialect;
        if dialect.format == "json" {
            text.push_str("    format: json\n");
            if !dialect.rows.is_empty() {
                let why = yaml::comment("guessed: the only list of several objects in the document");
                let _ = writeln!(text, "    rows: {}   {why}", yaml::scalar(&dialect.rows.join(".")));
            }
        } else if dialect.format == "fixed" {
            let names = self.columns.iter().zip(&dialect.widths);
            let widths: Vec<String> =
                names.map(|(column, (from, to))| format!("{}: {from}-{to}", yaml::scalar(&column.scan.name))).collect();
            let _ =
                writeln!(text, "    {}", yaml::comment("guessed from the blanks between columns: hold it against the system's own layout"));
            let _ = writeln!(text, "    widths: {{{}}}", widths.join(", "));
        } else if !dialect.header {
            let names: Vec<&str> = self.columns.iter().map(|column| column.scan.name.as_str()).collect();
            let _ = writeln!(text, "    {}", yaml::comment("the files name no columns: give them names that say what they hold"));
            let _ = writeln!(text, "    header: {}", yaml::list(&names));
        }
        for key in &self.file.keys {
            let taken = if key.columns == self.key { "taken as the key" } else { "could be the key as well" };
            let _ = writeln!(text, "    {}", yaml::comment(&format!("{taken}: {}", key.in_words())));
        }
        if !self.key.is_empty() {
            let _ = writeln!(text, "    key: {}", yaml::list(&self.key));
        }
        let (read, ignored): (Vec<&Column<'_>>, Vec<&Column<'_>>) = self.named().partition(|column| column.ignored.is_none());
        if !read.is_empty() {
            text.push_str("    columns:\n");
        }
        for column in read {
            let _ = writeln!(text, "      {}   {}", column.line(), yaml::comment(&column.comment));
        }
        if !self.references.is_empty() {
            text.push_str("    references:\n");
        }
        for link in &self.references {
            let to = yaml::scalar(&format!("{}.{}", link.table, link.target));
            let to = if link.whole { to } else { format!("{{to: {to}, on_error: warn}}") };
            let _ = writeln!(text, "      {}: {to}   {}", yaml::scalar(&link.column), yaml::comment(&link.comment));
        }
        if !ignored.is_empty() {
            text.push_str("    ignore:\n");
        }
        for column in ignored {
            let reason = column.ignored.as_deref().unwrap_or_default();
            let name = column.scan.path.as_ref().unwrap_or(&column.scan.name);
            let _ = writeln!(text, "      {}: {}", yaml::scalar(name), yaml::scalar(reason));
            if !column.scan.is_empty() {
                // What to write under `columns` once a rule reads it.
                let _ = writeln!(text, "      {}", yaml::comment(&format!("{}   # {}", column.line(), column.comment)));
            }
        }
        let nameless = self.columns.len() - self.named().count();
        if nameless > 0 {
            let _ = writeln!(
                text,
                "    {}",
                yaml::comment(&format!("{nameless} columns have no name of their own, and cannot be read by one"))
            );
        }
    }
}

/// What a person must decide.
pub(super) fn open(tables: &[Table<'_>]) -> Vec<String> {
    let mut open = Vec::new();
    for table in tables {
        if table.key.is_empty() {
            open.push(format!("`{}` has no column, and no two, that could be its key", table.name));
        }
        for column in table.columns.iter().filter(|column| matches!(column.kind, Kind::Date | Kind::Datetime)) {
            if column.scan.undecided.len() > 1 {
                let formats: Vec<String> = column.scan.undecided.iter().map(|format| format!("`{format}`")).collect();
                open.push(format!(
                    "`{}` of `{}` could be written {}: no value decides, and the first was drafted",
                    column.scan.name,
                    table.name,
                    formats.join(" or ")
                ));
            } else if column.scan.mixed_order {
                open.push(format!("`{}` of `{}` has days in more than one order", column.scan.name, table.name));
            }
        }
    }
    open
}
