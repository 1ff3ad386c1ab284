//! Arithmetic on integers, decimals and floats alike: exact, and missing where the result does not fit.

use polars::prelude::*;

/// One operation on two numbers of one kind.
#[derive(Clone, Copy)]
pub(super) struct Operation {
    pub integer: fn(i64, i64) -> Option<i64>,
    /// On numbers that are so many times as large, by the scale: 12.50 is 1250 with a scale of 100.
    pub decimal: fn(i128, i128, i128) -> Option<i128>,
    pub float: fn(f64, f64) -> f64,
}

/// An expression of the operation on the first two arguments; of the kind of the first.
pub(super) fn arithmetic(args: &[Expr], operation: Operation) -> Expr {
    let Some((first, others)) = args.split_first() else { return lit(NULL) };
    first.clone().map_many(
        move |columns| run(columns, operation),
        others,
        |_, fields| Ok(fields.first().cloned().unwrap_or_else(|| Field::new(PlSmallStr::EMPTY, DataType::Null))),
    )
}

fn run(columns: &mut [Column], operation: Operation) -> PolarsResult<Column> {
    let [left, right] = columns else { polars_bail!(ComputeError: "ehr-rules: arithmetic takes two numbers") };
    let name = left.name().clone();
    let mut column = match left.dtype().clone() {
        DataType::Int64 => pairs(left.i64()?, right.cast(&DataType::Int64)?.i64()?, operation.integer).into_column(),
        DataType::Float64 => {
            let float = |left, right| Some((operation.float)(left, right)).filter(|result: &f64| result.is_finite());
            pairs(left.f64()?, right.cast(&DataType::Float64)?.f64()?, float).into_column()
        }
        dtype @ DataType::Decimal(precision, scale) => {
            let right = right.cast(&dtype)?;
            let power = |digits: usize| u32::try_from(digits).ok().and_then(|digits| 10i128.checked_pow(digits)).unwrap_or(i128::MAX);
            let (unit, limit) = (power(scale), power(precision));
            let fits = |result: &i128| result.unsigned_abs() < limit.unsigned_abs();
            let exact = |left, right| (operation.decimal)(left, right, unit).filter(fits);
            pairs(left.decimal()?.physical(), right.decimal()?.physical(), exact).into_decimal_unchecked(precision, scale).into_column()
        }
        other => polars_bail!(ComputeError: "ehr-rules: no arithmetic on {other}"),
    };
    column.rename(name);
    Ok(column)
}

/// Row by row; a single value stands for every row.
fn pairs<T: PolarsNumericType>(
    left: &ChunkedArray<T>,
    right: &ChunkedArray<T>,
    give: impl Fn(T::Native, T::Native) -> Option<T::Native>,
) -> ChunkedArray<T>
where
    ChunkedArray<T>: FromIterator<Option<T::Native>>,
{
    let rows = if left.is_empty() || right.is_empty() { 0 } else { left.len().max(right.len()) };
    let at = |values: &ChunkedArray<T>, row: usize| values.get(if values.len() == 1 { 0 } else { row });
    (0..rows).map(|row| give(at(left, row)?, at(right, row)?)).collect()
}

/// The quotient, rounded to the nearest, halves away from zero; none by zero.
pub(super) fn rounded(number: i128, by: i128) -> Option<i128> {
    let (whole, rest) = (number.checked_div(by)?, number.checked_rem(by)?);
    let up = rest.unsigned_abs() >= by.unsigned_abs() - rest.unsigned_abs();
    let away = if (number < 0) == (by < 0) { 1 } else { -1 };
    whole.checked_add(if up { away } else { 0 })
}
