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
mod as_email;
mod as_float;
mod as_integer;
mod as_number;
mod as_phone;
mod as_postal_code;
mod as_time;
mod as_whole;
mod at_time;
mod before;
mod between;
mod blake3;
mod calendar;
mod cap_age;
mod ceiling;
mod checksum;
mod clamp;
mod coalesce;
mod collapse_blanks;
mod contains;
mod convert_unit;
mod count_of;
mod countries;
mod country_code;
mod country_name;
mod day;
mod days_between;
mod default_text;
mod digits;
mod divide;
pub(crate) mod emails;
mod end_of_month;
mod ends_with;
mod extract;
mod family_name;
pub(crate) mod fault;
mod file_name;
mod fingerprint;
mod floor;
mod format_date;
mod format_nhs_number;
mod formats;
mod from_excel_serial;
mod from_unix_milliseconds;
mod from_unix_seconds;
pub(crate) mod function;
mod given_name;
mod hour;
mod hours_between;
mod in_zone;
mod is_blank;
mod is_bsn;
mod is_cns;
mod is_cpf;
mod is_cpr_number;
mod is_dea_number;
mod is_email;
mod is_fodselsnummer;
pub(crate) mod is_loinc;
mod is_luhn;
mod is_missing;
mod is_nhs_number;
mod is_nir;
pub(crate) mod is_npi;
mod is_numeric;
mod is_ontario_health_card;
mod is_personnummer;
mod is_phone;
mod is_present;
pub(crate) mod is_sctid;
pub(crate) mod is_ssn;
mod is_unit;
mod is_uuid;
mod item;
mod items;
mod later;
mod left;
mod length;
mod letters;
mod list_compact;
mod list_contains;
mod list_distinct;
mod list_first;
mod list_join;
mod list_last;
mod list_length;
mod list_sort;
mod lower;
mod lowering;
mod matches;
mod max_of;
mod middle_name;
mod min_of;
mod minute;
mod minutes_between;
mod modulo;
mod month;
mod months_between;
mod multiply;
mod name_suffix;
mod names;
mod normalize_unicode;
mod null_if;
mod null_if_in;
mod pad_left;
mod pad_right;
mod padding;
mod phones;
mod position_of;
mod power;
mod pseudonym;
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
mod scrub;
mod second;
mod sentence_case;
mod sha256;
mod shift_date;
mod shorten;
mod sign;
mod split;
mod split_part;
mod split_pattern;
mod start_of_day;
mod start_of_month;
mod start_of_year;
mod starts_with;
mod street_line;
mod strip_html;
mod subdivision_code;
mod substring;
mod subtract;
mod subtract_years;
mod title_case;
mod to_ascii;
mod to_date;
mod to_datetime;
mod to_float;
mod to_instant;
mod to_text;
mod to_time;
mod trim;
mod trim_end;
mod trim_start;
pub(crate) mod units;
mod unquote;
mod upper;
mod uuid_v5;
mod week;
mod weekday;
mod word;
mod year;
mod years_between;
mod zero_if_missing;
mod zip3;

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
    &as_email::FUNCTION,
    &as_float::FUNCTION,
    &as_integer::FUNCTION,
    &as_number::FUNCTION,
    &as_phone::FUNCTION,
    &as_postal_code::FUNCTION,
    &as_time::FUNCTION,
    &as_whole::FUNCTION,
    &at_time::FUNCTION,
    &before::FUNCTION,
    &between::FUNCTION,
    &blake3::FUNCTION,
    &cap_age::FUNCTION,
    &ceiling::FUNCTION,
    &clamp::FUNCTION,
    &coalesce::FUNCTION,
    &collapse_blanks::FUNCTION,
    &contains::FUNCTION,
    &convert_unit::FUNCTION,
    &count_of::FUNCTION,
    &country_code::FUNCTION,
    &country_name::FUNCTION,
    &day::FUNCTION,
    &days_between::FUNCTION,
    &default_text::FUNCTION,
    &digits::FUNCTION,
    &divide::FUNCTION,
    &end_of_month::FUNCTION,
    &ends_with::FUNCTION,
    &extract::FUNCTION,
    &family_name::FUNCTION,
    &file_name::FUNCTION,
    &fingerprint::FUNCTION,
    &floor::FUNCTION,
    &format_date::FUNCTION,
    &format_nhs_number::FUNCTION,
    &from_excel_serial::FUNCTION,
    &from_unix_milliseconds::FUNCTION,
    &from_unix_seconds::FUNCTION,
    &given_name::FUNCTION,
    &hour::FUNCTION,
    &hours_between::FUNCTION,
    &in_zone::FUNCTION,
    &is_blank::FUNCTION,
    &is_bsn::FUNCTION,
    &is_cns::FUNCTION,
    &is_cpf::FUNCTION,
    &is_cpr_number::FUNCTION,
    &is_dea_number::FUNCTION,
    &is_email::FUNCTION,
    &is_fodselsnummer::FUNCTION,
    &is_loinc::FUNCTION,
    &is_luhn::FUNCTION,
    &is_missing::FUNCTION,
    &is_nhs_number::FUNCTION,
    &is_nir::FUNCTION,
    &is_npi::FUNCTION,
    &is_numeric::FUNCTION,
    &is_ontario_health_card::FUNCTION,
    &is_personnummer::FUNCTION,
    &is_phone::FUNCTION,
    &is_present::FUNCTION,
    &is_sctid::FUNCTION,
    &is_ssn::FUNCTION,
    &is_unit::FUNCTION,
    &is_uuid::FUNCTION,
    &item::FUNCTION,
    &left::FUNCTION,
    &length::FUNCTION,
    &letters::FUNCTION,
    &list_compact::FUNCTION,
    &list_contains::FUNCTION,
    &list_distinct::FUNCTION,
    &list_first::FUNCTION,
    &list_join::FUNCTION,
    &list_last::FUNCTION,
    &list_length::FUNCTION,
    &list_sort::FUNCTION,
    &lower::FUNCTION,
    &matches::FUNCTION,
    &max_of::FUNCTION,
    &middle_name::FUNCTION,
    &min_of::FUNCTION,
    &minute::FUNCTION,
    &minutes_between::FUNCTION,
    &modulo::FUNCTION,
    &month::FUNCTION,
    &months_between::FUNCTION,
    &multiply::FUNCTION,
    &name_suffix::FUNCTION,
    &normalize_unicode::FUNCTION,
    &null_if::FUNCTION,
    &null_if_in::FUNCTION,
    &pad_left::FUNCTION,
    &pad_right::FUNCTION,
    &position_of::FUNCTION,
    &power::FUNCTION,
    &pseudonym::FUNCTION,
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
    &scrub::FUNCTION,
    &second::FUNCTION,
    &sentence_case::FUNCTION,
    &sha256::FUNCTION,
    &shift_date::FUNCTION,
    &shorten::FUNCTION,
    &sign::FUNCTION,
    &split::FUNCTION,
    &split_part::FUNCTION,
    &split_pattern::FUNCTION,
    &start_of_day::FUNCTION,
    &start_of_month::FUNCTION,
    &start_of_year::FUNCTION,
    &starts_with::FUNCTION,
    &street_line::FUNCTION,
    &strip_html::FUNCTION,
    &subdivision_code::FUNCTION,
    &substring::FUNCTION,
    &subtract::FUNCTION,
    &subtract_years::FUNCTION,
    &title_case::FUNCTION,
    &to_ascii::FUNCTION,
    &to_date::FUNCTION,
    &to_datetime::FUNCTION,
    &to_float::FUNCTION,
    &to_instant::FUNCTION,
    &to_text::FUNCTION,
    &to_time::FUNCTION,
    &trim::FUNCTION,
    &trim_end::FUNCTION,
    &trim_start::FUNCTION,
    &unquote::FUNCTION,
    &upper::FUNCTION,
    &uuid_v5::FUNCTION,
    &week::FUNCTION,
    &weekday::FUNCTION,
    &word::FUNCTION,
    &year::FUNCTION,
    &years_between::FUNCTION,
    &zero_if_missing::FUNCTION,
    &zip3::FUNCTION,
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
