//! The nearest known name to one that is unknown.

/// The known name that was most probably meant, if one is near enough. The same name in another case always is.
pub(crate) fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = fold(wanted);
    // About one slip in three letters; a name of one or two letters is near to nothing but its other spellings.
    let limit = folded.chars().count() / 3;
    let mut best: Option<(usize, &str)> = None;
    for name in known {
        let candidate = fold(name);
        let distance = if candidate == folded { 0 } else { strsim::damerau_levenshtein(&folded, &candidate) };
        // The first of several equally near ones wins, so the answer does not depend on anything but the order given.
        if distance <= limit && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// Whether `written` is `meant` with one slip: near enough to go on as if it were right, once it is said.
pub(crate) fn is_slip(written: &str, meant: &str) -> bool {
    let (written, meant) = (fold(written), fold(meant));
    written == meant || (meant.chars().count() >= 4 && strsim::damerau_levenshtein(&written, &meant) == 1)
}

/// ``did you mean `x`?``
pub(crate) fn did_you_mean<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    nearest(wanted, known).map(|name| format!("did you mean `{name}`?"))
}

/// Case and the marks between words are what people get wrong most.
fn fold(name: &str) -> String {
    name.chars().filter(|at| !matches!(at, '_' | '-' | ' ' | '.')).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_is_found_by_slips_case_and_marks() {
        let known = ["birth date", "BIRTHPLACE", "GENDER", "Id"];
        assert_eq!(nearest("birthdate", known), Some("birth date"));
        assert_eq!(nearest("gendre", known), Some("GENDER"));
        assert_eq!(nearest("ID", known), Some("Id"));
        assert_eq!(did_you_mean("Birthplce", known).as_deref(), Some("did you mean `BIRTHPLACE`?"));
    }

    #[test]
    fn what_is_far_from_everything_has_no_nearest() {
        assert_eq!(nearest("telephone", ["birth date", "GENDER"]), None);
        assert_eq!(nearest("ab", ["ac"]), None);
        assert_eq!(nearest("", [""; 0]), None);
    }
}
