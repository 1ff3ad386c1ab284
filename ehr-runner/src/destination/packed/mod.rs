//! Books once more, thousands of rows in one value: a database hands those over many times as fast as it does rows.
//!
//! | table | holds |
//! | --- | --- |
//! | `_ehr_packed` | the tables whose books are packed, and with which orders in the database that was right |
//! | `_ehr_parts` | rows of those books, `patch` 0 as they came, in order, and `patch` 1 those that took the place of others |
//!
//! A packed book is believed only while those orders are in the database and no others: which those are is what a book holds. Whoever
//! loads an order or takes one out and knows nothing of packed books, as an older program, thereby puts an end to them, and the next load
//! makes them anew from the book itself. A row stands in them by its key and fingerprint, and by all it holds and what its record is
//! written as, both under a key that was drawn by lot: whoever makes up a row cannot make it pass for another.

mod packing;
mod part;
mod record;
#[cfg(test)]
mod tests;

use super::books;
use super::books::Book;
use super::cell::Cell;
use super::compare::Entry;
use super::compare::HELD;
use super::compare::Known;
use super::store::Slot;
use super::store::Store;
use super::tenants::passwords::chance;
use crate::context::Context;
use crate::error::Failure;
pub(super) use packing::Before;
pub(super) use packing::Packing;
use record::Patched;

const HEADS: &str = "_ehr_packed";
const PARTS: &str = "_ehr_parts";
/// The form of the records; packed books of another are made anew.
const FORM: i64 = 2;
/// So many rows are one part, and so many parts are asked for at once.
const ROWS: usize = if cfg!(test) { 2 } else { 8192 };
const ASKED: usize = 16;

/// The packed book of a table, as it can be believed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Packed {
    /// Its rows.
    pub(super) rows: u64,
    /// Rows that took the place of others.
    pub(super) patches: u64,
    /// Parts that it has, which are numbered from 0.
    pub(super) parts: i64,
    /// The key under which its rows are told.
    pub(super) seed: String,
}

/// Whether a book is one that is packed: its rows have keys, and come and go by loads alone.
pub(super) fn is_packed(book: &Book<'_>) -> bool {
    book.keyed && book.extra.is_empty()
}

/// Makes the tables where they are not there.
pub(super) fn prepare(store: &mut dyn Store) -> Result<(), Failure> {
    for (table, column) in [(HEADS, "seed"), (PARTS, "written")] {
        let there = store.columns(table)?;
        // What another version of this program packed is packed anew.
        if !there.is_empty() && there.iter().all(|found| found.name != column) {
            store.run(&format!("DROP TABLE {}", store.quoted(table)), &[])?;
        }
    }
    if store.columns(HEADS)?.is_empty() {
        let slots: Vec<Slot> =
            ["table_name", "told", "stamp", "seed"].map(books::text).into_iter().chain(["form", "parts"].map(books::number)).collect();
        books::make(store, HEADS, &slots, &[books::number("form")])?;
    }
    if store.columns(PARTS)?.is_empty() {
        let numbers = ["patch", "part", "load_number", "row_count"].map(books::number);
        let slots: Vec<Slot> = [books::text("table_name")].into_iter().chain(numbers).collect();
        let values = ["bytes", "written"];
        let bytes = values.map(|name| format!("{} {}", store.quoted(name), store.bytes_type())).join(", ");
        let made = store.book(PARTS, &format!("{}, {bytes}", store.declared(&slots)), &[books::number("part")]);
        let statements: Vec<String> = [made].into_iter().chain(values.iter().filter_map(|name| store.as_it_is(PARTS, name))).collect();
        store.make(PARTS, &statements)?;
    }
    Ok(())
}

/// A load of an order, by its number, which never comes again, and the order's id.
type Loaded = (i64, String);

/// A key that nobody knows, for a packed book that is to be made.
pub(super) fn seed() -> Result<String, Failure> {
    chance()
}

/// The orders that are in the database.
fn live(store: &mut dyn Store) -> Result<Vec<Loaded>, Failure> {
    let sql = format!("SELECT number, order_id FROM {} WHERE undone_at IS NULL ORDER BY number", store.quoted("_ehr_orders"));
    Ok(store.ask(&sql, &[])?.iter().filter_map(|row| Some((row.first()?.integer()?, row.get(1)?.text()?.to_owned()))).collect())
}

