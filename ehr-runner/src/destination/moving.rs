//! Versions of rows that are tracked, on their way out of a table to where replaced ones are kept, and back.

use super::books;
use super::books::Book;
use super::books::ORDER;
use super::books::PLACE;
use super::books::REPLACED_BY;
use super::cell::Cell;
use super::store::Store;
use super::store::equal;
use super::store::list;
use crate::error::Failure;

/// The versions that are meant.
pub(super) const GOING: &str = "_ehr_going";

/// Makes the temporary table that names versions of rows, by their orders and places.
pub(super) fn name_rows(store: &mut dyn Store, versions: &[(i64, u64)]) -> Result<(), Failure> {
    store.wait_with_references()?;
    let slots = [books::number(ORDER), books::number(PLACE)];
    store.run(&store.temporary(GOING, &slots), &[])?;
    store.fill(GOING, &slots, &mut |take| {
        versions.iter().try_for_each(|(order, place)| take(&[Cell::Integer(*order), Cell::Integer(place.cast_signed())]))
    })?;
    Ok(())
}

/// The condition under which a row of a book, or one kept, is a version that is named, or part of one.
fn named(store: &dyn Store, book: &Book<'_>) -> String {
    let (order, place) = (store.quoted(ORDER), store.quoted(PLACE));
    format!("({order}, {}) IN (SELECT {order}, {place} FROM {})", store.quoted(book.version()), store.quoted(GOING))
}

/// Moves the rows that are named out of a table to where replaced ones are kept; how many.
pub(super) fn put_away(store: &mut dyn Store, book: &Book<'_>, number: i64) -> Result<u64, Failure> {
    let told = book.identity_names();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let own: Vec<&str> = book.table.columns.iter().map(|column| column.name.as_str()).collect();
    let kept = book.kept();
    let kept: Vec<&str> = kept.iter().map(String::as_str).collect();
    let into: Vec<&str> = own.iter().copied().chain(kept.iter().copied()).chain([REPLACED_BY]).collect();
    let (table, rows, past) = (store.quoted(&book.table.name), store.quoted(&book.rows), store.quoted(&book.past));
    let named = named(store, book);
    let gone = format!("SELECT * FROM {rows} WHERE {named}");
    let keep = format!(
        "INSERT INTO {past} ({}) SELECT {}, {}, {number} FROM {table} m JOIN ({gone}) r ON {}",
        list(store, &into, ""),
        list(store, &own, "m"),
        list(store, &kept, "r"),
        equal(store, &told, "m", "r"),
    );
    let moved = store.run(&keep, &[])?;
    let own =
        format!("DELETE FROM {table} WHERE ({}) IN (SELECT {} FROM {rows} WHERE {named})", list(store, &told, ""), list(store, &told, ""));
    store.run(&own, &[])?;
    let gone = store.run(&format!("DELETE FROM {rows} WHERE {named}"), &[])?;
    if gone == moved {
        return Ok(moved);
    }
    let (name, shown, lost) = (&book.table.name, store.shown(), gone - moved);
    Err(Failure::Data(format!("nothing was changed: {lost} rows of table `{name}` that earlier orders brought are no longer in `{shown}`")))
}

/// Moves the rows that are named back into a table; how many.
pub(super) fn put_back(store: &mut dyn Store, book: &Book<'_>, replaced_by: i64) -> Result<u64, Failure> {
    let only = format!("{} AND {} = {replaced_by}", named(store, book), store.quoted(REPLACED_BY));
    return_rows(store, book, &only)
}

/// Moves rows back into a table from where replaced ones are kept.
pub(super) fn return_rows(store: &mut dyn Store, book: &Book<'_>, only: &str) -> Result<u64, Failure> {
    let own: Vec<&str> = book.table.columns.iter().map(|column| column.name.as_str()).collect();
    let (told, kept) = (book.identity_names(), book.kept());
    let booked: Vec<&str> = told.iter().chain(&kept).map(String::as_str).collect();
    let past = store.quoted(&book.past);
    let mut moved = 0;
    for (table, columns) in [(&book.rows, booked), (&book.table.name, own)] {
        let columns = list(store, &columns, "");
        let sql = format!("INSERT INTO {} ({columns}) SELECT {columns} FROM {past} WHERE {only}", store.quoted(table));
        moved = store.run(&sql, &[])?;
    }
    store.run(&format!("DELETE FROM {past} WHERE {only}"), &[])?;
    Ok(moved)
}
