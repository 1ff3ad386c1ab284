//! A row on its way into a packed book: where it belongs, its key, its fingerprint, all else that it is told by, and its order.

use super::super::compare::Content;
use super::super::compare::Entry;
use super::super::compare::Key;
use super::super::compare::Written;
use super::super::store::Recalled;

/// The numbers of a row, the last three of which nobody can make up.
pub(super) const NUMBERS: usize = 8;
/// The bytes of a record.
pub(super) const RECORD: usize = 8 * NUMBERS;

/// A row, and the place of the one that it took the place of, where it is a patch.
pub(super) fn write(at: u64, entry: &Entry, out: &mut Vec<u8>) {
    for number in numbers(at, entry) {
        out.extend(number.to_le_bytes());
    }
}

/// The numbers that a row is.
pub(super) fn numbers(at: u64, entry: &Entry) -> [u64; NUMBERS] {
    let Entry { key: Key([high, low]), row: Recalled { print, order, .. }, content: Content(content), written: Written([one, other]) } =
        *entry;
    [at, high, low, print.cast_unsigned(), order.cast_unsigned(), one, other, content]
}

/// The row that these are.
pub(super) fn row([at, high, low, print, order, one, other, content]: [u64; NUMBERS]) -> (u64, Entry) {
    let row = Recalled { print: print.cast_signed(), order: order.cast_signed(), address: 0 };
    (at, Entry { key: Key([high, low]), row, content: Content(content), written: Written([one, other]) })
}

/// The same read again.
pub(super) fn read(bytes: &[u8; RECORD]) -> (u64, Entry) {
    let mut numbers = [0; NUMBERS];
    for (number, eight) in numbers.iter_mut().zip(bytes.as_chunks::<8>().0) {
        *number = u64::from_le_bytes(*eight);
    }
    row(numbers)
}

/// Rows that took the place of others, by their places.
#[derive(Debug, Default)]
pub(super) struct Patched {
    rows: Vec<(u64, Entry)>,
    next: usize,
}

impl Patched {
    /// One more; of several of one place the last one counts.
    pub(super) fn add(&mut self, patch: (u64, Entry)) {
        self.rows.push(patch);
    }

    /// How many there are.
    pub(super) fn len(&self) -> u64 {
        self.rows.len() as u64
    }

    /// Once all of them are there.
    pub(super) fn sort(&mut self) {
        self.rows.sort_by_key(|(at, _)| *at);
    }

    /// The places, sorted.
    pub(super) fn places(&self) -> Vec<u64> {
        let mut places: Vec<u64> = self.rows.iter().map(|(at, _)| *at).collect();
        places.dedup();
        places
    }

    /// What stands at a place, each asked for in turn; `None` where something is amiss.
    pub(super) fn of(&mut self, at: u64, row: Entry) -> Option<Entry> {
        let mut stands = row;
        while let Some((_, patch)) = self.rows.get(self.next).filter(|(place, _)| *place == at) {
            if patch.key != row.key {
                return None;
            }
            stands = *patch;
            self.next += 1;
        }
        Some(stands)
    }

    /// Whether all of them found their place.
    pub(super) fn is_spent(&self) -> bool {
        self.next == self.rows.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: u64, print: i64) -> Entry {
        Entry {
            key: Key([key, 7]),
            row: Recalled { print, order: -3, address: 0 },
            content: Content(key + 5),
            written: Written([u64::MAX, key]),
        }
    }

    #[test]
    fn a_record_is_read_as_it_was_written() {
        let mut bytes = Vec::new();
        write(9, &entry(1, -1), &mut bytes);
        let (records, rest) = bytes.as_chunks::<RECORD>();
        assert!(rest.is_empty());
        let read: Vec<_> = records
            .iter()
            .map(read)
            .map(|(at, entry)| (at, entry.key, entry.row.print, entry.row.order, entry.content, entry.written))
            .collect();
        assert_eq!(read, [(9, Key([1, 7]), -1, -3, Content(6), Written([u64::MAX, 1]))]);
    }

    #[test]
    fn the_last_patch_of_a_place_stands_and_one_that_fits_nowhere_is_noticed() {
        let mut patched = Patched::default();
        for patch in [(2, entry(2, 20)), (0, entry(0, 1)), (2, entry(2, 21))] {
            patched.add(patch);
        }
        patched.sort();
        let stand: Vec<Option<i64>> = (0..4).map(|at| patched.of(at, entry(at, 0)).map(|entry| entry.row.print)).collect();
        assert_eq!(stand, [Some(1), Some(0), Some(21), Some(0)]);
        assert!(patched.is_spent());
        patched.add((9, entry(9, 1)));
        assert!(!patched.is_spent());
        let mut amiss = Patched::default();
        amiss.add((0, entry(5, 1)));
        assert!(amiss.of(0, entry(0, 0)).is_none());
    }
}