/// What stands for them.
fn stamp(live: &[Loaded]) -> Cell {
    let mut hasher = blake3::Hasher::new();
    for (number, id) in live {
        hasher.update(&number.to_le_bytes()).update(&(id.len() as u64).to_le_bytes()).update(id.as_bytes());
    }
    Cell::Text(hasher.finalize().to_hex().to_string())
}

/// Lets what could be believed until now be believed from now on.
fn restamp(store: &mut dyn Store, before: &[Loaded], after: &[Loaded]) -> Result<(), Failure> {
    let sql = format!("UPDATE {} SET stamp = {} WHERE stamp = {}", store.quoted(HEADS), store.place(1), store.place(2));
    store.run(&sql, &[stamp(after), stamp(before)]).map(drop)
}

/// By what rows are told apart: a packed book of a table that was told otherwise is none.
fn told(book: &Book<'_>) -> String {
    let identity = book.identity();
    identity.iter().map(|slot| format!("{}: {:?}", slot.name, slot.kind)).collect::<Vec<_>>().join(", ")
}

impl Packed {
    /// That of a table, where it has one that can be believed.
    pub(super) fn of(store: &mut dyn Store, book: &Book<'_>) -> Result<Option<Self>, Failure> {
        if !is_packed(book) {
            return Ok(None);
        }
        let live = live(store)?;
        let sql = format!(
            "SELECT parts, seed FROM {} WHERE table_name = {} AND told = {} AND stamp = {} AND form = {FORM}",
            store.quoted(HEADS),
            store.place(1),
            store.place(2),
            store.place(3),
        );
        let name = Cell::Text(book.table.name.clone());
        let heads = store.ask(&sql, &[name.clone(), Cell::Text(told(book)), stamp(&live)])?;
        let [head] = heads.as_slice() else { return Ok(None) };
        let (Some(parts), Some(seed)) = (head.first().and_then(Cell::integer), head.get(1).and_then(Cell::text)) else { return Ok(None) };
        let mut packed = Self { seed: seed.to_owned(), ..Self::default() };
        let sql = format!("SELECT patch, row_count FROM {} WHERE table_name = {}", store.quoted(PARTS), store.place(1));
        for row in store.ask(&sql, &[name])? {
            let [patch, rows] = row.as_slice() else { continue };
            *(if patch.count() == 0 { &mut packed.rows } else { &mut packed.patches }) += rows.count();
            packed.parts += 1;
        }
        // Patches are held in memory.
        Ok(Some(packed).filter(|packed| packed.parts == parts && packed.rows > 0 && packed.patches <= HELD as u64))
    }

    /// Whether all of its rows can be held in memory.
    pub(super) const fn is_small(&self) -> bool {
        self.rows <= HELD as u64
    }

    /// Whether it is time to make it anew.
    pub(super) const fn is_worn(&self) -> bool {
        self.patches > ROWS as u64 && self.patches > self.rows / 2
    }

    /// Its rows; `None` where it is not as it was written. A row's address is its place in it.
    pub(super) fn read(&self, context: &Context, store: &mut dyn Store, table: &str) -> Result<Option<Known>, Failure> {
        let mut patched = Patched::default();
        let sound = each(context, store, table, 1, &mut |entry| {
            patched.add(entry);
            Ok(())
        })?;
        if !sound || patched.len() != self.patches {
            return Ok(None);
        }
        patched.sort();
        let (mut known, mut rows, mut fits) = (Known::of(self.rows)?, 0, true);
        known.moved = patched.places();
        let sound = each(context, store, table, 0, &mut |(_, entry)| {
            let address = rows;
            rows += 1;
            let Some(mut entry) = patched.of(address, entry) else {
                fits = false;
                return Ok(());
            };
            entry.row.address = address.cast_signed();
            known.add(entry)
        })?;
        Ok((sound && fits && rows == self.rows && patched.is_spent()).then_some(known))
    }
}

