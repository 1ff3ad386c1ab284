//! An order's rows beside those that earlier orders brought, compared here: the book of keys and fingerprints travels once, and of
//! the order's rows only those that differ.
//!
//! A book of more rows than memory should hold is dealt by key into files, as are the order's rows then, and one part of each is
//! compared at a time.

use super::cell::Cell;
use super::difference::Taken;
use super::store::Recalled;
use super::store::Slot;
use crate::error::Failure;
use ehr_rules::Kind;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read;
use std::io::Seek;
use std::io::Write;
use std::path::Path;
use uuid::Uuid;

/// So many rows of a book are held in memory at once.
const HELD: usize = if cfg!(test) { 2 } else { 1 << 21 };
/// Into so many parts more than those are dealt.
const PARTS: usize = if cfg!(test) { 3 } else { 64 };

/// What tells a row of a table from every other: the values of its key themselves where they always fit, else what nobody can make
/// two texts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Key([u64; 2]);

/// How the keys of a table are made.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    kinds: Vec<Kind>,
    fits: bool,
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

/// A row of it.
#[derive(Debug, Clone, Copy)]
struct Entry {
    key: Key,
    row: Recalled,
}

/// Rows of it in memory.
#[derive(Debug, Default)]
struct Held {
    rows: Vec<Entry>,
    /// From keys to rows, each one more than its place in `rows`; made once it is asked for.
    index: Vec<u32>,
    /// The row behind the one found last: exports mostly come in the same order again.
    next: usize,
}

/// Parts of both sides in files.
#[derive(Debug)]
struct Dealt {
    book: Vec<BufWriter<File>>,
    own: Vec<BufWriter<File>>,
}

impl Keys {
    /// `None` where a column's values may be written in several ways.
    pub(super) fn of(told: &[Slot]) -> Option<Self> {
        let mut size = Some(0);
        for slot in told {
            let one = match slot.kind {
                Kind::Integer => Some(8),
                Kind::Boolean => Some(1),
                Kind::Uuid => Some(16),
                Kind::Text => None,
                _ => return None,
            };
            size = size.zip(one).map(|(size, one)| size + one);
        }
        Some(Self { kinds: told.iter().map(|slot| slot.kind.clone()).collect(), fits: size.is_some_and(|size| size <= 16) })
    }

    /// The key of these parts, as [`super::store::Store::recall`] gives them.
    pub(super) fn key<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> Key {
        let mut bytes = [0; 16];
        if self.fits {
            let mut at = 0;
            for part in parts {
                if let Some(to) = bytes.get_mut(at..at + part.len()) {
                    to.copy_from_slice(part);
                }
                at += part.len();
            }
        } else {
            let mut hasher = blake3::Hasher::new();
            for part in parts {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part);
            }
            hasher.finalize_xof().fill(&mut bytes);
        }
        Key::of(bytes)
    }

    /// The key of these cells; `None` where one is missing or not of its kind.
    pub(super) fn of_cells<'a>(&self, cells: impl IntoIterator<Item = &'a Cell>, bytes: &mut Vec<u8>) -> Option<Key> {
        bytes.clear();
        let mut ends = Vec::with_capacity(self.kinds.len());
        let mut kinds = self.kinds.iter();
        for cell in cells {
            match (cell, kinds.next()?) {
                (Cell::Integer(number), Kind::Integer) => bytes.extend(number.to_be_bytes()),
                (Cell::Boolean(truth), Kind::Boolean) => bytes.push(u8::from(*truth)),
                (Cell::Text(text), Kind::Uuid) => bytes.extend(Uuid::parse_str(text).ok()?.as_bytes()),
                (Cell::Text(text), Kind::Text) => bytes.extend(text.as_bytes()),
                _ => return None,
            }
            ends.push(bytes.len());
        }
        let mut from = 0;
        let parts = ends.iter().map(|end| {
            let part = bytes.get(from..*end).unwrap_or_default();
            from = *end;
            part
        });
        kinds.next().is_none().then(|| self.key(parts))
    }
}

