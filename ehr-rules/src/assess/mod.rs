//! What no single row can know: keys and unique columns, and references to rows that were kept.
//!
//! One pass a table, those referred to before those that refer, so that a row which refers to a row set aside
//! is set aside too.

mod aside;
mod budget;

use crate::assess::aside::Broken;
use crate::dataset::Dataset;
use crate::dataset::Read;
use crate::dataset::Sound;
use crate::dataset::Table;
use crate::dataset::ledger::Ledger;
use crate::dataset::order::Order;
use crate::dataset::order::Progress;
use crate::dataset::rows::RowSet;
use crate::engine;
use crate::engine::Context;
use crate::engine::identity;
use crate::engine::identity::Identities;
use crate::error::Error;
use crate::finding::meaning;
use crate::ir::schema::CheckRule;
use crate::ir::schema::Reference;
use crate::ir::schema::RowCheck;
use crate::ir::schema::Severity;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::tenant;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Identities of the kept rows of a column: table and column.
type Kept = BTreeMap<(String, String), Arc<Identities>>;

/// Sets aside rows that are no sound row among the others.
pub(crate) fn assess(
    schema: &SourceSchema,
    checks: &(dyn Fn(&str) -> Vec<RowCheck> + Sync),
    data: Dataset<Read>,
    context: &Context<'_>,
) -> Result<Dataset<Sound>, Error> {
    let order = context.order;
    let mut kept = Kept::new();
    let mut tables: Vec<Table> = Vec::new();
    let mut waiting: Vec<(&SourceTable, &Table)> =
        schema.tables.iter().filter_map(|shape| Some((shape, data.table(&shape.name)?))).collect();
    while !waiting.is_empty() {
        // Tables whose references are known; within a circle the first in the order of the schema.
        let waits = |shape: &SourceTable| {
            let other =
                |reference: &Reference| reference.table != shape.name && waiting.iter().any(|(waiting, _)| waiting.name == reference.table);
            shape.references.iter().any(other)
        };
        let mut wave: Vec<_> = waiting.iter().copied().filter(|(shape, _)| !waits(shape)).collect();
        if wave.is_empty() {
            wave.extend(waiting.first().copied());
        }
        waiting.retain(|(shape, _)| !wave.iter().any(|(done, _)| done.name == shape.name));
        let assessed = engine::together(&wave, |(shape, table)| {
            order.go_on()?;
            (order.progress)(Progress::Table { stage: "assess", table: &shape.name });
            if table.rows == 0 {
                let none = referred_to(schema, &shape.name).into_iter().map(|column| ((shape.name.clone(), column), Arc::default()));
                return Ok(((*table).clone(), none.collect()));
            }
            let table = check_rows(shape, &checks(&shape.name), table, context)?;
            assess_table(schema, shape, &table, &kept, &data.ledger, order)
        })?;
        for (table, offered) in assessed {
            tables.push(table);
            kept.extend(offered);
        }
    }
    tables.sort_by_key(|table| schema.tables.iter().position(|known| known.name == table.name));
    budget::hold(schema, checks, &data.ledger);
    Ok(Dataset::new(tables, data.ledger, data.folder))
}

/// A check's name in findings: the table, and which of its checks.
fn name(table: &str, at: usize) -> String {
    format!("{table}#{at}")
}

/// Conditions on several columns of a row, before rows are held against each other: one that is set aside stands in no one's way.
fn check_rows(shape: &SourceTable, checks: &[RowCheck], table: &Table, context: &Context<'_>) -> Result<Table, Error> {
    if checks.is_empty() {
        return Ok(table.clone());
    }
    let conditions: Vec<_> = checks.iter().map(|check| &check.that).collect();
    let rows = engine::check::broken(table, &conditions, context)?;
    let broken = checks.iter().zip(1..).zip(rows).map(|((check, at), rows)| Broken {
        code: "R0109",
        rule: name(&shape.name, at),
        severity: check.severity,
        reason: check.message.clone(),
        rows,
    });
    without(table, &shape.name, "checked", aside::aside(context.ledger, &shape.name, broken.collect()), context.order)
}

/// The table without these rows.
fn without(table: &Table, name: &str, step: &str, gone: RowSet, order: &Order) -> Result<Table, Error> {
    if gone.is_empty() {
        return Ok(table.clone());
    }
    let path = order.folder.join(step).join(format!("{name}.ipc"));
    engine::stage(identity::without(table.scan()?, Arc::new(gone)), name, path)
}

/// What is looked at in one pass, and what came of it.
struct Pass {
    /// For each rule that needs each value once: its position among the keys, and what was seen.
    unique: Vec<(usize, Identities)>,
    /// For each reference: its position among the keys, and what it may refer to.
    references: Vec<(usize, Arc<Identities>)>,
    /// For each column others refer to: its position among the keys, and the values of rows that stay.
    offered: Vec<(usize, Identities)>,
    severities: Vec<Severity>,
    /// Rows that broke each rule, unique ones first.
    broken: Vec<Vec<i64>>,
}

