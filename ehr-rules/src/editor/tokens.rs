//! Names in a script as it is written, whether it compiles or not.

use std::ops::Range;

/// A name in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Its bytes in the file.
    pub span: Range<usize>,
    /// The name; of a field, behind that of what it is a field of: `place.town`.
    pub name: String,
    /// What it is.
    pub is: Is,
}

/// What a name in a script is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Is {
    /// A variable: a column, or one that the script declares.
    Variable,
    /// A function that is called.
    Call,
    /// The text in `col("…")`, without its quotes.
    Column,
    /// The text in `parameter("…")`, without its quotes.
    Parameter,
    /// Text of its own, without its quotes.
    Text,
}

/// Words of the language, which are no columns.
const WORDS: &[&str] =
    &["if", "else", "true", "false", "let", "const", "while", "loop", "for", "in", "return", "break", "continue", "switch", "is", "this"];

/// The names in the part of a file that holds a script.
pub(super) fn tokens(text: &str, span: &Range<usize>) -> Vec<Token> {
    let script = text.get(span.clone()).unwrap_or_default();
    // In a script that YAML writes in quotes, `\"` is a quote; the outer quote is none of the script's.
    let outer = script.chars().next().filter(|first| matches!(first, '"' | '\''));
    let mut found: Vec<Token> = Vec::new();
    let mut at = outer.map_or(0, char::len_utf8);
    while let Some(rest) = script.get(at..).filter(|rest| !rest.is_empty()) {
        let quote = if outer == Some('"') { "\\\"" } else { "\"" };
        if rest.starts_with(quote) {
            let start = at + quote.len();
            let length = script.get(start..).and_then(|rest| rest.find(quote));
            let end = length.map_or_else(|| script.trim_end_matches(['"', '\'', '\\']).len().max(start), |length| start + length);
            let name = script.get(start..end).unwrap_or_default().to_owned();
            let before = script.get(..at).unwrap_or_default().trim_end();
            let is = match before.strip_suffix('(').map(str::trim_end) {
                Some(call) if call.ends_with("parameter") => Is::Parameter,
                Some(call) if call.ends_with("col") => Is::Column,
                _ => Is::Text,
            };
            found.push(Token { span: span.start + start..span.start + end, name, is });
            at = end + if length.is_some() { quote.len() } else { 0 };
            if length.is_none() {
                break;
            }
            continue;
        }
        let length = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
        if length == 0 {
            at += rest.chars().next().map_or(1, char::len_utf8);
            continue;
        }
        let name = rest.get(..length).unwrap_or_default();
        let begins = name.starts_with(|letter: char| letter.is_alphabetic() || letter == '_');
        if begins && !WORDS.contains(&name) {
            let called = script.get(at + length..).is_some_and(|after| after.trim_start().starts_with('('));
            let is = if called { Is::Call } else { Is::Variable };
            // What it is a field of: `place.town`.
            let of = found.last().filter(|of| {
                is == Is::Variable
                    && of.is == Is::Variable
                    && script.get(of.span.end - span.start..at).is_some_and(|between| between == ".")
            });
            let name = of.map_or_else(|| name.to_owned(), |of| format!("{}.{name}", of.name));
            found.push(Token { span: span.start + at..span.start + at + length, name, is });
        }
        at += length;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<(String, Is)> {
        tokens(text, &(0..text.len())).into_iter().map(|token| (token.name, token.is)).collect()
    }

    fn meant(names: &[(&str, Is)]) -> Vec<(String, Is)> {
        names.iter().map(|(name, is)| ((*name).to_owned(), *is)).collect()
    }

    #[test]
    fn names_are_found_however_the_script_is_quoted() {
        let all = [("BIRTH", Is::Variable), ("today", Is::Call), ("col", Is::Call), ("birth place", Is::Column), ("x", Is::Text)];
        assert_eq!(shown(r#"BIRTH <= today() && col("birth place") == "x" && 12 > 3"#), meant(&all));
        assert_eq!(shown(r#""BIRTH <= today() && col(\"birth place\") == \"x\"""#), meant(&all));
        assert_eq!(shown(r#"'BIRTH <= today() && col("birth place") == "x"'"#), meant(&all));
    }

    #[test]
    fn a_field_has_the_name_of_what_it_is_of() {
        let all = [("a", Is::Variable), ("a.b", Is::Variable), ("a.b.c", Is::Variable), ("d", Is::Variable), ("len", Is::Call)];
        assert_eq!(shown("a.b.c < d.len()"), meant(&all));
        assert_eq!(shown("1..a"), meant(&all[..1]));
    }

    #[test]
    fn a_text_that_is_being_typed_goes_to_the_end() {
        assert_eq!(shown(r#"A != () && col("bir"#), meant(&[("A", Is::Variable), ("col", Is::Call), ("bir", Is::Column)]));
        assert_eq!(shown(r#""col(\"bir""#), meant(&[("col", Is::Call), ("bir", Is::Column)]));
        assert_eq!(shown(""), []);
    }
}
