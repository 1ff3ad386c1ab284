//! The tables of our own in a destination: which orders were loaded, and which row came with which of them.
//!
//! | table | holds |
//! | --- | --- |
//! | `_ehr_orders` | each load of an order, numbered in the order of loading; `undone_at` where it was taken out again |
//! | `_ehr_basis` | how many rows an order found there already, and by which order |
//! | `_ehr_rows_<table>` | each row's key, its fingerprint, and the order that brought it as it is |
//! | `_ehr_past_<table>` | rows as they were before an order replaced them, and rows that were set aside when they came |
//! | `_ehr_conflicts` | rows that came again and were not the same (`conflicts`) |
//! | `_ehr_outcomes` | of each load, and each tracked table, how many rows were new, identical, changed or duplicate (`outcomes`) |
//! | `_ehr_tracked` | by what each tracked table is tracked |
//! | `_ehr_packed`, `_ehr_parts` | the books of tables with a key once more, many rows in one value (`packed`) |

use super::cell::Cell;
use super::cell::FORM;
use super::store::Slot;
use super::store::Store;
use crate::error::Failure;
use crate::order::OrderFile;
use crate::order::now;
use chrono::SecondsFormat;
use ehr_rules::Kind;
use ehr_rules::TargetSchema;
use ehr_rules::TargetTable;
use xxhash_rust::xxh3::xxh3_64;

/// The fingerprint of a row.
pub(super) const PRINT: &str = "_ehr_print";
/// More of it, where a row has no key and nothing else tells it from others.
pub(super) const MORE: &str = "_ehr_print_more";
/// The number of the order that brought a row as it is.
pub(super) const ORDER: &str = "_ehr_order";
/// The number of the order that replaced a row.
pub(super) const REPLACED_BY: &str = "_ehr_replaced_by";
/// Which of several rows that are alike in everything it is, from 0.
pub(super) const COPY: &str = "_ehr_copy";
/// The place of a row that is tracked in its order's file, from 0: with the order it names a version of the row.
pub(super) const PLACE: &str = "_ehr_place";
/// The place of the row that a row is part of.
pub(super) const PARENT: &str = "_ehr_parent";
/// The natural key of a row that is tracked.
pub(super) const NATURAL: &str = "_ehr_natural";
/// What it is compared by.
pub(super) const FINGERPRINT: &str = "_ehr_fingerprint";
/// What tells where it differs.
pub(super) const PARTS: &str = "_ehr_parts";
/// All it holds, with what is part of it.
pub(super) const CONTENT: &str = "_ehr_content";
/// When it begins.
pub(super) const START: &str = "_ehr_start";
/// When it ends.
pub(super) const END: &str = "_ehr_end";
/// The file it comes from.
pub(super) const FILE: &str = "_ehr_file";
/// The line of that file.
pub(super) const LINE: &str = "_ehr_line";
/// Databases cut longer names without a word, or refuse them.
const LONGEST_NAME: usize = 63;

/// How the rows of a table are told apart.
pub(super) struct Book<'a> {
    /// The table.
    pub(super) table: &'a TargetTable,
    /// Whether it has a key; rows of one without are told apart by all they hold, and by how often they occur.
    pub(super) keyed: bool,
    /// Its `_ehr_rows_` table.
    pub(super) rows: String,
    /// Its `_ehr_past_` table.
    pub(super) past: String,
    /// What is kept of a row that is tracked, or part of one.
    pub(super) extra: Vec<Slot>,
    /// The table that its rows are part of.
    pub(super) part_of: Option<&'a str>,
}

/// A load of an order that a destination has.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its number.
    pub(super) number: i64,
    /// Rows of the order.
    pub(super) rows: u64,
}

