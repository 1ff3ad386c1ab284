//! The catalogue: every function that rules and scripts may call, one file each.

mod abs;
mod add;
mod add_days;
mod add_hours;
mod add_minutes;
mod add_months;
mod add_years;
mod after;
mod age_at;
mod age_band;
mod arithmetic;
mod as_boolean;
mod as_date;
mod as_datetime;
mod as_float;
mod as_integer;
mod as_number;
mod as_time;
mod as_whole;
mod at_time;
mod before;
mod between;
mod calendar;
mod cap_age;
mod ceiling;
mod clamp;
mod coalesce;
mod collapse_blanks;
mod contains;
mod convert_unit;
mod count_of;
mod day;
mod days_between;
mod default_text;
mod digits;
mod divide;
mod end_of_month;
mod ends_with;
mod extract;
mod file_name;
mod floor;
mod format_date;
mod formats;
mod from_excel_serial;
pub(crate) mod function;
mod hour;
mod hours_between;
mod is_blank;
mod is_missing;
mod is_numeric;
mod is_present;
mod is_unit;
mod left;
mod length;
mod letters;
mod lower;
mod lowering;
mod matches;
mod max_of;
mod min_of;
mod minute;
mod minutes_between;
mod modulo;
mod month;
mod months_between;
mod multiply;
mod normalize_unicode;
mod null_if;
mod null_if_in;
mod pad_left;
mod pad_right;
mod position_of;
mod power;
mod quarter;
mod reference;
mod remove_accents;
mod remove_control_characters;
mod repair_mojibake;
mod repeat;
mod replace;
mod replace_pattern;
mod reverse;
mod right;
mod round;
pub(crate) mod safe_name;
mod second;
mod sentence_case;
mod shorten;
mod sign;
mod split_part;
mod start_of_day;
mod start_of_month;
mod start_of_year;
mod starts_with;
mod strip_html;
mod substring;
mod subtract;
mod subtract_years;
mod title_case;
mod to_ascii;
mod to_date;
mod to_datetime;
mod to_float;
mod to_text;
mod to_time;
mod trim;
mod trim_end;
mod trim_start;
mod units;
mod unquote;
mod upper;
mod week;
mod weekday;
mod word;
mod year;
mod years_between;
mod zero_if_missing;

use crate::functions::function::Function;

/// Every function, by name.
pub(crate) const CATALOGUE: &[&Function] = &[
    &abs::FUNCTION,
    &add::FUNCTION,
    &add_days::FUNCTION,
    &add_hours::FUNCTION,
    &add_minutes::FUNCTION,
    &add_months::FUNCTION,
    &add_years::FUNCTION,
    &after::FUNCTION,
    &age_at::FUNCTION,
    &age_band::FUNCTION,
    &as_boolean::FUNCTION,
    &as_date::FUNCTION,
    &as_datetime::FUNCTION,
    &as_float::FUNCTION,
    &as_integer::FUNCTION,
    &as_number::FUNCTION,
    &as_time::FUNCTION,
    &as_whole::FUNCTION,
    &at_time::FUNCTION,
    &before::FUNCTION,
    &between::FUNCTION,
    &cap_age::FUNCTION,
    &ceiling::FUNCTION,
    &clamp::FUNCTION,
    &coalesce::FUNCTION,
    &collapse_blanks::FUNCTION,
    &contains::FUNCTION,
    &convert_unit::FUNCTION,
    &count_of::FUNCTION,
    &day::FUNCTION,
    &days_between::FUNCTION,
    &default_text::FUNCTION,
    &digits::FUNCTION,
    &divide::FUNCTION,
    &end_of_month::FUNCTION,
    &ends_with::FUNCTION,
    &extract::FUNCTION,
    &file_name::FUNCTION,
    &floor::FUNCTION,
    &format_date::FUNCTION,
    &from_excel_serial::FUNCTION,
    &hour::FUNCTION,
    &hours_between::FUNCTION,
    &is_blank::FUNCTION,
    &is_missing::FUNCTION,
    &is_numeric::FUNCTION,
    &is_present::FUNCTION,
    &is_unit::FUNCTION,
    &left::FUNCTION,
    &length::FUNCTION,
    &letters::FUNCTION,
    &lower::FUNCTION,
    &matches::FUNCTION,
    &max_of::FUNCTION,
    &min_of::FUNCTION,
    &minute::FUNCTION,
    &minutes_between::FUNCTION,
    &modulo::FUNCTION,
    &month::FUNCTION,
    &months_between::FUNCTION,
    &multiply::FUNCTION,
    &normalize_unicode::FUNCTION,
    &null_if::FUNCTION,
    &null_if_in::FUNCTION,
    &pad_left::FUNCTION,
    &pad_right::FUNCTION,
    &position_of::FUNCTION,
    &power::FUNCTION,
    &quarter::FUNCTION,
    &remove_accents::FUNCTION,
    &remove_control_characters::FUNCTION,
    &repair_mojibake::FUNCTION,
    &repeat::FUNCTION,
    &replace::FUNCTION,
    &replace_pattern::FUNCTION,
    &reverse::FUNCTION,
    &right::FUNCTION,
    &round::FUNCTION,
    &safe_name::FUNCTION,
    &second::FUNCTION,
    &sentence_case::FUNCTION,
    &shorten::FUNCTION,
    &sign::FUNCTION,
    &split_part::FUNCTION,
    &start_of_day::FUNCTION,
    &start_of_month::FUNCTION,
    &start_of_year::FUNCTION,
    &starts_with::FUNCTION,
    &strip_html::FUNCTION,
    &substring::FUNCTION,
    &subtract::FUNCTION,
    &subtract_years::FUNCTION,
    &title_case::FUNCTION,
    &to_ascii::FUNCTION,
    &to_date::FUNCTION,
    &to_datetime::FUNCTION,
    &to_float::FUNCTION,
    &to_text::FUNCTION,
    &to_time::FUNCTION,
    &trim::FUNCTION,
    &trim_end::FUNCTION,
    &trim_start::FUNCTION,
    &unquote::FUNCTION,
    &upper::FUNCTION,
    &week::FUNCTION,
    &weekday::FUNCTION,
    &word::FUNCTION,
    &year::FUNCTION,
    &years_between::FUNCTION,
    &zero_if_missing::FUNCTION,
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
