//! Constraints on one value: what each means, and its code.

use crate::error::Error;
use crate::finding::Consequence;
use crate::ir::schema::CheckRule;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceColumn;
use crate::ir::types::Kind;
use crate::read::parse::Measure;
use crate::read::parse::Parser;
use regex::Regex;

/// One constraint, ready to be held against values.
#[derive(Debug)]
pub(super) struct Check {
    /// Its code.
    pub code: &'static str,
    /// What happens to a row that breaks it.
    pub consequence: Consequence,
    test: Test,
}

#[derive(Debug)]
enum Test {
    /// Sorted texts.
    Texts(Vec<String>),
    Wholes(Vec<i128>),
    Floats(Vec<f64>),
    Pattern(Regex),
    MaxLength(usize),
    Min(Bound),
    Max(Bound),
}

#[derive(Debug)]
enum Bound {
    Text(String),
    Whole(i128),
    /// A bound with more digits than the type, and how many units of the type make one.
    Float {
        bound: f64,
        units: f64,
    },
}

impl Check {
    /// A column's constraints that a single value can break; uniqueness is not among them.
    pub(super) fn of(column: &SourceColumn, parser: &Parser) -> Result<Vec<Self>, Error> {
        let mut checks = Vec::new();
        for check in &column.checks {
            let (code, test) = match &check.rule {
                CheckRule::Unique => continue,
                CheckRule::OneOf(texts) => ("R0103", one_of(column, parser, texts)?),
                CheckRule::Pattern(pattern) => ("R0104", Test::Pattern(anchored(column, pattern)?)),
                CheckRule::Min(text) => ("R0105", Test::Min(bound(column, parser, text)?)),
                CheckRule::Max(text) => ("R0105", Test::Max(bound(column, parser, text)?)),
                CheckRule::MaxLength(most) => ("R0106", Test::MaxLength(*most)),
            };
            let consequence = match check.severity {
                Severity::Reject => Consequence::Rejected,
                Severity::Warn => Consequence::Warned,
                Severity::Fail => Consequence::Failed,
            };
            checks.push(Self { code, consequence, test });
        }
        Ok(checks)
    }

    /// Whether it holds of a value, given as its text and as its measure.
    pub(super) fn holds(&self, text: &str, measure: Measure) -> bool {
        match (&self.test, measure) {
            (Test::Texts(texts), _) => texts.binary_search_by(|one| one.as_str().cmp(text)).is_ok(),
            (Test::Wholes(wholes), Measure::Whole(number)) => wholes.contains(&number),
            (Test::Floats(floats), Measure::Float(number)) => floats.contains(&number),
            (Test::Pattern(pattern), _) => pattern.is_match(text),
            // Characters are at most as many as bytes.
            (Test::MaxLength(most), _) => text.len() <= *most || text.chars().count() <= *most,
            (Test::Min(bound), measure) => bound.compare(text, measure).is_ge(),
            (Test::Max(bound), measure) => bound.compare(text, measure).is_le(),
            (Test::Wholes(_) | Test::Floats(_), _) => false,
        }
    }
}

impl Bound {
    /// How a value stands to the bound.
    #[expect(clippy::cast_precision_loss, reason = "the bound is a float, so the value is compared as one")]
    fn compare(&self, text: &str, measure: Measure) -> std::cmp::Ordering {
        match (self, measure) {
            (Self::Whole(bound), Measure::Whole(number)) => number.cmp(bound),
            (Self::Float { bound, .. }, Measure::Float(number)) => number.total_cmp(bound),
            (Self::Float { bound, units }, Measure::Whole(number)) => (number as f64 / units).total_cmp(bound),
            (Self::Whole(bound), Measure::Float(number)) => number.total_cmp(&(*bound as f64)),
            (Self::Text(bound), _) => text.cmp(bound.as_str()),
            (_, Measure::Text) => std::cmp::Ordering::Equal,
        }
    }
}

