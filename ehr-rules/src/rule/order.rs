//! The order in which a level's transforms can run: those read before those that read them.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::ir::transform::Transform;
use crate::rule::view::TableView;
use std::collections::BTreeMap;
use std::collections::HashSet;

/// Orders transforms; those in a cycle are left out and said. A name that is an input's is the input, whatever is made under it.
pub(super) fn order(
    mut waiting: Vec<Transform>,
    inputs: &[TableView],
    places: &BTreeMap<&str, &Place>,
    said: &mut Diagnostics,
) -> Vec<Transform> {
    let inputs: HashSet<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let made = |table: &str| !inputs.contains(table);
    let mut ordered: Vec<Transform> = Vec::new();
    let mut unmade: HashSet<String> = waiting.iter().map(|transform| transform.table.clone()).collect();
    while !waiting.is_empty() {
        let ready = |transform: &Transform| !transform.tables().iter().any(|table| made(table) && unmade.contains(*table));
        match waiting.iter().position(ready) {
            Some(at) => {
                let transform = waiting.remove(at);
                unmade.remove(&transform.table);
                ordered.push(transform);
            }
            None => {
                let cycle = cycle(&waiting, &made);
                if let Some(place) = cycle.first().and_then(|name| places.get(name.as_str())) {
                    let path = cycle.iter().chain(cycle.first()).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" reads ");
                    said.push(
                        Diagnostic::error("E0303", place, format!("`{}` is made from itself: {path}", cycle[0]))
                            .help("let one of them read the table that the other is made from"),
                    );
                }
                return ordered;
            }
        }
    }
    ordered
}

/// Names along one cycle; every transform waits, so following any of them ends in one.
fn cycle(waiting: &[Transform], made: &dyn Fn(&str) -> bool) -> Vec<String> {
    let mut path: Vec<&Transform> = Vec::new();
    let mut at = waiting.iter().min_by(|a, b| a.table.cmp(&b.table));
    while let Some(transform) = at {
        if let Some(start) = path.iter().position(|seen| seen.table == transform.table) {
            return path[start..].iter().map(|transform| transform.table.clone()).collect();
        }
        path.push(transform);
        let read = transform.tables();
        at = waiting.iter().find(|other| made(&other.table) && read.contains(&other.table.as_str()));
    }
    Vec::new()
}