impl<'a> Book<'a> {
    /// The book of a table.
    pub(super) fn of(table: &'a TargetTable, target: &'a TargetSchema) -> Self {
        let name = |prefix: &str| within(format!("{prefix}{}", table.name));
        let parent =
            target.tables.iter().find(|other| other.track.iter().flat_map(|track| &track.children).any(|child| child.table == table.name));
        let texts = [FINGERPRINT, PARTS, CONTENT];
        let extra = match (&table.track, parent) {
            (Some(_), _) => [number(PLACE), Slot { name: NATURAL.to_owned(), kind: Kind::Uuid }]
                .into_iter()
                .chain(texts.map(text))
                .chain([number(START), number(END), text(FILE), number(LINE)])
                .collect(),
            (None, Some(_)) => vec![number(PARENT)],
            (None, None) => Vec::new(),
        };
        let part_of = parent.map(|parent| parent.name.as_str());
        Self { table, keyed: !table.key.is_empty(), rows: name("_ehr_rows_"), past: name("_ehr_past_"), extra, part_of }
    }

    /// The books of the tables whose rows are part of this one's.
    pub(super) fn children(&self, target: &'a TargetSchema) -> Vec<Self> {
        let children = self.table.track.iter().flat_map(|track| &track.children);
        children.filter_map(|child| target.table(&child.table)).map(|table| Book::of(table, target)).collect()
    }

    /// What is kept of a row beside what it holds.
    pub(super) fn kept(&self) -> Vec<String> {
        [PRINT, ORDER].map(str::to_owned).into_iter().chain(self.extra.iter().map(|slot| slot.name.clone())).collect()
    }

    /// The column that names, with the order, the version of a row that is tracked: its own place, or that of the row it is part of.
    pub(super) fn version(&self) -> &'static str {
        if self.part_of.is_some() { PARENT } else { PLACE }
    }

    /// Whether rows that are tracked may share their key in one order, of which one comes to stand.
    pub(super) fn shares_keys(&self) -> bool {
        self.table.track.as_ref().is_some_and(|track| self.table.key.iter().all(|part| track.key.contains(part)))
    }

    /// The columns by which rows are told apart, in `_ehr_rows_` and wherever rows are staged.
    pub(super) fn identity(&self) -> Vec<Slot> {
        if self.keyed {
            self.table.columns.iter().filter(|column| self.table.key.contains(&column.name)).map(slot).collect()
        } else {
            vec![number(PRINT), number(MORE), number(COPY)]
        }
    }

    /// The same columns' names.
    pub(super) fn identity_names(&self) -> Vec<String> {
        self.identity().into_iter().map(|slot| slot.name).collect()
    }

    /// Fails where rows without a key stand in it that less is known of than tells them apart now; an empty one is taken away.
    fn told_by_less(&self, store: &mut dyn Store) -> Result<(), Failure> {
        let there = store.columns(&self.rows)?;
        if there.is_empty() || there.iter().any(|column| column.name == MORE) {
            return Ok(());
        }
        let rows = store.quoted(&self.rows);
        if store.ask(&format!("SELECT 1 FROM {rows} LIMIT 1"), &[])?.is_empty() {
            return store.run(&format!("DROP TABLE {rows}"), &[]).map(drop);
        }
        Err(Failure::World(format!(
            "nothing was loaded: rows of table `{}` in `{}` were brought by another version of this program, which knew less of rows without \
             a key; undo their orders, or load into another database",
            self.table.name,
            store.shown()
        )))
    }

    /// Makes its tables where they are not there; before the first row is written.
    pub(super) fn prepare(&self, store: &mut dyn Store) -> Result<(), Failure> {
        let own: Vec<Slot> = self.table.columns.iter().map(slot).collect();
        let identity = self.identity();
        // Without a key a row is found again by what it holds, so that is kept.
        let told = if self.keyed { identity.clone() } else { own.iter().cloned().chain([MORE, COPY].map(number)).collect() };
        let rows: Vec<Slot> = told.into_iter().chain([number(PRINT), number(ORDER)]).chain(self.extra.iter().cloned()).collect();
        if !self.keyed {
            self.told_by_less(store)?;
        }
        make(store, &self.rows, &rows, &identity)?;
        if self.keyed {
            let kept = [number(PRINT), number(ORDER)].into_iter().chain(self.extra.iter().cloned());
            let past: Vec<Slot> = own.into_iter().chain(kept).chain([number(REPLACED_BY)]).collect();
            make(store, &self.past, &past, &identity)?;
        }
        Ok(())
    }
}

