//! From the categories to the target's tables.

use crate::dataset::Common;
use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::Table;
use crate::dataset::ledger::Fate;
use crate::dataset::order::Progress;
use crate::dataset::output::OutputRows;
use crate::engine;
use crate::engine::Context;
use crate::engine::apart;
use crate::engine::files;
use crate::engine::transform;
use crate::error::Error;
use crate::ir::action;
use crate::ir::target::TargetSchema;
use crate::ir::tenant;
use crate::ir::transform::Transform;
use crate::ir::types::Kind;
use crate::ir::types::Type;

/// What a conversion made.
pub(crate) struct Made {
    /// The target's tables.
    pub tables: Dataset<Converted>,
    /// From which source tables their rows come.
    pub outputs: Vec<OutputRows>,
    /// File actions, where a rule declares any.
    pub actions: Option<Table>,
}

/// Runs the transforms, and marks each source row that an output row comes from. Tables without a rule are empty.
pub(crate) fn convert(
    target: &TargetSchema,
    transforms: &[Transform],
    shapes: &(dyn Fn(&str) -> Vec<(String, Type)> + Sync),
    common: &Dataset<Common>,
    context: &Context<'_>,
) -> Result<Made, Error> {
    let transforms = &apart::brought_along(transforms);
    let mut made: Vec<Table> = Vec::new();
    let mut outputs = Vec::new();
    let shape = |name: &str| -> Vec<(String, Type)> {
        target
            .table(name)
            .map(|table| table.columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect())
            .unwrap_or_default()
    };
    let whose = || target.tenant.iter().map(|_| (tenant::COLUMN.to_owned(), Type::required(Kind::Text)));
    let empty = |name: &str| Transform { table: name.to_owned(), branches: Vec::new(), dedupe: None, sort: Vec::new(), shape: None };
    let written = target.tables.iter().filter(|table| !table.external);
    let without: Vec<Transform> =
        written.filter(|table| !transforms.iter().any(|one| one.table == table.name)).map(|table| empty(&table.name)).collect();
    // A category and a table of the target may have one name; rules mean the category, even one that nothing makes here.
    let is_category = |name: &str| !shapes(name).is_empty();
    for wave in transform::waves(transforms, &is_category).into_iter().chain([without.iter().collect()]) {
        let tables = engine::together(&wave, |one| {
            context.order.go_on()?;
            (context.order.progress)(Progress::Table { stage: context.stage, table: &one.table });
            let path = context.order.folder.join(context.stage).join(format!("{}.ipc", one.table));
            let inputs = |name: &str| {
                let tables = if is_category(name) { common.tables.iter() } else { made.iter() };
                transform::open(name, tables, &shapes(name))
            };
            if let Some(columns) = &one.shape {
                return Ok((None, transform::run(one, columns, &inputs, context, path)?));
            }
            let mut columns = shape(&one.table);
            columns.extend(whose());
            if files::acts(one) {
                columns.extend(action::COLUMNS.map(|name| (name.to_owned(), Type::nullable(Kind::Text))));
            }
            let table = transform::run(one, &columns, &inputs, context, path)?;
            let from = transform::mark_outputs(&table, Fate::Converted, context)?;
            Ok((Some(OutputRows { table: table.name.clone(), rows: table.rows, from }), table))
        })?;
        for (output, table) in tables {
            outputs.extend(output);
            made.push(table);
        }
    }
    for table in &common.tables {
        if !transform::drives(transforms, &table.name) {
            transform::mark_outputs(table, Fate::Unused, context)?;
        }
    }
    let between = transform::leave(&mut made, transforms, context)?;
    let acting: Vec<(String, &Table)> = transforms
        .iter()
        .filter(|one| files::acts(one))
        .filter_map(|one| Some((format!("{}/{}", target.name, one.table), made.iter().find(|table| table.name == one.table)?)))
        .collect();
    let actions = if acting.is_empty() { None } else { Some(files::plan(&acting, context)?) };
    // What only moves files is no table.
    made.retain(|table| target.table(&table.name).is_some());
    let place = |name: &str| target.tables.iter().position(|table| table.name == name);
    made.sort_by_key(|table| place(&table.name));
    outputs.sort_by_key(|output| place(&output.table));
    Ok(Made { tables: Dataset::new(made, common.ledger.clone(), common.folder.clone()).with_between(between), outputs, actions })
}
