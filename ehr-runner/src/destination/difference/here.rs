//! Comparing here: the database hands its book over while the order's file is read.
//!
//! A packed book comes with what its rows were written as, so that of a record which was met before nothing but its bytes is looked at.

use super::super::compare::Compared;
use super::super::compare::Content;
use super::super::compare::Entry;
use super::super::compare::Hand;
use super::super::compare::Keys;
use super::super::compare::Known;
use super::super::compare::Landmarks;
use super::super::compare::Own;
use super::super::compare::Written;
use super::super::packed::Before;
use super::super::packed::Packed;
use super::super::packed::is_packed;
use super::super::store::Slot;
use super::super::store::Store;
use super::super::written;
use super::Difference;
use super::HEED_EVERY;
use crate::error::Failure;
use crate::order::Output;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;
use std::thread::ScopedJoinHandle;

/// So many rows go from one thread to another at once, and so many such lots may wait there, of rows and of what records are written as.
const LOT: usize = 4096;
const ROWS_WAITING: usize = 64;
const RECORDS_WAITING: usize = 256;
/// So many records that were not met before are read at once.
const STRAYS: usize = if cfg!(test) { 2 } else { 1 << 16 };

/// What came of comparing here.
pub(super) struct Met {
    pub(super) compared: Compared,
    /// What there is of the packed book, where it can be kept or made.
    pub(super) before: Option<Before>,
    /// Whether addresses are those by which the database finds the rows of its book.
    pub(super) is_addressed: bool,
}

/// What came of comparing with a book that was handed over.
struct Handed {
    compared: Compared,
    /// Its rows, where they are held.
    rows: Option<Vec<Entry>>,
    /// The places of those that were moved.
    moved: Vec<u64>,
}

