//! Values as a binary copy takes them, by the type of the column that is there.

use super::super::cell::Cell;
use chrono::DateTime;
use chrono::NaiveDate;
use chrono::NaiveDateTime;
use chrono::NaiveTime;
use chrono::Utc;
use postgres::types::IsNull;
use postgres::types::ToSql;
use postgres::types::Type;
use postgres::types::private::BytesMut;
use std::error::Error;
use uuid::Uuid;

/// A cell on its way to a parameter or a copy.
#[derive(Debug)]
pub(super) struct Bound<'a>(pub(super) &'a Cell);

/// Why a value cannot go where it should; without the value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unfit {
    /// Too large for the column's type.
    #[error("a whole number is too large for its column")]
    Range,
    /// The server's texts cannot hold it.
    #[error("a text holds a NUL character (U+0000), which PostgreSQL does not take")]
    Nul,
    /// Not of the kind that its column is of.
    #[error("a value is not as it was written; run the order again")]
    Altered,
}

type Written = Result<IsNull, Box<dyn Error + Sync + Send>>;

impl ToSql for Bound<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Written {
        match self.0 {
            Cell::Null => Ok(IsNull::Yes),
            Cell::Integer(number) => match *ty {
                Type::INT2 => i16::try_from(*number).map_err(|_| Unfit::Range)?.to_sql(ty, out),
                Type::INT4 => i32::try_from(*number).map_err(|_| Unfit::Range)?.to_sql(ty, out),
                Type::NUMERIC => numeric(&number.to_string(), out),
                _ => number.to_sql(ty, out),
            },
            Cell::Real(number) => number.to_sql(ty, out),
            Cell::Boolean(truth) => truth.to_sql(ty, out),
            Cell::Text(text) => self.text(text, ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        // What a column takes was checked when its table was.
        true
    }

    postgres::types::to_sql_checked!();
}

impl Bound<'_> {
    #[expect(clippy::unused_self, reason = "beside the conversion that it is part of")]
    fn text(&self, text: &str, ty: &Type, out: &mut BytesMut) -> Written {
        match *ty {
            Type::NUMERIC => numeric(text, out),
            Type::DATE => text.parse::<NaiveDate>().map_err(|_| Unfit::Altered)?.to_sql(ty, out),
            Type::TIME => text.parse::<NaiveTime>().map_err(|_| Unfit::Altered)?.to_sql(ty, out),
            Type::TIMESTAMP => NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").map_err(|_| Unfit::Altered)?.to_sql(ty, out),
            Type::TIMESTAMPTZ => {
                let at = DateTime::parse_from_rfc3339(text).map_err(|_| Unfit::Altered)?;
                at.with_timezone(&Utc).to_sql(ty, out)
            }
            Type::UUID => Uuid::parse_str(text).map_err(|_| Unfit::Altered)?.to_sql(ty, out),
            Type::JSONB => {
                out.extend_from_slice(&[1]);
                plain(text, out)
            }
            _ => plain(text, out),
        }
    }
}

fn plain(text: &str, out: &mut BytesMut) -> Written {
    if text.contains('\0') {
        return Err(Unfit::Nul.into());
    }
    out.extend_from_slice(text.as_bytes());
    Ok(IsNull::No)
}

/// Digits in groups of four, as the server keeps them: how many groups, the weight of the first, sign, digits after the point.
fn numeric(text: &str, out: &mut BytesMut) -> Written {
    let (sign, digits) = text.strip_prefix('-').map_or((0_u16, text), |digits| (0x4000, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(Unfit::Altered.into());
    }
    let mut all = vec![b'0'; (4 - whole.len() % 4) % 4];
    all.extend(whole.bytes());
    let mut weight = i16::try_from(all.len() / 4 - 1).map_err(|_| Unfit::Range)?;
    all.extend(fraction.bytes());
    all.resize(all.len().next_multiple_of(4), b'0');
    let mut groups: Vec<u16> = all.chunks(4).map(|group| group.iter().fold(0, |sum, digit| sum * 10 + u16::from(digit - b'0'))).collect();
    while groups.last() == Some(&0) {
        groups.pop();
    }
    let leading = groups.iter().take_while(|group| **group == 0).count();
    groups.drain(..leading);
    weight -= i16::try_from(leading).map_err(|_| Unfit::Range)?;
    if groups.is_empty() {
        weight = 0;
    }
    let count = u16::try_from(groups.len()).map_err(|_| Unfit::Range)?;
    let scale = u16::try_from(fraction.len()).map_err(|_| Unfit::Range)?;
    for part in [count, weight.cast_unsigned(), if groups.is_empty() { 0 } else { sign }, scale].into_iter().chain(groups) {
        out.extend_from_slice(&part.to_be_bytes());
    }
    Ok(IsNull::No)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Groups, weight, sign, scale, then the groups.
    fn of(text: &str) -> Vec<u16> {
        let mut out = BytesMut::new();
        assert!(numeric(text, &mut out).is_ok(), "{text}");
        out.chunks(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect()
    }

    #[test]
    fn decimals_are_written_as_the_server_keeps_them() {
        assert_eq!(of("12.50"), [2, 0, 0, 2, 12, 5000]);
        assert_eq!(of("-12345.6"), [3, 1, 0x4000, 1, 1, 2345, 6000]);
        assert_eq!(of("0.00"), [0, 0, 0, 2]);
        assert_eq!(of("0.0001"), [1, u16::MAX, 0, 4, 1]);
        assert_eq!(of("10000"), [1, 1, 0, 0, 1]);
    }

    #[test]
    fn a_value_that_does_not_fit_is_said_without_it() {
        let mut out = BytesMut::new();
        let said = |cell: Cell, ty: Type, out: &mut BytesMut| Bound(&cell).to_sql(&ty, out).err().map(|error| error.to_string());
        assert_eq!(said(Cell::Integer(1 << 40), Type::INT4, &mut out), Some(Unfit::Range.to_string()));
        assert_eq!(said(Cell::Text("a\0b".to_owned()), Type::TEXT, &mut out), Some(Unfit::Nul.to_string()));
        assert_eq!(said(Cell::Text("1e5".to_owned()), Type::NUMERIC, &mut out), Some(Unfit::Altered.to_string()));
    }
}