fn assess_table(
    schema: &SourceSchema,
    shape: &SourceTable,
    table: &Table,
    kept: &Kept,
    ledger: &Arc<Ledger>,
    order: &Order,
) -> Result<(Table, Kept), Error> {
    let mut keys: Vec<Vec<String>> = Vec::new();
    let mut rules: Vec<(&'static str, String, Severity, String)> = Vec::new();
    let mut pass = Pass { unique: Vec::new(), references: Vec::new(), offered: Vec::new(), severities: Vec::new(), broken: Vec::new() };
    let mut unique: Vec<(Vec<String>, Severity)> = Vec::new();
    if !shape.key.is_empty() {
        unique.push((shape.key.clone(), Severity::Reject));
    }
    for column in &shape.columns {
        for check in column.checks.iter().filter(|check| matches!(check.rule, CheckRule::Unique)) {
            unique.push((vec![column.name.clone()], check.severity));
        }
    }
    let room = || identity::room(table.rows);
    // What is one tenant's stands in the way of nothing that is another's.
    let scope = table.tells(tenant::COLUMN)?.then(|| tenant::COLUMN.to_owned());
    for (columns, severity) in unique {
        rules.push(("R0107", format!("{}.{}", shape.name, columns.join("+")), severity, String::new()));
        pass.unique.push((keys.len(), room()));
        keys.push(columns.into_iter().chain(scope.clone()).collect());
    }
    for reference in &shape.references {
        let target = (reference.table.clone(), reference.target.clone());
        let known = match kept.get(&target) {
            Some(known) => Arc::clone(known),
            // A table that refers to itself, or in a circle: every row that was read may be referred to.
            None => Arc::new(all(&table_of(schema, &reference.table, table, order), &reference.target)?),
        };
        let what = format!("`{}.{}`", reference.table, reference.target);
        rules.push(("R0108", format!("{}.{}", shape.name, reference.column), reference.severity, what));
        pass.references.push((keys.len(), known));
        keys.push(vec![reference.column.clone()]);
    }
    let offered: Vec<String> = referred_to(schema, &shape.name);
    for column in &offered {
        // A column that is the table's key too is looked at once.
        let known = keys.iter().position(|key| matches!(key.as_slice(), [only] if only == column));
        pass.offered.push((known.unwrap_or(keys.len()), room()));
        if known.is_none() {
            keys.push(vec![column.clone()]);
        }
    }
    if keys.is_empty() {
        return Ok((table.clone(), Kept::new()));
    }
    pass.severities = rules.iter().map(|(_, _, severity, _)| *severity).collect();
    pass.broken = vec![Vec::new(); rules.len()];
    let pass = identity::each_row(table.scan()?, &keys, pass, look)?;
    let mine: Kept =
        offered.into_iter().zip(pass.offered).map(|(column, (_, values))| ((shape.name.clone(), column), Arc::new(values))).collect();
    let broken = rules.into_iter().zip(pass.broken).map(|((code, rule, severity, what), rows)| {
        let reason = if what.is_empty() { meaning(code).to_owned() } else { format!("{}: {what}", meaning(code)) };
        Broken { code, rule, severity, reason, rows }
    });
    let gone = aside::aside(ledger, &shape.name, broken.collect());
    Ok((without(table, &shape.name, "assess", gone, order)?, mine))
}

/// One row: what it breaks, and, where it stays, what it offers to others.
fn look(pass: &mut Pass, origin: i64, keys: &[Option<i64>]) {
    let mut stays = true;
    for (rule, (at, known)) in pass.references.iter().enumerate() {
        let rule = rule + pass.unique.len();
        if keys[*at].is_some_and(|value| !known.contains(&value)) {
            pass.broken[rule].push(origin);
            stays &= pass.severities[rule] == Severity::Warn;
        }
    }
    for (rule, (at, seen)) in pass.unique.iter().enumerate() {
        if !stays {
            break;
        }
        if keys[*at].is_some_and(|value| seen.contains(&value)) {
            pass.broken[rule].push(origin);
            stays &= pass.severities[rule] == Severity::Warn;
        }
    }
    // A row that is set aside, by whichever rule, does not stand in the way of a later one.
    if stays {
        for (at, seen) in &mut pass.unique {
            seen.extend(keys[*at]);
        }
    }
    if stays {
        for (at, values) in &mut pass.offered {
            values.extend(keys[*at]);
        }
    }
}

/// Columns of a table that some table refers to.
fn referred_to(schema: &SourceSchema, table: &str) -> Vec<String> {
    let mut columns: Vec<String> = schema
        .tables
        .iter()
        .flat_map(|other| &other.references)
        .filter(|reference| reference.table == table)
        .map(|reference| reference.target.clone())
        .collect();
    columns.sort();
    columns.dedup();
    columns
}

/// The staged table of that name, whether it is this one or another that was read.
fn table_of(schema: &SourceSchema, name: &str, this: &Table, order: &Order) -> Table {
    if this.name == name || schema.table(name).is_none() {
        return this.clone();
    }
    Table { name: name.to_owned(), path: order.folder.join("read").join(format!("{name}.ipc")), rows: 0 }
}

fn all(table: &Table, column: &str) -> Result<Identities, Error> {
    identity::each_row(table.scan()?, &[vec![column.to_owned()]], Identities::default(), |seen, _, keys| {
        seen.extend(keys.iter().flatten());
    })
}
