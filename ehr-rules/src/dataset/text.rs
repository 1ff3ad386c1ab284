//! Values as text where a file or database has no type for them: instants with their `Z`, lists and structs as JSON.
//!
//! The JSON is canonical: a struct's fields in the order of the schema, each of them there, `null` where it is missing, no
//! blanks. Numbers are numbers, decimals with all their digits; dates and times are ISO 8601 texts.

use crate::ir::types::Kind;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveTime;
use polars::prelude::*;
use std::fmt::Write as _;

/// Whether values of a kind are written as text by [`as_text`].
pub(crate) const fn needs_text(kind: &Kind) -> bool {
    matches!(kind, Kind::Instant | Kind::List(_) | Kind::Struct(_))
}

/// A column as the text that its values are written as.
pub(crate) fn as_text(name: &str, kind: &Kind) -> Expr {
    of(col(name), kind)
}

/// Values as the text that they are written as.
pub(crate) fn of(values: Expr, kind: &Kind) -> Expr {
    let kind = kind.clone();
    values.map(
        move |column| Ok(texts(column.as_materialized_series(), &kind)?.with_name(column.name().clone()).into_column()),
        |_, field| Ok(Field::new(field.name().clone(), DataType::String)),
    )
}

/// The text of each value: of a single value its own, of a nested one its JSON.
pub(crate) fn texts(series: &Series, kind: &Kind) -> PolarsResult<StringChunked> {
    if kind.is_nested() {
        return Ok(json(series, kind)?.into_iter().collect());
    }
    Ok(plain(series, kind)?.into_iter().collect())
}

fn json(series: &Series, kind: &Kind) -> PolarsResult<Vec<Option<String>>> {
    match kind {
        Kind::List(item) => {
            let lists = series.list()?;
            (0..lists.len())
                .map(|row| {
                    let Some(items) = lists.get_as_series(row) else { return Ok(None) };
                    let items: Vec<String> = json(&items, item)?.into_iter().map(or_null).collect();
                    Ok(Some(format!("[{}]", items.join(","))))
                })
                .collect()
        }
        Kind::Struct(fields) => {
            let rows = series.struct_()?;
            let missing = series.is_null();
            let mut written: Vec<Option<String>> = missing.iter().map(|missing| (missing != Some(true)).then(|| "{".to_owned())).collect();
            for (at, (name, kind)) in fields.iter().enumerate() {
                let values = json(&rows.field_by_name(name)?, kind)?;
                let comma = if at == 0 { "" } else { "," };
                for (text, value) in written.iter_mut().zip(values) {
                    if let Some(text) = text {
                        // Writing to a text does not fail.
                        let _ = write!(text, "{comma}{}:{}", quoted(name), or_null(value));
                    }
                }
            }
            written.iter_mut().flatten().for_each(|text| text.push('}'));
            Ok(written)
        }
        Kind::Integer | Kind::Decimal { .. } | Kind::Float | Kind::Boolean => plain(series, kind),
        _ => Ok(plain(series, kind)?.into_iter().map(|text| text.map(|text| quoted(&text))).collect()),
    }
}

fn plain(series: &Series, kind: &Kind) -> PolarsResult<Vec<Option<String>>> {
    Ok(match kind {
        Kind::Datetime | Kind::Instant => {
            let format = if *kind == Kind::Instant { "%Y-%m-%dT%H:%M:%S%.fZ" } else { "%Y-%m-%dT%H:%M:%S%.f" };
            let shown = |at: i64| DateTime::from_timestamp_micros(at).map(|at| at.format(format).to_string());
            series.to_physical_repr().i64()?.iter().map(|at| at.and_then(shown)).collect()
        }
        Kind::Date => {
            let shown = |days: i32| NaiveDate::from_epoch_days(days).map(|day| day.to_string());
            series.to_physical_repr().i32()?.iter().map(|days| days.and_then(shown)).collect()
        }
        Kind::Time => series.to_physical_repr().i64()?.iter().map(|nanos| nanos.and_then(time)).collect(),
        Kind::Float => series.f64()?.iter().map(|number| number.map(|number| format!("{number:?}"))).collect(),
        Kind::Text | Kind::Uuid => series.str()?.iter().map(|text| text.map(str::to_owned)).collect(),
        Kind::Decimal { scale, .. } => {
            series.to_physical_repr().i128()?.iter().map(|units| units.map(|units| decimal(units, *scale))).collect()
        }
        Kind::Integer | Kind::Boolean => series.cast(&DataType::String)?.str()?.iter().map(|text| text.map(str::to_owned)).collect(),
        Kind::List(_) | Kind::Struct(_) => json(series, kind)?,
    })
}

fn time(nanos: i64) -> Option<String> {
    let seconds = u32::try_from(nanos.div_euclid(1_000_000_000)).ok()?;
    let rest = u32::try_from(nanos.rem_euclid(1_000_000_000)).ok()?;
    Some(NaiveTime::from_num_seconds_from_midnight_opt(seconds, rest)?.format("%H:%M:%S%.f").to_string())
}

/// With as many digits after the point as the type has.
fn decimal(units: i128, scale: u8) -> String {
    let sign = if units < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = usize::from(scale) + 1);
    match digits.split_at_checked(digits.len() - usize::from(scale)) {
        Some((whole, part)) if !part.is_empty() => format!("{sign}{whole}.{part}"),
        _ => format!("{sign}{digits}"),
    }
}

fn or_null(text: Option<String>) -> String {
    text.unwrap_or_else(|| "null".to_owned())
}

fn quoted(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::dataset::dtype::dtype;
    use polars::chunked_array::builder::get_list_builder;

    #[test]
    fn an_instant_says_its_zone_and_a_datetime_has_none() {
        let noon = Series::new("at".into(), [Some(1_706_702_400_000_000_i64), None]).cast(&dtype(&Kind::Instant)).unwrap();
        let shown = |kind: &Kind| texts(&noon, kind).unwrap().iter().map(|text| text.map(str::to_owned)).collect::<Vec<_>>();
        assert_eq!(shown(&Kind::Instant), [Some("2024-01-31T12:00:00Z".to_owned()), None]);
        assert_eq!(shown(&Kind::Datetime), [Some("2024-01-31T12:00:00".to_owned()), None]);
    }

    #[test]
    fn a_decimal_has_the_digits_of_its_scale() {
        let shown = [(0, 2), (-5, 2), (12_345, 2), (7, 0)].map(|(units, scale)| decimal(units, scale));
        assert_eq!(shown, ["0.00", "-0.05", "123.45", "7"]);
    }

    #[test]
    fn nested_values_are_json_in_which_every_field_is_there() {
        let inside = Kind::Struct(vec![("name \"x\"".to_owned(), Kind::Text), ("dose".to_owned(), Kind::Float)]);
        let kind = Kind::List(Box::new(inside.clone()));
        let fields = [Series::new("name \"x\"".into(), [Some("a\nb"), None]), Series::new("dose".into(), [None, Some(0.5)])];
        let items = StructChunked::from_series("".into(), 2, fields.iter()).unwrap().into_series();
        let mut lists = get_list_builder(&dtype(&inside), 2, 3, "l".into());
        lists.append_series(&items).unwrap();
        lists.append_null();
        lists.append_series(&items.clear()).unwrap();
        let series = lists.finish().into_series();
        let text = texts(&series, &kind).unwrap();
        let shown: Vec<Option<&str>> = text.iter().collect();
        assert_eq!(shown, [Some(r#"[{"name \"x\"":"a\nb","dose":null},{"name \"x\"":null,"dose":0.5}]"#), None, Some("[]")]);
    }
}
