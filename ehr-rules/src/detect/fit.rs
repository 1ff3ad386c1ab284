//! How well one file with a header fits one table: columns found, lacking, beyond and renamed, and what the values say.

use crate::detect::known::Catalogue;
use crate::detect::known::Need;
use crate::detect::known::Shape;
use crate::detect::known::Slot;
use crate::detect::model;
use crate::detect::model::Evidence;
use crate::detect::model::Sums;
use crate::detect::model::count;
use crate::detect::names::likeness;
use crate::detect::sample::Framed;
use crate::detect::value::Values;
use crate::ir::schema::ExtraColumns;

/// Below this share of columns no rename is looked for: the file is another table.
const RENAMES: f64 = 0.15;
/// How much a lacking and an additional column must have in common to be the same one renamed.
const SAME: f64 = 2.5;
/// More evidence than this is none for one rename.
const MOST: f64 = 6.0;

/// One file held against one table.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub shape: usize,
    /// Whether the file has no header where it should: its first record is a row.
    pub bare: bool,
    pub found: Vec<Found>,
    /// Slots that the file lacks and should have.
    pub missing: Vec<usize>,
    /// Columns of the file that the table neither names nor ignores.
    pub extra: Vec<usize>,
    /// How much likelier the file is as this table than as any.
    pub sums: Sums,
    /// Columns explained, each by how well.
    pub credit: f64,
    /// Columns to explain, on either side.
    pub whole: f64,
}

/// A column that the file has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    pub slot: usize,
    pub at: usize,
    pub how: How,
    pub values: Values,
}

/// By which name a column was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// A name of the schema.
    Exactly,
    /// A name of the schema but for its case, blanks, punctuation, accents or encoding.
    Nearly,
    /// Another name for what seems to be the same.
    Renamed,
    /// None: by its place and its values.
    Nameless,
}

impl How {
    /// What a column found so counts in the share of columns explained.
    const fn credit(self) -> f64 {
        match self {
            Self::Exactly => 1.0,
            Self::Nearly => 0.97,
            Self::Renamed | Self::Nameless => 0.75,
        }
    }
}

impl Fit {
    /// A table without a header of its own or with none at all explains nothing yet.
    pub(super) const fn empty(shape: usize) -> Self {
        Self { shape, bare: false, found: Vec::new(), missing: Vec::new(), extra: Vec::new(), sums: Sums::ZERO, credit: 0.0, whole: 0.0 }
    }

    /// Holds the names of a header, and the values under them, against a table.
    pub(super) fn new(catalogue: &Catalogue<'_>, number: usize, shape: &Shape<'_>, framed: &Framed) -> Self {
        let mut fit = Self::empty(number);
        fit.find(shape, framed);
        for found in &mut fit.found {
            if let Some(slot) = shape.slots.get(found.slot) {
                found.values = framed.values(catalogue, found.at, slot);
            }
        }
        fit.share(shape);
        let renames = if fit.agreement() >= RENAMES { fit.find_renamed(catalogue, shape, framed) } else { Vec::new() };
        fit.share(shape);
        fit.weigh(catalogue, shape, framed, &renames);
        fit
    }

    /// The share of columns explained, on both sides.
    pub(super) fn agreement(&self) -> f64 {
        if self.whole > 0.0 { (self.credit / self.whole).max(0.0) } else { 0.0 }
    }

    /// Exact names are taken first, so that `Id` and `ID` in one header each find their own column.
    fn find(&mut self, shape: &Shape<'_>, framed: &Framed) {
        let mut taken = vec![false; framed.width()];
        let mut places: Vec<Option<(usize, How)>> = vec![None; shape.slots.len()];
        for how in [How::Exactly, How::Nearly] {
            for (slot, place) in shape.slots.iter().zip(&mut places).filter(|(_, place)| place.is_none()) {
                let exactly = |at: &usize| framed.header.get(*at).is_some_and(|name| name == slot.in_file() || slot.also.contains(name));
                let free = |at: &usize| taken.get(*at) == Some(&false);
                let found = framed.bearing(slot).filter(free).find(|at| how == How::Nearly || exactly(at));
                if let Some(at) = found {
                    taken[at] = true;
                    *place = Some((at, how));
                }
            }
        }
        for (slot, place) in places.into_iter().enumerate() {
            match place {
                Some((at, how)) => self.found.push(Found { slot, at, how, values: Values::default() }),
                None if shape.slots.get(slot).is_some_and(|slot| slot.need != Need::Optional) => self.missing.push(slot),
                None => {}
            }
        }
        self.extra = (0..taken.len()).filter(|at| taken.get(*at) == Some(&false) && !framed.is_part(*at, &taken, shape)).collect();
    }