/// Makes a table of our own where it is not there; its rows are looked up by `told`.
pub(super) fn make(store: &mut dyn Store, name: &str, slots: &[Slot], told: &[Slot]) -> Result<(), Failure> {
    if !store.columns(name)?.is_empty() {
        return Ok(());
    }
    let statement = store.book(name, &store.declared(slots), told);
    store.make(name, &[statement])
}

/// Makes the tables that every destination has one of.
pub(super) fn prepare(store: &mut dyn Store) -> Result<(), Failure> {
    let texts = ["order_id", "source", "version", "target", "rules", "program", "loaded_at", "undone_at"];
    let numbers = ["form", "added", "replaced", "same"];
    let columns: Vec<Slot> = texts.iter().map(|name| text(name)).chain(numbers.iter().map(|name| number(name))).collect();
    if store.columns("_ehr_orders")?.is_empty() {
        let key = format!("number {} NOT NULL PRIMARY KEY, {}", store.type_name(&Kind::Integer, None), store.declared(&columns));
        let statement = store.book("_ehr_orders", &key, &[]);
        store.make("_ehr_orders", &[statement])?;
    }
    make(store, "_ehr_basis", &["number", "on_number", "shared"].map(number), &[number("number")])?;
    let form = format!("SELECT number FROM {} WHERE form <> {FORM}", store.quoted("_ehr_orders"));
    if store.ask(&form, &[])?.is_empty() {
        return Ok(());
    }
    Err(Failure::World(format!("`{}` was filled by another version of this program, whose fingerprints differ", store.shown())))
}

/// The order, where it is loaded and was not undone.
pub(super) fn find(store: &mut dyn Store, id: &str) -> Result<Option<Entry>, Failure> {
    let sql = format!(
        "SELECT number, added + replaced + same FROM {} WHERE order_id = {} AND undone_at IS NULL",
        store.quoted("_ehr_orders"),
        store.place(1)
    );
    let found = store.ask(&sql, &[Cell::Text(id.to_owned())])?;
    Ok(found.first().and_then(|row| match row.as_slice() {
        [number, rows] => Some(Entry { number: number.integer()?, rows: rows.count() }),
        _ => None,
    }))
}

/// The number of the next load.
pub(super) fn next(store: &mut dyn Store) -> Result<i64, Failure> {
    let found = store.ask(&format!("SELECT max(number) FROM {}", store.quoted("_ehr_orders")), &[])?;
    Ok(found.first().and_then(|row| row.first()?.integer()).unwrap_or(0) + 1)
}

/// How messages call the orders of these numbers: by their sources and ids.
pub(super) fn names(store: &mut dyn Store, numbers: &[i64]) -> Result<String, Failure> {
    let listed: Vec<String> = numbers.iter().map(ToString::to_string).collect();
    let sql = format!(
        "SELECT order_id, source, version, loaded_at FROM {} WHERE number IN ({}) ORDER BY number",
        store.quoted("_ehr_orders"),
        listed.join(", ")
    );
    let found = store.ask(&sql, &[])?;
    let named = found.iter().filter_map(|row| match row.as_slice() {
        [id, source, version, at] => {
            let id: String = id.text()?.chars().take(12).collect();
            Some(format!("`{id}` ({}/{}, loaded {})", source.text()?, version.text()?, at.text()?))
        }
        _ => None,
    });
    Ok(named.collect::<Vec<_>>().join(", "))
}