fn one_of(column: &SourceColumn, parser: &Parser, texts: &[String]) -> Result<Test, Error> {
    let measures: Vec<Measure> =
        texts.iter().map(|text| parser.measure(text).ok_or_else(|| unfit(column, "an allowed value"))).collect::<Result<_, _>>()?;
    Ok(match column.ty.kind {
        Kind::Text | Kind::Uuid => {
            let lower = |text: &String| if column.ty.kind == Kind::Uuid { text.to_lowercase() } else { text.clone() };
            let mut texts: Vec<String> = texts.iter().map(lower).collect();
            texts.sort();
            Test::Texts(texts)
        }
        Kind::Float => {
            Test::Floats(measures.iter().filter_map(|one| if let Measure::Float(number) = one { Some(*number) } else { None }).collect())
        }
        _ => Test::Wholes(measures.iter().filter_map(|one| if let Measure::Whole(number) = one { Some(*number) } else { None }).collect()),
    })
}

fn bound(column: &SourceColumn, parser: &Parser, text: &str) -> Result<Bound, Error> {
    let float = |units| text.parse().ok().map(|bound| Bound::Float { bound, units });
    let found = match parser.measure(text) {
        Some(Measure::Text) => Some(Bound::Text(text.to_owned())),
        Some(Measure::Whole(number)) => Some(Bound::Whole(number)),
        Some(Measure::Float(bound)) => Some(Bound::Float { bound, units: 1.0 }),
        None => match parser {
            Parser::Integer => float(1.0),
            Parser::Decimal { scale, .. } => float(10_f64.powi(i32::from(*scale))),
            _ => None,
        },
    };
    found.ok_or_else(|| unfit(column, "a bound"))
}

fn anchored(column: &SourceColumn, pattern: &str) -> Result<Regex, Error> {
    Regex::new(&format!(r"\A(?:{pattern})\z")).map_err(|_| unfit(column, "the pattern"))
}

fn unfit(column: &SourceColumn, what: &str) -> Error {
    Error::bug(format!("{what} of column `{}` does not fit its type {}", column.name, column.ty.kind))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn holds(kind: Kind, rule: CheckRule, text: &str) -> bool {
        let checks = vec![crate::ir::schema::Check { rule, severity: Severity::Reject }];
        let column = SourceColumn { checks, ..SourceColumn::plain("c", kind) };
        let parser = Parser::new(&column, &[]).unwrap();
        Check::of(&column, &parser).unwrap()[0].holds(text, parser.measure(text).unwrap())
    }

    #[test]
    fn allowed_values_are_compared_as_values() {
        let rule = |texts: &[&str]| CheckRule::OneOf(texts.iter().map(|&text| text.to_owned()).collect());
        assert!(holds(Kind::Text, rule(&["M", "F"]), "F"));
        assert!(!holds(Kind::Text, rule(&["M", "F"]), "f"));
        assert!(holds(Kind::Integer, rule(&["1", "2"]), "02"));
        assert!(!holds(Kind::Integer, rule(&["1", "2"]), "3"));
        assert!(holds(Kind::Float, rule(&["0.5"]), "0.50"));
    }

    #[test]
    fn a_pattern_matches_the_whole_text() {
        let rule = || CheckRule::Pattern("[0-9]+|x".to_owned());
        assert!(holds(Kind::Text, rule(), "12") && holds(Kind::Text, rule(), "x"));
        assert!(!holds(Kind::Text, rule(), "12a") && !holds(Kind::Text, rule(), "12\n"));
    }

    #[test]
    fn bounds_are_inclusive_and_exact() {
        let (min, max) = (|text: &str| CheckRule::Min(text.to_owned()), |text: &str| CheckRule::Max(text.to_owned()));
        assert!(holds(Kind::Integer, min("0"), "0") && !holds(Kind::Integer, min("0"), "-1"));
        assert!(holds(Kind::Integer, max("0.5"), "0") && !holds(Kind::Integer, max("0.5"), "1"));
        let money = || Kind::Decimal { precision: 12, scale: 2 };
        assert!(holds(money(), max("0.1"), "0.10") && !holds(money(), max("0.1"), "0.11"));
        assert!(holds(money(), min("0.105"), "0.11") && !holds(money(), min("0.105"), "0.10"));
        assert!(holds(Kind::Date, min("1900-01-01"), "1900-01-01") && !holds(Kind::Date, min("1900-01-01"), "1899-12-31"));
        assert!(holds(Kind::Datetime, min("1900-01-01"), "1900-01-01T00:00:00") && !holds(Kind::Float, max("1"), "1.5"));
    }

    #[test]
    fn a_length_is_in_characters() {
        assert!(holds(Kind::Text, CheckRule::MaxLength(2), "éé") && !holds(Kind::Text, CheckRule::MaxLength(1), "éé"));
    }
}
