//! The numbers of the model: how probable it is that an export differs from its schema in this way or that.
//!
//! Everything is the logarithm of a ratio: how much likelier something is in a file of this table than in a file of which
//! nothing is known. How far the files drifted from the schema is not known either, so each sum is made for every rate of
//! drift in a grid, and for headers written as the schema has them or in a style of their own; only at the end is it
//! summed over these.

use crate::detect::class::Class;
use crate::detect::value::Probe;
use crate::detect::value::Values;

/// Rates of drift, each with how probable it is beforehand.
const DRIFT: [(f64, f64); RATES] =
    [(0.0003, 0.84), (0.004, 0.04), (0.02, 0.03), (0.05, 0.025), (0.1, 0.02), (0.2, 0.018), (0.33, 0.015), (0.48, 0.009), (0.65, 0.003)];
const RATES: usize = 9;
/// How probable it is that the headers of an export are written in a style of their own.
const RESTYLED: f64 = 0.004;
/// How probable one name in another case or with other blanks is, where there is no such style.
const MISSPELT: f64 = 0.003;
/// The share of files whose drift is not that of the others.
const ALONE: f64 = 0.15;
/// Of columns that are not there under their name, how many are there under another.
const RENAMED: f64 = 0.4;
/// How often values change their type, where names change at this rate.
const RETYPED: f64 = 0.3;
/// The share of a table's files that are called as the schema says, and of other files that happen to be.
const CALLED: (f64, f64) = (0.85, 0.02);
/// A file that belongs to no table of a system, among its files.
pub(super) const STRAY: f64 = 0.3;
/// One table among the many that a file could be.
pub(super) const ONE_TABLE: f64 = 0.02;

/// Logarithms by style and rate of drift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sums([[f64; RATES]; 2]);

impl Sums {
    pub(super) const ZERO: Self = Self([[0.0; RATES]; 2]);

    /// Adds what depends on neither.
    pub(super) fn add(&mut self, log: f64) {
        self.0.iter_mut().flatten().for_each(|sum| *sum += log);
    }

    /// Adds what depends on the rate of drift.
    pub(super) fn add_by(&mut self, log: impl Fn(f64) -> f64) {
        for (at, (rate, _)) in DRIFT.iter().enumerate() {
            let log = log(*rate);
            self.0.iter_mut().filter_map(|sums| sums.get_mut(at)).for_each(|sum| *sum += log);
        }
    }

    pub(super) fn join(&mut self, other: &Self) {
        self.0.iter_mut().flatten().zip(other.0.iter().flatten()).for_each(|(sum, log)| *sum += log);
    }

    pub(super) fn leave(&mut self, other: &Self) {
        self.0.iter_mut().flatten().zip(other.0.iter().flatten()).for_each(|(sum, log)| *sum -= log);
    }

    /// Names that are those of the schema, and names that are so but for case, blanks, accents or encoding.
    pub(super) fn spelling(&mut self, exact: f64, near: f64) {
        let log = near.mul_add(MISSPELT.ln(), exact * (1.0 - MISSPELT).ln());
        if let Some(sums) = self.0.first_mut() {
            for sum in sums {
                *sum += log;
            }
        }
    }

    /// Either of two.
    pub(super) fn or(&self, other: &Self) -> Self {
        let mut sums = *self;
        sums.0.iter_mut().flatten().zip(other.0.iter().flatten()).for_each(|(sum, log)| *sum = either(*sum, *log));
        sums
    }

    /// Lets a file have drifted alone: its sums are then those over all rates.
    pub(super) fn alone(&self) -> Self {
        let mut sums = *self;
        for style in &mut sums.0 {
            let all = over_rates(style);
            for sum in style {
                *sum = either(*sum + (1.0 - ALONE).ln(), all + ALONE.ln());
            }
        }
        sums
    }

    /// Summed over styles and rates of drift.
    pub(super) fn total(&self) -> f64 {
        let [as_is, restyled] = &self.0;
        either(over_rates(as_is) + (1.0 - RESTYLED).ln(), over_rates(restyled) + RESTYLED.ln())
    }

    /// The rate of drift that explains the most.
    pub(super) fn drift(&self) -> f64 {
        let [as_is, restyled] = &self.0;
        let best = as_is.iter().zip(restyled).zip(DRIFT).map(|((one, other), (rate, before))| (one.max(*other) + before.ln(), rate));
        best.max_by(|a, b| a.0.total_cmp(&b.0)).map_or(0.0, |(_, rate)| rate)
    }
}

fn over_rates(sums: &[f64; RATES]) -> f64 {
    sums.iter().zip(DRIFT).map(|(sum, (_, before))| sum + before.ln()).reduce(either).unwrap_or(0.0)
}

/// The logarithm of a sum, from logarithms.
pub(super) fn either(one: f64, other: f64) -> f64 {
    let (less, more) = if one < other { (one, other) } else { (other, one) };
    if more.is_infinite() { more } else { more + (less - more).exp().ln_1p() }
}

/// A column that is there under its name.
pub(super) fn kept(lost: f64) -> f64 {
    (1.0 - lost.min(0.95)).ln()
}

/// A column that is not there at all.
pub(super) fn missing(lost: f64) -> f64 {
    (lost.min(0.95) * (1.0 - RENAMED)).ln()
}

/// A column that is there under another name; `evidence` says how much likelier name, place and values are if it is.
pub(super) fn renamed(lost: f64, evidence: f64) -> f64 {
    (lost.min(0.95) * RENAMED).ln() + evidence
}

