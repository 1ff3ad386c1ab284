//! An order's rows beside those that earlier orders brought, compared here: the book of keys and fingerprints travels once, and of
//! the order's rows only those that differ.
//!
//! A book of more rows than memory should hold is dealt by key into files, as are the order's rows then, and one part of each is
//! compared at a time.

mod dealt;
mod held;
mod key;

use super::store::Recalled;
use crate::error::Failure;
use dealt::Dealt;
use dealt::each;
use held::Held;
pub(super) use key::Key;
pub(super) use key::Keys;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// So many rows of a book are held in memory at once.
const HELD: usize = if cfg!(test) { 2 } else { 1 << 21 };

/// What became of a table's rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    /// They were not there.
    pub(super) added: u64,
    /// They were there otherwise.
    pub(super) replaced: u64,
    /// They were there as they are.
    pub(super) same: u64,
    /// Of those that were there, how many each earlier order had brought.
    pub(super) basis: BTreeMap<i64, u64>,
}

/// A row of an order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Own {
    pub(super) key: Key,
    pub(super) print: i64,
    /// Its place in its file.
    pub(super) place: u64,
}

/// What came of comparing.
#[derive(Debug, Default)]
pub(super) struct Compared {
    pub(super) taken: Taken,
    /// The places of rows that are not there, sorted.
    pub(super) fresh: Vec<u64>,
    /// Of those that are there otherwise.
    pub(super) other: Vec<u64>,
    /// What the book has of each of the latter; nothing where the database compared.
    pub(super) were: Vec<Recalled>,
}

/// The book of a table.
#[derive(Debug, Default)]
pub(super) struct Known {
    held: Held,
    dealt: Option<Dealt>,
}

/// A row of a book.
#[derive(Debug, Clone, Copy)]
struct Entry {
    key: Key,
    row: Recalled,
}

impl Known {
    /// A row that an order brought.
    pub(super) fn add(&mut self, key: Key, row: Recalled) -> Result<(), Failure> {
        let entry = Entry { key, row };
        if let Some(dealt) = &mut self.dealt {
            return dealt.book(entry).map_err(unwritten);
        }
        self.held.rows.push(entry);
        if self.held.rows.len() > HELD {
            let mut dealt = Dealt::new().map_err(unwritten)?;
            std::mem::take(&mut self.held).rows.into_iter().try_for_each(|entry| dealt.book(entry)).map_err(unwritten)?;
            self.dealt = Some(dealt);
        }
        Ok(())
    }

    /// Holds a row of the order against it; where it is dealt, that waits until all of them are there.
    pub(super) fn meet(&mut self, own: Own, compared: &mut Compared) -> Result<(), Failure> {
        match &mut self.dealt {
            Some(dealt) => dealt.own(own).map_err(unwritten),
            None => {
                compared.count(own, self.held.find(own.key));
                Ok(())
            }
        }
    }

    /// Once all rows were met.
    pub(super) fn finish(self, compared: &mut Compared) -> Result<(), Failure> {
        let Some(dealt) = self.dealt else { return Ok(()) };
        for (book, own) in dealt.book.into_iter().zip(dealt.own) {
            let mut held = Held::default();
            each(book, |[high, low, print, order, address]| {
                let [print, order, address] = [print, order, address].map(u64::cast_signed);
                held.rows.push(Entry { key: Key([high, low]), row: Recalled { print, order, address } });
            })
            .map_err(unwritten)?;
            each(own, |[high, low, print, place]| {
                let own = Own { key: Key([high, low]), print: print.cast_signed(), place };
                compared.count(own, held.find(own.key));
            })
            .map_err(unwritten)?;
        }
        compared.fresh.sort_unstable();
        let mut other: Vec<(u64, Recalled)> = compared.other.drain(..).zip(compared.were.drain(..)).collect();
        other.sort_unstable_by_key(|(place, _)| *place);
        (compared.other, compared.were) = other.into_iter().unzip();
        Ok(())
    }
}

impl Compared {
    fn count(&mut self, own: Own, known: Option<Recalled>) {
        let Some(known) = known else {
            self.taken.added += 1;
            self.fresh.push(own.place);
            return;
        };
        if known.print == own.print {
            self.taken.same += 1;
        } else {
            self.taken.replaced += 1;
            self.other.push(own.place);
            self.were.push(known);
        }
        *self.taken.basis.entry(known.order).or_default() += 1;
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as errors are mapped")]
fn unwritten(error: io::Error) -> Failure {
    Failure::file("comparing rows in", Path::new(&std::env::temp_dir()), &error)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::store::Slot;
    use super::*;
    use ehr_rules::Kind;

    /// Rows 0 to 9 are in the book, by two orders; the order has 5 to 14, the even ones of which have other values.
    fn compared(book: impl Iterator<Item = i64>, own: impl Iterator<Item = i64>) -> Compared {
        let keys = Keys::of(&[Slot { name: String::new(), kind: Kind::Integer }]).unwrap();
        let key = |number: i64| keys.key([&number.to_be_bytes()[..]]);
        let (mut known, mut compared) = (Known::default(), Compared::default());
        book.for_each(|row| known.add(key(row), Recalled { print: row, order: 1 + row % 3, address: 100 + row }).unwrap());
        for row in own {
            let print = if row % 2 == 0 { -1 } else { row };
            known.meet(Own { key: key(row), print, place: row.cast_unsigned() }, &mut compared).unwrap();
        }
        known.finish(&mut compared).unwrap();
        compared
    }

    #[test]
    fn rows_are_new_or_the_same_or_otherwise_whether_they_are_held_or_dealt() {
        let all = compared(0..10, 5..15);
        assert_eq!((all.taken.added, all.taken.same, all.taken.replaced), (5, 3, 2));
        assert_eq!((all.fresh, all.other), ((10..15).collect::<Vec<_>>(), vec![6, 8]));
        assert_eq!(all.were.iter().map(|row| (row.print, row.order, row.address)).collect::<Vec<_>>(), [(6, 1, 106), (8, 3, 108)]);
        assert_eq!(all.taken.basis.into_iter().collect::<Vec<_>>(), [(1, 2), (2, 1), (3, 2)]);
        let few = compared((7..9).rev(), (5..15).rev());
        assert_eq!((few.taken.added, few.taken.same, few.taken.replaced), (8, 1, 1));
        assert_eq!(few.other, [8]);
    }
}
