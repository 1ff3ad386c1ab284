//! The sheets of a workbook.

use super::Opened;
use super::Place;
use crate::error::Error;
use calamine::Data;
use calamine::Reader as _;
use calamine::Sheets;
use calamine::open_workbook_auto;
use csv::Writer;
use std::fs::File;
use std::io::BufReader;
use std::io::Write as _;
use std::path::Path;

type Book = Sheets<BufReader<File>>;

/// Writes every sheet that has a cell.
pub(super) fn open(place: &Place<'_>) -> Result<Opened, Error> {
    // Its message may quote what stands in the file.
    let Ok(mut book) = open_workbook_auto(&place.of.path) else {
        return Ok(Opened::Not("it cannot be opened as a workbook: it is damaged, locked by a password, or something else".to_owned()));
    };
    let mut tables = Vec::new();
    for (at, sheet) in book.sheet_names().into_iter().enumerate() {
        let Ok(columns) = columns(&mut book, &sheet) else {
            return Ok(Opened::Not(format!("its sheet number {} cannot be read", at + 1)));
        };
        if columns.is_empty() {
            continue;
        }
        let path = place.table(at)?;
        write(&mut book, &sheet, &columns, &path).map_err(|error| Error::io("writing", &path, error))?;
        tables.push(place.written(path, &sheet)?);
    }
    Ok(Opened::Tables(tables))
}

/// A column's times: whether any cell that is a date has a time of day.
#[derive(Debug, Clone, Copy, Default)]
struct Column {
    timed: bool,
}

/// As many columns as the widest row has.
fn columns(book: &mut Book, sheet: &str) -> Result<Vec<Column>, std::io::Error> {
    let mut columns: Vec<Column> = Vec::new();
    each(book, sheet, |_, at, value| {
        if columns.len() <= at {
            columns.resize(at + 1, Column::default());
        }
        if let (Data::DateTime(when), Some(column)) = (value, columns.get_mut(at)) {
            column.timed |= when.as_f64().fract() != 0.0;
        }
        Ok(())
    })?;
    Ok(columns)
}

fn write(book: &mut Book, sheet: &str, columns: &[Column], path: &Path) -> Result<(), std::io::Error> {
    let file = File::create(path)?;
    let mut writer = Writer::from_writer(&file);
    let mut cells = vec![String::new(); columns.len()];
    let mut row = 0;
    let mut finish = |cells: &mut Vec<String>, row: &mut u32, next: u32| {
        writer.write_record(cells.iter())?;
        cells.iter_mut().for_each(String::clear);
        // Rows without a cell stay blank lines, so that lines are rows.
        if next > *row + 1 {
            writer.flush()?;
            (&file).write_all("\n".repeat((next - *row - 1) as usize).as_bytes())?;
        }
        *row = next;
        Ok::<(), std::io::Error>(())
    };
    let mut begun = false;
    each(book, sheet, |at, column, value| {
        if !begun {
            (&file).write_all("\n".repeat(at as usize).as_bytes())?;
            (row, begun) = (at, true);
        } else if at != row {
            finish(&mut cells, &mut row, at)?;
        }
        if let (Some(cell), Some(how)) = (cells.get_mut(column), columns.get(column)) {
            *cell = text(value, *how);
        }
        Ok(())
    })?;
    if begun {
        let next = row + 1;
        finish(&mut cells, &mut row, next)?;
    }
    writer.flush()
}

/// Each cell that is not empty, row by row; the sheets of `.xlsx` as a stream.
fn each(book: &mut Book, sheet: &str, mut take: impl FnMut(u32, usize, &Data) -> Result<(), std::io::Error>) -> Result<(), std::io::Error> {
    let damaged = || std::io::Error::new(std::io::ErrorKind::InvalidData, "the sheet cannot be read");
    if let Sheets::Xlsx(book) = book {
        let mut cells = book.worksheet_cells_reader(sheet).map_err(|_| damaged())?;
        while let Some(cell) = cells.next_cell().map_err(|_| damaged())? {
            let (row, column) = cell.get_position();
            let value = Data::from(cell.get_value().clone());
            if value != Data::Empty {
                take(row, column as usize, &value)?;
            }
        }
        return Ok(());
    }
    let range = book.worksheet_range(sheet).map_err(|_| damaged())?;
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (row, column, value) in range.used_cells() {
        let row = u32::try_from(row).map_err(|_| damaged())?;
        take(first_row + row, first_column as usize + column, value)?;
    }
    Ok(())
}

fn text(value: &Data, column: Column) -> String {
    match value {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(truth) => truth.to_string(),
        Data::Error(error) => error.to_string(),
        Data::DateTime(when) if when.is_duration() => {
            #[expect(clippy::cast_possible_truncation, reason = "a duration in a sheet is far shorter than 2^63 seconds")]
            let seconds = (when.as_f64() * 86_400.0).round() as i64;
            format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
        }
        Data::DateTime(when) => {
            let (year, month, day, hour, minute, second, milli) = when.to_ymd_hms_milli();
            let date = format!("{year:04}-{month:02}-{day:02}");
            let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
            let time = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
            match (when.as_f64() < 1.0, column.timed) {
                // A day of its own is what a time of day does not have.
                (true, true) => time,
                (false, true) => format!("{date} {time}"),
                (_, false) => date,
            }
        }
    }
}
