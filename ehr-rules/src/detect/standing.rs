//! One version as it stands before the files: which file is which table, and what is left over.

use crate::detect::fit::Fit;
use crate::detect::known::Catalogue;
use crate::detect::known::Entry;
use crate::detect::known::Shape;
use crate::detect::known::Slot;
use crate::detect::model::count;
use crate::detect::sample::Framed;
use crate::detect::sample::Sample;
use crate::detect::score::ABSENT;
use crate::detect::score::Judged;
use crate::detect::score::Place;
use crate::detect::score::absent;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use std::collections::HashSet;

/// The share of columns explained from which a file with the table's name is that table.
const NAMED: f64 = 0.3;
/// The same for a file with another name.
const UNNAMED: f64 = 0.4;
/// Log-odds from which a file that has neither names nor a table's name is that table all the same.
const NAMELESS: f64 = 6.0;
/// Log-odds within which tables fit a file with neither's name equally.
const TIE: f64 = 1.0;
/// The share of columns, weighed with the share of files, at which a version explains no more than chance.
const EVEN: f64 = 0.36;
/// How fast belief grows above that share.
const STEEP: f64 = 30.0;

/// One version and how it stands.
pub(super) struct Standing<'a> {
    pub version: usize,
    pub source: &'a SourceSchema,
    /// Files that are tables of it, in input order.
    pub fits: Vec<FileFit<'a>>,
    /// Text tables that are none of its own.
    pub strays: Vec<Stray<'a>>,
    /// Required tables without a file.
    pub absent: Vec<&'a SourceTable>,
    /// Log-odds that it made the files rather than anything.
    pub score: f64,
    /// The rate at which the files drifted from it, as far as it can be told.
    pub drift: f64,
    /// Among all versions and 'none of them'.
    pub probability: f64,
}

/// One file as one table.
pub(super) struct FileFit<'a> {
    pub sample: &'a Sample<'a>,
    pub framed: &'a Framed,
    pub entry: &'a Entry<'a>,
    pub table: &'a SourceTable,
    pub shape: &'a Shape<'a>,
    pub fit: &'a Fit,
    /// Whether the file's name is one of the table's.
    pub named: bool,
    /// Other tables that a file without a table's name fits as well.
    pub rivals: Vec<&'a str>,
}

/// A text table that is no table of a version.
pub(super) struct Stray<'a> {
    pub sample: &'a Sample<'a>,
    /// The table that has its name, all the same, and how many of the file's columns it knows.
    pub namesake: Option<(&'a str, usize, usize)>,
}

impl<'a> Standing<'a> {
    /// `there` are the tables that some file could be.
    pub(super) fn new(
        catalogue: &'a Catalogue<'a>,
        files: &'a [Judged<'a>],
        there: &HashSet<usize>,
        version: usize,
        score: f64,
        drift: f64,
    ) -> Option<Self> {
        let mut standing = Self {
            version,
            source: catalogue.versions.get(version)?,
            fits: Vec::new(),
            strays: Vec::new(),
            absent: absent(catalogue, there, version).into_iter().filter_map(|at| Some(catalogue.entries.get(at)?.table)).collect(),
            score,
            drift,
            probability: 0.0,
        };
        let places = |file: &'a Judged<'a>| file.by_version.get(&version).map_or(&[][..], Vec::as_slice);
        let named = |file: &'a Judged<'a>| places(file).first().filter(|place| place.named && recognised(catalogue, file, **place));
        let taken: HashSet<usize> = files.iter().filter_map(named).map(|place| place.entry).collect();
        for file in files {
            match alike(catalogue, file, places(file), &taken).split_first() {
                Some((place, rivals)) => {
                    let rivals = rivals.iter().filter_map(|rival| Some(catalogue.entries.get(rival.entry)?.table.name.as_str())).collect();
                    standing.fits.extend(file_fit(catalogue, file, *place, rivals));
                }
                None => standing.stray(catalogue, file, places(file)),
            }
        }
        Some(standing)
    }

    /// Files that are one table and no other.
    pub(super) fn assigned(&self) -> impl Iterator<Item = &FileFit<'a>> {
        self.fits.iter().filter(|fit| fit.rivals.is_empty())
    }

    fn stray(&mut self, catalogue: &'a Catalogue<'a>, file: &'a Judged<'a>, places: &[Place]) {
        let namesake = places.iter().find(|place| place.named).and_then(|place| {
            let fit = file.fits.get(place.fit)?;
            Some((catalogue.entries.get(place.entry)?.table.name.as_str(), fit.found.len(), fit.found.len() + fit.extra.len()))
        });
        if file.sample.is_table() || namesake.is_some() {
            self.strays.push(Stray { sample: file.sample, namesake });
        }
    }

    /// The share of columns explained, both ways, in the files that were recognised, weighed with the share of files.
    fn share(&self) -> f64 {
        let whole: f64 = self.fits.iter().map(|fit| fit.fit.whole).sum();
        if whole <= 0.0 {
            return 0.0;
        }
        let columns = self.fits.iter().map(|fit| fit.fit.credit).sum::<f64>() / whole;
        let seen = count(self.fits.len()) / count(self.fits.len() + self.strays.len());
        columns * 0.3f64.mul_add(seen, 0.7)
    }

    /// Log-odds that the files were made by this version, or one much like it, rather than by something unknown.
    ///
    /// An unknown system has names that known ones have too, more than chance alone would give it: so however much
    /// likelier the files are, they must also be explained for the most part. And a few columns prove little.
    pub(super) fn belief(&self, versions: usize) -> f64 {
        let found: usize = self.fits.iter().map(|fit| fit.fit.found.len()).sum();
        let most = count(found).mul_add(0.7, 1.5);
        let bare = self.fits.iter().all(|fit| fit.fit.bare && (fit.shape.headed || !fit.named && !fit.framed.fills));
        // Without names only what the values say is left: that must be beyond doubt.
        let doubt = if bare { 6.0 } else { 3.0 } + count(versions.max(1)).ln();
        (STEEP * (self.share() - EVEN)).min(most).min(self.score + ABSENT * count(self.absent.len()) - doubt)
    }
}

