//! Rows of a book as a binary copy brings them.

use super::binary::HEADER;
use crate::destination::store::Recall;
use crate::error::Failure;

/// What came of a copy so far.
#[derive(Debug, Default)]
pub(super) struct Copied {
    /// Bytes that are no whole row yet.
    rest: Vec<u8>,
    begun: bool,
    ended: bool,
}

impl Copied {
    /// The next bytes of it; rows have so many parts, then a fingerprint and an order.
    pub(super) fn take(&mut self, part: &[u8], parts: usize, take: Recall<'_>) -> Result<(), Failure> {
        if self.rest.is_empty() {
            let read = self.read(part, parts, take)?;
            self.rest.extend_from_slice(part.get(read..).unwrap_or_default());
            return Ok(());
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(part);
        let read = self.read(&all, parts, take)?;
        all.drain(..read);
        self.rest = all;
        Ok(())
    }

    /// Fails where its end is missing.
    pub(super) fn finish(&self) -> Result<(), Failure> {
        if self.ended && self.rest.is_empty() { Ok(()) } else { Err(garbled()) }
    }

    /// Takes whole rows, and says how many bytes they were.
    fn read(&mut self, bytes: &[u8], parts: usize, take: Recall<'_>) -> Result<usize, Failure> {
        let mut at = 0;
        if !self.begun {
            if bytes.len() < HEADER.len() {
                return Ok(0);
            }
            if !bytes.starts_with(HEADER) {
                return Err(garbled());
            }
            (self.begun, at) = (true, HEADER.len());
        }
        let mut row: Vec<&[u8]> = Vec::with_capacity(parts + 2);
        while let Some((count, mut rest)) = bytes.get(at..).unwrap_or_default().split_first_chunk() {
            let count = i16::from_be_bytes(*count);
            if count == -1 {
                self.ended = true;
                return Ok(at + 2);
            }
            row.clear();
            while row.len() < usize::try_from(count).unwrap_or(0) {
                let Some((length, behind)) = rest.split_first_chunk() else { return Ok(at) };
                // No column of a book is missing, which would have a length below zero.
                let length = usize::try_from(i32::from_be_bytes(*length)).map_err(|_| garbled())?;
                let Some((value, behind)) = behind.split_at_checked(length) else { return Ok(at) };
                row.push(value);
                rest = behind;
            }
            let (key, told) = row.split_at_checked(parts).ok_or_else(garbled)?;
            let [Some(print), Some(order)] = [0, 1].map(|at| told.get(at).and_then(|value| value.first_chunk())) else {
                return Err(garbled());
            };
            take(key, i64::from_be_bytes(*print), i64::from_be_bytes(*order))?;
            at = bytes.len() - rest.len();
        }
        Ok(at)
    }
}

fn garbled() -> Failure {
    Failure::World("the database's answer is not one that a binary copy has; nothing was changed".to_owned())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::super::binary::END;
    use super::super::binary::row;
    use super::*;
    use crate::destination::cell::Cell;
    use postgres::types::Type;
    use postgres::types::private::BytesMut;

    fn copy() -> Vec<u8> {
        let mut bytes = BytesMut::from(HEADER);
        for (text, print, order) in [("a", 1, 2), ("", -1, 3), ("long enough", i64::MAX, 4)] {
            let cells = [Cell::Integer(7), Cell::Text(text.to_owned()), Cell::Integer(print), Cell::Integer(order)];
            row(&cells, &[Type::INT8, Type::TEXT, Type::INT8, Type::INT8], &mut bytes).unwrap();
        }
        bytes.extend_from_slice(END);
        bytes.to_vec()
    }

    #[test]
    fn rows_are_the_same_however_the_copy_is_cut() {
        let bytes = copy();
        for size in [1, 2, 7, 40, bytes.len()] {
            let mut copied = Copied::default();
            let mut rows = Vec::new();
            for part in bytes.chunks(size) {
                let mut take = |key: &[&[u8]], print: i64, order: i64| {
                    rows.push((key.concat(), print, order));
                    Ok(())
                };
                copied.take(part, 2, &mut take).unwrap();
            }
            copied.finish().unwrap();
            let key = |text: &str| [&7_i64.to_be_bytes()[..], text.as_bytes()].concat();
            assert_eq!(rows, [(key("a"), 1, 2), (key(""), -1, 3), (key("long enough"), i64::MAX, 4)], "{size}");
        }
    }

    #[test]
    fn a_copy_that_is_cut_off_or_of_other_columns_is_refused() {
        let bytes = copy();
        for (part, parts) in [(&bytes[..bytes.len() - 2], 2), (&bytes[..], 3), (&bytes[1..], 2)] {
            let mut copied = Copied::default();
            let taken = copied.take(part, parts, &mut |_, _, _| Ok(()));
            assert!(taken.and_then(|()| copied.finish()).is_err());
        }
    }
}
