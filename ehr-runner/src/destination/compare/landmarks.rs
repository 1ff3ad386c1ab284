//! Where rows of a book stand in the database, told from where a few of them do.

use super::Compared;
use super::Entry;
use super::Key;
use super::held::Index;

/// Of so many rows at most one may be asked for; where more of them are, a database finds them as fast by looking at all.
const FEW: usize = if cfg!(test) { 1 } else { 8 };

/// Rows of a book by whose addresses those of others are told.
#[derive(Debug, Default)]
pub(in crate::destination) struct Landmarks(Vec<(Key, i64)>);

impl Landmarks {
    /// Whether it is worth looking for them.
    pub(in crate::destination) fn are_worth_it(compared: &Compared, rows: &[Entry]) -> bool {
        !compared.other.is_empty() && compared.other.len() < rows.len() / FEW
    }

    /// One more.
    pub(in crate::destination) fn add(&mut self, key: Key, address: i64) {
        self.0.push((key, address));
    }

    /// Writes down where those stand that are there otherwise; whether each of them could be told.
    ///
    /// A row that came behind a landmark, and before the next one, has the address that follows as far behind. That holds of rows that
    /// nobody moved, so whoever uses such an address looks whether it is the row's.
    pub(in crate::destination) fn address(&self, compared: &mut Compared, rows: &[Entry], moved: &[u64]) -> bool {
        let index = Index::of(self.0.len(), self.0.iter().map(|(key, _)| Some(key.0)));
        let mut asked: Vec<(u64, usize)> = compared.at.iter().copied().zip(0..).collect();
        asked.sort_unstable();
        let mut asked = asked.into_iter().peekable();
        let (mut moved, mut last) = (moved.iter().peekable(), None);
        for (place, entry) in (0_u64..).zip(rows) {
            let is_moved = moved.next_if(|at| **at == place).is_some();
            if !is_moved
                && let Some((_, address)) =
                    index.find(entry.key.0, |at| self.0.get(at).is_some_and(|(key, _)| *key == entry.key)).and_then(|at| self.0.get(at))
            {
                last = Some((place, *address));
            }
            if let Some((_, nr)) = asked.next_if(|(at, _)| *at == place) {
                let told = last.filter(|_| !is_moved).map(|(mark, address)| address + (place - mark).cast_signed());
                let (Some(address), Some(row)) = (told, compared.were.get_mut(nr)) else { return false };
                row.address = address;
            }
            if asked.peek().is_none() {
                return true;
            }
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::store::Recalled;
    use super::super::Content;
    use super::super::Written;
    use super::*;

    const fn key(row: u64) -> Key {
        Key([row, 7])
    }

    /// The addresses of rows of a book of ten whose first, fourth and eighth stand where pages begin, where they can be told.
    fn addresses(at: &[u64], moved: &[u64]) -> Option<Vec<i64>> {
        let rows: Vec<Entry> = (0..10)
            .map(|row| Entry { key: key(row), row: Recalled::default(), content: Content::UNKNOWN, written: Written::UNKNOWN })
            .collect();
        let mut landmarks = Landmarks::default();
        // Somebody else's row is none of them.
        for (row, address) in [(7, 300), (0, 100), (3, 200), (99, 400)] {
            landmarks.add(key(row), address);
        }
        let mut compared = Compared { at: at.to_vec(), were: vec![Recalled::default(); at.len()], ..Compared::default() };
        landmarks.address(&mut compared, &rows, moved).then(|| compared.were.iter().map(|row| row.address).collect())
    }

    #[test]
    fn rows_are_as_far_behind_a_landmark_as_they_came() {
        assert_eq!(addresses(&[0, 2, 3, 9], &[]), Some(vec![100, 102, 200, 302]));
        assert_eq!(addresses(&[9, 2, 3], &[]), Some(vec![302, 102, 200]));
        assert_eq!(addresses(&[], &[]), Some(vec![]));
    }

    #[test]
    fn of_rows_that_were_moved_nothing_is_told() {
        assert_eq!(addresses(&[1, 4], &[4]), None);
        // Neither do they tell of others.
        assert_eq!(addresses(&[4, 8], &[3]), Some(vec![104, 301]));
        assert_eq!(addresses(&[1], &[0]), None);
        assert_eq!(addresses(&[10], &[]), None);
    }
}