/// Columns that the schema does not have, at least so often as it says it expects them.
pub(super) fn beyond(columns: f64, drift: f64, expected: f64) -> f64 {
    let rate = drift.clamp(expected.max(0.0003), 0.5);
    columns.mul_add(rate.ln(), (1.0 - rate).ln())
}

/// So many of the columns that may be left out: most files have all of them or none.
pub(super) fn optional(there: f64, of: f64) -> f64 {
    if of > 0.0 { beta(0.5 + there, 0.5 + of - there) - beta(0.5, 0.5) } else { 0.0 }
}

/// A file's name: whether it is one of the table's, or one of another table's of the same system.
pub(super) fn called(by_this: bool, by_another: bool) -> f64 {
    let (table, any) = CALLED;
    match (by_this, by_another) {
        (true, _) => (table / any).ln(),
        (false, false) => ((1.0 - table) / (1.0 - any)).ln(),
        (false, true) => (1.0 - table).ln() - 2.0,
    }
}

/// What a column's values say of a declaration, at each rate of drift.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evidence {
    /// How much likelier they are than in any column, where the column is as declared.
    declared: f64,
}

impl Evidence {
    pub(super) fn new(probe: &Probe, values: Values, class: Class) -> Self {
        if values.tried == 0 {
            return Self { declared: 0.0 };
        }
        let mut declared = if probe.is_plain() { class.as_text() } else { 0.0 };
        if !probe.is_plain() || values.wrong > 0 {
            let luck = probe.luck();
            let any = if values.wrong_share() < 0.5 { luck } else { (1.0 - luck).max(0.05) };
            declared += faults(values.wrong, values.tried) - any.ln();
        }
        // Texts out of a list that is not binding, or much like a pattern: nine of ten are a sign, none are none.
        if values.usual > 0 && values.usual * 10 >= values.tried * 9 {
            declared -= probe.usual_luck().ln();
        }
        Self { declared }
    }

    /// With what something else says of the same column.
    pub(super) fn and(self, log: f64) -> Self {
        Self { declared: self.declared + log }
    }

    /// At a rate of drift: as declared or, seldom, of some other type.
    pub(super) fn at(self, drift: f64) -> f64 {
        let other = RETYPED * drift;
        either((1.0 - other).ln() + self.declared, other.ln())
    }

    /// For a column of which it is not known that it is this one.
    pub(super) const fn plainly(self) -> f64 {
        self.declared
    }
}

/// How probable so many faults are in a column that is as declared: mostly there are hardly any, in a few columns more.
fn faults(wrong: usize, of: usize) -> f64 {
    let (wrong, of) = (count(wrong), count(of));
    let ways = -beta(wrong + 1.0, of - wrong + 1.0) - (of + 1.0).ln();
    let rate = |a: f64, b: f64| ways + beta(a + wrong, b + of - wrong) - beta(a, b);
    either(0.95f64.ln() + rate(0.02, 10.0), 0.05f64.ln() + rate(0.3, 10.0))
}

/// The logarithm of the beta function.
fn beta(a: f64, b: f64) -> f64 {
    gamma(a) + gamma(b) - gamma(a + b)
}

/// The logarithm of the gamma function of a positive number, by Stirling's series.
fn gamma(of: f64) -> f64 {
    let (mut at, mut shift) = (of, 0.0);
    while at < 8.0 {
        shift += at.ln();
        at += 1.0;
    }
    let inverse = 1.0 / at;
    let series = inverse * (1.0 / 12.0 - inverse * inverse * (1.0 / 360.0 - inverse * inverse / 1260.0));
    (at - 0.5).mul_add(at.ln(), -at) + 0.5 * (2.0 * std::f64::consts::PI).ln() + series - shift
}

/// A count as a weight.
#[expect(clippy::cast_precision_loss, reason = "columns and files are far fewer than 2^52")]
pub(super) const fn count(of: usize) -> f64 {
    of as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gamma_is_that_of_the_tables() {
        for (of, log) in [(1.0, 0.0), (0.5, 0.572_364_942_924_7), (5.0, 24f64.ln()), (0.02, 3.900_805_154), (150.0, 600.009_470_555)] {
            assert!((gamma(of) - log).abs() < 1e-6, "{of}: {}", gamma(of));
        }
    }

    #[test]
    fn no_fault_is_likely_and_all_faults_are_not() {
        assert!(faults(0, 100) > -0.3);
        assert!(faults(1, 3) < -4.0 && faults(1, 200) > -6.0);
        assert!(faults(100, 100) < -10.0);
        let sum: f64 = (0..=20).map(|wrong| faults(wrong, 20).exp()).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{sum}");
    }

    #[test]
    fn optional_columns_come_together_or_not_at_all() {
        assert!(optional(0.0, 4.0) > -1.5 && optional(4.0, 4.0) > -1.5);
        assert!(optional(2.0, 4.0) < optional(0.0, 4.0) - 1.0);
        assert!(optional(0.0, 0.0) == 0.0);
    }

    #[test]
    fn one_difference_in_many_columns_costs_more_than_one_in_few() {
        let fit = |kept_columns: f64, missing_columns: f64| {
            let mut sums = Sums::ZERO;
            sums.add_by(|drift| kept_columns.mul_add(kept(drift), missing_columns * missing(drift)));
            sums.total()
        };
        assert!(fit(10.0, 0.0) - fit(9.0, 1.0) > 4.6, "odds of a hundred");
        assert!(fit(40.0, 0.0) - fit(39.0, 1.0) > fit(10.0, 0.0) - fit(9.0, 1.0));
        // Where much else differs, one more difference says little.
        assert!(fit(10.0, 5.0) - fit(9.0, 6.0) < 1.5);
    }
}
