//! What a draft says of one column.

use crate::draft::yaml;
use crate::ir::types::Kind;
use crate::scan::found::ColumnScan;
use crate::scan::text::percent;
use crate::scan::words::is_identifier;
use crate::scan::words::words;

/// The share of its values that must fit for a type to be drafted: the rows of the others are set aside.
const FITS: f64 = 0.999;
/// How many different values a coded column has at most, and how often each occurs at least.
const CODES: u64 = 24;
const OFTEN: u64 = 5;
/// Characters of a code at most.
const LONG: u64 = 24;

/// One column, decided.
pub(super) struct Column<'a> {
    pub scan: &'a ColumnScan,
    pub kind: Kind,
    /// Whether every row has a value and must have one.
    pub required: bool,
    /// Why it is not read; none where it is.
    pub ignored: Option<String>,
    /// Whether a proposed rule reads it.
    pub read: bool,
    /// The values that it takes, where they are codes.
    pub codes: Vec<&'a str>,
    /// What was guessed.
    pub comment: String,
}

impl<'a> Column<'a> {
    /// Decides on a column of a table of so many rows.
    pub(super) fn new(scan: &'a ColumnScan, rows: u64) -> Self {
        let (kind, why) = kind(scan);
        let codes = if kind == Kind::Text { codes(scan) } else { Vec::new() };
        let ignored = if scan.is_empty() {
            Some("never filled in the export that was scanned".to_owned())
        } else if scan.is_constant() && scan.filled == rows && rows >= 10 {
            Some("the same value in every row of the export that was scanned".to_owned())
        } else {
            None
        };
        let mut said = vec![format!("{kind}: {why}")];
        said.push(format!("filled in {}", percent(share(scan.filled, rows))));
        said.extend(scan.notes().into_iter().filter(|note| !note.starts_with("looks like") && !note.starts_with("never filled")));
        if !codes.is_empty() {
            said.push("one_of holds the values that were seen: complete it, and read it before this file is shared".to_owned());
        }
        Self { scan, kind, required: false, ignored, read: false, codes, comment: said.join("; ") }
    }

    /// It names something, here or in another table: digits that do so are text.
    pub(super) fn is_name(&mut self) {
        if matches!(self.kind, Kind::Integer) {
            self.kind = Kind::Text;
            self.comment = self.comment.replacen("integer: ", "text, since it names something: integer ", 1);
        }
    }

    /// `NAME: {type: …}`.
    pub(super) fn line(&self) -> String {
        let mut said = vec![format!("type: {}", type_of(&self.kind))];
        if let Some(path) = &self.scan.path {
            said.push(format!("path: {}", yaml::scalar(path)));
        }
        if self.required {
            said.push("required: true".to_owned());
        }
        let is_time = matches!(self.kind, Kind::Date | Kind::Datetime | Kind::Time);
        if is_time && !self.scan.iso {
            let formats: Vec<&str> = self.scan.formats.iter().map(|one| one.format.as_str()).collect();
            said.push(format!("formats: {}", yaml::list(&formats)));
        }
        if !self.codes.is_empty() {
            said.push(format!("one_of: {}, on_error: warn", yaml::list(&self.codes)));
        }
        if !self.scan.missing.is_empty() {
            let words: Vec<&str> = std::iter::once("").chain(self.scan.missing.keys().map(String::as_str)).collect();
            said.push(format!("missing: {}", yaml::list(&words)));
        }
        if let Some(person) = &self.scan.person {
            said.push(format!("phi: {}", person.tag));
        }
        format!("{}: {{{}}}", yaml::scalar(&self.scan.name), said.join(", "))
    }
}

fn type_of(kind: &Kind) -> String {
    match kind {
        Kind::Decimal { .. } => format!("\"{kind}\""),
        other => other.to_string(),
    }
}

/// The type to draft, and why.
fn kind(scan: &ColumnScan) -> (Kind, String) {
    let fit = format!("{} of its values fit", percent(scan.fits));
    let is_digits = matches!(scan.kind, Kind::Integer | Kind::Decimal { .. } | Kind::Float);
    let tag = scan.person.as_ref().map(|person| person.tag);
    if scan.kind != Kind::Text && scan.fits < FITS {
        return (Kind::Text, format!("only {} of its values would be {}", percent(scan.fits), scan.kind));
    }
    if is_digits && !scan.codes.is_empty() {
        return (Kind::Text, "codes are no numbers".to_owned());
    }
    if is_digits && (is_identifier(&words(&scan.name)) || tag.is_some_and(|tag| !matches!(tag, "age" | "address" | "service_date"))) {
        return (Kind::Text, "digits that name something are no number".to_owned());
    }
    (scan.kind.clone(), fit)
}

/// The values of a column that are codes: few, short, frequent, and nobody's identifiers.
fn codes(scan: &ColumnScan) -> Vec<&str> {
    let few = scan.distinct_exact && scan.distinct > 1 && scan.distinct <= CODES && scan.longest <= LONG && scan.values_whole;
    let plain = |text: &str| text.split(' ').count() <= 3 && !text.contains('@') && !text.chars().any(char::is_control);
    let nobody = scan.person.is_none() && !is_identifier(&words(&scan.name)) && scan.codes.is_empty();
    let often = scan.values.iter().all(|value| value.records >= OFTEN && plain(&value.value));
    if few && nobody && often && scan.marks.is_none() {
        // In an order of their own, so that a draft is the same whatever the rows.
        let mut codes: Vec<&str> =
            scan.values.iter().map(|value| value.value.as_str()).filter(|code| !scan.missing.contains_key(*code)).collect();
        codes.sort_unstable();
        codes
    } else {
        Vec::new()
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}
