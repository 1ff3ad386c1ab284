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

/// What a binary copy begins with: its mark, no flags, no more header.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What it ends with.
pub(super) const END: &[u8] = &(-1_i16).to_be_bytes();

type Written = Result<IsNull, Box<dyn Error + Sync + Send>>;

/// Appends a row of a binary copy, for columns of these types.
pub(super) fn row(cells: &[Cell], types: &[Type], out: &mut BytesMut) -> Result<(), Unfit> {
    out.extend_from_slice(&i16::try_from(cells.len()).map_err(|_| Unfit::Altered)?.to_be_bytes());
    for (cell, ty) in cells.iter().zip(types) {
        let at = out.len();
        out.extend_from_slice(&(-1_i32).to_be_bytes());
        // What is none of ours is said by a converter of what is beyond its type.
        let written = Bound(cell).to_sql(ty, out).map_err(|error| error.downcast::<Unfit>().map_or(Unfit::Range, |unfit| *unfit))?;
        if matches!(written, IsNull::No) {
            let length = i32::try_from(out.len() - at - 4).map_err(|_| Unfit::Range)?;
            out[at..at + 4].copy_from_slice(&length.to_be_bytes());
        }
    }
    Ok(())
}

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
            Cell::Bytes(bytes) => bytes.to_sql(ty, out),
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
            Type::DATE => match day(text.as_bytes()) {
                Some(day) => day.to_sql(ty, out),
                None => text.parse::<NaiveDate>().map_err(|_| Unfit::Altered)?.to_sql(ty, out),
            },
            Type::TIME => text.parse::<NaiveTime>().map_err(|_| Unfit::Altered)?.to_sql(ty, out),
            Type::TIMESTAMP => match moment(text.as_bytes()) {
                Some(moment) => moment.to_sql(ty, out),
                None => NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").map_err(|_| Unfit::Altered)?.to_sql(ty, out),
            },
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

/// `2024-02-29`, as nearly every date is written, without what other forms need to be read.
fn day(text: &[u8]) -> Option<NaiveDate> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text else { return None };
    let year = number(&[*y1, *y2, *y3, *y4])?;
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, number(&[*m1, *m2])?, number(&[*d1, *d2])?)
}

/// `2024-02-29 13:45:00` in the same way.
fn moment(text: &[u8]) -> Option<NaiveDateTime> {
    let (date, time) = text.split_at_checked(10)?;
    let [b' ', h1, h2, b':', m1, m2, b':', s1, s2] = time else { return None };
    day(date)?.and_hms_opt(number(&[*h1, *h2])?, number(&[*m1, *m2])?, number(&[*s1, *s2])?)
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
}

/// Digits in groups of four, as the server keeps them: how many groups, the weight of the first, sign, digits after the point.
fn numeric(text: &str, out: &mut BytesMut) -> Written {
    let (sign, digits) = text.strip_prefix('-').map_or((0_u16, text), |digits| (0x4000, digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() || !whole.bytes().chain(fraction.bytes()).all(|byte| byte.is_ascii_digit()) {
        return Err(Unfit::Altered.into());
    }
    let mut weight = i16::try_from(whole.len().div_ceil(4) - 1).map_err(|_| Unfit::Range)?;
    let scale = u16::try_from(fraction.len()).map_err(|_| Unfit::Range)?;
    let head = out.len();
    out.extend_from_slice(&[0; 8]);
    let groups = head + 8;
    let mut kept = groups;
    // The first group may be short, and so may the last.
    let (mut group, mut size) = (0_u16, (4 - whole.len() % 4) % 4);
    let behind = (4 - fraction.len() % 4) % 4;
    for digit in whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', behind)) {
        (group, size) = (group * 10 + u16::from(digit - b'0'), size + 1);
        if size < 4 {
            continue;
        }
        if group == 0 && out.len() == groups {
            weight = weight.checked_sub(1).ok_or(Unfit::Range)?;
        } else {
            out.extend_from_slice(&group.to_be_bytes());
        }
        if group != 0 {
            kept = out.len();
        }
        (group, size) = (0, 0);
    }
    out.truncate(kept);
    let none = kept == groups;
    let count = u16::try_from((kept - groups) / 2).map_err(|_| Unfit::Range)?;
    let parts = [count, if none { 0 } else { weight.cast_unsigned() }, if none { 0 } else { sign }, scale];
    for (to, part) in out[head..groups].chunks_exact_mut(2).zip(parts) {
        to.copy_from_slice(&part.to_be_bytes());
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
        assert_eq!(of("100000000.00001"), [5, 2, 0, 5, 1, 0, 0, 0, 1000]);
    }

    #[test]
    fn dates_in_the_usual_form_are_those_that_the_slow_way_reads() {
        let date = |text: &str| day(text.as_bytes());
        let time = |text: &str| moment(text.as_bytes());
        for text in ["2024-02-29", "0001-01-01", "9999-12-31", "1970-01-01"] {
            assert_eq!(date(text), text.parse().ok(), "{text}");
            let full = format!("{text} 23:59:58");
            assert_eq!(time(&full), NaiveDateTime::parse_from_str(&full, "%Y-%m-%d %H:%M:%S").ok(), "{full}");
        }
        for text in ["2023-02-29", "2024-13-01", "+2024-01-01", "2024-1-01", "2024/01/01", "20é4-01-1", ""] {
            assert_eq!(date(text), None, "{text}");
        }
        for text in ["2024-02-29T23:59:58", "2024-02-29 23:59:58.5", "2024-02-29 24:00:00", "2024-02-29 23:59:60"] {
            assert_eq!(time(text), None, "{text}");
        }
    }

    #[test]
    fn a_row_of_a_copy_says_how_long_each_value_is() {
        let mut out = BytesMut::new();
        let cells = [Cell::Integer(7), Cell::Null, Cell::Text("é".to_owned())];
        assert_eq!(row(&cells, &[Type::INT2, Type::DATE, Type::TEXT], &mut out), Ok(()));
        assert_eq!(&out[..], [0, 3, 0, 0, 0, 2, 0, 7, 255, 255, 255, 255, 0, 0, 0, 2, 0xC3, 0xA9]);
        assert_eq!(row(&[Cell::Integer(1 << 20)], &[Type::INT2], &mut out), Err(Unfit::Range));
        assert_eq!(row(&[Cell::Text("a\0".to_owned())], &[Type::TEXT], &mut out), Err(Unfit::Nul));
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
