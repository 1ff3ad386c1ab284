//! Whether the tables that are there can take what the target's schema says; they are never altered.

use super::store::Found;
use super::store::Store;
use super::store::own_tables;
use crate::error::Failure;
use ehr_rules::TargetSchema;
use ehr_rules::TargetTable;
use std::collections::BTreeSet;

/// The tables that are not there. Fails where those may not be made, and where one that is there has another shape.
pub(super) fn check(store: &mut dyn Store, target: &TargetSchema, create: bool) -> Result<BTreeSet<String>, Failure> {
    let mut absent = BTreeSet::new();
    let mut wrong = Vec::new();
    for table in own_tables(target) {
        let found = store.columns(&table.name)?;
        if found.is_empty() {
            absent.insert(table.name.clone());
        } else {
            compare(store, table, &found, &mut wrong);
            wrong.extend(store.objection(table)?);
        }
    }
    if !wrong.is_empty() {
        return Err(Failure::World(format!("`{}` does not take what `{}` holds: {}", store.shown(), target.name, wrong.join("; "))));
    }
    if !absent.is_empty() && !create {
        let names: Vec<String> = absent.iter().map(|name| format!("`{name}`")).collect();
        return Err(Failure::World(format!("`{}` has no table {}; `--create` makes what is not there", store.shown(), names.join(", "))));
    }
    Ok(absent)
}

/// A table that is there may have more columns than are loaded, never fewer, and they must take the values as they are.
fn compare(store: &dyn Store, table: &TargetTable, found: &[Found], wrong: &mut Vec<String>) {
    let name = &table.name;
    for column in &table.columns {
        match found.iter().find(|found| found.name == column.name) {
            None => wrong.push(format!("table `{name}` has no column `{}`", column.name)),
            Some(found) if !store.takes(&found.ty, &column.ty.kind) => {
                wrong.push(format!("column `{}` of table `{name}` is `{}`, which does not take {}", column.name, found.ty, column.ty.kind));
            }
            Some(_) => {}
        }
    }
    for found in found.iter().filter(|found| found.needed && !table.columns.iter().any(|column| column.name == found.name)) {
        wrong.push(format!("column `{}` of table `{name}` needs a value, and the target has none for it", found.name));
    }
}
