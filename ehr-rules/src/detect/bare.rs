//! How well one file without a header fits one table: columns in the order of the schema, by their values alone.

use crate::detect::class::Class;
use crate::detect::fit::Fit;
use crate::detect::fit::Found;
use crate::detect::fit::How;
use crate::detect::known::Catalogue;
use crate::detect::known::Need;
use crate::detect::known::Shape;
use crate::detect::known::Slot;
use crate::detect::model;
use crate::detect::model::Evidence;
use crate::detect::model::Sums;
use crate::detect::model::count;
use crate::detect::sample::Framed;

/// A column of the schema that is passed over, and one of the file that is none of the schema's.
const PASSED: f64 = -5.0;
/// A column of the file where the schema ignores some, at a place that nobody knows.
const IGNORED: f64 = -0.7;
/// How seldom the header of an export is lost.
const LOST: f64 = 0.15;
/// As many columns as the schema gives.
const WIDE: f64 = 2.5;
/// Lines exactly as long as a layout of fixed widths says.
const FULL: f64 = 5.0;
/// A column that may lack no value and lacks none, in so many rows at least: six columns in ten lack none.
const FILLED: f64 = 0.5;
pub(super) const ENOUGH: usize = 8;
/// One that may lack no value, and lacks some.
const LACKING: f64 = -2.0;
/// A column that may hold no value twice and holds none, in so many rows: three columns in ten do not.
const UNIQUE: f64 = 1.2;
/// One that may hold none twice, and does.
const AGAIN: f64 = -3.0;
/// Columns of one table depend on each other, so that many of them prove less than each alone.
const DEPENDENT: f64 = 0.75;

/// Holds the columns against a table in order, leaving out what fits nowhere.
pub(super) fn fit(catalogue: &Catalogue<'_>, number: usize, shape: &Shape<'_>, framed: &Framed) -> Fit {
    let ordered: Vec<usize> =
        (0..shape.slots.len()).filter(|at| !shape.headed || shape.slots.get(*at).is_some_and(|slot| slot.need != Need::Ignored)).collect();
    let unplaced = shape.slots.len() - ordered.len();
    let pairs = if shape.headed {
        align(catalogue, shape, framed, &ordered, unplaced)
    } else {
        // The schema gives the order of all columns.
        ordered.iter().copied().zip(0..framed.width()).collect()
    };
    let mut fit = Fit::empty(number);
    fit.bare = true;
    let mut evidence = Vec::new();
    for (slot, at) in pairs {
        let Some(known) = shape.slots.get(slot) else { continue };
        let values = framed.values(catalogue, at, known);
        fit.found.push(Found { slot, at, how: How::Nameless, values });
        evidence.push(says(catalogue, known, framed, at));
    }
    fit.missing = ordered
        .iter()
        .copied()
        .filter(|at| !fit.found.iter().any(|found| found.slot == *at))
        .filter(|at| shape.slots.get(*at).is_some_and(|slot| slot.need != Need::Optional))
        .collect();
    fit.extra = (0..framed.width()).filter(|at| !fit.found.iter().any(|found| found.at == *at)).collect();
    let beyond = fit.extra.len().saturating_sub(unplaced);
    let short = unplaced.saturating_sub(fit.extra.len());
    let mut sums = Sums::ZERO;
    sums.add_by(|drift| {
        let there: f64 = evidence.iter().flatten().map(|evidence| evidence.at(drift).min(evidence.plainly().max(0.0))).sum();
        let lacking: f64 =
            fit.missing.iter().filter_map(|slot| shape.slots.get(*slot)).map(|slot| model::missing(slot.need.lost(drift))).sum();
        DEPENDENT.mul_add(there, lacking) + model::beyond(count(beyond), drift, 0.0) - 1.5 * count(short)
    });
    sums.add(if shape.headed { LOST.ln() } else { 0.0 });
    sums.add(if shape.slots.len() == framed.width() { WIDE } else { 0.0 });
    sums.add(if framed.fills { FULL } else { 0.0 });
    // Where names tell, how fields are parted hardly matters; where none do, it is what there is.
    sums.add(if shape.headed { 0.0 } else { catalogue.parted(shape) });
    // An ignored column found nowhere in particular is none that was not expected.
    let expected = fit.extra.len() - beyond;
    fit.extra.truncate(beyond);
    fit.whole = count(fit.found.len() + fit.missing.len() + beyond + expected);
    fit.credit = fit.found.iter().map(|found| 0.75 * (1.0 - found.values.wrong_share())).sum::<f64>() + 0.5 * count(expected);
    fit.sums = sums;
    fit
}

