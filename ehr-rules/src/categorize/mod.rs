//! From a source's tables to the categories of the common model.

use crate::dataset::Common;
use crate::dataset::Dataset;
use crate::dataset::Sound;
use crate::dataset::Table;
use crate::dataset::concern::Concern;
use crate::dataset::concern::What;
use crate::dataset::concern::gather;
use crate::dataset::ledger::Fate;
use crate::dataset::order::Progress;
use crate::engine;
use crate::engine::Context;
use crate::engine::apart;
use crate::engine::plausible;
use crate::engine::transform;
use crate::error::Error;
use crate::finding::Consequence;
use crate::finding::meaning;
use crate::ir::plausible::PATIENT;
use crate::ir::plausible::Plausible;
use crate::ir::transform::Transform;
use crate::ir::types::Type;

/// A table's columns, by the table's name.
pub(crate) type Shapes<'a> = &'a (dyn Fn(&str) -> Vec<(String, Type)> + Sync);

/// Runs the transforms, each over the source's tables and what was made before it.
pub(crate) fn categorize(
    transforms: &[Transform],
    shapes: Shapes<'_>,
    plausible: &Plausible,
    data: &Dataset<Sound>,
    context: &Context<'_>,
) -> Result<Dataset<Common>, Error> {
    let transforms = &apart::brought_along(transforms);
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
    doubt(plausible, &made, context)?;
    let between = transform::leave(&mut made, transforms, context)?;
    Ok(Dataset::new(made, data.ledger.clone(), data.folder.clone()).with_between(between))
}

/// Counts what cannot be true: it is no reason to set a row aside, since it may be the date beside it that is wrong.
fn doubt(plausible: &Plausible, made: &[Table], context: &Context<'_>) -> Result<(), Error> {
    let patients = made.iter().find(|table| table.name == PATIENT).zip(plausible.life.as_ref());
    let looked: Vec<_> =
        made.iter().filter(|table| table.rows > 0).filter_map(|table| Some((table, plausible.categories.get(&table.name)?))).collect();
    let found = engine::together(&looked, |(table, looked)| {
        context.order.go_on()?;
        Ok((*table, plausible::doubts(table, looked, patients, context.order.today)?))
    })?;
    for (table, doubts) in found {
        for (code, column, rows) in doubts {
            let rule = format!("{}.{column}", table.name);
            context.ledger.find(code, &table.name, &rule, Consequence::Warned, rows.len(), meaning(code));
            let concern = Concern { stage: context.stage, table: table.name.clone(), column, what: What::Doubted(code) };
            gather(&context.ledger.concern(concern), rows.iter());
        }
    }
    Ok(())
}
