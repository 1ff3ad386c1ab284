//! Whether sampled text reads as a column declares it. These are tests over a sample, in plain chrono and regex;
//! the reading itself is another room's, and stricter.

use crate::ir::schema::CheckRule;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use regex::Regex;
use std::collections::HashSet;

/// The share of wrong values from which a column is held to have another type, rather than bad rows.
pub(super) const RETYPED: f64 = 0.2;

/// Ways of writing a day that are tried to say what a column looks like.
pub(super) const DAYS: &[&str] = &["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%d-%m-%Y", "%d-%b-%Y"];

/// What a schema asks of a column's values: equal where two columns ask the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Asked<'a> {
    kind: &'a Kind,
    formats: &'a [String],
    words: Option<&'a (Vec<String>, Vec<String>)>,
    missing: &'a [String],
    one_of: Vec<&'a [String]>,
    patterns: Vec<&'a str>,
    max_length: Option<usize>,
    /// The least and the greatest number, as the schema writes them.
    range: (Option<&'a str>, Option<&'a str>),
    usual: Option<&'a [String]>,
    usual_patterns: Vec<&'a str>,
    unique: bool,
}

/// What a column's values must be.
pub(super) struct Probe {
    pub kind: Kind,
    pub formats: Vec<String>,
    words: Option<(Vec<String>, Vec<String>)>,
    missing: Vec<String>,
    pub one_of: Vec<HashSet<String>>,
    pub patterns: Vec<Regex>,
    max_length: Option<usize>,
    /// The least and the greatest number.
    pub range: (Option<f64>, Option<f64>),
    /// Texts that it mostly is one of; others are no fault.
    usual: HashSet<String>,
    /// What it mostly looks like; other texts are no fault.
    pub usual_patterns: Vec<Regex>,
    /// Whether no value may occur twice.
    pub unique: bool,
}

/// How a column's sampled values agree with what is declared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Values {
    /// Values that are there.
    pub tried: usize,
    /// Those among them that do not read as declared.
    pub wrong: usize,
    /// Those among them that are what such values mostly are, where the schema says what.
    pub usual: usize,
    /// Those that stood there before, where none may.
    pub again: usize,
}

impl Values {
    /// The share of values that do not read as declared.
    #[expect(clippy::cast_precision_loss, reason = "a sample is small")]
    pub(super) fn wrong_share(self) -> f64 {
        if self.tried == 0 { 0.0 } else { self.wrong as f64 / self.tried as f64 }
    }
}

impl<'a> Asked<'a> {
    pub(super) fn new(source: &'a SourceSchema, table: &'a SourceTable, column: &'a SourceColumn) -> Self {
        let mut asked = Self {
            kind: &column.ty.kind,
            formats: &column.formats,
            words: column.words.as_ref(),
            missing: column.missing.as_ref().unwrap_or(&source.missing),
            one_of: Vec::new(),
            patterns: Vec::new(),
            max_length: None,
            range: (None, None),
            usual: None,
            usual_patterns: Vec::new(),
            unique: matches!(table.key.as_slice(), [only] if *only == column.name),
        };
        for check in &column.checks {
            match &check.rule {
                // A constraint that only warns is one that good exports are known to break.
                CheckRule::OneOf(texts) if check.severity == Severity::Warn => asked.usual = Some(texts),
                CheckRule::Pattern(pattern) if check.severity == Severity::Warn => asked.usual_patterns.push(pattern),
                _ if check.severity == Severity::Warn => {}
                CheckRule::OneOf(texts) => asked.one_of.push(texts),
                CheckRule::Pattern(pattern) => asked.patterns.push(pattern),
                CheckRule::MaxLength(most) => asked.max_length = Some(*most),
                CheckRule::Min(least) => asked.range.0 = Some(least),
                CheckRule::Max(most) => asked.range.1 = Some(most),
                CheckRule::Unique => asked.unique = true,
            }
        }
        asked
    }

    /// Whether both ask the same of a value, as far as it can be seen in one.
    pub(super) fn asks_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.formats == other.formats && self.words == other.words && self.one_of == other.one_of
    }
}

impl Probe {
    pub(super) fn new(asked: &Asked<'_>) -> Self {
        let set = |texts: &[String]| texts.iter().cloned().collect::<HashSet<String>>();
        Self {
            kind: asked.kind.clone(),
            formats: asked.formats.to_vec(),
            words: asked.words.cloned(),
            missing: asked.missing.to_vec(),
            one_of: asked.one_of.iter().map(|texts| set(texts)).collect(),
            patterns: whole(&asked.patterns),
            max_length: asked.max_length,
            // How days and times are bounded is not looked at.
            range: if is_numeric(asked.kind) { (asked.range.0.and_then(number), asked.range.1.and_then(number)) } else { (None, None) },
            usual: asked.usual.map(set).unwrap_or_default(),
            usual_patterns: whole(&asked.usual_patterns),
            unique: asked.unique,
        }
    }

