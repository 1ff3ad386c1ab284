//! Takes one order's rows out again: all of them, in one transaction, and only where nothing stands on them.

use super::books;
use super::books::Book;
use super::books::ORDER;
use super::books::PRINT;
use super::books::REPLACED_BY;
use super::cell::Cell;
use super::conflicts;
use super::moving;
use super::outcomes;
use super::packed;
use super::store::Store;
use super::store::equal;
use super::store::list;
use super::store::own_tables;
use super::track;
use crate::context::Context;
use crate::error::Failure;
use crate::failpoint;
use ehr_rules::TargetSchema;

/// What was taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Undone {
    /// Rows that the order had brought.
    pub(crate) removed: u64,
    /// Rows that are as they were before it.
    pub(crate) restored: u64,
}

/// Takes out the order of this id; `None` where it is not there.
pub(super) fn undo(context: &Context, store: &mut dyn Store, target: &TargetSchema, id: &str) -> Result<Option<Undone>, Failure> {
    store.begin()?;
    failpoint::reached("begun");
    if store.columns("_ehr_orders")?.is_empty() {
        return Ok(None);
    }
    let Some(entry) = books::find(store, id)? else { return Ok(None) };
    let number = entry.number;
    nothing_later(store, number)?;
    let books: Vec<Book<'_>> = own_tables(target).map(|table| Book::of(table, target)).collect();
    let mut there = Vec::new();
    for book in books {
        if !store.columns(&book.rows)?.is_empty() {
            there.push(book);
        }
    }
    nothing_refers(store, &there, number)?;
    nothing_in_the_way(store, &there, number)?;
    if there.iter().any(|book| !book.extra.is_empty()) {
        store.wait_with_references()?;
    }
    let mut undone = Undone { removed: 0, restored: 0 };
    for book in there.iter().rev() {
        context.go_on()?;
        let table = take_out(store, book, number)?;
        failpoint::reached("taken_out");
        undone.removed += table.removed;
        undone.restored += table.restored;
    }
    store.check_references(target)?;
    failpoint::reached("striking");
    packed::take_back(store, number)?;
    conflicts::strike(store, number)?;
    outcomes::strike(store, number)?;
    books::strike(store, number)?;
    context.go_on()?;
    store.commit()?;
    Ok(Some(undone))
}

/// Orders that found rows of this one there, and did not bring them again, would lose them.
fn nothing_later(store: &mut dyn Store, number: i64) -> Result<(), Failure> {
    let sql = format!("SELECT DISTINCT number FROM {} WHERE on_number = {number}", store.quoted("_ehr_basis"));
    let later: Vec<i64> = store.ask(&sql, &[])?.iter().filter_map(|row| row.first()?.integer()).collect();
    built_on(store, &later, "found rows of it there")
}

fn built_on(store: &mut dyn Store, later: &[i64], how: &str) -> Result<(), Failure> {
    if later.is_empty() {
        return Ok(());
    }
    let names = books::names(store, later)?;
    Err(Failure::Data(format!("nothing was undone: later orders {how}: {names}; undo those first")))
}

