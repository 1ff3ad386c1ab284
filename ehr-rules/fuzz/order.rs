//! A file read as the table that it is said to be, in an order of its own.

use crate::any_file::AnyFile;
use crate::any_file::sound;
use ehr_rules::InputFile;
use ehr_rules::Order;

/// Reads a file as the table of one version and, where `whole`, makes the target's tables of it: each row has one fate.
pub fn run(files: &AnyFile, file: InputFile, version: &str, whole: bool) {
    let order = Order::new(files.folder.join("order"), chrono::NaiveDate::default());
    let source = format!("people/{version}").parse().expect("a version's name");
    let job = files.book.start(&source, version, &[file], order).expect("an order starts");
    let Some(read) = sound(job.read()) else { return };
    let rows = read.table("people").map_or(0, |table| table.rows);
    for balance in read.ledger().balances() {
        assert!(rows + balance.rejected == balance.read, "{rows} rows and {balance:?}");
    }
    if !whole {
        return;
    }
    let Some(checked) = sound(job.assess(read)) else { return };
    let Some(common) = sound(job.categorize(&checked)) else { return };
    let Some(made) = sound(job.convert(&common)) else { return };
    for balance in made.ledger().balances() {
        assert!(balance.balanced(), "{balance:?}");
    }
}
