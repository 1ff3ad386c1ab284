//! The target's tables held against the target's own schema, before anything is loaded.

use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::Table;
use crate::dataset::order::Order;
use crate::dataset::order::Progress;
use crate::engine;
use crate::engine::identity;
use crate::engine::identity::Identities;
use crate::error::Error;
use crate::finding::Consequence;
use crate::finding::meaning;
use crate::ir::schema::TargetSchema;
use crate::ir::schema::TargetTable;
use crate::ir::tenant;
use crate::ir::types::Kind;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Identities of a table's column, by table and column.
type Known = BTreeMap<(String, String), Arc<Identities>>;

/// Of the rows of a table whose key another row has, those that are another thing all the same.
type Collided<'a> = &'a (dyn Fn(&TargetTable) -> Result<u64, Error> + Sync);

/// Required columns, lengths, keys and references; what falls short is a finding that fails the order. `collided` costs much, and is
/// asked of a table with a key that occurs twice.
pub(crate) fn verify(target: &TargetSchema, converted: &Dataset<Converted>, order: &Order, collided: Collided<'_>) -> Result<(), Error> {
    let mut known = Known::new();
    let mut waiting: Vec<(&TargetTable, &Table)> =
        converted.tables.iter().filter_map(|table| Some((target.table(&table.name)?, table))).collect();
    while !waiting.is_empty() {
        // Tables whose references are known; a table that refers to itself, or in a circle, does not wait for that.
        let waits = |shape: &TargetTable| {
            shape
                .columns
                .iter()
                .filter_map(|column| column.references.as_ref())
                .any(|(other, _)| *other != shape.name && waiting.iter().any(|(waiting, _)| waiting.name == *other))
        };
        let mut wave: Vec<_> = waiting.iter().copied().filter(|(shape, _)| !waits(shape)).collect();
        if wave.is_empty() {
            wave.extend(waiting.first().copied());
        }
        waiting.retain(|(shape, _)| !wave.iter().any(|(done, _)| done.name == shape.name));
        let found = engine::together(&wave, |(shape, table)| {
            order.go_on()?;
            (order.progress)(Progress::Table { stage: "verify", table: &table.name });
            if table.rows == 0 {
                return Ok(offered(target, &shape.name).into_iter().map(|column| ((shape.name.clone(), column), Arc::default())).collect());
            }
            extents(shape, table, converted)?;
            identities(target, shape, table, converted, &known, collided)
        })?;
        known.extend(found.into_iter().flatten());
    }
    Ok(())
}

fn extents(shape: &TargetTable, table: &Table, converted: &Dataset<Converted>) -> Result<(), Error> {
    let checked: Vec<_> = shape.columns.iter().filter(|column| !column.ty.nullable || column.max_length.is_some()).collect();
    if checked.is_empty() {
        return Ok(());
    }
    let asked: Vec<(String, bool)> =
        checked.iter().map(|column| (column.name.clone(), matches!(column.ty.kind, Kind::Text | Kind::Uuid))).collect();
    for (column, (missing, longest)) in checked.into_iter().zip(identity::extents(table.scan()?, &asked)?) {
        if !column.ty.nullable {
            fail(converted, "R0401", shape, &column.name, missing, "");
        }
        if column.max_length.is_some_and(|most| longest > most as u64) {
            fail(converted, "R0404", shape, &column.name, 1, "at least one row");
        }
    }
    Ok(())
}

/// One pass: the primary key, and every reference to a table that is filled here.
struct Pass {
    key: Option<Identities>,
    references: Vec<Arc<Identities>>,
    offered: Vec<Identities>,
    twice: u64,
    dangling: Vec<u64>,
}

fn identities(
    target: &TargetSchema,
    shape: &TargetTable,
    table: &Table,
    converted: &Dataset<Converted>,
    known: &Known,
    collided: Collided<'_>,
) -> Result<Known, Error> {
    let mut keys: Vec<Vec<String>> = Vec::new();
    // Each tenant's tables are held against themselves alone.
    let of = |columns: &[String]| -> Vec<String> {
        columns.iter().cloned().chain(target.tenant.as_ref().map(|_| tenant::COLUMN.to_owned())).collect()
    };
    if !shape.key.is_empty() {
        keys.push(of(&shape.key));
    }
    let mut references = Vec::new();
    for column in &shape.columns {
        let Some((other, theirs)) = &column.references else { continue };
        if target.table(other).is_none_or(|other| other.external) {
            continue;
        }
        let held = match known.get(&(other.clone(), theirs.clone())) {
            Some(held) => Arc::clone(held),
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
        return Ok(Known::new());
    }
    let pass = Pass {
        key: (!shape.key.is_empty()).then(|| identity::room(table.rows)),
        references: references.iter().map(|(_, held, _)| Arc::clone(held)).collect(),
        offered: offered.iter().map(|_| identity::room(table.rows)).collect(),
        twice: 0,
        dangling: vec![0; references.len()],
    };
    let pass = identity::each_row(table.scan()?, &keys, pass, look)?;
    let collided = if pass.twice == 0 { 0 } else { collided(shape)?.min(pass.twice) };
    let key = shape.key.join("+");
    fail(converted, "R0402", shape, &key, pass.twice - collided, "");
    fail(converted, "R0405", shape, &key, collided, "add a part to `key:`, or make it a `uuid`");
    for ((column, _, what), rows) in references.into_iter().zip(pass.dangling) {
        fail(converted, "R0403", shape, &column, rows, &what);
    }
    Ok(offered.into_iter().zip(pass.offered).map(|(column, values)| ((shape.name.clone(), column), Arc::new(values))).collect())
}

fn look(pass: &mut Pass, _: i64, keys: &[Option<i64>]) {
    let mut keys = keys.iter();
    if let Some(seen) = &mut pass.key
        && let Some(Some(key)) = keys.next()
        && !seen.insert(*key)
    {
        pass.twice += 1;
    }
    for ((held, rows), value) in pass.references.iter().zip(&mut pass.dangling).zip(keys.by_ref()) {
        *rows += u64::from(value.is_some_and(|value| !held.contains(&value)));
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

fn fail(converted: &Dataset<Converted>, code: &'static str, shape: &TargetTable, column: &str, rows: u64, what: &str) {
    let reason = if what.is_empty() { meaning(code).to_owned() } else { format!("{}: {what}", meaning(code)) };
    converted.ledger.find(code, &shape.name, &format!("{}.{column}", shape.name), Consequence::Failed, rows, &reason);
}
