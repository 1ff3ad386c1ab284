//! The catalogue: every function that rules and scripts may call, one file each.

mod abs;
mod add_days;
mod age_at;
mod as_date;
mod as_datetime;
mod as_float;
mod as_integer;
mod coalesce;
mod collapse_blanks;
mod contains;
mod day;
mod days_between;
mod digits;
mod ends_with;
mod extract;
pub(crate) mod function;
mod is_missing;
mod left;
mod length;
mod lower;
mod lowering;
mod month;
mod null_if;
mod pad_left;
mod reference;
mod replace;
mod right;
mod round;
mod split_part;
mod start_of_year;
mod starts_with;
mod substring;
mod subtract_years;
mod title_case;
mod to_date;
mod to_datetime;
mod to_float;
mod to_text;
mod trim;
mod upper;
mod year;

use crate::functions::function::Function;

/// Every function, by name.
pub(crate) const CATALOGUE: &[&Function] = &[
    &abs::FUNCTION,
    &add_days::FUNCTION,
    &age_at::FUNCTION,
    &as_date::FUNCTION,
    &as_datetime::FUNCTION,
    &as_float::FUNCTION,
    &as_integer::FUNCTION,
    &coalesce::FUNCTION,
    &collapse_blanks::FUNCTION,
    &contains::FUNCTION,
    &day::FUNCTION,
    &days_between::FUNCTION,
    &digits::FUNCTION,
    &ends_with::FUNCTION,
    &extract::FUNCTION,
    &is_missing::FUNCTION,
    &left::FUNCTION,
    &length::FUNCTION,
    &lower::FUNCTION,
    &month::FUNCTION,
    &null_if::FUNCTION,
    &pad_left::FUNCTION,
    &replace::FUNCTION,
    &right::FUNCTION,
    &round::FUNCTION,
    &split_part::FUNCTION,
    &start_of_year::FUNCTION,
    &starts_with::FUNCTION,
    &substring::FUNCTION,
    &subtract_years::FUNCTION,
    &title_case::FUNCTION,
    &to_date::FUNCTION,
    &to_datetime::FUNCTION,
    &to_float::FUNCTION,
    &to_text::FUNCTION,
    &trim::FUNCTION,
    &upper::FUNCTION,
    &year::FUNCTION,
];

/// The function of that name.
pub(crate) fn find(name: &str) -> Option<&'static Function> {
    CATALOGUE.iter().find(|function| function.name == name).copied()
}

/// The name of every function.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    CATALOGUE.iter().map(|function| function.name)
}

/// What the command `functions` prints: all functions, or one with its examples; `None` where there is none of that name.
pub(crate) fn reference(name: Option<&str>) -> Option<String> {
    match name {
        None => Some(reference::list()),
        Some(name) => find(name).map(reference::one),
    }
}

#[cfg(test)]
mod tests;
