//! Values on their way into a script and out of it.

use crate::dataset::dtype::dtype;
use crate::ir::types::Kind;
use crate::ir::types::Value;
use chrono::DateTime;
use chrono::Datelike;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::Timelike;
use chrono::Utc;
use polars::prelude::AnyValue;
use polars::prelude::PlSmallStr;
use polars::prelude::Series;
use polars::prelude::TimeUnit;
use rhai::Dynamic;
use rhai::Engine;
use rhai::EvalAltResult;
use rhai::ImmutableString;
use rhai::Variant;

const NANOS_OF_SECOND: i64 = 1_000_000_000;

/// A value of a kind as a script sees it: a frame does not tell an instant from a datetime.
pub(super) fn of_kind(value: &AnyValue<'_>, kind: &Kind) -> Dynamic {
    match (kind, value) {
        (Kind::List(item), AnyValue::List(items)) => return Dynamic::from_array(items.iter().map(|value| of_kind(&value, item)).collect()),
        (Kind::Struct(fields), AnyValue::Struct(..) | AnyValue::StructOwned(_)) => {
            let values: Vec<AnyValue<'_>> = match value {
                AnyValue::StructOwned(owned) => owned.0.clone(),
                other => other._iter_struct_av().collect(),
            };
            let entries = fields.iter().zip(&values).map(|((name, kind), value)| (name.as_str().into(), of_kind(value, kind)));
            return Dynamic::from_map(entries.collect());
        }
        _ => {}
    }
    match (kind, into_script(value).try_cast::<NaiveDateTime>()) {
        (Kind::Instant, Some(at)) => Dynamic::from(at.and_utc()),
        _ => into_script(value),
    }
}

/// A value of a frame as a script sees it; a decimal is seen as a float.
#[expect(clippy::cast_precision_loss, reason = "a decimal is seen as a float, as the reference says")]
pub(super) fn into_script(value: &AnyValue<'_>) -> Dynamic {
    match value {
        AnyValue::String(text) => Dynamic::from(ImmutableString::from(*text)),
        AnyValue::StringOwned(text) => Dynamic::from(ImmutableString::from(text.as_str())),
        AnyValue::Int64(number) => Dynamic::from(*number),
        AnyValue::Float64(number) => Dynamic::from(*number),
        AnyValue::Boolean(truth) => Dynamic::from(*truth),
        AnyValue::Decimal(digits, _, scale) => Dynamic::from(*digits as f64 / 10f64.powi(i32::try_from(*scale).unwrap_or(0))),
        AnyValue::Date(days) => NaiveDate::from_epoch_days(*days).map_or(Dynamic::UNIT, Dynamic::from),
        AnyValue::Datetime(at, unit, _) | AnyValue::DatetimeOwned(at, unit, _) => datetime(*at, *unit).map_or(Dynamic::UNIT, Dynamic::from),
        AnyValue::Time(nanos) => time(*nanos).map_or(Dynamic::UNIT, Dynamic::from),
        _ => Dynamic::UNIT,
    }
}

/// A script's result as a value of this kind; `None` where it is of another. A whole number may stand for a float.
pub(super) fn from_script(value: Dynamic, kind: &Kind) -> Option<AnyValue<'static>> {
    if value.is_unit() {
        return Some(AnyValue::Null);
    }
    Some(match kind {
        Kind::Text => AnyValue::StringOwned(text(value)?.as_str().into()),
        Kind::Uuid => AnyValue::StringOwned(uuid::Uuid::try_parse(&text(value)?).ok()?.hyphenated().to_string().into()),
        Kind::Integer => AnyValue::Int64(value.as_int().ok()?),
        Kind::Float => AnyValue::Float64(float(&value)?),
        Kind::Decimal { precision, scale } => decimal(&value, *precision, *scale)?,
        Kind::Boolean => AnyValue::Boolean(value.as_bool().ok()?),
        Kind::Date => AnyValue::Date(value.try_cast::<NaiveDate>()?.to_epoch_days()),
        Kind::Datetime => {
            let at = value.try_cast::<NaiveDateTime>()?;
            AnyValue::Datetime(at.and_utc().timestamp_micros(), TimeUnit::Microseconds, None)
        }
        Kind::Instant => AnyValue::Datetime(value.try_cast::<DateTime<Utc>>()?.timestamp_micros(), TimeUnit::Microseconds, None),
        Kind::List(item) => {
            let items = value.into_array().ok()?.into_iter().map(|one| from_script(one, item)).collect::<Option<Vec<_>>>()?;
            AnyValue::List(Series::from_any_values_and_dtype(PlSmallStr::EMPTY, &items, &dtype(item), true).ok()?)
        }
        // A script makes no structs.
        Kind::Struct(_) => return None,
        Kind::Time => {
            let time = value.try_cast::<NaiveTime>()?;
            AnyValue::Time(i64::from(time.num_seconds_from_midnight()) * NANOS_OF_SECOND + i64::from(time.nanosecond()))
        }
    })
}

pub(super) fn text(value: Dynamic) -> Option<ImmutableString> {
    if let Ok(letter) = value.as_char() {
        return Some(ImmutableString::from(letter.to_string()));
    }
    value.into_immutable_string().ok()
}

#[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "the way back is compared")]
pub(super) fn float(value: &Dynamic) -> Option<f64> {
    if let Ok(number) = value.as_int() {
        return Some(number as f64).filter(|float| *float as i64 == number);
    }
    value.as_float().ok().filter(|number| number.is_finite())
}

