//! Deterministic chance: a splitmix64 stream, and UUIDs no two of which are alike.

use std::fmt;

/// A stream of pseudo-random numbers; the same seed gives the same stream on every machine.
#[derive(Debug)]
pub(super) struct Chance {
    state: u64,
    issued: u64,
    seed: u64,
}

impl Chance {
    /// The stream of this seed.
    pub(super) const fn new(seed: u64) -> Self {
        Self { state: seed, issued: 0, seed: mix(seed ^ 0x5851_f42d_4c95_7f2d) }
    }

    /// The next 64 bits.
    pub(super) const fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.state)
    }

    /// A number in `0..end`; 0 where `end` is 0.
    pub(super) const fn below(&mut self, end: u64) -> u64 {
        // The high half of a product is unbiased enough for test data, and needs no division.
        ((self.next() as u128 * end as u128) >> 64) as u64
    }

    /// A number in `from..=to`.
    pub(super) fn between(&mut self, from: i64, to: i64) -> i64 {
        let span = u64::try_from(to - from + 1).unwrap_or(0);
        from + i64::try_from(self.below(span)).unwrap_or(0)
    }

    /// True `percent` times in a hundred.
    pub(super) const fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(usize::try_from(self.below(of.len() as u64)).unwrap_or(0))
    }

    /// One of these texts; the empty one where there are none.
    pub(super) fn text<'a>(&mut self, of: &[&'a str]) -> &'a str {
        self.pick(of).copied().unwrap_or_default()
    }

    /// A new UUID. Its first half is a bijection of a counter, so that no two of a run are alike.
    pub(super) fn uuid(&mut self) -> Uuid {
        self.issued += 1;
        let high = mix(self.issued.wrapping_add(self.seed));
        Uuid::new(high, mix(high ^ self.seed))
    }
}

/// The finaliser of splitmix64: a bijection of 64 bits.
const fn mix(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

/// A UUID as it is written; kept as text because each is written many times.
#[derive(Debug, Clone, Copy)]
pub(super) struct Uuid([u8; 36]);

impl Uuid {
    /// From its two halves; like Synthea's it names no version.
    fn new(high: u64, low: u64) -> Self {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [b'-'; 36];
        let mut bits = (u128::from(high) << 64) | u128::from(low);
        for (place, byte) in text.iter_mut().enumerate().rev() {
            if matches!(place, 8 | 13 | 18 | 23) {
                continue;
            }
            *byte = DIGITS[(bits & 15) as usize];
            bits >>= 4;
        }
        Self(text)
    }
}

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(str::from_utf8(&self.0).map_err(|_| fmt::Error)?)
    }
}
