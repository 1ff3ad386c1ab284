//! Lines that read as remarks do, where nobody has declared what comments begin with.
//!
//! A row is never taken for one, so a line counts as a remark only where it is not as wide as rows are and has words behind its mark:
//! a cell such as `#1`, `*` or `--` at the beginning of a row that is cut short has none.

use super::shape::Shape;

/// How a line goes on behind the mark that comments may begin with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behind {
    /// As a remark does: with a blank and words, or with words and blanks, or with a name and its value.
    Words,
    /// With nothing, or the mark over and over: such lines stand between remarks.
    Nothing,
    /// As a cell may.
    Cell,
}

/// Whether a line of so many fields is a comment.
pub(super) fn is_remark(line: &[u8], fields: usize, shape: &Shape) -> bool {
    let Some(rest) = shape.comment.and_then(|mark| line.strip_prefix(mark.as_bytes())) else { return false };
    !is_row(fields, shape) && behind(rest, shape) != Behind::Cell
}

/// Whether rows have so many fields, or one more for the delimiter at their end.
fn is_row(fields: usize, shape: &Shape) -> bool {
    let width = shape.width as usize;
    fields == width || shape.trailing && fields == width + 1
}

/// How a line goes on behind its mark.
pub(super) fn behind(rest: &[u8], shape: &Shape) -> Behind {
    let again = shape.comment.and_then(|mark| mark.as_bytes().last().copied()).filter(u8::is_ascii_punctuation);
    let repeated = rest.iter().take_while(|byte| Some(**byte) == again).count();
    let rest = rest.get(repeated..).unwrap_or_default();
    let blanks = rest.iter().take_while(|byte| **byte == b' ').count();
    let words = rest.get(blanks..).unwrap_or_default();
    let parted = words.iter().any(|byte| matches!(byte, b' ' | b'=' | b':'));
    match words.first() {
        _ if words.starts_with(shape.delimiter.as_bytes()) => Behind::Cell,
        _ if words.trim_ascii().is_empty() => Behind::Nothing,
        // A mark that is a word has its blank already.
        Some(first) if blanks > 0 || again.is_none() || first.is_ascii_whitespace() => Behind::Words,
        Some(first) if parted && (first.is_ascii_alphabetic() || !first.is_ascii()) => Behind::Words,
        _ => Behind::Cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::shape::Mark;

    #[test]
    fn a_remark_has_words_behind_its_mark_and_a_cell_has_none() {
        let of = |mark: &[u8], delimiter: u8, rest: &str| {
            behind(rest.as_bytes(), &Shape { comment: Mark::new(mark), ..Shape::plain(delimiter) })
        };
        for (mark, rest) in [
            (b"#".as_slice(), " checked, by night"),
            (b"#", "made by the night shift"),
            (b"#", "version=2"),
            (b"#", "## A title ##"),
            (b"--", " read only"),
            (b"*", "** by hand"),
            (b"REM ", "checked"),
            (b"#", "über alle Maße"),
        ] {
            assert_eq!(of(mark, b',', rest), Behind::Words, "{rest}");
        }
        for (mark, rest) in [(b"#".as_slice(), ""), (b"#", "  "), (b"-", "-----"), (b"*", "***")] {
            assert_eq!(of(mark, b',', rest), Behind::Nothing, "{rest}");
        }
        for (mark, rest) in
            [(b"#".as_slice(), "1,Ana"), (b"#", "12"), (b"*", ",Ana,7"), (b"--", " ,Ana"), (b"#", "A12"), (b"%", "5 of 7"), (b";", "\"x")]
        {
            assert_eq!(of(mark, b',', rest), Behind::Cell, "{rest}");
        }
        assert_eq!(of(b"#", b'\t', "\tAna"), Behind::Cell);
    }

    #[test]
    fn what_is_as_wide_as_rows_is_one() {
        let shape = Shape { comment: Mark::new(b"#"), width: 3, ..Shape::plain(b',') };
        assert!(is_remark(b"# one, two", 2, &shape) && !is_remark(b"# one, two, three", 3, &shape));
        assert!(!is_remark(b"# one, two, three,", 4, &Shape { trailing: true, ..shape }) && !is_remark(b"one", 1, &shape));
    }
}