impl FileFit<'_> {
    /// The slot of a column found or lacking.
    pub(super) fn slot(&self, at: usize) -> Option<&Slot<'_>> {
        self.shape.slots.get(at)
    }

    /// The name of a column of the file; none where it has no header.
    pub(super) fn name(&self, at: usize) -> Option<&str> {
        if self.fit.bare { None } else { self.framed.header.get(at).map(String::as_str) }
    }
}

fn file_fit<'a>(catalogue: &'a Catalogue<'a>, file: &'a Judged<'a>, place: Place, rivals: Vec<&'a str>) -> Option<FileFit<'a>> {
    let fit = file.fits.get(place.fit)?;
    let shape = catalogue.shapes.get(fit.shape)?;
    let framed = file.sample.framed(shape.dialect)?;
    let entry = catalogue.entries.get(place.entry)?;
    Some(FileFit { sample: file.sample, framed, entry, table: entry.table, shape, fit, named: place.named, rivals })
}

fn recognised(catalogue: &Catalogue<'_>, file: &Judged<'_>, place: Place) -> bool {
    let Some(fit) = file.fits.get(place.fit) else { return false };
    let Some(shape) = catalogue.shapes.get(fit.shape) else { return false };
    if fit.found.is_empty() {
        // A file without a header is a table without rows, if its name says so.
        return place.named && fit.whole <= 0.0;
    }
    if !shape.headed {
        // Names that the schema brought say nothing: the file's name and the values do.
        // So do lines that are exactly as long as a layout says.
        let fills = file.sample.framed(shape.dialect).is_some_and(|framed| framed.fills) && place.likely();
        return (place.named || fills || place.log >= NAMELESS) && fit.found.iter().all(|found| found.values.wrong_share() < 0.5);
    }
    place.likely() && if place.named { fit.agreement() >= NAMED } else { fit.agreement() >= UNNAMED && fit.found.len() > 2 }
}

/// The table that a file is, and those that it could be as well. Of several that fit a file of another name, one that has
/// its file is not the one meant.
fn alike(catalogue: &Catalogue<'_>, file: &Judged<'_>, places: &[Place], taken: &HashSet<usize>) -> Vec<Place> {
    let Some(best) = places.first().filter(|place| recognised(catalogue, file, **place)) else { return Vec::new() };
    if best.named {
        return vec![*best];
    }
    let close = places.iter().take_while(|other| best.log - other.log < TIE).filter(|other| recognised(catalogue, file, **other));
    let (free, meant): (Vec<Place>, Vec<Place>) = close.copied().partition(|place| !taken.contains(&place.entry));
    if free.is_empty() { meant } else { free }
}