impl Difference<'_> {
    /// What came of comparing here; `None` where the database does so itself.
    pub(super) fn compared(
        &self,
        store: &mut dyn Store,
        slots: &[Slot],
        keys: &Keys,
        hand: &Hand,
        packed: Option<Packed>,
    ) -> Result<Option<Met>, Failure> {
        if let Some(packed) = packed {
            let met = if self.output == Output::Csv && packed.is_small() {
                self.by_records(store, slots, keys, hand, &packed)?
            } else {
                self.by_rows(slots, keys, hand, |_| packed.read(self.context, store, &self.book.table.name))?
            };
            if let Some(Handed { mut compared, rows, moved }) = met {
                let is_addressed = match &rows {
                    Some(rows) if Landmarks::are_worth_it(&compared, rows) => {
                        let landmarks = self.landmarks(store, keys)?;
                        landmarks.address(&mut compared, rows, &moved)
                    }
                    _ => false,
                };
                let anew = rows.filter(|rows| packed.is_worn() || compared.restyled > rows.len() as u64 / 4);
                let before = Some(anew.map_or(Before::Kept(packed), Before::Rows));
                return Ok(Some(Met { compared, before, is_addressed }));
            }
        }
        let bytes = std::fs::metadata(self.file).map_err(|error| Failure::file("reading", self.file, &error))?.len();
        let met = self.by_rows(slots, keys, hand, |told| {
            let (mut known, mut passed) = (Known::default(), 0_u64);
            let recalled = store.recall(&self.book.rows, told, bytes, &mut |parts, row| {
                if passed.is_multiple_of(HEED_EVERY) {
                    self.context.go_on()?;
                }
                passed += 1;
                known.add(Entry { key: keys.key(parts.iter().copied()), row, content: Content::UNKNOWN, written: Written::UNKNOWN })
            })?;
            Ok(recalled.then_some(known))
        })?;
        Ok(met.map(|Handed { compared, rows, .. }| {
            let before = rows.filter(|_| is_packed(self.book)).map(Before::Rows);
            Met { compared, before, is_addressed: true }
        }))
    }

    /// Rows of the book by whose addresses those of others are told.
    fn landmarks(&self, store: &mut dyn Store, keys: &Keys) -> Result<Landmarks, Failure> {
        let mut landmarks = Landmarks::default();
        store.landmarks(&self.book.rows, &self.book.identity(), &mut |parts, row| {
            landmarks.add(keys.key(parts.iter().copied()), row.address);
            Ok(())
        })?;
        Ok(landmarks)
    }

    /// By keys and fingerprints; `None` where nobody hands the book over.
    fn by_rows(
        &self,
        slots: &[Slot],
        keys: &Keys,
        hand: &Hand,
        book: impl FnOnce(&[Slot]) -> Result<Option<Known>, Failure>,
    ) -> Result<Option<Handed>, Failure> {
        std::thread::scope(|scope| {
            let (send, lots) = sync_channel(ROWS_WAITING);
            // The order's rows are read while the book is on its way.
            let reader = scope.spawn(move || {
                let mut telling = self.telling(slots, keys, hand);
                let mut sending = Sending::new(send);
                self.each(slots, None, |row| sending.send(telling.own(&row)?))?;
                sending.finish();
                Ok(())
            });
            let Some(mut known) = book(&self.book.identity())? else { return Ok(None) };
            let mut compared = Compared::default();
            for lot in &lots {
                lot.into_iter().try_for_each(|own: Own| known.meet(own, &mut compared))?;
            }
            self.joined_by(reader)?;
            let moved = std::mem::take(&mut known.moved);
            let rows = known.finish(&mut compared)?;
            Ok(Some(Handed { compared, rows, moved }))
        })
    }

    /// By what records are written as, and only where one was not met before by key and fingerprint.
    fn by_records(
        &self,
        store: &mut dyn Store,
        slots: &[Slot],
        keys: &Keys,
        hand: &Hand,
        packed: &Packed,
    ) -> Result<Option<Handed>, Failure> {
        std::thread::scope(|scope| {
            let (send, lots): (_, Receiver<Vec<(u64, Written)>>) = sync_channel(RECORDS_WAITING);
            let reader = scope.spawn(move || {
                let mut sending = Sending::new(send);
                written::records(self.file, |place, record| sending.send((place, hand.written(record))))?;
                sending.finish();
                Ok(())
            });
            let Some(mut known) = packed.read(self.context, store, &self.book.table.name)? else { return Ok(None) };
            let mut telling = self.telling(slots, keys, hand);
            // Where records stand that were not met before, and where in the book they were looked for.
            let (mut compared, mut strays, mut expected) = (Compared::default(), Vec::new(), Vec::new());
            let mut read = |strays: &mut Vec<u64>, expected: &mut Vec<usize>, known: &mut Known, compared: &mut Compared| {
                let mut expected = expected.drain(..);
                self.each(slots, Some(strays.as_slice()), |row| {
                    // Most likely the row took the place of the one that was expected.
                    expected.next().into_iter().for_each(|at| known.expect(at));
                    known.meet(telling.own(&row)?, compared)
                })?;
                strays.clear();
                Ok::<(), Failure>(())
            };
            for lot in &lots {
                self.context.go_on()?;
                for (place, written) in lot {
                    if let Err(at) = known.meet_written(written, &mut compared) {
                        strays.push(place);
                        expected.push(at);
                    }
                }
                if strays.len() >= STRAYS {
                    read(&mut strays, &mut expected, &mut known, &mut compared)?;
                }
            }
            self.joined_by(reader)?;
            read(&mut strays, &mut expected, &mut known, &mut compared)?;
            let moved = std::mem::take(&mut known.moved);
            let rows = known.finish(&mut compared)?;
            Ok(Some(Handed { compared, rows, moved }))
        })
    }

    fn joined_by(&self, reader: ScopedJoinHandle<'_, Result<(), Failure>>) -> Result<(), Failure> {
        reader.join().map_err(|_| Failure::World(format!("reading `{}` failed", self.file.display())))?
    }
}

/// Sends rows to another thread, a lot at once, until nobody takes them any more.
struct Sending<T> {
    send: SyncSender<Vec<T>>,
    lot: Vec<T>,
}

impl<T> Sending<T> {
    fn new(send: SyncSender<Vec<T>>) -> Self {
        Self { send, lot: Vec::with_capacity(LOT) }
    }

    fn send(&mut self, one: T) -> Result<(), Failure> {
        self.lot.push(one);
        if self.lot.len() < LOT {
            return Ok(());
        }
        let lot = std::mem::replace(&mut self.lot, Vec::with_capacity(LOT));
        // Why nobody takes them is said elsewhere.
        self.send.send(lot).map_err(|_| Failure::World("nobody compares any more".to_owned()))
    }

    fn finish(self) {
        // The same holds here.
        drop(self.send.send(self.lot));
    }
}
