//! How `status` tells where a destination stands.

use crate::destination::Held;
use crate::destination::Place;
use crate::destination::Standing;
use crate::destination::Tally;
use crate::report::grid;
use std::collections::BTreeMap;
use std::fmt::Write;

/// In words.
pub(super) fn human(Standing { to, own, tenants }: &Standing) -> String {
    let mut text = format!("{to}\n");
    if tenants.is_empty() || !own.orders.is_empty() {
        text.push_str(&held(own));
    }
    if tenants.is_empty() {
        return text;
    }
    let mut rows =
        vec![["tenant", "place", "status", "orders", "last loaded", "open conflicts", "of them high"].map(str::to_owned).to_vec()];
    for Place { tenant, identifier, status, held } in tenants {
        let there: Vec<_> = held.orders.iter().filter(|order| order.undone_at.is_none()).collect();
        let high = held.open_conflicts.iter().filter(|tally| tally.severity == "high").map(|tally| tally.conflicts).sum::<u64>();
        rows.push(vec![
            plain(tenant),
            identifier.clone(),
            status.clone(),
            there.len().to_string(),
            there.last().map(|order| order.loaded_at.clone()).unwrap_or_default(),
            held.open().to_string(),
            high.to_string(),
        ]);
    }
    // Writing to a text does not fail.
    let _ = write!(text, "\n{}", grid(&rows));
    let mut all: BTreeMap<(String, String, String), u64> = BTreeMap::new();
    for tally in tenants.iter().flat_map(|place| &place.held.open_conflicts) {
        *all.entry((tally.table.clone(), tally.kind.clone(), tally.severity.clone())).or_default() += tally.conflicts;
    }
    let all: Vec<Tally> = all.into_iter().map(|((table, kind, severity), conflicts)| Tally { table, kind, severity, conflicts }).collect();
    text.push_str(&tallied("open conflicts of all tenants", &all));
    text
}

/// The orders in one place, and what they left open.
fn held(held: &Held) -> String {
    if held.orders.is_empty() {
        return "no order was loaded here\n".to_owned();
    }
    let heads = ["load", "order", "source", "target", "loaded", "added", "replaced", "same", "undone"];
    let mut rows = vec![heads.map(str::to_owned).to_vec()];
    for order in &held.orders {
        rows.push(vec![
            order.number.to_string(),
            order.order.chars().take(12).collect(),
            order.source.clone(),
            order.target.clone(),
            order.loaded_at.clone(),
            order.added.to_string(),
            order.replaced.to_string(),
            order.same.to_string(),
            order.undone_at.clone().unwrap_or_default(),
        ]);
    }
    let mut text = grid(&rows);
    text.push_str(&tallied("open conflicts", &held.open_conflicts));
    text
}

fn tallied(title: &str, tallies: &[Tally]) -> String {
    if tallies.is_empty() {
        return format!("\nno {title}\n");
    }
    let mut rows = vec![["table", "kind", "severity", "conflicts"].map(str::to_owned).to_vec()];
    rows.extend(tallies.iter().map(|one| vec![one.table.clone(), one.kind.clone(), one.severity.clone(), one.conflicts.to_string()]));
    format!("\n{title}\n{}", grid(&rows))
}

/// Nothing in a name may draw on the terminal.
pub(super) fn plain(name: &str) -> String {
    name.chars().flat_map(char::escape_debug).collect()
}
