//! Rows made laid beside rows expected, so that one row too many does not make all behind it differ.

use super::Row;
use serde::Serialize;
use serde_yaml::Value;
use std::collections::BTreeMap;

/// The rows of one table that differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableDiff {
    /// The table.
    pub table: String,
    /// The columns that are shown: those named by some row expected.
    pub columns: Vec<String>,
    /// Rows that are as expected, which are not shown.
    pub agree: usize,
    /// The others, in order.
    pub rows: Vec<RowDiff>,
}

/// One row that differs. Rows are counted from 1; one side is none where it has no such row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowDiff {
    /// The row expected: a cell a column, `None` where this row says nothing of it.
    pub expected: Option<(usize, Vec<Option<Cell>>)>,
    /// The row made.
    pub made: Option<(usize, Vec<Option<Cell>>)>,
    /// Columns whose cells differ, by their place.
    pub differing: Vec<usize>,
}

/// A value as it is written; `None` for a missing one.
pub type Cell = Option<String>;

/// How an expected value is held against a made one.
pub(super) struct Judge<'a> {
    /// What the case says, as text.
    pub says: &'a dyn Fn(&Value, Option<&str>) -> Option<String>,
    /// Whether it is the same.
    pub same: &'a dyn Fn(&Value, Option<&str>) -> bool,
}

type MadeRow = BTreeMap<String, Option<String>>;

/// What differs; `None` where every row is as expected, in the order expected.
pub(super) fn align(table: &str, expected: &[&Row], made: &[MadeRow], judge: &Judge<'_>) -> Option<TableDiff> {
    let mut columns: Vec<String> = Vec::new();
    for name in expected.iter().flat_map(|row| row.keys()) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    if expected.is_empty() {
        // Nothing is said of any column, so all of an unexpected row are shown.
        columns = made.first().map(|row| row.keys().cloned().collect()).unwrap_or_default();
    }
    let cell = |row: &MadeRow, column: &String| row.get(column).cloned();
    let differs = |row: &Row, made: &MadeRow, column: &String| {
        row.get(column).is_some_and(|value| cell(made, column).is_none_or(|found| !(judge.same)(value, found.as_deref())))
    };
    let mut diff = TableDiff { table: table.to_owned(), columns: columns.clone(), agree: 0, rows: Vec::new() };
    for pair in pairs(expected, made, &|row, made| row.keys().filter(|column| !differs(row, made, column)).count()) {
        let before = pair.0.and_then(|at| Some((at + 1, *expected.get(at)?)));
        let after = pair.1.and_then(|at| Some((at + 1, made.get(at)?)));
        let differing: Vec<usize> = match (before, after) {
            (Some((_, row)), Some((_, made))) => {
                columns.iter().enumerate().filter(|(_, column)| differs(row, made, column)).map(|(at, _)| at).collect()
            }
            _ => Vec::new(),
        };
        if before.is_some() && after.is_some() && differing.is_empty() {
            diff.agree += 1;
            continue;
        }
        diff.rows.push(RowDiff {
            expected: before.map(|(at, row)| {
                let said = |column: &String| {
                    let found = after.and_then(|(_, made)| cell(made, column)).flatten();
                    row.get(column).map(|value| (judge.says)(value, found.as_deref()))
                };
                (at, columns.iter().map(said).collect())
            }),
            made: after.map(|(at, row)| (at, columns.iter().map(|column| cell(row, column)).collect())),
            differing,
        });
    }
    (!diff.rows.is_empty()).then_some(diff)
}

impl TableDiff {
    /// The same in words, one line a cell.
    pub(super) fn words(&self, expected: usize, made: usize) -> Vec<String> {
        let table = &self.table;
        let mut words = Vec::new();
        if expected != made {
            words.push(format!("{table}: {expected} rows were expected, {made} were made"));
        }
        for row in &self.rows {
            match (&row.expected, &row.made) {
                (Some((at, before)), Some((_, after))) => {
                    for column in &row.differing {
                        let shown = |cells: &[Option<Cell>]| cells.get(*column).cloned().flatten();
                        let name = self.columns.get(*column).map_or("", String::as_str);
                        words.push(match shown(after) {
                            None => format!("{table}[{at}]: there is no column `{name}`"),
                            Some(after) => {
                                let (before, after) = (quoted(shown(before).flatten()), quoted(after));
                                format!("{table}[{at}].{name}: expected {before}, made {after}")
                            }
                        });
                    }
                }
                (Some((at, _)), None) => words.push(format!("{table}[{at}]: expected, and not made")),
                (None, Some((at, _))) => words.push(format!("{table}: row {at} was made, and not expected")),
                (None, None) => {}
            }
        }
        words
    }
}

