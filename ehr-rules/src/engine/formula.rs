//! One expression over one frame, outside any table's plan.

use crate::dataset::ORIGIN;
use crate::dataset::dtype::dtype;
use crate::dataset::ledger::Ledger;
use crate::dataset::order::Order;
use crate::engine;
use crate::engine::Context;
use crate::engine::expr::Lowering;
use crate::engine::script::ROW;
use crate::error::Error;
use crate::ir::expr;
use crate::ir::expr::Form;
use chrono::NaiveDate;
use polars::prelude::*;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The value of an expression on every row, and the rows on which it fails, where the value says nothing.
pub(crate) fn over(expr: &expr::Expr, frame: DataFrame, today: NaiveDate) -> Result<(Column, Vec<u32>), Error> {
    let doing = "computing a script";
    let order = Order::new(PathBuf::new(), today);
    let (ledger, codes) = (Arc::new(Ledger::new([])), BTreeMap::new());
    let context = Context { stage: "formula", order: &order, ledger: &ledger, codes: &codes, probes: None };
    let mut lowering = Lowering::new(&context);
    let checked = expr::Expr { ty: expr.ty.clone(), form: Form::Checked { value: Box::new(expr.clone()), rule: String::new() } };
    let value = lowering.lower(&checked)?.cast(dtype(&expr.ty.kind)).alias("value");
    let rows = frame.height();
    let mut interpreted = false;
    expr.visit(&mut |expr| interpreted |= matches!(expr.form, Form::Script { .. }));
    let mut plan = frame.lazy();
    if interpreted {
        plan = plan.with_row_index(ROW, None).with_columns([col(ROW).cast(DataType::Int64).alias(ORIGIN)]);
    }
    let (plan, verdicts) = lowering.computed(plan);
    let mut outputs = vec![value];
    outputs.extend(verdicts.into_iter().map(|(fault, _)| fault).reduce(Expr::or).map(|fault| fault.alias("failed")));
    let computed = engine::collect(plan.select(outputs), doing)?;
    let whole = |column: &Column| if column.len() == rows { column.clone() } else { column.new_from_index(0, rows) };
    let failing = |error| Error::engine(doing, error);
    let value = whole(computed.column("value").map_err(failing)?);
    let mut failed: Vec<u32> = lowering.failures.iter().flat_map(|failures| failures.rows()).collect();
    if let Ok(column) = computed.column("failed") {
        let column = whole(column);
        let truths = column.bool().map_err(failing)?;
        if truths.any() {
            failed.extend(truths.iter().zip(0..).filter_map(|(fails, row)| (fails == Some(true)).then_some(row)));
        }
    }
    failed.sort_unstable();
    failed.dedup();
    Ok((value, failed))
}
