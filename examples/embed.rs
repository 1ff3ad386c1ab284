//! Embeds the library: finds out what wrote an export, converts it, prints what was made and the ledger.
//!
//! `cargo build --workspace --examples`, then `target/debug/examples/embed`.

#![expect(clippy::print_stdout, reason = "it shows what it did")]

use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let (book, said) = Rulebook::load(&[PathBuf::from("rulesets")])?;
    if said.has_errors() {
        return Err(said.to_text().into());
    }
    let folder = PathBuf::from("examples/clinic-in-synthea-layout");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let (entry, path) = entry.map(|entry| (entry.file_name(), entry.path()))?;
        files.push(InputFile { name: entry.to_string_lossy().into_owned(), bytes: path.metadata()?.len(), path });
    }
    let detection = book.detect(&files)?;
    let (system, version) = detection.identified().ok_or("nobody knows this export")?;
    let source = format!("{system}/{version}").parse()?;

    // The folder is this run's own: stages are staged and rejects written there.
    let scratch = tempfile::tempdir()?;
    let order = Order::new(scratch.path().to_owned(), chrono::Local::now().date_naive());
    let job = book.start(&source, "omop-5.4", &files, order)?;
    let sound = job.assess(job.read()?)?;
    let common = job.categorize(&sound)?;
    let converted = job.convert(&common)?;
    job.verify(&converted)?;
    let outcome = job.finish()?;

    for table in converted.tables().iter().filter(|table| table.rows > 0) {
        // `table.frame()` is a polars LazyFrame: write it, join it, send it on.
        println!("{} {}", table.rows, table.name);
    }
    for table in &outcome.tables {
        println!("{}: {} read, {} converted, {} rejected", table.table, table.read, table.converted, table.rejected);
    }
    if outcome.failed() { Err("the order failed".into()) } else { Ok(()) }
}