impl Key {
    fn of(bytes: [u8; 16]) -> Self {
        let mut numbers = [0; 2];
        for (number, eight) in numbers.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *number = u64::from_be_bytes(*eight);
        }
        Self(numbers)
    }

    /// Numbers that follow each other go to different places.
    fn scattered(self) -> u64 {
        let Self([high, low]) = self;
        (high.rotate_left(32) ^ low).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
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

impl Held {
    fn find(&mut self, key: Key) -> Option<Recalled> {
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

impl Dealt {
    fn new() -> io::Result<Self> {
        let files = || -> io::Result<Vec<_>> {
            (0..PARTS).map(|_| tempfile::tempfile().map(|file| BufWriter::with_capacity(1 << 15, file))).collect()
        };
        Ok(Self { book: files()?, own: files()? })
    }

    fn book(&mut self, Entry { key, row: Recalled { print, order, address } }: Entry) -> io::Result<()> {
        put(&mut self.book, key, [print, order, address].map(i64::cast_unsigned))
    }

    fn own(&mut self, Own { key, print, place }: Own) -> io::Result<()> {
        put(&mut self.own, key, [print.cast_unsigned(), place])
    }
}

fn put<const N: usize>(parts: &mut [BufWriter<File>], key: Key, rest: [u64; N]) -> io::Result<()> {
    let part = usize::try_from(key.scattered() % PARTS as u64).unwrap_or(0);
    let Some(file) = parts.get_mut(part) else { return Ok(()) };
    let Key([high, low]) = key;
    [high, low].into_iter().chain(rest).try_for_each(|number| file.write_all(&number.to_ne_bytes()))
}

/// What was put into a part, in order.
fn each<const N: usize>(part: BufWriter<File>, mut take: impl FnMut([u64; N])) -> io::Result<()> {
    let mut file = part.into_inner().map_err(io::IntoInnerError::into_error)?;
    file.rewind()?;
    let mut file = BufReader::with_capacity(1 << 16, file);
    let mut record = vec![0; 8 * N];
    loop {
        match file.read_exact(&mut record) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
        let mut numbers = [0; N];
        for (number, bytes) in numbers.iter_mut().zip(record.as_chunks::<8>().0) {
            *number = u64::from_ne_bytes(*bytes);
        }
        take(numbers);
    }
}

#[expect(clippy::needless_pass_by_value, reason = "as errors are mapped")]
fn unwritten(error: io::Error) -> Failure {
    Failure::file("comparing rows in", Path::new(&std::env::temp_dir()), &error)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn keys(kinds: &[Kind]) -> Option<Keys> {
        Keys::of(&kinds.iter().map(|kind| Slot { name: String::new(), kind: kind.clone() }).collect::<Vec<_>>())
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn keys_are_the_same_for_the_same_values_alone() {
        let mut bytes = Vec::new();
        let numbers = keys(&[Kind::Integer, Kind::Integer]).unwrap();
        let one = numbers.of_cells(&[Cell::Integer(1), Cell::Integer(-2)], &mut bytes).unwrap();
        assert_eq!(one, numbers.key([&1_i64.to_be_bytes()[..], &(-2_i64).to_be_bytes()[..]]));
        assert_ne!(one, numbers.of_cells(&[Cell::Integer(-2), Cell::Integer(1)], &mut bytes).unwrap());
        let texts = keys(&[Kind::Text, Kind::Text]).unwrap();
        assert_eq!(texts.of_cells(&[text("ab"), text("c")], &mut bytes), Some(texts.key([&b"ab"[..], b"c"])));
        assert_ne!(texts.key([&b"ab"[..], b"c"]), texts.key([&b"a"[..], b"bc"]));
        let ids = keys(&[Kind::Uuid]).unwrap();
        let id = "8e9a7f0c-0b1e-4b39-9c1f-0d6b5b6f1a11";
        assert_eq!(ids.of_cells(&[text(id)], &mut bytes), ids.of_cells(&[text(&id.to_uppercase())], &mut bytes));
        for cells in [vec![Cell::Null], vec![text("x")], vec![]] {
            assert_eq!(ids.of_cells(&cells, &mut bytes), None);
        }
        assert!(keys(&[Kind::Decimal { precision: 9, scale: 2 }]).is_none());
    }

    /// Rows 0 to 9 are in the book, by two orders; the order has 5 to 14, the even ones of which have other values.
    fn compared(book: impl Iterator<Item = i64>, own: impl Iterator<Item = i64>) -> Compared {
        let keys = keys(&[Kind::Integer]).unwrap();
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

    #[test]
    fn every_row_that_is_held_is_found_in_any_order() {
        let keys = keys(&[Kind::Integer]).unwrap();
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
