//! Care: encounters, and what was found, given and done at them.

use crate::generator::chance::Chance;
use crate::generator::chance::Uuid;
use crate::generator::files::Files;
use crate::generator::files::Table;
use crate::generator::moment::Amount;
use crate::generator::moment::DAY;
use crate::generator::moment::Day;
use crate::generator::moment::Instant;
use crate::generator::moment::Maybe;
use crate::generator::people::EXPORTED;
use crate::generator::people::Network;
use crate::generator::people::Person;
use crate::generator::words;
use std::io;

/// Rows of each kind for a thousand encounters.
const RATES: [(Table, u64); 11] = [
    (Table::Conditions, 730),
    (Table::Procedures, 415),
    (Table::Medications, 1_100),
    (Table::Immunizations, 50),
    (Table::Allergies, 66),
    (Table::Careplans, 82),
    (Table::Devices, 5),
    (Table::Supplies, 120),
    (Table::ImagingStudies, 2),
    (Table::Claims, 100),
    // Written with their claim.
    (Table::ClaimsTransactions, 0),
];

/// What is owed to each kind, in thousandths of a row. It starts just below one, so that every table has a row at once.
#[derive(Debug)]
pub(super) struct Rates([u64; RATES.len()]);

impl Default for Rates {
    fn default() -> Self {
        Self(RATES.map(|(_, rate)| if rate == 0 { 0 } else { 999 }))
    }
}

/// One encounter, as its rows need it.
struct Visit<'a> {
    person: &'a Person,
    id: Uuid,
    provider: Uuid,
    organization: Uuid,
    start: Instant,
    stop: Instant,
    reason: words::Code,
}

/// Writes a patient's encounters in order of time, and everything that happened at them.
pub(super) fn encounters(
    files: &mut Files,
    chance: &mut Chance,
    network: &Network,
    person: &Person,
    rates: &mut Rates,
    count: u64,
    mut observations: u64,
) -> io::Result<()> {
    let step = (person.to.0 - person.from.0) / i64::try_from(count.max(1)).unwrap_or(i64::MAX);
    for number in 0..count {
        let start = person.from.plus(step * i64::try_from(number).unwrap_or(0) + chance.between(0, step.max(1) - 1));
        let visit = encounter(files, chance, network, person, start)?;
        for ((table, rate), owed) in RATES.iter().zip(&mut rates.0) {
            // Twice the rate half of the time: the right number in the end, not evenly spread.
            *owed += chance.below(2) * 2 * rate;
            while *owed >= 1_000 {
                *owed -= 1_000;
                happening(files, chance, &visit, *table)?;
            }
        }
        // Observations come in panels, at every sixth encounter or so; the last one takes the rest.
        let panel = if number + 1 == count {
            observations
        } else if number % 6 == 5 {
            (8 + chance.below(5)).min(observations)
        } else {
            0
        };
        observations -= panel;
        for _ in 0..panel {
            observation(files, chance, &visit)?;
        }
    }
    Ok(())
}

/// Writes one encounter.
fn encounter<'a>(files: &mut Files, chance: &mut Chance, network: &Network, person: &'a Person, start: Instant) -> io::Result<Visit<'a>> {
    let id = chance.uuid();
    let (provider, organization) = *chance.pick(&network.providers).unwrap_or(&(id, id));
    let (class, code, text, hours) = chance.pick(words::ENCOUNTER).copied().unwrap_or_default();
    let stop = start.plus(900 * chance.between(1, hours * 4));
    let reason = if chance.percent(25) { chance.pick(words::CONDITION).copied().unwrap_or_default() } else { ("", "") };
    let (cost, covered) = (Amount(chance.between(5_000, 400_000)), Amount(chance.between(0, 5_000)));
    files.row(
        Table::Encounters,
        format_args!(
            "{id},{start},{stop},{},{organization},{provider},{},{class},{code},{text},77.49,{cost},{covered},{},{}",
            person.id, person.payer, reason.0, reason.1
        ),
    )?;
    Ok(Visit { person, id, provider, organization, start, stop, reason })
}