/// Rows that others brought may refer to rows of this order.
fn nothing_refers(store: &mut dyn Store, books: &[Book<'_>], number: i64) -> Result<(), Failure> {
    for book in books {
        for column in &book.table.columns {
            let Some((to, its)) = &column.references else { continue };
            let Some(to) =
                books.iter().find(|other| other.table.name == *to && other.table.key.len() == 1 && other.table.key.contains(its))
            else {
                continue;
            };
            let its = store.quoted(its);
            let mut going = format!("SELECT p.{its} FROM {} p WHERE {}", store.quoted(&to.rows), brought(store, to, "p", number));
            if !to.extra.is_empty() {
                // A row that comes back may be what is referred to.
                going = format!(
                    "SELECT m.{its} FROM {} m WHERE m.{its} IN ({going}) AND m.{its} NOT IN (SELECT q.{its} FROM {} q WHERE q.{} = {number} AND q.{} <> {number})",
                    store.quoted(&to.table.name),
                    store.quoted(&to.past),
                    store.quoted(REPLACED_BY),
                    store.quoted(ORDER),
                );
            }
            let told = book.identity_names();
            let told: Vec<&str> = told.iter().map(String::as_str).collect();
            let rows = store.quoted(&book.rows);
            // Rows without a key stand in the book as they are in the table.
            let (from, owner) = if book.keyed {
                (format!("{} m LEFT JOIN {rows} r ON {}", store.quoted(&book.table.name), equal(store, &told, "m", "r")), "r")
            } else {
                (format!("{rows} m"), "m")
            };
            let order = store.quoted(ORDER);
            let sql = format!(
                "SELECT {owner}.{order}, count(*) FROM {from} WHERE m.{} IN ({going}) AND ({owner}.{order} IS NULL OR {owner}.{order} <> {number}) GROUP BY 1",
                store.quoted(&column.name),
            );
            let others = store.ask(&sql, &[])?;
            let later: Vec<i64> = others.iter().filter_map(|row| row.first()?.integer()).collect();
            built_on(store, &later, &format!("have rows of table `{}` that refer to rows of it", book.table.name))?;
            if let Some(rows) = others.first().and_then(|row| row.get(1)) {
                let (table, rows) = (&book.table.name, rows.count());
                return Err(Failure::Data(format!(
                    "nothing was undone: {rows} rows of table `{table}`, which no order brought, refer to rows of it"
                )));
            }
        }
    }
    Ok(())
}

/// Rows that later orders brought while a row was away may be one with it now that it comes back.
fn nothing_in_the_way(store: &mut dyn Store, books: &[Book<'_>], number: i64) -> Result<(), Failure> {
    for book in books.iter().filter(|book| book.table.track.is_some()) {
        let order = store.quoted(ORDER);
        let sql = format!(
            "SELECT DISTINCT r.{order} FROM {} r, {} q WHERE q.{} = {number} AND q.{order} <> {number} AND r.{order} <> {number} AND {}",
            store.quoted(&book.rows),
            store.quoted(&book.past),
            store.quoted(REPLACED_BY),
            track::would_clash(store, book, "r", "q"),
        );
        let found = store.ask(&sql, &[Cell::Text(book.table.name.clone())])?;
        let later: Vec<i64> = found.iter().filter_map(|row| row.first()?.integer()).collect();
        built_on(store, &later, &format!("have rows of table `{}` that are one with rows which would come back", book.table.name))?;
    }
    Ok(())
}

/// The condition under which a row of `_ehr_rows_` goes: the order brought it, and did not put it in another's place.
fn brought(store: &dyn Store, book: &Book<'_>, alias: &str, number: i64) -> String {
    let mine = format!("{alias}.{} = {number}", store.quoted(ORDER));
    // A row that is tracked is never changed in its place.
    if !book.keyed || !book.extra.is_empty() {
        return mine;
    }
    let told = book.identity_names();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    format!(
        "{mine} AND NOT EXISTS (SELECT 1 FROM {} q WHERE q.{} = {number} AND {})",
        store.quoted(&book.past),
        store.quoted(REPLACED_BY),
        equal(store, &told, "q", alias)
    )
}

fn take_out(store: &mut dyn Store, book: &Book<'_>, number: i64) -> Result<Undone, Failure> {
    let rows = store.quoted(&book.rows);
    let order = store.quoted(ORDER);
    let expected = format!("SELECT count(*) FROM {rows} p WHERE {}", brought(store, book, "p", number));
    let expected = store.ask(&expected, &[])?.first().and_then(|row| row.first()).map_or(0, Cell::count);
    let removed = if expected == 0 {
        0
    } else if book.keyed {
        let told = book.identity_names();
        let told: Vec<&str> = told.iter().map(String::as_str).collect();
        let by: Vec<(String, String)> = told.iter().map(|name| (store.quoted(name), store.quoted(name))).collect();
        let chosen = format!("SELECT {} FROM {rows} p WHERE {}", list(store, &told, "p"), brought(store, book, "p", number));
        store.run(&store.delete(&book.table.name, &by, &chosen), &[])?
    } else {
        let sql = alike(store, book, number)?;
        store.run(&sql, &[])?
    };
    if removed != expected {
        let (name, shown, gone) = (&book.table.name, store.shown(), expected.saturating_sub(removed));
        return Err(Failure::Data(format!(
            "nothing was undone: {gone} rows that the order brought to table `{name}` are no longer in `{shown}` as they were"
        )));
    }
    let tracked = !book.extra.is_empty();
    let mut restored = if book.keyed && !tracked { restore(store, book, number)? } else { 0 };
    store.run(&format!("DELETE FROM {rows} WHERE {order} = {number}"), &[])?;
    if tracked {
        let replaced = format!("{} = {number}", store.quoted(REPLACED_BY));
        restored = moving::return_rows(store, book, &format!("{replaced} AND {order} <> {number}"))?;
        // What the order brought and was set aside goes with it.
        store.run(&format!("DELETE FROM {} WHERE {replaced}", store.quoted(&book.past)), &[])?;
    }
    Ok(Undone { removed, restored })
}

/// As many rows as the order brought, of those that are alike in every column.
fn alike(store: &mut dyn Store, book: &Book<'_>, number: i64) -> Result<String, Failure> {
    let address = store.row_address(&book.table.name)?;
    let by: Vec<(String, String)> = address.into_iter().enumerate().map(|(at, column)| (column, format!("a{at}"))).collect();
    let own: Vec<&str> = book.table.columns.iter().map(|column| column.name.as_str()).collect();
    let texts = |of: &str| {
        let each =
            own.iter().enumerate().map(|(at, name)| format!("{} AS c{at}", store.comparable(&format!("{of}.{}", store.quoted(name)))));
        each.collect::<Vec<_>>().join(", ")
    };
    let plain: Vec<String> = (0..own.len()).map(|at| format!("c{at}")).collect();
    let same: Vec<String> = plain.iter().map(|name| store.same(&format!("t.{name}"), &format!("b.{name}"))).collect();
    let (table, rows) = (store.quoted(&book.table.name), store.quoted(&book.rows));
    let chosen = format!(
        "SELECT {told} FROM \
         (SELECT {told}, {plain}, row_number() OVER (PARTITION BY {plain}) AS nr FROM (SELECT {addresses}, {own_texts} FROM {table} m) x) t \
         JOIN (SELECT {plain}, count(*) AS brought FROM (SELECT {book_texts} FROM {rows} p WHERE p.{order} = {number}) y GROUP BY {plain}) b \
         ON {same} WHERE t.nr <= b.brought",
        told = by.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", "),
        addresses = by.iter().map(|(column, name)| format!("{column} AS {name}")).collect::<Vec<_>>().join(", "),
        plain = plain.join(", "),
        own_texts = texts("m"),
        book_texts = texts("p"),
        order = store.quoted(ORDER),
        same = same.join(" AND "),
    );
    Ok(store.delete(&book.table.name, &by, &chosen))
}

/// Puts back what the order replaced.
fn restore(store: &mut dyn Store, book: &Book<'_>, number: i64) -> Result<u64, Failure> {
    let told = book.identity_names();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let rest: Vec<&str> = book.table.columns.iter().map(|column| column.name.as_str()).filter(|name| !told.contains(name)).collect();
    let mine = format!("q.{} = {number}", store.quoted(REPLACED_BY));
    let past = format!("SELECT count(*) FROM {} q WHERE {mine}", store.quoted(&book.past));
    let restored = store.ask(&past, &[])?.first().and_then(|row| row.first()).map_or(0, Cell::count);
    if restored == 0 {
        return Ok(0);
    }
    let values = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), format!("q.{}", store.quoted(name)))).collect::<Vec<_>>();
    let (own, books) = (values(&rest), values(&[PRINT, ORDER]));
    for (table, values) in [(&book.table.name, own), (&book.rows, books)] {
        let values: Vec<(&str, String)> = values.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        if !values.is_empty() {
            store.run(&store.update(table, &book.past, "q", &told, &values, &mine), &[])?;
        }
    }
    store.run(&format!("DELETE FROM {} WHERE {} = {number}", store.quoted(&book.past), store.quoted(REPLACED_BY)), &[])?;
    Ok(restored)
}
