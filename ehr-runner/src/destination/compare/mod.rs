//! An order's rows beside those that earlier orders brought, compared here: the book of keys and fingerprints travels once, and of
//! the order's rows only those that differ.
//!
//! A row whose record was met before is told by its bytes alone.
//!
//! A book of more rows than memory should hold is dealt by key into files, as are the order's rows then, and one part of each is
//! compared at a time.

mod dealt;
mod held;
mod key;
mod landmarks;
mod writing;

use super::store::Recalled;
use crate::error::Failure;
use dealt::Dealt;
use dealt::each;
use held::Held;
pub(super) use key::Key;
pub(super) use key::Keys;
pub(super) use landmarks::Landmarks;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
pub(super) use writing::Content;
pub(super) use writing::Hand;
pub(super) use writing::Written;

/// So many rows of a book are held in memory at once.
pub(super) const HELD: usize = if cfg!(test) { 2 } else { 1 << 21 };

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
    /// All it holds.
    pub(super) content: Content,
    /// What its record is written as.
    pub(super) written: Written,
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
    /// What the book has of each of the latter.
    pub(super) were: Vec<Recalled>,
    /// Where each of them stands in the book as it was handed over; nothing where the database compared.
    pub(super) at: Vec<u64>,
    /// How many are the same and written otherwise.
    pub(super) restyled: u64,
}

/// The book of a table.
#[derive(Debug, Default)]
pub(super) struct Known {
    held: Held,
    dealt: Option<Dealt>,
    /// The places of rows that no longer stand in the book where they came to stand when they were new, sorted.
    pub(super) moved: Vec<u64>,
}

/// A row of a book.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) row: Recalled,
    pub(super) content: Content,
    pub(super) written: Written,
}

impl Known {
    /// Of so many rows, which are dealt from the first one on where they are too many to be held.
    pub(super) fn of(rows: u64) -> Result<Self, Failure> {
        let mut known = Self::default();
        match usize::try_from(rows) {
            Ok(rows) if rows <= HELD => known.held.rows.reserve(rows),
            _ => known.dealt = Some(Dealt::new().map_err(unwritten)?),
        }
        Ok(known)
    }

    /// A row that an order brought.
    pub(super) fn add(&mut self, entry: Entry) -> Result<(), Failure> {
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

    /// Holds a record against it. Where it is of none of its rows, and so has to be read, the place where such a row was expected.
    pub(super) fn meet_written(&mut self, written: Written, compared: &mut Compared) -> Result<(), usize> {
        let expected = self.held.next_written;
        let found = self.held.find_written(written).and_then(|at| self.held.rows.get(at)).ok_or(expected)?;
        compared.same(found.row.order);
        Ok(())
    }

    /// Says where the next row that is met is to be looked for first.
    pub(super) fn expect(&mut self, at: usize) {
        self.held.next = at;
    }

    /// Holds a row of the order against it; where it is dealt, that waits until all of them are there.
    pub(super) fn meet(&mut self, own: Own, compared: &mut Compared) -> Result<(), Failure> {
        match &mut self.dealt {
            Some(dealt) => dealt.own(own).map_err(unwritten),
            None => {
                compared.count(own, &mut self.held);
                Ok(())
            }
        }
    }

    /// Once all rows were met; its own rows, with what they were met as, where they are held.
    pub(super) fn finish(self, compared: &mut Compared) -> Result<Option<Vec<Entry>>, Failure> {
        let Some(dealt) = self.dealt else { return Ok(Some(self.held.rows)) };
        for (book, own) in dealt.book.into_iter().zip(dealt.own) {
            let mut held = Held::default();
            each(book, |[high, low, print, order, address, content]| {
                let [print, order, address] = [print, order, address].map(u64::cast_signed);
                let row = Recalled { print, order, address };
                held.rows.push(Entry { key: Key([high, low]), row, content: Content(content), written: Written::UNKNOWN });
            })
            .map_err(unwritten)?;
            each(own, |[high, low, print, place, content]| {
                let (key, print, content) = (Key([high, low]), print.cast_signed(), Content(content));
                let own = Own { key, print, content, written: Written::UNKNOWN, place };
                compared.count(own, &mut held);
            })
            .map_err(unwritten)?;
        }
        compared.fresh.sort_unstable();
        let mut other: Vec<(u64, Recalled)> = compared.other.drain(..).zip(compared.were.drain(..)).collect();
        other.sort_unstable_by_key(|(place, _)| *place);
        (compared.other, compared.were) = other.into_iter().unzip();
        // Here a row's place in the book is lost; where it matters, it is the address.
        compared.at = compared.were.iter().map(|row| row.address.cast_unsigned()).collect();
        Ok(None)
    }
}

impl Compared {
    fn count(&mut self, own: Own, held: &mut Held) {
        let Some((at, known)) = held.find(own.key).and_then(|at| Some((at, held.rows.get_mut(at)?))) else {
            self.taken.added += 1;
            self.fresh.push(own.place);
            return;
        };
        if known.row.print == own.print && known.content.agrees(own.content) {
            self.restyled += u64::from(known.written != own.written);
            (known.content, known.written) = (own.content, own.written);
            self.same(known.row.order);
            return;
        }
        self.taken.replaced += 1;
        self.other.push(own.place);
        self.were.push(known.row);
        self.at.push(at as u64);
        *self.taken.basis.entry(known.row.order).or_default() += 1;
    }

    fn same(&mut self, order: i64) {
        self.taken.same += 1;
        *self.taken.basis.entry(order).or_default() += 1;
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
        book.for_each(|row| {
            let recalled = Recalled { print: row, order: 1 + row % 3, address: 100 + row };
            known.add(Entry { key: key(row), row: recalled, content: Content(1), written: Written::UNKNOWN }).unwrap();
        });
        for row in own {
            let print = if row == 6 { -1 } else { row };
            // Whoever makes up a row that has the fingerprint of another cannot know what else it is told by.
            let content = Content(if row % 2 == 0 { 2 } else { row.cast_unsigned() % 3 / 2 });
            known
                .meet(Own { key: key(row), print, content, written: Written::UNKNOWN, place: row.cast_unsigned() }, &mut compared)
                .unwrap();
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