/// What a column's values say of a slot; nothing of an ignored one.
fn says(catalogue: &Catalogue<'_>, slot: &Slot<'_>, framed: &Framed, at: usize) -> Option<Evidence> {
    let probe = catalogue.probe(slot)?;
    let values = framed.values(catalogue, at, slot);
    let mut evidence = Evidence::new(probe, values, framed.classes.get(at).copied().unwrap_or(Class::Empty));
    if probe.unique && values.tried >= ENOUGH {
        evidence = evidence.and(if values.again == 0 { UNIQUE } else { AGAIN });
    }
    if slot.need != Need::Required || framed.rows.len() < ENOUGH {
        return Some(evidence);
    }
    Some(evidence.and(if values.tried == framed.rows.len() { FILLED } else { LACKING }))
}

/// The pairs of slots and columns, in the order of both, for which the values say the most.
fn align(catalogue: &Catalogue<'_>, shape: &Shape<'_>, framed: &Framed, ordered: &[usize], unplaced: usize) -> Vec<(usize, usize)> {
    let (slots, columns) = (ordered.len(), framed.width());
    let beyond = if unplaced > 0 { IGNORED } else { PASSED };
    let lacking = |at: usize| match shape.slots.get(at).map(|slot| slot.need) {
        Some(Need::Optional) => -0.7,
        _ => PASSED,
    };
    // best[i][j]: the first i slots and the first j columns; a step is a pair, a slot or a column passed over.
    let mut best = vec![vec![f64::NEG_INFINITY; columns + 1]; slots + 1];
    let mut steps = vec![vec![Step::Pair; columns + 1]; slots + 1];
    for i in 0..=slots {
        for j in 0..=columns {
            let slot = i.checked_sub(1).and_then(|at| ordered.get(at)).copied();
            let column = j.checked_sub(1);
            let mut ways = Vec::with_capacity(3);
            if let (Some(column), Some(slot)) = (column, slot.and_then(|at| shape.slots.get(at))) {
                let said = says(catalogue, slot, framed, column).map_or(0.0, Evidence::plainly);
                ways.push((best[i - 1][column] + said.clamp(-12.0, 6.0), Step::Pair));
            }
            if let Some(at) = slot {
                ways.push((best[i - 1][j] + lacking(at), Step::Slot));
            }
            if let Some(column) = column {
                ways.push((best[i][column] + beyond, Step::Column));
            }
            let way = ways.into_iter().reduce(|best, way| if way.0 > best.0 { way } else { best }).unwrap_or((0.0, Step::Pair));
            (best[i][j], steps[i][j]) = way;
        }
    }
    let (mut i, mut j) = (slots, columns);
    let mut pairs = Vec::new();
    while i > 0 || j > 0 {
        match steps[i][j] {
            Step::Pair => {
                (i, j) = (i - 1, j - 1);
                pairs.extend(ordered.get(i).map(|slot| (*slot, j)));
            }
            Step::Slot => i -= 1,
            Step::Column => j -= 1,
        }
    }
    pairs.reverse();
    pairs
}

/// How one comes to a pair of ends.
#[derive(Debug, Clone, Copy)]
enum Step {
    Pair,
    Slot,
    Column,
}
