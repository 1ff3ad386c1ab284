//! Walking a file's tree along the forms of the language: for each key and scalar, what may stand there.

use super::outline::Entry;
use super::outline::Item;
use super::outline::Shape;
use super::outline::value;
use crate::forms;
use crate::forms::Form;
use crate::forms::Holds;
use crate::functions;
use crate::functions::function::Function;
use crate::functions::function::Param;
use std::ops::Range;

/// A key or a scalar, and where in the file's forms it stands.
#[derive(Debug, Clone)]
pub(super) struct Spot<'a> {
    /// The maps around it, the file's first, each with the entry that leads on to it.
    pub frames: Vec<Frame<'a>>,
    /// Where it is written, its quotes among it.
    pub span: Range<usize>,
    /// Its text.
    pub text: &'a str,
    /// The quote around it; `|` for a block.
    pub quote: Option<char>,
    /// What may stand there.
    pub may: May,
    /// Whether it is a key, with a colon behind it or not.
    pub key: bool,
}

/// A map on the way to a spot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'a> {
    /// All that stands in it.
    pub entries: &'a [Entry],
    /// The entry on the way; none where the spot is the entry's key.
    pub entry: Option<&'a Entry>,
    /// Its form, where it is a map of known keys.
    pub form: Option<&'static Form>,
}

/// What may stand at a spot.
#[derive(Debug, Clone)]
pub(super) enum May {
    /// What the forms say.
    Hold(Holds),
    /// A key of one of these forms; of forms that are told apart by their first key, only that is offered.
    Key(Vec<&'static Form>, bool),
    /// A parameter of a function.
    Param(&'static Function),
}

impl Spot<'_> {
    /// Whether an offset lies in it, or right behind it.
    pub(super) fn holds(&self, offset: usize) -> bool {
        self.span.start <= offset && offset <= self.span.end
    }
}

/// Calls `see` with each key and scalar of a file.
pub(super) fn walk<'a>(root: &'a Item, holds: Holds, see: &mut dyn FnMut(Spot<'a>)) {
    item(root, holds, &mut Vec::new(), see);
}

/// The spot at an offset.
pub(super) fn find(root: &Item, holds: Holds, offset: usize) -> Option<Spot<'_>> {
    let mut found: Option<Spot<'_>> = None;
    walk(root, holds, &mut |spot| {
        // What ends where another begins gives way to it.
        if spot.holds(offset) && found.as_ref().is_none_or(|known| known.span.start <= spot.span.start) {
            found = Some(spot);
        }
    });
    found
}

fn item<'a>(at: &'a Item, holds: Holds, frames: &mut Vec<Frame<'a>>, see: &mut dyn FnMut(Spot<'a>)) {
    match &at.shape {
        Shape::Nothing => {}
        Shape::Scalar(text, quote) => {
            see(Spot { frames: frames.clone(), span: at.span.clone(), text, quote: *quote, may: May::Hold(holds), key: false });
        }
        Shape::List(items) => {
            let holds = of_item(holds);
            for one in items {
                item(one, holds, frames, see);
            }
        }
        Shape::Map(entries) => map(entries, of_map(holds), frames, see),
    }
}

fn map<'a>(entries: &'a [Entry], holds: Holds, frames: &mut Vec<Frame<'a>>, see: &mut dyn FnMut(Spot<'a>)) {
    let (may, form) = keys(holds, entries, frames);
    for entry in entries {
        frames.push(Frame { entries, entry: None, form });
        see(Spot { frames: frames.clone(), span: entry.key.clone(), text: &entry.name, quote: None, may: may.clone(), key: true });
        frames.pop();
        frames.push(Frame { entries, entry: Some(entry), form });
        match &may {
            May::Hold(Holds::Step) => arguments(entry, frames, see),
            May::Param(_) => item(&entry.value, Holds::Argument, frames, see),
            May::Key(known, _) => {
                let holds = known.iter().find_map(|form| form.key(&entry.name)).map_or(Holds::Free, |key| key.holds);
                item(&entry.value, holds, frames, see);
            }
            May::Hold(_) => {
                let behind = if let Holds::Map(_, behind) = holds { *behind } else { Holds::Free };
                item(&entry.value, behind, frames, see);
            }
        }
        frames.pop();
    }
}