/// Writes an order into the list.
pub(super) fn enter(store: &mut dyn Store, number: i64, order: &OrderFile, counts: [u64; 3]) -> Result<(), Failure> {
    let texts = [&order.id, &order.source, &order.version, &order.target, &order.rules, &order.program];
    let mut row: Vec<Cell> = texts.into_iter().map(|text| Cell::Text(text.clone())).collect();
    row.push(Cell::Text(moment()));
    row.extend(counts.map(|count| Cell::Integer(i64::try_from(count).unwrap_or(i64::MAX))));
    let places: Vec<String> = (1..=row.len()).map(|at| store.place(at)).collect();
    let sql = format!(
        "INSERT INTO {} (order_id, source, version, target, rules, program, loaded_at, added, replaced, same, number, form) VALUES ({}, {number}, {FORM})",
        store.quoted("_ehr_orders"),
        places.join(", ")
    );
    store.run(&sql, &row).map(drop)
}

/// Strikes an order out of the list; that it was there stays known.
pub(super) fn strike(store: &mut dyn Store, number: i64) -> Result<(), Failure> {
    let sql = format!("UPDATE {} SET undone_at = {} WHERE number = {number}", store.quoted("_ehr_orders"), store.place(1));
    store.run(&sql, &[Cell::Text(moment())])?;
    store.run(&format!("DELETE FROM {} WHERE number = {number}", store.quoted("_ehr_basis")), &[]).map(drop)
}

/// One number.
pub(super) fn one(store: &mut dyn Store, sql: &str) -> Result<u64, Failure> {
    Ok(store.ask(sql, &[])?.first().and_then(|row| row.first()).map_or(0, Cell::count))
}

/// Makes the table of by what tables are tracked.
pub(super) fn prepare_tracked(store: &mut dyn Store) -> Result<(), Failure> {
    make(store, "_ehr_tracked", &[text("table_name"), text("declared")], &[])
}

/// Fails where rows of a table were tracked by other columns than now: what is kept of them cannot be compared.
pub(super) fn tracked_so(store: &mut dyn Store, book: &Book<'_>) -> Result<(), Failure> {
    let Some(track) = &book.table.track else { return Ok(()) };
    // What becomes of changes may be declared anew; by what they are told may not.
    let by = serde_json::json!([track.key, track.range, track.compared, track.children, track.texts]).to_string();
    let place = store.place(1);
    let found = store.ask(
        &format!("SELECT declared FROM {} WHERE table_name = {place}", store.quoted("_ehr_tracked")),
        &[Cell::Text(book.table.name.clone())],
    )?;
    match found.first().and_then(|row| row.first()?.text()) {
        None => {
            let sql = format!("INSERT INTO {} (table_name, declared) VALUES ({place}, {})", store.quoted("_ehr_tracked"), store.place(2));
            store.run(&sql, &[Cell::Text(book.table.name.clone()), Cell::Text(by)]).map(drop)
        }
        Some(known) if known == by => Ok(()),
        Some(_) => Err(Failure::Data(format!(
            "nothing was loaded: rows of table `{}` in `{}` were tracked by other columns than the target names now; undo their orders, or load \
             into another database",
            book.table.name,
            store.shown()
        ))),
    }
}

/// A column for whole numbers.
pub(super) fn number(name: &str) -> Slot {
    Slot { name: name.to_owned(), kind: Kind::Integer }
}

/// A column for texts.
pub(super) fn text(name: &str) -> Slot {
    Slot { name: name.to_owned(), kind: Kind::Text }
}

fn slot(column: &ehr_rules::TargetColumn) -> Slot {
    Slot { name: column.name.clone(), kind: column.ty.kind.clone() }
}

/// The present moment, as it is written down.
pub(super) fn moment() -> String {
    now().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The name, cut where it is too long for a database, and then told apart by a number made of the whole of it.
fn within(name: String) -> String {
    if name.len() <= LONGEST_NAME {
        return name;
    }
    let mut end = LONGEST_NAME - 17;
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}_{:016x}", &name[..end], xxh3_64(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::within;

    #[test]
    fn long_names_are_cut_and_told_apart() {
        let (one, other) = (within(format!("{}1", "é".repeat(40))), within(format!("{}2", "é".repeat(40))));
        assert!(one.len() <= 63 && other.len() <= 63 && one != other, "{one} {other}");
        assert_eq!(within("_ehr_rows_person".to_owned()), "_ehr_rows_person");
    }
}
