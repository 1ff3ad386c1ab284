//! Words as HTML.

use std::fmt::Write;

/// Words with names in backticks, as HTML in which nothing but `code` is a tag.
pub(crate) fn words(text: &str) -> String {
    let mut html = String::new();
    for (at, part) in text.split('`').enumerate() {
        let escaped = escape(part);
        // Writing to a text does not fail.
        let _ = if at % 2 == 1 { write!(html, "<code>{escaped}</code>") } else { write!(html, "{escaped}") };
    }
    html
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
