//! Histories of orders whose rows are tracked, held against the model line by line.

use super::many;
use super::model::Model;
use super::pool::At;
use super::pool::Clash;
use super::pool::Pool;
use super::pool::Row;
use super::pool::TABLES;
use crate::cli::Cli;
use crate::context::Context;
use crate::destination::Decision;
use crate::destination::Destination;
use crate::destination::Loading;
use crate::destination::Outcomes;
use crate::destination::Verdict;
use crate::destination::cell::Cell;
use crate::destination::store::Store;
use crate::error::Failure;
use clap::Parser;
use ehr_rules::tenant_identifier;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::Ordering;

/// What happens.
#[derive(Debug, Clone, Copy)]
enum Step {
    Load(usize),
    Interrupt(usize),
    Undo(usize),
    Decide(usize, Decision),
}

fn step() -> impl Strategy<Value = Step> {
    let decision = proptest::sample::select(vec![Decision::Accepted, Decision::Rejected, Decision::Open]);
    prop_oneof![
        4 => (0..4_usize).prop_map(Step::Load),
        1 => (0..4_usize).prop_map(Step::Interrupt),
        3 => (0..4_usize).prop_map(Step::Undo),
        4 => (0..8_usize, decision).prop_map(|(at, decision)| Step::Decide(at, decision)),
    ]
}

/// What the model says that the database holds, line by line.
fn expected(model: &Model) -> Vec<String> {
    let own = |row: &Row| {
        let own = row.says.iter().filter(|(name, _)| !["note", "item"].contains(name));
        own.map(|(_, text)| format!("{text:?}")).collect::<Vec<_>>().join(" ")
    };
    let mut lines = Vec::new();
    let mut parts = BTreeMap::new();
    for ((table, order, place), row) in &model.standing {
        lines.push(format!("{} {order}.{place} {} {}", TABLES[*table].0, row.id, own(row)));
        parts.insert((*table, *order, row.id), ("stands", row));
    }
    for ((table, order, place), (row, by)) in &model.past {
        lines.push(format!("{} {order}.{place} {} {} put away by {by}", TABLES[*table].0, row.id, own(row)));
        parts.entry((*table, *order, row.id)).or_insert(("is kept", row));
    }
    for ((table, order, id), (how, row)) in parts {
        let part = TABLES[table].2;
        lines.extend(row.says[part].chars().map(|text| format!("{part} {order} {id} {text} {how}")));
    }
    for Clash { id, kind, old, new, status } in &model.clashes {
        let side = |((_, order, place), row): &(At, Row)| format!("{order}.{place} {:?}", row.says);
        let changed = old.1.differs(&new.1);
        lines.push(format!("{id} {} {} {} {changed:?} {} {}", TABLES[new.0.0].0, kind.0, status.word(), side(old), side(new)));
    }
    lines.sort();
    lines
}

/// The same as the database has it.
fn held(destination: &Destination) -> Vec<String> {
    let mut store = destination.open().unwrap();
    let mut lines = Vec::new();
    for (table, key, part) in TABLES {
        let columns = if table == "stay" { &["end", "name", "start", "ward"][..] } else { &["name", "ward"] };
        let tables = [table, part].map(|table| store.columns(&format!("_ehr_rows_{table}")).unwrap().len());
        if tables.contains(&0) {
            continue;
        }
        let own: Vec<String> = columns.iter().map(|name| format!("CAST(m.{} AS CHAR(10))", store.quoted(name))).collect();
        let own = own.join(", ");
        for (from, by) in [
            (format!("{table} m LEFT JOIN _ehr_rows_{table} b ON m.{key} = b.{key}"), "NULL"),
            (format!("_ehr_past_{table} m LEFT JOIN _ehr_past_{table} b ON 1 = 0"), "m._ehr_replaced_by"),
        ] {
            let at = if by == "NULL" { "b" } else { "m" };
            let rows = store.ask(&format!("SELECT {at}._ehr_order, {at}._ehr_place, m.{key}, {by}, {own} FROM {from}"), &[]).unwrap();
            for row in rows {
                let own: Vec<String> = row[4..].iter().zip(columns).map(|(cell, name)| format!("{:?}", told(cell, name))).collect();
                let by = row[3].integer().map(|by| format!(" put away by {by}")).unwrap_or_default();
                lines.push(format!("{table} {}.{} {} {}{by}", row[0].count(), row[1].count(), row[2].count(), own.join(" ")));
            }
        }
        lines.extend(parts(&mut *store, key, part));
    }
    for one in destination.conflicts(None, true).unwrap() {
        let side = |order: i64, place: u64, values: Option<&Value>| format!("{order}.{place} {:?}", content(&one.table, values.unwrap()));
        let (old, new) =
            (side(one.old.order, one.on_place, one.old.values.as_ref()), side(one.new.order, one.place, one.new.values.as_ref()));
        lines.push(format!("{} {} {} {} {:?} {old} {new}", one.id, one.table, one.kind, one.status, one.changed));
    }
    lines.sort();
    lines
}

