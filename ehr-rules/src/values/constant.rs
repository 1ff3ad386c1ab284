//! Texts to constants: as they are written in rules, cases and settings.

use crate::ir::types::Kind;
use crate::ir::types::Value;
use crate::values::scalar;
use crate::values::times::Formats;
use chrono::NaiveTime;

/// The constant of a kind that a text says; `None` where it says none, and for kinds that have no constants. Nothing is
/// rounded or guessed: a decimal has no more digits than its type, a date stands as in ISO 8601, a point in time names its zone.
pub(crate) fn parse(text: &str, kind: &Kind) -> Option<Value> {
    match kind {
        Kind::Text => Some(Value::Text(text.to_owned())),
        Kind::Integer => text.parse().ok().map(Value::Integer),
        Kind::Float => scalar::float(text).map(Value::Float),
        Kind::Boolean => text.parse().ok().map(Value::Boolean),
        Kind::Date => text.parse().ok().map(Value::Date),
        Kind::Datetime => text.replacen(' ', "T", 1).parse().ok().map(Value::Datetime),
        Kind::Instant => chrono::DateTime::parse_from_rfc3339(text).ok().map(|at| Value::Instant(at.naive_utc())),
        Kind::Time => time(text).map(Value::Time),
        Kind::Decimal { precision, scale } => {
            let digits = scalar::decimal(text, *precision, *scale)?;
            Some(Value::Decimal { text: decimal(digits, *scale), precision: *precision, scale: *scale })
        }
        // Held as text, as its column is.
        Kind::Uuid => scalar::uuid(text, &mut String::new()).map(|uuid| Value::Text(uuid.to_owned())),
        Kind::List(_) | Kind::Struct(_) => None,
    }
}

/// A time of day, to the microsecond.
fn time(text: &str) -> Option<NaiveTime> {
    const SECOND: i64 = 1_000_000_000;
    let since = Formats::default().time(text)?;
    NaiveTime::from_num_seconds_from_midnight_opt(u32::try_from(since / SECOND).ok()?, u32::try_from(since % SECOND).ok()?)
}

/// Units of a scale, written out with all digits of the scale.
fn decimal(units: i128, scale: u8) -> String {
    let scale = usize::from(scale);
    let digits = format!("{:0>width$}", units.unsigned_abs(), width = scale + 1);
    let (whole, part) = digits.split_at(digits.len() - scale);
    format!("{}{whole}{}{part}", if units < 0 { "-" } else { "" }, if scale == 0 { "" } else { "." })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, kind: &Kind) -> Option<String> {
        parse(text, kind).map(|value| if let Value::Text(text) = value { text } else { value.to_string() })
    }

    #[test]
    fn a_text_is_a_constant_of_a_kind_only_where_nothing_is_lost() {
        let money = Kind::Decimal { precision: 5, scale: 2 };
        for (text, kind, says) in [
            ("12.5", &money, Some("12.50")),
            ("-0.05", &money, Some("-0.05")),
            ("999.99", &money, Some("999.99")),
            ("1000", &money, None),
            ("0.005", &money, None),
            ("7", &Kind::Decimal { precision: 3, scale: 0 }, Some("7")),
            ("08:30", &Kind::Time, Some("08:30:00")),
            ("23:59:59.25", &Kind::Time, Some("23:59:59.250")),
            ("24:30", &Kind::Time, None),
            ("noon", &Kind::Time, None),
            ("0B1C2D3E-0000-4000-8000-00000000000F", &Kind::Uuid, Some("0b1c2d3e-0000-4000-8000-00000000000f")),
            ("0b1c2d3e", &Kind::Uuid, None),
            ("2024-02-30", &Kind::Date, None),
            ("2024-02-29 08:00:00", &Kind::Datetime, Some("2024-02-29T08:00:00")),
            ("2024-02-29T08:00:00", &Kind::Instant, None),
            ("inf", &Kind::Float, None),
        ] {
            assert_eq!(shown(text, kind).as_deref(), says, "{text} as {kind}");
        }
    }
}
