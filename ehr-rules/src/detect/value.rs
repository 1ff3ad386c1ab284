//! Whether sampled text reads as a column declares it. These are tests over a sample, in plain chrono and regex;
//! the reading itself is another room's, and stricter.

use crate::ir::schema::CheckRule;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceSchema;
use crate::ir::types::Kind;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use regex::Regex;

/// The share of wrong values from which a column is held to have another type, rather than bad rows.
pub(super) const RETYPED: f64 = 0.2;

/// Ways of writing a day that are tried to say what a column looks like.
const DAYS: &[&str] = &["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%Y/%m/%d", "%Y%m%d", "%d-%m-%Y", "%d-%b-%Y"];

/// What a column's values must be.
pub(super) struct Probe {
    pub kind: Kind,
    pub formats: Vec<String>,
    words: Option<(Vec<String>, Vec<String>)>,
    missing: Vec<String>,
    one_of: Vec<Vec<String>>,
    patterns: Vec<Regex>,
    max_length: Option<usize>,
}

/// How a column's sampled values agree with what is declared.
#[derive(Debug, Clone, Default)]
pub(super) struct Values {
    /// Values that are there.
    pub tried: usize,
    /// Those among them that do not read as declared.
    pub wrong: usize,
    /// What they look like instead, where so many are wrong that the column has another type.
    pub looks: Option<String>,
}

impl Values {
    /// The share of values that do not read as declared.
    #[expect(clippy::cast_precision_loss, reason = "a sample is small")]
    pub(super) fn wrong_share(&self) -> f64 {
        if self.tried == 0 { 0.0 } else { self.wrong as f64 / self.tried as f64 }
    }
}

impl Probe {
    pub(super) fn new(source: &SourceSchema, column: &SourceColumn) -> Self {
        let mut probe = Self {
            kind: column.ty.kind.clone(),
            formats: column.formats.clone(),
            words: column.words.clone(),
            missing: column.missing.as_ref().unwrap_or(&source.missing).clone(),
            one_of: Vec::new(),
            patterns: Vec::new(),
            max_length: None,
        };
        // A constraint that only warns is one that good exports are known to break.
        for check in column.checks.iter().filter(|check| check.severity != Severity::Warn) {
            match &check.rule {
                CheckRule::OneOf(texts) => probe.one_of.push(texts.clone()),
                CheckRule::Pattern(pattern) => probe.patterns.extend(Regex::new(&format!("^(?:{pattern})$")).ok()),
                CheckRule::MaxLength(most) => probe.max_length = Some(*most),
                CheckRule::Min(_) | CheckRule::Max(_) | CheckRule::Unique => {}
            }
        }
        probe
    }

    /// Whether both ask the same of a value.
    pub(super) fn asks_as(&self, other: &Self) -> bool {
        self.kind == other.kind && self.formats == other.formats && self.words == other.words && self.one_of == other.one_of
    }

    /// What is declared, in a few words: the type and its formats.
    pub(super) fn describe(&self) -> String {
        let formats: Vec<String> = self.formats.iter().map(|format| format!("`{format}`")).collect();
        let among = if self.one_of.is_empty() { "" } else { " out of a list" };
        if formats.is_empty() { format!("`{}`{among}", self.kind) } else { format!("`{}` as {}{among}", self.kind, formats.join(" or ")) }
    }

    /// Tries the values of a column.
    pub(super) fn values<'t>(&self, texts: impl Iterator<Item = &'t str>) -> Values {
        let there: Vec<&str> = texts.filter(|text| !self.is_missing(text)).collect();
        let wrong = there.iter().filter(|text| !self.reads(text)).count();
        let mut values = Values { tried: there.len(), wrong, looks: None };
        if values.wrong_share() >= RETYPED {
            values.looks = Some(if there.iter().all(|text| self.parses(text)) { "other values".to_owned() } else { looks(&there) });
        }
        values
    }

    fn is_missing(&self, text: &str) -> bool {
        self.missing.iter().any(|missing| missing == text || (missing.is_empty() && text.trim().is_empty()))
    }

    /// Whether a value that is there reads as declared.
    fn reads(&self, text: &str) -> bool {
        self.parses(text)
            && self.one_of.iter().all(|allowed| allowed.iter().any(|one| one == text))
            && self.patterns.iter().all(|pattern| pattern.is_match(text))
            && self.max_length.is_none_or(|most| text.chars().count() <= most)
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

fn is_date(text: &str, format: &str) -> bool {
    // chrono takes a year of any length for `%Y`, so that a six-digit number would be a day.
    let whole = !format.contains("%Y%m%d") || text.len() >= 8;
    whole && NaiveDate::parse_from_str(text, format).is_ok()
}

fn is_time(text: &str, format: &str) -> bool {
    NaiveTime::parse_from_str(text, format).is_ok()
}

/// A format without a time of day is midnight.
fn is_datetime(text: &str, format: &str) -> bool {
    DateTime::parse_from_str(text, format).is_ok() || NaiveDateTime::parse_from_str(text, format).is_ok() || is_date(text, format)
}

fn is_iso_datetime(text: &str) -> bool {
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
