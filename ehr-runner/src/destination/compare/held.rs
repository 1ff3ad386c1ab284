//! Rows of a book in memory, found by their keys.

use super::Entry;
use super::Key;
use super::Recalled;

/// Rows of a book.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) rows: Vec<Entry>,
    /// From keys to rows, each one more than its place in `rows`; made once it is asked for.
    index: Vec<u32>,
    /// The row behind the one found last: exports mostly come in the same order again.
    next: usize,
}

impl Held {
    /// The row of this key.
    pub(super) fn find(&mut self, key: Key) -> Option<Recalled> {
        if let Some(entry) = self.rows.get(self.next).filter(|entry| entry.key == key) {
            self.next += 1;
            return Some(entry.row);
        }
        if self.index.is_empty() {
            self.index = self.indexed();
        }
        let mut at = self.slot(key);
        while let Some(row) = self.index.get(at).and_then(|row| row.checked_sub(1)) {
            let entry = self.rows.get(row as usize)?;
            if entry.key == key {
                self.next = row as usize + 1;
                return Some(entry.row);
            }
            at = (at + 1) & (self.index.len() - 1);
        }
        None
    }

    /// At most half of it is taken, so that a search ends soon.
    fn indexed(&self) -> Vec<u32> {
        let mut index = vec![0_u32; (self.rows.len() * 2).next_power_of_two().max(2)];
        let last = index.len() - 1;
        for (entry, row) in self.rows.iter().zip(1..) {
            let mut at = slot(entry.key, index.len());
            while index.get(at).is_some_and(|taken| *taken != 0) {
                at = (at + 1) & last;
            }
            if let Some(free) = index.get_mut(at) {
                *free = row;
            }
        }
        index
    }

    fn slot(&self, key: Key) -> usize {
        slot(key, self.index.len())
    }
}

/// Where a search begins in an index whose size is a power of two.
#[expect(clippy::cast_possible_truncation, reason = "the highest bits of 64 are fewer")]
fn slot(key: Key, size: usize) -> usize {
    (key.scattered() >> (64 - size.trailing_zeros())) as usize
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::super::store::Slot;
    use super::super::Keys;
    use super::*;
    use ehr_rules::Kind;

    #[test]
    fn every_row_that_is_held_is_found_in_any_order() {
        let keys = Keys::of(&[Slot { name: String::new(), kind: Kind::Integer }]).unwrap();
        let entry =
            |row: i64| Entry { key: keys.key([&(row * row).to_be_bytes()[..]]), row: Recalled { print: row, ..Recalled::default() } };
        for rows in [1, 2, 3, 1000] {
            let mut held = Held { rows: (0..rows).map(entry).collect(), ..Held::default() };
            for row in (0..rows).map(|row| row * 7 % rows).chain((0..rows).rev()) {
                assert_eq!(held.find(entry(row).key).map(|found| found.print), Some(row), "{row} of {rows}");
            }
            assert!(held.find(entry(rows).key).is_none());
        }
    }
}