/// Writes one row of a kind that hangs on an encounter.
fn happening(files: &mut Files, chance: &mut Chance, visit: &Visit<'_>, table: Table) -> io::Result<()> {
    let Visit { id, start, stop, reason: (reason, because), .. } = visit;
    let (patient, day) = (visit.person.id, start.day());
    let cost = Amount(chance.between(1_000, 90_000));
    match table {
        Table::Conditions => {
            let (code, text) = chance.pick(words::CONDITION).copied().unwrap_or_default();
            let end = later(chance, day, 68, 200);
            files.row(table, format_args!("{day},{end},{patient},{id},{code},{text}"))
        }
        Table::Procedures => {
            let (code, text) = chance.pick(words::PROCEDURE).copied().unwrap_or_default();
            files.row(table, format_args!("{start},{stop},{patient},{id},{code},{text},{cost},{reason},{because}"))
        }
        Table::Medications => {
            let (code, text, days) = chance.pick(words::MEDICINE).copied().unwrap_or_default();
            let end = Maybe((days > 0).then(|| start.plus(days * DAY)).filter(|end| end.day() < EXPORTED));
            let dispenses = chance.between(1, 12);
            let total = Amount(cost.0 * dispenses);
            let payer = visit.person.payer;
            files.row(
                table,
                format_args!("{start},{end},{patient},{payer},{id},{code},{text},{cost},0.00,{dispenses},{total},{reason},{because}"),
            )
        }
        Table::Immunizations => {
            let (code, text) = chance.pick(words::VACCINE).copied().unwrap_or_default();
            files.row(table, format_args!("{start},{patient},{id},{code},{text},140.52"))
        }
        Table::Allergies => {
            let (code, system, text, category) = chance.pick(words::ALLERGEN).copied().unwrap_or_default();
            let (reaction, effect, severity) = if chance.percent(55) {
                let (reaction, effect) = chance.pick(words::REACTION).copied().unwrap_or_default();
                (reaction, effect, chance.text(&["MILD", "MODERATE"]))
            } else {
                ("", "", "")
            };
            files.row(
                table,
                format_args!("{day},,{patient},{id},{code},{system},{text},allergy,{category},{reaction},{effect},{severity},,,"),
            )
        }
        Table::Careplans => {
            let (code, text) = chance.pick(words::CARE_PLAN).copied().unwrap_or_default();
            let (plan, end) = (chance.uuid(), later(chance, day, 30, 300));
            files.row(table, format_args!("{plan},{day},{end},{patient},{id},{code},{text},{reason},{because}"))
        }
        Table::Devices => {
            let (code, text) = chance.pick(words::DEVICE).copied().unwrap_or_default();
            let serial = chance.below(1_000_000_000);
            files.row(table, format_args!("{start},,{patient},{id},{code},{text},(01)00000000000000(21){serial:09}"))
        }
        Table::Supplies => {
            let (code, text) = chance.pick(words::SUPPLY).copied().unwrap_or_default();
            files.row(table, format_args!("{day},{patient},{id},{code},{text},{}", chance.between(1, 24)))
        }
        Table::ImagingStudies => {
            let (study, serial) = (chance.uuid(), chance.below(1_000_000_000));
            files.row(
                table,
                format_args!(
                    "{study},{start},{patient},{id},1.2.840.99999999.1.{serial},51185008,Chest,DX,Digital radiography,\
                     1.2.840.99999999.1.1.{serial},1.2.840.10008.5.1.4.1.1.1.1,Digital X-ray image,399208008"
                ),
            )
        }
        Table::Claims => claim(files, chance, visit, cost),
        _ => Ok(()),
    }
}

/// Writes a claim for an encounter: a charge, and its payment.
fn claim(files: &mut Files, chance: &mut Chance, visit: &Visit<'_>, cost: Amount) -> io::Result<()> {
    let Visit { person, id, provider, organization, start, stop, .. } = visit;
    let (claim, patient, payer) = (chance.uuid(), person.id, person.payer);
    let diagnosis = chance.pick(words::CONDITION).copied().unwrap_or_default().0;
    files.row(
        Table::Claims,
        format_args!(
            "{claim},{patient},{provider},{payer},0,1,1,{diagnosis},,,,,,,,,{id},{start},{start},{provider},CLOSED,,CLOSED,0,,0,{stop},,{stop},2,0"
        ),
    )?;
    let (charge, payment) = (chance.uuid(), chance.uuid());
    files.row(
        Table::ClaimsTransactions,
        format_args!(
            "{charge},{claim},0,{patient},CHARGE,{cost},,{start},{stop},{organization},185345009,,,1,,,,1,1,Visit for a symptom,{cost},,1,,,,,\
             {id},,{patient},1,{provider},{provider}"
        ),
    )?;
    files.row(
        Table::ClaimsTransactions,
        format_args!(
            "{payment},{claim},1,{patient},PAYMENT,,CHECK,{start},{stop},{organization},185345009,,,1,,,,1,1,Visit for a symptom,,,,{cost},,,0.00,\
             {id},,{patient},1,{provider},{provider}"
        ),
    )
}