    /// What is declared, in a few words: the type and its formats.
    pub(super) fn describe(&self) -> String {
        let formats: Vec<String> = self.formats.iter().map(|format| format!("`{format}`")).collect();
        let among = if self.one_of.is_empty() { "" } else { " out of a list" };
        let within = match self.range {
            (Some(least), Some(most)) => format!(" from {least} to {most}"),
            (Some(least), None) => format!(" of {least} or more"),
            (None, Some(most)) => format!(" of {most} or less"),
            (None, None) => String::new(),
        };
        let as_such = if formats.is_empty() { String::new() } else { format!(" as {}", formats.join(" or ")) };
        format!("`{}`{as_such}{within}{among}", self.kind)
    }

    /// Tries the values of a column.
    pub(super) fn values<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Values {
        let mut values = Values::default();
        let mut seen = HashSet::new();
        for text in texts.filter(|text| !self.is_missing(text)) {
            values.tried += 1;
            values.wrong += usize::from(!self.reads(text));
            values.usual += usize::from(self.is_usual(text));
            values.again += usize::from(self.unique && !seen.insert(text));
        }
        values
    }

    /// Whether a text is one of those that such values mostly are.
    fn is_usual(&self, text: &str) -> bool {
        self.usual.contains(text) || !self.usual_patterns.is_empty() && self.usual_patterns.iter().all(|pattern| pattern.is_match(text))
    }

    /// What a column's values look like instead, where so many are wrong that it has another type.
    pub(super) fn looks<'t>(&self, values: Values, texts: impl Iterator<Item = &'t str>) -> Option<String> {
        if values.wrong_share() < RETYPED {
            return None;
        }
        let there: Vec<&str> = texts.filter(|text| !self.is_missing(text)).collect();
        Some(if there.iter().all(|text| self.parses(text)) { "other values".to_owned() } else { looks(&there) })
    }

    /// Whether days are written year first, as they are where nothing is declared.
    pub(super) fn is_iso(&self) -> bool {
        self.formats.is_empty() || self.formats.iter().any(|format| format.starts_with("%Y-%m-%d"))
    }

    /// Whether nothing is asked of the text.
    pub(super) fn is_plain(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::List(_) | Kind::Struct(_)) && self.one_of.is_empty() && self.patterns.is_empty()
    }

    /// Whether each text that is as another declares is taken here too, as far as declarations tell.
    pub(super) fn takes(&self, other: &Self) -> bool {
        let within = |all: &HashSet<String>| other.one_of.iter().any(|texts| texts.is_subset(all));
        let asked = |pattern: &Regex| other.patterns.iter().any(|known| known.as_str() == pattern.as_str());
        self.takes_kind(other)
            && self.one_of.iter().all(within)
            && self.patterns.iter().all(asked)
            && self.max_length.is_none_or(|most| other.max_length.is_some_and(|length| length <= most))
    }

    fn takes_kind(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Text | Kind::List(_) | Kind::Struct(_), _) | (Kind::Float, Kind::Decimal { .. } | Kind::Integer) => true,
            (Kind::Decimal { precision, scale }, Kind::Decimal { precision: digits, scale: part }) => {
                scale >= part && precision.saturating_sub(*scale) >= digits.saturating_sub(*part)
            }
            (Kind::Decimal { precision, scale }, Kind::Integer) => precision.saturating_sub(*scale) >= 19,
            (Kind::Boolean, Kind::Boolean) => self.words == other.words,
            (own, theirs) => {
                let as_such = self.formats.is_empty() == other.formats.is_empty();
                own == theirs && as_such && other.formats.iter().all(|format| self.formats.contains(format))
            }
        }
    }

    /// Whether some text that is as another declares is taken here too: numbers may be words and days without marks, but
    /// nothing is both a day and a UUID.
    pub(super) fn may_take(&self, other: &Self) -> bool {
        let same = self.kind == other.kind || self.numeric() && other.numeric() || self.temporal() && other.temporal();
        let shared = |texts: &HashSet<String>| other.one_of.iter().all(|known| !known.is_disjoint(texts));
        (same || self.free() || other.free()) && self.one_of.iter().all(shared)
    }

    fn numeric(&self) -> bool {
        is_numeric(&self.kind)
    }

    fn temporal(&self) -> bool {
        matches!(self.kind, Kind::Date | Kind::Datetime | Kind::Instant)
    }

    /// Whether its texts may look like anything: words, or dates in a form of the schema's own.
    fn free(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::List(_) | Kind::Struct(_) | Kind::Boolean) || !self.formats.is_empty()
    }

    fn is_missing(&self, text: &str) -> bool {
        self.missing.iter().any(|missing| missing == text || (missing.is_empty() && text.trim().is_empty()))
    }

    /// Whether a value that is there reads as declared.
    fn reads(&self, text: &str) -> bool {
        self.parses(text)
            && self.one_of.iter().all(|allowed| allowed.contains(text))
            && self.patterns.iter().all(|pattern| pattern.is_match(text))
            && self.max_length.is_none_or(|most| text.chars().count() <= most)
            && self.is_within(text)
    }

    fn is_within(&self, text: &str) -> bool {
        let (least, most) = self.range;
        let holds = |number: f64| least.is_none_or(|least| number >= least) && most.is_none_or(|most| number <= most);
        (least, most) == (None, None) || number(text).is_none_or(holds)
    }

    fn parses(&self, text: &str) -> bool {
        let text = if self.kind == Kind::Text { text } else { text.trim() };
        match &self.kind {
            // What is inside is looked at when it is read.
            Kind::Text | Kind::List(_) | Kind::Struct(_) => true,
            Kind::Integer => text.parse::<i64>().is_ok(),
            Kind::Decimal { precision, scale } => is_decimal(text, usize::from(*precision), usize::from(*scale)),
            Kind::Float => text.parse::<f64>().is_ok(),
            Kind::Boolean => self.is_boolean(text),
            Kind::Date if self.formats.is_empty() => is_date(text, "%Y-%m-%d"),
            Kind::Date => self.formats.iter().any(|format| is_date(text, format)),
            Kind::Time if self.formats.is_empty() => ["%H:%M:%S%.f", "%H:%M"].iter().any(|format| is_time(text, format)),
            Kind::Time => self.formats.iter().any(|format| is_time(text, format)),
            Kind::Datetime | Kind::Instant if self.formats.is_empty() => is_iso_datetime(text),
            Kind::Datetime | Kind::Instant => self.formats.iter().any(|format| is_datetime(text, format)),
            Kind::Uuid => text.len() == 36 && uuid::Uuid::parse_str(text).is_ok(),
        }
    }

    fn is_boolean(&self, text: &str) -> bool {
        match &self.words {
            Some((yes, no)) => yes.iter().chain(no).any(|word| word.eq_ignore_ascii_case(text)),
            None => ["true", "false"].iter().any(|word| word.eq_ignore_ascii_case(text)),
        }
    }
}

