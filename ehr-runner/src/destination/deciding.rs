//! What somebody decides about a conflict: which of its rows stand. Every decision can be taken back.

use super::books;
use super::books::Book;
use super::books::NATURAL;
use super::books::ORDER;
use super::books::REPLACED_BY;
use super::cell::Cell;
use super::conflicts;
use super::conflicts::Conflict;
use super::conflicts::Decision;
use super::moving;
use super::store::Store;
use super::store::equal;
use super::track;
use crate::error::Failure;
use ehr_rules::Changed;
use ehr_rules::TargetSchema;

/// What somebody decides.
pub(crate) struct Verdict<'a> {
    pub(crate) id: i64,
    pub(crate) decision: Decision,
    pub(crate) by: Option<&'a str>,
    pub(crate) note: Option<&'a str>,
}

/// Decides a conflict, and with it those of the same new row: which rows stand. `None` where it was decided so before.
pub(super) fn decide(store: &mut dyn Store, target: &TargetSchema, verdict: &Verdict<'_>) -> Result<Option<Vec<Conflict>>, Failure> {
    let found = conflicts::list(store, Some(verdict.id), false)?;
    let Some(first) = found.first() else {
        return Err(Failure::Usage(format!("there is no conflict {} in `{}`", verdict.id, store.shown())));
    };
    if found.iter().all(|conflict| conflict.status == verdict.decision.word()) {
        return Ok(None);
    }
    let Some(table) = target.table(&first.table) else {
        return Err(Failure::Data(format!("the target `{}` has no table `{}` any more", target.name, first.table)));
    };
    let number = first.new.order;
    let book = Book::of(table, target);
    let (old, new) = match verdict.decision {
        Decision::Accepted => (false, true),
        Decision::Rejected => (true, false),
        Decision::Open => (first.policy != Changed::TakeNew.word(), matches!(first.policy.as_str(), "take_new" | "keep_both")),
    };
    let olds: Vec<(i64, u64)> = found.iter().map(|conflict| (conflict.old.order, conflict.on_place)).collect();
    let news = vec![(number, first.place)];
    // What leaves makes room for what comes.
    let mut sides = [(olds, old), (news, new)];
    sides.sort_by_key(|(_, stands)| *stands);
    for (versions, stands) in sides {
        move_rows(store, target, &book, &versions, stands, number)?;
    }
    store.check_references(target)?;
    let ids: Vec<String> = found.iter().map(|conflict| conflict.id.to_string()).collect();
    let decided = verdict.decision != Decision::Open;
    let optional = |text: Option<&str>| text.filter(|_| decided).map_or(Cell::Null, |text| Cell::Text(text.to_owned()));
    let moment = books::moment();
    let row = [Cell::Text(verdict.decision.word().to_owned()), optional(Some(&moment)), optional(verdict.by), optional(verdict.note)];
    let places: Vec<String> = (1..=row.len()).map(|at| store.place(at)).collect();
    let [status, at, by, note] = places.as_slice() else { return Ok(None) };
    let sql = format!(
        "UPDATE {} SET status = {status}, decided_at = {at}, decided_by = {by}, note = {note} WHERE id IN ({})",
        store.quoted(conflicts::TABLE),
        ids.join(", ")
    );
    store.run(&sql, &row)?;
    conflicts::list(store, Some(verdict.id), false).map(Some)
}

/// Lets versions of rows stand, with what is part of them, or puts them away.
fn move_rows(
    store: &mut dyn Store,
    target: &TargetSchema,
    book: &Book<'_>,
    versions: &[(i64, u64)],
    stand: bool,
    number: i64,
) -> Result<(), Failure> {
    let mut moving = Vec::new();
    for version in versions {
        let stands = is_in(store, &book.rows, book, *version, "")?;
        let replaced = format!(" AND {} = {number}", store.quoted(REPLACED_BY));
        // What another order or another decision put away, this one would not find again when it is taken back.
        if !stands && !is_in(store, &book.past, book, *version, &replaced)? {
            return Err(elsewhere(store, book));
        }
        if stands != stand {
            moving.push(*version);
        }
    }
    if moving.is_empty() {
        return Ok(());
    }
    moving::name_rows(store, &moving)?;
    let children = book.children(target);
    if stand {
        for version in &moving {
            if is_in_the_way(store, book, *version, number)? {
                return Err(elsewhere(store, book));
            }
            if book.shares_keys() {
                children.iter().try_for_each(|child| follow(store, book, child, *version))?;
            }
        }
        for book in std::iter::once(book).chain(&children) {
            moving::put_back(store, book, number)?;
        }
    } else {
        for book in children.iter().rev().chain([book]) {
            moving::put_away(store, book, number)?;
        }
    }
    store.run(&store.drop_temporary(moving::GOING), &[]).map(drop)
}

/// Whether a version of a row is in one of a book's tables.
fn is_in(store: &mut dyn Store, table: &str, book: &Book<'_>, (order, place): (i64, u64), only: &str) -> Result<bool, Failure> {
    let sql = format!(
        "SELECT count(*) FROM {} WHERE {} = {order} AND {} = {place}{only}",
        store.quoted(table),
        store.quoted(ORDER),
        store.quoted(book.version())
    );
    Ok(books::one(store, &sql)? > 0)
}

/// Whether a row that is to come back has the key of one that stands, or is one with it and was never meant to stand beside it.
fn is_in_the_way(store: &mut dyn Store, book: &Book<'_>, (order, place): (i64, u64), number: i64) -> Result<bool, Failure> {
    let told = book.identity_names();
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    let sql = format!(
        "SELECT count(*) FROM {} r, {} q WHERE q.{} = {order} AND q.{} = {place} AND q.{} = {number} AND ({} OR ({}))",
        store.quoted(&book.rows),
        store.quoted(&book.past),
        store.quoted(ORDER),
        store.quoted(book.version()),
        store.quoted(REPLACED_BY),
        equal(store, &told, "r", "q"),
        track::would_clash(store, book, "r", "q"),
    );
    let found = store.ask(&sql, &[Cell::Text(book.table.name.clone())])?;
    Ok(found.first().and_then(|row| row.first()).is_some_and(|rows| rows.count() > 0))
}

/// What is part of rows of one order that share their key goes with the one of them that comes to stand.
fn follow(store: &mut dyn Store, book: &Book<'_>, child: &Book<'_>, (order, place): (i64, u64)) -> Result<(), Failure> {
    let (past, own, parent, place_of) =
        (store.quoted(&book.past), store.quoted(ORDER), store.quoted(child.version()), store.quoted(book.version()));
    let natural = store.quoted(NATURAL);
    let sql = format!(
        "UPDATE {} SET {parent} = {place} WHERE {own} = {order} AND {parent} IN (SELECT f.{place_of} FROM {past} f JOIN {past} v \
         ON f.{natural} = v.{natural} WHERE f.{own} = {order} AND v.{own} = {order} AND v.{place_of} = {place})",
        store.quoted(&child.past),
    );
    store.run(&sql, &[]).map(drop)
}

/// A later order or another decision stands in the way.
fn elsewhere(store: &dyn Store, book: &Book<'_>) -> Failure {
    let (table, shown) = (&book.table.name, store.shown());
    Failure::Data(format!(
        "nothing was changed: a row of table `{table}` in `{shown}` that this is about was replaced since, by a later order or by what was \
         decided of another conflict; undo or reopen that first"
    ))
}
