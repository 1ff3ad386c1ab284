//! More rows than memory should hold, dealt by key into files that nobody else sees.

use super::Content;
use super::Entry;
use super::Key;
use super::Own;
use super::Recalled;
use std::fs::File;
use std::io;
use std::io::BufReader;
use std::io::BufWriter;
use std::io::Read;
use std::io::Seek;
use std::io::Write;

/// Into so many parts rows are dealt.
const PARTS: usize = if cfg!(test) { 3 } else { 64 };

/// Parts of both sides in files.
#[derive(Debug)]
pub(super) struct Dealt {
    pub(super) book: Vec<BufWriter<File>>,
    pub(super) own: Vec<BufWriter<File>>,
}

impl Dealt {
    /// Empty files, which nobody else sees.
    pub(super) fn new() -> io::Result<Self> {
        let files = || -> io::Result<Vec<_>> {
            (0..PARTS).map(|_| tempfile::tempfile().map(|file| BufWriter::with_capacity(1 << 15, file))).collect()
        };
        Ok(Self { book: files()?, own: files()? })
    }

    /// A row of the book.
    pub(super) fn book(
        &mut self,
        Entry { key, row: Recalled { print, order, address }, content: Content(content), .. }: Entry,
    ) -> io::Result<()> {
        let [print, order, address] = [print, order, address].map(i64::cast_unsigned);
        put(&mut self.book, key, [print, order, address, content])
    }

    /// A row of the order.
    pub(super) fn own(&mut self, Own { key, print, content: Content(content), place, .. }: Own) -> io::Result<()> {
        put(&mut self.own, key, [print.cast_unsigned(), place, content])
    }
}

fn put<const N: usize>(parts: &mut [BufWriter<File>], key: Key, rest: [u64; N]) -> io::Result<()> {
    let Some(file) = parts.get_mut(part_of(key, PARTS)) else { return Ok(()) };
    let Key([high, low]) = key;
    [high, low].into_iter().chain(rest).try_for_each(|number| file.write_all(&number.to_ne_bytes()))
}

/// Which of so many parts a row goes into: by the highest bits, since it is those that are scattered.
fn part_of(key: Key, parts: usize) -> usize {
    let part = (u128::from(key.scattered()) * parts as u128) >> 64;
    usize::try_from(part).unwrap_or(0)
}

/// What was put into a part, in order.
pub(super) fn each<const N: usize>(part: BufWriter<File>, mut take: impl FnMut([u64; N])) -> io::Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_dealt_evenly_whatever_their_keys_are() {
        let numbers = |step: u64| (0..6_400).map(move |row| Key([row * step, 0]));
        let pairs = (0..6_400).map(|row| Key([row / 80, row % 80]));
        let hashes = (0..6_400_u64).map(|row| {
            let hash: [u8; 32] = blake3::hash(&row.to_le_bytes()).into();
            Key::of(*hash.first_chunk().unwrap_or(&[0; 16]))
        });
        let kinds: [Box<dyn Iterator<Item = Key>>; 5] =
            [Box::new(numbers(1)), Box::new(numbers(1 << 20)), Box::new(numbers(1 << 40)), Box::new(pairs), Box::new(hashes)];
        for (nr, keys) in kinds.into_iter().enumerate() {
            let mut dealt = [0; 64];
            keys.for_each(|key| dealt[part_of(key, 64)] += 1);
            assert!(dealt.iter().all(|rows| (50..200).contains(rows)), "{nr}: {dealt:?}");
        }
    }
}
