//! What a reader made of a file, held against what the file holds.

use super::Case;
use super::people::Row;
use std::collections::HashMap;
use std::fmt;

/// What a reader gave.
#[derive(Debug, Default)]
pub(crate) struct Given {
    /// Rows delivered as good, a missing cell as an empty one.
    pub rows: Vec<Row>,
    /// Everything that it set aside, as text.
    pub aside: String,
    /// Whether it refused the file with a reason.
    pub refused: bool,
}

/// How well a file was read, the worst last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Verdict {
    /// Every sound row is delivered, and every spoilt one mended or set aside.
    Exact,
    /// All that is delivered is right; sound rows are set aside with the spoilt ones.
    Aside,
    /// The file is refused whole.
    Refused,
    /// All that is delivered is right, and rows are missing without a word.
    Silent,
    /// A row is delivered that the file does not hold, or one twice.
    Wrong,
}

/// How many files were read how well.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Tally {
    counts: [usize; 5],
    /// Rows delivered that the files do not hold.
    pub wrong_rows: usize,
}

/// The verdict, and how many rows are wrong.
pub(crate) fn verdict(case: &Case, given: &Given) -> (Verdict, usize) {
    if given.refused {
        return (Verdict::Refused, 0);
    }
    let by_number: HashMap<&str, usize> = case.truth.iter().enumerate().map(|(at, truth)| (truth.cells[0].as_str(), at)).collect();
    let mut seen = vec![false; case.truth.len()];
    let mut wrong = 0;
    for row in &given.rows {
        let found = row.first().and_then(|number| by_number.get(number.as_str())).filter(|at| !seen[**at]);
        match found {
            Some(at) if case.truth[*at].cells == *row || case.truth[*at].also.as_ref() == Some(row) => seen[*at] = true,
            _ => wrong += 1,
        }
    }
    if wrong > 0 {
        return (Verdict::Wrong, wrong);
    }
    let missing = || case.truth.iter().zip(&seen).filter(|(_, seen)| !**seen).map(|(truth, _)| truth);
    let verdict = if missing().any(|truth| !given.aside.contains(&truth.cells[0])) {
        Verdict::Silent
    } else if missing().any(|truth| !truth.spoilt) {
        Verdict::Aside
    } else {
        Verdict::Exact
    };
    (verdict, 0)
}

impl Tally {
    pub(crate) fn add(&mut self, verdict: Verdict, wrong: usize) {
        self.counts[verdict as usize] += 1;
        self.wrong_rows += wrong;
    }

    /// How many files were read so well.
    pub(crate) fn of(&self, verdict: Verdict) -> usize {
        self.counts[verdict as usize]
    }

    /// The share of files that were read exactly, in percent.
    pub(crate) fn exact(&self) -> f64 {
        let (exact, all) = (self.of(Verdict::Exact), self.counts.iter().sum::<usize>());
        100.0 * f64::from(u32::try_from(exact).unwrap_or(0)) / f64::from(u32::try_from(all.max(1)).unwrap_or(1))
    }
}

/// As cells of a Markdown table: the share of exact files, the others as counts, and the wrong rows.
impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [_, others @ ..] = &self.counts;
        write!(f, "{:.1} %", self.exact())?;
        others.iter().try_for_each(|count| write!(f, " | {count}"))?;
        write!(f, " | {}", self.wrong_rows)
    }
}
