//! A set of source rows, one bit a row.

use crate::dataset::origin;
use std::collections::BTreeMap;

/// A set as it is written down: by table, words as runs of equal ones, since most rows are as their neighbours.
pub(crate) type Runs = Vec<(u16, Vec<(usize, u64)>)>;

/// Source rows of any table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
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

    /// To be written down.
    pub(super) fn runs(&self) -> Runs {
        let runs = |bits: &Vec<u64>| bits.chunk_by(|a, b| a == b).filter_map(|run| Some((run.len(), *run.first()?))).collect();
        self.0.iter().map(|(table, bits)| (*table, runs(bits))).collect()
    }

    /// As it was written down.
    pub(super) fn of_runs(runs: Runs) -> Self {
        let bits = |runs: Vec<(usize, u64)>| runs.into_iter().flat_map(|(count, word)| std::iter::repeat_n(word, count)).collect();
        Self(runs.into_iter().map(|(table, runs)| (table, bits(runs))).collect())
    }

    /// How many rows there are.
    pub(crate) fn len(&self) -> u64 {
        self.0.values().flatten().map(|bits| u64::from(bits.count_ones())).sum()
    }

    /// Puts all rows of another set in.
    pub(crate) fn unite(&mut self, other: &Self) {
        for (table, theirs) in &other.0 {
            let ours = self.0.entry(*table).or_default();
            if ours.len() < theirs.len() {
                ours.resize(theirs.len(), 0);
            }
            ours.iter_mut().zip(theirs).for_each(|(ours, theirs)| *ours |= theirs);
        }
    }

    /// Those that another set has too.
    pub(crate) fn within(&self, other: &Self) -> Self {
        self.filtered(other, |ours, theirs| ours & theirs)
    }

    /// Those that another set has not.
    pub(crate) fn without(&self, other: &Self) -> Self {
        self.filtered(other, |ours, theirs| ours & !theirs)
    }

    fn filtered(&self, other: &Self, of: impl Fn(u64, u64) -> u64) -> Self {
        let none = Vec::new();
        let word = |table: &u16, at: usize| other.0.get(table).unwrap_or(&none).get(at).copied().unwrap_or(0);
        let bits =
            |(table, ours): (&u16, &Vec<u64>)| (*table, ours.iter().enumerate().map(|(at, ours)| of(*ours, word(table, at))).collect());
        Self(self.0.iter().map(bits).collect())
    }

    /// Calls `see` on each row of a table from `first` on, as many as are asked for.
    pub(crate) fn each_in(&self, table: u16, first: u64, rows: u64, see: &mut impl FnMut(u64)) {
        let Some(bits) = self.0.get(&table) else { return };
        let end = first.saturating_add(rows);
        for at in first / 64..end.div_ceil(64) {
            let Some(mut word) = usize::try_from(at).ok().and_then(|at| bits.get(at).copied()) else { return };
            while word != 0 {
                let row = at * 64 + u64::from(word.trailing_zeros());
                word &= word - 1;
                if row >= first && row < end {
                    see(row);
                }
            }
        }
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

    #[test]
    fn sets_are_united_and_cut() {
        let of = |rows: &[u64]| {
            let mut set = RowSet::default();
            for row in rows {
                set.insert(origin::origin(1, *row));
            }
            set
        };
        let (small, large) = (of(&[1, 64]), of(&[64, 700]));
        let mut both = small.clone();
        both.unite(&large);
        assert_eq!((both.len(), small.within(&large).len(), large.without(&small).len()), (3, 1, 1));
        let mut seen = Vec::new();
        both.each_in(1, 2, 699, &mut |row| seen.push(row));
        assert_eq!(seen, [64, 700]);
        both.each_in(1, 65, 635, &mut |row| seen.push(row));
        both.each_in(0, 0, 1000, &mut |row| seen.push(row));
        assert_eq!(seen, [64, 700], "a row beyond the end, or of another table");
    }
}
