//! What an export must come to, so that converting it is worth while.

use crate::ir::budget::Budget;
use serde::Serialize;

/// What a target, or one of its tables, asks of an export. What is not said here has a limit of its own, but for `implausible`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Thresholds {
    /// Of the source rows that were neither left out nor asked for by nothing, how many become rows of the target.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub converted: Option<Limit>,
    /// Of the rows converted by rules that ask for codes, how many hold one without a mapping.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unmapped: Option<Limit>,
    /// Of the patients, how many have no row of their own left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub patients_lost: Option<Limit>,
    /// Of the rows converted, how many are not plausible. Nothing is asked where a target does not say it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub implausible: Option<Limit>,
}

/// A limit on a share.
///
/// ```
/// use ehr_rules::Limit;
///
/// let most = Limit::parse("at most 5%").unwrap();
/// assert!(most.holds(5, 100) && !most.holds(6, 100));
/// let least = Limit::parse("at least 99.5%").unwrap();
/// assert!(least.holds(199, 200) && !least.holds(198, 200));
/// assert!(least.holds(0, 0), "nothing falls short of nothing");
/// assert_eq!(Limit::parse("95%"), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Limit {
    /// As it is written: `at least 95%`, `at most 0.5%`.
    pub text: String,
    #[serde(skip)]
    least: bool,
    #[serde(skip)]
    parts: u64,
    #[serde(skip)]
    of: u64,
}

impl Limit {
    /// The limit that a text says, if it says one: `at least` or `at most`, and a share of at most 100% with at most six decimals.
    pub fn parse(text: &str) -> Option<Self> {
        let (least, share) = match text.split_once("at least ") {
            Some(("", share)) => (true, share),
            _ => (false, text.strip_prefix("at most ")?),
        };
        let (parts, of) = Budget::parse(share.trim())?.share()?;
        Some(Self { text: text.to_owned(), least, parts, of })
    }

    /// Whether it says what must be there at least.
    pub const fn is_least(&self) -> bool {
        self.least
    }

    /// Whether so many of so many hold to it.
    pub fn holds(&self, rows: u64, of: u64) -> bool {
        let (is, limit) = (u128::from(rows) * u128::from(self.of), u128::from(of) * u128::from(self.parts));
        if self.least { is >= limit } else { is <= limit }
    }

    /// How many must change sides, of so many of so many, until it holds.
    pub fn short_by(&self, rows: u64, of: u64) -> u64 {
        let limit = u128::from(of) * u128::from(self.parts);
        let parts = u128::from(self.of);
        let short = if self.least {
            limit.div_ceil(parts).saturating_sub(u128::from(rows))
        } else {
            u128::from(rows).saturating_sub(limit / parts)
        };
        u64::try_from(short).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::Limit;

    #[test]
    fn what_is_missing_to_a_limit_is_just_enough() {
        let mut seen = 0;
        for text in ["at most 5%", "at least 95%", "at most 0%", "at least 100%", "at most 33.333333%"] {
            let Some(limit) = Limit::parse(text) else { continue };
            seen += 1;
            for (rows, of) in [(0, 0), (0, 7), (7, 7), (3, 7), (1, 3)] {
                let short = limit.short_by(rows, of);
                let after = |by: u64| if limit.is_least() { rows + by } else { rows - by };
                assert!(limit.holds(after(short), of), "{text} {rows}/{of}");
                assert!(short == 0 || !limit.holds(after(short - 1), of), "{text} {rows}/{of}");
            }
        }
        assert_eq!(seen, 5);
    }

    #[test]
    fn a_limit_has_a_side_and_a_share() {
        for text in ["at least", "at most 5", "at most -5%", "at least 101%", "least 5%", "at most at least 5%"] {
            assert_eq!(Limit::parse(text), None, "{text}");
        }
    }
}
