//! Countries and their subdivisions by any of their names, for the functions that know them.

use rust_iso3166::CountryCode;

/// Names that are written and are not ISO 3166's, in small letters.
const OTHERS: [(&str, &str); 22] = [
    ("uk", "GB"),
    ("united kingdom", "GB"),
    ("great britain", "GB"),
    ("england", "GB"),
    ("scotland", "GB"),
    ("wales", "GB"),
    ("northern ireland", "GB"),
    ("united states", "US"),
    ("u.s.a.", "US"),
    ("u.s.", "US"),
    ("south korea", "KR"),
    ("north korea", "KP"),
    ("russia", "RU"),
    ("vietnam", "VN"),
    ("czech republic", "CZ"),
    ("turkey", "TR"),
    ("ivory coast", "CI"),
    ("laos", "LA"),
    ("syria", "SY"),
    ("the netherlands", "NL"),
    ("holland", "NL"),
    ("cape verde", "CV"),
];

/// The country of a code of two or three letters or digits, or of an English name, with what stands in brackets or without.
pub(super) fn country(text: &str) -> Option<CountryCode> {
    let text = text.trim();
    let code = text.to_uppercase();
    if let Some(found) = rust_iso3166::from_alpha2(&code).or_else(|| rust_iso3166::from_alpha3(&code)) {
        return Some(found);
    }
    if (1..=3).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit()) {
        return rust_iso3166::from_numeric_str(&format!("{text:0>3}"));
    }
    let name = text.to_lowercase();
    if let Some((_, code)) = OTHERS.iter().find(|(other, _)| *other == name) {
        return rust_iso3166::from_alpha2(code);
    }
    let known = rust_iso3166::ALL.iter();
    if let Some(found) = known.clone().find(|country| country.name.to_lowercase() == name) {
        return Some(*found);
    }
    // `Korea` alone is the name of two: nobody's guess.
    let mut short = known.filter(|country| country.name.split_once(" (").is_some_and(|(short, _)| short.to_lowercase() == name));
    short.next().copied().filter(|_| short.next().is_none())
}

/// The code of ISO 3166-2 of a part of the country, by its code, the code's own part, or its name.
pub(super) fn subdivision(text: &str, country: &str) -> Option<&'static str> {
    let text = text.trim();
    let code = text.to_uppercase();
    let parts = *rust_iso3166::iso3166_2::SUBDIVISION_COUNTRY_MAP.get(country)?;
    let by_code = parts.iter().find(|part| part.code == code || part.region_code == code);
    let name = text.to_lowercase();
    by_code.or_else(|| parts.iter().find(|part| part.name.to_lowercase() == name)).map(|part| part.code)
}