    /// Pairs lacking and additional columns that are alike in name, place and values, the most alike first.
    fn find_renamed(&mut self, catalogue: &Catalogue<'_>, shape: &Shape<'_>, framed: &Framed) -> Vec<f64> {
        if self.missing.is_empty() || self.extra.is_empty() {
            return Vec::new();
        }
        let places = self.places(shape);
        let mut pairs = Vec::new();
        for (slot, between) in self.missing.iter().zip(&places) {
            let Some(known) = shape.slots.get(*slot).filter(|slot| slot.need != Need::Ignored) else { continue };
            for at in &self.extra {
                if let Some(evidence) = same(catalogue, known, framed, *at, self.placed(*between, *at)) {
                    pairs.push((evidence, *slot, *at));
                }
            }
        }
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let mut evidence = Vec::new();
        for (alike, slot, at) in pairs {
            if !self.missing.contains(&slot) || !self.extra.contains(&at) {
                continue;
            }
            self.missing.retain(|missing| *missing != slot);
            self.extra.retain(|extra| *extra != at);
            let values = shape.slots.get(slot).map_or_else(Values::default, |slot| framed.values(catalogue, at, slot));
            self.found.push(Found { slot, at, how: How::Renamed, values });
            evidence.push(alike.min(MOST));
        }
        evidence
    }

    /// For each lacking column the places in the file between which it would stand, and how many lack between them;
    /// none where the file's order is its own.
    fn places(&self, shape: &Shape<'_>) -> Vec<Option<(usize, usize, usize)>> {
        let ordered: Vec<(usize, usize)> = self
            .found
            .iter()
            .filter(|found| shape.slots.get(found.slot).is_some_and(|slot| slot.need != Need::Ignored))
            .map(|found| (found.slot, found.at))
            .collect();
        let kept = ordered.windows(2).filter(|pair| pair[0].1 < pair[1].1).count();
        let in_order = ordered.len() > 1 && kept * 5 >= (ordered.len() - 1) * 4;
        let between = |slot: &usize| {
            let before = ordered.iter().rev().find(|(found, _)| found < slot);
            let after = ordered.iter().find(|(found, _)| found > slot);
            let (low, high) = (before.map_or(0, |(slot, _)| slot + 1), after.map_or(shape.slots.len(), |(slot, _)| *slot));
            let lacking = self.missing.iter().filter(|missing| (low..high).contains(missing)).count();
            let end = self.found.len() + self.extra.len();
            Some((before.map_or(0, |(_, at)| at + 1), after.map_or(end, |(_, at)| *at), lacking))
        };
        self.missing.iter().map(|slot| if in_order { between(slot) } else { None }).collect()
    }

    /// What its place says of an additional column, in logarithms.
    fn placed(&self, between: Option<(usize, usize, usize)>, at: usize) -> f64 {
        let Some((from, to, lacking)) = between else { return 0.0 };
        if !(from..to).contains(&at) {
            return -1.0;
        }
        let there = self.extra.iter().filter(|extra| (from..to).contains(*extra)).count();
        match (lacking, there) {
            (1, 1) => 3.0,
            (lacking, there) if lacking == there => 1.5,
            _ => 0.5,
        }
    }

    fn share(&mut self, shape: &Shape<'_>) {
        let extra = if shape.extra_columns == ExtraColumns::Ignore { 0.3 } else { 1.0 };
        let lacking: f64 = self.missing.iter().filter_map(|slot| shape.slots.get(*slot)).map(|slot| slot.need.weight()).sum();
        self.whole = extra * count(self.extra.len()) + count(self.found.len()) + lacking;
        self.credit = self.found.iter().map(|found| found.how.credit() * 0.7f64.mul_add(-found.values.wrong_share(), 1.0)).sum();
    }

