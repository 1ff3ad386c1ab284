//! `_ehr_outcomes`: of each load, and each table that is tracked, how many rows were what; kept with the load, so that whoever writes down
//! where an order went knows it even where the process that loaded it died before it could.

use super::books;
use super::cell::Cell;
use super::store::Slot;
use super::store::Store;
use super::track::Outcomes;
use crate::error::Failure;
use std::collections::BTreeMap;

const TABLE: &str = "_ehr_outcomes";
const COUNTS: [&str; 5] = ["new", "identical", "changed", "duplicate", "conflicts"];

/// Makes the table where it is not there.
pub(super) fn prepare(store: &mut dyn Store) -> Result<(), Failure> {
    let slots: Vec<Slot> = [books::number("number"), books::text("table_name")].into_iter().chain(COUNTS.map(books::number)).collect();
    books::make(store, TABLE, &slots, slots.get(..1).unwrap_or_default())
}

/// Writes down what came of a load.
pub(super) fn enter(store: &mut dyn Store, number: i64, outcomes: &BTreeMap<String, Outcomes>) -> Result<(), Failure> {
    let names: Vec<String> = ["number", "table_name"].iter().chain(&COUNTS).map(|name| store.quoted(name)).collect();
    for (table, Outcomes { new, identical, changed, duplicate, conflicts }) in outcomes {
        let sql = format!(
            "INSERT INTO {} ({}) VALUES ({number}, {}, {new}, {identical}, {changed}, {duplicate}, {conflicts})",
            store.quoted(TABLE),
            names.join(", "),
            store.place(1)
        );
        store.run(&sql, &[Cell::Text(table.clone())])?;
    }
    Ok(())
}

/// What came of a load; nothing where it is not known, as of one by an earlier version of this program.
pub(super) fn of(store: &mut dyn Store, number: i64) -> Result<BTreeMap<String, Outcomes>, Failure> {
    if store.columns(TABLE)?.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names: Vec<String> = ["table_name"].iter().chain(&COUNTS).map(|name| store.quoted(name)).collect();
    let found = store.ask(&format!("SELECT {} FROM {} WHERE number = {number}", names.join(", "), store.quoted(TABLE)), &[])?;
    let one = |row: &Vec<Cell>| {
        let [table, new, identical, changed, duplicate, conflicts] = row.as_slice() else { return None };
        let [new, identical, changed, duplicate, conflicts] = [new, identical, changed, duplicate, conflicts].map(Cell::count);
        Some((table.text()?.to_owned(), Outcomes { new, identical, changed, duplicate, conflicts }))
    };
    Ok(found.iter().filter_map(one).collect())
}

/// Takes them out with their load.
pub(super) fn strike(store: &mut dyn Store, number: i64) -> Result<(), Failure> {
    if store.columns(TABLE)?.is_empty() {
        return Ok(());
    }
    store.run(&format!("DELETE FROM {} WHERE number = {number}", store.quoted(TABLE)), &[]).map(drop)
}
