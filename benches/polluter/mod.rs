//! Files as exports really are: clean tables of invented people, spoilt in one place each, with what each file truly holds.
//!
//! Every file comes in every dialect, and every fault at the first, a middle and the last row where it can stand there.
//! What nothing in a file tells is not among them: a file cut off behind some of the letters of its last cell, or a line end
//! without quotes in a last cell, leaves a row that looks whole.

mod draft;
mod faults;
pub(crate) mod ours;
pub(crate) mod people;
pub(crate) mod score;
pub(crate) mod writing;

use draft::Draft;
use faults::FAULTS;
use faults::Fault;
use faults::Place;
use people::Row;
use writing::WRITINGS;
use writing::Writing;

/// A file, and what it holds.
#[derive(Debug)]
pub(crate) struct Case {
    /// Dialect, fault and place.
    pub name: String,
    /// How its sound parts are written.
    pub writing: &'static Writing,
    pub bytes: Vec<u8>,
    /// Every row that the file holds, whole or in part.
    pub truth: Vec<Truth>,
}

/// A row as it was before anything happened to it.
#[derive(Debug, Clone)]
pub(crate) struct Truth {
    pub cells: Row,
    /// Whether its own bytes were spoilt; then it need not be delivered.
    pub spoilt: bool,
    /// What it reads as, where what was done to it may just as well be its text.
    pub also: Option<Row>,
}

/// Every fault at every place in every dialect, over tables of so many rows.
pub(crate) fn corpus(rows: usize, seed: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for (nth, writing) in WRITINGS.iter().enumerate() {
        let people = people::people(rows, seed.wrapping_add(nth as u64));
        for fault in FAULTS.iter().filter(|fault| fault.fits(writing)) {
            for (word, at) in places(fault, rows) {
                let mut draft = Draft::new(writing, &people);
                (fault.spoil)(&mut draft, at);
                let name = format!("{}, {}{word}", writing.name, fault.name);
                let (bytes, truth) = draft.finish();
                cases.push(Case { name, writing, bytes, truth });
            }
        }
    }
    cases
}

/// A file one in so many of whose rows is spoilt in the same way; none where nothing is called that. `clean` spoils nothing.
pub(crate) fn often(writing: &'static Writing, people: &[Row], fault: &str, one_in: usize) -> Option<Case> {
    let fault = FAULTS.iter().find(|known| known.name == fault)?;
    let mut draft = Draft::new(writing, people);
    (one_in / 2..people.len()).step_by(one_in).for_each(|row| (fault.spoil)(&mut draft, row));
    let (bytes, truth) = draft.finish();
    Some(Case { name: format!("{}, {} in one row of {one_in}", writing.name, fault.name), writing, bytes, truth })
}

fn places(fault: &Fault, rows: usize) -> Vec<(&'static str, usize)> {
    match fault.place {
        Place::File => vec![("", 0)],
        Place::Row => vec![(", first row", 0), (", middle row", rows / 2), (", last row", rows.saturating_sub(1))],
    }
}
