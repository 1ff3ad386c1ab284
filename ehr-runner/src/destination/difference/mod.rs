//! What of one table an order brings that is not there yet, and how it gets there.
//!
//! Only keys and fingerprints are compared with what earlier orders brought; whole rows travel once it is known that they are needed.

mod here;
mod passing;
mod replaced;
mod there;
mod told;

use super::Changes;
use super::books;
use super::books::Book;
use super::books::COPY;
use super::books::MORE;
use super::books::ORDER;
use super::books::PRINT;
use super::books::REPLACED_BY;
use super::cell::Cell;
use super::compare::Compared;
use super::compare::Hand;
use super::compare::Keys;
use super::compare::Taken;
use super::packed;
use super::packed::Before;
use super::packed::Packed;
use super::packed::Packing;
use super::store::Slot;
use super::store::Store;
use super::store::Take;
use super::track::Fate;
use super::track::Judged;
use super::track::Tracking;
use crate::context::Context;
use crate::error::Failure;
use crate::order::Output;
use here::Met;
use passing::Passing;
use replaced::Other;
use std::collections::BTreeMap;
use std::path::Path;
use told::Telling;

/// Those of the order's rows that are not there, or not as they are.
const TURN: &str = "_ehr_turn";
/// Whether a row's key is not there.
const FRESH: &str = "_ehr_fresh";
/// What the order's rows are judged by.
pub(super) const JUDGED: &str = "_ehr_judged";
/// After so many rows a signal is heeded.
const HEED_EVERY: u64 = 4096;

/// One table of an order on its way.
pub(super) struct Difference<'a> {
    /// To be stopped by.
    pub(super) context: &'a Context,
    /// The table.
    pub(super) book: &'a Book<'a>,
    /// The order's file of it.
    pub(super) file: &'a Path,
    /// How it is written.
    pub(super) output: Output,
    /// The order's number.
    pub(super) number: i64,
    /// What happens to rows that are there otherwise.
    pub(super) changes: Changes,
    /// What becomes of each row; all of them come in where there are none.
    pub(super) fates: Vec<Fate>,
    /// Of rows that are part of another's, the place of the row that they go with where that is not the one they name.
    pub(super) carriers: BTreeMap<u64, u64>,
}

