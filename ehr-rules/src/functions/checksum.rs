//! Check digits, for the functions that hold identifiers against them.

/// The digits of an identifier that may be written with these characters in between; none where anything else stands in it.
pub(super) fn digits(text: &str, between: &[char]) -> Option<Vec<u32>> {
    text.trim().chars().filter(|letter| !between.contains(letter)).map(|letter| letter.to_digit(10)).collect()
}

/// The number that so many digits write.
pub(super) fn number(digits: &[u32]) -> u64 {
    digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))
}

/// The sum of the digits, each times its weight.
pub(super) fn weighted(digits: &[u32], weights: &[u32]) -> u32 {
    digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum()
}

/// ISO/IEC 7812: from the right, every second digit doubled, and the digits of all summed to a multiple of 10.
pub(super) fn luhn(digits: &[u32]) -> bool {
    let sum: u32 =
        digits.iter().rev().enumerate().map(|(at, digit)| if at % 2 == 1 { digit * 2 - 9 * u32::from(*digit > 4) } else { *digit }).sum();
    sum.is_multiple_of(10) && !digits.is_empty()
}

/// Verhoeff's check, in the dihedral group of the pentagon.
pub(super) fn verhoeff(digits: &[u32]) -> bool {
    // One digit after another: turned by it where the sum is a turn, turned back where it is a flip.
    let product = |a: u32, b: u32| match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a + 5 - b) % 5,
        (false, false) => (a + 5 - b) % 5,
    };
    let permuted = |digit: u32| [1, 5, 7, 6, 2, 8, 3, 0, 9, 4].get(digit as usize).copied().unwrap_or(digit);
    let at = |place: usize, digit: u32| (0..place % 8).fold(digit, |digit, _| permuted(digit));
    !digits.is_empty() && digits.iter().rev().enumerate().fold(0, |sum, (place, digit)| product(sum, at(place, *digit))) == 0
}

/// Whether a day of that month is in some year's calendar.
pub(super) fn is_day(day: u32, month: u32) -> bool {
    chrono::NaiveDate::from_ymd_opt(2000, month, day).is_some()
}
