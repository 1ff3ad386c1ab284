//! What is wrong with a constant as an argument.

use crate::functions::function::Accepts;
use crate::functions::function::Param;
use crate::ir::types::Value;
use chrono::format::Item;
use chrono::format::StrftimeItems;

/// A hundred years.
pub(crate) const MOST_DAYS: i64 = 36_500;

/// Small letters and digits, with single `-` or `_` between them, a letter first: what can be part of a variable's name, and no key is.
fn is_secret_name(name: &str) -> bool {
    let of_words =
        name.split(['-', '_']).all(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()));
    name.len() <= 30 && of_words && name.starts_with(|first: char| first.is_ascii_lowercase())
}

impl Param {
    /// What is wrong with this constant as an argument, its kind apart; to be asked while rules are loaded.
    pub(crate) fn fault(&self, value: &Value) -> Option<String> {
        match (self.accepts, value) {
            (Accepts::Pattern, Value::Text(pattern)) if regex::Regex::new(pattern).is_err() => {
                Some(format!("`{pattern}` is not a regular expression"))
            }
            (Accepts::OneOf(words), Value::Text(word)) if !words.contains(&word.as_str()) => {
                Some(format!("`{}` is `{}`, not `{word}`", self.name, words.join("` or `")))
            }
            (Accepts::Formats, Value::Text(formats)) => {
                let wrong = formats.split('|').find(|format| StrftimeItems::new(format).any(|item| item == Item::Error));
                wrong.map(|format| format!("`{format}` is not a format of dates and times"))
            }
            (Accepts::Zone, Value::Text(zone)) if zone.parse::<chrono_tz::Tz>().is_err() => Some(format!("`{zone}` is not a time zone")),
            (Accepts::Country, Value::Text(code)) if rust_iso3166::from_alpha2(code).is_none() => {
                Some(format!("`{code}` is not a country of ISO 3166-1"))
            }
            // What is no name may be the key itself, and is not repeated.
            (Accepts::Secret, Value::Text(name)) if !is_secret_name(name) => Some(format!("this names no secret for `{}`", self.name)),
            (Accepts::Days, Value::Integer(days)) if !(1..=MOST_DAYS).contains(days) => {
                Some(format!("`{}` is between 1 and {MOST_DAYS}, and `{days}` is not", self.name))
            }
            (Accepts::Unit, Value::Text(unit)) if octofhir_ucum::validate(unit).is_err() => Some(format!("`{unit}` is not a unit of UCUM")),
            (_, Value::Null) if self.constant => Some(format!("`{}` cannot be missing", self.name)),
            _ => None,
        }
    }
}
