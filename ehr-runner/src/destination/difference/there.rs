//! Comparing in the database, which is sent the keys and fingerprints of the order's rows.

use super::super::books;
use super::super::books::ORDER;
use super::super::books::PRINT;
use super::super::cell::Cell;
use super::super::compare::Compared;
use super::super::compare::Taken;
use super::super::exchange::OWNER;
use super::super::exchange::WAS;
use super::super::store::Recalled;
use super::super::store::Slot;
use super::super::store::Store;
use super::super::store::equal;
use super::super::store::list;
use super::Difference;
use super::FRESH;
use super::TURN;
use super::temporary;
use crate::error::Failure;

/// The keys and fingerprints of the order's rows.
pub(super) const STAGE: &str = "_ehr_stage";
/// A row's place in its file.
const PLACE: &str = "_ehr_n";
/// So many rows are asked for at once.
const PART: usize = 200_000;

impl Difference<'_> {
    /// What came of comparing there, for which the order's keys and fingerprints are sent.
    pub(super) fn staged(&self, store: &mut dyn Store, slots: &[Slot]) -> Result<Compared, Failure> {
        self.stage(store, slots)?;
        let taken = self.compare(store)?;
        if taken.added + taken.replaced == 0 {
            return Ok(Compared { taken, ..Compared::default() });
        }
        self.turn(store)?;
        self.places(store, taken)
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

    /// The places of rows that are not there, and of those that are there otherwise, each sorted, with what the book has of the latter.
    fn places(&self, store: &mut dyn Store, taken: Taken) -> Result<Compared, Failure> {
        let mut compared = Compared { taken, ..Compared::default() };
        let place = store.quoted(PLACE);
        // A part at a time, since an answer takes far more memory than what is kept of it.
        let mut last = -1;
        loop {
            self.context.go_on()?;
            let sql = format!(
                "SELECT {place}, {}, {}, {} FROM {} WHERE {place} > {last} ORDER BY 1 LIMIT {PART}",
                store.quoted(FRESH),
                store.quoted(WAS),
                store.quoted(OWNER),
                store.quoted(TURN),
            );
            let found = store.ask(&sql, &[])?;
            for row in &found {
                let [place, new, was, owner] = row.as_slice() else { continue };
                last = place.integer().unwrap_or(last);
                if new.count() == 1 {
                    compared.fresh.push(place.count());
                } else {
                    let [print, order] = [was, owner].map(|number| number.integer().unwrap_or_default());
                    compared.other.push(place.count());
                    compared.were.push(Recalled { print, order, address: 0 });
                }
            }
            if found.len() < PART {
                return Ok(compared);
            }
        }
    }
}
