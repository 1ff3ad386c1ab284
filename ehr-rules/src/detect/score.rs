//! Which tables each file could be, and how well one version explains all files together.

use crate::detect::bare;
use crate::detect::fit::Fit;
use crate::detect::known::Catalogue;
use crate::detect::known::Shape;
use crate::detect::model;
use crate::detect::model::Sums;
use crate::detect::sample::Framed;
use crate::detect::sample::Sample;
use std::collections::BTreeMap;
use std::collections::HashSet;

/// Shapes of one file that are looked at closely, those aside that are called as it is.
const CLOSELY: usize = 40;
/// A shape whose names tell so much less than the best one's, in logarithms, is no rival of it.
const BEHIND: f64 = 25.0;
/// A fit that is so much less likely than no table at all is forgotten.
const HOPELESS: f64 = -40.0;
/// What a required table without a file costs, beside other versions; it says nothing for files of which nothing is known.
pub(super) const ABSENT: f64 = 5.0;

/// One file, and the tables that it could be.
pub(super) struct Judged<'a> {
    pub sample: &'a Sample<'a>,
    pub fits: Vec<Fit>,
    /// By version: its tables, each with its fit's number and how likely the file is as that table.
    pub by_version: BTreeMap<usize, Vec<Place>>,
    /// By version: how likely the file is, as any of its tables or as none.
    sums: BTreeMap<usize, Sums>,
}

/// A table of a version that a file could be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub entry: usize,
    pub fit: usize,
    /// Whether the file is called as the table says.
    pub named: bool,
    /// How much likelier the file is as this table than as any.
    pub log: f64,
}

impl<'a> Judged<'a> {
    pub(super) fn new(catalogue: &Catalogue<'_>, sample: &'a Sample<'a>) -> Self {
        let fits = fits(catalogue, sample);
        let mut by_version: BTreeMap<usize, Vec<Place>> = BTreeMap::new();
        let mut sums: BTreeMap<usize, Sums> = BTreeMap::new();
        let mut stray = Sums::ZERO;
        stray.add(model::STRAY.ln());
        for (number, fit) in fits.iter().enumerate() {
            let alone = fit.sums.alone();
            let total = fit.sums.total();
            for entry in catalogue.shapes.get(fit.shape).into_iter().flat_map(|shape| &shape.entries).copied() {
                let Some(known) = catalogue.entries.get(entry) else { continue };
                let version = known.version;
                let named = sample.named.binary_search(&entry).is_ok();
                let other = sample.named.iter().any(|named| catalogue.entries.get(*named).is_some_and(|named| named.version == version));
                let called = model::called(named, other && !named) + known.seldom(sample.file.file_name(), named);
                let mut table = alone;
                table.add(called + (1.0 - model::STRAY).ln() + model::ONE_TABLE.ln());
                let sum = sums.entry(version).or_insert(stray);
                *sum = sum.or(&table);
                by_version.entry(version).or_default().push(Place { entry, fit: number, named, log: total + called });
            }
        }
        for places in by_version.values_mut() {
            places.sort_by(|a, b| b.log.total_cmp(&a.log).then(a.entry.cmp(&b.entry)));
        }
        Self { sample, fits, by_version, sums }
    }

    /// How likely the file is if this version made it, as one of its tables or beside them.
    pub(super) fn log(&self, version: usize) -> f64 {
        self.sums.get(&version).map_or(model::STRAY.ln(), Sums::total)
    }
}

/// How likely all files together are for each version that explains any, and the rate of drift that this is with. `there` are
/// the tables that some file could be.
pub(super) fn weigh(catalogue: &Catalogue<'_>, files: &[Judged<'_>], there: &HashSet<usize>) -> BTreeMap<usize, (f64, f64)> {
    let mut stray = Sums::ZERO;
    stray.add(model::STRAY.ln());
    let mut all = Sums::ZERO;
    for _ in files.iter().filter(|file| file.sample.is_table()) {
        all.join(&stray);
    }
    let mut versions: BTreeMap<usize, Sums> = BTreeMap::new();
    for file in files {
        for (version, sums) in &file.sums {
            let of = versions.entry(*version).or_insert(all);
            of.join(sums);
            if file.sample.is_table() {
                of.leave(&stray);
            }
        }
    }
    versions
        .into_iter()
        .map(|(version, sums)| {
            let absent = absent(catalogue, there, version).len();
            (version, (ABSENT.mul_add(-model::count(absent), sums.total()), sums.drift()))
        })
        .collect()
}

