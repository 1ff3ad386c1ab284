//! The book of a table handed over, row by row.

use super::super::books::ORDER;
use super::super::books::PRINT;
use super::super::cell::Cell;
use super::super::store::Parts;
use super::super::store::Recall;
use super::super::store::Recalled;
use super::super::store::Slot;
use super::super::store::Store;
use super::super::store::unlike;
use super::Mysql;
use super::making::ROW;
use crate::error::Failure;
use mysql::Value;
use mysql::prelude::Queryable;

/// A book that is so many times as large as an order's rows is not asked for.
const MUCH_LARGER: u64 = 4;

impl Mysql {
    /// Gives every row of a book to whoever takes them; `false`, and none, where it is much larger than so many bytes.
    pub(super) fn hand_over(&mut self, book: &str, told: &[Slot], bytes: u64, take: Recall<'_>) -> Result<bool, Failure> {
        let size = "SELECT data_length FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
        if self.one(size, &[Cell::Text(book.to_owned())])?.count() > bytes.saturating_mul(MUCH_LARGER).max(1 << 20) {
            return Ok(false);
        }
        let names = [PRINT, ORDER, ROW].into_iter().chain(told.iter().map(|slot| slot.name.as_str()));
        let names: Vec<String> = names.map(|name| self.quoted(name)).collect();
        let sql = format!("SELECT {} FROM {}", names.join(", "), self.quoted(book));
        let shown = self.shown.clone();
        let fail = |error| super::Doing::Loading.failed(&shown, &error);
        let mut parts = Parts::default();
        // By a prepared statement, whose numbers are numbers.
        for row in self.connection.exec_iter(sql, ()).map_err(fail)? {
            let values = row.map_err(fail)?.unwrap();
            let [Value::Int(print), Value::Int(order), address, key @ ..] = values.as_slice() else { return Err(unlike(&shown, book)) };
            let address = match address {
                Value::Int(address) => *address,
                Value::UInt(address) => address.cast_signed(),
                _ => return Err(unlike(&shown, book)),
            };
            parts.clear();
            for (value, slot) in key.iter().zip(told) {
                let sound = match value {
                    Value::Int(number) => parts.number(*number, &slot.kind),
                    Value::Bytes(text) => parts.text(text, &slot.kind),
                    _ => false,
                };
                if !sound {
                    return Err(unlike(&shown, book));
                }
            }
            take(&parts.all(), Recalled { print: *print, order: *order, address })?;
        }
        Ok(true)
    }
}