/// Writes one observation, a number more often than a word.
fn observation(files: &mut Files, chance: &mut Chance, visit: &Visit<'_>) -> io::Result<()> {
    let Visit { id, start, .. } = visit;
    let patient = visit.person.id;
    match chance.below(40) {
        // A summary over the patient's life belongs to no encounter.
        0 => files
            .row(Table::Observations, format_args!("{start},{patient},,,QALY,QALY,{}.{},a,numeric", chance.below(80), chance.below(10))),
        1..8 => {
            let Some((category, code, text, words)) = chance.pick(words::WORDED).copied() else { return Ok(()) };
            let word = chance.text(words);
            files.row(Table::Observations, format_args!("{start},{patient},{id},{category},{code},{text},{word},,text"))
        }
        _ => {
            let (category, code, text, unit, least, most) = chance.pick(words::MEASURED).copied().unwrap_or_default();
            let tenths = chance.between(least, most);
            files.row(
                Table::Observations,
                format_args!("{start},{patient},{id},{category},{code},{text},{}.{},{unit},numeric", tenths / 10, tenths % 10),
            )
        }
    }
}

/// A later day in so many of a hundred cases, none beyond the export.
fn later(chance: &mut Chance, day: Day, percent: u64, days: i64) -> Maybe<Day> {
    let end = Day(day.0 + chance.between(3, days));
    Maybe((chance.percent(percent) && end < EXPORTED).then_some(end))
}

/// Writes rows that are truly wrong, so that a first run has something to set aside; what each is stands in `examples/README.md`.
pub(super) fn faults(files: &mut Files, chance: &mut Chance, network: &Network) -> io::Result<()> {
    let (patient, encounter, nobody) = (chance.uuid(), chance.uuid(), chance.uuid());
    let (provider, organization) = *chance.pick(&network.providers).unwrap_or(&(patient, patient));
    let payer = *chance.pick(&network.payers).unwrap_or(&patient);
    // A day that no calendar has, and two rows that refer to the patient who is therefore set aside.
    files.row(
        Table::Patients,
        format_args!(
            "{patient},1985-02-30,,999-55-0000,,,Ms.,Nora1,Nowhere1,,,S,white,nonhispanic,F,Dunmere  Rhode Island  US,1 Mill Lane,Dunmere,\
             Rhode Island,Seaward County,02916,41.500000000,-71.400000000,1000.00,0.00"
        ),
    )?;
    files.row(
        Table::Encounters,
        format_args!(
            "{encounter},2023-05-04T09:00:00Z,2023-05-04T09:30:00Z,{patient},{organization},{provider},{payer},ambulatory,185345009,\
             Visit for a symptom,77.49,77.49,0.00,,"
        ),
    )?;
    files.row(Table::Conditions, format_args!("2023-05-04,,{patient},{encounter},195662009,Acute viral sore throat"))?;
    // A patient who is in no file.
    files.row(Table::Observations, format_args!("2023-06-01T10:00:00Z,{nobody},,vital-signs,8302-2,Body height,171.0,cm,numeric"))?;
    // A row cut short, and one with a comma that wants quotes.
    files.row(Table::Conditions, format_args!("2023-07-01,,{nobody}"))?;
    files.row(
        Table::Procedures,
        format_args!("2023-08-01T10:00:00Z,2023-08-01T10:15:00Z,{patient},{encounter},399208008,Chest X-ray, two views,120.00,,"),
    )?;
    // A date in another country's order, where an instant is asked for.
    files.row(
        Table::Medications,
        format_args!("03/04/2023,,{patient},{payer},{encounter},314076,lisinopril 10 mg tablet,10.00,0.00,1,10.00,,"),
    )
}
