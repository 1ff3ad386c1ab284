//! People and places: organizations, providers, payers and patients.

use crate::generator::chance::Chance;
use crate::generator::chance::Uuid;
use crate::generator::files::Files;
use crate::generator::files::Table;
use crate::generator::moment::Amount;
use crate::generator::moment::DAY;
use crate::generator::moment::Day;
use crate::generator::moment::Instant;
use crate::generator::moment::Maybe;
use crate::generator::words;
use std::io;

/// The day the export was made: 2024-01-31.
pub(super) const EXPORTED: Day = Day(19_753);

/// Whom everybody refers to.
#[derive(Debug)]
pub(super) struct Network {
    /// A provider and the organization it works for.
    pub(super) providers: Vec<(Uuid, Uuid)>,
    /// Payers.
    pub(super) payers: Vec<Uuid>,
}

/// A patient, as far as care needs it.
#[derive(Debug)]
pub(super) struct Person {
    /// Whose care it is.
    pub(super) id: Uuid,
    /// Who pays.
    pub(super) payer: Uuid,
    /// From here on there can be encounters.
    pub(super) from: Instant,
    /// Until here.
    pub(super) to: Instant,
}

/// Writes organizations, providers and payers; a few, however many patients there are.
pub(super) fn network(files: &mut Files, chance: &mut Chance, patients: u64) -> io::Result<Network> {
    let mut network = Network { providers: Vec::new(), payers: Vec::new() };
    for number in 0..(patients / 20).clamp(4, 400) {
        let organization = chance.uuid();
        let (town, _, zip) = town(chance);
        let street = street(chance);
        let phone = if number % 7 == 6 { String::new() } else { format!("555-01{:02}", number % 100) };
        let upper = town.to_uppercase();
        files.row(
            Table::Organizations,
            format_args!(
                "{organization},{upper} CLINIC {},{street},{upper},RI,{zip},41.{:06},-71.{:06},{phone},0.0,{}",
                number + 1,
                500_000 + number,
                400_000 + number,
                chance.below(90)
            ),
        )?;
        for _ in 0..3 {
            let provider = chance.uuid();
            let (given, family) = name(chance);
            let gender = chance.text(&["F", "M"]);
            let speciality = chance.text(words::SPECIALITY);
            files.row(
                Table::Providers,
                format_args!(
                    "{provider},{organization},{given} {family},{gender},{speciality},{street},{upper},RI,{zip},41.{:06},-71.{:06},{}",
                    500_000 + number,
                    400_000 + number,
                    chance.below(60)
                ),
            )?;
            network.providers.push((provider, organization));
        }
    }
    for (number, name) in words::PAYER.iter().enumerate() {
        let payer = chance.uuid();
        let home = if *name == "NO_INSURANCE" {
            ",,,,".to_owned()
        } else {
            format!("{} Harbour Street,Dunmere,RI,02916,555-017{number}", number + 1)
        };
        files.row(
            Table::Payers,
            format_args!(
                "{payer},{name},{home},{}.00,{}.50,{}.00,{number},0,0,0,0,0,0,0,{number},0.9{number},{}",
                number * 1_000,
                number * 10,
                number * 2_000,
                number * 12
            ),
        )?;
        network.payers.push(payer);
    }
    Ok(network)
}

/// Writes one patient, and who paid for the patient over the years.
pub(super) fn person(files: &mut Files, chance: &mut Chance, network: &Network) -> io::Result<Person> {
    let id = chance.uuid();
    let born = Day(chance.between(-14_000, EXPORTED.0 - 400));
    let days = EXPORTED.0 - born.0;
    let old = days > 50 * 365;
    let died = (old && chance.percent(14)).then(|| Day(EXPORTED.0 - chance.between(30, 6_000).min(days / 2)));
    let (given, family) = name(chance);
    let gender = chance.text(&["F", "M"]);
    let adult = days > 18 * 365;
    let marital = if adult { chance.text(&["S", "M", "M", "D", "W", ""]) } else { "" };
    let prefix = match (adult, gender) {
        (false, _) => "",
        (true, "M") => "Mr.",
        (true, _) if marital == "M" => "Mrs.",
        (true, _) => "Ms.",
    };
    let maiden = if prefix == "Mrs." { chance.text(words::FAMILY) } else { "" };
    let race = chance.text(words::RACE);
    let ethnicity = if chance.percent(12) { "hispanic" } else { "nonhispanic" };
    let street = street(chance);
    let (town, county, zip) = town(chance);
    let (birthplace, _, _) = self::town(chance);
    // Numbers that nobody can hold: area 999 has never been issued.
    let (middle, last) = (10 + chance.below(90), chance.below(10_000));
    let (driver, passport) = if adult {
        (format!("S999{:05}", chance.below(100_000)), format!("X{:08}X", chance.below(100_000_000)))
    } else {
        Default::default()
    };
    let (latitude, longitude) = (chance.below(1_000_000_000), chance.below(1_000_000_000));
    let (expenses, coverage) = (Amount(chance.between(100_000, 90_000_000)), Amount(chance.between(0, 900_000)));
    files.row(
        Table::Patients,
        format_args!(
            "{id},{born},{},999-{middle}-{last:04},{driver},{passport},{prefix},{given},{family},,{maiden},{marital},{race},{ethnicity},{gender},\
             {birthplace}  Rhode Island  US,{street},{town},Rhode Island,{county},{zip},41.{latitude:09},-71.{longitude:09},{expenses},{coverage}",
            Maybe(died),
        ),
    )?;
    let payer = *chance.pick(&network.payers).unwrap_or(&id);
    let to = Instant(died.unwrap_or(EXPORTED).start().0 - 2 * DAY);
    let from = Instant(born.start().0.max(to.0 - 20 * 365 * DAY) + chance.between(0, 80_000));
    let middle = Instant(i64::midpoint(from.0, to.0));
    for (start, end) in [(from, middle), (middle, to)] {
        files.row(Table::PayerTransitions, format_args!("{id},{},{start},{end},{payer},,Self,{given} {family}", chance.uuid()))?;
    }
    Ok(Person { id, payer, from, to })
}

/// A given name and a family name, with digits after them as Synthea has them, so that nobody takes them for real.
fn name(chance: &mut Chance) -> (String, String) {
    let given = format!("{}{}", chance.text(words::GIVEN), chance.below(1_000));
    (given, format!("{}{}", chance.text(words::FAMILY), chance.below(1_000)))
}

/// A house number and a street.
fn street(chance: &mut Chance) -> String {
    format!("{} {}", 1 + chance.below(240), chance.text(words::STREET))
}

/// A town, its county and postcode.
fn town(chance: &mut Chance) -> (&'static str, &'static str, &'static str) {
    chance.pick(words::TOWN).copied().unwrap_or_default()
}
