//! What of one table an order brings that is not there yet, and how it gets there.
//!
//! Only keys and fingerprints are compared with what earlier orders brought; whole rows travel once it is known that they are needed.

use super::Changes;
use super::books;
use super::books::Book;
use super::books::COPY;
use super::books::ORDER;
use super::books::PRINT;
use super::books::REPLACED_BY;
use super::cell::Cell;
use super::cell::print;
use super::compare::Compared;
use super::compare::Key;
use super::compare::Keys;
use super::compare::Known;
use super::compare::Own;
use super::store::Recalled;
use super::store::Slot;
use super::store::Store;
use super::store::Take;
use super::store::equal;
use super::store::list;
use super::track::Fate;
use super::track::Judged;
use super::track::Tracking;
use super::written;
use crate::context::Context;
use crate::error::Failure;
use crate::order::Output;
use ehr_rules::Kind;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::path::Path;
use std::sync::mpsc::SyncSender;
use std::sync::mpsc::sync_channel;

/// The keys and fingerprints of the order's rows.
const STAGE: &str = "_ehr_stage";
/// Those of rows that are not there, or not as they are.
const TURN: &str = "_ehr_turn";
/// Rows that take the place of others.
const NEW: &str = "_ehr_new";
/// A row's place in its file.
const PLACE: &str = "_ehr_n";
/// Whether a row's key is not there.
const FRESH: &str = "_ehr_fresh";
/// The fingerprint that the book has of a row, the order that brought it, and where in the book it stands.
const WAS: &str = "_ehr_was";
const OWNER: &str = "_ehr_owner";
const AT: &str = "_ehr_at";
/// What the order's rows are judged by.
pub(super) const JUDGED: &str = "_ehr_judged";
/// After so many rows a signal is heeded.
const HEED_EVERY: u64 = 4096;
/// So many rows are asked for at once.
const PART: usize = 200_000;
/// So many rows go from one thread to another at once, and so many such lots may wait there.
const LOT: usize = 4096;
const WAITING: usize = 256;

/// What became of a table's rows.
#[derive(Debug, Clone, Default)]
pub(super) struct Taken {
    /// They were not there.
    pub(super) added: u64,
    /// They were there otherwise.
    pub(super) replaced: u64,
    /// They were there as they are.
    pub(super) same: u64,
    /// Of those that were there, how many each earlier order had brought.
    pub(super) basis: BTreeMap<i64, u64>,
}

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
}

/// A row of the file as it passes by.
struct Passing<'a> {
    place: u64,
    cells: &'a [Cell],
    /// What is kept of it where it is tracked.
    extra: &'a [Cell],
    print: i64,
    copy: i64,
}

