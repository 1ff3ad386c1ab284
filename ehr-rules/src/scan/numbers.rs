//! Numbers as a column writes them: how many digits, which marks.

use crate::scan::verdict::share;
use crate::values::scalar;
use serde::Serialize;

/// What was seen of numbers in a column.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    /// Digits alone, with a sign or not.
    pub integers: u64,
    /// Those among them that begin with a zero and are more than it: digits, but no number.
    pub leading_zeros: u64,
    /// Those among them that are 0 or 1.
    pub bits: u64,
    /// Digits with one point.
    pub points: u64,
    /// Those among them whose point stands before a fraction for certain, and not between thousands.
    pub points_sure: u64,
    /// With an exponent.
    pub exponents: u64,
    /// `1,5`: one comma that can only be a decimal mark.
    pub comma_decimal: u64,
    /// `1,234,567.5`, `1,234,567`.
    pub comma_thousands: u64,
    /// `1.234.567,5`, `1.234.567`.
    pub point_thousands: u64,
    /// `1,234`: a comma that is either.
    pub comma_either: u64,
    /// The most digits before a decimal mark, and after it.
    pub whole: u8,
    pub fraction: u8,
    /// The same of numbers with marks that the language does not read.
    marked_whole: u8,
    marked_fraction: u8,
    /// The most digits behind a point, of those with commas between thousands.
    point_fraction: u8,
    /// Least and greatest, and sums for the mean and the spread, of what reads as a number.
    pub least: f64,
    pub most: f64,
    pub sum: f64,
    pub squares: f64,
    pub read: u64,
}

/// How the numbers of a column are written, where not as the language reads them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Marks {
    /// Before the fraction.
    pub decimal: char,
    /// Between groups of three digits, if any are.
    pub thousands: Option<char>,
    /// Whether a single mark before three digits could be either.
    pub ambiguous: bool,
    /// The share of the column's values that are numbers written so, from 0 to 1.
    pub fits: f64,
    /// The most digits before the fraction, and in it.
    pub whole: u8,
    /// See `whole`.
    pub fraction: u8,
}

impl Numbers {
    /// Sees a text of digits, signs, points, commas and the letter `e`.
    pub(super) fn see(&mut self, text: &str) {
        let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text).as_bytes();
        let (mut points, mut commas, mut digits, mut after) = (0_usize, 0_usize, 0_usize, 0_usize);
        for byte in unsigned {
            match byte {
                b'0'..=b'9' => {
                    digits += 1;
                    after += 1;
                }
                b'.' => {
                    points += 1;
                    after = 0;
                }
                b',' => {
                    commas += 1;
                    after = 0;
                }
                _ => return self.exponent(text),
            }
        }
        if digits == 0 || after == 0 && commas > 0 {
            return;
        }
        match (points, commas) {
            (0, 0) => {
                let Some(number) = scalar::integer(text) else { return };
                self.integers += 1;
                self.leading_zeros += u64::from(unsigned.len() > 1 && unsigned.first() == Some(&b'0'));
                self.bits += u64::from(matches!(number, 0 | 1) && digits == 1);
                self.digits(digits, 0);
                #[expect(clippy::cast_precision_loss, reason = "for the mean")]
                self.measure(number as f64);
            }
            (1, 0) => {
                self.points += 1;
                self.points_sure += u64::from(after != 3 || digits > 6 || digits == 3 || unsigned.first() == Some(&b'0'));
                self.digits(digits - after, after);
                if let Some(number) = scalar::float(text) {
                    self.measure(number);
                }
            }
            (0, 1) if after == 3 && (1..=3).contains(&(digits - 3)) && unsigned.first() != Some(&b'0') => {
                self.comma_either += 1;
                self.marked_digits(digits, 0);
                self.marked_digits(digits - after, after);
            }
            (0, 1) => {
                self.comma_decimal += 1;
                self.marked_digits(digits - after, after);
            }
            (0 | 1, _) if grouped(unsigned, b',', b'.') => {
                self.comma_thousands += 1;
                let fraction = if points > 0 { after } else { 0 };
                self.marked_digits(digits - fraction, 0);
                self.point_fraction = self.point_fraction.max(u8::try_from(fraction).unwrap_or(u8::MAX));
            }
            (_, 0 | 1) if grouped(unsigned, b'.', b',') => {
                self.point_thousands += 1;
                let fraction = if commas > 0 { after } else { 0 };
                self.marked_digits(digits - fraction, fraction);
            }
            _ => {}
        }
    }

    fn marked_digits(&mut self, whole: usize, fraction: usize) {
        self.marked_whole = self.marked_whole.max(u8::try_from(whole).unwrap_or(u8::MAX));
        self.marked_fraction = self.marked_fraction.max(u8::try_from(fraction).unwrap_or(u8::MAX));
    }

    fn exponent(&mut self, text: &str) {
        // `12e4` is as likely a code; a float in a file has a point or a signed exponent.
        if text.contains(['.', '-', '+'])
            && let Some(number) = scalar::float(text)
        {
            self.exponents += 1;
            self.measure(number);
        }
    }

    fn digits(&mut self, whole: usize, fraction: usize) {
        self.whole = self.whole.max(u8::try_from(whole).unwrap_or(u8::MAX));
        self.fraction = self.fraction.max(u8::try_from(fraction).unwrap_or(u8::MAX));
    }

    fn measure(&mut self, number: f64) {
        if self.read == 0 {
            (self.least, self.most) = (number, number);
        }
        self.least = self.least.min(number);
        self.most = self.most.max(number);
        self.sum += number;
        self.squares += number * number;
        self.read += 1;
    }

    /// Those that are written with marks that the language does not read.
    pub(super) fn marked(&self) -> u64 {
        self.comma_decimal + self.comma_thousands + self.point_thousands + self.comma_either
    }

    /// The marks of a column of so many values that are such numbers; none where there are none.
    pub(super) fn marks(&self, filled: u64) -> Option<Marks> {
        if self.marked() == 0 {
            return None;
        }
        let comma = self.comma_decimal + self.point_thousands;
        let point = self.comma_thousands + if self.comma_either > 0 { self.points } else { 0 };
        let either = self.integers + self.comma_either;
        let (decimal, thousands, ambiguous, read) = if comma >= point && comma > 0 {
            (',', (self.point_thousands > 0).then_some('.'), point > 0, either + comma)
        } else {
            ('.', Some(','), point == 0 || comma > 0, either + self.points + self.comma_thousands)
        };
        let whole = self.marked_whole.max(self.whole);
        // Behind a comma that may be either stands a fraction only where the comma is before one.
        let fraction = if decimal == ',' { self.marked_fraction } else { self.fraction.max(self.point_fraction) };
        Some(Marks { decimal, thousands, ambiguous, fits: share(read, filled), whole, fraction })
    }
}

