//! Conditions on the rows that a target makes, compiled into its schema.

use crate::diagnostic::Diagnostics;
use crate::ir::demand::Demand;
use crate::ir::demand::What;
use crate::ir::demand::ways;
use crate::ir::target::TargetTable;
use crate::load::LoadedTarget;
use crate::load::changes::Changes;
use crate::rule::row_check;
use crate::rule::view::Level;
use crate::rule::view::TableView;
use crate::rulebook::settings::Settings;

/// Compiles them; each sees its row and, as `table.column`, the one row of each other table that it finds.
pub(super) fn compile(loaded: &mut LoadedTarget, views: &[TableView], said: &mut Diagnostics) {
    let (name, parameters) = (loaded.schema.name.clone(), loaded.schema.parameters.clone());
    let level = Level::of_conditions(&name, views, "table of the target", &parameters);
    let unchanged = Changes::default();
    for (table, check) in std::mem::take(&mut loaded.checks) {
        let tables = &loaded.schema.tables;
        let (Some(view), Some(at)) = (views.iter().find(|view| view.name == table), tables.iter().position(|known| known.name == table))
        else {
            continue;
        };
        let found = |other: &&TableView| other.name != table && ways(tables, &tables[at], &other.name).len() == 1;
        let others: Vec<&TableView> = views.iter().filter(found).collect();
        let (that, _) = row_check::beside(&check.that, view, others.clone(), &level, &unchanged, said);
        let only = check.only.as_ref().map(|only| row_check::beside(only, view, others, &level, &unchanged, said).0);
        let (Some(that), Some(only)) = (that, only.map_or(Some(None), |only| only.map(Some))) else { continue };
        let what = What::Holds { code: "R0425", that: Box::new(that), only: only.map(Box::new), under: check.under };
        let demand = Demand { what, column: None, says: check.message, allowed: check.allowed, severity: check.severity };
        loaded.schema.tables[at].demands.push(demand);
    }
}

/// What a table asks for, with the order's values where parameters stand.
pub(super) fn settled(table: &TargetTable, settings: &Settings) -> Vec<Demand> {
    let mut demands = table.demands.clone();
    for demand in &mut demands {
        demand.what.exprs(&mut |expr| expr.settle(&|name| settings.get(name).cloned()));
    }
    demands
}
