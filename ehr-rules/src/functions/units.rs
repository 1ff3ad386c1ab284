//! Units of UCUM, for the functions that know them.

/// Whether it is one; without the suggestions that the library looks for where it is none, which cost more than all else.
pub(crate) fn is_unit(text: &str) -> bool {
    octofhir_ucum::parse_expression(text).is_ok_and(|unit| octofhir_ucum::evaluate(&unit).is_ok())
}

/// The value in another unit; none where one of them is no unit, or they measure different things.
pub(super) fn convert(value: f64, from: &str, to: &str) -> Option<f64> {
    if !is_unit(from) || !is_unit(to) {
        return None;
    }
    octofhir_ucum::convert(value, from, to).ok()
}
