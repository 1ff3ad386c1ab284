//! A fixed time later: what `add_days`, `add_hours` and `add_minutes` have in common. Whole columns at once, since checks of plausible
//! dates ask for it on every row.

use polars::prelude::*;

pub(super) const MINUTE: i64 = 60_000_000;
pub(super) const HOUR: i64 = 60 * MINUTE;
pub(super) const DAY: i64 = 24 * HOUR;
/// 0001-01-01 and 9999-12-31, as days since 1970: years that ISO 8601 writes with four digits; engines fail on others.
const YEARS: (i64, i64) = (-719_162, 2_932_896);

/// The first argument, a date or a datetime, and so many times `unit` microseconds more as the second says; missing outside of the years.
/// A date is moved by whole days.
pub(super) fn later(args: &[Expr], unit: i64) -> Expr {
    let [at, amount] = args else { return lit(NULL) };
    at.clone().map_many(
        move |columns| match columns {
            [at, amount] => moved(at, amount, unit),
            _ => polars_bail!(ComputeError: "a time is moved by one amount"),
        },
        std::slice::from_ref(amount),
        |_, fields| fields.first().cloned().ok_or_else(|| polars_err!(ComputeError: "nothing is moved")),
    )
}

fn moved(at: &Column, amount: &Column, unit: i64) -> PolarsResult<Column> {
    let is_date = *at.dtype() == DataType::Date;
    let (unit, first, last) = if is_date { (unit / DAY, YEARS.0, YEARS.1) } else { (unit, YEARS.0 * DAY, (YEARS.1 + 1) * DAY - 1) };
    let whole = if is_date { DataType::Date } else { DataType::Datetime(TimeUnit::Microseconds, None) };
    let since = at.cast(&whole)?.cast(&DataType::Int64)?;
    // More than all years leads out of them from anywhere, and does not overflow.
    let most = (last - first) / unit + 1;
    let amount = amount.cast(&DataType::Int64)?.i64()?.apply_values(|amount| amount.clamp(-most, most) * unit);
    let moved = (since.i64()? + &amount).apply(|moved| moved.filter(|moved| (first..=last).contains(moved)));
    moved.with_name(at.name().clone()).into_column().cast(&whole)?.cast(at.dtype())
}