/// What the keys of a map may be, and its form.
fn keys(holds: Holds, entries: &[Entry], frames: &[Frame<'_>]) -> (May, Option<&'static Form>) {
    match holds {
        Holds::Form(form) => (May::Key(vec![form], false), Some(form)),
        Holds::Map(keys, _) => (May::Hold(*keys), None),
        Holds::Value | Holds::Made => {
            let grouped = matches!(holds, Holds::Made) && frames.iter().rev().any(|frame| value(frame.entries, "group").is_some());
            said(open(grouped), entries)
        }
        Holds::Shaped => (May::Key(vec![forms::SHAPE], false), Some(forms::SHAPE)),
        Holds::Typed => (May::Key(vec![forms::NESTED], false), Some(forms::NESTED)),
        Holds::Argument => said(std::iter::once(forms::COLUMN).chain(open(false)).collect(), entries),
        Holds::Step => (May::Hold(Holds::Step), None),
        _ => (May::Hold(Holds::Free), None),
    }
}

/// Which of several forms a map is, by the first key of one; while there is none, all of them.
fn said(forms: Vec<&'static Form>, entries: &[Entry]) -> (May, Option<&'static Form>) {
    let there = |name: &str| entries.iter().any(|entry| entry.name == name);
    match forms.iter().copied().find(|form| form.keys.first().is_some_and(|first| there(first.name))) {
        Some(form) => (May::Key(vec![form], false), Some(form)),
        None => (May::Key(forms, true), None),
    }
}

/// Every form of a value; those of a group's before others of their name.
fn open(grouped: bool) -> Vec<&'static Form> {
    let aggregates = if grouped { forms::AGGREGATES } else { &[] };
    aggregates.iter().chain(forms::VALUES).copied().collect()
}

/// The arguments of a function, by position or by name.
fn arguments<'a>(entry: &'a Entry, frames: &mut Vec<Frame<'a>>, see: &mut dyn FnMut(Spot<'a>)) {
    // A map that is a column, or another value, is the one argument.
    let named = |inner: &[Entry]| match inner {
        [one] if matches!(one.name.as_str(), "col" | "parameter") => false,
        _ => inner.iter().all(|one| one.name != "from"),
    };
    match (functions::find(&entry.name), &entry.value.shape) {
        (Some(function), Shape::Map(inner)) if named(inner) => {
            for argument in inner {
                frames.push(Frame { entries: inner, entry: None, form: None });
                let may = May::Param(function);
                see(Spot { frames: frames.clone(), span: argument.key.clone(), text: &argument.name, quote: None, may, key: true });
                frames.pop();
                frames.push(Frame { entries: inner, entry: Some(argument), form: None });
                item(&argument.value, Holds::Argument, frames, see);
                frames.pop();
            }
        }
        _ => item(&entry.value, Holds::Argument, frames, see),
    }
}

/// The parameter that an argument is for: by its name, or by where it stands behind the value that is worked on.
pub(super) fn param(spot: &Spot<'_>) -> Option<&'static Param> {
    let mut around = spot.frames.iter().rev().filter_map(|frame| frame.entry);
    let entry = around.next()?;
    if let Some(function) = functions::find(&entry.name) {
        let at = entry.value.items().iter().position(|item| item.span == spot.span)?;
        return function.params.get(at + 1);
    }
    let function = functions::find(&around.next()?.name)?;
    function.params.iter().find(|param| param.name == entry.name)
}

/// What may stand in an item of a list.
fn of_item(holds: Holds) -> Holds {
    match holds {
        Holds::List(inner) => *inner,
        Holds::Either(first, _) => of_item(*first),
        other => other,
    }
}

/// What may stand in a map.
fn of_map(holds: Holds) -> Holds {
    match holds {
        Holds::List(inner) => of_map(*inner),
        Holds::Either(_, second) => of_map(*second),
        other => other,
    }
}

/// What may stand in a scalar.
pub(super) fn of_scalar(holds: Holds) -> Holds {
    match holds {
        Holds::List(inner) => of_scalar(*inner),
        Holds::Either(first, _) => of_scalar(*first),
        Holds::Typed | Holds::Shaped => Holds::Type,
        other => other,
    }
}

/// The keys that could be begun where a scalar stands so far.
pub(super) fn begun(holds: Holds, frames: &[Frame<'_>]) -> May {
    keys(of_map(holds), &[], frames).0
}
