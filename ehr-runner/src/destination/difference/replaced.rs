//! Rows that take the place of others, which are kept.

use super::super::Changes;
use super::super::books;
use super::super::books::ORDER;
use super::super::books::PRINT;
use super::super::cell::Cell;
use super::super::compare::Taken;
use super::super::doing::arrived;
use super::super::exchange::Exchange;
use super::super::exchange::OWNER;
use super::super::exchange::WAS;
use super::super::packed::Packing;
use super::super::store::Recalled;
use super::super::store::Slot;
use super::super::store::Store;
use super::super::store::equal;
use super::Difference;
use super::FRESH;
use super::TURN;
use super::temporary;
use super::told::Telling;
use crate::error::Failure;

/// The rows that take the place of others.
const NEW: &str = "_ehr_new";
/// Where in the book what the row takes the place of stands.
const AT: &str = "_ehr_at";

/// Rows that are there otherwise.
pub(super) struct Other<'a> {
    /// Their places in the file.
    pub(super) places: &'a [u64],
    /// What the book has of each.
    pub(super) were: &'a [Recalled],
    /// Where each stands in the packed book; nothing where it has none.
    pub(super) at: &'a [u64],
}

impl Difference<'_> {
    /// Sends the keys of rows that are not there.
    pub(super) fn turn_here(&self, store: &mut dyn Store, slots: &[Slot], fresh: &[u64]) -> Result<(), Failure> {
        let mut into = self.book.identity();
        into.push(books::number(FRESH));
        temporary(store, TURN, &into)?;
        store.fill(TURN, &into, &mut |take| {
            self.each(slots, Some(fresh), |row| {
                let mut cells = self.identity(slots, &row);
                cells.push(Cell::Integer(1));
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

    /// Puts rows in the place of what is there, which is kept, and tells the packed book of them.
    pub(super) fn replace(
        &self,
        store: &mut dyn Store,
        slots: &[Slot],
        other: &Other<'_>,
        is_addressed: bool,
        mut packing: Option<&mut (Packing, Telling<'_>)>,
    ) -> Result<(), Failure> {
        let into: Vec<Slot> = slots.iter().cloned().chain([PRINT, WAS, OWNER, AT].map(books::number)).collect();
        temporary(store, NEW, &into)?;
        let mut were = other.were.iter().zip(other.at.iter().copied().map(Some).chain(std::iter::repeat(None)));
        store.fill(NEW, &into, &mut |take| {
            self.each(slots, Some(other.places), |row| {
                let Some((was, at)) = were.next() else { return Ok(()) };
                if let Some(((packing, telling), at)) = packing.as_deref_mut().zip(at) {
                    packing.replace(at, &telling.entry(&row, self.number)?)?;
                }
                take(&[row.cells, &[row.print, was.print, was.order, was.address].map(Cell::Integer)].concat())
            })
        })?;
        store.settle(NEW)?;
        let told = self.book.identity_names();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let own: Vec<&str> = slots.iter().map(|slot| slot.name.as_str()).collect();
        self.note(store, &told, other.places.len() as u64, is_addressed)?;
        let (table, past, number, rows) = (&self.book.table.name, &self.book.past, self.number, other.places.len() as u64);
        let mut statements = store.exchange(&Exchange { table, past, new: NEW, told: &told, own: &own, number }).into_iter();
        let kept = statements.next().map_or(Ok(0), |sql| store.run(&sql, &[]))?;
        if kept != rows {
            let shown = store.shown();
            return Err(Failure::Data(match rows.checked_sub(kept) {
                Some(gone) => {
                    format!("nothing was loaded: {gone} rows of table `{table}` that earlier orders brought are no longer in `{shown}`")
                }
                None => {
                    format!("nothing was loaded: rows of table `{table}` in `{shown}` share a key with rows that earlier orders brought")
                }
            }));
        }
        statements.try_for_each(|sql| {
            let changed = store.run(&sql, &[])?;
            arrived(store.shown(), table, kept, changed).map(drop)
        })?;
        store.run(&store.drop_temporary(NEW), &[]).map(drop)
    }

    /// Writes into the book that this order brought the rows which wait, as they are.
    fn note(&self, store: &mut dyn Store, told: &[&str], rows: u64, is_addressed: bool) -> Result<(), Failure> {
        let values = [(PRINT, format!("n.{}", store.quoted(PRINT))), (ORDER, self.number.to_string())];
        let mut noted = 0;
        if is_addressed {
            let there = store.is_at(&store.quoted(&self.book.rows), &format!("n.{}", store.quoted(AT)));
            noted = store.run(&store.update(&self.book.rows, NEW, "n", told, &values, &there), &[])?;
        }
        // Those that stand elsewhere.
        if noted < rows {
            let mine = format!("{} <> {}", store.quoted(ORDER), self.number);
            noted += store.run(&store.update(&self.book.rows, NEW, "n", told, &values, &mine), &[])?;
        }
        if noted == rows {
            return Ok(());
        }
        let (name, shown) = (&self.book.table.name, store.shown());
        Err(Failure::World(format!(
            "nothing was loaded: somebody changed what `{shown}` keeps of the orders that brought the rows of table `{name}`"
        )))
    }
}
