//! The rows of tracked tables as a destination compares them: with their natural keys, fingerprints, times and content.

use crate::dataset::Converted;
use crate::dataset::Dataset;
use crate::dataset::LINE;
use crate::dataset::ORIGIN;
use crate::dataset::Table;
use crate::dataset::ledger::Ledger;
use crate::dataset::origin;
use crate::dataset::text;
use crate::engine;
use crate::engine::Context;
use crate::engine::fingerprint;
use crate::engine::fingerprint::Part;
use crate::engine::fingerprint::Print;
use crate::error::Error;
use crate::ir::target::TargetSchema;
use crate::ir::target::TargetTable;
use crate::ir::tenant::COLUMN;
use crate::ir::track::Child;
use crate::ir::track::Track;
use crate::ir::types::Kind;
use polars::prelude::*;
use std::sync::Arc;

/// A row's place in its table, from 0.
const PLACE: &str = "_ehr_place";
/// The natural key.
const NATURAL: &str = "_ehr_natural";
/// The fingerprint.
const FINGERPRINT: &str = "_ehr_fingerprint";
/// What of it differs where it differs.
const PARTS: &str = "_ehr_parts";
/// The row and those that are part of it, as JSON.
const CONTENT: &str = "_ehr_content";
/// When it begins and ends, where it has a range: whole numbers that compare as the times do.
const RANGE: [&str; 2] = ["_ehr_start", "_ehr_end"];
/// The file and line it comes from.
const FROM: [&str; 2] = ["_ehr_file", "_ehr_line"];
/// Of a row that is part of another, that one's place.
const PARENT: &str = "_ehr_parent";

/// Stages each table that is tracked, and each whose rows are part of one that is, in the order of its rows.
pub(crate) fn track(target: &TargetSchema, converted: &Dataset<Converted>, context: &Context<'_>) -> Result<Vec<Table>, Error> {
    let mut made = Vec::new();
    for shape in &target.tables {
        let (Some(track), Some(table)) = (&shape.track, converted.table(&shape.name)) else { continue };
        context.order.go_on()?;
        let path = |name: &str| context.order.folder.join("tracked").join(format!("{name}.ipc"));
        made.push(engine::stage(whole(target, shape, track, table, converted, context)?, &shape.name, path(&shape.name))?);
        for child in &track.children {
            let Some(its) = converted.table(&child.table) else { continue };
            made.push(engine::stage(part(target, child, its, table)?, &child.table, path(&child.table))?);
        }
    }
    Ok(made)
}

fn whole(
    target: &TargetSchema,
    shape: &TargetTable,
    track: &Track,
    table: &Table,
    converted: &Dataset<Converted>,
    context: &Context<'_>,
) -> Result<LazyFrame, Error> {
    let own: Vec<(String, Kind)> = shape.columns.iter().map(|column| (column.name.clone(), column.ty.kind.clone())).collect();
    let mut compared = parts(&own, &track.compared);
    let mut all = own.clone();
    let mut plan = table.scan()?;
    for (at, child) in track.children.iter().enumerate() {
        let (Some(its), Some(shown)) = (converted.table(&child.table), target.table(&child.table)) else { continue };
        let fields: Vec<(String, Kind)> = shown.columns.iter().map(|column| (column.name.clone(), column.ty.kind.clone())).collect();
        let column = format!("_ehr_child_{at}");
        plan = with_children(target, plan, child, its.scan()?, &fields, &column);
        let held = |fields: Vec<(String, Kind)>| Kind::List(Box::new(Kind::Struct(fields)));
        let named = fields.iter().filter(|(name, _)| child.compared.contains(name)).cloned().collect();
        compared.push(Part { column: column.clone(), name: child.table.clone(), kind: held(named) });
        all.push((column, held(fields)));
    }
    let mut made = vec![
        fingerprint::print(&parts(&own, &track.key), track.texts, Print::Key).alias(NATURAL),
        fingerprint::print(&compared, track.texts, Print::Row).alias(FINGERPRINT),
        fingerprint::print(&compared, track.texts, Print::Parts).alias(PARTS),
        json(&all, track).alias(CONTENT),
    ];
    let (start, end) = match &track.range {
        Some((start, end)) => (col(start.as_str()), col(end.as_str())),
        None => (lit(NULL).cast(DataType::Int64), lit(NULL).cast(DataType::Int64)),
    };
    let kind = track.range.as_ref().and_then(|(start, _)| own.iter().find(|(name, _)| name == start)).map(|(_, kind)| kind.clone());
    made.extend(ends(start, end, kind.as_ref()));
    made.push(file(context.ledger));
    let lines = lines(context)?;
    let plan = plan
        .with_columns(made)
        .join_builder()
        .with(lines)
        .left_on([col(ORIGIN)])
        .right_on([col(ORIGIN)])
        .how(JoinType::Left)
        .coalesce(JoinCoalesce::CoalesceColumns)
        .maintain_order(MaintainOrderJoin::Left)
        .finish();
    let told = [NATURAL, FINGERPRINT, PARTS, CONTENT].into_iter().chain(RANGE).chain(FROM);
    let names = own.iter().map(|(name, _)| name.as_str()).chain(told).chain([ORIGIN]);
    Ok(plan.select(names.map(col).chain(whose(target)).collect::<Vec<_>>()))
}

