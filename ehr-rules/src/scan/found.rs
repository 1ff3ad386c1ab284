//! What a scan found, for whoever prints it or drafts a schema from it.

use crate::ir::types::Kind;
use crate::scan::dates::DateFormat;
use crate::scan::numbers::Marks;
use serde::Serialize;
use serde::Serializer;
use std::collections::BTreeMap;

/// What an export holds.
#[derive(Debug, Clone, Serialize)]
pub struct Scan {
    /// Text tables, in input order.
    pub files: Vec<FileScan>,
    /// Columns that hold the keys of other files.
    pub references: Vec<FoundReference>,
    /// Files that are no text tables.
    pub skipped: Vec<Skipped>,
}

/// A file that was not scanned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// Its name in the input.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// One text table.
#[derive(Debug, Clone, Serialize)]
pub struct FileScan {
    /// Its name in the input, with `/` between folders.
    pub name: String,
    /// Its size in bytes.
    pub bytes: u64,
    /// How it is written.
    pub dialect: FoundDialect,
    /// Records after the header, malformed ones among them.
    pub rows: u64,
    /// Records whose quotes are unsound, which were not looked into.
    pub malformed: u64,
    /// Records with more or fewer fields than the header, which were not looked into.
    pub ragged: u64,
    /// Records that hold bytes that are no text in the file's encoding.
    pub garbled: u64,
    /// Columns in file order.
    pub columns: Vec<ColumnScan>,
    /// What could identify a row, most likely first.
    pub keys: Vec<FoundKey>,
}

/// How a file is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundDialect {
    /// What its records are: `delimited` lines, lines of `fixed` widths, or `json` objects.
    pub format: &'static str,
    /// Of JSON: the names from a document inwards to its list of objects; none where it is that itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rows: Vec<String>,
    /// Of fixed widths: the first and last character of each column.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub widths: Vec<(usize, usize)>,
    /// Between fields.
    pub delimiter: String,
    /// Around fields that hold delimiters; none where quotes are plain characters.
    pub quote: Option<char>,
    /// Whether such quotes were seen.
    pub quoted: bool,
    /// How a quote inside quotes is written: `doubled`, or behind a `backslash`.
    pub escape: &'static str,
    /// `lf` (or CRLF), `cr`, or `any` of them.
    pub line_end: &'static str,
    /// The encoding's WHATWG label, in small letters.
    pub encoding: String,
    /// Whether it is ASCII alone, which most encodings write alike.
    pub ascii: bool,
    /// What the encoding may be as well, in words, where nothing in the file decides.
    pub doubt: Option<String>,
    /// What lines begin with that are no rows; none where no line is a comment, or rows begin so too.
    pub comment: Option<String>,
    /// How many lines are comments.
    pub comments: u64,
    /// How many lines stand before the header, or the first row.
    pub preamble: u32,
    /// How many lines stand behind the last row.
    pub footer: u32,
    /// The character that stands for a line end inside a field, as `dialect:` names it.
    pub line_break: Option<&'static str>,
    /// What stands before a number's fraction; none where no number tells, or columns differ in it.
    pub decimal: Option<char>,
    /// What stands between a number's thousands.
    pub thousands: Option<char>,
    /// Whether the first record names the columns; where it does not, they are called `column_1` and so on.
    pub header: bool,
    /// What speaks for all this, without any value.
    pub evidence: Vec<String>,
}

