//! What is kept of a column while its values go by.

use crate::scan::bytes;
use crate::scan::dates::Dates;
use crate::scan::distinct::Distinct;
use crate::scan::distinct::hash;
use crate::scan::frequent::Frequent;
use crate::scan::numbers::Numbers;
use crate::values::scalar;

/// Words that mean 'no value' wherever they stand …
const MISSING: &[&str] = &["NULL", "null", "Null", "\\N", "NaN", "nan", "#N/A", "(null)", "<null>", "NIL"];
/// … and where the values beside them are no words.
const PERHAPS: &[&str] = &["NA", "N/A", "n/a", "na", "None", "none", "-", "--", ".", "?"];
/// The longest of them, in bytes.
const LONGEST: usize = 6;

/// One column.
#[derive(Debug)]
pub(super) struct Column {
    pub name: String,
    pub empty: u64,
    /// How often each word of [`MISSING`] was seen, and of [`PERHAPS`].
    missing: [u64; MISSING.len()],
    perhaps: [u64; PERHAPS.len()],
    /// Values that are there, words of [`PERHAPS`] among them.
    pub filled: u64,
    pub padded: u64,
    pub shortest: u64,
    pub longest: u64,
    pub lengths: [u64; 16],
    pub uuids: u64,
    /// Values that are JSON lists or objects, by their first and last character.
    pub nested: u64,
    pub numbers: Numbers,
    pub dates: Dates,
    pub distinct: Distinct,
    pub frequent: Frequent,
    /// The last value's hash, and how often it came in a row: it is counted once it is over.
    run: Option<(u64, u64, String)>,
    lower: String,
}

impl Column {
    /// A column that counts exactly up to so many different values.
    pub(super) fn new(name: &str, bound: usize) -> Self {
        Self {
            name: name.to_owned(),
            empty: 0,
            missing: [0; MISSING.len()],
            perhaps: [0; PERHAPS.len()],
            filled: 0,
            padded: 0,
            shortest: u64::MAX,
            longest: 0,
            lengths: [0; 16],
            uuids: 0,
            nested: 0,
            numbers: Numbers::default(),
            dates: Dates::default(),
            distinct: Distinct::new(bound),
            frequent: Frequent::default(),
            run: None,
            lower: String::new(),
        }
    }

    /// Sees one field.
    pub(super) fn see(&mut self, field: &str) {
        let text = field.trim_ascii();
        if text.is_empty() {
            self.empty += 1;
            return;
        }
        self.padded += u64::from(text.len() < field.len());
        if text.len() <= LONGEST {
            if let Some(at) = MISSING.iter().position(|word| *word == text) {
                if let Some(count) = self.missing.get_mut(at) {
                    *count += 1;
                }
                return;
            }
            if let Some(count) = PERHAPS.iter().position(|word| *word == text).and_then(|at| self.perhaps.get_mut(at)) {
                *count += 1;
            }
        }
        self.filled += 1;
        self.count(text);
        let seen = bytes::made_of(text.as_bytes());
        let length = if text.is_ascii() { text.len() } else { text.chars().count() } as u64;
        self.shortest = self.shortest.min(length);
        self.longest = self.longest.max(length);
        let step = usize::try_from(64 - (length - 1).leading_zeros()).unwrap_or(0).min(self.lengths.len() - 1);
        if let Some(count) = self.lengths.get_mut(step) {
            *count += 1;
        }
        if text.len() == 36 && scalar::uuid(text, &mut self.lower).is_some() {
            self.uuids += 1;
            return;
        }
        let is_nested = matches!((text.as_bytes().first(), text.as_bytes().last()), (Some(b'{'), Some(b'}')) | (Some(b'['), Some(b']')));
        self.nested += u64::from(is_nested);
        if seen & bytes::DIGIT == 0 {
            return;
        }
        if bytes::only(seen, bytes::NUMBER) {
            self.numbers.see(text);
        }
        let bare = bytes::only(seen, bytes::DIGIT);
        if bytes::only(seen, bytes::TIME) && if bare { matches!(text.len(), 8 | 14) } else { (4..=40).contains(&text.len()) } {
            self.dates.see(text);
        }
    }

    fn count(&mut self, text: &str) {
        let hash = hash(text);
        if let Some((last, times, _)) = &mut self.run
            && *last == hash
        {
            *times += 1;
            return;
        }
        self.rest();
        let mut buffer = self.run.take().map(|(_, _, text)| text).unwrap_or_default();
        buffer.clear();
        buffer.push_str(text);
        self.run = Some((hash, 1, buffer));
    }

    /// Counts the run that is open, so that what is said of different values is true.
    pub(super) fn rest(&mut self) {
        if let Some((hash, times, text)) = &mut self.run
            && *times > 0
        {
            self.distinct.see(*hash, text, *times);
            self.frequent.see(*hash, text, *times);
            *times = 0;
        }
    }

    /// Words for 'no value' that were seen.
    pub(super) fn missing(&self) -> impl Iterator<Item = (&'static str, u64)> {
        MISSING.iter().zip(self.missing).filter(|(_, count)| *count > 0).map(|(word, count)| (*word, count))
    }

    /// Words that may mean that.
    pub(super) fn perhaps(&self) -> impl Iterator<Item = (&'static str, u64)> {
        PERHAPS.iter().zip(self.perhaps).filter(|(_, count)| *count > 0).map(|(word, count)| (*word, count))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_counted_once_they_are_over() {
        let mut column = Column::new("x", 100);
        for text in ["a", "a", "b", " a ", "", "NULL", "NA"] {
            column.see(text);
        }
        column.rest();
        column.rest();
        assert_eq!((column.filled, column.empty, column.padded, column.distinct.count()), (5, 1, 1, (3, true)));
        assert_eq!(column.frequent.ranked(), [("a", 3), ("NA", 1), ("b", 1)]);
        assert_eq!(column.missing().collect::<Vec<_>>(), [("NULL", 1)]);
        assert_eq!(column.perhaps().collect::<Vec<_>>(), [("NA", 1)]);
    }
}