/// The rows of a table that are part of another's, each with the place of the one it belongs to.
fn part(target: &TargetSchema, child: &Child, its: &Table, of: &Table) -> Result<LazyFrame, Error> {
    let key = "_ehr_of";
    let places = of.scan()?.select([vec![col(child.of.as_str()).alias(key)], whose(target)].concat());
    let places = within(target, places)
        .filter(col(key).is_not_null())
        .group_by([vec![col(key)], whose(target)].concat())
        // Of several rows of one key the first has them.
        .agg([col(PLACE).min().cast(DataType::Int64).alias(PARENT)]);
    let plan = its
        .scan()?
        .join_builder()
        .with(places)
        .left_on([vec![col(child.column.as_str())], whose(target)].concat())
        .right_on([vec![col(key)], whose(target)].concat())
        .how(JoinType::Left)
        .coalesce(JoinCoalesce::CoalesceColumns)
        .maintain_order(MaintainOrderJoin::Left)
        .finish();
    Ok(plan)
}

fn with_children(
    target: &TargetSchema,
    plan: LazyFrame,
    child: &Child,
    its: LazyFrame,
    fields: &[(String, Kind)],
    column: &str,
) -> LazyFrame {
    let key = format!("{column}_of");
    let fields: Vec<Expr> = fields.iter().map(|(name, _)| col(name.as_str())).collect();
    let children = its
        .select([vec![col(child.column.as_str()).alias(key.as_str()), as_struct(fields).alias(column)], whose(target)].concat())
        .with_row_index(PLACE, None)
        .filter(col(key.as_str()).is_not_null())
        .group_by([vec![col(key.as_str())], whose(target)].concat())
        .agg([col(column).sort_by([col(PLACE)], SortMultipleOptions::default())]);
    plan.join_builder()
        .with(children)
        .left_on([vec![col(child.of.as_str())], whose(target)].concat())
        .right_on([vec![col(key.as_str())], whose(target)].concat())
        .how(JoinType::Left)
        .coalesce(JoinCoalesce::CoalesceColumns)
        .maintain_order(MaintainOrderJoin::Left)
        .finish()
}

/// With the places of rows, counted for each tenant by itself.
fn within(target: &TargetSchema, plan: LazyFrame) -> LazyFrame {
    if target.tenant.is_none() {
        return plan.with_row_index(PLACE, None);
    }
    let plan = plan.sort([COLUMN], SortMultipleOptions::default().with_maintain_order(true)).with_row_index(PLACE, None);
    let firsts = plan.clone().group_by([col(COLUMN)]).agg([col(PLACE).min().alias("_ehr_first")]);
    plan.join_builder()
        .with(firsts)
        .left_on([col(COLUMN)])
        .right_on([col(COLUMN)])
        .how(JoinType::Left)
        .coalesce(JoinCoalesce::CoalesceColumns)
        .finish()
        .with_columns([col(PLACE) - col("_ehr_first")])
}

