//! What can be said of a table's rows by themselves, and of those of other tables that they find: one pass a table.

use super::say::Check;
use super::say::Said;
use super::vocabulary::Vocabulary;
use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::Table;
use crate::engine::Context;
use crate::engine::demand;
use crate::engine::demand::Asked;
use crate::engine::demand::Beside;
use crate::engine::demand::Count;
use crate::error::Error;
use crate::ir::budget::Budget;
use crate::ir::demand::Demand;
use crate::ir::demand::What;
use crate::ir::demand::ways;
use crate::ir::schema::Severity;
use crate::ir::target::TargetSchema;
use crate::ir::target::TargetTable;
use crate::ir::tenant;
use crate::ir::types::Kind;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The columns that a table should have, and what they hold; whether all are there.
pub(super) fn shape(shape: &TargetTable, table: Option<&Table>, said: &Said<'_>) -> Result<bool, Error> {
    let none = Budget::none();
    let check = |code, says| Check { code, table: &shape.name, column: "", says, allowed: &none, severity: Severity::Fail };
    let of = shape.columns.len() as u64;
    let Some(table) = table else {
        said.ran(&check("R0406", "is there, with its columns"), Count { rows: of.max(1), of: of.max(1) });
        return Ok(false);
    };
    let columns: Vec<(&str, &Kind)> = shape.columns.iter().map(|column| (column.name.as_str(), &column.ty.kind)).collect();
    let (lacking, other) = demand::shape(table, &columns)?;
    let counted = |found: &[String]| Count { rows: found.len() as u64, of };
    said.ran(&check("R0406", "is there, with its columns"), counted(&lacking));
    said.ran(&check("R0407", "its columns are of their types"), counted(&other));
    Ok(lacking.is_empty() && other.is_empty())
}

/// What all tables are held against.
pub(super) struct Gate<'a> {
    pub target: &'a TargetSchema,
    pub converted: &'a Dataset<Converted>,
    pub vocabulary: &'a Vocabulary<'a>,
    /// Tables with a key that no two rows share.
    pub unique: &'a BTreeSet<String>,
    pub said: &'a Said<'a>,
    pub context: &'a Context<'a>,
}

/// Required columns, lengths, and what the schema asks of rows.
pub(super) fn rows(gate: &Gate<'_>, shape: &TargetTable, demands: &[Demand], table: &Table) -> Result<(), Error> {
    let said = gate.said;
    let none = Budget::none();
    let lengths: BTreeMap<usize, String> =
        shape.columns.iter().filter_map(|column| column.max_length).map(|most| (most, format!("has at most {most} characters"))).collect();
    let mut asked = Vec::new();
    let mut checks = Vec::new();
    for column in &shape.columns {
        let check = |code, says| Check { code, table: &shape.name, column: &column.name, says, allowed: &none, severity: Severity::Fail };
        if !column.ty.nullable {
            asked.push(Asked::There(&column.name));
            checks.push(check("R0401", "is there, since it is required"));
        }
        if let Some((most, says)) = column.max_length.and_then(|most| lengths.get_key_value(&most)) {
            asked.push(Asked::Fits(&column.name, *most));
            checks.push(check("R0404", says));
        }
    }
    let mut seen = BTreeSet::new();
    for demand in demands {
        let column = demand.column.as_deref().unwrap_or_default();
        let check = Check::of(&shape.name, demand);
        match &demand.what {
            What::Complete => asked.push(Asked::There(column)),
            What::Mapped => asked.push(Asked::Mapped(column)),
            What::Holds { that, only, under, .. } => {
                let mut among = None;
                if let Some((column, concepts)) = under {
                    match gate.vocabulary.under(concepts) {
                        Ok(concepts) => among = Some((column.as_str(), Arc::new(concepts))),
                        Err(why) => {
                            said.skipped(&check, &why);
                            continue;
                        }
                    }
                }
                let only = only.as_deref();
                seen.extend(that.columns().into_iter().chain(only.map(|only| only.columns()).unwrap_or_default()));
                asked.push(Asked::Holds { that, only, among });
            }
            // Others look at these.
            What::Domain(_)
            | What::Class(_)
            | What::Standard
            | What::MappedBy(_)
            | What::Each { .. }
            | What::Apart { .. }
            | What::Within { .. }
            | What::InUnits { .. }
            | What::OfGender { .. } => continue,
        }
        checks.push(check);
    }
    if asked.is_empty() {
        return Ok(());
    }
    let counts = demand::rows(table, &asked, &beside(gate, shape, &seen), gate.context)?;
    for (check, count) in checks.iter().zip(counts) {
        said.ran(check, count);
    }
    Ok(())
}

/// The tables whose columns are seen as `table.column`.
pub(super) fn beside<'a>(gate: &Gate<'a>, shape: &TargetTable, seen: &BTreeSet<&str>) -> Vec<Beside<'a>> {
    let mut take: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for name in seen.iter().filter(|name| !shape.columns.iter().any(|column| column.name == **name)) {
        if let Some((table, column)) = name.split_once('.') {
            take.entry(table).or_default().push(column.to_owned());
        }
    }
    let beside = take.into_iter().filter_map(|(name, take)| {
        let (mine, theirs) = ways(&gate.target.tables, shape, name).into_iter().next()?;
        let unique = gate.unique.contains(name) && gate.target.table(name)?.key == [theirs.as_str()];
        let tenant = gate.target.tenant.as_ref().map(|_| tenant::COLUMN);
        Some(Beside { table: gate.converted.table(name)?, mine, theirs, take, unique, tenant })
    });
    beside.collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use crate::dataset::ledger::Ledger;
    use crate::finding::Held;
    use crate::ir::feasibility::Thresholds;

    #[test]
    fn a_table_that_is_not_there_fails_the_order() {
        let ledger = Ledger::new(std::iter::empty::<String>());
        let said = Said::new(&ledger);
        let person = TargetTable {
            name: "person".to_owned(),
            summary: String::new(),
            external: false,
            found_in: None,
            key: vec![],
            demands: vec![],
            track: None,
            feasibility: Thresholds::default(),
            columns: vec![],
        };
        assert!(!shape(&person, None, &said).unwrap());
        let checks = said.finish(&["person"]);
        assert!(matches!(checks.as_slice(), [one] if one.code == "R0406" && one.verdict == Held::Failed), "{checks:?}");
        assert_eq!(ledger.findings().len(), 1);
    }
}
