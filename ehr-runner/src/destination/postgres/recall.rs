//! The book of a table handed over, and where in it rows stand.

use super::super::books::ORDER;
use super::super::books::PRINT;
use super::super::cell::Cell;
use super::super::doing::Doing;
use super::super::store::Coming;
use super::super::store::Recall;
use super::super::store::Recalled;
use super::super::store::Slot;
use super::super::store::Store;
use super::Postgres;
use super::binary::Bound;
use crate::error::Failure;
use postgres::fallible_iterator::FallibleIterator;
use postgres::types::FromSql;
use postgres::types::ToSql;
use postgres::types::Type;
use std::error::Error;

/// So many rows of a book are asked for at once.
const FETCHED: usize = 20_000;
/// A book that is so many times as large as an order's rows is not asked for.
const MUCH_LARGER: u64 = 4;

impl Postgres {
    /// Gives every row of a book to whoever takes them; `false`, and none, where it is much larger than so many bytes.
    pub(super) fn hand_over(&mut self, book: &str, told: &[Slot], bytes: u64, take: Recall<'_>) -> Result<bool, Failure> {
        let size = "SELECT pg_relation_size(oid) FROM pg_class WHERE relname = $1 AND relnamespace = current_schema()::regnamespace";
        if self.one(size, &[Cell::Text(book.to_owned())])?.count() > bytes.saturating_mul(MUCH_LARGER) {
            return Ok(false);
        }
        let names: Vec<String> = told.iter().map(|slot| self.quoted(&slot.name)).collect();
        let (names, book) = (names.join(", "), self.quoted(book));
        // By a cursor: of a copy each row would wait for the next on its own.
        let declare = format!(
            "DECLARE _ehr_book NO SCROLL CURSOR FOR SELECT {names}, {}, {}, ctid FROM {book}",
            self.quoted(PRINT),
            self.quoted(ORDER)
        );
        self.run(&declare, &[])?;
        let shown = self.shown.clone();
        let fail = |error| Doing::Loading.failed(&shown, &error);
        let fetch = self.client.prepare(&format!("FETCH {FETCHED} FROM _ehr_book")).map_err(fail)?;
        let parts = told.len();
        loop {
            let found = self.client.query(&fetch, &[]).map_err(fail)?;
            let mut key: Vec<&[u8]> = Vec::with_capacity(parts);
            for row in &found {
                key.clear();
                for at in 0..parts {
                    key.push(row.try_get::<_, Sent<'_>>(at).map_err(fail)?.0);
                }
                let (print, order) = (row.try_get(parts).map_err(fail)?, row.try_get(parts + 1).map_err(fail)?);
                let address = row.try_get::<_, Sent<'_>>(parts + 2).map_err(fail)?.number();
                take(&key, Recalled { print, order, address })?;
            }
            if found.len() < FETCHED {
                return self.run("CLOSE _ehr_book", &[]).map(|_| true);
            }
        }
    }

    /// Gives the rows of a query while they come.
    pub(super) fn as_they_come(&mut self, sql: &str, values: &[Cell], take: Coming<'_>) -> Result<(), Failure> {
        let shown = self.shown.clone();
        let fail = |error| Doing::Loading.failed(&shown, &error);
        let bound: Vec<Bound<'_>> = values.iter().map(Bound).collect();
        let mut rows = self.client.query_raw(sql, bound.iter().map(|value| value as &(dyn ToSql + Sync))).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            let sent = |at: usize| row.try_get::<_, Option<Sent<'_>>>(at).map(|value| value.map(|value| value.0)).map_err(fail);
            let values: Vec<Option<&[u8]>> = (0..row.len()).map(sent).collect::<Result<_, _>>()?;
            if !take(&values)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Gives the first rows of each page of a book: rows that nobody changed stand behind one another as they came.
    pub(super) fn first_of_pages(&mut self, book: &str, told: &[Slot], take: Recall<'_>) -> Result<(), Failure> {
        let names: Vec<String> = told.iter().map(|slot| self.quoted(&slot.name)).collect();
        let places = "SELECT ('(' || page || ',' || nr || ')')::tid FROM pg_class, generate_series(1, 2) nr, \
             generate_series(0, pg_relation_size(oid) / current_setting('block_size')::bigint - 1) page \
             WHERE relname = $1 AND relnamespace = current_schema()::regnamespace";
        let sql = format!("SELECT {}, ctid FROM {} WHERE ctid = ANY (ARRAY({places}))", names.join(", "), self.quoted(book));
        let shown = self.shown.clone();
        let fail = |error| Doing::Loading.failed(&shown, &error);
        for row in &self.client.query(&sql, &[&book]).map_err(fail)? {
            let sent = |at: usize| row.try_get::<_, Sent<'_>>(at).map_err(fail);
            let key: Vec<&[u8]> = (0..told.len()).map(|at| sent(at).map(|part| part.0)).collect::<Result<_, _>>()?;
            take(&key, Recalled { address: sent(told.len())?.number(), ..Recalled::default() })?;
        }
        Ok(())
    }
}

/// A value as it was sent.
struct Sent<'a>(&'a [u8]);

impl Sent<'_> {
    /// Where a row stands, as a number: four bytes of a page and two of a row in it.
    fn number(&self) -> i64 {
        self.0.iter().fold(0, |sum, byte| sum << 8 | i64::from(*byte))
    }
}

impl<'a> FromSql<'a> for Sent<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Self(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}
