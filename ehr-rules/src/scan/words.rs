//! The words in a column's name: `patientBirthDate`, `PATIENT_BIRTH_DATE` and `Patient birth-date` are three words each.

/// The words, in small letters, without accents; a number is a word of its own.
pub(crate) fn words(name: &str) -> Vec<String> {
    let plain = any_ascii::any_ascii(name);
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut last = ' ';
    let letters: Vec<char> = plain.chars().collect();
    for (at, letter) in letters.iter().copied().enumerate() {
        let next_is_small = letters.get(at + 1).is_some_and(char::is_ascii_lowercase);
        let begins = letter.is_ascii_uppercase() && (last.is_ascii_lowercase() || last.is_ascii_uppercase() && next_is_small)
            || letter.is_ascii_digit() != last.is_ascii_digit();
        if begins || !letter.is_ascii_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if letter.is_ascii_alphanumeric() {
            word.push(letter.to_ascii_lowercase());
        }
        last = letter;
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// Whether a name says that its values are what something goes by.
pub(crate) fn is_identifier(words: &[String]) -> bool {
    const ENDS: &[&str] =
        &["id", "ids", "key", "uuid", "guid", "pid", "prn", "mrn", "codigo", "number", "no", "nr", "num", "code", "uid", "recid"];
    const OF: &[&str] = &["patient", "person", "subject", "rec", "record", "visit", "encounter", "stay", "hadm", "user", "doc", "row"];
    words.last().is_some_and(|word| ENDS.contains(&word.as_str()) || word.strip_suffix("id").is_some_and(|of| OF.contains(&of)))
        || words.first().is_some_and(|word| matches!(word.as_str(), "id" | "uuid" | "codigo"))
}

/// The singular of an English or Romance plural, as far as names need it.
pub(crate) fn singular(word: &str) -> String {
    if let Some(stem) = word.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let ends = ["ss", "us", "is"].iter().any(|end| word.ends_with(end));
    word.strip_suffix('s').filter(|stem| !ends && stem.len() > 2).unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_cut_into_words() {
        for (name, meant) in [
            ("patientBirthDate", "patient birth date"),
            ("PATIENT_BIRTH_DATE", "patient birth date"),
            ("Código do Paciente", "codigo do paciente"),
            ("PatientID", "patient id"),
            ("SSNNumber", "ssn number"),
            ("phone 2", "phone 2"),
            ("address1", "address 1"),
            ("", ""),
        ] {
            assert_eq!(words(name).join(" "), meant, "{name}");
        }
    }

    #[test]
    fn identifiers_and_plurals() {
        for (name, is) in
            [("subject_id", true), ("Id", true), ("idpatient", false), ("recid", true), ("paid", false), ("DESCRIPTION", false)]
        {
            assert_eq!(is_identifier(&words(name)), is, "{name}");
        }
        assert_eq!(["patients", "allergies", "address", "diagnosis"].map(singular), ["patient", "allergy", "address", "diagnosis"]);
    }
}
