//! Reads back what the sinks of an order wrote, row by row, as a database takes it.

mod csv;
mod parquet;

use super::cell::Cell;
use crate::error::Failure;
use crate::order::Output;
use csv::Record;
use csv::Records;
use ehr_rules::Kind;
use std::borrow::Cow;
use std::path::Path;

/// The names of the columns in a written file.
pub(super) fn header(path: &Path, output: Output) -> Result<Vec<String>, Failure> {
    match output {
        Output::Csv => {
            let mut records = Records::open(path)?;
            let Some(record) = records.next_record()? else { return Ok(Vec::new()) };
            let mut names = Vec::new();
            csv::fields(record.text(path)?, record.quoted, |name| names.extend(name.map(Cow::into_owned)));
            Ok(names)
        }
        Output::Parquet => {
            let schema = parquet::scan(path)?.collect_schema().map_err(|error| Failure::engine("reading", path, &error))?;
            Ok(schema.iter_names().map(ToString::to_string).collect())
        }
    }
}

/// Calls `each` with every row of a written file, its place and its record as it is written, or with those at places that are asked
/// for, in order; `kinds` are those of its columns. Places grow from row to row. Only of CSV there are records.
pub(super) fn rows(
    path: &Path,
    output: Output,
    kinds: &[Kind],
    asked: Option<&[u64]>,
    mut each: impl FnMut(u64, &[Cell], Option<&[u8]>) -> Result<(), Failure>,
) -> Result<(), Failure> {
    // One row's cells at a time, whose texts keep their memory.
    let mut cells = vec![Cell::Null; kinds.len()];
    match output {
        Output::Csv => {
            let mut records = Records::open(path)?;
            let mut one = |place, record: Record<'_>| {
                csv::values(path, record, kinds, &mut cells)?;
                each(place, &cells, Some(record.bytes))
            };
            if let Some(places) = asked {
                for place in places {
                    records.jump(*place)?;
                    one(*place, records.next_record()?.ok_or_else(|| altered(path))?)?;
                }
                return Ok(());
            }
            records.next_record()?;
            loop {
                let place = records.place();
                let Some(record) = records.next_record()? else { return Ok(()) };
                one(place, record)?;
            }
        }
        Output::Parquet => {
            let mut place = 0;
            let mut asked = asked.map(|places| places.iter().peekable());
            parquet::batches(path, kinds, |frame| {
                for row in 0..frame.height() {
                    if asked.as_mut().is_none_or(|asked| asked.next_if(|asked| **asked == place).is_some()) {
                        cells.clear();
                        cells.extend(
                            frame.columns().iter().map(|column| column.get(row).map_or(Cell::Null, |cell| parquet::any_value(&cell))),
                        );
                        each(place, &cells, None)?;
                    }
                    place += 1;
                }
                Ok(())
            })
        }
    }
}

/// Calls `each` with every record of a CSV file as it is written, and its place.
pub(super) fn records(path: &Path, mut each: impl FnMut(u64, &[u8]) -> Result<(), Failure>) -> Result<(), Failure> {
    let mut records = Records::open(path)?;
    records.next_record()?;
    loop {
        let place = records.place();
        let Some(record) = records.next_record()? else { return Ok(()) };
        each(place, record.bytes)?;
    }
}

fn altered(path: &Path) -> Failure {
    Failure::Data(format!("`{}` is not as it was written; run the order again", path.display()))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::csv::BLOCK;
    use super::csv::fields;
    use super::*;
    use std::borrow::Cow;

    /// The rows of a file of two columns, of a text and of a number, with their places.
    fn read(text: &str, asked: Option<&[u64]>) -> Result<Vec<(u64, Vec<Cell>)>, Failure> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("a,b\n{text}")).unwrap();
        let mut all = Vec::new();
        let mut written = Vec::new();
        rows(file.path(), Output::Csv, &[Kind::Text, Kind::Integer], asked, |place, cells, record| {
            all.push((place, cells.to_vec()));
            written.push((place, record.unwrap().to_vec()));
            Ok(())
        })?;
        // The same records, whether they are read or only met.
        records(file.path(), |place, record| {
            assert!(asked.is_some() || written.contains(&(place, record.to_vec())));
            Ok(())
        })?;
        Ok(all)
    }

    fn text(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }

    #[test]
    fn a_missing_value_an_empty_text_and_quotes_are_told_apart() {
        let record = r#"1,,"","a,b","say ""hi""","#;
        let mut read = Vec::new();
        fields(record, true, |field| read.push(field.map(Cow::into_owned)));
        let wanted = [Some("1"), None, Some(""), Some("a,b"), Some(r#"say "hi""#), None];
        assert_eq!(read, wanted.map(|field| field.map(str::to_owned)));
    }

    #[test]
    fn an_empty_record_is_one_missing_value() {
        for quoted in [false, true] {
            let mut read = Vec::new();
            fields("", quoted, |field| read.push(field));
            assert_eq!(read, [None]);
        }
    }

    #[test]
    fn cells_are_of_their_own_row_alone_and_those_asked_for_are_found_again() {
        let file = "\"x\ny\",1\n,2\nz,\n\"\",4\n";
        let all = read(file, None).unwrap();
        let cells: Vec<&[Cell]> = all.iter().map(|(_, cells)| cells.as_slice()).collect();
        let wanted =
            [[text("x\ny"), Cell::Integer(1)], [Cell::Null, Cell::Integer(2)], [text("z"), Cell::Null], [text(""), Cell::Integer(4)]];
        assert_eq!(cells, wanted);
        assert_eq!(read(file, Some(&[all[1].0, all[3].0])).unwrap(), [all[1].clone(), all[3].clone()]);
        assert_eq!(read(file, Some(&[])).unwrap(), []);
    }

    #[test]
    fn records_that_do_not_end_with_a_block_are_read_whole() {
        let long = "é\"\",\n".repeat(BLOCK / 4);
        let file = format!("\"{long}\",7\n").repeat(3) + "end,8";
        let all = read(&file, None).unwrap();
        assert_eq!(all.len(), 4);
        assert!(all[..3].iter().all(|(_, row)| *row == [text(&long.replace("\"\"", "\"")), Cell::Integer(7)]));
        assert_eq!(all[3].1, [text("end"), Cell::Integer(8)]);
        for asked in [vec![0, 3], vec![2], vec![3]] {
            let places: Vec<u64> = asked.iter().map(|at: &usize| all[*at].0).collect();
            let found = read(&file, Some(&places)).unwrap();
            assert!(found.iter().eq(asked.iter().map(|at| &all[*at])), "{asked:?}");
        }
    }

    #[test]
    fn what_was_not_written_so_is_refused() {
        for file in ["x\n", "x,1,2\n", "x,one\n", "\"x,1\n", "x,1\n\n"] {
            assert!(read(file, None).is_err(), "{file:?}");
        }
    }
}
