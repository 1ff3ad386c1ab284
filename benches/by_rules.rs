//! The same work by the rules: the library as a service embeds it, its tables written as CSV.
//!
//! It does more than the program written by hand: it detects, keeps rejects, a ledger and a work-list, and verifies.

use ehr_rules::Dataset;
use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use ehr_rules::Table;
use polars::prelude::*;
use std::error::Error;
use std::path::Path;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

/// Converts an export with the rulesets of this repository.
pub(crate) fn convert(input: &Path, vocabulary: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let (book, said) = Rulebook::load(&[Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets")])?;
    if said.has_errors() {
        return Err(said.to_text().into());
    }
    let files = files(input)?;
    let detection = book.detect(&files)?;
    let (system, version) = detection.identified().ok_or("the export was not identified")?;
    let stage = out.join("stage");
    std::fs::create_dir_all(&stage)?;
    let order = Order { vocabulary: Some(vocabulary.to_owned()), ..Order::new(stage.clone(), chrono::Local::now().date_naive()) };
    let job = book.start(&format!("{system}/{version}").parse()?, "omop-5.4", &files, order)?;
    let sound = job.assess(job.read()?)?;
    let common = job.categorize(&sound)?;
    let converted = job.convert(&common)?;
    job.verify(&converted)?;
    if job.finish()?.failed() {
        return Err("the order failed".into());
    }
    write(&converted, out)?;
    std::fs::remove_dir_all(stage)?;
    Ok(())
}

fn files(input: &Path) -> std::io::Result<Vec<InputFile>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(input)? {
        let entry = entry?;
        files.push(InputFile {
            name: entry.file_name().to_string_lossy().into_owned(),
            bytes: entry.metadata()?.len(),
            path: entry.path(),
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

/// Two tables at a time: one plan alone leaves a core idle while it waits for its file.
fn write<Stage: Sync>(made: &Dataset<Stage>, out: &Path) -> Result<(), Box<dyn Error>> {
    let tables: Vec<&Table> = made.tables().iter().filter(|table| table.rows > 0).collect();
    let next = AtomicUsize::new(0);
    let worker = || -> Result<(), String> {
        while let Some(table) = tables.get(next.fetch_add(1, Ordering::Relaxed)) {
            write_table(table, out).map_err(|error| error.to_string())?;
        }
        Ok(())
    };
    std::thread::scope(|scope| {
        [scope.spawn(worker), scope.spawn(worker)].map(|worker| worker.join().map_err(|_| "a writer panicked".to_owned()))
    })
    .into_iter()
    .try_for_each(|written| Ok(written??))
}

fn write_table(table: &Table, out: &Path) -> Result<(), Box<dyn Error>> {
    let target = SinkTarget::Path(PlRefPath::try_from_path(&out.join(format!("{}.csv", table.name)))?);
    let format = FileWriteFormat::Csv(CsvWriterOptions::default());
    let sink = table.frame()?.sink(SinkDestination::File { target }, format, UnifiedSinkArgs::default())?;
    sink.collect_with_engine(Engine::Streaming)?;
    Ok(())
}
