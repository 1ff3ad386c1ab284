//! One transform as one lazy plan: branches, joins, conditions, groups, union, dedupe.

use crate::dataset::ORIGIN;
use crate::dataset::Table;
use crate::dataset::concern::Concern;
use crate::dataset::concern::What;
use crate::dataset::concern::gather;
use crate::dataset::dtype::dtype;
use crate::dataset::ledger::Fate;
use crate::engine;
use crate::engine::Context;
use crate::engine::apart;
use crate::engine::dedupe;
use crate::engine::expr::Lowering;
use crate::engine::fate;
use crate::engine::fate::Entered;
use crate::engine::fate::Verdict;
use crate::engine::group;
use crate::engine::pivot;
use crate::engine::probe;
use crate::engine::probe::Only;
use crate::engine::script;
use crate::engine::script::ROW;
use crate::engine::unfold;
use crate::error::Error;
use crate::ir::expr::Form;
use crate::ir::transform::Branch;
use crate::ir::transform::Expect;
use crate::ir::transform::Join;
use crate::ir::transform::OnAmbiguous;
use crate::ir::transform::OnMissing;
use crate::ir::transform::Transform;
use crate::ir::types::Type;
use polars::prelude::*;
use std::path::PathBuf;
use std::sync::Arc;

/// The tables that a transform reads, by name.
pub(crate) type Inputs<'a> = &'a dyn Fn(&str) -> Result<LazyFrame, Error>;

/// Runs a transform and stages the table it makes, with these columns in this order, and `_origin`.
pub(crate) fn run(
    transform: &Transform,
    columns: &[(String, Type)],
    inputs: Inputs<'_>,
    context: &Context<'_>,
    path: PathBuf,
) -> Result<Table, Error> {
    if transform.branches.is_empty() {
        return engine::stage_empty(&staged(columns), &transform.table, path);
    }
    let apart = apart::told_apart(transform, columns);
    let (transform, columns) = apart.as_ref().map_or((transform, columns), |(transform, columns)| (transform, columns.as_slice()));
    let mut lowering = Lowering::new(context);
    let entered = Arc::new(Entered::default());
    let mut branches = Vec::new();
    for branch in &transform.branches {
        branches.push(plan_branch(branch, &transform.table, columns, inputs, &mut lowering, context, &entered)?);
    }
    let several = branches.len() > 1;
    let mut plan = if several {
        let union = UnionArgs { parallel: true, rechunk: false, ..Default::default() };
        concat(branches, union).map_err(|error| Error::engine("joining a union", error))?
    } else {
        branches.pop().unwrap_or_else(|| empty(columns))
    };
    if let Some(dedupe) = &transform.dedupe {
        plan = dedupe::plan(plan, dedupe, &entered);
    }
    if !transform.sort.is_empty() {
        plan = plan_sort(plan, &transform.sort);
    }
    let table = engine::stage(plan, &transform.table, path)?;
    let folds = transform.dedupe.is_some() || transform.branches.iter().any(Branch::folds);
    if folds {
        let left = Arc::clone(&entered);
        engine::each_integer(table.scan()?, ORIGIN, "following rows through a group", move |origins| left.left(origins))?;
        entered.tell(context, &transform.table);
    }
    lowering.tallies.iter().for_each(|tally| tally.tell(context.ledger));
    lowering.failures.iter().for_each(|failures| failures.tell(context.ledger));
    Ok(table)
}

/// Transforms in waves: those of one wave read nothing that another of it makes. They are in an order that can be run.
pub(crate) fn waves<'t>(transforms: &'t [Transform], inputs: &dyn Fn(&str) -> bool) -> Vec<Vec<&'t Transform>> {
    let mut waves: Vec<Vec<&Transform>> = Vec::new();
    for one in transforms {
        let needs = |made: &&Transform| one.tables().iter().any(|table| *table == made.table && !inputs(table));
        let first = waves.iter().rposition(|wave| wave.iter().any(needs)).map_or(0, |last| last + 1);
        match waves.get_mut(first) {
            Some(wave) => wave.push(one),
            None => waves.push(vec![one]),
        }
    }
    waves
}

/// Whether some transform makes rows of this table's.
pub(crate) fn drives(transforms: &[Transform], table: &str) -> bool {
    transforms.iter().flat_map(|transform| &transform.branches).any(|branch| branch.from == table)
}

/// Takes the intermediate tables out of those made. A row that came as far as one that no rule goes on from is unused.
pub(crate) fn leave(made: &mut Vec<Table>, transforms: &[Transform], context: &Context<'_>) -> Result<Vec<Table>, Error> {
    let is_between = |table: &Table| transforms.iter().any(|one| one.table == table.name && one.shape.is_some());
    let (between, kept) = std::mem::take(made).into_iter().partition(is_between);
    *made = kept;
    for table in &between {
        if !drives(transforms, &table.name) {
            mark_outputs(table, Fate::Unused, context)?;
        }
    }
    Ok(between)
}