/// Whether groups of three digits are divided by `mark`, with a fraction after `decimal` or none.
fn grouped(text: &[u8], mark: u8, decimal: u8) -> bool {
    let mut parts = text.split(|byte| *byte == decimal);
    let (Some(whole), fraction, None) = (parts.next(), parts.next(), parts.next()) else { return false };
    let digits = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let mut groups = whole.split(|byte| *byte == mark);
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()) && digits(group));
    let mut several = false;
    let rest = groups.all(|group| {
        several = true;
        group.len() == 3 && digits(group)
    });
    first && rest && several && fraction.is_none_or(|fraction| !fraction.is_empty() && digits(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(texts: &[&str]) -> Numbers {
        let mut numbers = Numbers::default();
        for text in texts {
            numbers.see(text);
        }
        numbers
    }

    #[test]
    fn digits_are_counted_on_both_sides() {
        let numbers = of(&["12", "-3.25", "1000.5", "007"]);
        assert_eq!((numbers.integers, numbers.points, numbers.whole, numbers.fraction, numbers.leading_zeros), (2, 2, 4, 2, 1));
        assert!((numbers.least, numbers.most) == (-3.25, 1000.5), "{numbers:?}");
        let none = of(&["", "-", ".", "1,", "1.2.3", "1,23,4", "12e4", "9223372036854775808"]);
        assert_eq!((none.integers, none.points, none.exponents, none.marked()), (0, 0, 0, 0));
    }

    #[test]
    fn marks_are_told_apart_and_what_is_either_is_said() {
        let marks = |texts: &[&str]| of(texts).marks(texts.len() as u64).map(|marks| (marks.decimal, marks.thousands, marks.ambiguous));
        let is = |decimal: char, thousands: Option<char>, ambiguous: bool| Some((decimal, thousands, ambiguous));
        assert_eq!(marks(&["1,5", "12,75"]), is(',', None, false));
        assert_eq!(marks(&["1.234,5", "1.234.567"]), is(',', Some('.'), false));
        assert_eq!(marks(&["1,234.5", "1,234,567"]), is('.', Some(','), false));
        assert_eq!(marks(&["1,234", "12,345"]), is('.', Some(','), true));
        assert_eq!(marks(&["1,234", "12,5"]), is(',', None, false));
        assert_eq!(marks(&["1.5", "7"]), None);
        let digits = |texts: &[&str]| of(texts).marks(4).map(|marks| (marks.whole, marks.fraction, marks.fits));
        assert_eq!(digits(&["1.234,5", "-12,75", "12345", "x"]), Some((5, 2, 0.75)));
        assert_eq!(digits(&["1,234.5", "1,234,567", "7", "1.25"]), Some((7, 2, 1.0)));
        assert_eq!(of(&["1.204", "12.5", "0.125"]).points_sure, 2);
    }
}
