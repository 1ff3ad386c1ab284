//! Values as the server takes them, in the lines of a bulk load and as parameters, and as it gives them.

use super::super::cell::Cell;
use super::super::store::Slot;
use chrono::DateTime;
use chrono::Utc;
use ehr_rules::Kind;
use mysql::Row;
use mysql::Value;
use mysql::consts::ColumnType;
use std::borrow::Cow;
use std::io::Write;

/// The character set of what is no text.
const BINARY: u16 = 63;

/// A column to be filled: what its cells are, and how many digits of a second it holds.
#[derive(Debug, Clone)]
pub(super) struct Column {
    kind: Kind,
    digits: usize,
}

/// Why a value cannot go where it should; without the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    /// The server would cut or round it without a word.
    #[error("a time has a finer fraction of a second than its column")]
    Fraction,
    /// Not of the kind that its column is of.
    #[error("a value is not as it was written; run the order again")]
    Altered,
}

impl Column {
    /// The column that takes these cells.
    pub(super) fn new(slot: &Slot, decimals: u8) -> Self {
        Self { kind: slot.kind.clone(), digits: decimals.into() }
    }

    /// The text that stands for what is a text here.
    fn text<'a>(&self, text: &'a str) -> Result<Cow<'a, str>, Unfit> {
        let text = match self.kind {
            Kind::Instant => {
                let at = DateTime::parse_from_rfc3339(text).map_err(|_| Unfit::Altered)?;
                Cow::Owned(at.with_timezone(&Utc).format("%Y-%m-%d %H:%M:%S%.f").to_string())
            }
            _ => Cow::Borrowed(text),
        };
        if matches!(self.kind, Kind::Time | Kind::Datetime | Kind::Instant) {
            let fraction = text.split_once('.').map_or("", |(_, fraction)| fraction.trim_end_matches('0'));
            if fraction.len() > self.digits {
                return Err(Unfit::Fraction);
            }
        }
        Ok(text)
    }

    /// As a parameter.
    pub(super) fn parameter(&self, cell: &Cell) -> Result<Value, Unfit> {
        Ok(match cell {
            Cell::Text(text) => Value::Bytes(self.text(text)?.into_owned().into_bytes()),
            other => parameter(other),
        })
    }

    /// As a field of a line, without what ends it.
    pub(super) fn field(&self, cell: &Cell, line: &mut Vec<u8>) -> Result<(), Unfit> {
        // Nothing that is written to memory fails.
        drop(match cell {
            Cell::Null => line.write_all(b"\\N"),
            Cell::Integer(number) => write!(line, "{number}"),
            // The shortest digits that mean this very number.
            Cell::Real(number) => write!(line, "{number:e}"),
            Cell::Boolean(truth) => write!(line, "{}", u8::from(*truth)),
            Cell::Text(text) => {
                escape(self.text(text)?.as_bytes(), line);
                Ok(())
            }
            Cell::Bytes(bytes) => {
                escape(bytes, line);
                Ok(())
            }
        });
        Ok(())
    }
}

/// A cell as a parameter, where nothing is known of the column.
pub(super) fn parameter(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::NULL,
        Cell::Integer(number) => Value::Int(*number),
        Cell::Real(number) => Value::Double(*number),
        Cell::Boolean(truth) => Value::Int((*truth).into()),
        Cell::Text(text) => Value::Bytes(text.clone().into_bytes()),
        Cell::Bytes(bytes) => Value::Bytes(bytes.clone()),
    }
}

/// A row of an answer. Numbers come as texts from a query without parameters.
pub(super) fn cells(row: Row) -> Vec<Cell> {
    let columns = row.columns();
    row.unwrap().into_iter().zip(columns.iter()).map(|(value, column)| cell(value, column)).collect()
}

fn cell(value: Value, column: &mysql::Column) -> Cell {
    let ty = column.column_type();
    // Texts come as bytes too, with letters that they are written in.
    let bytes = column.character_set() == BINARY && matches!(ty, ColumnType::MYSQL_TYPE_BLOB | ColumnType::MYSQL_TYPE_LONG_BLOB);
    let text = match value {
        Value::Bytes(own) if bytes => return Cell::Bytes(own),
        Value::NULL => return Cell::Null,
        Value::Int(number) => return Cell::Integer(number),
        Value::UInt(number) => return i64::try_from(number).map_or(Cell::Null, Cell::Integer),
        Value::Float(number) => return Cell::Real(number.into()),
        Value::Double(number) => return Cell::Real(number),
        Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        other => other.as_sql(true).trim_matches('\'').to_owned(),
    };
    let integer = matches!(
        ty,
        ColumnType::MYSQL_TYPE_TINY
            | ColumnType::MYSQL_TYPE_SHORT
            | ColumnType::MYSQL_TYPE_INT24
            | ColumnType::MYSQL_TYPE_LONG
            | ColumnType::MYSQL_TYPE_LONGLONG
            | ColumnType::MYSQL_TYPE_YEAR
    );
    if integer { text.parse().map_or(Cell::Null, Cell::Integer) } else { Cell::Text(text) }
}

/// What would end a field or a line, or begin an escape, is escaped.
fn escape(text: &[u8], line: &mut Vec<u8>) {
    for byte in text {
        let escaped = match byte {
            b'\\' => b'\\',
            b'\t' => b't',
            b'\n' => b'n',
            b'\r' => b'r',
            0 => b'0',
            _ => {
                line.push(*byte);
                continue;
            }
        };
        line.extend([b'\\', escaped]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: Kind, digits: u8) -> Column {
        Column::new(&Slot { name: "c".to_owned(), kind }, digits)
    }

    fn field(cell: &Cell, column: &Column) -> Result<String, Unfit> {
        let mut line = Vec::new();
        column.field(cell, &mut line)?;
        Ok(String::from_utf8_lossy(&line).into_owned())
    }

    #[test]
    fn a_missing_value_and_a_text_that_looks_like_one_are_told_apart() {
        let text = column(Kind::Text, 0);
        assert_eq!(field(&Cell::Null, &text).as_deref(), Ok("\\N"));
        assert_eq!(field(&Cell::Text("\\N".to_owned()), &text).as_deref(), Ok("\\\\N"));
        assert_eq!(field(&Cell::Text("a\tb\nc\0".to_owned()), &text).as_deref(), Ok("a\\tb\\nc\\0"));
        assert_eq!(field(&Cell::Real(0.1), &column(Kind::Float, 0)).as_deref(), Ok("1e-1"));
    }

    #[test]
    fn a_point_in_time_is_written_in_utc_and_never_cut() {
        let at = Cell::Text("2024-03-01T09:30:00.125-05:00".to_owned());
        assert_eq!(field(&at, &column(Kind::Instant, 6)).as_deref(), Ok("2024-03-01 14:30:00.125"));
        assert_eq!(field(&at, &column(Kind::Instant, 0)), Err(Unfit::Fraction));
        assert_eq!(field(&Cell::Text("10:00:00.500".to_owned()), &column(Kind::Time, 1)).as_deref(), Ok("10:00:00.500"));
    }
}
