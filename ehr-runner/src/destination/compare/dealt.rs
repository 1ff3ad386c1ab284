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
    let part = usize::try_from(key.scattered() % PARTS as u64).unwrap_or(0);
    let Some(file) = parts.get_mut(part) else { return Ok(()) };
    let Key([high, low]) = key;
    [high, low].into_iter().chain(rest).try_for_each(|number| file.write_all(&number.to_ne_bytes()))
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