/// A table among those staged; one that nothing makes has no rows.
pub(crate) fn open<'t>(name: &str, mut staged: impl Iterator<Item = &'t Table>, columns: &[(String, Type)]) -> Result<LazyFrame, Error> {
    staged.find(|table| table.name == name).map_or_else(|| Ok(empty(columns)), Table::scan)
}

/// A table without rows.
fn empty(columns: &[(String, Type)]) -> LazyFrame {
    DataFrame::empty_with_schema(&staged(columns)).lazy()
}

/// The columns of a staged table.
fn staged(columns: &[(String, Type)]) -> Schema {
    let mut fields: Vec<Field> = columns.iter().map(|(name, ty)| Field::new(name.as_str().into(), dtype(&ty.kind))).collect();
    fields.push(Field::new(ORIGIN.into(), DataType::Int64));
    Schema::from_iter(fields)
}

fn plan_branch(
    branch: &Branch,
    table: &str,
    columns: &[(String, Type)],
    inputs: Inputs<'_>,
    lowering: &mut Lowering<'_>,
    context: &Context<'_>,
    entered: &Arc<Entered>,
) -> Result<LazyFrame, Error> {
    lowering.begin();
    lowering.keys_twice(apart::makes_twice(branch));
    let before = lowering.failures.len();
    let scripts = interprets(branch);
    let only = context.probes.and_then(|probes| probes.only());
    let mut plan = unfold::plan(inputs(&branch.from)?, &branch.unfold, &branch.rule, context)?;
    for join in branch.joins.iter().filter(|join| !join.after_pivot) {
        plan = plan_join(plan, inputs(&join.table)?, join, branch, lowering, context)?;
    }
    // Behind whatever repeats rows, so that each has a number of its own.
    if scripts || branch.folds() || only.is_some() {
        plan = plan.with_row_index(ROW, None);
    }
    if let Some(Only::Row(number)) = only {
        plan = plan.filter(col(ROW).eq(lit(number)));
    }
    if let Some(condition) = &branch.filter {
        let condition = lowering.lower(condition)?;
        plan = lowering.settle(plan);
        plan = plan.filter(fate::filtered(context, &branch.rule, condition));
    }
    if let Some(pivot) = &branch.pivot {
        plan = pivot::plan(plan, pivot, branch, entered, context);
        // What was computed of the rows before is not there any more.
        lowering.begin();
    }
    for join in branch.joins.iter().filter(|join| join.after_pivot) {
        plan = plan_join(plan, inputs(&join.table)?, join, branch, lowering, context)?;
    }
    let mut outputs = Vec::new();
    for (name, ty) in columns {
        let output = branch.columns.iter().find(|output| output.name == *name);
        let value = output.map_or_else(|| Ok(lit(NULL)), |output| lowering.output(output, branch, table))?;
        // The cast is none where the type is right; it types constants and missing columns. What is folded keeps its own type.
        let own = output.filter(|output| output.fold.is_some()).map_or(&ty.kind, |output| &output.expr.ty.kind);
        let value = value.cast(dtype(own));
        outputs.push(value.alias(name.as_str()));
    }
    outputs.push(col(ORIGIN));
    outputs.extend((scripts || branch.group.is_some()).then(|| col(ROW)));
    let by = branch.group.as_deref().map(apart::grouped);
    if let Some(by) = &by {
        outputs.extend(group::keys(by, branch, lowering)?);
    }
    plan = lowering.settle(plan);
    plan = plan.select(outputs);
    let names: Vec<String> = columns.iter().map(|(name, _)| name.clone()).collect();
    if let Some(succeeded) = script::succeeded(lowering.failures.get(before..).unwrap_or_default(), &names) {
        plan = plan.filter(succeeded);
    }
    if let Some(by) = &by {
        plan = group::plan(plan, branch, columns, by.len(), entered, context);
    } else if scripts {
        plan = plan.drop(by_name([ROW], true, false));
    }
    Ok(plan)
}

/// Whether a branch has a script that is interpreted row by row.
fn interprets(branch: &Branch) -> bool {
    let outputs = branch.columns.iter().map(|output| &output.expr);
    let mut found = false;
    for expr in outputs.chain(&branch.filter).chain(branch.group.iter().flatten()) {
        expr.visit(&mut |expr| found |= matches!(expr.form, Form::Script { .. }));
    }
    found
}

