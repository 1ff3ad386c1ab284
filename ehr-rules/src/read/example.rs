//! Texts that a schema gives as examples, read exactly as a file's would be.

use crate::error::Error;
use crate::ir::schema::Nul;
use crate::ir::schema::SourceColumn;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use crate::read::cells::Rows;
use crate::read::cells::Troubles;
use crate::read::cells::cells;
use crate::read::typed::Column;
use crate::records::batch::Batch;
use crate::records::shape::Marks;
use crate::values::times::Formats;

/// How days and times are often written, to tell which of them an example is in.
const USUAL: [&str; 16] = [
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d.%m.%Y",
    "%d-%m-%Y",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d-%b-%Y",
    "%d %b %Y",
    "%d/%m/%y",
    "%Y-%m-%d %H:%M:%S",
    "%d/%m/%Y %H:%M",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%Y%m%d%H%M%S",
    "%H:%M",
];

/// What keeps a column from taking a text, and a remedy where there is an obvious one; `None` where it takes it.
///
/// # Errors
/// A column that no file can hold.
pub(super) fn fault(
    schema: &SourceSchema,
    table: &SourceTable,
    column: &SourceColumn,
    text: &str,
) -> Result<Option<(String, Option<String>)>, Error> {
    let batch = Batch::of(text);
    let dialect = schema.dialect_of(table);
    let marks = Marks { decimal: dialect.decimal.unwrap_or('.'), thousands: dialect.thousands };
    let rows = Rows {
        batch: &batch,
        text: batch.text(),
        records: &[0],
        even: false,
        marks,
        refused: dialect.nul.unwrap_or_default() == Nul::SetAside,
    };
    let mut troubles = Troubles::default();
    drop(cells(&Column::new(schema, table, column, false)?, &rows, Some(0), &mut troubles));
    let Some(trouble) = troubles.rows.first() else { return Ok(None) };
    let (what, help) = match trouble.code {
        "R0101" => ("means 'no value', and the column is required".to_owned(), None),
        "R0102" => unread(column, text),
        "R0103" => ("is none of `one_of`".to_owned(), None),
        "R0104" => ("does not match `pattern`".to_owned(), None),
        "R0105" => ("is out of the range of `min` and `max`".to_owned(), None),
        "R0106" => ("is longer than `max_length`".to_owned(), None),
        "R0223" => {
            ("has a NUL character in it".to_owned(), Some("say what is done about it with `dialect: {nul: remove}`, or `keep`".to_owned()))
        }
        _ => (format!("is no {}", column.ty.kind), None),
    };
    Ok(Some((what, help)))
}

/// Why a text is no value of its type.
fn unread(column: &SourceColumn, text: &str) -> (String, Option<String>) {
    let kind = &column.ty.kind;
    let timely = matches!(kind, Kind::Date | Kind::Time | Kind::Datetime | Kind::Instant);
    let what = match kind {
        Kind::Boolean => "is a word neither for true nor for false".to_owned(),
        _ if timely && column.formats.is_empty() => format!("is no {kind} as ISO 8601 writes it, and there are no `formats`"),
        _ if timely => "is read by none of the formats".to_owned(),
        _ => format!("is no {kind}"),
    };
    let help = match kind {
        Kind::Boolean => Some("name the words of this system with `true:` and `false:`".to_owned()),
        _ if timely => USUAL.into_iter().find(|format| reads(format, kind, text)).map(|format| format!("`{format}` reads it")),
        _ => None,
    };
    (what, help)
}

/// Whether a format alone makes a value of a text.
fn reads(format: &str, kind: &Kind, text: &str) -> bool {
    let Ok(formats) = Formats::new(&[format.to_owned()]) else { return false };
    match kind {
        Kind::Date => formats.date(text).is_some(),
        Kind::Time => formats.time(text).is_some(),
        _ => formats.datetime(text).is_some(),
    }
}
