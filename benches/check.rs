//! How long it takes to check many rules: a ruleset of 500 tables and 10,000 columns, each read by a rule, is written, read and compiled.
//!
//! `target/release/check [TABLES [COLUMNS]]` prints seconds, and how many of them are reading the files alone.

use ehr_rules::Rulebook;
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let mut sizes = std::env::args().skip(1);
    let tables: usize = sizes.next().map_or(Ok(500), |size| size.parse())?;
    let columns: usize = sizes.next().map_or(Ok(20), |size| size.parse())?;
    let folder = std::env::temp_dir().join(format!("ehr-rules-check-{}", std::process::id()));
    let answer = measure(&folder, tables, columns);
    std::fs::remove_dir_all(&folder)?;
    writeln!(std::io::stdout(), "{}", answer?)?;
    Ok(())
}

fn measure(folder: &Path, tables: usize, columns: usize) -> Result<String, Box<dyn Error>> {
    let files = write(folder, tables, columns)?;
    // Once to have them in memory, as they are when somebody has just saved one.
    read(&files)?;
    let start = Instant::now();
    let bytes = read(&files)?;
    let reading = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let (_, said) = Rulebook::load(&[folder.to_path_buf()])?;
    let checking = start.elapsed().as_secs_f64();
    if !said.is_empty() {
        return Err(said.to_text().into());
    }
    Ok(format!(
        "{tables} tables of {columns} columns in {} files, {bytes} bytes: checked in {checking:.3} s, {reading:.3} s of it reading ({:.1} %)",
        files.len(),
        100.0 * reading / checking
    ))
}

fn read(files: &[PathBuf]) -> std::io::Result<usize> {
    files.iter().map(|file| std::fs::read(file).map(|bytes| bytes.len())).sum()
}

/// A source of many tables, a category for each, and the rules between them, in forms that rules really have.
fn write(folder: &Path, tables: usize, columns: usize) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let (source, categories) = (folder.join("sources/large/1"), folder.join("categories"));
    std::fs::create_dir_all(&source)?;
    std::fs::create_dir_all(&categories)?;
    let mut schema = String::from("system: large\nversion: \"1\"\ntables:\n");
    let mut files = Vec::new();
    for table in 0..tables {
        writeln!(schema, "  table_{table}:\n    file: \"table_{table}.csv\"\n    key: [C0]\n    columns:")?;
        let mut category = format!("category: category_{table}\ncolumns:\n");
        let mut rule = format!("category_{table}:\n  from: table_{table}\n  where: \"C1 != () && C0 != \\\"0\\\"\"\n  columns:\n");
        for column in 0..columns {
            let (from, to, made) = match column % 5 {
                0 => ("text", "text", format!("C{column}")),
                1 => ("text", "text", format!("{{from: C{column}, do: [trim, {{left: 3}}]}}")),
                2 => ("date", "integer", format!("{{from: C{column}, do: [year]}}")),
                3 => ("text", "text", format!("{{from: C{column}, map: {{M: male, F: female}}, otherwise: unknown}}")),
                _ => ("integer", "text", format!("{{when: [{{if: \"C{column} > 5\", then: {{value: high}}}}, {{otherwise: null}}]}}")),
            };
            writeln!(schema, "      C{column}: {from}")?;
            writeln!(category, "  c{column}: {to}")?;
            writeln!(rule, "    c{column}: {made}")?;
        }
        for (path, text) in
            [(categories.join(format!("category_{table}.yaml")), category), (source.join(format!("rule_{table}.yaml")), rule)]
        {
            std::fs::write(&path, text)?;
            files.push(path);
        }
    }
    let path = source.join("schema.yaml");
    std::fs::write(&path, schema)?;
    files.push(path);
    Ok(files)
}
