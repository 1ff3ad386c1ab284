//! From a source's tables to the categories of the common model.

use crate::dataset::Common;
use crate::dataset::Dataset;
use crate::dataset::Sound;
use crate::dataset::Table;
use crate::dataset::ledger::Fate;
use crate::dataset::order::Progress;
use crate::engine::Context;
use crate::engine::transform;
use crate::error::Error;
use crate::ir::transform::Transform;
use crate::ir::types::Type;

/// A table's columns, by the table's name.
pub(crate) type Shapes<'a> = &'a dyn Fn(&str) -> Vec<(String, Type)>;

/// Runs the transforms in order, each over the source's tables and what was made before it.
pub(crate) fn categorize(
    transforms: &[Transform],
    shapes: Shapes<'_>,
    data: &Dataset<Sound>,
    context: &Context<'_>,
) -> Result<Dataset<Common>, Error> {
    let mut made: Vec<Table> = Vec::new();
    for one in transforms {
        context.order.go_on()?;
        (context.order.progress)(Progress::Table { stage: context.stage, table: &one.table });
        let path = context.order.folder.join(context.stage).join(format!("{}.ipc", one.table));
        let table = transform::run(
            one,
            &shapes(&one.table),
            &|name| transform::open(name, data.tables.iter().chain(&made), &shapes(name)),
            context,
            path,
        )?;
        made.push(table);
    }
    for table in &data.tables {
        if !drives(transforms, &table.name) {
            transform::mark_outputs(table, Fate::Unused, context)?;
        }
    }
    Ok(Dataset::new(made, data.ledger.clone(), data.folder.clone()))
}

/// Whether some transform makes rows of this table's.
pub(crate) fn drives(transforms: &[Transform], table: &str) -> bool {
    transforms.iter().flat_map(|transform| &transform.branches).any(|branch| branch.from == table)
}
