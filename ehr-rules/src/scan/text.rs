//! A scan as people read it.

use crate::scan::found::ColumnScan;
use crate::scan::found::FileScan;
use crate::scan::found::FoundDialect;
use crate::scan::found::FoundKey;
use crate::scan::found::FoundReference;
use crate::scan::found::Scan;
use std::fmt::Write as _;

/// Values shown of a column, where they were asked for.
const VALUES: usize = 6;
/// The share of different values from which a look is shown.
const COMMON: f64 = 0.15;
/// The widest that a column of names becomes.
const WIDEST: usize = 32;

impl Scan {
    /// The whole answer in lines of text.
    pub fn to_text(&self) -> String {
        let mut text = String::new();
        if self.files.is_empty() && self.skipped.is_empty() {
            text.push_str("the input holds no file\n");
        }
        for file in &self.files {
            if !text.is_empty() {
                text.push('\n');
            }
            file.write(&mut text);
        }
        if !self.references.is_empty() {
            text.push_str("\nreferences, by their values\n");
            for reference in &self.references {
                let _ = writeln!(text, "  {}", reference.in_words());
            }
        }
        if !self.skipped.is_empty() {
            text.push_str(if text.is_empty() { "not scanned\n" } else { "\nnot scanned\n" });
            for file in &self.skipped {
                let _ = writeln!(text, "  {}: {}", file.name, file.reason);
            }
        }
        text
    }
}

impl FileScan {
    fn write(&self, text: &mut String) {
        let _ = writeln!(text, "{}: {} of {} columns", self.name, count(self.rows, "row"), self.columns.len());
        let _ = writeln!(text, "  {}", self.dialect.in_words());
        for evidence in &self.dialect.evidence {
            let _ = writeln!(text, "  because {evidence}");
        }
        for trouble in self.troubles() {
            let _ = writeln!(text, "  ! {trouble}");
        }
        for key in &self.keys {
            let _ = writeln!(text, "  key? {}", key.in_words());
        }
        let width = self.columns.iter().map(|column| column.name.chars().count()).max().unwrap_or(0).clamp(6, WIDEST);
        let types = self.columns.iter().map(|column| column.kind.to_string().len()).max().unwrap_or(0).max(4);
        let _ = writeln!(text, "  {:width$}  {:types$}  {:>6}  {:>6}  {:>10}", "column", "type", "fits", "filled", "different");
        for column in &self.columns {
            let filled = if self.rows == 0 { String::new() } else { percent(part(column.filled, self.rows)) };
            let fits = if column.is_empty() { String::new() } else { percent(column.fits) };
            let distinct = format!("{}{}", if column.distinct_exact { "" } else { "~" }, thousands(column.distinct));
            let kind = if column.is_empty() { "-".to_owned() } else { column.kind.to_string() };
            let notes = column.notes().join("; ");
            let line = format!("  {:width$}  {kind:types$}  {fits:>6}  {filled:>6}  {distinct:>10}  {notes}", column.name);
            let _ = writeln!(text, "{}", line.trim_end());
            if !column.values.is_empty() {
                let values: Vec<String> =
                    column.values.iter().take(VALUES).map(|one| format!("{:?} {}", one.value, thousands(one.records))).collect();
                let _ = writeln!(text, "  {:width$}  = {}", "", values.join(", "));
            }
        }
    }

    /// What is wrong with its records, in words.
    pub fn troubles(&self) -> Vec<String> {
        let mut troubles = Vec::new();
        let mut say = |number: u64, what: &str| {
            if number > 0 {
                troubles.push(format!("{} {what}", count(number, "row")));
            }
        };
        say(self.malformed, "with unsound quotes, not looked into");
        say(self.ragged, "with more or fewer fields than the header, not looked into");
        say(self.garbled, "with bytes that are no text in this encoding");
        troubles.extend(self.dialect.doubt.clone());
        troubles
    }
}

impl FoundDialect {
    /// How the file is written, in words.
    pub fn in_words(&self) -> String {
        if self.format == "json" {
            let within = if self.rows.is_empty() { String::new() } else { format!(" under `{}`", self.rows.join(".")) };
            return format!("JSON objects{within}, {}", self.encoding);
        }
        let delimiter = match self.delimiter.as_str() {
            "\t" => "a tab".to_owned(),
            other => format!("`{other}`"),
        };
        let quote = self.quote.map_or("no quotes".to_owned(), |quote| format!("quotes `{quote}`"));
        let ends = match self.line_end {
            "cr" => "lines end with CR",
            "any" => "lines end with CR, LF or CRLF",
            _ => "lines end with LF or CRLF",
        };
        let header = if self.header { "a header" } else { "no header" };
        let lines = |count: u32, what: &str| {
            if count == 0 { String::new() } else { format!(", {} {what}", self::count(u64::from(count), "line")) }
        };
        let (before, behind) = (
            lines(self.preamble, if self.header { "before it" } else { "before the first row" }),
            lines(self.footer, "behind the last row"),
        );
        let comments = match &self.comment {
            Some(mark) => format!(", {} behind `{}`", count(self.comments, "comment"), mark.trim()),
            None => String::new(),
        };
        if self.format == "fixed" {
            return format!("fields of fixed widths, told by the blanks between them, {}, {ends}{before}{behind}", self.encoding);
        }
        format!("{delimiter} between fields, {quote}, {}, {ends}, {header}{before}{behind}{comments}", self.encoding)
    }
}

