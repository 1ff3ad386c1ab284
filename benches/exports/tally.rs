//! What was answered, counted.

use std::time::Duration;

/// Answers to exports of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    pub exports: usize,
    pub files: usize,
    /// The truth is in the set that was named.
    pub in_set: usize,
    /// The most probable one is the truth, or nothing tells it from the truth.
    pub first: usize,
    /// One version was named.
    pub single: usize,
    /// Several were named, and nothing tells them apart.
    pub rightly_open: usize,
    /// Several were named, one of which something tells from the truth.
    pub wider: usize,
    /// None was named.
    pub unknown: usize,
    /// Only versions of other systems were named.
    pub wrong_system: usize,
    /// Exports that a change made a clean export of another version: nobody could say.
    pub became_another: usize,
    /// Columns found under another name: rightly, and all.
    pub renamed: (usize, usize),
    /// Columns of files without a header, of more than text: told rightly, and all.
    pub nameless: (usize, usize),
    pub exact: usize,
    pub jaccard: usize,
    pub took: Duration,
    /// Probabilities, each with whether it was so.
    pub sure: Vec<(f64, bool)>,
    /// What went wrong, in words.
    pub missed: Vec<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.exports += other.exports;
        self.files += other.files;
        self.in_set += other.in_set;
        self.first += other.first;
        self.single += other.single;
        self.rightly_open += other.rightly_open;
        self.wider += other.wider;
        self.unknown += other.unknown;
        self.wrong_system += other.wrong_system;
        self.became_another += other.became_another;
        self.renamed.0 += other.renamed.0;
        self.renamed.1 += other.renamed.1;
        self.nameless.0 += other.nameless.0;
        self.nameless.1 += other.nameless.1;
        self.exact += other.exact;
        self.jaccard += other.jaccard;
        self.took += other.took;
        self.sure.extend(other.sure);
        self.missed.extend(other.missed);
    }

    /// The share of exports in whose set the truth is.
    pub(crate) fn held(&self) -> f64 {
        share(self.in_set, self.exports)
    }

    /// How far probabilities are from what they say, in the mean over all answers, by tenths.
    pub(crate) fn calibration_error(&self) -> f64 {
        let mut error = 0.0;
        for tenth in 0..10 {
            let low = f64::from(tenth) / 10.0;
            let within = |sure: f64| sure >= low && (sure < low + 0.1 || tenth == 9);
            let (said, so): (Vec<f64>, Vec<bool>) = self.sure.iter().filter(|(sure, _)| within(*sure)).copied().unzip();
            let right = so.iter().filter(|so| **so).count();
            error += (said.iter().sum::<f64>() - share(right, 1)).abs();
        }
        error / share(self.sure.len().max(1), 1)
    }
}

/// A share of a count.
#[expect(clippy::cast_precision_loss, reason = "counts of exports are small")]
pub(crate) fn share(part: usize, of: usize) -> f64 {
    if of == 0 { 1.0 } else { part as f64 / of as f64 }
}
