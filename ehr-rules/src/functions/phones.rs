//! Telephone numbers, for the functions that read them.

use phonenumber::Mode;
use phonenumber::country;
use std::fmt::Write;

/// Longer than any number with its extension.
const LONGEST: usize = 40;

/// The number in E.164, where it is one that its country gives out. The library's grammar of `tel:` addresses is not let in:
/// nobody writes them into a form, and a number is digits with something in between.
pub(super) fn e164(text: &str, country: &str) -> Option<String> {
    let text = text.trim();
    if text.len() > LONGEST || text.contains([':', ';', '=']) || text.chars().filter(char::is_ascii_digit).count() < 3 {
        return None;
    }
    let country: country::Id = country.parse().ok()?;
    let number = phonenumber::parse(Some(country), text).ok()?;
    if !number.is_valid() {
        return None;
    }
    let mut written = String::new();
    write!(written, "{}", number.format().mode(Mode::E164)).ok()?;
    Some(written)
}
