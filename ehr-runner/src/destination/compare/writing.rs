//! Records told by the bytes that they are written as, so that one which was met before need not be read.

use super::super::store::Slot;

/// The bytes of a record, in sixteen: of blake3, under what its file's columns are. Two records that nobody made for it never share
/// them, and neither do two that somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::destination) struct Written(pub(in crate::destination) [u64; 2]);

/// How the records of a file are written: by their columns.
#[derive(Debug, Clone)]
pub(in crate::destination) struct Hand([u8; 32]);

impl Written {
    /// Of a row whose record was never met.
    pub(in crate::destination) const UNKNOWN: Self = Self([0; 2]);
}

impl Hand {
    /// That of a file with these columns: what bytes mean depends on their names, order and kinds, and on nothing else.
    pub(in crate::destination) fn of(slots: &[Slot]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for slot in slots {
            for part in [slot.name.as_str(), &format!("{:?}", slot.kind)] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
        }
        Self(hasher.finalize().into())
    }

    /// A record of it.
    pub(in crate::destination) fn written(&self, record: &[u8]) -> Written {
        let hash: [u8; 32] = blake3::keyed_hash(&self.0, record).into();
        let mut numbers = [0; 2];
        for (number, eight) in numbers.iter_mut().zip(hash.as_chunks::<8>().0) {
            *number = u64::from_le_bytes(*eight);
        }
        Written(numbers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ehr_rules::Kind;

    #[test]
    fn the_same_bytes_are_the_same_in_the_same_columns_alone() {
        let hand = |columns: &[(&str, Kind)]| {
            Hand::of(&columns.iter().map(|(name, kind)| Slot { name: (*name).to_owned(), kind: kind.clone() }).collect::<Vec<_>>())
        };
        let one = hand(&[("a", Kind::Integer), ("b", Kind::Text)]);
        assert_eq!(one.written(b"1,x"), hand(&[("a", Kind::Integer), ("b", Kind::Text)]).written(b"1,x"));
        assert_ne!(one.written(b"1,x"), one.written(b"1,y"));
        for other in
            [hand(&[("b", Kind::Integer), ("a", Kind::Text)]), hand(&[("a", Kind::Text), ("b", Kind::Text)]), hand(&[("a", Kind::Integer)])]
        {
            assert_ne!(one.written(b"1,x"), other.written(b"1,x"));
        }
    }
}
