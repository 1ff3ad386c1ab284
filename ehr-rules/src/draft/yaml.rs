//! Scalars as YAML writes them.

/// A scalar as it can stand anywhere: plain where that is the same text, quoted otherwise.
pub(super) fn scalar(text: &str) -> String {
    let plain = text.chars().next().is_some_and(char::is_alphabetic)
        && text.chars().all(|letter| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.' | ' ' | '/'))
        && !text.ends_with(' ')
        && !["true", "false", "null"].contains(&text.to_ascii_lowercase().as_str());
    // JSON's strings are YAML's.
    if plain { text.to_owned() } else { serde_json::Value::String(text.to_owned()).to_string() }
}

/// `[a, "b c"]`.
pub(super) fn list<T: AsRef<str>>(texts: &[T]) -> String {
    format!("[{}]", texts.iter().map(|text| scalar(text.as_ref())).collect::<Vec<_>>().join(", "))
}

/// A line of comment: whatever stands in it stays on it.
pub(super) fn comment(text: &str) -> String {
    let line: String = text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
    format!("# {line}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yaml_would_read_otherwise_is_quoted() {
        for text in ["", "1", "12a", "true", "Null", "a: b", "#x", "- a", "a,b", "it's", " a", "a ", "\"", "a\nb", "~"] {
            let quoted = scalar(text);
            assert!(quoted.starts_with('"'), "{text:?}");
            assert_eq!(serde_json::from_str::<String>(&quoted).unwrap_or_default(), text);
        }
        for text in ["Id", "birth date", "Código", "no", "NA/X"] {
            assert_eq!(scalar(text), text);
        }
        assert_eq!(comment("a\nb"), "# a b");
    }
}
