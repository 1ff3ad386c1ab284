//! Column names made comparable: without case, blanks, punctuation, accents, and what a wrong encoding made of them.

use encoding_rs::UTF_8;
use encoding_rs::WINDOWS_1252;

/// Bones shorter than this belong to too many names.
const BONES: usize = 3;

/// The letters and digits of a name in ASCII lower case: one text for `Código do Paciente` and `CODIGO_DO_PACIENTE`.
pub(crate) fn plain(name: &str) -> String {
    let mended = mend(name);
    let ascii = any_ascii::any_ascii(mended.as_deref().unwrap_or(name));
    let plain: String = ascii.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    if plain.is_empty() { name.trim().to_lowercase() } else { plain }
}

/// The ASCII letters and digits alone: what is left of an accented name in whatever encoding it is read.
pub(super) fn bones(name: &str) -> Option<String> {
    if name.is_ascii() {
        return None;
    }
    let bones: String = name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect();
    (bones.len() >= BONES).then_some(bones)
}

/// UTF-8 that was read as windows-1252, read rightly; none where it was not.
fn mend(name: &str) -> Option<String> {
    if name.is_ascii() {
        return None;
    }
    let (bytes, _, lost) = WINDOWS_1252.encode(name);
    let text = if lost { None } else { UTF_8.decode_without_bom_handling_and_without_replacement(&bytes) };
    text.map(std::borrow::Cow::into_owned).filter(|text| text != name)
}

/// 0 to 1: how alike two plain names are.
pub(crate) fn likeness(one: &str, other: &str) -> f64 {
    // Letters alone decide that two names are one: `line1` and `line2` differ in all that matters.
    let letters = |name: &str| name.chars().filter(|letter| !letter.is_ascii_digit()).collect::<String>();
    if one != other && one.len() == other.len() && letters(one) == letters(other) {
        return 0.0;
    }
    let shorter = one.len().min(other.len());
    let within = if shorter >= 4 && (one.contains(other) || other.contains(one)) { 0.8 } else { 0.0 };
    strsim::normalized_damerau_levenshtein(one, other).max(within)
}

/// Three letters each, with both ends marked: what two like names share.
pub(super) fn grams(plain: &str) -> impl Iterator<Item = [u8; 3]> {
    let marked: Vec<u8> = std::iter::once(b'^').chain(plain.bytes()).chain(std::iter::once(b'$')).collect();
    (0..marked.len().saturating_sub(2)).map(move |at| [marked[at], marked[at + 1], marked[at + 2]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_name_in_many_spellings_is_one() {
        for spelling in ["Código do Paciente", " codigo_do_paciente", "CODIGO-DO-PACIENTE", "codigoDoPaciente", "CÃ³digo do Paciente"] {
            assert_eq!(plain(spelling), "codigodopaciente", "{spelling}");
        }
        assert_eq!(plain("№"), plain("№ "));
        assert_eq!(plain("***"), "***");
    }

    #[test]
    fn bones_are_what_a_wrong_encoding_leaves() {
        assert_eq!(bones("C\u{fffd}digo"), bones("Código"));
        assert_eq!(bones("C‚digo"), bones("Código"));
        assert_eq!((bones("Codigo"), bones("Nº")), (None, None));
    }

    #[test]
    fn names_that_differ_in_a_number_alone_are_not_alike() {
        assert!(likeness("line1", "line2") == 0.0);
        assert!(likeness("birthdate", "birth") >= 0.8 && likeness("birthdate", "brithdate") > 0.85);
        assert!(likeness("birthdate", "phone") < 0.4);
    }

    #[test]
    fn grams_mark_both_ends() {
        assert_eq!(grams("id").collect::<Vec<_>>(), [*b"^id", *b"id$"]);
        assert_eq!(grams("").count(), 0);
    }
}