impl Difference<'_> {
    /// Judges the rows of a table that is tracked; those of one whose rows are part of another's go as theirs do.
    pub(super) fn judge(&mut self, store: &mut dyn Store, children: &[&Book<'_>], parents: Option<&[Fate]>) -> Result<Judged, Failure> {
        let mut judged = Judged::default();
        let slots = self.slots()?;
        if let Some(track) = &self.book.table.track {
            books::tracked_so(store, self.book)?;
            temporary(store, JUDGED, &self.book.extra)?;
            let rows = store.fill(JUDGED, &self.book.extra, &mut |take| self.every(&slots, None, |_, _, _, extra| take(extra)))?;
            store.settle(JUDGED)?;
            let tracking = Tracking { context: self.context, book: self.book, track, number: self.number, rows };
            judged = tracking.judge(store, children)?;
        } else if let Some(parents) = parents {
            self.every(&slots, None, |_, _, _, extra| {
                let parent = extra.first().and_then(Cell::integer).and_then(|place| usize::try_from(place).ok());
                judged.fates.push(parent.and_then(|place| parents.get(place)).copied().unwrap_or(Fate::In));
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
        let fill =
            store.fill(&self.book.past, &into, &mut |take| {
                // None of these is ever compared by the fingerprint of all that it holds.
                let mine = [Cell::Integer(0), Cell::Integer(self.number)];
                self.every(slots, None, |_, at, cells, extra| {
                    if self.fate(at) == Fate::Aside { take(&[cells, &mine, extra, &mine[1..]].concat()) } else { Ok(()) }
                })
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
        let table = store.quoted(&self.book.table.name);
        let known = any(store, &self.book.rows)?;
        let occupied = any(store, &self.book.table.name)?;
        let nothing_to_compare = !known && (!occupied || !self.book.keyed);
        if nothing_to_compare {
            self.record(store, slots, None)?;
            let added = store.fill(&self.book.table.name, slots, &mut |take| self.cells(slots, None, take))?;
            return Ok(Taken { added, ..Taken::default() });
        }
        let here = self.compared(store, slots)?;
        let staged = here.is_none();
        let Compared { mut taken, fresh, other, were } = match here {
            Some(compared) => compared,
            None => self.staged(store, slots)?,
        };
        if taken.replaced > 0 {
            self.may_replace(store, &taken)?;
        }
        if taken.added + taken.replaced > 0 {
            let stranger = occupied && self.book.keyed && taken.added > 0;
            let turned = staged || stranger || taken.replaced > 0;
            if turned && !staged {
                self.turn_here(store, slots, &fresh, &other, &were)?;
            }
            if stranger {
                self.nobody_elses(store, &table)?;
            }
            if !other.is_empty() {
                self.replace(store, slots, &other, !staged)?;
            }
            if !fresh.is_empty() {
                self.record(store, slots, Some(&fresh))?;
                taken.added = store.fill(&self.book.table.name, slots, &mut |take| self.cells(slots, Some(&fresh), take))?;
            }
            if turned {
                store.run(&store.drop_temporary(TURN), &[])?;
            }
        }
        if staged {
            store.run(&store.drop_temporary(STAGE), &[])?;
        }
        Ok(taken)
    }

    /// What came of comparing here; `None` where the database does so itself.
    fn compared(&self, store: &mut dyn Store, slots: &[Slot]) -> Result<Option<Compared>, Failure> {
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

    /// What came of comparing there, for which the order's keys and fingerprints are sent.
    fn staged(&self, store: &mut dyn Store, slots: &[Slot]) -> Result<Compared, Failure> {
        self.stage(store, slots)?;
        let taken = self.compare(store)?;
        if taken.added + taken.replaced == 0 {
            return Ok(Compared { taken, ..Compared::default() });
        }
        self.turn(store)?;
        let (fresh, other) = self.places(store)?;
        Ok(Compared { taken, fresh, other, ..Compared::default() })
    }

    /// Sends what the database needs to know of rows that are not there, or not as they are.
    fn turn_here(&self, store: &mut dyn Store, slots: &[Slot], fresh: &[u64], other: &[u64], were: &[Recalled]) -> Result<(), Failure> {
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

    /// The columns of the table that the file has.
    fn slots(&self) -> Result<Vec<Slot>, Failure> {
        let table = self.book.table;
        let header = written::header(self.file, self.output)?.into_iter();
        // What is kept of rows that are tracked stands behind their columns.
        let named = header.take_while(|name| !self.book.extra.iter().any(|slot| slot.name == *name)).map(|name| {
            match table.columns.iter().find(|column| column.name == name) {
                Some(column) => Ok(Slot { name, kind: column.ty.kind.clone() }),
                None => Err(Failure::Data(format!("the target's table `{}` has no column `{name}` any more", table.name))),
            }
        });
        named.collect()
    }

    /// Each row of the file, or those at some places, which are sorted.
    fn cells(&self, slots: &[Slot], places: Option<&[u64]>, take: Take<'_>) -> Result<(), Failure> {
        self.rows(slots, places, |_, cells, _| take(cells))
    }

    /// The same with their fingerprints.
    fn each(
        &self,
        slots: &[Slot],
        places: Option<&[u64]>,
        mut each: impl FnMut(Passing<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        // By name, so that a file whose columns stand in another order has the same fingerprints.
        let mut order: Vec<usize> = (0..slots.len()).collect();
        order.sort_by(|a, b| slots[*a].name.cmp(&slots[*b].name));
        let mut copies: HashMap<i64, i64> = HashMap::new();
        let mut bytes = Vec::new();
        let print = |cells: &[Cell], bytes: &mut Vec<u8>| print(order.iter().filter_map(|at| cells.get(*at)), bytes);
        if self.book.keyed {
            return self.rows(slots, places, |place, cells, extra| {
                each(Passing { place, cells, extra, print: print(cells, &mut bytes), copy: 0 })
            });
        }
        // Which copy a row is, all before it tell.
        let mut places = places.map(|places| places.iter().peekable());
        self.rows(slots, None, |place, cells, extra| {
            let print = print(cells, &mut bytes);
            let seen = copies.entry(print).or_default();
            let copy = *seen;
            *seen += 1;
            if places.as_mut().is_none_or(|places| places.next_if(|asked| **asked == place).is_some()) {
                each(Passing { place, cells, extra, print, copy })?;
            }
            Ok(())
        })
    }

    /// The same of rows that come in.
    fn rows(
        &self,
        slots: &[Slot],
        places: Option<&[u64]>,
        mut each: impl FnMut(u64, &[Cell], &[Cell]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.every(slots, places, |place, at, cells, extra| if self.fate(at) == Fate::In { each(place, cells, extra) } else { Ok(()) })
    }

    /// Each row with how many stand before it, where its table is tracked, and what is kept of it.
    fn every(
        &self,
        slots: &[Slot],
        places: Option<&[u64]>,
        mut each: impl FnMut(u64, u64, &[Cell], &[Cell]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        // Its place is known without being written.
        let numbered = self.book.extra.first().is_some_and(|slot| slot.name == books::PLACE);
        let kinds = slots.iter().chain(self.book.extra.iter().skip(usize::from(numbered)));
        let kinds: Vec<Kind> = kinds.map(|slot| slot.kind.clone()).collect();
        let mut extra = Vec::with_capacity(self.book.extra.len());
        let mut passed = 0_u64;
        // How many stand before a row, all before it tell.
        let counted = !self.book.extra.is_empty();
        let mut asked = places.filter(|_| counted).map(|places| places.iter().peekable());
        written::rows(self.file, self.output, &kinds, places.filter(|_| !counted), |place, cells| {
            if passed.is_multiple_of(HEED_EVERY) {
                self.context.go_on()?;
            }
            let at = passed;
            passed += 1;
            if asked.as_mut().is_some_and(|asked| asked.next_if(|asked| **asked == place).is_none()) {
                return Ok(());
            }
            let (own, rest) = cells.split_at(slots.len().min(cells.len()));
            extra.clear();
            extra.extend(numbered.then(|| Cell::Integer(at.cast_signed())));
            extra.extend_from_slice(rest);
            each(place, at, own, &extra)
        })
    }

    /// The cells of the key, or what stands for it.
    fn identity(&self, slots: &[Slot], row: &Passing<'_>) -> Vec<Cell> {
        if !self.book.keyed {
            return vec![Cell::Integer(row.print), Cell::Integer(row.copy)];
        }
        let told = self.book.identity();
        told.iter()
            .map(|part| {
                let at = slots.iter().position(|slot| slot.name == part.name);
                at.and_then(|at| row.cells.get(at)).cloned().unwrap_or(Cell::Null)
            })
            .collect()
    }

    /// Writes down which rows this order brings: all, or those at some places.
    fn record(&self, store: &mut dyn Store, slots: &[Slot], places: Option<&[u64]>) -> Result<(), Failure> {
        let mut into = if self.book.keyed { self.book.identity() } else { slots.to_vec() };
        if !self.book.keyed {
            into.push(books::number(COPY));
        }
        into.extend([books::number(PRINT), books::number(ORDER)]);
        into.extend(self.book.extra.iter().cloned());
        let line = |row: Passing<'_>, take: Take<'_>| {
            let mut cells = if self.book.keyed {
                self.identity(slots, &row)
            } else {
                row.cells.iter().cloned().chain([Cell::Integer(row.copy)]).collect()
            };
            cells.extend([Cell::Integer(row.print), Cell::Integer(self.number)]);
            cells.extend_from_slice(row.extra);
            take(&cells)
        };
        store.fill(&self.book.rows, &into, &mut |take| self.each(slots, places, |row| line(row, take))).map(drop)
    }

    fn stage(&self, store: &mut dyn Store, slots: &[Slot]) -> Result<(), Failure> {
        let mut into = vec![books::number(PLACE)];
        into.extend(self.book.identity());
        if self.book.keyed {
            into.push(books::number(PRINT));
        }
        temporary(store, STAGE, &into)?;
        store.fill(STAGE, &into, &mut |take| {
            self.each(slots, None, |row| {
                let mut cells = vec![Cell::Integer(i64::try_from(row.place).unwrap_or(i64::MAX))];
                cells.extend(self.identity(slots, &row));
                if self.book.keyed {
                    cells.push(Cell::Integer(row.print));
                }
                take(&cells)
            })
        })?;
        store.settle(STAGE)
    }

    /// The staged rows beside those that earlier orders brought.
    fn joined(&self, store: &dyn Store) -> String {
        let told = self.book.identity_names();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        format!("{} s LEFT JOIN {} r ON {}", store.quoted(STAGE), store.quoted(&self.book.rows), equal(store, &told, "s", "r"))
    }

    fn compare(&self, store: &mut dyn Store) -> Result<Taken, Failure> {
        let print = store.quoted(PRINT);
        let sql = format!(
            "SELECT r.{order}, CASE WHEN r.{print} IS NULL THEN 0 WHEN r.{print} = s.{print} THEN 1 ELSE 2 END, count(*) FROM {} GROUP BY 1, 2",
            self.joined(store),
            order = store.quoted(ORDER),
        );
        let mut taken = Taken::default();
        for row in store.ask(&sql, &[])? {
            let [owner, what, rows] = row.as_slice() else { continue };
            match what.count() {
                0 => taken.added += rows.count(),
                1 => taken.same += rows.count(),
                _ => taken.replaced += rows.count(),
            }
            if let Some(owner) = owner.integer() {
                *taken.basis.entry(owner).or_default() += rows.count();
            }
        }
        Ok(taken)
    }

    fn turn(&self, store: &mut dyn Store) -> Result<(), Failure> {
        let print = store.quoted(PRINT);
        let told = self.book.identity_names();
        let told: Vec<&str> = told.iter().map(String::as_str).chain(self.book.keyed.then_some(PRINT)).collect();
        let query = format!(
            "SELECT s.{}, {}, CASE WHEN r.{print} IS NULL THEN 1 ELSE 0 END AS {}, r.{print} AS {}, r.{} AS {} FROM {} \
             WHERE r.{print} IS NULL OR r.{print} <> s.{print}",
            store.quoted(PLACE),
            list(store, &told, "s"),
            store.quoted(FRESH),
            store.quoted(WAS),
            store.quoted(ORDER),
            store.quoted(OWNER),
            self.joined(store),
        );
        store.run(&store.temporary_of(TURN, &query), &[])?;
        store.settle(TURN)
    }

    /// The places of rows that are not there, and of those that are there otherwise, each sorted.
    fn places(&self, store: &mut dyn Store) -> Result<(Vec<u64>, Vec<u64>), Failure> {
        let (mut fresh, mut other) = (Vec::new(), Vec::new());
        let place = store.quoted(PLACE);
        // A part at a time, since an answer takes far more memory than what is kept of it.
        let mut last = -1;
        loop {
            self.context.go_on()?;
            let sql = format!(
                "SELECT {place}, {} FROM {} WHERE {place} > {last} ORDER BY 1 LIMIT {PART}",
                store.quoted(FRESH),
                store.quoted(TURN),
            );
            let found = store.ask(&sql, &[])?;
            for row in &found {
                let [place, new] = row.as_slice() else { continue };
                last = place.integer().unwrap_or(last);
                if new.count() == 1 { fresh.push(place.count()) } else { other.push(place.count()) }
            }
            if found.len() < PART {
                return Ok((fresh, other));
            }
        }
    }

    fn may_replace(&self, store: &mut dyn Store, taken: &Taken) -> Result<(), Failure> {
        if !self.book.extra.is_empty() {
            let (rows, table, shown) = (taken.replaced, &self.book.table.name, store.shown());
            return Err(Failure::Data(format!(
                "nothing was loaded: {rows} rows of table `{table}` have the key of rows that are in `{shown}`, and are tracked as others"
            )));
        }
        if self.changes == Changes::Replace {
            return Ok(());
        }
        let owners: Vec<i64> = taken.basis.keys().copied().collect();
        let (rows, table, shown) = (taken.replaced, &self.book.table.name, store.shown().to_owned());
        let owners = books::names(store, &owners)?;
        Err(Failure::Data(format!(
            "nothing was loaded: {rows} rows of table `{table}` are in `{shown}` already with other values, brought by {owners}; \
             `--changes replace` takes the new ones and keeps the old for `undo`"
        )))
    }

    /// A row that no order brought is somebody else's, and not to be touched.
    fn nobody_elses(&self, store: &mut dyn Store, table: &str) -> Result<(), Failure> {
        let told = self.book.identity_names();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let sql = format!(
            "SELECT count(*) FROM {} t JOIN {table} m ON {} WHERE t.{} = 1",
            store.quoted(TURN),
            equal(store, &told, "t", "m"),
            store.quoted(FRESH)
        );
        let there = store.ask(&sql, &[])?.first().and_then(|row| row.first()).map_or(0, Cell::count);
        if there == 0 {
            return Ok(());
        }
        let (name, shown) = (&self.book.table.name, store.shown());
        Err(Failure::Data(format!(
            "nothing was loaded: in table `{name}` of `{shown}`, {there} rows have a key that is there already, and no order brought those"
        )))
    }

    /// Puts rows in the place of what is there, which is kept.
    fn replace(&self, store: &mut dyn Store, slots: &[Slot], places: &[u64], is_addressed: bool) -> Result<(), Failure> {
        let told = self.book.identity_names();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let own: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
        let table = store.quoted(&self.book.table.name);
        let into: Vec<&str> = own.iter().copied().chain([PRINT, ORDER, REPLACED_BY]).collect();
        let keep = format!(
            "INSERT INTO {} ({}) SELECT {}, {}, {} FROM {table} m JOIN {} t ON {} WHERE t.{} = 0",
            store.quoted(&self.book.past),
            list(store, &into, ""),
            list(store, &own, "m"),
            list(store, &[WAS, OWNER], "t"),
            self.number,
            store.quoted(TURN),
            equal(store, &told, "t", "m"),
            store.quoted(FRESH),
        );
        let kept = store.run(&keep, &[])?;
        if kept != places.len() as u64 {
            let (name, shown, gone) = (&self.book.table.name, store.shown(), places.len() as u64 - kept);
            return Err(Failure::Data(format!(
                "nothing was loaded: {gone} rows of table `{name}` that earlier orders brought are no longer in `{shown}`"
            )));
        }
        temporary(store, NEW, slots)?;
        store.fill(NEW, slots, &mut |take| self.cells(slots, Some(places), take))?;
        store.settle(NEW)?;
        let rest: Vec<&str> = own.iter().copied().filter(|name| !told.contains(name)).collect();
        let values: Vec<(&str, String)> = rest.iter().map(|name| (*name, format!("n.{}", store.quoted(name)))).collect();
        if !values.is_empty() {
            store.run(&store.update(&self.book.table.name, NEW, "n", &told, &values, ""), &[])?;
        }
        let values = [(PRINT, format!("t.{}", store.quoted(PRINT))), (ORDER, self.number.to_string())];
        let mut changed = format!("t.{} = 0", store.quoted(FRESH));
        let mut found_by = told;
        if is_addressed {
            changed = format!("{changed} AND {}", store.is_at(&store.quoted(&self.book.rows), &format!("t.{}", store.quoted(AT))));
            found_by.clear();
        }
        store.run(&store.update(&self.book.rows, TURN, "t", &found_by, &values, &changed), &[])?;
        store.run(&store.drop_temporary(NEW), &[]).map(drop)
    }
}

fn temporary(store: &mut dyn Store, name: &str, slots: &[Slot]) -> Result<(), Failure> {
    store.run(&store.temporary(name, slots), &[]).map(drop)
}

fn any(store: &mut dyn Store, table: &str) -> Result<bool, Failure> {
    Ok(!store.ask(&format!("SELECT 1 FROM {} LIMIT 1", store.quoted(table)), &[])?.is_empty())
}