fn quoted(value: Option<String>) -> String {
    value.map_or_else(|| "null".to_owned(), |text| format!("`{text}`"))
}

/// Which row made stands for which row expected: by their place where there are as many of both, else so that most cells
/// agree. Either way order counts: pairs never cross.
fn pairs(expected: &[&Row], made: &[MadeRow], alike: &dyn Fn(&Row, &MadeRow) -> usize) -> Vec<(Option<usize>, Option<usize>)> {
    let (rows, others) = (expected.len(), made.len());
    if rows == others {
        return (0..rows).map(|at| (Some(at), Some(at))).collect();
    }
    // best[row][other]: the most cells that agree among the rows from here on.
    let width = others + 1;
    let mut best = vec![0_usize; (rows + 1) * width];
    let score = |best: &[usize], row: usize, other: usize| best.get(row * width + other).copied().unwrap_or(0);
    let alike_at = |row: usize, other: usize| match (expected.get(row), made.get(other)) {
        (Some(row), Some(other)) => alike(row, other),
        _ => 0,
    };
    for row in (0..rows).rev() {
        for other in (0..others).rev() {
            let agree = alike_at(row, other);
            // Rows that have nothing in common are no pair.
            let paired = if agree == 0 { 0 } else { agree + score(&best, row + 1, other + 1) };
            let most = paired.max(score(&best, row + 1, other)).max(score(&best, row, other + 1));
            if let Some(slot) = best.get_mut(row * width + other) {
                *slot = most;
            }
        }
    }
    let (mut row, mut other, mut pairs) = (0, 0, Vec::new());
    while row < rows || other < others {
        let agree = alike_at(row, other);
        let here = score(&best, row, other);
        if row < rows && other < others && agree > 0 && here == agree + score(&best, row + 1, other + 1) {
            pairs.push((Some(row), Some(other)));
            (row, other) = (row + 1, other + 1);
        } else if row < rows && (other >= others || here == score(&best, row + 1, other)) {
            pairs.push((Some(row), None));
            row += 1;
        } else {
            pairs.push((None, Some(other)));
            other += 1;
        }
    }
    pairs
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::super::given;
    use super::*;

    fn expected(text: &str) -> Vec<Row> {
        serde_yaml::from_str(text).unwrap()
    }

    fn made(rows: &[&[(&str, Option<&str>)]]) -> Vec<MadeRow> {
        rows.iter().map(|row| row.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()).collect()
    }

    fn diff(text: &str, made: &[MadeRow]) -> Option<TableDiff> {
        let rows = expected(text);
        align(
            "t",
            &rows.iter().collect::<Vec<_>>(),
            made,
            &Judge { says: &|value, _| given::text(value), same: &|value, found| given::text(value).as_deref() == found },
        )
    }

    #[test]
    fn a_row_too_many_is_the_only_one_that_differs() {
        let rows =
            made(&[&[("id", Some("x")), ("n", Some("0"))], &[("id", Some("a")), ("n", Some("1"))], &[("id", Some("b")), ("n", None)]]);
        let diff = diff("[{id: a, n: 1}, {id: b, n: null}]", &rows).unwrap();
        assert_eq!((diff.agree, diff.rows.len()), (2, 1));
        assert_eq!(diff.words(2, 3), ["t: 2 rows were expected, 3 were made", "t: row 1 was made, and not expected"]);
    }

    #[test]
    fn the_most_alike_row_is_compared_and_order_counts() {
        let rows = made(&[&[("id", Some("b")), ("n", Some("9"))]]);
        let found = diff("[{id: a, n: 1}, {id: b, n: 2}]", &rows).unwrap();
        assert_eq!(found.words(2, 1)[1..], ["t[1]: expected, and not made", "t[2].n: expected `2`, made `9`"]);
        let swapped = made(&[&[("id", Some("b"))], &[("id", Some("a"))]]);
        assert_eq!(diff("[{id: a}, {id: b}]", &swapped).unwrap().rows.len(), 2);
    }

    #[test]
    fn a_missing_value_is_no_empty_text_and_an_unknown_column_is_said() {
        let rows = made(&[&[("id", None)]]);
        assert_eq!(diff("[{id: null}]", &rows), None);
        assert_eq!(diff("[{id: ''}]", &rows).unwrap().words(1, 1), ["t[1].id: expected ``, made null"]);
        assert_eq!(diff("[{nr: 1}]", &rows).unwrap().words(1, 1), ["t[1]: there is no column `nr`"]);
    }

    #[test]
    fn rows_where_none_was_expected_are_shown_whole() {
        let found = diff("[]", &made(&[&[("id", Some("a")), ("n", None)]])).unwrap();
        assert_eq!((found.columns.len(), found.rows[0].expected.is_none()), (2, true));
    }
}