/// What is one tenant's never belongs to another's.
fn whose(target: &TargetSchema) -> Vec<Expr> {
    target.tenant.iter().map(|_| col(COLUMN)).collect()
}

fn parts(own: &[(String, Kind)], names: &[String]) -> Vec<Part> {
    let chosen = own.iter().filter(|(name, _)| names.contains(name));
    chosen.map(|(name, kind)| Part { column: name.clone(), name: name.clone(), kind: kind.clone() }).collect()
}

/// The columns, children among them by their tables' names, as one JSON object.
fn json(content: &[(String, Kind)], track: &Track) -> Expr {
    let mut children = track.children.iter();
    let named: Vec<(String, Kind)> = content
        .iter()
        .map(|(column, kind)| {
            let child = column.starts_with("_ehr_child_").then(|| children.next()).flatten();
            (child.map_or_else(|| column.clone(), |child| child.table.clone()), kind.clone())
        })
        .collect();
    let columns: Vec<Expr> = content.iter().zip(&named).map(|((column, _), (name, _))| col(column.as_str()).alias(name.as_str())).collect();
    text::of(as_struct(columns), &Kind::Struct(named))
}

/// Both ends included, the earlier one first; one that is missing is since ever or for ever.
fn ends(start: Expr, end: Expr, kind: Option<&Kind>) -> [Expr; 2] {
    let numbers =
        |expr: Expr| if kind == Some(&Kind::Date) { expr.cast(DataType::Int32).cast(DataType::Int64) } else { expr.cast(DataType::Int64) };
    let (start, end) = (numbers(start), numbers(end));
    // A time is over when its end comes; a day is not.
    let last = if kind == Some(&Kind::Date) {
        end.clone()
    } else {
        when(end.clone().gt(start.clone())).then(end.clone() - lit(1_i64)).otherwise(end)
    };
    let turned = last.clone().lt(start.clone());
    let from = when(turned.clone()).then(last.clone()).otherwise(start.clone());
    let to = when(turned).then(start).otherwise(last);
    [from.fill_null(lit(i64::MIN)).alias(RANGE[0]), to.fill_null(lit(i64::MAX)).alias(RANGE[1])]
}

/// The name of the file that each row comes from.
fn file(ledger: &Arc<Ledger>) -> Expr {
    let ledger = Arc::clone(ledger);
    let function = move |column: Column| {
        let names: Vec<Option<String>> = column
            .i64()?
            .iter()
            .map(|at| {
                let (table, row) = origin::parts(at?);
                ledger.file(table, row)
            })
            .collect();
        Ok(Column::new(FROM[0].into(), names))
    };
    col(ORIGIN).map(function, |_, _| Ok(Field::new(FROM[0].into(), DataType::String))).alias(FROM[0])
}

/// The line of each row that was read.
fn lines(context: &Context<'_>) -> Result<LazyFrame, Error> {
    let folder = context.order.folder.join("read");
    let staged = context.ledger.table_names().map(|name| (name, folder.join(format!("{name}.ipc")))).filter(|(_, path)| path.is_file());
    let mut read = Vec::new();
    for (name, path) in staged {
        let table = Table { name: name.to_owned(), path, rows: 0 };
        read.push(table.scan()?.select([col(ORIGIN), col(LINE).alias(FROM[1])]));
    }
    if read.is_empty() {
        let none = Schema::from_iter([ORIGIN, FROM[1]].map(|name| Field::new(name.into(), DataType::Int64)));
        return Ok(DataFrame::empty_with_schema(&none).lazy());
    }
    concat(read, UnionArgs::default()).map_err(|error| Error::engine("joining what was read", error))
}
