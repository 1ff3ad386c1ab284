//! Schemas: what a source's files, the categories and a target's tables hold.

use crate::diagnostic::Place;
use crate::ir::budget::Budget;
use crate::ir::code_map::CodeMapSource;
use crate::ir::expr::Expr;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use serde::Serialize;
use std::collections::BTreeMap;

/// One version of one source system, parents already merged in.
#[derive(Debug, Clone, Serialize)]
pub struct SourceSchema {
    /// The system's name, as in `sources/<system>`.
    pub system: String,
    /// The version's name, as in `sources/<system>/<version>`.
    pub version: String,
    /// What people call it.
    pub title: String,
    /// Hints on how its files are written, unless a table says otherwise of its own.
    pub dialect: Dialect,
    /// Texts that mean 'no value' anywhere in this system (the empty text is one unless left out).
    pub missing: Vec<String>,
    /// Tables in the order of the schema.
    pub tables: Vec<SourceTable>,
    /// Code maps by name.
    pub code_maps: BTreeMap<String, CodeMapSource>,
    /// What its rules ask of an order.
    pub parameters: Vec<Parameter>,
    /// Whether it is known so that its exports can be named, and nothing is converted from it.
    pub layout: bool,
}

/// What rules ask of an order: `--set NAME=VALUE`, read as `{parameter: NAME}` and `parameter("NAME")`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// What it is: text, integer, float, boolean, date, datetime or instant; never missing.
    pub kind: Kind,
    /// What it is where nobody sets it; without one it must be set.
    pub default: Option<Value>,
    /// The only texts it takes, where it is one of a few.
    pub one_of: Vec<String>,
    /// What it is for.
    pub summary: String,
}

/// How text files are written, as far as the schema says; `None` is found for each file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Dialect {
    /// The delimiter: one to eight bytes.
    pub delimiter: Option<String>,
    /// The quote; `Some(None)` where quotes are plain characters.
    #[expect(clippy::option_option, reason = "not said, said to be none, and said are three things")]
    pub quote: Option<Option<u8>>,
    /// How a quote inside a quoted field is written.
    pub escape: Option<Escape>,
    /// The encoding's WHATWG label.
    pub encoding: Option<String>,
    /// What ends a line.
    pub line_end: Option<LineEnd>,
    /// What a line begins with that is no record; empty where there are said to be none.
    pub comment: Option<String>,
    /// How many physical lines stand before the header, or before the first row where there is none.
    pub preamble: Option<u32>,
    /// How many physical lines stand behind the last row.
    pub footer: Option<u32>,
    /// The byte that stands for a line end inside a field.
    pub line_break: Option<u8>,
    /// What stands before a number's fraction.
    pub decimal: Option<char>,
    /// What stands between a number's thousands.
    pub thousands: Option<char>,
    /// What is done about NUL characters in texts.
    pub nul: Option<Nul>,
    /// The names of a table's fields, in order, where its files have no header of their own; empty where they have.
    pub header: Vec<String>,
}

/// How a quote inside a quoted field is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Escape {
    /// Twice.
    Doubled,
    /// Behind a backslash (or twice), which also stands before delimiters and line ends that belong to a text.
    Backslash,
}

/// Bytes that may stand for a line end inside a field, by their names in a schema.
pub const LINE_BREAKS: [(&str, u8); 3] = [("vertical_tab", 0x0B), ("unit_separator", 0x1F), ("group_separator", 0x1D)];

/// What is done about NUL characters in texts, which most databases refuse.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Nul {
    /// The row is set aside.
    #[default]
    SetAside,
    /// They are taken out, and each such row is kept as it was beside the order's tables.
    Remove,
    /// They are characters like any other.
    Keep,
}

/// What ends a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineEnd {
    /// LF or CRLF, mixed or not.
    Lf,
    /// CR alone, as old Macintosh programs write.
    Cr,
    /// Each of LF, CRLF and CR.
    Any,
}