    fn weigh(&mut self, catalogue: &Catalogue<'_>, shape: &Shape<'_>, framed: &Framed, renames: &[f64]) {
        let mut sums = Sums::ZERO;
        let (mut exact, mut near, mut may) = (0, 0, 0);
        let mut renames = renames.iter();
        let mut terms = Vec::new();
        for found in &self.found {
            let Some(slot) = shape.slots.get(found.slot) else { continue };
            let evidence = catalogue.probe(slot).map(|probe| Evidence::new(probe, found.values, class(framed, found.at)));
            let evidence = match found.how {
                How::Renamed => None,
                How::Exactly | How::Nearly | How::Nameless => evidence,
            };
            match found.how {
                How::Exactly => exact += 1,
                How::Nearly => near += 1,
                How::Renamed | How::Nameless => {}
            }
            if found.how == How::Renamed {
                let alike = renames.next().copied().unwrap_or(0.0);
                terms.push((slot.need, Some(alike), evidence));
                continue;
            }
            let names = slot.keys.iter().filter(|key| framed.keys.get(found.at).is_some_and(|keys| keys.contains(key)));
            sums.add(names.map(|key| catalogue.index.rarity(*key)).fold(0.0, f64::max));
            may += usize::from(slot.need == Need::Optional);
            terms.push((slot.need, None, evidence));
        }
        let lacking: Vec<Need> = self.missing.iter().filter_map(|slot| shape.slots.get(*slot)).map(|slot| slot.need).collect();
        let expected = if shape.extra_columns == ExtraColumns::Ignore { 0.3 } else { 0.0 };
        sums.add_by(|drift| {
            let there: f64 = terms
                .iter()
                .map(|(need, alike, evidence)| {
                    let name = match (need, alike) {
                        (_, Some(alike)) => model::renamed(need.lost(drift), *alike),
                        (Need::Optional, None) => 0.0,
                        (_, None) => model::kept(need.lost(drift)),
                    };
                    name + evidence.map_or(0.0, |evidence| evidence.at(drift))
                })
                .sum();
            let lost: f64 = lacking.iter().map(|need| model::missing(need.lost(drift))).sum();
            there + lost + model::beyond(count(self.extra.len()), drift, expected)
        });
        let optional = shape.slots.iter().filter(|slot| slot.need == Need::Optional).count();
        sums.add(model::optional(count(may), count(optional)));
        sums.spelling(count(exact), count(near));
        self.sums = sums;
    }
}

fn class(framed: &Framed, at: usize) -> crate::detect::class::Class {
    framed.classes.get(at).copied().unwrap_or(crate::detect::class::Class::Empty)
}

/// How much speaks for an additional column being a lacking one under another name; none where that is too little.
fn same(catalogue: &Catalogue<'_>, slot: &Slot<'_>, framed: &Framed, at: usize, placed: f64) -> Option<f64> {
    let values = framed.values(catalogue, at, slot);
    if values.wrong_share() > 0.1 {
        return None;
    }
    let plain = framed.plains.get(at)?;
    let alike = slot.keys.iter().filter_map(|key| catalogue.index.plain(*key)).map(|known| likeness(known, plain)).fold(0.0, f64::max);
    let mut name = match alike {
        0.9.. => 6.0,
        0.8..0.9 => 5.0,
        0.7..0.8 => 3.5,
        0.6..0.7 => 2.0,
        0.5..0.6 => 0.5,
        _ => -2.0,
    };
    // What is called as some other column is known to be is hardly this one.
    if framed.keys.get(at).is_some_and(|keys| !keys.is_empty()) {
        name -= if alike < 0.7 { 3.0 } else { 1.0 };
    }
    let value = catalogue.probe(slot).map_or(0.0, |probe| Evidence::new(probe, values, class(framed, at)).plainly());
    let evidence = name + placed + value;
    (evidence >= SAME).then_some(evidence)
}
