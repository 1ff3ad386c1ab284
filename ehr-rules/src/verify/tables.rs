//! What is asked of a table as a whole: that each person has a row, that spans do not overlap, that source values have a concept.

use super::say::Check;
use super::say::Said;
use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::Table;
use crate::engine::demand;
use crate::error::Error;
use crate::ir::demand::Demand;
use crate::ir::demand::What;
use crate::ir::target::TargetTable;

/// Why a check was not run on a table without rows.
pub(super) const NO_ROWS: &str = "the table has no rows";

/// Why a table was not looked at that a database must have all the same.
pub(super) const EXTERNAL: &str = "the table is external: whoever fills it makes it";

/// One pass for each of these.
pub(super) fn wholes(
    shape: &TargetTable,
    tenant: Option<&str>,
    demands: &[Demand],
    table: &Table,
    converted: &Dataset<Converted>,
    said: &Said<'_>,
) -> Result<(), Error> {
    // Each tenant's rows are held against their own alone.
    let told = |by: &'_ str| -> Vec<String> { std::iter::once(by).chain(tenant).map(str::to_owned).collect() };
    for demand in demands {
        let check = Check::of(&shape.name, demand);
        let count = match &demand.what {
            What::Each { of, by } => match converted.table(of) {
                Some(other) if other.rows > 0 => demand::without(table, other, &told(by))?,
                _ => {
                    said.skipped(&check, &format!("`{of}` has no rows"));
                    continue;
                }
            },
            // The rest is of rows, of which there must be some.
            _ if table.rows == 0 => continue,
            What::Apart { by, from, to, gap } => demand::meeting(table, &told(by), from, to, *gap)?,
            What::MappedBy(concept) => demand::unmapped_values(table, demand.column.as_deref().unwrap_or_default(), concept)?,
            _ => continue,
        };
        said.ran(&check, count);
    }
    Ok(())
}