/// What is part of rows, where it stands and where it is kept.
fn parts(store: &mut dyn Store, key: &str, part: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for (from, at, how) in [
        (format!("{part} m LEFT JOIN _ehr_rows_{part} b ON m.{key} = b.{key} AND m.text = b.text"), "b", "stands"),
        (format!("_ehr_past_{part} m"), "m", "is kept"),
    ] {
        for row in store.ask(&format!("SELECT {at}._ehr_order, m.{key}, m.text FROM {from}"), &[]).unwrap() {
            lines.push(format!("{part} {} {} {} {how}", row[0].count(), row[1].count(), row[2].text().unwrap()));
        }
    }
    lines
}

/// A cell as the model tells it: of a date its day.
fn told(cell: &Cell, name: &str) -> String {
    let text = cell.text().unwrap_or_default().trim_end();
    if matches!(name, "start" | "end") { text.chars().last().map(String::from).unwrap_or_default() } else { text.to_owned() }
}

/// The content of a row as the model tells it.
fn content(table: &str, values: &Value) -> BTreeMap<String, String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let compared = ["name", "ward", "start", "end", "note", "item"].iter().filter(|name| values.get(**name).is_some());
    let one = |name: &&str| match &values[*name] {
        Value::Array(parts) => {
            let mut texts: Vec<String> = parts.iter().map(|part| text(&part["text"])).collect();
            texts.sort();
            texts.concat()
        }
        value => told(&Cell::Text(text(value)), name),
    };
    assert!(values.get("age").is_some() || table != "person");
    compared.map(|name| ((*name).to_owned(), one(name))).collect()
}

/// Runs histories in rounds, each with orders and policies of its own.
pub(super) fn histories(cases: u32, per_round: u32, destination: impl Fn(&Path) -> Destination) {
    let context = Context::new(&Cli::parse_from(["ehr-runner", "check"]).global);
    let mut left = many(cases);
    while left > 0 {
        let now = left.min(per_round);
        left -= now;
        let mut runner = TestRunner::new(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(now) });
        let pool = Pool::new(&context, now as usize, &mut runner);
        let strategy = (vec(0..pool.orders.len(), 4), vec(step(), 1..12));
        let ran = runner.run(&strategy, |(chosen, steps)| {
            let place = tempfile::tempdir().unwrap();
            history(&context, &pool, &destination(place.path()), &chosen, &steps)
        });
        assert_eq!(ran.map_err(|error| error.to_string()), Ok(()), "where the rules say {:?}", pool.kinds);
    }
}

fn history(context: &Context, pool: &Pool, destination: &Destination, chosen: &[usize], steps: &[Step]) -> Result<(), TestCaseError> {
    let target = pool.book.targets()[0];
    let mut model = Model { kinds: pool.kinds.clone(), ..Model::default() };
    let mut came = BTreeMap::new();
    for step in steps {
        let load = |at: usize| {
            let order = chosen[at];
            let folder = pool.folder.path().join("tenants").join(tenant_identifier(&order.to_string(), ""));
            destination.load(context, target, &folder, &super::order_file(at), Loading { create: true, ..Loading::default() })
        };
        match *step {
            Step::Load(at) => {
                let loaded = load(at);
                prop_assert!(loaded.is_ok(), "{:?}: {:?}", step, loaded.err().map(|failure| failure.to_string()));
                // Of one that is there already it is said what came of it then.
                if let Some(told) = model.load(at, &pool.orders[chosen[at]]) {
                    came.insert(at, told);
                }
                let outcomes = loaded.unwrap().outcomes;
                let had =
                    |Outcomes { new, identical, changed, duplicate, conflicts }: Outcomes| [new, identical, changed, duplicate, conflicts];
                let had = TABLES.map(|(table, ..)| outcomes.get(table).copied().map(had).unwrap_or_default());
                prop_assert_eq!(Some(&had), came.get(&at), "of {:?}", step);
            }
            Step::Interrupt(at) => {
                context.cancel.store(true, Ordering::Relaxed);
                let loaded = load(at);
                context.cancel.store(false, Ordering::Relaxed);
                let there = matches!(&loaded, Ok(load) if load.already);
                prop_assert_eq!(there, model.loaded.contains_key(&at));
                prop_assert!(there || matches!(loaded, Err(Failure::Interrupted(_))));
            }
            // Where nothing was ever loaded there is no database either.
            Step::Undo(_) | Step::Decide(..) if matches!(destination, Destination::Sqlite(path) if !path.exists()) => continue,
            Step::Undo(at) => {
                let undone = destination.undo(context, target, &super::order_file(at));
                prop_assert_eq!(undone.is_ok(), model.undo(at), "{:?}: {:?}", step, undone.err().map(|failure| failure.to_string()));
            }
            Step::Decide(at, decision) => {
                let Some(clash) = model.clashes.get(at % model.clashes.len().max(1)).cloned() else { continue };
                let verdict = Verdict { id: clash.id, decision, by: None, note: None };
                let decided = destination.decide(context, target, &verdict);
                let why = decided.as_ref().err().map(ToString::to_string);
                prop_assert_eq!(decided.ok().map(|all| all.is_some()), model.decide(clash.new.0, decision), "{:?}: {:?}", step, why);
            }
        }
        prop_assert_eq!(
            held(destination),
            expected(&model),
            "after {:?} of {:?}",
            step,
            chosen.iter().map(|at| &pool.orders[*at]).collect::<Vec<_>>()
        );
    }
    Ok(())
}