/// A left join. Unless a row for each match is asked for it never repeats a row: the joined table is first brought to one row a key.
fn plan_join(
    plan: LazyFrame,
    joined: LazyFrame,
    join: &Join,
    branch: &Branch,
    lowering: &mut Lowering<'_>,
    context: &Context<'_>,
) -> Result<LazyFrame, Error> {
    let seen = |name: &str| format!("{}.{name}", join.alias);
    let hits = seen("_hits");
    let keys: Vec<Expr> =
        join.on.iter().enumerate().map(|(at, (_, column))| col(column.as_str()).alias(seen(&format!("_key{at}")))).collect();
    let key_names: Vec<Expr> = (0..join.on.len()).map(|at| col(seen(&format!("_key{at}")))).collect();
    let take = || join.take.iter().map(|(name, _)| col(name.as_str()).alias(seen(name)));
    let joined = if join.keyed || join.expect == Expect::Many {
        let joined = if join.order.is_empty() { joined } else { plan_sort(joined, &join.order) };
        joined.select(keys.into_iter().chain(take()).chain([lit(1_u32).alias(hits.as_str())]).collect::<Vec<_>>())
    } else {
        let order: Vec<(String, bool)> = join.order.iter().cloned().chain([(ORIGIN.to_owned(), false)]).collect();
        let by: Vec<Expr> = (0..order.len()).map(|at| col(seen(&format!("_order{at}")))).collect();
        let descending: Vec<bool> = order.iter().map(|(_, descending)| *descending).collect();
        let sorting = SortMultipleOptions::default().with_order_descending_multi(descending).with_nulls_last(true);
        let prepared = keys
            .into_iter()
            .chain(take())
            .chain(order.iter().enumerate().map(|(at, (name, _))| col(name.as_str()).alias(seen(&format!("_order{at}")))))
            .collect::<Vec<_>>();
        let mut firsts: Vec<Expr> =
            join.take.iter().map(|(name, _)| col(seen(name)).sort_by(by.clone(), sorting.clone()).first()).collect();
        firsts.push(len().cast(DataType::UInt32).alias(hits.as_str()));
        joined.select(prepared).group_by(key_names.clone()).agg(firsts)
    };
    let on: Vec<Expr> = join.on.iter().map(|(expr, _)| lowering.lower(expr)).collect::<Result<_, _>>()?;
    let mut plan = lowering
        .settle(plan)
        .join_builder()
        .with(joined)
        .left_on(on)
        .right_on(key_names)
        .how(JoinType::Left)
        .coalesce(JoinCoalesce::CoalesceColumns)
        .maintain_order(if join.expect == Expect::Many { MaintainOrderJoin::LeftRight } else { MaintainOrderJoin::Left })
        .finish();
    if let (Some(at), Some(probes)) = (join.probes, context.probes) {
        plan = plan.filter(probe::joined(at, &hits, probes));
    }
    let what = format!("`{}` by {}", join.table, join.on.iter().map(|(_, column)| format!("`{column}`")).collect::<Vec<_>>().join(", "));
    if join.on_missing != OnMissing::Null {
        let verdict = Verdict::new(context, &branch.rule, "R0301", &what, join.on_missing == OnMissing::Fail);
        plan = plan.filter(fate::rejected(context.ledger, col(hits.as_str()).is_not_null(), verdict));
    }
    if !matches!(join.expect, Expect::Any | Expect::Many) && !join.keyed {
        let verdict = Verdict::new(context, &branch.rule, "R0302", &what, join.on_ambiguous == OnAmbiguous::Fail);
        plan = plan.filter(fate::rejected(context.ledger, col(hits.as_str()).fill_null(0).lt_eq(lit(1)), verdict));
    }
    Ok(plan)
}

/// The order of the output: rows of equal columns stay in the order in which they come, missing values last. The engine
/// holds the table in memory for it.
fn plan_sort(plan: LazyFrame, order: &[(String, bool)]) -> LazyFrame {
    let by: Vec<Expr> = order.iter().map(|(name, _)| col(name.as_str())).collect();
    let descending: Vec<bool> = order.iter().map(|(_, descending)| *descending).collect();
    plan.sort_by_exprs(
        by,
        SortMultipleOptions::default().with_order_descending_multi(descending).with_nulls_last(true).with_maintain_order(true),
    )
}

/// Marks each source row that a staged table comes from, and counts the table's rows by source table.
pub(crate) fn mark_outputs(table: &Table, fate: Fate, context: &Context<'_>) -> Result<std::collections::BTreeMap<String, u64>, Error> {
    if table.rows == 0 {
        return Ok(std::collections::BTreeMap::new());
    }
    let counts = Arc::new(std::sync::Mutex::new(std::collections::BTreeMap::<String, u64>::new()));
    let (ledger, seen) = (Arc::clone(context.ledger), Arc::clone(&counts));
    let made = (fate == Fate::Converted).then(|| ledger.concern(Concern::of_rule(context.stage, &table.name, What::Made)));
    engine::each_integer(table.scan()?, ORIGIN, "counting what was made", move |origins| {
        let origins: Vec<i64> = origins.collect();
        if let Some(made) = &made {
            gather(made, origins.iter().copied());
        }
        ledger.mark(fate, origins.iter().copied());
        let mut seen = seen.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        for (table, rows) in ledger.by_table(origins) {
            *seen.entry(table).or_default() += rows;
        }
    })?;
    let counts = counts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
    Ok(counts)
}
