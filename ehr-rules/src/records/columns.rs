//! Fields of fixed widths that nobody has declared: columns are told by the blanks between them, which all lines have in common.

use super::reader::BOM;
use super::sniff;
use crate::error::Error;
use encoding_rs::Encoding;
use std::path::Path;

/// Lines from which columns are told at least.
const LINES: usize = 10;
/// Columns at least: two words with a blank between are not yet two.
const COLUMNS: usize = 3;
/// A line that is longer is a text.
const LONGEST: usize = 10_000;

/// The first and last character of each column, counted from 1, with nothing between them; `None` where lines have no columns
/// of blanks in common. The first line may be one of names, and is not asked.
pub(crate) fn columns(path: &Path, encoding: &'static Encoding) -> Result<Option<Vec<(usize, usize)>>, Error> {
    let raw = sniff::beginning(path, encoding)?;
    let text = String::from_utf8_lossy(raw.strip_prefix(BOM).unwrap_or(&raw));
    let mut lines: Vec<&str> = text.split(['\r', '\n']).filter(|line| !line.trim().is_empty()).collect();
    if raw.len() >= sniff::SAMPLE {
        // What the sample ends in is perhaps no whole line.
        lines.pop();
    }
    let all = lines.iter().map(|line| line.chars().count()).max().unwrap_or_default();
    let rows = lines.get(1..).unwrap_or_default();
    if rows.len() < LINES || all > LONGEST || rows.iter().any(|line| line.contains('\t')) {
        return Ok(None);
    }
    // How many lines have a letter at each character.
    let mut letters = vec![0_usize; all];
    for line in rows {
        for (letter, seen) in line.chars().zip(&mut letters) {
            *seen += usize::from(!letter.is_whitespace());
        }
    }
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, _) in letters.iter().enumerate().filter(|(_, seen)| **seen > 0) {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == at => *end = at,
            _ => runs.push((at, at)),
        }
    }
    if runs.len() < COLUMNS {
        return Ok(None);
    }
    // Blanks between two columns belong to that which may grow into them: the left one, unless the right one is set to its right.
    let mut columns: Vec<(usize, usize)> = Vec::new();
    let mut from = 1;
    for pair in runs.windows(2) {
        let [(_, end), (next, last)] = pair else { continue };
        let seen = |at: &usize| letters.get(*at).copied().unwrap_or_default();
        let to = if seen(next) < seen(last) { end + 1 } else { *next };
        columns.push((from, to));
        from = to + 1;
    }
    columns.push((from, all));
    Ok(Some(columns))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::columns;
    use std::fmt::Write as _;

    fn told(text: &str) -> Option<Vec<(usize, usize)>> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        columns(file.path(), encoding_rs::UTF_8).unwrap()
    }

    #[test]
    fn columns_stand_between_blanks_that_all_lines_share_and_cover_all_of_them() {
        let mut text = "NO   NAME OF ALL      KG\n".to_owned();
        for at in 0..20 {
            writeln!(text, "{at:<4} {:<10}  {:>5}", "Zoë".repeat(at % 3 + 1), at * at * 7).unwrap();
        }
        // Numbers are set to the right, so what stands before them is theirs.
        assert_eq!(told(&text), Some(vec![(1, 5), (6, 14), (15, 24)]));
    }

    #[test]
    fn a_text_is_no_table() {
        let prose = "Some lines of a text,\nof which each is as long\nas it comes to be,\nand no two\nhave much in common\n".repeat(4);
        assert_eq!(told(&prose), None);
        assert_eq!(told("1 a x\n2 b y\n"), None);
    }
}
