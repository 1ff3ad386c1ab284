//! `_ehr_conflicts`: rows that came again and were not the same, with what was there and what came, until somebody decides.
//!
//! A conflict belongs to the order that brought the new row, and goes with it. Whatever is decided only says which of its rows stand:
//! the others are kept, as replaced rows are.

use super::books;
use super::books::ORDER;
use super::books::PLACE;
use super::cell::Cell;
use super::standing::Tally;
use super::store::Slot;
use super::store::Store;
use crate::error::Failure;
use clap::ValueEnum;
use ehr_rules::Changed;
use ehr_rules::ConflictKind;
use serde::Serialize;
use serde_json::Value;
use serde_json::json;

/// The table.
pub(super) const TABLE: &str = "_ehr_conflicts";
const NUMBERS: [&str; 6] = ["order_number", "place", "on_order", "on_place", "old_line", "new_line"];
const TEXTS: [&str; 15] = [
    "table_name",
    "kind",
    "severity",
    "policy",
    "changed",
    "old_values",
    "new_values",
    "old_file",
    "new_file",
    "new_fingerprint",
    "status",
    "recorded_at",
    "decided_at",
    "decided_by",
    "note",
];

/// One of the two rows of a conflict.
pub(super) struct Side {
    pub(super) fingerprint: String,
    pub(super) parts: String,
    content: String,
    file: Cell,
    line: Cell,
}

/// Where a conflict stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Decision {
    /// Nobody decided; what stands is as the rules say.
    Open,
    /// The new row stands.
    Accepted,
    /// The old row stands.
    Rejected,
}

/// A conflict as it is told; values are there only where they were asked for.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Conflict {
    pub(crate) id: i64,
    pub(crate) table: String,
    pub(crate) kind: String,
    pub(crate) severity: String,
    pub(crate) policy: String,
    pub(crate) status: String,
    /// The columns that differ.
    pub(crate) changed: Vec<String>,
    pub(crate) old: Origin,
    pub(crate) new: Origin,
    pub(crate) recorded_at: String,
    pub(crate) decided_at: Option<String>,
    pub(crate) decided_by: Option<String>,
    pub(crate) note: Option<String>,
    #[serde(skip)]
    pub(super) place: u64,
    #[serde(skip)]
    pub(super) on_place: u64,
}

/// Where a row of a conflict comes from, and what it holds.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Origin {
    /// The number of its order in the database.
    pub(crate) order: i64,
    pub(crate) file: Option<String>,
    pub(crate) line: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) values: Option<Value>,
}

impl Decision {
    /// As it is written.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
        }
    }
}

impl Side {
    pub(super) fn of(cells: &[Cell]) -> Option<Self> {
        let [fingerprint, parts, content, file, line] = cells else { return None };
        let text = |cell: &Cell| cell.text().map(str::to_owned);
        Some(Self { fingerprint: text(fingerprint)?, parts: text(parts)?, content: text(content)?, file: file.clone(), line: line.clone() })
    }
}

/// Makes the table where it is not there.
pub(super) fn prepare(store: &mut dyn Store) -> Result<(), Failure> {
    let slots: Vec<Slot> = NUMBERS.iter().map(|name| books::number(name)).chain(TEXTS.iter().map(|name| books::text(name))).collect();
    if !store.columns(TABLE)?.is_empty() {
        return Ok(());
    }
    let key = format!("id {} NOT NULL PRIMARY KEY, {}", store.type_name(&ehr_rules::Kind::Integer, None), store.declared(&slots));
    let statement = store.book(TABLE, &key, &[]);
    store.make(TABLE, &[statement])
}

/// The conflicts of a table, which is the first parameter, by what they are between and the order that brought each first.
pub(super) fn known(store: &dyn Store) -> String {
    format!(
        "SELECT on_order, on_place, new_fingerprint, min(order_number) AS by_order FROM {} WHERE table_name = {} GROUP BY on_order, on_place, new_fingerprint",
        store.quoted(TABLE),
        store.place(1)
    )
}

/// Asks for conflicts between two rows of a table, which is the first parameter, that let both stand.
pub(super) fn keeps_both(store: &dyn Store, one: &str, other: &str) -> String {
    let (order, place) = (store.quoted(ORDER), store.quoted(PLACE));
    let between = |old: &str, new: &str| {
        format!(
            "(c.on_order = {old}.{order} AND c.on_place = {old}.{place} AND c.order_number = {new}.{order} AND c.place = {new}.{place})"
        )
    };
    format!(
        "SELECT 1 FROM {} c WHERE c.table_name = {} AND c.policy = '{}' AND ({} OR {})",
        store.quoted(TABLE),
        store.place(1),
        Changed::KeepBoth.word(),
        between(one, other),
        between(other, one)
    )
}

