//! What the order's rows are told by.

use super::super::cell::Cell;
use super::super::compare::Entry;
use super::super::compare::Hand;
use super::super::compare::Keys;
use super::super::compare::Own;
use super::super::compare::Written;
use super::super::store::Recalled;
use super::super::store::Slot;
use super::Difference;
use super::passing::Passing;
use crate::error::Failure;

/// Tells the rows of an order's file.
pub(super) struct Telling<'a> {
    keys: &'a Keys,
    hand: &'a Hand,
    /// Where the parts of the key stand; of a table without one all of a row tells it.
    places: Option<Vec<Option<usize>>>,
    table: &'a str,
    bytes: Vec<u8>,
}

impl Difference<'_> {
    /// What tells the rows of a file with these columns.
    pub(super) fn telling<'a>(&'a self, slots: &[Slot], keys: &'a Keys, hand: &'a Hand) -> Telling<'a> {
        let place = |part: Slot| slots.iter().position(|slot| slot.name == part.name);
        let places = self.book.keyed.then(|| self.book.identity().into_iter().map(place).collect());
        Telling { keys, hand, places, table: &self.book.table.name, bytes: Vec::new() }
    }
}

impl Telling<'_> {
    /// What tells a row.
    pub(super) fn own(&mut self, row: &Passing<'_>) -> Result<Own, Failure> {
        let key = match &self.places {
            None => self.keys.of_cells(&[row.print, row.more, row.copy].map(Cell::Integer), &mut self.bytes),
            Some(places) => {
                let cells = places.iter().map(|at| at.and_then(|at| row.cells.get(at)).unwrap_or(&Cell::Null));
                self.keys.of_cells(cells, &mut self.bytes)
            }
        };
        let Some(key) = key else {
            return Err(Failure::Data(format!("nothing was loaded: a row of table `{}` lacks a part of its key", self.table)));
        };
        let written = row.record.map_or(Written::UNKNOWN, |record| self.hand.written(record));
        Ok(Own { key, print: row.print, content: self.hand.content(row.bytes), written, place: row.place })
    }

    /// The same as it stands in a book, of the order of this number.
    pub(super) fn entry(&mut self, row: &Passing<'_>, order: i64) -> Result<Entry, Failure> {
        let Own { key, print, content, written, .. } = self.own(row)?;
        Ok(Entry { key, row: Recalled { print, order, address: 0 }, content, written })
    }
}
