//! Records told by the bytes that they are written as, so that one which was met before need not be read, and rows told by all they hold.
//!
//! Both by `SipHash` under a key that was drawn by lot for the packed book. Whoever makes up records does not know it, and so cannot make
//! two that pass for one.

use super::super::store::Slot;
use siphasher::sip128::Hash128;
use siphasher::sip128::SipHasher24;

/// The bytes of a record, in sixteen, under what its file's columns are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::destination) struct Written(pub(in crate::destination) [u64; 2]);

/// All that a row holds, in eight bytes: beside its fingerprint, which anybody can work out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(in crate::destination) struct Content(pub(in crate::destination) u64);

/// How the records of a file are written, by their columns, and the key under which they are told.
#[derive(Debug, Clone)]
pub(in crate::destination) struct Hand {
    records: SipHasher24,
    rows: SipHasher24,
}

impl Written {
    /// Of a row whose record was never met.
    pub(in crate::destination) const UNKNOWN: Self = Self([0; 2]);
}

impl Content {
    /// Of a row that was never met.
    pub(in crate::destination) const UNKNOWN: Self = Self(0);

    /// Whether they may be of the same row.
    pub(super) fn agrees(self, other: Self) -> bool {
        self == other || self == Self::UNKNOWN || other == Self::UNKNOWN
    }
}

impl Hand {
    /// That of a file with these columns: what bytes mean depends on their names, order and kinds, and on nothing else.
    pub(in crate::destination) fn of(slots: &[Slot], seed: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(seed.as_bytes());
        let rows = under(&hasher);
        for slot in slots {
            for part in [slot.name.as_str(), &format!("{:?}", slot.kind)] {
                hasher.update(&(part.len() as u64).to_le_bytes());
                hasher.update(part.as_bytes());
            }
        }
        Self { records: under(&hasher), rows }
    }

    /// A record of it.
    pub(in crate::destination) fn written(&self, record: &[u8]) -> Written {
        let Hash128 { h1, h2 } = self.records.hash(record);
        Written([h1, h2])
    }

    /// A row of it, of whose cells these are the bytes.
    pub(in crate::destination) fn content(&self, cells: &[u8]) -> Content {
        Content(self.rows.hash(cells).h1.max(1))
    }
}

fn under(key: &blake3::Hasher) -> SipHasher24 {
    SipHasher24::new_with_key(key.finalize().as_bytes().first_chunk().unwrap_or(&[0; 16]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use ehr_rules::Kind;

    #[test]
    fn the_same_bytes_are_the_same_in_the_same_columns_alone() {
        let hand = |columns: &[(&str, Kind)]| {
            Hand::of(&columns.iter().map(|(name, kind)| Slot { name: (*name).to_owned(), kind: kind.clone() }).collect::<Vec<_>>(), "seed")
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

    #[test]
    fn what_rows_are_told_by_depends_on_the_key_and_not_on_how_they_are_written() {
        let slots = |names: &[&str]| names.iter().map(|name| Slot { name: (*name).to_owned(), kind: Kind::Text }).collect::<Vec<_>>();
        let (one, other) = (Hand::of(&slots(&["a", "b"]), "seed"), Hand::of(&slots(&["a", "b"]), "another"));
        assert_ne!(one.written(b"x,y"), other.written(b"x,y"));
        assert_ne!(one.content(b"x,y"), other.content(b"x,y"));
        assert_eq!(one.content(b"x,y"), Hand::of(&slots(&["b", "a"]), "seed").content(b"x,y"));
        assert_ne!(one.content(b"x,y"), one.content(b"y,x"));
        assert!(Content::UNKNOWN.agrees(one.content(b"x")) && one.content(b"x").agrees(Content::UNKNOWN));
        assert!(!one.content(b"x").agrees(one.content(b"y")));
    }
}
