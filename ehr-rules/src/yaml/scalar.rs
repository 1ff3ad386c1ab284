//! What a scalar is: YAML 1.2's core schema, in which `no` is text and `012` is twelve.

use crate::ir::types::Value;

/// The constant a scalar stands for, and whether it is a number that does not fit.
pub(super) fn resolve(text: &str, plain: bool) -> (Value, bool) {
    if !plain {
        return (Value::Text(text.to_owned()), false);
    }
    let value = match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Boolean(true),
        "false" | "False" | "FALSE" => Value::Boolean(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        _ => return number(text),
    };
    (value, false)
}

fn number(text: &str) -> (Value, bool) {
    let number = if let Some((digits, radix)) = integer(text) {
        i64::from_str_radix(digits, radix).ok().map(Value::Integer)
    } else if is_float(text) {
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Value::Float)
    } else {
        return (Value::Text(text.to_owned()), false);
    };
    let too_large = number.is_none();
    (number.unwrap_or_else(|| Value::Text(text.to_owned())), too_large)
}

/// The digits, with their sign, and radix of what is written as an integer.
fn integer(text: &str) -> Option<(&str, u32)> {
    for (prefix, radix) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            let written = !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix));
            return written.then_some((digits, radix));
        }
    }
    is_digits(text.strip_prefix(['-', '+']).unwrap_or(text)).then_some((text, 10))
}

/// `[-+]? ( \. [0-9]+ | [0-9]+ ( \. [0-9]* )? ) ( [eE] [-+]? [0-9]+ )?`
fn is_float(text: &str) -> bool {
    let text = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(left, right)| (left, Some(right)));
    if exponent.is_some_and(|exponent| !is_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent))) {
        return false;
    }
    match mantissa.split_once('.') {
        None => is_digits(mantissa),
        Some(("", fraction)) => is_digits(fraction),
        Some((whole, fraction)) => is_digits(whole) && (fraction.is_empty() || is_digits(fraction)),
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_scalars_follow_the_core_schema() {
        for (text, value) in [
            ("", Value::Null),
            ("~", Value::Null),
            ("null", Value::Null),
            ("TRUE", Value::Boolean(true)),
            ("012", Value::Integer(12)),
            ("-7", Value::Integer(-7)),
            ("+7", Value::Integer(7)),
            ("0x1F", Value::Integer(31)),
            ("0o17", Value::Integer(15)),
            ("1.0", Value::Float(1.0)),
            ("1.", Value::Float(1.0)),
            (".5", Value::Float(0.5)),
            ("1e3", Value::Float(1000.0)),
            ("-.inf", Value::Float(f64::NEG_INFINITY)),
        ] {
            assert_eq!(resolve(text, true), (value, false), "{text}");
        }
        for text in ["no", "yes", "on", "y", "tRUE", "2024-01-01", "12:30", "1_000", "0x", ".", "e3", "1e", "-", "--1", "nan", "inf", "१"]
        {
            assert_eq!(resolve(text, true), (Value::Text(text.to_owned()), false), "{text}");
        }
    }

    #[test]
    fn quoted_scalars_are_text_and_numbers_that_do_not_fit_are_said() {
        assert_eq!(resolve("12", false), (Value::Text("12".to_owned()), false));
        assert_eq!(resolve("9223372036854775807", true), (Value::Integer(i64::MAX), false));
        assert!(resolve("9223372036854775808", true).1);
        assert!(resolve("1e999", true).1);
    }
}
