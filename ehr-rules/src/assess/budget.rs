//! Budgets: how many rows of a table may break a constraint before the order fails.

use crate::dataset::ledger::Ledger;
use crate::ir::schema::RowCheck;
use crate::ir::schema::SourceSchema;

/// Holds what was found while tables were read and assessed against each budget there is.
pub(super) fn hold(schema: &SourceSchema, checks: &dyn Fn(&str) -> Vec<RowCheck>, ledger: &Ledger) {
    for table in &schema.tables {
        let columns = table.columns.iter().filter_map(|column| Some((format!("{}.{}", table.name, column.name), column.budget.clone()?)));
        let references = table
            .references
            .iter()
            .filter_map(|reference| Some((format!("{}.{}", table.name, reference.column), reference.budget.clone()?)));
        let rows =
            checks(&table.name).into_iter().zip(1..).filter_map(|(check, at)| Some((super::name(&table.name, at), check.budget.clone()?)));
        for (rule, budget) in columns.chain(references).chain(rows) {
            ledger.hold_to(&budget, &table.name, &rule);
        }
    }
}
