//! How many different values a column has, and a fair sample of them, in bounded memory.
//!
//! Values are known by a 64-bit hash. Up to a bound every hash is kept and the count is exact; beyond it a `HyperLogLog`
//! estimates. The values with the least hashes are kept with their texts: they are a sample of the *different* values that
//! is the same whatever the order of the rows, and two columns' samples can be held against each other.

use std::collections::BTreeMap;
use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::hash::Hasher;
use xxhash_rust::xxh3::xxh3_64;

/// Values of which the hashes are least, kept with their texts.
const SAMPLE: usize = 2_048;
/// Longer texts are kept in the sample by their beginning.
const TEXT: usize = 96;
/// Registers of the estimate, as a power of two: its standard error is 1.04 / √4096, 1.6 %.
const PRECISION: u32 = 12;

/// The different values of one column, or of several together.
#[derive(Debug)]
pub(super) struct Distinct {
    exact: HashSet<u64, BuildHasherDefault<Hashed>>,
    bound: usize,
    registers: Option<Vec<u8>>,
    sample: BTreeMap<u64, Kept>,
    /// The greatest hash in a full sample; nothing above it is of interest.
    ceiling: u64,
}

/// One value of the sample.
#[derive(Debug)]
pub(super) struct Kept {
    /// How often it was seen.
    pub count: u64,
    /// Its beginning.
    pub text: Box<str>,
}

/// A hash is hashed already.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0 = xxh3_64(bytes);
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

/// What a text is known by.
#[inline]
pub(super) fn hash(text: &str) -> u64 {
    xxh3_64(text.as_bytes())
}

impl Distinct {
    /// Counts exactly up to so many different values.
    pub(super) fn new(bound: usize) -> Self {
        Self { exact: HashSet::default(), bound, registers: None, sample: BTreeMap::new(), ceiling: u64::MAX }
    }

    /// Sees a value `times` times over.
    #[inline]
    pub(super) fn see(&mut self, hash: u64, text: &str, times: u64) {
        match &mut self.registers {
            Some(registers) => register(registers, hash),
            None => {
                self.exact.insert(hash);
                if self.exact.len() > self.bound {
                    let mut registers = vec![0; 1 << PRECISION];
                    for hash in std::mem::take(&mut self.exact) {
                        register(&mut registers, hash);
                    }
                    self.registers = Some(registers);
                }
            }
        }
        if hash <= self.ceiling {
            self.keep(hash, text, times);
        }
    }

    fn keep(&mut self, hash: u64, text: &str, times: u64) {
        let kept = self.sample.entry(hash).or_insert_with(|| Kept { count: 0, text: beginning(text).into() });
        kept.count += times;
        if self.sample.len() > SAMPLE {
            self.sample.pop_last();
            self.ceiling = self.sample.last_key_value().map_or(u64::MAX, |(hash, _)| *hash);
        }
    }

    /// How many different values there are, and whether that is exact.
    pub(super) fn count(&self) -> (u64, bool) {
        match &self.registers {
            None => (self.exact.len() as u64, true),
            Some(registers) => (estimate(registers), false),
        }
    }

    /// Whether, of so many values, no two are the same, as far as was kept: a value of the sample that came twice says no,
    /// and so does an estimate that falls short by more than five of its standard errors.
    pub(super) fn is_unique(&self, values: u64) -> bool {
        let (count, exact) = self.count();
        if exact { count == values } else { self.sample.values().all(|kept| kept.count == 1) && count > values - values / 12 }
    }

    /// The sampled values, by hash.
    pub(super) fn sample(&self) -> impl Iterator<Item = &Kept> {
        self.sample.values()
    }

    /// How many of these values are among the other's, of how many that could be compared.
    pub(super) fn among(&self, other: &Self) -> (u64, u64) {
        // Up to the lesser ceiling both samples are whole; where all the other's hashes are kept, its ceiling does not count.
        let whole = other.registers.is_none();
        let (mut found, mut tried) = (0, 0);
        for hash in self.sample.keys().take_while(|hash| whole || **hash <= other.ceiling) {
            tried += 1;
            found += u64::from(if whole { other.exact.contains(hash) } else { other.sample.contains_key(hash) });
        }
        (found, tried)
    }
}