/// One column.
#[derive(Debug, Clone, Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub struct ColumnScan {
    /// Its name in the header.
    pub name: String,
    /// Of JSON: where it stands in an object, names joined by points, where that is not its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The type that its values fit.
    #[serde(rename = "type", serialize_with = "shown")]
    pub kind: Kind,
    /// The share of its values that fit this type, from 0 to 1.
    pub fits: f64,
    /// Other types that many of its values fit, with their share.
    pub also: BTreeMap<String, f64>,
    /// Records with a value.
    pub filled: u64,
    /// Records with nothing, or blanks alone.
    pub empty: u64,
    /// Words for 'no value' that were seen, with how often: `NULL`, `N/A` and their like.
    pub missing: BTreeMap<String, u64>,
    /// How many different values.
    pub distinct: u64,
    /// Whether that is exact, or an estimate within some percent.
    pub distinct_exact: bool,
    /// Whether no value comes twice, as far as that is known.
    pub unique: bool,
    /// How days and times are written, in the order in which formats should be tried.
    pub formats: Vec<DateFormat>,
    /// Whether they are ISO 8601, which needs no format.
    pub iso: bool,
    /// How many name a zone.
    pub zoned: u64,
    /// Formats between which no value decides, such as day and month where every day is at most 12.
    pub undecided: Vec<String>,
    /// Whether some values have the day first and others the month.
    pub mixed_order: bool,
    /// Marks of numbers that are not written as the rules read them.
    pub marks: Option<Marks>,
    /// Whether a value has a point that stands before a fraction for certain.
    #[serde(skip)]
    pub pointed: bool,
    /// Values that are digits and begin with a zero, and so are no numbers.
    pub leading_zeros: u64,
    /// Values with blanks before or behind them.
    pub padded: u64,
    /// Characters of the shortest and the longest value.
    pub shortest: u64,
    /// See `shortest`.
    pub longest: u64,
    /// How many values are of 1, 2, 3–4, 5–8, 9–16, … characters.
    pub lengths: Vec<u64>,
    /// How often the most frequent values occur, most frequent first; without saying what they are.
    pub frequencies: Vec<u64>,
    /// What its values look like, `9` for a digit and `A` or `a` for a letter, with the share of different values.
    pub looks: Vec<FoundLook>,
    /// Systems its codes may be of, most likely first.
    pub codes: Vec<FoundCode>,
    /// The identifier of a person it seems to hold.
    pub person: Option<FoundPerson>,
    /// Values with how often each occurs, most frequent first; empty unless they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<FoundValue>,
    /// Whether `values` are all there are, each counted exactly.
    #[serde(skip)]
    pub values_whole: bool,
    /// Of numbers: their mean and spread, least and greatest; none unless values were asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measures: Option<Measures>,
}

/// A value, and how often it occurs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundValue {
    /// The value, or its beginning.
    pub value: String,
    /// In how many records.
    pub records: u64,
}

/// Numbers about numbers.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Measures {
    /// The least.
    pub least: f64,
    /// The greatest.
    pub most: f64,
    /// The mean.
    pub mean: f64,
    /// The standard deviation.
    pub deviation: f64,
}

/// What values look like.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundLook {
    /// `9` for a digit, `A` for a capital, `a` for another letter; anything else as it is.
    pub look: String,
    /// The share of the different values, from 0 to 1.
    pub share: f64,
}

/// A code system that a column's values may be of.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundCode {
    /// What people call it.
    pub system: &'static str,
    /// Its URI in FHIR, where it has one.
    pub uri: &'static str,
    /// The share of different values that have its shape, from 0 to 1.
    pub share: f64,
    /// What speaks for it.
    pub because: String,
}

/// An identifier of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundPerson {
    /// As `phi:` writes it.
    pub tag: &'static str,
    /// What speaks for it.
    pub because: String,
}

/// Columns that could identify a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundKey {
    /// One column, or two.
    pub columns: Vec<String>,
    /// Whether it is known that no two rows share them, or estimated.
    pub exact: bool,
    /// What speaks for it, beside that.
    pub because: Vec<String>,
}

/// A column whose values are those of another file's column.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FoundReference {
    /// The file that refers.
    pub file: String,
    /// Its column.
    pub column: String,
    /// The file referred to.
    pub to_file: String,
    /// Its column.
    pub to_column: String,
    /// The share of different values that are there, from 0 to 1.
    pub share: f64,
    /// How many different values were compared.
    pub compared: u64,
    /// Whether the names say so as well.
    pub named: bool,
}

fn shown<S: Serializer>(kind: &Kind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(kind)
}

impl FileScan {
    /// The column of that name.
    pub fn column(&self, name: &str) -> Option<&ColumnScan> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The last part of the name, without its ending.
    pub fn stem(&self) -> &str {
        let last = self.name.rsplit('/').next().unwrap_or(&self.name);
        last.split_once('.').map_or(last, |(stem, _)| if stem.is_empty() { last } else { stem })
    }
}

impl ColumnScan {
    /// Whether no record has a value.
    pub fn is_empty(&self) -> bool {
        self.filled == 0
    }

    /// Whether its values are numbers with a point.
    pub(crate) const fn is_decimal(&self) -> bool {
        matches!(self.kind, Kind::Decimal { .. } | Kind::Float)
    }

    /// Whether every record has the same one value.
    pub fn is_constant(&self) -> bool {
        self.filled > 0 && self.distinct == 1 && self.distinct_exact
    }
}
