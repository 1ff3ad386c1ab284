//! How many columns of tables of which nothing is known would read as a schema declares: what all read so proves nothing.

use crate::detect::value::Probe;
use crate::ir::types::Kind;
use regex::Regex;

/// What stands in columns of all kinds, about as often as there: a pattern that few of these match is a sign.
const TYPICAL: &[&str] = &[
    "1",
    "17",
    "204",
    "5931",
    "48213",
    "7300412",
    "0",
    "12.5",
    "0.8",
    "98.60",
    "2019-04-02",
    "1987-11-23",
    "2021-03-09 08:15:00",
    "03/14/2015",
    "2020-01-31T10:00:00Z",
    "M",
    "F",
    "Y",
    "active",
    "final",
    "white",
    "english",
    "Smith",
    "Mary Ann",
    "12 Main Street",
    "Springfield",
    "seen in clinic",
    "no known allergies",
    "mg/dL",
    "E11.9",
    "I10",
    "4548-4",
    "A1C",
    "P-2041",
    "555-0134",
    "02139",
    "mary@example.org",
    "2f1c7d3e-8a54-4c1b-9d55-0b8a6f2e7c10",
    "scans/2019/04/a.pdf",
    "true",
];

impl Probe {
    /// The share of columns in tables of which nothing is known that would read as declared.
    pub(super) fn luck(&self) -> f64 {
        let kind: f64 = match self.kind {
            Kind::Text | Kind::List(_) | Kind::Struct(_) => 1.0,
            Kind::Integer => 0.3,
            Kind::Decimal { .. } | Kind::Float => 0.38,
            // Most systems write days as ISO 8601 does; each other way is one of many.
            Kind::Date => {
                if self.is_iso() {
                    0.11
                } else {
                    0.04
                }
            }
            Kind::Datetime | Kind::Instant => {
                if self.is_iso() {
                    0.15
                } else {
                    0.04
                }
            }
            Kind::Boolean => 0.05,
            Kind::Time | Kind::Uuid => 0.03,
        };
        let listed = if self.one_of.is_empty() { 1.0 } else { 0.04 };
        let within = match self.range {
            (Some(least), Some(most)) if most - least <= 1.0 => 0.25,
            (Some(least), Some(most)) if most - least <= 20.0 => 0.4,
            (Some(least), Some(most)) if most - least <= 200.0 => 0.6,
            (Some(_), _) | (_, Some(_)) => 0.95,
            (None, None) => 1.0,
        };
        (kind * listed * matching(&self.patterns) * within).max(0.002)
    }

    /// The share of columns whose values mostly are what these mostly are.
    pub(super) fn usual_luck(&self) -> f64 {
        if self.usual_patterns.is_empty() { 0.08 } else { matching(&self.usual_patterns) }
    }
}

/// The share of columns whose values match all of these.
fn matching(patterns: &[Regex]) -> f64 {
    if patterns.is_empty() {
        return 1.0;
    }
    let matched = TYPICAL.iter().filter(|text| patterns.iter().all(|pattern| pattern.is_match(text))).count();
    #[expect(clippy::cast_precision_loss, reason = "a few dozen texts")]
    let share = (matched as f64 + 0.5) / (TYPICAL.len() as f64 + 1.0);
    share
}

/// How seldom a file without a schema has fields between such a delimiter; a comma says nothing.
pub(super) fn delimited(by: &str) -> f64 {
    match by {
        "," => 1.0,
        ";" => 0.15,
        "\t" => 0.12,
        "|" => 0.06,
        _ => 0.02,
    }
}

/// How seldom a file's name ends so.
pub(super) fn ending(of: &str) -> f64 {
    match of.to_ascii_lowercase().as_str() {
        "csv" | "txt" => 1.0,
        "tsv" => 0.1,
        _ => 0.03,
    }
}

/// How seldom a file's name begins with so many letters of a table's name by chance, beside a common word.
pub(super) fn start(with: &str) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "names are short")]
    let beyond = with.chars().filter(|letter| letter.is_alphabetic()).count().saturating_sub(9) as f64;
    (-0.3 * beyond).exp().max(0.1)
}

#[cfg(test)]
mod tests {
    use super::matching;
    use regex::Regex;

    #[test]
    fn a_pattern_that_everything_matches_says_nothing_and_a_path_says_much() {
        let share = |pattern: &str| matching(&Regex::new(&format!("^(?:{pattern})$")).into_iter().collect::<Vec<_>>());
        assert!(share(".*") > 0.95);
        assert!((0.12..0.3).contains(&share("[0-9]+")), "{}", share("[0-9]+"));
        assert!(share(r".+/.+\.[a-z0-9]+") < 0.05);
    }
}
