//! Comparing here: the database hands its book over while the order's rows are read.

use super::super::books;
use super::super::books::PRINT;
use super::super::cell::Cell;
use super::super::compare::Compared;
use super::super::compare::Key;
use super::super::compare::Keys;
use super::super::compare::Known;
use super::super::compare::Own;
use super::super::store::Recalled;
use super::super::store::Slot;
use super::super::store::Store;
use super::AT;
use super::Difference;
use super::FRESH;
use super::HEED_EVERY;
use super::OWNER;
use super::TURN;
use super::WAS;
use super::passing::Passing;
use super::temporary;
use crate::error::Failure;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;

/// So many rows go from one thread to another at once, and so many such lots may wait there.
const LOT: usize = 4096;
const WAITING: usize = 256;

impl Difference<'_> {
    /// What came of comparing here; `None` where the database does so itself.
    pub(super) fn compared(&self, store: &mut dyn Store, slots: &[Slot]) -> Result<Option<Compared>, Failure> {
        let told = self.book.identity();
        let Some(keys) = Keys::of(&told) else { return Ok(None) };
        let bytes = std::fs::metadata(self.file).map_err(|error| Failure::file("reading", self.file, &error))?.len();
        let keys = &keys;
        std::thread::scope(|scope| {
            let (send, lots) = sync_channel(WAITING);
            // The order's rows are read while the book is on its way.
            let reader = scope.spawn(move || self.lots(slots, keys, &send));
            let (mut known, mut compared) = (Known::default(), Compared::default());
            let mut passed = 0_u64;
            let recalled = store.recall(&self.book.rows, &told, bytes, &mut |parts, row| {
                if passed.is_multiple_of(HEED_EVERY) {
                    self.context.go_on()?;
                }
                passed += 1;
                known.add(keys.key(parts.iter().copied()), row)
            })?;
            if !recalled {
                return Ok(None);
            }
            for lot in &lots {
                lot.into_iter().try_for_each(|own| known.meet(own, &mut compared))?;
            }
            reader.join().map_err(|_| Failure::World(format!("reading `{}` failed", self.file.display())))??;
            known.finish(&mut compared)?;
            Ok(Some(compared))
        })
    }

    /// The order's rows by what tells them apart, until nobody takes them any more.
    fn lots(&self, slots: &[Slot], keys: &Keys, send: &SyncSender<Vec<Own>>) -> Result<(), Failure> {
        let places: Vec<Option<usize>> =
            self.book.identity().iter().map(|part| slots.iter().position(|slot| slot.name == part.name)).collect();
        let mut bytes = Vec::new();
        let mut key = |row: &Passing<'_>| -> Option<Key> {
            if !self.book.keyed {
                return keys.of_cells(&[Cell::Integer(row.print), Cell::Integer(row.copy)], &mut bytes);
            }
            keys.of_cells(places.iter().map(|at| at.and_then(|at| row.cells.get(at)).unwrap_or(&Cell::Null)), &mut bytes)
        };
        let mut lot = Vec::with_capacity(LOT);
        let mut taken = true;
        self.each(slots, None, |row| {
            let Some(key) = key(&row) else {
                return Err(Failure::Data(format!(
                    "nothing was loaded: a row of table `{}` lacks a part of its key",
                    self.book.table.name
                )));
            };
            lot.push(Own { key, print: row.print, place: row.place });
            if lot.len() == LOT {
                taken = send.send(std::mem::replace(&mut lot, Vec::with_capacity(LOT))).is_ok();
            }
            // Why nobody takes them is said elsewhere.
            if taken { Ok(()) } else { Err(Failure::World("nobody compares any more".to_owned())) }
        })?;
        // The same holds here.
        drop(send.send(lot));
        Ok(())
    }

    /// Sends what the database needs to know of rows that are not there, or not as they are.
    pub(super) fn turn_here(
        &self,
        store: &mut dyn Store,
        slots: &[Slot],
        fresh: &[u64],
        other: &[u64],
        were: &[Recalled],
    ) -> Result<(), Failure> {
        let mut into = self.book.identity();
        into.extend([PRINT, FRESH, WAS, OWNER, AT].map(books::number));
        temporary(store, TURN, &into)?;
        let mut were = were.iter();
        for (places, is_fresh) in [(fresh, true), (other, false)] {
            store.fill(TURN, &into, &mut |take| {
                self.each(slots, Some(places), |row| {
                    let mut cells = self.identity(slots, &row);
                    cells.extend([Cell::Integer(row.print), Cell::Integer(is_fresh.into())]);
                    match (!is_fresh).then(|| were.next()).flatten() {
                        Some(was) => cells.extend([was.print, was.order, was.address].map(Cell::Integer)),
                        None => cells.extend([Cell::Null, Cell::Null, Cell::Null]),
                    }
                    take(&cells)
                })
            })?;
        }
        store.settle(TURN)
    }
}
