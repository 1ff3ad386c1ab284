//! Rows of a book in memory, found by their keys or by what they are written as.

use super::Entry;
use super::Key;
use super::Written;

/// After so many records in a row that are not where they are looked for first, they are looked for everywhere.
const STRAYS: u32 = 16;

/// Rows of a book.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) rows: Vec<Entry>,
    /// From keys to rows; made once it is asked for.
    keys: Option<Index>,
    /// From what rows are written as to rows, in the same way.
    writing: Option<Index>,
    /// The rows behind those found last, by either: exports mostly come in the same order again.
    pub(super) next: usize,
    pub(super) next_written: usize,
    /// How many records in a row were not there.
    strays: u32,
}

/// From the sixteen bytes that tell rows to their places, each one more than it is.
#[derive(Debug)]
pub(super) struct Index(Vec<u32>);

impl Held {
    /// The place of the row with this key.
    pub(super) fn find(&mut self, key: Key) -> Option<usize> {
        let Key(told) = key;
        let at = match self.rows.get(self.next).filter(|entry| entry.key == key) {
            Some(_) => self.next,
            None => {
                let index = self.keys.get_or_insert_with(|| Index::of(self.rows.len(), self.rows.iter().map(|entry| Some(entry.key.0))));
                index.find(told, |at| self.rows.get(at).is_some_and(|entry| entry.key == key))?
            }
        };
        self.next = at + 1;
        Some(at)
    }

    /// The place of the row that is written so. `None` where there is none, or where it was not looked for everywhere.
    pub(super) fn find_written(&mut self, written: Written) -> Option<usize> {
        if written == Written::UNKNOWN {
            return None;
        }
        if self.rows.get(self.next_written).is_some_and(|entry| entry.written == written) {
            self.next_written += 1;
            self.strays = 0;
            return Some(self.next_written - 1);
        }
        self.strays += 1;
        if self.writing.is_none() && self.strays <= STRAYS {
            // Most likely it took the place of the one that was expected.
            self.next_written += 1;
            return None;
        }
        let Written(told) = written;
        let known = |entry: &Entry| (entry.written != Written::UNKNOWN).then_some(entry.written.0);
        let index = self.writing.get_or_insert_with(|| Index::of(self.rows.len(), self.rows.iter().map(known)));
        let found = index.find(told, |at| self.rows.get(at).is_some_and(|entry| entry.written == written));
        self.next_written = found.unwrap_or(self.next_written) + 1;
        found
    }
}

impl Index {
    /// At most half of it is taken, so that a search ends soon.
    pub(super) fn of(rows: usize, told: impl Iterator<Item = Option<[u64; 2]>>) -> Self {
        let mut index = Self(vec![0; (rows * 2).next_power_of_two().max(2)]);
        for (told, row) in told.zip(1..) {
            let Some(told) = told else { continue };
            let mut at = index.slot(told);
            while index.0.get(at).is_some_and(|taken| *taken != 0) {
                at = index.behind(at);
            }
            if let Some(free) = index.0.get_mut(at) {
                *free = row;
            }
        }
        index
    }

    pub(super) fn find(&self, told: [u64; 2], is: impl Fn(usize) -> bool) -> Option<usize> {
        let mut at = self.slot(told);
        while let Some(row) = self.0.get(at).and_then(|row| row.checked_sub(1)) {
            if is(row as usize) {
                return Some(row as usize);
            }
            at = self.behind(at);
        }
        None
    }

    /// Where a search begins; the size is a power of two.
    #[expect(clippy::cast_possible_truncation, reason = "the highest bits of 64 are fewer")]
    fn slot(&self, told: [u64; 2]) -> usize {
        (Key(told).scattered() >> (64 - self.0.len().trailing_zeros())) as usize
    }

    fn behind(&self, at: usize) -> usize {
        (at + 1) & (self.0.len() - 1)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::super::store::Recalled;
    use super::super::super::store::Slot;
    use super::super::Content;
    use super::super::Keys;
    use super::*;
    use ehr_rules::Kind;

    fn entry(row: u64) -> Entry {
        let keys = Keys::of(&[Slot { name: String::new(), kind: Kind::Integer }]).unwrap();
        let key = keys.key([&(row * row).to_be_bytes()[..]]);
        Entry { key, row: Recalled::default(), content: Content::UNKNOWN, written: Written([row + 1, row * 3]) }
    }

    #[test]
    fn every_row_that_is_held_is_found_in_any_order() {
        for rows in [1, 2, 3, 1000] {
            let mut held = Held { rows: (0..rows).map(entry).collect(), ..Held::default() };
            for row in (0..rows).map(|row| row * 7 % rows).chain((0..rows).rev()) {
                assert_eq!(held.find(entry(row).key), usize::try_from(row).ok(), "{row} of {rows}");
            }
            assert!(held.find(entry(rows).key).is_none());
        }
    }

    /// Looks for these records; the places of those that are found.
    fn met(held: &mut Held, rows: impl Iterator<Item = u64>) -> Vec<usize> {
        rows.filter_map(|row| held.find_written(entry(row).written)).collect()
    }

    #[test]
    fn records_are_found_behind_one_that_changed_and_soon_behind_others() {
        let held = || Held { rows: (0..1000).map(entry).collect(), ..Held::default() };
        assert_eq!(met(&mut held(), 0..1000).len(), 1000);
        let mut changed = held();
        assert_eq!(met(&mut changed, (0..1000).map(|row| if row % 10 == 3 { 5000 + row } else { row })).len(), 900);
        assert!(changed.writing.is_none(), "everything was looked through for rows that stood where they did");
        // One came, one went, and the rest in another order.
        assert!(met(&mut held(), std::iter::once(7000).chain(0..1000)).len() > 980);
        assert!(met(&mut held(), 1..1000).len() > 980);
        assert!(met(&mut held(), (0..1000).rev()).len() > 980);
        let mut unknown = Held { rows: vec![Entry { written: Written::UNKNOWN, ..entry(1) }; 100], ..Held::default() };
        assert_eq!(met(&mut unknown, 0..100).len(), 0);
        assert_eq!(unknown.find_written(Written::UNKNOWN), None);
    }
}
