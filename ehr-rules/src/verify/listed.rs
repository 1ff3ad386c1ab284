//! What lists of concepts say of a table's rows: limits of values, units and genders, one pass for each kind, however long a list is.

use super::rows::Gate;
use super::rows::beside;
use super::say::Check;
use crate::dataset::Table;
use crate::engine::demand::Count;
use crate::engine::listed;
use crate::engine::listed::Between;
use crate::engine::listed::Measured;
use crate::error::Error;
use crate::ir::budget::Budget;
use crate::ir::demand::Demand;
use crate::ir::demand::What;
use crate::ir::schema::Severity;
use crate::ir::target::TargetTable;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Lines of one kind about the same columns, with what is asked for them.
struct Lines<'a, T> {
    demands: Vec<&'a Demand>,
    asked: Vec<T>,
}

impl<T> Default for Lines<'_, T> {
    fn default() -> Self {
        Self { demands: Vec::new(), asked: Vec::new() }
    }
}

impl<'a, T> Lines<'a, T> {
    fn push(&mut self, demand: &'a Demand, asked: T) {
        self.demands.push(demand);
        self.asked.push(asked);
    }
}

/// Each line is a check of its own where a row has its concept; the others are said together.
pub(super) fn listed(gate: &Gate<'_>, shape: &TargetTable, demands: &[Demand], table: &Table) -> Result<(), Error> {
    let mut limits: BTreeMap<Measured<'_>, Lines<'_, Between>> = BTreeMap::new();
    let mut units: BTreeMap<Measured<'_>, Lines<'_, (i64, &[i64])>> = BTreeMap::new();
    let mut genders: BTreeMap<(&str, &str), Lines<'_, (i64, i64)>> = BTreeMap::new();
    for demand in demands {
        match &demand.what {
            What::Within { of, unit: (unit, number), value, low, high } => {
                let between = Between { concept: of.concept, unit: *number, low: *low, high: *high };
                limits.entry(Measured { concept: &of.column, unit, value, written: None }).or_default().push(demand, between);
            }
            What::InUnits { of, unit, written, value, units: those } => {
                let columns = Measured { concept: &of.column, unit, value, written: written.as_deref() };
                units.entry(columns).or_default().push(demand, (of.concept, those));
            }
            What::OfGender { of, column, is } => genders.entry((&of.column, column)).or_default().push(demand, (of.concept, *is)),
            _ => {}
        }
    }
    for (columns, lines) in &limits {
        say(gate, shape, &lines.demands, &listed::between(table, *columns, &lines.asked)?);
    }
    for (columns, lines) in &units {
        say(gate, shape, &lines.demands, &listed::in_units(table, *columns, &lines.asked)?);
    }
    for ((concept, gender), lines) in &genders {
        let others = beside(gate, shape, &BTreeSet::from([*gender]));
        // The table with the gender is not there, and that was said.
        if gender.contains('.') && others.is_empty() && !shape.columns.iter().any(|column| column.name == *gender) {
            continue;
        }
        say(gate, shape, &lines.demands, &listed::of_gender(table, concept, gender, &others, &lines.asked)?);
    }
    Ok(())
}

fn say(gate: &Gate<'_>, shape: &TargetTable, demands: &[&Demand], counts: &[Count]) {
    let mut without = 0;
    for (demand, count) in demands.iter().zip(counts) {
        if count.of == 0 {
            without += 1;
        } else {
            gate.said.ran(&Check::of(&shape.name, demand), *count);
        }
    }
    let Some(first) = demands.first().filter(|_| without > 0) else { return };
    let says = format!("{without} lines of its list");
    let check = Check { says: &says, allowed: &Budget::none(), severity: Severity::Warn, ..Check::of(&shape.name, first) };
    gate.said.skipped(&check, "no row has their concepts");
}
