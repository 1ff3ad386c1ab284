//! Rows as a source's files would have them: text in the way that its schema says.

use crate::ir::schema::Dialect;
use crate::ir::schema::Escape;
use crate::ir::schema::LineEnd;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use encoding_rs::UTF_16BE;
use encoding_rs::UTF_16LE;

/// The bytes of a file with these rows; in words what cannot be written so.
pub(super) fn written(dialect: &Dialect, header: Option<&[&str]>, rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, String> {
    let end = if dialect.line_end == Some(LineEnd::Cr) { "\r" } else { "\n" };
    let mut text = String::new();
    for _ in 0..dialect.preamble.unwrap_or(0) {
        text.push('-');
        text.push_str(end);
    }
    let header = header.map(|names| names.iter().map(|name| (*name).to_owned()).collect());
    for row in header.into_iter().chain(rows) {
        let fields: Vec<String> = row.iter().map(|field| in_file(dialect, field, row.len() == 1)).collect();
        text.push_str(&fields.join(dialect.delimiter.as_deref().unwrap_or(",")));
        text.push_str(end);
    }
    for _ in 0..dialect.footer.unwrap_or(0) {
        text.push('-');
        text.push_str(end);
    }
    encoded(&text, dialect)
}

/// One field, in quotes where it needs them; an empty one that stands alone would be an empty line.
fn in_file(dialect: &Dialect, field: &str, alone: bool) -> String {
    let field = match dialect.line_break {
        Some(stand_in) => field.replace('\n', &char::from(stand_in).to_string()),
        None => field.to_owned(),
    };
    let Some(quote) = dialect.quote.unwrap_or(Some(b'"')).map(char::from) else { return field };
    let delimiter = dialect.delimiter.as_deref().unwrap_or(",");
    let begins_comment = dialect.comment.as_ref().is_some_and(|comment| !comment.is_empty() && field.starts_with(comment.as_str()));
    let special = field.contains([quote, '\r', '\n']) || field.contains(delimiter) || begins_comment || alone && field.is_empty();
    if dialect.escape == Some(Escape::Backslash) {
        let escaped = field.replace('\\', "\\\\").replace(quote, &format!("\\{quote}"));
        return if special { format!("{quote}{escaped}{quote}") } else { escaped };
    }
    if special { format!("{quote}{}{quote}", field.replace(quote, &quote.to_string().repeat(2))) } else { field }
}

/// A file's text in its encoding.
pub(super) fn encoded(text: &str, dialect: &Dialect) -> Result<Vec<u8>, String> {
    let encoding = dialect.encoding.as_ref().and_then(|label| Encoding::for_label(label.as_bytes())).unwrap_or(UTF_8);
    if encoding == UTF_16LE {
        return Ok(text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    if encoding == UTF_16BE {
        return Ok(text.encode_utf16().flat_map(u16::to_be_bytes).collect());
    }
    match encoding.encode(text) {
        (bytes, _, false) => Ok(bytes.into_owned()),
        _ => Err(format!("a value given cannot be written in `{}`", encoding.name())),
    }
}
