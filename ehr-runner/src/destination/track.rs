//! Rows that come again: which of an order's rows a destination has already, which are other, and what becomes of those.
//!
//! Each row of a tracked table is judged once, before any of them moves: told by its natural key, and where it has a time by whether that
//! meets the time of a row that is there. What follows moves the rows that are to stand as [`Difference`](super::difference::Difference)
//! moves any; rows that are not to stand go where replaced ones are kept.

use super::books;
use super::books::Book;
use super::books::CONTENT;
use super::books::END;
use super::books::FILE;
use super::books::FINGERPRINT;
use super::books::LINE;
use super::books::NATURAL;
use super::books::ORDER;
use super::books::PARTS;
use super::books::PLACE;
use super::books::REPLACED_BY;
use super::books::START;
use super::cell::Cell;
use super::conflicts;
use super::conflicts::Side;
use super::difference::JUDGED;
use super::store::Slot;
use super::store::Store;
use super::store::equal;
use super::store::list;
use crate::context::Context;
use crate::error::Failure;
use ehr_rules::Changed;
use ehr_rules::ConflictKind;
use ehr_rules::Track;
use serde::Deserialize;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Rows that were there and leave.
pub(super) const GOING: &str = "_ehr_going";
/// Rows of one order that share a key, each once.
const OTHER: &str = "_ehr_other";
/// So many pairs of rows are asked for at once.
const PART: usize = 20_000;

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It comes to stand.
    In,
    /// It is there already, or stands twice in its order.
    Skip,
    /// Another one stands, and this is kept beside it.
    Aside,
}

/// How many rows of a table were what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) struct Outcomes {
    /// Nothing of that key was there.
    pub(crate) new: u64,
    /// They were there as they are.
    pub(crate) identical: u64,
    /// Something else was there.
    pub(crate) changed: u64,
    /// Their key stands earlier in the same order.
    pub(crate) duplicate: u64,
    /// Conflicts that were written down.
    pub(crate) conflicts: u64,
}

impl Outcomes {
    /// With others.
    pub(crate) fn add(&mut self, other: Self) {
        self.new += other.new;
        self.identical += other.identical;
        self.changed += other.changed;
        self.duplicate += other.duplicate;
        self.conflicts += other.conflicts;
    }
}

/// What a table's rows come to.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Each row's fate, by its place.
    pub(super) fates: Vec<Fate>,
    /// How many were what.
    pub(super) outcomes: Outcomes,
    /// Of those that were there, how many each earlier order had brought.
    pub(super) basis: BTreeMap<i64, u64>,
}

/// A row of the order beside one that is there, or that stands earlier in the order.
struct Pair {
    place: u64,
    order: i64,
    at: u64,
    same: bool,
    /// The order that brought the same before, beside the same.
    known: Option<i64>,
    old: Side,
    new: Side,
}

/// A table of an order, to be judged.
pub(super) struct Tracking<'a> {
    pub(super) context: &'a Context,
    pub(super) book: &'a Book<'a>,
    pub(super) track: &'a Track,
    pub(super) number: i64,
    pub(super) rows: u64,
}

