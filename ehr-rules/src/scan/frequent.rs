//! The most frequent values of a column, in bounded memory.

use crate::scan::distinct::Hashed;
use std::collections::HashMap;
use std::hash::BuildHasherDefault;

/// Values that are counted at once.
const MOST: usize = 1_024;
/// Longer values are kept by their beginning.
const TEXT: usize = 120;

/// Counts values; where there are too many, the rare ones are forgotten, and what is said of the others may be too little.
#[derive(Debug, Default)]
pub(super) struct Frequent {
    counts: HashMap<u64, (u64, Box<str>), BuildHasherDefault<Hashed>>,
    /// What a value that was forgotten may have been counted at most.
    forgotten: u64,
}

impl Frequent {
    /// Sees a value `times` times over.
    pub(super) fn see(&mut self, hash: u64, text: &str, times: u64) {
        if let Some((count, _)) = self.counts.get_mut(&hash) {
            *count += times;
            return;
        }
        if self.counts.len() >= MOST {
            // The rarer half goes, so that this is seldom done.
            let mut all: Vec<u64> = self.counts.values().map(|(count, _)| *count).collect();
            all.sort_unstable();
            let bar = all.get(all.len() / 2).copied().unwrap_or(0);
            self.counts.retain(|_, (count, _)| *count > bar);
            self.forgotten = self.forgotten.max(bar);
        }
        let text = if text.len() <= TEXT { text } else { text.split_at(text.floor_char_boundary(TEXT)).0 };
        self.counts.insert(hash, (times, text.into()));
    }

    /// Whether nothing was forgotten: then every value is here, each with its count.
    pub(super) const fn is_whole(&self) -> bool {
        self.forgotten == 0
    }

    /// The values, most frequent first, and those equally frequent by their text.
    pub(super) fn ranked(&self) -> Vec<(&str, u64)> {
        let mut ranked: Vec<(&str, u64)> = self.counts.values().map(|(count, text)| (&**text, *count)).collect();
        ranked.sort_unstable_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        ranked
    }
}