impl Difference<'_> {
    /// Judges the rows of a table that is tracked; those of one whose rows are part of another's go as theirs do.
    pub(super) fn judge(&mut self, store: &mut dyn Store, children: &[&Book<'_>], parents: Option<&Judged>) -> Result<Judged, Failure> {
        let mut judged = Judged::default();
        let slots = self.slots()?;
        if let Some(track) = &self.book.table.track {
            books::tracked_so(store, self.book)?;
            temporary(store, JUDGED, &self.book.extra)?;
            let rows = store.fill(JUDGED, &self.book.extra, &mut |take| self.every(&slots, |_, _, extra| take(extra)))?;
            store.settle(JUDGED)?;
            let tracking = Tracking { context: self.context, book: self.book, track, number: self.number, rows };
            judged = tracking.judge(store, children)?;
        } else if let Some(parents) = parents {
            self.carriers.clone_from(&parents.carriers);
            self.every(&slots, |_, _, extra| {
                let parent = extra.first().filter(|parent| !matches!(parent, Cell::Null)).map(Cell::count);
                judged.fates.push(parent.map_or(Fate::In, |place| parents.fate(place)));
                Ok(())
            })?;
        }
        self.fates.clone_from(&judged.fates);
        Ok(judged)
    }

    /// Keeps the rows that do not come in because others stand, where replaced ones are kept.
    fn set_aside(&self, store: &mut dyn Store, slots: &[Slot]) -> Result<(), Failure> {
        if !self.fates.contains(&Fate::Aside) {
            return Ok(());
        }
        let kept = [books::number(PRINT), books::number(ORDER)].into_iter().chain(self.book.extra.iter().cloned());
        let into: Vec<Slot> = slots.iter().cloned().chain(kept).chain([books::number(REPLACED_BY)]).collect();
        let fill = store.fill(&self.book.past, &into, &mut |take| {
            // None of these is ever compared by the fingerprint of all that it holds.
            let mine = [Cell::Integer(0), Cell::Integer(self.number)];
            self.every(
                slots,
                |at, cells, extra| {
                    if self.fate(at) == Fate::Aside { take(&[cells, &mine, extra, &mine[1..]].concat()) } else { Ok(()) }
                },
            )
        });
        fill.map(drop)
    }

    fn fate(&self, at: u64) -> Fate {
        usize::try_from(at).ok().and_then(|at| self.fates.get(at)).copied().unwrap_or(Fate::In)
    }

    /// Brings what is not there.
    pub(super) fn take(&self, store: &mut dyn Store) -> Result<Taken, Failure> {
        let slots = self.slots()?;
        self.set_aside(store, &slots)?;
        let mut taken = self.bring(store, &slots)?;
        taken.same += self.fates.iter().filter(|fate| **fate != Fate::In).count() as u64;
        Ok(taken)
    }

    fn bring(&self, store: &mut dyn Store, slots: &[Slot]) -> Result<Taken, Failure> {
        let known = any(store, &self.book.rows)?;
        let occupied = any(store, &self.book.table.name)?;
        let keys = Keys::of(&self.book.identity());
        let nothing_to_compare = !known && (!occupied || !self.book.keyed);
        let packed = if nothing_to_compare { None } else { Packed::of(store, self.book)? };
        let seed = packed.as_ref().map_or_else(packed::seed, |packed| Ok(packed.seed.clone()))?;
        let hand = Hand::of(slots, &seed);
        if nothing_to_compare {
            let mut packing = self.packing(slots, keys.as_ref(), &hand, &seed)?;
            self.record(store, slots, None, None)?;
            // What is packed is made while the database has more to do than we.
            let added = store.fill(&self.book.table.name, slots, &mut |take| match &mut packing {
                None => self.cells(slots, None, take),
                Some((packing, telling)) => self.each(slots, None, |row| {
                    packing.add(&telling.entry(&row, self.number)?)?;
                    take(row.cells)
                }),
            })?;
            if let Some((packing, _)) = packing {
                packing.write(store, self.book, Before::Rows(Vec::new()), self.number)?;
            }
            return Ok(Taken { added, ..Taken::default() });
        }
        let met = match &keys {
            Some(keys) => self.compared(store, slots, keys, &hand, packed)?,
            None => None,
        };
        let staged = met.is_none();
        let Met { compared, before, is_addressed } = match met {
            Some(met) => met,
            None => Met { compared: self.staged(store, slots)?, before: None, is_addressed: false },
        };
        let mut packing = if before.is_some() { self.packing(slots, keys.as_ref(), &hand, &seed)? } else { None };
        let changed = compared.taken.added + compared.taken.replaced > 0;
        let taken = self.change(store, slots, compared, (staged, is_addressed, occupied), packing.as_mut())?;
        match before.zip(packing) {
            Some((Before::Kept(_), _)) if !changed => {}
            Some((before, (packing, _))) => packing.write(store, self.book, before, self.number)?,
            None => packed::forget(store, self.book)?,
        }
        if staged {
            store.run(&store.drop_temporary(there::STAGE), &[])?;
        }
        Ok(taken)
    }

    /// Brings what is not there, and puts what is there otherwise in the place of what is there.
    fn change(
        &self,
        store: &mut dyn Store,
        slots: &[Slot],
        compared: Compared,
        (staged, is_addressed, occupied): (bool, bool, bool),
        mut packing: Option<&mut (Packing, Telling<'_>)>,
    ) -> Result<Taken, Failure> {
        let Compared { mut taken, fresh, other, were, at, .. } = compared;
        if taken.replaced > 0 {
            self.may_replace(store, &taken)?;
        }
        if taken.added + taken.replaced == 0 {
            return Ok(taken);
        }
        let stranger = occupied && self.book.keyed && taken.added > 0;
        if stranger {
            if !staged {
                self.turn_here(store, slots, &fresh)?;
            }
            self.nobody_elses(store)?;
        }
        if staged || stranger {
            store.run(&store.drop_temporary(TURN), &[])?;
        }
        if !other.is_empty() {
            let other = Other { places: &other, were: &were, at: &at };
            self.replace(store, slots, &other, is_addressed, packing.as_deref_mut())?;
        }
        if !fresh.is_empty() {
            self.record(store, slots, Some(&fresh), packing)?;
            taken.added = store.fill(&self.book.table.name, slots, &mut |take| self.cells(slots, Some(&fresh), take))?;
        }
        Ok(taken)
    }

    /// What takes the rows that come to the packed book of the table, where it has one.
    fn packing<'a>(
        &'a self,
        slots: &[Slot],
        keys: Option<&'a Keys>,
        hand: &'a Hand,
        seed: &str,
    ) -> Result<Option<(Packing, Telling<'a>)>, Failure> {
        let keys = keys.filter(|_| packed::is_packed(self.book));
        keys.map(|keys| Ok((Packing::new(seed)?, self.telling(slots, keys, hand)))).transpose()
    }

    /// Writes down which rows this order brings: all, or those at some places.
    fn record(
        &self,
        store: &mut dyn Store,
        slots: &[Slot],
        places: Option<&[u64]>,
        mut packing: Option<&mut (Packing, Telling<'_>)>,
    ) -> Result<(), Failure> {
        let mut into = if self.book.keyed { self.book.identity() } else { slots.to_vec() };
        if !self.book.keyed {
            into.extend([MORE, COPY].map(books::number));
        }
        into.extend([books::number(PRINT), books::number(ORDER)]);
        into.extend(self.book.extra.iter().cloned());
        let mut line = |row: Passing<'_>, take: Take<'_>| {
            if let Some((packing, telling)) = packing.as_deref_mut() {
                packing.add(&telling.entry(&row, self.number)?)?;
            }
            let mut cells = if self.book.keyed {
                self.identity(slots, &row)
            } else {
                row.cells.iter().cloned().chain([row.more, row.copy].map(Cell::Integer)).collect()
            };
            cells.extend([Cell::Integer(row.print), Cell::Integer(self.number)]);
            cells.extend_from_slice(row.extra);
            take(&cells)
        };
        store.fill(&self.book.rows, &into, &mut |take| self.each(slots, places, |row| line(row, take))).map(drop)
    }
}

fn temporary(store: &mut dyn Store, name: &str, slots: &[Slot]) -> Result<(), Failure> {
    store.run(&store.temporary(name, slots), &[]).map(drop)
}

fn any(store: &mut dyn Store, table: &str) -> Result<bool, Failure> {
    Ok(!store.ask(&format!("SELECT 1 FROM {} LIMIT 1", store.quoted(table)), &[])?.is_empty())
}
