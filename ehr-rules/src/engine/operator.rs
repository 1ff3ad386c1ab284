//! Operators of scripts as polars expressions, each with the result the script language gives.
//!
//! Where it would fail, the result is missing: see [`crate::ir::expr::Operator::is_strict`].

use crate::engine::comparison;
use crate::engine::kernel;
use crate::error::Error;
use crate::functions;
use crate::ir::expr::Expr;
use crate::ir::expr::Operator;
use crate::ir::types::Kind;
use polars::prelude as pl;
use polars::prelude::IntoColumn;

/// One operator over operands that are lowered already; `typed` are the same ones, with their types.
pub(super) fn operator(op: Operator, typed: &[Expr], args: Vec<pl::Expr>) -> Result<pl::Expr, Error> {
    let kinds: Vec<&Kind> = typed.iter().map(|arg| &arg.ty.kind).collect();
    let wrong = || Error::bug(format!("{op:?} with operands that it does not take"));
    match (op, kinds.as_slice()) {
        (Operator::Print, [kind]) => return print(args, kind).ok_or_else(wrong),
        (Operator::Concat, _) => return Ok(concat(args, op.may_fail(typed))),
        (Operator::Then, _) => return args.into_iter().next_back().ok_or_else(wrong),
        _ => {}
    }
    if let Some(calculated) = calculated(op, &kinds, &args) {
        return Ok(calculated);
    }
    let mut args = args.into_iter();
    let (first, second) = (args.next(), args.next());
    let Some(first) = first else { return Err(wrong()) };
    Ok(match (op, second) {
        (Operator::Not, None) => first.not(),
        (Operator::IsMissing, None) => first.is_null(),
        (Operator::Present | Operator::Finite, None) => first,
        (Operator::Equal, Some(second)) => first.eq_missing(second),
        (Operator::NotEqual, Some(second)) => first.neq_missing(second),
        (Operator::Less, Some(second)) => first.lt(second).fill_null(false),
        (Operator::LessEqual, Some(second)) => first.lt_eq(second).fill_null(false),
        (Operator::Greater, Some(second)) => first.gt(second).fill_null(false),
        (Operator::GreaterEqual, Some(second)) => first.gt_eq(second).fill_null(false),
        (Operator::And, Some(second)) => first.and(second),
        (Operator::Or, Some(second)) => first.or(second),
        _ => return Err(wrong()),
    })
}

/// Those that polars has no operator for, or one that means something else.
fn calculated(op: Operator, kinds: &[&Kind], args: &[pl::Expr]) -> Option<pl::Expr> {
    let (kernel, kind): (kernel::Kernel, Kind) = match (op, kinds) {
        (Operator::IsNan, [Kind::Float]) => (kernel::is_nan, Kind::Boolean),
        (Operator::ToInt, [Kind::Float]) => (kernel::to_int, Kind::Integer),
        (_, [Kind::Float, Kind::Float]) => (comparison::compared(op)?, Kind::Boolean),
        (Operator::Letter | Operator::Slice | Operator::SliceTo | Operator::SubString, [Kind::Text | Kind::Uuid, ..]) => {
            (kernel::cut(op)?, Kind::Text)
        }
        (Operator::IndexOf, [Kind::Text | Kind::Uuid, ..]) => (kernel::index_of, Kind::Integer),
        (Operator::IsEmpty, [Kind::Text | Kind::Uuid]) => (kernel::is_empty, Kind::Boolean),
        (Operator::ParseInt, [Kind::Text | Kind::Uuid]) => (kernel::parse_int, Kind::Integer),
        (Operator::ParseFloat, [Kind::Text | Kind::Uuid]) => (kernel::parse_float, Kind::Float),
        _ => return None,
    };
    Some(mapped(args, kernel, &kind))
}

/// Where a float is not finite; never missing.
pub(super) fn not_finite(value: pl::Expr) -> pl::Expr {
    mapped(&[value], kernel::not_finite, &Kind::Boolean)
}

fn mapped(args: &[pl::Expr], kernel: kernel::Kernel, kind: &Kind) -> pl::Expr {
    let Some((first, others)) = args.split_first() else { return pl::lit(pl::NULL) };
    let dtype = crate::dataset::dtype::dtype(kind);
    let field = move |_: &pl::Schema, fields: &[pl::Field]| {
        Ok(pl::Field::new(fields.first().map_or(pl::PlSmallStr::EMPTY, |field| field.name().clone()), dtype.clone()))
    };
    first.clone().map_many(kernel, others, field)
}

/// A value as the script language writes it; `None` for a kind whose writing is not the same.
fn print(args: Vec<pl::Expr>, kind: &Kind) -> Option<pl::Expr> {
    let value = args.into_iter().next()?;
    let written = match kind {
        Kind::Text | Kind::Uuid => value,
        Kind::Integer | Kind::Boolean => value.cast(pl::DataType::String),
        Kind::Float => value.map(
            |column| Ok(kernel::print(column.f64()?).into_column()),
            |_, field| Ok(pl::Field::new(field.name().clone(), pl::DataType::String)),
        ),
        Kind::Date | Kind::Datetime => functions::find("to_text")?.lowered(&[value], kind),
        _ => return None,
    };
    Some(written.fill_null(pl::lit("")))
}

/// Missing texts are passed over; missing where all are.
fn concat(args: Vec<pl::Expr>, may_lack_all: bool) -> pl::Expr {
    let none = args.iter().map(|arg| arg.clone().is_null()).reduce(pl::Expr::and);
    let joined = pl::concat_str(args, "", true);
    match none {
        Some(none) if may_lack_all => pl::when(none).then(pl::lit(pl::NULL).cast(pl::DataType::String)).otherwise(joined),
        _ => joined,
    }
}

/// Missing and empty texts are skipped; missing where nothing is left.
pub(super) fn join_texts(parts: Vec<pl::Expr>, with: &str) -> pl::Expr {
    let none = || pl::lit(pl::NULL).cast(pl::DataType::String);
    let present: Vec<pl::Expr> =
        parts.into_iter().map(|part| pl::when(part.clone().eq(pl::lit(""))).then(none()).otherwise(part)).collect();
    let joined = pl::concat_str(present, with, true);
    pl::when(joined.clone().eq(pl::lit(""))).then(none()).otherwise(joined)
}
