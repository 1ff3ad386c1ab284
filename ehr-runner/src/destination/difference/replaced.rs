//! Rows that take the place of others, which are kept.

use super::super::Changes;
use super::super::books;
use super::super::books::ORDER;
use super::super::books::PRINT;
use super::super::books::REPLACED_BY;
use super::super::cell::Cell;
use super::super::compare::Taken;
use super::super::packed::Packing;
use super::super::store::Recalled;
use super::super::store::Slot;
use super::super::store::Store;
use super::super::store::equal;
use super::super::store::list;
use super::AT;
use super::Difference;
use super::FRESH;
use super::OWNER;
use super::TURN;
use super::WAS;
use super::temporary;
use super::told::Telling;
use crate::error::Failure;

/// The rows that take the place of others.
const NEW: &str = "_ehr_new";

/// Rows that are there otherwise.
pub(super) struct Other<'a> {
    /// Their places in the file.
    pub(super) places: &'a [u64],
    /// What the book has of each.
    pub(super) were: &'a [Recalled],
    /// Where each stands in the packed book.
    pub(super) at: &'a [u64],
}

impl Difference<'_> {
    /// Sends what the database needs to know of rows that are not there, or not as they are; of the latter what the packed book needs
    /// to know too.
    pub(super) fn turn_here(
        &self,
        store: &mut dyn Store,
        slots: &[Slot],
        fresh: &[u64],
        other: &Other<'_>,
        mut packing: Option<&mut (Packing, Telling<'_>)>,
    ) -> Result<(), Failure> {
        let mut into = self.book.identity();
        into.extend([PRINT, FRESH, WAS, OWNER, AT].map(books::number));
        temporary(store, TURN, &into)?;
        if !fresh.is_empty() {
            store.fill(TURN, &into, &mut |take| {
                self.each(slots, Some(fresh), |row| {
                    let mut cells = self.identity(slots, &row);
                    cells.extend([Cell::Integer(row.print), Cell::Integer(1), Cell::Null, Cell::Null, Cell::Null]);
                    take(&cells)
                })
            })?;
        }
        let mut were = other.were.iter().zip(other.at);
        store.fill(TURN, &into, &mut |take| {
            self.each(slots, Some(other.places), |row| {
                let Some((was, at)) = were.next() else { return Ok(()) };
                if let Some((packing, telling)) = packing.as_deref_mut() {
                    packing.replace(*at, &telling.entry(&row, self.number)?)?;
                }
                let mut cells = self.identity(slots, &row);
                cells.extend([row.print, 0, was.print, was.order, was.address].map(Cell::Integer));
                take(&cells)
            })
        })?;
        store.settle(TURN)
    }

    pub(super) fn may_replace(&self, store: &mut dyn Store, taken: &Taken) -> Result<(), Failure> {
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
    pub(super) fn nobody_elses(&self, store: &mut dyn Store) -> Result<(), Failure> {
        let table = store.quoted(&self.book.table.name);
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
    pub(super) fn replace(&self, store: &mut dyn Store, slots: &[Slot], places: &[u64], is_addressed: bool) -> Result<(), Failure> {
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
        let noted = store.run(&store.update(&self.book.rows, TURN, "t", &found_by, &values, &changed), &[])?;
        if noted != kept {
            let (name, shown) = (&self.book.table.name, store.shown());
            return Err(Failure::World(format!(
                "nothing was loaded: somebody changed what `{shown}` keeps of the orders that brought the rows of table `{name}`"
            )));
        }
        store.run(&store.drop_temporary(NEW), &[]).map(drop)
    }
}