const fn is_numeric(kind: &Kind) -> bool {
    matches!(kind, Kind::Integer | Kind::Decimal { .. } | Kind::Float)
}

/// Patterns that a whole text must match; one that does not compile is a diagnostic of the rules.
fn whole(patterns: &[&str]) -> Vec<Regex> {
    patterns.iter().filter_map(|pattern| Regex::new(&format!("^(?:{pattern})$")).ok()).collect()
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// What a column's values are, as far as one type holds for all of them.
fn looks(there: &[&str]) -> String {
    let all = |is: &dyn Fn(&str) -> bool| there.iter().all(|text| is(text.trim()));
    if let Some(format) = DAYS.iter().find(|format| all(&|text| is_date(text, format))) {
        format!("`date` as `{format}`")
    } else if all(&|text| text.parse::<i64>().is_ok()) {
        "`integer`".to_owned()
    } else if all(&|text| text.parse::<f64>().is_ok()) {
        "`float`".to_owned()
    } else if all(&is_iso_datetime) {
        "`datetime`".to_owned()
    } else if all(&|text| uuid::Uuid::parse_str(text).is_ok()) {
        "`uuid`".to_owned()
    } else {
        "`text`".to_owned()
    }
}

pub(super) fn is_date(text: &str, format: &str) -> bool {
    // chrono takes a year of any length for `%Y`, so that a six-digit number would be a day, and `24` a year.
    let year = if format.contains("%Y%m%d") { 8 } else { 4 };
    let whole = !format.contains("%Y") || text.split(|letter: char| !letter.is_ascii_digit()).any(|digits| digits.len() >= year);
    whole && NaiveDate::parse_from_str(text, format).is_ok()
}

fn is_time(text: &str, format: &str) -> bool {
    NaiveTime::parse_from_str(text, format).is_ok()
}

/// A format without a time of day is midnight.
fn is_datetime(text: &str, format: &str) -> bool {
    DateTime::parse_from_str(text, format).is_ok() || NaiveDateTime::parse_from_str(text, format).is_ok() || is_date(text, format)
}

pub(super) fn is_iso_datetime(text: &str) -> bool {
    const LOCAL: &[&str] = &["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S%.fZ"];
    DateTime::parse_from_rfc3339(text).is_ok()
        || LOCAL.iter().any(|format| NaiveDateTime::parse_from_str(text, format).is_ok())
        || is_date(text, "%Y-%m-%d")
}

/// Digits with at most one point, none of them lost at this precision.
fn is_decimal(text: &str, precision: usize, scale: usize) -> bool {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    !(whole.is_empty() && part.is_empty())
        && plain(whole)
        && plain(part)
        && part.trim_end_matches('0').len() <= scale
        && whole.trim_start_matches('0').len() <= precision.saturating_sub(scale)
}