/// One table of a source: one or several files.
#[derive(Debug, Clone, Serialize)]
pub struct SourceTable {
    /// Its name in the rules.
    pub name: String,
    /// A glob over file names, without folders; case does not matter. Empty where the table is a listing.
    pub file: String,
    /// Where the table is no files but a listing: the place whose objects are its rows, with parameters as `{NAME}`.
    pub list: Option<String>,
    /// The names of the fields, in order, where the files have no header of their own; empty where they have.
    pub header: Vec<String>,
    /// Where each field stands in a line, where the files have fields of fixed widths; empty where they are delimited.
    pub widths: Vec<Width>,
    /// How its JSON files are read; none where they are delimited text.
    pub json: Option<JsonTable>,
    /// How its files are written where they are other than the source's; what is not said here is said there.
    pub dialect: Dialect,
    /// Whether an export without this table is refused.
    pub required: bool,
    /// Columns that identify a row; unique together.
    pub key: Vec<String>,
    /// The column that says which patient a row is about, where the schema says it.
    pub patient: Option<String>,
    /// Columns in schema order, ignored ones not among them.
    pub columns: Vec<SourceColumn>,
    /// What to do with columns the schema does not name.
    pub extra_columns: ExtraColumns,
    /// Columns that are in the files and deliberately not read, with the reason.
    pub ignore: BTreeMap<String, String>,
    /// Each a column here that holds a column of another table.
    pub references: Vec<Reference>,
    /// What must hold of several columns of a row together.
    pub checks: Vec<RowCheck>,
}

/// Where a field stands in each line of a file with fields of fixed widths.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
pub struct Width {
    /// The column, read or ignored.
    pub name: String,
    /// Its first character, counted from 1.
    pub from: usize,
    /// Its last one; at least the first.
    pub to: usize,
}

/// A table whose files are JSON: one object, a list of objects, or one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct JsonTable {
    /// Names from a document inwards to its list of objects; none where the document is that itself.
    pub rows: Vec<String>,
    /// The system's text for 'no value', which stands for `null`.
    pub missing: String,
}

/// What happens with a file's columns that the schema does not name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExtraColumns {
    /// Named in the report (the default).
    Report,
    /// Passed over.
    Ignore,
    /// The order fails.
    Forbid,
}

/// One column of a source table, typed, with what must hold.
#[derive(Debug, Clone, Serialize)]
pub struct SourceColumn {
    /// The name as it stands in the header.
    pub name: String,
    /// Other names the same column has been seen under.
    pub also: Vec<String>,
    /// The type it is read as, as rules see it: never missing where a row without a value does not go on.
    pub ty: Type,
    /// Whether a missing value is a finding (`R0101`).
    pub required: bool,
    /// What happens where it is missing though required, or no value of its type (`R0102`): as for its checks, but that a
    /// value of another type never goes on.
    pub severity: Severity,
    /// `chrono` formats tried in this order, for dates, times and datetimes; empty means ISO 8601.
    pub formats: Vec<String>,
    /// Words for true and false, for booleans, compared without case.
    pub words: Option<(Vec<String>, Vec<String>)>,
    /// Texts that mean 'no value' in this column, instead of the system's.
    pub missing: Option<Vec<String>>,
    /// Whether a file may come without this column; its values are then missing.
    pub optional: bool,
    /// What every value must satisfy, each with what happens where one does not.
    pub checks: Vec<Check>,
    /// The HIPAA identifier it holds, if any.
    pub phi: Option<String>,
    /// Names from a JSON object inwards to the value; none where the column's own name leads there.
    pub path: Vec<String>,
    /// The IANA zone of instants that are written without one.
    pub zone: Option<String>,
    /// What stands between the items of a list that is no JSON.
    pub split: Option<String>,
    /// Whether one item may stand for the list of it.
    pub or_one: bool,
    /// The field of a struct that a bare text is, where text stands for the object.
    pub text_as: Option<String>,
    /// How what is inside is written: a list's item, a struct's fields in order; nothing where only their types are said.
    pub inside: Vec<SourceColumn>,
    /// How many rows may break each of its constraints.
    pub budget: Option<Budget>,
    /// Texts as they stand in the files, each of which it must take.
    pub examples: Vec<Example>,
}

