//! Where a constant stands because the data says nothing that is known: seen while the value is made, and it stays as it is.

use crate::dataset::ORIGIN;
use crate::dataset::concern::Gathered;
use crate::dataset::concern::gather;
use crate::ir::expr::Expr as Value;
use crate::ir::expr::Form;
use crate::ir::types::Value as Constant;
use polars::prelude::*;

/// Whether a value is the same for every row and not missing.
pub(super) fn is_constant(expr: &Value) -> bool {
    let mut constant = !matches!(&expr.form, Form::Literal(Constant::Null));
    expr.visit(&mut |expr| constant &= !matches!(expr.form, Form::Column(_) | Form::Script { .. } | Form::Codes { .. }));
    constant
}

/// Whether it is a missing value.
pub(super) fn is_missing(expr: &Value) -> bool {
    matches!(&expr.form, Form::Literal(Constant::Null))
}

/// Whether a function gives its other argument, a constant, where the first is missing.
pub(super) fn fills(function: &str, args: &[Value]) -> bool {
    let rest = args.get(1..).unwrap_or_default();
    function == "zero_if_missing" || matches!(function, "coalesce" | "default_text") && rest.iter().all(is_constant)
}

/// The value, and a note of the rows that are asked for it and have none yet.
pub(super) fn without(value: Expr, asked: Option<Expr>, rows: &Gathered) -> Expr {
    let rows = Gathered::clone(rows);
    let arguments: Vec<Expr> = std::iter::once(value).chain(asked).collect();
    let function = move |columns: &mut [Column]| {
        let value = columns[1].clone();
        if value.null_count() > 0 {
            let missing = value.is_null();
            tell(&rows, &columns[0], &missing, columns.get(2))?;
        }
        Ok(value)
    };
    col(ORIGIN).map_many(function, &arguments, |_, fields| Ok(fields[1].clone()))
}

/// The value, and a note of the rows for which `defaulted` holds.
pub(super) fn wherever(value: Expr, defaulted: Expr, asked: Option<Expr>, rows: &Gathered) -> Expr {
    let rows = Gathered::clone(rows);
    let arguments: Vec<Expr> = [value, defaulted].into_iter().chain(asked).collect();
    let function = move |columns: &mut [Column]| {
        let defaulted = columns[2].bool()?;
        if defaulted.any() {
            tell(&rows, &columns[0], defaulted, columns.get(3))?;
        }
        Ok(columns[1].clone())
    };
    col(ORIGIN).map_many(function, &arguments, |_, fields| Ok(fields[1].clone()))
}

fn tell(rows: &Gathered, origins: &Column, defaulted: &BooleanChunked, asked: Option<&Column>) -> PolarsResult<()> {
    let origins = origins.i64()?;
    // A constant arrives as a column of one row.
    let full = |truths: &BooleanChunked| if truths.len() == 1 { truths.new_from_index(0, origins.len()) } else { truths.clone() };
    let defaulted = full(defaulted);
    let defaulted = match asked {
        Some(asked) => defaulted & full(asked.bool()?),
        None => defaulted,
    };
    gather(rows, origins.iter().zip(defaulted.iter()).filter(|(_, truth)| *truth == Some(true)).filter_map(|(origin, _)| origin));
    Ok(())
}