impl Tracking<'_> {
    /// Judges the rows that `fill` puts beside each other, writes down conflicts, and takes out what no longer stands.
    pub(super) fn judge(&self, store: &mut dyn Store, children: &[&Book<'_>]) -> Result<Judged, Failure> {
        let mut judged = Judged { fates: vec![Fate::In; usize::try_from(self.rows).unwrap_or(usize::MAX)], ..Judged::default() };
        let mut leaving = Vec::new();
        once_more(store, &mut judged)?;
        let twice = self.twice(store)?;
        let later: BTreeSet<u64> = twice.iter().map(|pair| pair.place).collect();
        let mut changed = BTreeSet::new();
        for from in (0..self.rows).step_by(PART) {
            self.context.go_on()?;
            let pairs = self.there(store, from)?;
            for one in pairs.chunk_by(|a, b| a.place == b.place) {
                let kind = one.first().filter(|pair| later.contains(&pair.place)).and_then(|_| self.track.twice());
                if self.again(store, one, kind, &mut judged, &mut leaving)? {
                    changed.extend(one.first().map(|pair| pair.place));
                }
            }
        }
        for one in twice.chunk_by(|a, b| a.place == b.place) {
            if one.first().is_some_and(|pair| !changed.contains(&pair.place)) {
                self.beside(store, one, &mut judged)?;
            }
        }
        judged.outcomes.new = self.rows - judged.outcomes.identical - judged.outcomes.changed - judged.outcomes.duplicate;
        self.take_out(store, &leaving, children)?;
        store.run(&store.drop_temporary(JUDGED), &[])?;
        Ok(judged)
    }

    /// Rows whose key stands earlier in the order with other content, each beside those.
    fn twice(&self, store: &mut dyn Store) -> Result<Vec<Pair>, Failure> {
        let (natural, print, place) = (store.quoted(NATURAL), store.quoted(FINGERPRINT), store.quoted(PLACE));
        // Temporary tables are read once in a statement, which is all that some databases allow.
        let sql = format!("SELECT 1 FROM {} GROUP BY {natural} HAVING count(DISTINCT {print}) > 1 LIMIT 1", store.quoted(JUDGED));
        if store.ask(&sql, &[])?.is_empty() {
            return Ok(Vec::new());
        }
        let all: Vec<Slot> = self.book.extra.clone();
        let names: Vec<&str> = all.iter().map(|slot| slot.name.as_str()).collect();
        store.run(&store.temporary(OTHER, &all), &[])?;
        let fill = format!(
            "INSERT INTO {} ({list}) SELECT {list} FROM (SELECT {list}, row_number() OVER (PARTITION BY {natural}, {print} ORDER BY {place}) AS nr, \
             min({print}) OVER (PARTITION BY {natural}) AS least, max({print}) OVER (PARTITION BY {natural}) AS most FROM {}) s \
             WHERE nr = 1 AND least <> most",
            store.quoted(OTHER),
            store.quoted(JUDGED),
            list = list(store, &names, ""),
        );
        store.run(&fill, &[])?;
        store.settle(OTHER)?;
        let sql = format!(
            "SELECT {} FROM {} a JOIN {} b ON a.{natural} = b.{natural} AND a.{place} < b.{place} AND {} WHERE a.{print} <> b.{print} \
             ORDER BY b.{place}, a.{place}",
            columns(store, "a", "b", &self.number.to_string(), "NULL"),
            store.quoted(OTHER),
            store.quoted(JUDGED),
            self.meet(store, "a", "b"),
        );
        let pairs = pairs(store, &sql, &[])?;
        store.run(&store.drop_temporary(OTHER), &[])?;
        Ok(pairs)
    }

    /// A row whose key stands earlier in the order, beside those that do; what is out already is in nobody's way.
    fn beside(&self, store: &mut dyn Store, pairs: &[Pair], judged: &mut Judged) -> Result<(), Failure> {
        let Some(first) = pairs.first().filter(|first| judged.fate(first.place) == Fate::In) else { return Ok(()) };
        let Some(earlier) = pairs.iter().find(|pair| judged.fate(pair.at) == Fate::In) else { return Ok(()) };
        let Some(kind) = self.track.twice() else { return Ok(()) };
        judged.outcomes.duplicate += 1;
        self.conflict(store, earlier, kind, judged)?;
        match kind.then {
            Changed::KeepOld | Changed::Quarantine => judged.set(first.place, Fate::Aside),
            Changed::TakeNew => judged.set(earlier.at, Fate::Aside),
            Changed::KeepBoth => {}
        }
        Ok(())
    }

    /// The pairs of rows from `from` on and rows that are there.
    fn there(&self, store: &mut dyn Store, from: u64) -> Result<Vec<Pair>, Failure> {
        let (place, natural, order, print) = (store.quoted(PLACE), store.quoted(NATURAL), store.quoted(ORDER), store.quoted(FINGERPRINT));
        let sql = format!(
            "SELECT {} FROM {} s JOIN {} r ON r.{natural} = s.{natural} AND {} LEFT JOIN ({}) k \
             ON k.on_order = r.{order} AND k.on_place = r.{place} AND k.new_fingerprint = s.{print} \
             WHERE s.{place} >= {from} AND s.{place} < {} ORDER BY s.{place}, r.{order}, r.{place}",
            columns(store, "r", "s", &format!("r.{order}"), "k.by_order"),
            store.quoted(JUDGED),
            store.quoted(&self.book.rows),
            self.meet(store, "r", "s"),
            conflicts::known(store),
            from + PART as u64,
        );
        pairs(store, &sql, &[Cell::Text(self.book.table.name.clone())])
    }

    /// A row, and those that are there of its key; whether they differ.
    fn again(
        &self,
        store: &mut dyn Store,
        there: &[Pair],
        kind: Option<&ConflictKind>,
        judged: &mut Judged,
        leaving: &mut Vec<(i64, u64)>,
    ) -> Result<bool, Failure> {
        let Some(first) = there.first().filter(|first| judged.fate(first.place) == Fate::In) else { return Ok(false) };
        if let Some(same) = there.iter().find(|pair| pair.same) {
            judged.outcomes.identical += 1;
            judged.set(first.place, Fate::Skip);
            *judged.basis.entry(same.order).or_default() += 1;
            return Ok(false);
        }
        judged.outcomes.changed += 1;
        for pair in there {
            *judged.basis.entry(pair.order).or_default() += 1;
        }
        if let Some(by) = there.iter().find_map(|pair| pair.known) {
            // The same was brought before, and somebody decides or decided about it.
            judged.set(first.place, Fate::Skip);
            *judged.basis.entry(by).or_default() += 1;
            return Ok(true);
        }
        let changed: Vec<String> = there.iter().flat_map(|pair| differing(&pair.old.parts, &pair.new.parts)).collect();
        let Some(kind) = kind.or_else(|| self.track.kind(&changed)) else { return Ok(true) };
        for pair in there {
            self.conflict(store, pair, kind, judged)?;
        }
        match kind.then {
            Changed::KeepOld | Changed::Quarantine => judged.set(first.place, Fate::Aside),
            Changed::TakeNew => leaving.extend(there.iter().map(|pair| (pair.order, pair.at))),
            Changed::KeepBoth => {}
        }
        Ok(true)
    }

    fn conflict(&self, store: &mut dyn Store, pair: &Pair, kind: &ConflictKind, judged: &mut Judged) -> Result<(), Failure> {
        judged.outcomes.conflicts += 1;
        let changed = differing(&pair.old.parts, &pair.new.parts);
        conflicts::enter(
            store,
            &self.book.table.name,
            kind,
            &changed,
            (pair.order, pair.at, &pair.old),
            (self.number, pair.place, &pair.new),
        )
    }

    /// Rows that no longer stand go where replaced ones are kept, with those that are part of them.
    fn take_out(&self, store: &mut dyn Store, leaving: &[(i64, u64)], children: &[&Book<'_>]) -> Result<(), Failure> {
        if leaving.is_empty() {
            return Ok(());
        }
        name_rows(store, leaving)?;
        for book in children.iter().rev().copied().chain([self.book]) {
            put_away(store, book, self.number)?;
        }
        store.run(&store.drop_temporary(GOING), &[]).map(drop)
    }

    /// The condition under which two rows of one key are one row.
    fn meet(&self, store: &dyn Store, one: &str, other: &str) -> String {
        if self.track.range.is_none() {
            return "1 = 1".to_owned();
        }
        let (start, end) = (store.quoted(START), store.quoted(END));
        format!("{one}.{start} <= {other}.{end} AND {other}.{start} <= {one}.{end}")
    }
}

impl Judged {
    /// What becomes of the row at a place.
    pub(super) fn fate(&self, place: u64) -> Fate {
        usize::try_from(place).ok().and_then(|place| self.fates.get(place)).copied().unwrap_or(Fate::In)
    }

    fn set(&mut self, place: u64, fate: Fate) {
        if let Some(known) = usize::try_from(place).ok().and_then(|place| self.fates.get_mut(place)) {
            *known = fate;
        }
    }
}

/// Rows that stand once more in the order, alike in all that is compared: the first stands for them.
fn once_more(store: &mut dyn Store, judged: &mut Judged) -> Result<(), Failure> {
    let (natural, print, place) = (store.quoted(NATURAL), store.quoted(FINGERPRINT), store.quoted(PLACE));
    let table = store.quoted(JUDGED);
    let sql = format!(
        "SELECT place FROM (SELECT {place} AS place, row_number() OVER (PARTITION BY {natural}, {print} ORDER BY {place}) AS nr FROM {table}) s \
         WHERE nr > 1"
    );
    for row in store.ask(&sql, &[])? {
        judged.set(row.first().map_or(0, Cell::count), Fate::Skip);
        judged.outcomes.duplicate += 1;
    }
    Ok(())
}

/// What is asked of two rows beside each other.
fn columns(store: &dyn Store, old: &str, new: &str, order: &str, known: &str) -> String {
    let (place, print) = (store.quoted(PLACE), store.quoted(FINGERPRINT));
    let side = [FINGERPRINT, PARTS, CONTENT, FILE, LINE];
    format!(
        "{new}.{place}, {order}, {old}.{place}, CASE WHEN {old}.{print} = {new}.{print} THEN 1 ELSE 0 END, {known}, {}, {}",
        list(store, &side, old),
        list(store, &side, new)
    )
}

/// The rows of a query that asks for [`columns`].
fn pairs(store: &mut dyn Store, sql: &str, values: &[Cell]) -> Result<Vec<Pair>, Failure> {
    let rows = store.ask(sql, values)?;
    Ok(rows
        .into_iter()
        .filter_map(|row| {
            let (counts, sides) = row.split_at_checked(5)?;
            let (old, new) = sides.split_at_checked(5)?;
            let [place, order, at, same, known] = counts else { return None };
            Some(Pair {
                place: place.count(),
                order: order.integer()?,
                at: at.count(),
                same: same.count() == 1,
                known: known.integer(),
                old: Side::of(old)?,
                new: Side::of(new)?,
            })
        })
        .collect())
}

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

/// The columns in which two rows differ.
fn differing(old: &str, new: &str) -> Vec<String> {
    let parts = |text: &str| serde_json::from_str::<serde_json::Map<String, Value>>(text).unwrap_or_default();
    let (old, new) = (parts(old), parts(new));
    let gone = old.iter().filter(|(name, hash)| new.get(*name) != Some(hash)).map(|(name, _)| name);
    let mut names: Vec<String> = gone.chain(new.keys().filter(|name| !old.contains_key(*name))).cloned().collect();
    names.sort();
    names
}
