//! The target's tables held against the target's own schema, before anything is loaded: a gate that blocks.
//!
//! Keys and references first, table by table as they refer to each other; then what is asked of rows, one pass a table; then what only
//! a vocabulary can tell. Each check is reported, and one that could not be run says why.

mod keys;
mod listed;
mod rows;
mod say;
mod tables;
mod vocabulary;

use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::Table;
use crate::dataset::order::Progress;
use crate::engine;
use crate::engine::Context;
use crate::error::Error;
use crate::finding::Verified;
use crate::ir::budget::Budget;
use crate::ir::demand::Demand;
use crate::ir::demand::What;
use crate::ir::schema::Severity;
use crate::ir::target::TargetColumn;
use crate::ir::target::TargetSchema;
use crate::ir::target::TargetTable;
use crate::ir::tenant;
use crate::verify::keys::Collided;
use crate::verify::keys::Known;
use crate::verify::rows::Gate;
use crate::verify::say::Check;
use crate::verify::say::Said;
use crate::verify::vocabulary::Vocabulary;
use std::collections::BTreeMap;

/// Checks everything that the schema says. What falls short is a finding, one that fails the order unless the schema only warns.
/// `demands` is what a table asks for, with the order's parameters in it; `collided` costs much, and is asked of a table with a key
/// that occurs twice.
pub(crate) fn verify(
    target: &TargetSchema,
    demands: &dyn Fn(&TargetTable) -> Vec<Demand>,
    converted: &Dataset<Converted>,
    collided: Collided<'_>,
    context: &Context<'_>,
) -> Result<Vec<Verified>, Error> {
    let said = Said::new(&converted.ledger);
    let filled: Vec<&TargetTable> = target.tables.iter().filter(|table| !table.external).collect();
    let asked: Vec<Vec<Demand>> = filled.iter().map(|table| demands(table)).collect();
    let mut sound = Vec::new();
    for (shape, demands) in filled.iter().zip(&asked) {
        let table = converted.table(&shape.name);
        if rows::shape(shape, table, &said)?
            && let Some(table) = table
        {
            sound.push((*shape, demands.as_slice(), table));
        }
    }
    let unique = keys(target, &sound, collided, &said, context)?.unique;
    let vocabulary = Vocabulary::open(&asked, context.order)?;
    let gate = Gate { target, converted, vocabulary: &vocabulary, unique: &unique, said: &said, context };
    engine::together(&sound, |(shape, demands, table)| {
        context.order.go_on()?;
        (context.order.progress)(Progress::Table { stage: "verify", table: &table.name });
        tables::wholes(shape, target.tenant.as_ref().map(|_| tenant::COLUMN), demands, table, converted, &said)?;
        if table.rows == 0 {
            without_rows(shape, demands, &said);
            return Ok(());
        }
        listed::listed(&gate, shape, demands, table)?;
        rows::rows(&gate, shape, demands, table)
    })?;
    let by_table: BTreeMap<&str, Vec<Demand>> = filled.iter().map(|shape| shape.name.as_str()).zip(asked.iter().cloned()).collect();
    vocabulary::concepts(target, &by_table, converted, context.order, &said)?;
    let elsewhere: Vec<&TargetTable> = target.tables.iter().filter(|table| table.external).collect();
    let none = Budget::none();
    for TargetTable { name: table, .. } in &elsewhere {
        let says = "is there, with its columns";
        let check = Check { code: "R0406", table, column: "", says, allowed: &none, severity: Severity::Fail };
        said.skipped(&check, tables::EXTERNAL);
    }
    Ok(said.finish(&filled.iter().chain(&elsewhere).map(|shape| shape.name.as_str()).collect::<Vec<_>>()))
}

/// The checks of the rows of a table that has none: one line says that they were not run.
fn without_rows(shape: &TargetTable, demands: &[Demand], said: &Said<'_>) {
    let own = |column: &TargetColumn| {
        usize::from(!column.ty.nullable) + usize::from(column.max_length.is_some()) + usize::from(column.references.is_some())
    };
    let asked = demands.iter().filter(|demand| !matches!(demand.what, What::Each { .. })).count();
    let all = shape.columns.iter().map(own).sum::<usize>() + usize::from(!shape.key.is_empty()) + asked;
    if all > 0 {
        let says = format!("{all} checks of its rows");
        let check =
            Check { code: "R0406", table: &shape.name, column: "", says: &says, allowed: &Budget::none(), severity: Severity::Fail };
        said.skipped(&check, tables::NO_ROWS);
    }
}

/// Primary keys and references, those referred to before those that refer.
fn keys(
    target: &TargetSchema,
    sound: &[(&TargetTable, &[Demand], &Table)],
    collided: Collided<'_>,
    said: &Said<'_>,
    context: &Context<'_>,
) -> Result<Known, Error> {
    let mut known = Known::default();
    let mut waiting: Vec<(&TargetTable, &Table)> = sound.iter().map(|(shape, _, table)| (*shape, *table)).collect();
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
            context.order.go_on()?;
            if table.rows == 0 {
                return Ok(keys::none(target, &shape.name));
            }
            keys::look_at(target, shape, table, &known, collided, said)
        })?;
        for found in found {
            known.add(found);
        }
    }
    Ok(known)
}
