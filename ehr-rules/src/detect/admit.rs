//! Which tables a file of one table could be as well, as far as the schemas tell.

use crate::detect::known::Catalogue;
use crate::detect::known::Need;
use crate::detect::known::Shape;
use crate::detect::known::Slot;

/// Which files of a table could be another's, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Grade {
    /// None: each has a column that is not known there, or lacks one that is always there, or holds values of another kind.
    Never,
    /// None that bears its name.
    Called,
    /// Some: those without what may be left out, and whose values both take.
    Some,
    /// All.
    Each,
}

/// What tells a file of one table from those of another.
pub(super) enum Trait<'a> {
    /// It has a column that is not known there.
    Has(&'a str),
    /// It lacks a column that is always there.
    Lacks(&'a str),
    /// A column of both holds other values.
    Holds(&'a Slot<'a>, &'a Slot<'a>),
    /// Only one of them has a header, or so many fields, or is delimited text.
    Framed,
    /// Files are declared to be written otherwise.
    Written,
}

/// Which files of one shape could be of another.
pub(super) fn grade(catalogue: &Catalogue<'_>, own: &Shape<'_>, other: &Shape<'_>) -> Grade {
    let mut grade = Grade::Each;
    for one in traits(catalogue, own, other) {
        grade = grade.min(one.0);
        if grade == Grade::Never {
            break;
        }
    }
    grade
}

/// What tells files of one shape from those of another, each with which of them it leaves.
pub(super) fn traits<'a>(
    catalogue: &'a Catalogue<'a>,
    own: &'a Shape<'a>,
    other: &'a Shape<'a>,
) -> impl Iterator<Item = (Grade, Trait<'a>)> {
    let alike = own.headed == other.headed && catalogue.framed_so(own.dialect, other.dialect);
    let framed = !alike || (!own.headed && own.slots.len() != other.slots.len());
    let names = own.headed && other.headed;
    let twin = move |slot: &Slot<'_>, at: usize, there: &'a Shape<'a>| {
        if names { there.slots.iter().find(|known| known.keys.iter().any(|key| slot.keys.contains(key))) } else { there.slots.get(at) }
    };
    let ours = own.slots.iter().enumerate().filter_map(move |(at, slot)| match twin(slot, at, other) {
        None => Some((if slot.need == Need::Optional { Grade::Some } else { Grade::Never }, Trait::Has(slot.name))),
        Some(known) if slot.need == Need::Optional && known.need != Need::Optional => Some((Grade::Some, Trait::Lacks(known.name))),
        Some(known) => holds(catalogue, slot, known).map(|grade| (grade, Trait::Holds(slot, known))),
    });
    let theirs = other.slots.iter().enumerate().filter(|(_, known)| known.need != Need::Optional);
    let lacking = theirs.filter(move |(at, known)| twin(known, *at, own).is_none());
    let written = !catalogue.written_so(own.dialect, other.dialect);
    framed
        .then_some((Grade::Never, Trait::Framed))
        .into_iter()
        .chain(ours)
        .chain(lacking.map(|(_, known)| (Grade::Never, Trait::Lacks(known.name))))
        .chain(written.then_some((Grade::Some, Trait::Written)))
}

/// Which values of a column another takes, where not all; of an ignored column's nothing is known.
fn holds(catalogue: &Catalogue<'_>, own: &Slot<'_>, other: &Slot<'_>) -> Option<Grade> {
    let (own, other) = (catalogue.probe(own)?, catalogue.probe(other)?);
    if other.takes(own) {
        None
    } else if other.may_take(own) {
        Some(Grade::Some)
    } else {
        Some(Grade::Never)
    }
}

/// The shapes that files of a shape could be of, besides itself, each with which files.
pub(super) fn admitting(catalogue: &Catalogue<'_>, number: usize) -> Vec<(usize, Grade)> {
    let Some(own) = catalogue.shapes.get(number) else { return Vec::new() };
    let having = |slot: &Slot<'_>| slot.keys.iter().flat_map(|key| catalogue.index.having(*key)).map(|at| *at as usize).collect::<Vec<_>>();
    // A shape that does not know the rarest name that is always there is none; only tables that may lack everything
    // could be any that has something in common with them.
    let always = own.slots.iter().filter(|slot| slot.need != Need::Optional);
    let rarest = always.min_by_key(|slot| slot.keys.iter().map(|key| catalogue.index.having(*key).len()).sum::<usize>());
    let mut numbers: Vec<usize> = match rarest {
        _ if !own.headed => catalogue.bare_shapes().collect(),
        Some(slot) => having(slot),
        None => own.slots.iter().flat_map(having).collect(),
    };
    numbers.sort_unstable();
    numbers.dedup();
    let graded = numbers.into_iter().filter_map(|at| Some((at, grade(catalogue, own, catalogue.shapes.get(at)?))));
    graded.filter(|(_, grade)| *grade > Grade::Never).collect()
}
