//! What tells the rows of a table apart, in sixteen bytes.

use super::super::cell::Cell;
use super::super::store::Slot;
use ehr_rules::Kind;
use uuid::Uuid;

/// What tells a row of a table from every other: the values of its key themselves where they always fit, else what nobody can make
/// two texts have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::destination) struct Key(pub(in crate::destination) [u64; 2]);

/// How the keys of a table are made.
#[derive(Debug, Clone)]
pub(in crate::destination) struct Keys {
    kinds: Vec<Kind>,
    fits: bool,
}

impl Keys {
    /// `None` where a column's values may be written in several ways.
    pub(in crate::destination) fn of(told: &[Slot]) -> Option<Self> {
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

    /// The key of these parts, as [`super::super::store::Store::recall`] gives them.
    pub(in crate::destination) fn key<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> Key {
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
    pub(in crate::destination) fn of_cells<'a>(&self, cells: impl IntoIterator<Item = &'a Cell>, bytes: &mut Vec<u8>) -> Option<Key> {
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
    pub(super) fn of(bytes: [u8; 16]) -> Self {
        let mut numbers = [0; 2];
        for (number, eight) in numbers.iter_mut().zip(bytes.as_chunks::<8>().0) {
            *number = u64::from_be_bytes(*eight);
        }
        Self(numbers)
    }

    /// Numbers that follow each other go to different places.
    pub(super) fn scattered(self) -> u64 {
        let Self([high, low]) = self;
        (high.rotate_left(32) ^ low).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
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
}
