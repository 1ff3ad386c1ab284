//! NUL characters in texts: databases refuse them or end a text there, so that none goes on unless the schema says so.
//!
//! Nobody knows what stood in place of one. It may fill a field of fixed length, or be all that is left of a letter: which of
//! them is a matter of the system that wrote it, so its schema decides, and without a word the row is set aside.

use crate::read::header::FilePlan;
use crate::read::parse::Parser;
use crate::read::repair::Mended;
use crate::read::typed::Typing;
use crate::records::batch::Batch;
use memchr::memchr;
use memchr::memmem;

/// How JSON writes one.
pub(super) const ESCAPED: &[u8] = b"\\u0000";

/// Whether a text of such a column has one in it.
pub(super) fn is_in(parser: &Parser, text: &str) -> bool {
    memchr(0, text.as_bytes()).is_some() || is_json(parser) && without(text.as_bytes()).is_some()
}

/// Takes them out of the fields of all rows, whatever their columns are, and adds those rows to the mended ones.
pub(super) fn remove(typing: &Typing, batch: &mut Batch, plan: &FilePlan<'_>, mended: &mut Vec<Mended>) {
    let mut escaped = vec![false; plan.width];
    for (column, field) in typing.columns.iter().zip(&plan.fields) {
        if let Some(place) = field.and_then(|field| escaped.get_mut(field)) {
            *place = is_json(&column.parser);
        }
    }
    for record in 0..batch.len() {
        let mut found = false;
        let fields: Vec<Vec<u8>> = batch
            .fields(record)
            .enumerate()
            .map(|(at, field)| {
                let rest: Vec<u8> = field.iter().copied().filter(|byte| *byte != 0).collect();
                let inside = if escaped.get(at) == Some(&true) { without(&rest) } else { None };
                found |= rest.len() < field.len() || inside.is_some();
                inside.unwrap_or(rest)
            })
            .collect();
        if found {
            batch.mend(record, &fields);
            mended.push(Mended { record, code: "R0224" });
        }
    }
    // Stable: what was done first stands first.
    mended.sort_by_key(|one| one.record);
}

/// Whether a column's texts are JSON, in which they are escaped.
fn is_json(parser: &Parser) -> bool {
    matches!(parser, Parser::Nested(shape) if shape.is_json())
}

/// JSON text without those in its strings; `None` where there are none.
fn without(json: &[u8]) -> Option<Vec<u8>> {
    memmem::find(json, ESCAPED)?;
    let mut plain = Vec::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = memchr(b'\\', rest) {
        let (before, escape) = rest.split_at(at);
        plain.extend_from_slice(before);
        rest = match escape.strip_prefix(ESCAPED) {
            Some(behind) => behind,
            None => {
                // A backslash escapes whatever stands behind it, another backslash too.
                let (two, behind) = escape.split_at(escape.len().min(2));
                plain.extend_from_slice(two);
                behind
            }
        };
    }
    plain.extend_from_slice(rest);
    (plain.len() < json.len()).then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::without;

    #[test]
    fn a_nul_is_escaped_by_an_odd_number_of_backslashes() {
        assert_eq!(without(br#"["a\u0000b\u0000"]"#), Some(br#"["ab"]"#.to_vec()));
        assert_eq!(without(br#"["a\\u0000"]"#), None);
        assert_eq!(without(br#"["a\\\u0000\n"]"#), Some(br#"["a\\\n"]"#.to_vec()));
        assert_eq!(without(br#"["a"]"#), None);
    }
}