/// How many conflicts nobody decided, by what they are.
pub(super) fn open(store: &mut dyn Store) -> Result<Vec<Tally>, Failure> {
    if store.columns(TABLE)?.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT table_name, kind, severity, count(*) FROM {} WHERE status = '{}' GROUP BY table_name, kind, severity ORDER BY 1, 2, 3",
        store.quoted(TABLE),
        Decision::Open.word()
    );
    let rows = store.ask(&sql, &[])?;
    let told = |row: &Vec<Cell>| {
        let [table, kind, severity, conflicts] = row.as_slice() else { return None };
        let text = |cell: &Cell| cell.text().map(str::to_owned);
        Some(Tally { table: text(table)?, kind: text(kind)?, severity: text(severity)?, conflicts: conflicts.count() })
    };
    Ok(rows.iter().filter_map(told).collect())
}

/// Writes a conflict down.
pub(super) fn enter(
    store: &mut dyn Store,
    table: &str,
    kind: &ConflictKind,
    changed: &[String],
    (on_order, on_place, old): (i64, u64, &Side),
    (order, place, new): (i64, u64, &Side),
) -> Result<(), Failure> {
    let last = store.ask(&format!("SELECT max(id) FROM {}", store.quoted(TABLE)), &[])?;
    let id = last.first().and_then(|row| row.first()?.integer()).unwrap_or(0) + 1;
    let number = |count: u64| Cell::Integer(count.cast_signed());
    let text = |text: &str| Cell::Text(text.to_owned());
    let mut row = vec![Cell::Integer(id), Cell::Integer(order), number(place), Cell::Integer(on_order), number(on_place)];
    row.extend([old.line.clone(), new.line.clone(), text(table), text(&kind.name), text(kind.weight.word()), text(kind.then.word())]);
    row.extend([text(&json!(changed).to_string()), text(&old.content), text(&new.content), old.file.clone(), new.file.clone()]);
    row.extend([text(&new.fingerprint), text(Decision::Open.word()), text(&books::moment()), Cell::Null, Cell::Null, Cell::Null]);
    let places: Vec<String> = (1..=row.len()).map(|at| store.place(at)).collect();
    let names: Vec<&str> = ["id"].into_iter().chain(NUMBERS).chain(TEXTS).collect();
    let sql = format!("INSERT INTO {} ({}) VALUES ({})", store.quoted(TABLE), names.join(", "), places.join(", "));
    store.run(&sql, &row).map(drop)
}

/// Takes an order's conflicts out, with the order.
pub(super) fn strike(store: &mut dyn Store, number: i64) -> Result<(), Failure> {
    if store.columns(TABLE)?.is_empty() {
        return Ok(());
    }
    store.run(&format!("DELETE FROM {} WHERE order_number = {number}", store.quoted(TABLE)), &[]).map(drop)
}

/// The conflicts that there are: all, or one and those of the same new row.
pub(super) fn list(store: &mut dyn Store, id: Option<i64>, values: bool) -> Result<Vec<Conflict>, Failure> {
    if store.columns(TABLE)?.is_empty() {
        return Ok(Vec::new());
    }
    let table = store.quoted(TABLE);
    let names: Vec<&str> = ["id"].into_iter().chain(NUMBERS).chain(TEXTS).collect();
    let only = id.map_or_else(String::new, |id| {
        format!(" WHERE (order_number, place, table_name) IN (SELECT order_number, place, table_name FROM {table} WHERE id = {id})")
    });
    let sql = format!("SELECT {} FROM {table}{only} ORDER BY id", names.join(", "));
    let rows = store.ask(&sql, &[])?;
    Ok(rows.iter().filter_map(|row| told(row, values)).collect())
}

fn told(row: &[Cell], values: bool) -> Option<Conflict> {
    let number = |at: usize| row.get(at).and_then(Cell::integer);
    let text = |at: usize| row.get(at).and_then(Cell::text).map(str::to_owned);
    let held = |at: usize| text(at).filter(|_| values).and_then(|text| serde_json::from_str(&text).ok());
    Some(Conflict {
        id: number(0)?,
        table: text(7)?,
        kind: text(8)?,
        severity: text(9)?,
        policy: text(10)?,
        status: text(17)?,
        changed: serde_json::from_str(&text(11)?).ok()?,
        old: Origin { order: number(3)?, file: text(14), line: number(5), values: held(12) },
        new: Origin { order: number(1)?, file: text(15), line: number(6), values: held(13) },
        recorded_at: text(18)?,
        decided_at: text(19),
        decided_by: text(20),
        note: text(21),
        place: row.get(2)?.count(),
        on_place: row.get(4)?.count(),
    })
}

/// The name of the target that a conflict's order was for; `None` where there is no such conflict.
pub(super) fn target(store: &mut dyn Store, id: i64) -> Result<Option<String>, Failure> {
    if store.columns(TABLE)?.is_empty() {
        return Ok(None);
    }
    let sql = format!(
        "SELECT o.target FROM {} o JOIN {} c ON c.order_number = o.number WHERE c.id = {id}",
        store.quoted("_ehr_orders"),
        store.quoted(TABLE)
    );
    Ok(store.ask(&sql, &[])?.first().and_then(|row| Some(row.first()?.text()?.to_owned())))
}