impl FoundKey {
    /// What could be the key, and why, in words.
    pub fn in_words(&self) -> String {
        let columns: Vec<String> = self.columns.iter().map(|column| format!("`{column}`")).collect();
        let sure = if self.exact { "no two rows share it" } else { "no two rows share it, as far as a sample shows" };
        let because: String = self.because.iter().flat_map(|because| ["; ", because]).collect();
        format!("{}: {sure}{because}", columns.join(" with "))
    }
}

impl FoundReference {
    /// What refers to what, and why, in words.
    pub fn in_words(&self) -> String {
        let by = if self.named { ", and the names say so" } else { "" };
        let (share, compared) = (percent(self.share), thousands(self.compared));
        format!(
            "{} `{}` -> {} `{}`: {share} of {compared} different values are there{by}",
            self.file, self.column, self.to_file, self.to_column
        )
    }
}

impl ColumnScan {
    /// What is to be said of it beside its type and counts, in words, without any value.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = Vec::new();
        if self.is_empty() {
            notes.push("never filled".to_owned());
        }
        if self.is_constant() {
            notes.push("one value in every row that has one".to_owned());
        }
        if let Some(person) = &self.person {
            notes.push(format!("phi {}: {}", person.tag, person.because));
        }
        if let Some(code) = self.codes.first() {
            let others: String = self.codes.iter().skip(1).flat_map(|code| [", or ", code.system]).collect();
            notes.push(format!("{}{others}: {}", code.system, code.because));
        }
        if !self.iso && !self.formats.is_empty() {
            let formats: Vec<String> = self.formats.iter().map(|one| format!("`{}`", one.format)).collect();
            notes.push(format!("written {}", formats.join(" and ")));
        }
        notes.extend(self.order_in_words());
        if self.zoned > 0 {
            notes.push(if self.zoned == self.filled {
                "each names its zone".to_owned()
            } else {
                format!("{} name a zone", thousands(self.zoned))
            });
        }
        if let Some(marks) = self.marks {
            let thousands = marks.thousands.map_or(String::new(), |mark| format!(", `{mark}` between thousands"));
            let open = if marks.ambiguous { "; some could be read either way" } else { "" };
            notes.push(format!("numbers with decimal mark `{}`{thousands}{open}", marks.decimal));
        }
        if self.leading_zeros > 0 {
            notes.push(format!("{} begin with a zero, so these digits are no number", thousands(self.leading_zeros)));
        }
        if self.padded > 0 {
            notes.push(format!("{} have blanks around them", thousands(self.padded)));
        }
        if !self.missing.is_empty() {
            let words: Vec<String> = self.missing.iter().map(|(word, times)| format!("`{word}` {}", thousands(*times))).collect();
            notes.push(format!("no value is also written {}", words.join(", ")));
        }
        for (other, share) in &self.also {
            notes.push(format!("{} would be {other}", percent(*share)));
        }
        if self.codes.is_empty()
            && self.person.is_none()
            && self.formats.is_empty()
            && self.marks.is_none()
            && self.kind.to_string() == "text"
        {
            let looks: Vec<String> = self
                .looks
                .iter()
                .take(3)
                .filter(|look| look.share >= COMMON)
                .map(|look| format!("`{}` {}", look.look, percent(look.share)))
                .collect();
            if !looks.is_empty() {
                notes.push(format!("looks like {}", looks.join(", ")));
            }
        }
        notes
    }

    /// What is open about the order of day and month.
    fn order_in_words(&self) -> Option<String> {
        if self.mixed_order {
            return Some("days are written in more than one order".to_owned());
        }
        let others: Vec<String> = self.undecided.iter().skip(1).map(|format| format!("`{format}`")).collect();
        (!others.is_empty()).then(|| format!("no value decides between that and {}", others.join(" and ")))
    }
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn part(part: u64, of: u64) -> f64 {
    part as f64 / of as f64
}

/// `99.9%`: never all where it is not.
pub(crate) fn percent(share: f64) -> String {
    if share >= 1.0 {
        "100%".to_owned()
    } else if share <= 0.0 {
        "0%".to_owned()
    } else {
        format!("{:.1}%", (share * 100.0).clamp(0.1, 99.9))
    }
}

fn count(number: u64, what: &str) -> String {
    format!("{} {what}{}", thousands(number), if number == 1 { "" } else { "s" })
}

/// `1,234,567`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
