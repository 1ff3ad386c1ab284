//! How well one version explains all files together, and how probable that makes it.

use crate::detect::fit::FileFit;
use crate::detect::fit::count;
use crate::detect::known::Known;
use crate::detect::known::KnownTable;
use crate::detect::sample::Framed;
use crate::detect::sample::Sample;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;

/// The share of columns, weighed with the share of files, at which a version explains no more than chance.
const EVEN: f64 = 0.72;
/// How fast belief grows above that share.
const STEEP: f64 = 25.0;
/// The share of columns from which a file with one table's name is held to be another table all the same.
const EXACT: f64 = 0.97;
/// Log-odds within which tables fit a file with neither's name equally.
const TIE: f64 = 1.0;

/// One version and how it stands.
pub(super) struct Standing<'a> {
    pub source: &'a SourceSchema,
    /// Files that are tables of it, in input order.
    pub fits: Vec<FileFit<'a>>,
    /// Text tables that are none of its own.
    pub strays: Vec<Stray<'a>>,
    /// Required tables without a file.
    pub absent: Vec<&'a SourceTable>,
    /// Log-odds, to compare versions.
    pub score: f64,
    /// Among all versions and 'none of them'.
    pub probability: f64,
}

/// A text table that is no table of a version.
pub(super) struct Stray<'a> {
    pub sample: &'a Sample<'a>,
    /// The table that has its name, all the same, and how many of the file's columns it knows.
    pub namesake: Option<(&'a str, usize, usize)>,
}

impl<'a> Standing<'a> {
    pub(super) fn new(known: &'a Known<'a>, samples: &'a [Sample<'a>]) -> Self {
        let mut standing =
            Self { source: known.source, fits: Vec::new(), strays: Vec::new(), absent: Vec::new(), score: 0.0, probability: 0.0 };
        // Files with a table's name come first: a table that has its file needs no other one of another name.
        let mut later = Vec::new();
        for (order, sample) in samples.iter().enumerate() {
            let Some(framed) = sample.framed(&known.source.dialect) else {
                standing.stray(sample, None, 0);
                continue;
            };
            let named = fits(sample, framed, known.tables.iter().filter(|table| table.names(sample.file.file_name())));
            match named.into_iter().next() {
                Some(fit) if fit.recognised() => standing.fits.push(fit),
                best => later.push((order, sample, framed, best)),
            }
        }
        let taken: Vec<&str> = standing.fits.iter().map(|fit| fit.table.name.as_str()).collect();
        let mut renamed = Vec::new();
        for (_, sample, framed, namesake) in later {
            let free = known.tables.iter().filter(|table| !taken.contains(&table.table.name.as_str()));
            let mut found = if framed.header.is_empty() { Vec::new() } else { fits(sample, framed, free) };
            // A file that has the name of one table is another one only if it is that exactly.
            found.retain(|fit| fit.recognised() && (namesake.is_none() || fit.agreement() >= EXACT));
            if found.is_empty() {
                let namesake = namesake.map(|fit| (fit.table.name.as_str(), fit.found.len(), framed.header.len()));
                standing.stray(sample, namesake, if framed.is_table() { framed.header.len() } else { 0 });
            } else {
                let mut best = found.remove(0);
                best.rivals = found.iter().take_while(|fit| best.score - fit.score < TIE).map(|fit| fit.table.name.as_str()).collect();
                renamed.push(best);
            }
        }
        standing.fits.extend(renamed);
        let place = |fit: &FileFit<'_>| samples.iter().position(|sample| sample.file.name == fit.sample.file.name);
        standing.fits.sort_by_key(place);
        standing.absent = known
            .tables
            .iter()
            .map(|table| table.table)
            .filter(|table| table.required && !standing.fits.iter().any(|fit| fit.table.name == table.name))
            .collect();
        standing.score += standing.fits.iter().map(|fit| fit.score).sum::<f64>() - 3.0 * count(standing.absent.len());
        standing
    }

    /// Files that are one table and no other.
    pub(super) fn assigned(&self) -> impl Iterator<Item = &FileFit<'a>> {
        self.fits.iter().filter(|fit| fit.rivals.is_empty())
    }

    /// All its columns are beyond the schema. One without columns is no table, and says nothing.
    fn stray(&mut self, sample: &'a Sample<'a>, namesake: Option<(&'a str, usize, usize)>, columns: usize) {
        if columns > 0 {
            self.score -= count(columns).mul_add(4.0, 3.0);
        }
        if columns > 0 || namesake.is_some() {
            self.strays.push(Stray { sample, namesake });
        }
    }

    /// Log-odds that the files were made by this version, or one much like it, rather than by something unknown.
    ///
    /// What counts is the share of columns explained, both ways, in the files that were recognised, and the share of
    /// files that were; but a few columns prove little, however well they fit.
    fn belief(&self) -> f64 {
        let whole: f64 = self.fits.iter().map(|fit| fit.whole).sum();
        if whole <= 0.0 {
            return -STEEP * EVEN;
        }
        let columns = self.fits.iter().map(|fit| fit.credit).sum::<f64>().max(0.0) / whole;
        let seen = count(self.fits.len()) / count(self.fits.len() + self.strays.len());
        let found: usize = self.fits.iter().map(|fit| fit.found.len()).sum();
        let most = count(found).mul_add(0.7, 1.5);
        (STEEP * (columns * 0.3f64.mul_add(seen, 0.7) - EVEN)).min(most)
    }
}

/// Every table held against the file, the best first and, among equals, in schema order.
fn fits<'a>(sample: &'a Sample<'a>, framed: &'a Framed, tables: impl Iterator<Item = &'a KnownTable<'a>>) -> Vec<FileFit<'a>> {
    let mut fits: Vec<FileFit<'a>> = tables.map(|table| FileFit::new(sample, framed, table)).collect();
    fits.sort_by(|a, b| b.recognised().cmp(&a.recognised()).then(b.score.total_cmp(&a.score)));
    fits
}

/// Gives every standing its probability, and says that of 'none of them'.
pub(super) fn weigh(standings: &mut [Standing<'_>]) -> f64 {
    let Some(best) = standings.iter().max_by(|a, b| a.score.total_cmp(&b.score)) else { return 1.0 };
    let (best, unknown) = (best.score, best.score - best.belief());
    let top = best.max(unknown);
    let sum = standings.iter().map(|one| (one.score - top).exp()).sum::<f64>() + (unknown - top).exp();
    for standing in standings {
        standing.probability = (standing.score - top).exp() / sum;
    }
    (unknown - top).exp() / sum
}
