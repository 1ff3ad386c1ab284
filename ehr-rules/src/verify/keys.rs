//! Primary keys are unique, and references resolve to rows of tables that are filled here.

use super::say::Check;
use super::say::Said;
use crate::dataset::Table;
use crate::engine::demand::Count;
use crate::engine::identity;
use crate::engine::identity::Identities;
use crate::error::Error;
use crate::ir::budget::Budget;
use crate::ir::schema::Severity;
use crate::ir::target::TargetSchema;
use crate::ir::target::TargetTable;
use crate::ir::tenant;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is known of keys.
#[derive(Default)]
pub(super) struct Known {
    /// Identities of a table's column, by table and column.
    held: BTreeMap<(String, String), Arc<Identities>>,
    /// Tables with a key that no two rows share.
    pub unique: BTreeSet<String>,
}

impl Known {
    /// What is known of other tables too.
    pub(super) fn add(&mut self, others: Self) {
        self.held.extend(others.held);
        self.unique.extend(others.unique);
    }
}

/// Of the rows of a table whose key another row has, those that are another thing all the same.
pub(super) type Collided<'a> = &'a (dyn Fn(&TargetTable) -> Result<u64, Error> + Sync);

/// The identities of a table without rows.
pub(super) fn none(target: &TargetSchema, table: &str) -> Known {
    let held = offered(target, table).into_iter().map(|column| ((table.to_owned(), column), Arc::default())).collect();
    Known { held, ..Known::default() }
}

/// One pass: the primary key, and every reference to a table that is filled here.
struct Pass {
    key: Option<Identities>,
    references: Vec<Arc<Identities>>,
    offered: Vec<Identities>,
    twice: u64,
    /// For each reference how many resolve to nothing, of how many.
    dangling: Vec<(u64, u64)>,
}

/// Checks them in one pass, and gives the identities of the columns that others refer to.
pub(super) fn look_at(
    target: &TargetSchema,
    shape: &TargetTable,
    table: &Table,
    known: &Known,
    collided: Collided<'_>,
    said: &Said<'_>,
) -> Result<Known, Error> {
    let mut keys: Vec<Vec<String>> = Vec::new();
    // Each tenant's tables are held against themselves alone.
    let of = |columns: &[String]| -> Vec<String> {
        columns.iter().cloned().chain(target.tenant.as_ref().map(|_| tenant::COLUMN.to_owned())).collect()
    };
    // Rows that share a key are told from each other where they are tracked by it, and only one of them comes to stand.
    let tracked = shape.track.as_ref().is_some_and(|track| shape.key.iter().all(|part| track.key.contains(part)));
    let unique = !shape.key.is_empty() && !tracked;
    if unique {
        keys.push(of(&shape.key));
    }
    let mut references = Vec::new();
    for column in &shape.columns {
        let Some((other, theirs)) = &column.references else { continue };
        if target.table(other).is_none_or(|other| other.external) {
            continue;
        }
        let held = match known.held.get(&(other.clone(), theirs.clone())) {
            Some(held) => Arc::clone(held),
            None if *other != shape.name => {
                let says = format!("`{other}.{theirs}`");
                let (table, column, none) = (&shape.name, &column.name, Budget::none());
                let check = Check { code: "R0403", table, column, says: &says, allowed: &none, severity: Severity::Fail };
                said.skipped(&check, &format!("`{other}` is not as it should be"));
                continue;
            }
            // A table that refers to itself.
            None => {
                Arc::new(identity::each_row(table.scan()?, &[of(std::slice::from_ref(theirs))], Identities::default(), |seen, _, keys| {
                    seen.extend(keys.iter().flatten());
                })?)
            }
        };
        references.push((column.name.clone(), held, format!("`{other}.{theirs}`")));
        keys.push(of(std::slice::from_ref(&column.name)));
    }
    let offered = offered(target, &shape.name);
    keys.extend(offered.iter().map(|column| of(std::slice::from_ref(column))));
    if keys.is_empty() {
        return Ok(Known::default());
    }
    let pass = Pass {
        key: unique.then(|| identity::room(table.rows)),
        references: references.iter().map(|(_, held, _)| Arc::clone(held)).collect(),
        offered: offered.iter().map(|_| identity::room(table.rows)).collect(),
        twice: 0,
        dangling: vec![(0, 0); references.len()],
    };
    let pass = identity::each_row(table.scan()?, &keys, pass, look)?;
    let collided = if pass.twice == 0 { 0 } else { collided(shape)?.min(pass.twice) };
    let (none, key) = (Budget::none(), shape.key.join("+"));
    let check = |code, column, says| Check { code, table: &shape.name, column, says, allowed: &none, severity: Severity::Fail };
    if unique {
        said.ran(&check("R0402", &key, "is unique"), Count { rows: pass.twice - collided, of: table.rows });
        said.ran(&check("R0405", &key, "is one thing's alone"), Count { rows: collided, of: table.rows });
    }
    for ((column, _, what), (rows, of)) in references.iter().zip(pass.dangling) {
        said.ran(&check("R0403", column, what), Count { rows, of });
    }
    let held = offered.into_iter().zip(pass.offered).map(|(column, values)| ((shape.name.clone(), column), Arc::new(values))).collect();
    let unique = (unique && pass.twice == 0).then(|| shape.name.clone()).into_iter().collect();
    Ok(Known { held, unique })
}

fn look(pass: &mut Pass, _: i64, keys: &[Option<i64>]) {
    let mut keys = keys.iter();
    if let Some(seen) = &mut pass.key
        && let Some(Some(key)) = keys.next()
        && !seen.insert(*key)
    {
        pass.twice += 1;
    }
    for ((held, (rows, of)), value) in pass.references.iter().zip(&mut pass.dangling).zip(keys.by_ref()) {
        *rows += u64::from(value.is_some_and(|value| !held.contains(&value)));
        *of += u64::from(value.is_some());
    }
    for (values, value) in pass.offered.iter_mut().zip(keys) {
        values.extend(*value);
    }
}

/// Columns of a table that some table of the target refers to.
fn offered(target: &TargetSchema, table: &str) -> Vec<String> {
    let referred = target.tables.iter().flat_map(|other| &other.columns).filter_map(|column| column.references.as_ref());
    let mut columns: Vec<String> = referred.filter(|(other, _)| other == table).map(|(_, column)| column.clone()).collect();
    columns.sort();
    columns.dedup();
    columns
}
