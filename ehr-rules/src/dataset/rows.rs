//! A set of source rows, one bit a row.

use crate::dataset::origin;
use std::collections::BTreeMap;

/// Source rows of any table.
#[derive(Debug, Default)]
pub(crate) struct RowSet(BTreeMap<u16, Vec<u64>>);

impl RowSet {
    /// Puts a row in.
    pub(crate) fn insert(&mut self, one: i64) {
        let (table, word, bit) = place(one);
        let bits = self.0.entry(table).or_default();
        if word >= bits.len() {
            bits.resize((word + 1).max(bits.len() * 2), 0);
        }
        bits[word] |= bit;
    }

    /// Takes a row out.
    pub(crate) fn remove(&mut self, one: i64) {
        let (table, word, bit) = place(one);
        if let Some(bits) = self.0.get_mut(&table).and_then(|bits| bits.get_mut(word)) {
            *bits &= !bit;
        }
    }

    /// Whether a row is in.
    pub(crate) fn contains(&self, one: i64) -> bool {
        let (table, word, bit) = place(one);
        self.0.get(&table).and_then(|bits| bits.get(word)).is_some_and(|bits| bits & bit != 0)
    }

    /// Whether there is no row.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.values().flatten().all(|bits| *bits == 0)
    }

    /// Every row, by table and row.
    pub(crate) fn iter(&self) -> impl Iterator<Item = i64> {
        self.0.iter().flat_map(|(table, bits)| {
            bits.iter().enumerate().flat_map(move |(word, bits)| {
                (0..64).filter(move |bit| bits & (1 << bit) != 0).map(move |bit| origin::origin(*table, word as u64 * 64 + bit))
            })
        })
    }
}

fn place(one: i64) -> (u16, usize, u64) {
    let (table, row) = origin::parts(one);
    // A row of a table that is staged on this machine fits its address space.
    (table, usize::try_from(row / 64).unwrap_or(usize::MAX), 1 << (row % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_and_not_taken_out_is_there() {
        let mut set = RowSet::default();
        for row in [0, 63, 64, 1000] {
            set.insert(origin::origin(3, row));
        }
        set.remove(origin::origin(3, 64));
        set.remove(origin::origin(9, 64));
        assert!(set.contains(origin::origin(3, 63)) && !set.contains(origin::origin(3, 64)) && !set.is_empty());
        assert_eq!(set.iter().map(|one| origin::parts(one).1).collect::<Vec<_>>(), [0, 63, 1000]);
    }
}