/// Each record of a packed book; whether all of them are whole.
fn each(
    context: &Context,
    store: &mut dyn Store,
    table: &str,
    patch: i64,
    take: &mut dyn FnMut((u64, Entry)) -> Result<(), Failure>,
) -> Result<bool, Failure> {
    let table = [Cell::Text(table.to_owned())];
    let (parts, place) = (store.quoted(PARTS), store.place(1));
    let which = format!("FROM {parts} WHERE table_name = {place} AND patch = {patch}");
    let mut sound = true;
    let mut part = |rows: Option<usize>, values: [&[u8]; 2]| -> Result<bool, Failure> {
        context.go_on()?;
        match rows.and_then(|rows| part::read(rows, values, &mut *take)) {
            Some(read) => read?,
            None => sound = false,
        }
        Ok(sound)
    };
    let streamed = store.stream(&format!("SELECT row_count, bytes, written {which} ORDER BY part"), &table, &mut |row| match row {
        [Some(rows), Some(bytes), Some(written)] => {
            let rows = <[u8; 8]>::try_from(*rows).ok().and_then(|rows| usize::try_from(u64::from_be_bytes(rows)).ok());
            part(rows, [bytes, written])
        }
        _ => part(None, [&[], &[]]),
    })?;
    if streamed {
        return Ok(sound);
    }
    let mut last = -1;
    loop {
        let sql = format!("SELECT part, row_count, bytes, written {which} AND part > {last} ORDER BY part LIMIT {ASKED}");
        let found = store.ask(&sql, &table)?;
        for row in &found {
            let wanted = match row.as_slice() {
                [nr, rows, Cell::Bytes(bytes), Cell::Bytes(written)] => {
                    last = nr.integer().unwrap_or(i64::MAX);
                    part(usize::try_from(rows.count()).ok(), [bytes, written])?
                }
                _ => part(None, [&[], &[]])?,
            };
            if !wanted {
                return Ok(false);
            }
        }
        if found.len() < ASKED {
            return Ok(sound);
        }
    }
}

/// Puts an end to the packed book of a table.
pub(super) fn forget(store: &mut dyn Store, book: &Book<'_>) -> Result<(), Failure> {
    if is_packed(book) { forget_named(store, &Cell::Text(book.table.name.clone())) } else { Ok(()) }
}

fn forget_named(store: &mut dyn Store, table: &Cell) -> Result<(), Failure> {
    for of in [HEADS, PARTS] {
        let sql = format!("DELETE FROM {} WHERE table_name = {}", store.quoted(of), store.place(1));
        store.run(&sql, std::slice::from_ref(table))?;
    }
    Ok(())
}

/// Says that those which could be believed until now still can once this load is in the list.
pub(super) fn keep(store: &mut dyn Store, number: i64, id: &str) -> Result<(), Failure> {
    let before = live(store)?;
    let after = [before.as_slice(), &[(number, id.to_owned())]].concat();
    restamp(store, &before, &after)
}

/// Takes out what the load of this number brought to them, before it is struck out of the list: where that stands at their ends, they
/// are as they were before it, and else they end.
pub(super) fn take_back(store: &mut dyn Store, number: i64) -> Result<(), Failure> {
    if store.columns(HEADS)?.is_empty() {
        return Ok(());
    }
    let before = live(store)?;
    let heads = store.ask(&format!("SELECT table_name, stamp FROM {}", store.quoted(HEADS)), &[])?;
    for head in &heads {
        let [table, stamped] = head.as_slice() else { continue };
        let sql = format!("SELECT load_number FROM {} WHERE table_name = {}", store.quoted(PARTS), store.place(1));
        let loads = store.ask(&sql, std::slice::from_ref(table))?;
        let loads: Vec<i64> = loads.iter().filter_map(|row| row.first()?.integer()).collect();
        // In those of the load that made it rows of earlier ones may stand.
        let later = loads.iter().min().is_some_and(|first| *first < number);
        let at_the_end = !loads.contains(&number) || loads.iter().max() == Some(&number);
        if *stamped == stamp(&before) && later && at_the_end {
            let sql = format!("DELETE FROM {} WHERE table_name = {} AND load_number = {number}", store.quoted(PARTS), store.place(1));
            let gone = store.run(&sql, std::slice::from_ref(table))?;
            let sql = format!("UPDATE {} SET parts = parts - {gone} WHERE table_name = {}", store.quoted(HEADS), store.place(1));
            store.run(&sql, std::slice::from_ref(table))?;
        } else {
            forget_named(store, table)?;
        }
    }
    let after: Vec<Loaded> = before.iter().filter(|(other, _)| *other != number).cloned().collect();
    restamp(store, &before, &after)
}
