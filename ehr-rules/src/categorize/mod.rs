//! From a source's tables to the categories of the common model.

use crate::dataset::Common;
use crate::dataset::Dataset;
use crate::dataset::Sound;
use crate::dataset::Table;
use crate::dataset::ledger::Fate;
use crate::dataset::order::Progress;
use crate::engine;
use crate::engine::Context;
use crate::engine::transform;
use crate::error::Error;
use crate::ir::transform::Transform;
use crate::ir::types::Type;

/// A table's columns, by the table's name.
pub(crate) type Shapes<'a> = &'a (dyn Fn(&str) -> Vec<(String, Type)> + Sync);

/// Runs the transforms, each over the source's tables and what was made before it.
pub(crate) fn categorize(
    transforms: &[Transform],
    shapes: Shapes<'_>,
    data: &Dataset<Sound>,
    context: &Context<'_>,
) -> Result<Dataset<Common>, Error> {
    let mut made: Vec<Table> = Vec::new();
    let read = |name: &str| data.table(name).is_some();
    for wave in transform::waves(transforms, &read) {
        let tables = engine::together(&wave, |one| {
            context.order.go_on()?;
            (context.order.progress)(Progress::Table { stage: context.stage, table: &one.table });
            let path = context.order.folder.join(context.stage).join(format!("{}.ipc", one.table));
            let inputs = |name: &str| transform::open(name, data.tables.iter().chain(&made), &shapes(name));
            let columns = one.shape.clone().unwrap_or_else(|| shapes(&one.table));
            transform::run(one, &columns, &inputs, context, path)
        })?;
        made.extend(tables);
    }
    for table in &data.tables {
        if !transform::drives(transforms, &table.name) {
            transform::mark_outputs(table, Fate::Unused, context)?;
        }
    }
    let between = transform::leave(&mut made, transforms, context)?;
    Ok(Dataset::new(made, data.ledger.clone(), data.folder.clone()).with_between(between))
}