/// For looking values of many columns up at once.
impl Distinct {
    /// So many of the least hashes that, where nine values in ten are another's too, one of these is.
    pub(super) fn least(&self) -> impl Iterator<Item = u64> {
        self.sample.keys().copied().take(self.sample.len() / 10 + 1)
    }

    /// How many hashes are kept.
    pub(super) fn kept(&self) -> usize {
        if self.registers.is_none() { self.exact.len() } else { self.sample.len() }
    }

    /// All hashes that are kept.
    pub(super) fn hashes(&self) -> impl Iterator<Item = u64> {
        let sample = self.registers.is_some().then(|| self.sample.keys().copied());
        self.exact.iter().copied().chain(sample.into_iter().flatten())
    }

    /// Whether a hash is kept.
    pub(super) fn keeps(&self, hash: u64) -> bool {
        if self.registers.is_none() { self.exact.contains(&hash) } else { self.sample.contains_key(&hash) }
    }
}

fn beginning(text: &str) -> &str {
    if text.len() <= TEXT { text } else { text.split_at(text.floor_char_boundary(TEXT)).0 }
}

fn register(registers: &mut [u8], hash: u64) {
    // The top bits choose the register, the rest is looked at for its run of zeros.
    let at = usize::try_from(hash >> (64 - PRECISION)).unwrap_or(0);
    let run = (hash << PRECISION | 1 << (PRECISION - 1)).leading_zeros() + 1;
    if let Some(register) = registers.get_mut(at) {
        *register = (*register).max(u8::try_from(run).unwrap_or(u8::MAX));
    }
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an estimate")]
fn estimate(registers: &[u8]) -> u64 {
    let count = registers.len() as f64;
    let sum: f64 = registers.iter().map(|run| 2_f64.powi(-i32::from(*run))).sum();
    let raw = 0.7213 / (1.0 + 1.079 / count) * count * count / sum;
    let empty = registers.len() - registers.iter().filter(|run| **run > 0).count();
    // Linear counting is better while many registers are empty.
    let best = if raw <= 2.5 * count && empty > 0 { count * (count / empty as f64).ln() } else { raw };
    best.round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl Iterator<Item = u64>, bound: usize) -> Distinct {
        let mut distinct = Distinct::new(bound);
        for value in values {
            let text = value.to_string();
            distinct.see(hash(&text), &text, 1);
        }
        distinct
    }

    #[test]
    fn counts_are_exact_up_to_the_bound_and_near_beyond() {
        assert_eq!(of((0..1000).chain(0..1000), 1000).count(), (1000, true));
        for many in [20_000_u64, 200_000, 1_000_000] {
            let (count, exact) = of(0..many, 1000).count();
            assert!(!exact && count.abs_diff(many) < many / 12, "{many}: {count}");
        }
    }

    #[test]
    fn a_value_that_comes_twice_is_no_key() {
        assert!(of(0..500, 1000).is_unique(500));
        assert!(!of((0..500).chain(0..1), 1000).is_unique(501));
        assert!(of(0..50_000, 1000).is_unique(50_000));
        assert!(!of((0..50_000).chain(0..50_000), 1000).is_unique(100_000));
    }

    #[test]
    fn inclusion_is_found_on_exact_sets_and_on_samples() {
        assert_eq!(of(10..20, 1000).among(&of(0..100, 1000)), (10, 10));
        assert_eq!(of(95..105, 1000).among(&of(0..100, 1000)), (5, 10));
        let (found, tried) = of(0..40_000, 1000).among(&of(0..80_000, 1000));
        assert!(found == tried && tried > 500, "{found} of {tried}");
        let (found, tried) = of(40_000..120_000, 1000).among(&of(0..80_000, 1000));
        assert!(tried > 500 && found.abs_diff(tried / 2) < tried / 6, "{found} of {tried}");
    }
}
