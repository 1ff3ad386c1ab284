//! The same work by the rules: the library as a service embeds it, its tables written as CSV.
//!
//! It does more than the program written by hand: it detects, keeps rejects, a ledger and a work-list, and verifies.

use ehr_rules::Dataset;
use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use polars::prelude::*;
use std::error::Error;
use std::path::Path;

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

fn write<Stage>(made: &Dataset<Stage>, out: &Path) -> Result<(), Box<dyn Error>> {
    for table in made.tables().iter().filter(|table| table.rows > 0) {
        let target = SinkTarget::Path(PlRefPath::try_from_path(&out.join(format!("{}.csv", table.name)))?);
        let sink = table.frame()?.sink(
            SinkDestination::File { target },
            FileWriteFormat::Csv(CsvWriterOptions::default()),
            UnifiedSinkArgs::default(),
        )?;
        sink.collect_with_engine(Engine::Streaming)?;
    }
    Ok(())
}
