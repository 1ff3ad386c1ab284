//! Loops over typed columns: what the script language's operators give, missing where it would fail.

use crate::engine::arithmetic;
use crate::ir::expr::Operator;
use polars::chunked_array::ops::arity::broadcast_binary_elementwise;
use polars::chunked_array::ops::arity::unary_elementwise;
use polars::chunked_array::ops::arity::unary_elementwise_values;
use polars::prelude::*;

/// One loop over columns, each of all rows or of one value that stands for every row.
pub(super) type Kernel = fn(&mut [Column]) -> PolarsResult<Column>;

/// Where a float is infinite or no number. Mostly none is, which a look at all exponents at once tells.
pub(super) fn not_finite(columns: &mut [Column]) -> PolarsResult<Column> {
    let numbers = columns[0].f64()?;
    let any = |all: i64, number: &f64| all | arithmetic::beyond(*number);
    if numbers.downcast_iter().all(|array| array.values().iter().fold(0, any) >= 0) {
        return Ok(Column::new_scalar(numbers.name().clone(), Scalar::from(false), numbers.len()));
    }
    let given: BooleanChunked = unary_elementwise(numbers, |number: Option<f64>| Some(number.is_some_and(|number| !number.is_finite())));
    Ok(given.into_column())
}

pub(super) fn is_nan(columns: &mut [Column]) -> PolarsResult<Column> {
    let given: BooleanChunked = unary_elementwise_values(columns[0].f64()?, f64::is_nan);
    Ok(given.into_column())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "the script language's own bounds and conversion")]
pub(super) fn to_int(columns: &mut [Column]) -> PolarsResult<Column> {
    let given: Int64Chunked = unary_elementwise(columns[0].f64()?, |number: Option<f64>| {
        let number = number?;
        (!(number > i64::MAX as f64 || number < i64::MIN as f64)).then_some(number.trunc() as i64)
    });
    Ok(given.into_column())
}

/// A float as the script language writes it.
pub(super) fn print(numbers: &Float64Chunked) -> StringChunked {
    let (most, least) = (f64::from(10_000_000_000_000.0_f32), f64::from(0.000_000_000_000_1_f32));
    let written = |number: f64| {
        let size = number.abs();
        if size == 0.0 {
            "0.0".to_owned()
        } else if size > most || size < least {
            format!("{number:e}")
        } else if size.fract() == 0.0 {
            format!("{number}.0")
        } else {
            number.to_string()
        }
    };
    numbers.iter().map(|number| number.map(written)).collect()
}

pub(super) fn is_empty(columns: &mut [Column]) -> PolarsResult<Column> {
    let given: BooleanChunked = unary_elementwise_values(columns[0].str()?, str::is_empty);
    Ok(given.into_column())
}

pub(super) fn parse_int(columns: &mut [Column]) -> PolarsResult<Column> {
    let given: Int64Chunked = unary_elementwise(columns[0].str()?, |text: Option<&str>| text?.trim().parse().ok());
    Ok(given.into_column())
}

pub(super) fn parse_float(columns: &mut [Column]) -> PolarsResult<Column> {
    let given: Float64Chunked = unary_elementwise(columns[0].str()?, |text: Option<&str>| text?.trim().parse().ok());
    Ok(given.into_column())
}

pub(super) fn index_of(columns: &mut [Column]) -> PolarsResult<Column> {
    let (texts, sought) = (columns[0].str()?, columns[1].str()?);
    let find = |text: Option<&str>, sought: Option<&str>| {
        let (text, sought) = (text?, sought?);
        // An empty text has nothing inside, not even an empty text.
        let Some(at) = text.find(sought).filter(|_| !text.is_empty()) else { return Some(-1) };
        i64::try_from(text.get(..at)?.chars().count()).ok()
    };
    let given: Int64Chunked = broadcast_binary_elementwise(texts, sought, find);
    Ok(given.into_column())
}

/// Parts of a text, by letters.
pub(super) fn cut(op: Operator) -> Option<Kernel> {
    Some(match op {
        Operator::Letter => |columns| cutting(columns, |text, at, _| letter(text, at)),
        Operator::Slice => |columns| cutting(columns, |text, from, to| slice(text, from, to, false)),
        Operator::SliceTo => |columns| cutting(columns, |text, from, to| slice(text, from, to, true)),
        Operator::SubString => |columns| cutting(columns, |text, from, length| Some(sub_string(text, from, length))),
        _ => return None,
    })
}

/// A text and one or two numbers, to a part of that text.
fn cutting(columns: &[Column], part: for<'t> fn(&'t str, i64, i64) -> Option<&'t str>) -> PolarsResult<Column> {
    let texts = columns[0].str()?;
    let numbers: Vec<&Int64Chunked> = columns[1..].iter().map(Column::i64).collect::<PolarsResult<_>>()?;
    let rows = if columns.iter().any(Column::is_empty) { 0 } else { columns.iter().map(Column::len).max().unwrap_or(0) };
    let place = |length: usize, row: usize| if length == 1 { 0 } else { row };
    let given: StringChunked = (0..rows)
        .map(|row| {
            let number = |at: usize| match numbers.get(at) {
                Some(numbers) => numbers.get(place(numbers.len(), row)),
                None => Some(0),
            };
            part(texts.get(place(texts.len(), row))?, number(0)?, number(1)?)
        })
        .collect();
    Ok(given.with_name(columns[0].name().clone()).into_column())
}

fn letter(text: &str, at: i64) -> Option<&str> {
    let (start, letter) = if at >= 0 {
        text.char_indices().nth(usize::try_from(at).ok()?)?
    } else {
        text.char_indices().rev().nth(usize::try_from(at.unsigned_abs()).ok()? - 1)?
    };
    text.get(start..start + letter.len_utf8())
}

/// Fails only where it begins more letters before the end than there are.
fn slice(text: &str, from: i64, to: i64, inclusive: bool) -> Option<&str> {
    if text.is_empty() {
        return Some(text);
    }
    let count = text.chars().count();
    let index = |at: i64| match usize::try_from(at) {
        Ok(at) => Some(at),
        Err(_) => count.checked_sub(usize::try_from(at.unsigned_abs()).ok()?),
    };
    let (start, end) = (index(from)?, index(to).unwrap_or(0));
    let take = match (inclusive, end > start) {
        (false, _) => end.saturating_sub(start),
        (true, true) => (end - start).saturating_add(1),
        (true, false) => 0,
    };
    if start == 0 && end >= if inclusive { count - 1 } else { count } {
        return Some(text);
    }
    Some(letters(text, start, take))
}

fn sub_string(text: &str, from: i64, length: i64) -> &str {
    if text.is_empty() || length <= 0 {
        return "";
    }
    let start = match usize::try_from(from) {
        Ok(from) => from,
        Err(_) => usize::try_from(from.unsigned_abs()).map_or(0, |back| text.chars().count().saturating_sub(back)),
    };
    letters(text, start, usize::try_from(length).unwrap_or(usize::MAX))
}

fn letters(text: &str, start: usize, take: usize) -> &str {
    let at = |text: &str, letters: usize| text.char_indices().nth(letters).map_or(text.len(), |(at, _)| at);
    let rest = text.get(at(text, start)..).unwrap_or_default();
    rest.get(..at(rest, take)).unwrap_or_default()
}