/// A text as it stands in a file, given by who wrote the schema; it is invented.
#[derive(Debug, Clone, Serialize)]
pub struct Example {
    /// The text.
    pub text: String,
    /// Where it is written.
    #[serde(skip)]
    pub place: Place,
}

/// A condition on a row's columns together (`R0109` where it does not hold).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RowCheck {
    /// What must hold; a missing result does not.
    pub that: Expr,
    /// The author's words for what is wrong, without any value.
    pub message: String,
    /// What happens where it does not hold.
    pub severity: Severity,
    /// How many rows may break it.
    pub budget: Option<Budget>,
}

impl SourceColumn {
    /// A column of which only the type is said; its values may be missing.
    pub fn plain(name: &str, kind: Kind) -> Self {
        Self {
            name: name.to_owned(),
            also: Vec::new(),
            ty: Type::nullable(kind),
            required: false,
            severity: Severity::Reject,
            formats: Vec::new(),
            words: None,
            missing: None,
            optional: false,
            checks: Vec::new(),
            phi: None,
            path: Vec::new(),
            zone: None,
            split: None,
            or_one: false,
            text_as: None,
            inside: Vec::new(),
            budget: None,
            examples: Vec::new(),
        }
    }
}

/// A constraint on the values of one column.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What must hold of a value that is there.
    pub rule: CheckRule,
    /// What happens where it does not.
    pub severity: Severity,
}

/// What must hold of a value that is there.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckRule {
    /// One of these texts (`R0103`).
    OneOf(Vec<String>),
    /// The whole text matches (`R0104`).
    Pattern(String),
    /// At least this number or, for dates, ISO 8601 text (`R0105`).
    Min(String),
    /// At most this (`R0105`).
    Max(String),
    /// At most so many characters (`R0106`).
    MaxLength(usize),
    /// No two rows share a value (`R0107`).
    Unique,
}

/// What a broken constraint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The row is set aside.
    Reject,
    /// The row goes on and is counted.
    Warn,
    /// The order fails.
    Fail,
}

/// `column` holds a value of `table.target` (`R0108` where it does not).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// The column here.
    pub column: String,
    /// The table referred to.
    pub table: String,
    /// Its column.
    pub target: String,
    /// What happens to a row that refers to nothing.
    pub severity: Severity,
    /// How many rows may refer to nothing.
    pub budget: Option<Budget>,
}

impl SourceSchema {
    /// The table of that name.
    pub fn table(&self, name: &str) -> Option<&SourceTable> {
        self.tables.iter().find(|table| table.name == name)
    }

    /// How the files of a table are written.
    pub fn dialect_of(&self, table: &SourceTable) -> Dialect {
        Dialect { header: table.fields(), ..table.dialect.clone().over(self.dialect.clone()) }
    }

    /// `system/version`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.system, self.version)
    }
}

impl Dialect {
    /// What is said here, and of the parent what is not.
    #[must_use]
    pub(crate) fn over(self, parent: Self) -> Self {
        Self {
            delimiter: self.delimiter.or(parent.delimiter),
            quote: self.quote.or(parent.quote),
            escape: self.escape.or(parent.escape),
            encoding: self.encoding.or(parent.encoding),
            line_end: self.line_end.or(parent.line_end),
            comment: self.comment.or(parent.comment),
            preamble: self.preamble.or(parent.preamble),
            footer: self.footer.or(parent.footer),
            line_break: self.line_break.or(parent.line_break),
            decimal: self.decimal.or(parent.decimal),
            thousands: self.thousands.or(parent.thousands),
            nul: self.nul.or(parent.nul),
            header: if self.header.is_empty() { parent.header } else { self.header },
        }
    }
}

impl SourceTable {
    /// The names of a line's fields, in order, where the schema gives them; empty where the files' own header does.
    pub fn fields(&self) -> Vec<String> {
        if self.widths.is_empty() { self.header.clone() } else { self.widths.iter().map(|width| width.name.clone()).collect() }
    }

    /// The column of that name.
    pub(crate) fn column(&self, name: &str) -> Option<&SourceColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}
