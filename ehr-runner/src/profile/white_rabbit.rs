//! A scan as the workbook that OHDSI's `WhiteRabbit` writes, for Rabbit-In-a-Hat and what else reads it.

use crate::error::Failure;
use ehr_rules::ColumnScan;
use ehr_rules::FileScan;
use ehr_rules::Scan;
use rust_xlsxwriter::Workbook;
use rust_xlsxwriter::Worksheet;
use rust_xlsxwriter::XlsxError;
use std::path::Path;

/// Columns of the first sheet, as its readers expect them, in this order.
const FIELDS: [&str; 10] = [
    "Table",
    "Field",
    "Description",
    "Type",
    "Max length",
    "N rows",
    "N rows checked",
    "Fraction empty",
    "N unique values",
    "Fraction unique",
];
/// Columns of the second sheet.
const TABLES: [&str; 6] = ["Table", "Description", "N rows", "N rows checked", "N Fields", "N Fields Empty"];
/// Values that occur less often are not written, since they tell who somebody is; the default of `WhiteRabbit`.
const LEAST: u64 = 5;
/// What stands where values are left out.
const TRUNCATED: &str = "List truncated...";
/// Columns whose values fit on a sheet, two to each.
const WIDEST: usize = 8_000;
/// Characters of a sheet's name, and of a cell.
const NAME: usize = 31;
const CELL: usize = 32_000;

/// Writes the workbook. Without values every list of them is truncated at once.
pub(crate) fn write(scan: &Scan, path: &Path) -> Result<(), Failure> {
    let failed = |error: XlsxError| Failure::World(format!("writing `{}`: {error}", path.display()));
    let mut workbook = Workbook::new();
    let names: Vec<String> = scan.files.iter().enumerate().map(|(at, file)| table(at, file)).collect();
    fields(workbook.add_worksheet(), scan, &names).map_err(failed)?;
    tables(workbook.add_worksheet(), scan, &names).map_err(failed)?;
    for (file, name) in scan.files.iter().zip(&names) {
        values(workbook.add_worksheet(), file, name).map_err(failed)?;
    }
    workbook.save(path).map_err(failed)
}

/// What a table is called: its file's name, with a number where its sheet's name would be cut, or is taken by another.
fn table(at: usize, file: &FileScan) -> String {
    let name = file.name.replace('/', "_");
    if name.chars().count() > NAME || file.name.contains('/') { format!("{at}_{name}") } else { name }
}

fn head(sheet: &mut Worksheet, names: &[&str]) -> Result<(), XlsxError> {
    for (at, name) in (0..).zip(names) {
        sheet.write(0, at, *name)?;
    }
    Ok(())
}

fn fields(sheet: &mut Worksheet, scan: &Scan, names: &[String]) -> Result<(), XlsxError> {
    sheet.set_name("Field Overview")?;
    head(sheet, &FIELDS)?;
    let mut row = 1;
    for (file, name) in scan.files.iter().zip(names) {
        for column in &file.columns {
            sheet.write(row, 0, name)?.write(row, 1, &column.name)?.write(row, 2, "")?.write(row, 3, kind(column))?;
            let empty = file.rows.saturating_sub(column.filled);
            sheet.write(row, 4, column.longest)?.write(row, 5, file.rows)?.write(row, 6, checked(file))?;
            sheet.write(row, 7, share(empty, file.rows))?.write(row, 8, column.distinct)?;
            sheet.write(row, 9, share(column.distinct, file.rows))?;
            row += 1;
        }
        // Its readers take an empty row for the end of a table.
        row += 1;
    }
    Ok(())
}

fn tables(sheet: &mut Worksheet, scan: &Scan, names: &[String]) -> Result<(), XlsxError> {
    sheet.set_name("Table Overview")?;
    head(sheet, &TABLES)?;
    for (row, (file, name)) in (1..).zip(scan.files.iter().zip(names)) {
        let empty = file.columns.iter().filter(|column| column.is_empty()).count();
        sheet.write(row, 0, name)?.write(row, 1, "")?.write(row, 2, file.rows)?.write(row, 3, checked(file))?;
        sheet.write(row, 4, file.columns.len() as u64)?.write(row, 5, empty as u64)?;
    }
    Ok(())
}

fn values(sheet: &mut Worksheet, file: &FileScan, name: &str) -> Result<(), XlsxError> {
    let plain: String = name.chars().map(|letter| if "[]:*?\\/'".contains(letter) { '_' } else { letter }).take(NAME).collect();
    sheet.set_name(plain)?;
    for (at, column) in (0_u16..).zip(file.columns.iter().take(WIDEST)) {
        let at = at * 2;
        sheet.write(0, at, &column.name)?.write(0, at + 1, "Frequency")?;
        let often: Vec<_> = column.values.iter().filter(|value| value.records >= LEAST).collect();
        let whole = column.values_whole && often.len() == column.values.len();
        let mut row = 1;
        for value in often {
            sheet.write(row, at, value.value.chars().take(CELL).collect::<String>())?.write(row, at + 1, value.records)?;
            row += 1;
        }
        if !whole {
            sheet.write(row, at, TRUNCATED)?.write(row, at + 1, "")?;
        }
    }
    Ok(())
}

/// A column's type in the words of `WhiteRabbit`.
fn kind(column: &ColumnScan) -> &'static str {
    if column.is_empty() {
        return "EMPTY";
    }
    let kind = column.kind.to_string();
    match kind.as_str() {
        "integer" => "INT",
        "float" => "REAL",
        "date" | "datetime" => "DATE",
        other if other.starts_with("decimal") => "REAL",
        _ => "VARCHAR",
    }
}

/// Rows that were looked into.
const fn checked(file: &FileScan) -> u64 {
    file.rows.saturating_sub(file.malformed + file.ragged)
}

#[expect(clippy::cast_precision_loss, reason = "a share")]
fn share(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { part as f64 / of as f64 }
}