#[expect(clippy::cast_possible_truncation, reason = "a float of fewer than 2^53 is an integer of 128 bits")]
fn decimal(value: &Dynamic, precision: u8, scale: u8) -> Option<AnyValue<'static>> {
    let digits = if let Ok(number) = value.as_int() {
        i128::from(number).checked_mul(10i128.checked_pow(u32::from(scale))?)?
    } else {
        let scaled = (value.as_float().ok()? * 10f64.powi(i32::from(scale))).round();
        // Beyond 2^53 a float does not say which integer it is.
        if scaled.abs() < 9_007_199_254_740_992.0 { scaled as i128 } else { return None }
    };
    let fits = digits.unsigned_abs() < 10u128.checked_pow(u32::from(precision))?;
    fits.then(|| AnyValue::Decimal(digits, usize::from(precision), usize::from(scale)))
}

fn datetime(at: i64, unit: TimeUnit) -> Option<NaiveDateTime> {
    let instant = match unit {
        TimeUnit::Nanoseconds => DateTime::from_timestamp_nanos(at),
        TimeUnit::Microseconds => DateTime::from_timestamp_micros(at)?,
        TimeUnit::Milliseconds => DateTime::from_timestamp_millis(at)?,
    };
    Some(instant.naive_utc())
}

fn time(nanos: i64) -> Option<NaiveTime> {
    let seconds = u32::try_from(nanos.div_euclid(NANOS_OF_SECOND)).ok()?;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, u32::try_from(nanos.rem_euclid(NANOS_OF_SECOND)).ok()?)
}

/// A constant that is compared with a date: ISO 8601.
pub(super) fn iso_date(text: &str) -> Option<NaiveDate> {
    if text.len() == 10 { text.parse().ok() } else { None }
}

/// A constant that is compared with a datetime: ISO 8601, with `T` or a blank; a date alone is its midnight.
pub(super) fn iso_datetime(text: &str) -> Option<NaiveDateTime> {
    let with_time = || ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"];
    with_time().iter().find_map(|format| NaiveDateTime::parse_from_str(text, format).ok()).or_else(|| iso_date(text)?.and_hms_opt(0, 0, 0))
}

/// A constant that is compared with an instant: ISO 8601, with a zone.
pub(super) fn iso_instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

/// Dates, datetimes and times for a sandbox.
pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<NaiveDate>("date");
    // A field of a missing struct is missing, as it is natively.
    engine.register_indexer_get(|(): &mut (), _: ImmutableString| Dynamic::UNIT);
    engine.register_type_with_name::<NaiveDateTime>("datetime");
    engine.register_type_with_name::<DateTime<Utc>>("instant");
    engine.register_type_with_name::<NaiveTime>("time");
    comparable(engine, iso_date);
    comparable(engine, iso_datetime);
    comparable(engine, iso_instant);
    comparable(engine, |text| text.parse::<NaiveTime>().ok());
    engine.register_fn("year", |date: NaiveDate| i64::from(date.year()));
    engine.register_fn("month", |date: NaiveDate| i64::from(date.month()));
    engine.register_fn("day", |date: NaiveDate| i64::from(date.day()));
    engine.register_fn("to_string", |date: NaiveDate| date.to_string());
    engine.register_fn("to_string", |at: NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%S%.f").to_string());
    engine.register_fn("to_string", |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M:%S%.fZ").to_string());
    engine.register_fn("to_string", |time: NaiveTime| time.to_string());
}

/// The six comparisons with its like, with a missing value, and with text that says one.
fn comparable<T: Variant + Clone + PartialOrd>(engine: &mut Engine, read: fn(&str) -> Option<T>) {
    engine.register_fn("==", |a: T, b: T| a == b);
    engine.register_fn("!=", |a: T, b: T| a != b);
    engine.register_fn("<", |a: T, b: T| a < b);
    engine.register_fn("<=", |a: T, b: T| a <= b);
    engine.register_fn(">", |a: T, b: T| a > b);
    engine.register_fn(">=", |a: T, b: T| a >= b);
    for (name, holds) in [("==", false), ("!=", true), ("<", false), ("<=", false), (">", false), (">=", false)] {
        engine.register_fn(name, move |_: T, (): ()| holds);
        engine.register_fn(name, move |(): (), _: T| holds);
    }
    let said = move |text: &str| -> Result<T, Box<EvalAltResult>> { read(text).ok_or_else(|| "the text is no ISO 8601 date".into()) };
    engine.register_fn("==", move |a: T, b: &str| said(b).map(|b| a == b));
    engine.register_fn("!=", move |a: T, b: &str| said(b).map(|b| a != b));
    engine.register_fn("<", move |a: T, b: &str| said(b).map(|b| a < b));
    engine.register_fn("<=", move |a: T, b: &str| said(b).map(|b| a <= b));
    engine.register_fn(">", move |a: T, b: &str| said(b).map(|b| a > b));
    engine.register_fn(">=", move |a: T, b: &str| said(b).map(|b| a >= b));
    engine.register_fn("==", move |a: &str, b: T| said(a).map(|a| a == b));
    engine.register_fn("!=", move |a: &str, b: T| said(a).map(|a| a != b));
    engine.register_fn("<", move |a: &str, b: T| said(a).map(|a| a < b));
    engine.register_fn("<=", move |a: &str, b: T| said(a).map(|a| a <= b));
    engine.register_fn(">", move |a: &str, b: T| said(a).map(|a| a > b));
    engine.register_fn(">=", move |a: &str, b: T| said(a).map(|a| a >= b));
}

/// A constant as a script sees it.
pub(super) fn constant(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Text(text) => text.clone().into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Boolean(truth) => (*truth).into(),
        Value::Date(date) => Dynamic::from(*date),
        Value::Datetime(at) => Dynamic::from(*at),
        Value::Instant(at) => Dynamic::from(at.and_utc()),
        Value::Time(time) => Dynamic::from(*time),
        Value::Decimal { text, .. } => text.parse::<f64>().map_or(Dynamic::UNIT, Dynamic::from),
    }
}
