//! An export in Synthea's layout with invented people, the same for the same settings, at any size.
//!
//! Rows are written patient by patient, nothing is kept but the few organizations, providers and payers,
//! so memory does not grow with the size. Tables stand in proportions seen in real exports,
//! apart from claims, which no rule converts and which would be two thirds of the bytes: they are kept scant.

mod care;
mod chance;
mod files;
mod moment;
mod people;
pub(crate) mod vocabulary;
mod words;

use care::Rates;
use chance::Chance;
use files::Files;
use std::io;
use std::path::Path;

/// What to write.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// Rows of `observations.csv`; the other tables follow.
    pub rows: u64,
    /// Rows of `patients.csv`.
    pub patients: u64,
    /// The same seed gives the same bytes.
    pub seed: u64,
    /// Whether a handful of rows with true faults are put in.
    pub faults: bool,
}

impl Settings {
    /// So many observations, of as many patients as a real export has for them.
    pub(crate) const fn new(rows: u64) -> Self {
        let patients = rows / 40;
        Self { rows, patients: if patients == 0 { 1 } else { patients }, seed: 1, faults: false }
    }
}

/// Writes the 18 files into a folder.
pub(crate) fn write(folder: &Path, settings: &Settings) -> io::Result<()> {
    let mut chance = Chance::new(settings.seed);
    let mut files = Files::create(folder)?;
    let network = people::network(&mut files, &mut chance, settings.patients)?;
    let mut rates = Rates::default();
    let mut encounters = settings.rows * 6 / 10;
    let mut observations = settings.rows;
    for written in 0..settings.patients {
        let left = settings.patients - written;
        let person = people::person(&mut files, &mut chance, &network)?;
        let share = share(&mut chance, encounters, left);
        // The last of a patient's encounters takes what is left of the patient's share.
        let measured = if left == 1 { observations } else { observations * share / encounters.max(1) };
        care::encounters(&mut files, &mut chance, &network, &person, &mut rates, share, measured)?;
        encounters -= share;
        observations -= measured;
    }
    if settings.faults {
        care::faults(&mut files, &mut chance, &network)?;
    }
    files.finish()
}

/// How much of what is left one of those who are left gets: from a quarter of the mean to nearly twice; all, if it is the last.
fn share(chance: &mut Chance, remaining: u64, left: u64) -> u64 {
    if left <= 1 {
        return remaining;
    }
    let mean = remaining / left;
    (mean / 4 + chance.below(mean + mean / 2 + 2)).min(remaining)
}
