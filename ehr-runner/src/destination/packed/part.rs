//! Rows of a packed book in two values, number by number of all rows: a number that all of them share stands there once.

use super::super::compare::Entry;
use super::record::NUMBERS;
use super::record::numbers;
use super::record::row;

/// So many of the numbers of a row are what anybody could work out; the others, under a key of our own, are a value for themselves.
const PLAIN: usize = 5;
/// Before a number that all rows share, and before those that they do not.
const SHARED: u8 = 0;
const EACH: u8 = 1;

/// A number of each row.
#[derive(Clone, Copy)]
enum Column<'a> {
    Shared(u64),
    Each(&'a [[u8; 8]]),
}

/// The two values, of rows and the places of those whose places they took.
pub(super) fn write(rows: &[(u64, Entry)]) -> [Vec<u8>; 2] {
    let mut all: [Vec<u64>; NUMBERS] = std::array::from_fn(|_| Vec::with_capacity(rows.len()));
    for (at, entry) in rows {
        for (column, number) in all.iter_mut().zip(numbers(*at, entry)) {
            column.push(number);
        }
    }
    let (plain, own) = all.split_at(PLAIN);
    [plain, own].map(|columns| {
        let mut bytes = Vec::new();
        for column in columns {
            match column.as_slice() {
                [first, rest @ ..] if rest.iter().all(|number| number == first) => {
                    bytes.push(SHARED);
                    bytes.extend(first.to_le_bytes());
                }
                each => {
                    bytes.push(EACH);
                    bytes.extend(each.iter().flat_map(|number| number.to_le_bytes()));
                }
            }
        }
        bytes
    })
}

/// Gives the rows again; `None` where they are not as they were written, and so many.
pub(super) fn read<E>(rows: usize, values: [&[u8]; 2], mut take: impl FnMut((u64, Entry)) -> Result<(), E>) -> Option<Result<(), E>> {
    let [mut plain, mut own] = values;
    let mut columns = [Column::Shared(0); NUMBERS];
    for (nr, column) in columns.iter_mut().enumerate() {
        *column = next(if nr < PLAIN { &mut plain } else { &mut own }, rows)?;
    }
    if !plain.is_empty() || !own.is_empty() {
        return None;
    }
    for nr in 0..rows {
        let taken = take(row(columns.map(|column| match column {
            Column::Shared(number) => number,
            Column::Each(all) => all.get(nr).map_or(0, |eight| u64::from_le_bytes(*eight)),
        })));
        if taken.is_err() {
            return Some(taken);
        }
    }
    Some(Ok(()))
}

fn next<'a>(bytes: &mut &'a [u8], rows: usize) -> Option<Column<'a>> {
    let (how, rest) = bytes.split_first()?;
    let (column, rest) = match *how {
        SHARED => rest.split_first_chunk().map(|(one, rest)| (Column::Shared(u64::from_le_bytes(*one)), rest))?,
        EACH => rest.split_at_checked(rows.checked_mul(8)?).map(|(all, rest)| (Column::Each(all.as_chunks().0), rest))?,
        _ => return None,
    };
    *bytes = rest;
    Some(column)
}

#[cfg(test)]
mod tests {
    use super::super::super::compare::Content;
    use super::super::super::compare::Key;
    use super::super::super::compare::Written;
    use super::super::super::store::Recalled;
    use super::*;

    fn entries() -> Vec<(u64, Entry)> {
        let entry = |nr: u64| {
            let row = Recalled { print: -nr.cast_signed(), order: 3, address: 0 };
            Entry { key: Key([nr, 0]), row, content: Content(nr + 1), written: Written([u64::MAX, nr]) }
        };
        (0..5).map(|nr| (nr * 2, entry(nr))).collect()
    }

    fn again(rows: usize, values: [&[u8]; 2]) -> Option<Vec<[u64; NUMBERS]>> {
        let mut all = Vec::new();
        let read = read(rows, values, |(at, entry)| {
            all.push(numbers(at, &entry));
            Ok::<(), ()>(())
        });
        read.map(|_| all)
    }

    #[test]
    fn rows_are_read_as_they_were_written_and_what_they_share_stands_there_once() {
        let entries = entries();
        let [bytes, written] = write(&entries);
        assert_eq!(again(5, [&bytes, &written]), Some(entries.iter().map(|(at, entry)| numbers(*at, entry)).collect()));
        // The second half of the key, and the order.
        assert_eq!((bytes.len(), written.len()), (2 * 9 + 3 * 41, 9 + 2 * 41));
        let [bytes, written] = write(&entries[..1]);
        assert_eq!(again(1, [&bytes, &written]).map(|all| all.len()), Some(1));
    }

    #[test]
    fn what_was_not_written_so_is_not_read() {
        let [bytes, written] = write(&entries());
        let (long, short) = ([bytes.as_slice(), &[0]].concat(), &bytes[1..]);
        for values in [[long.as_slice(), &written], [short, &written], [&bytes, &written[..3]], [&bytes, &[]], [&[7], &written]] {
            assert_eq!(again(5, values), None);
        }
        assert_eq!(again(4, [&bytes, &written]), None);
        assert_eq!(again(usize::MAX, [&bytes, &written]), None);
    }
}
