//! Rows that take the place of others, by one statement.

use super::super::exchange::Exchange;
use super::super::exchange::OWNER;
use super::super::exchange::WAS;
use super::super::store::Store;
use super::super::store::equal;
use super::super::store::list;

/// Each row is looked up once: as it was it is kept, and where it stands it is changed.
///
/// A row that somebody changes meanwhile no longer stands where it was looked up and is passed over, so that it lacks in the count. By
/// two statements what somebody wrote in between would be overwritten and kept nowhere.
pub(super) fn at_once(store: &dyn Store, exchange: &Exchange<'_>) -> Vec<String> {
    let rest = exchange.rest();
    if rest.is_empty() {
        return exchange.one_after_the_other(store);
    }
    let (table, new) = (store.quoted(exchange.table), store.quoted(exchange.new));
    let set: Vec<String> = rest.iter().map(|name| store.quoted(name)).map(|name| format!("{name} = n.{name}")).collect();
    // The parts of a table that is divided have rows in the same places.
    let change = format!(
        "UPDATE {table} m SET {} FROM {new} n JOIN {table} o ON {} WHERE m.ctid = o.ctid AND m.tableoid = o.tableoid RETURNING {}, {}",
        set.join(", "),
        equal(store, exchange.told, "n", "o"),
        list(store, exchange.own, "o"),
        list(store, &[WAS, OWNER], "n"),
    );
    vec![format!("WITH gone AS ({change}) INSERT INTO {} SELECT gone.*, {} FROM gone", exchange.into(store), exchange.number)]
}