/// Tables that some file could be.
pub(super) fn there(files: &[Judged<'_>]) -> HashSet<usize> {
    let places = files.iter().flat_map(|file| file.by_version.values().flatten());
    places.filter(|place| place.likely()).map(|place| place.entry).collect()
}

/// Required tables of a version that are not there.
pub(super) fn absent(catalogue: &Catalogue<'_>, there: &HashSet<usize>, version: usize) -> Vec<usize> {
    let required = |at: &usize| catalogue.entries.get(*at).is_some_and(|entry| entry.version == version && entry.table.required);
    catalogue.of_version(version).filter(required).filter(|at| !there.contains(at)).collect()
}

impl Place {
    /// Whether the file is this table rather than none of its version's.
    pub(super) fn likely(self) -> bool {
        self.log + (1.0 - model::STRAY).ln() + model::ONE_TABLE.ln() > model::STRAY.ln()
    }
}

/// Every shape that the file may have, held against it in the ways that its bytes can be framed.
fn fits(catalogue: &Catalogue<'_>, sample: &Sample<'_>) -> Vec<Fit> {
    let mut fits = Vec::new();
    for (dialect, framed) in sample.ways() {
        for number in shapes(catalogue, sample, dialect, framed) {
            let Some(shape) = catalogue.shapes.get(number) else { continue };
            if framed.width() == 0 {
                fits.push(Fit::empty(number));
            } else if shape.headed {
                fits.push(Fit::new(catalogue, number, shape, framed));
            } else if shape.slots.len() == framed.width() {
                fits.push(bare::fit(catalogue, number, shape, framed));
            }
        }
        if framed.begins_with_a_row() {
            let width = framed.width();
            for number in catalogue.index.as_wide(width.saturating_sub(1), width + 1 + width / 6) {
                if let Some(shape) = catalogue.shapes.get(number).filter(|shape| shape.dialect == dialect && shape.headed) {
                    fits.push(bare::fit(catalogue, number, shape, framed));
                }
            }
        }
    }
    let named = |fit: &Fit| shape_named(catalogue, sample, fit.shape);
    fits.retain(|fit| fit.sums.total() > HOPELESS || named(fit));
    fits
}

fn shape_named(catalogue: &Catalogue<'_>, sample: &Sample<'_>, shape: usize) -> bool {
    sample.named.iter().any(|entry| catalogue.entries.get(*entry).is_some_and(|entry| entry.shape == shape))
}

/// The few shapes whose names stand in the header, the most telling first, and those of the tables that have the file's name.
fn shapes(catalogue: &Catalogue<'_>, sample: &Sample<'_>, dialect: usize, framed: &Framed) -> Vec<usize> {
    let mut told: BTreeMap<usize, f64> = BTreeMap::new();
    let mut tell = |key: u32, share: f64| {
        let log = catalogue.index.rarity(key) * share;
        catalogue.index.having(key).iter().for_each(|shape| *told.entry(*shape as usize).or_default() += log);
    };
    for (keys, plain) in framed.keys.iter().zip(&framed.plains) {
        for key in keys {
            tell(*key, 1.0);
        }
        if keys.is_empty() && !plain.is_empty() {
            catalogue.index.like(plain).into_iter().for_each(|(key, alike)| tell(key, 0.5 * alike));
        }
    }
    let in_way = |shape: &Shape<'_>| shape.dialect == dialect;
    let mut told: Vec<(usize, f64)> = told
        .into_iter()
        .filter_map(|(at, log)| {
            let shape = catalogue.shapes.get(at).filter(|shape| in_way(shape) && shape.headed)?;
            // Each column that is not there speaks against a shape.
            Some((at, log - 0.7 * model::count(shape.width().saturating_sub(framed.width()))))
        })
        .collect();
    told.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let best = told.first().map_or(0.0, |(_, log)| *log);
    let edge = told.get(CLOSELY).map_or(f64::NEG_INFINITY, |(_, log)| *log);
    // Those that tell as much as the last one that is looked at are looked at too: shapes of many versions are alike.
    let mut shapes: Vec<usize> = told.into_iter().filter(|(_, log)| *log > best - BEHIND && *log >= edge).map(|(at, _)| at).collect();
    let named = sample.named.iter().filter_map(|entry| catalogue.entries.get(*entry)).map(|entry| entry.shape);
    for at in named.chain(catalogue.bare_shapes()) {
        if !shapes.contains(&at) && catalogue.shapes.get(at).is_some_and(in_way) {
            shapes.push(at);
        }
    }
    shapes
}
