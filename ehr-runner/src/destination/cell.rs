//! One field of a row on its way into a database.

use xxhash_rust::xxh3::xxh3_64;

/// A value as every database is given it; the column's kind says what a text stands for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Integer(i64),
    /// A binary floating-point number.
    Real(f64),
    /// A truth value.
    Boolean(bool),
    /// Text; also decimals, dates, times, identifiers and what is nested, as they are written.
    Text(String),
    /// Bytes, which no column of a target holds: they are our own.
    Bytes(Vec<u8>),
}

/// The form of [`print()`]; a database that was filled with another one cannot be compared with.
pub(super) const FORM: i64 = 1;

/// A fingerprint of these cells, the same on every machine: XXH3-64 of each cell's kind, length and bytes.
///
/// It is compared only between rows of one key, so that rows which share one by chance do not meet.
pub(super) fn print<'a>(cells: impl IntoIterator<Item = &'a Cell>, bytes: &mut Vec<u8>) -> i64 {
    bytes.clear();
    for cell in cells {
        match cell {
            Cell::Null => bytes.push(0),
            Cell::Integer(number) => {
                bytes.push(1);
                bytes.extend(number.to_le_bytes());
            }
            Cell::Real(number) => {
                bytes.push(2);
                // Both zeros are one number.
                bytes.extend((number + 0.0).to_bits().to_le_bytes());
            }
            Cell::Boolean(truth) => bytes.extend([3, u8::from(*truth)]),
            Cell::Text(text) => {
                bytes.push(4);
                bytes.extend((text.len() as u64).to_le_bytes());
                bytes.extend(text.as_bytes());
            }
            Cell::Bytes(own) => {
                bytes.push(5);
                bytes.extend((own.len() as u64).to_le_bytes());
                bytes.extend(own);
            }
        }
    }
    xxh3_64(bytes).cast_signed()
}

/// More of the fingerprint of the cells that these are the bytes of, where nothing else tells a row: of blake3, so that no two rows
/// share both.
pub(super) fn more(bytes: &[u8]) -> i64 {
    let hash: [u8; 32] = blake3::hash(bytes).into();
    hash.first_chunk().map_or(0, |eight| i64::from_le_bytes(*eight))
}

impl Cell {
    /// The number, where it is one.
    pub(super) fn integer(&self) -> Option<i64> {
        match self {
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A number that counts, where it is one.
    pub(super) fn count(&self) -> u64 {
        self.integer().and_then(|number| u64::try_from(number).ok()).unwrap_or(0)
    }

    /// The text, where it is one.
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(cells: &[Cell]) -> i64 {
        print(cells, &mut Vec::new())
    }

    #[test]
    fn cells_that_run_together_are_told_apart() {
        let text = |text: &str| Cell::Text(text.to_owned());
        assert_ne!(of(&[text("ab"), text("c")]), of(&[text("a"), text("bc")]));
        assert_ne!(of(&[Cell::Null, text("")]), of(&[text(""), Cell::Null]));
        assert_ne!(of(&[Cell::Integer(1)]), of(&[Cell::Real(1.0)]));
        assert_eq!(of(&[Cell::Real(0.0)]), of(&[Cell::Real(-0.0)]));
    }

    #[test]
    fn the_form_stays_what_it_is() {
        // Databases hold these numbers: a change of the form needs another `FORM`.
        assert_eq!(of(&[Cell::Integer(7), Cell::Text("é".to_owned()), Cell::Null, Cell::Boolean(true)]), FIXED);
    }

    const FIXED: i64 = 2_658_047_056_956_115_598;
}
