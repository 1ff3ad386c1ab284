//! Whatever a small export holds: each row has one fate, the one that a plain computation gives it, and twice the same.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "ledger/ruleset.rs"]
mod ruleset;

use ehr_rules::InputFile;
use ehr_rules::Order;
use ehr_rules::Outcome;
use ehr_rules::Rulebook;
use polars::prelude::CsvWriter;
use polars::prelude::SerWriter;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::Path;

type Fields = Vec<String>;

/// An export: people in two files, visits and wards.
#[derive(Debug, Clone)]
struct Export {
    people: Vec<Fields>,
    /// How many of them stand in the first file.
    first: usize,
    visits: Vec<Fields>,
    wards: Vec<Fields>,
}

/// What became of a row; where several things did, the first in this order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fate {
    Converted,
    Rejected,
    Merged,
    Filtered,
    Unused,
}

/// Fates of each row of a table, as a plain computation gives them.
type Fates = Vec<BTreeSet<Fate>>;

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = String> {
    proptest::sample::select(texts).prop_map(str::to_owned)
}

/// Now and then a row has a field too few or too many.
fn ragged(fields: impl Strategy<Value = Fields>) -> impl Strategy<Value = Fields> {
    (fields, 0..16_u8).prop_map(|(mut fields, chance)| {
        match chance {
            0 => drop(fields.pop()),
            1 => fields.push("x".to_owned()),
            _ => {}
        }
        fields
    })
}

fn export() -> impl Strategy<Value = Export> {
    const IDS: &[&str] = &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "", "x"];
    const DAYS: &[&str] = &["1999-12-31", "2000-01-01", "2001-02-03", "2001-02-03", "2004-02-29", "2001-02-29", "", "soon"];
    let people = (
        one_of(IDS),
        one_of(DAYS),
        one_of(&["", "", "", "a", "b", "c", "d", "e"]),
        one_of(&["", "", "", "1", "2", "99"]),
        one_of(&["", "1", "3", "0"]),
    );
    let visits = (
        one_of(&["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", ""]),
        one_of(&["1", "2", "3", "4", "5", "6", "7"]),
        one_of(DAYS),
        one_of(&["W1", "W2", "W3", "W3", "W3", "W4", "W4", ""]),
    );
    let wards = (one_of(&["W1", "W2", "W3", "W4", ""]), one_of(&["North", "South", ""]), one_of(&["", "4", "0", "-1"]));
    (
        proptest::collection::vec(ragged(people.prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e])), 0..16),
        0..16_usize,
        proptest::collection::vec(ragged(visits.prop_map(|(a, b, c, d)| vec![a, b, c, d])), 0..20),
        proptest::collection::vec(ragged(wards.prop_map(|(a, b, c)| vec![a, b, c])), 0..6),
    )
        .prop_map(|(people, first, visits, wards)| Export { first: first.min(people.len()), people, visits, wards })
}

fn day(text: &str) -> Result<Option<chrono::NaiveDate>, ()> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| ()) }
}

fn number(text: &str) -> Result<Option<i64>, ()> {
    if text.is_empty() { Ok(None) } else { text.parse().map(Some).map_err(|_| ()) }
}

/// Each row's fates, without any of the code under test: people, visits, wards.
fn fates(export: &Export) -> [Fates; 3] {
    let mut people: Fates = vec![BTreeSet::new(); export.people.len()];
    let mut visits: Fates = vec![BTreeSet::new(); export.visits.len()];
    let mut wards: Fates = vec![BTreeSet::new(); export.wards.len()];

    // What each row says by itself.
    let read_people: Vec<_> = export
        .people
        .iter()
        .map(|row| {
            let [id, born, tag, mother, parts] = row.as_slice() else { return None };
            let tag = if tag.is_empty() { None } else { Some(tag.clone()) };
            Some((number(id).ok()??, day(born).ok()?, tag, number(mother).ok()?, number(parts).ok()?))
        })
        .collect();
    let read_visits: Vec<_> = export
        .visits
        .iter()
        .map(|row| {
            let [no, person, at, ward] = row.as_slice() else { return None };
            (!no.is_empty()).then_some((no, number(person).ok()??, day(at).ok()??, ward))
        })
        .collect();
    let mut beds: BTreeMap<&str, usize> = BTreeMap::new();
    for (row, fates) in export.wards.iter().zip(&mut wards) {
        match row.as_slice() {
            [code, _, beds_of] if !code.is_empty() && number(beds_of).unwrap().is_none_or(|beds| beds >= 0) => {
                *beds.entry(code).or_default() += 1;
                fates.insert(Fate::Unused);
            }
            _ => {
                fates.insert(Fate::Rejected);
            }
        }
    }

    // What no row knows by itself. A mother is anybody who could be read.
    let known: BTreeSet<i64> = read_people.iter().flatten().map(|(id, ..)| *id).collect();
    let (mut kept, mut tags, mut births) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for (row, fates) in read_people.iter().zip(&mut people) {
        let sound = row.as_ref().filter(|(id, _, tag, mother, _)| {
            mother.is_none_or(|mother| known.contains(&mother)) && !kept.contains(id) && tag.as_ref().is_none_or(|tag| !tags.contains(tag))
        });
        let Some((id, born, tag, _, parts)) = sound else {
            fates.insert(Fate::Rejected);
            continue;
        };
        kept.insert(*id);
        tags.extend(tag.clone());
        fates.insert(match born {
            None => Fate::Filtered,
            Some(_) if *parts == Some(0) => Fate::Rejected,
            Some(born) if births.insert(*born) => Fate::Converted,
            Some(_) => Fate::Merged,
        });
    }
    let (mut numbers, mut grouped) = (BTreeSet::new(), BTreeSet::new());
    let mut last: BTreeMap<i64, (chrono::NaiveDate, usize)> = BTreeMap::new();
    let mut days: BTreeMap<(i64, chrono::NaiveDate), Vec<(&str, usize)>> = BTreeMap::new();
    for (at, row) in read_visits.iter().enumerate() {
        let sound = row.filter(|(no, person, ..)| kept.contains(person) && numbers.insert((*no).clone()));
        let Some((_, person, on, ward)) = sound else {
            visits[at].insert(Fate::Rejected);
            continue;
        };
        visits[at].insert(if beds.get(ward.as_str()) != Some(&1) {
            Fate::Rejected
        } else if on.to_string().as_str() < "2000-01-01" {
            Fate::Filtered
        } else if grouped.insert(person) {
            Fate::Converted
        } else {
            Fate::Merged
        });
        match ward.as_str() {
            "W1" | "W3" => days.entry((person, on)).or_default().push((ward, at)),
            _ => {
                visits[at].insert(Fate::Filtered);
            }
        }
        match last.get(&person) {
            Some((latest, _)) if *latest >= on => {
                visits[at].insert(Fate::Merged);
            }
            _ => {
                if let Some((_, before)) = last.insert(person, (on, at)) {
                    visits[before].insert(Fate::Merged);
                }
            }
        }
    }
    // A day with two visits of one ward has no place for them; nothing asks for the others.
    for rows in days.values() {
        let twice = (0..rows.len()).any(|at| rows[..at].iter().any(|(ward, _)| *ward == rows[at].0));
        for (nth, (_, at)) in rows.iter().enumerate() {
            visits[*at].insert(match nth {
                _ if twice => Fate::Rejected,
                0 => Fate::Unused,
                _ => Fate::Merged,
            });
        }
    }
    // Nothing asks for the last visits.
    for (_, at) in last.values() {
        visits[*at].insert(Fate::Unused);
    }
    [people, visits, wards]
}

/// A table's counts: read, converted, rejected, merged, filtered, unused.
fn counts(fates: &Fates) -> [u64; 6] {
    let mut counts = [fates.len() as u64, 0, 0, 0, 0, 0];
    for fate in fates.iter().filter_map(BTreeSet::first) {
        counts[*fate as usize + 1] += 1;
    }
    counts
}

/// One run: its outcome, its tables as CSV, and its rejects.
fn run(book: &Rulebook, export: &Export, folder: &Path) -> (Outcome, BTreeMap<String, String>, BTreeMap<String, Vec<u8>>) {
    let (first, second) = export.people.split_at(export.first);
    let tables = [
        ("people-1.csv", "Id,Born,Tag,Mother,Parts", first),
        ("people-2.csv", "Id,Born,Tag,Mother,Parts", second),
        ("visits.csv", "No,Person,Day,Ward", &export.visits),
        ("wards.csv", "Code,Name,Beds", &export.wards),
    ];
    let mut files = Vec::new();
    for (name, header, rows) in tables {
        let text: String = std::iter::once(header.to_owned()).chain(rows.iter().map(|row| row.join(","))).map(|line| line + "\n").collect();
        let path = folder.join(name);
        std::fs::write(&path, &text).unwrap();
        files.push(InputFile { name: name.to_owned(), path, bytes: text.len() as u64 });
    }
    let today = chrono::NaiveDate::from_ymd_opt(2024, 6, 1).unwrap();
    // The plain computation knows every category, also the one that the target does not ask for.
    let order = Order { whole_categories: true, ..Order::new(folder.join("order"), today) };
    std::fs::create_dir(&order.folder).unwrap();
    let job = book.start(&"small/1".parse().unwrap(), "out", &files, order).unwrap();
    let common = job.categorize(&job.assess(job.read().unwrap()).unwrap()).unwrap();
    let converted = job.convert(&common).unwrap();
    job.verify(&converted).unwrap();
    let outcome = job.finish().unwrap();
    let mut texts = BTreeMap::new();
    for table in common.tables().iter().chain(converted.tables()) {
        let mut text = Vec::new();
        CsvWriter::new(&mut text).finish(&mut table.frame().unwrap().collect().unwrap()).unwrap();
        texts.insert(table.name.clone(), String::from_utf8(text).unwrap());
    }
    let mut rejects = BTreeMap::new();
    for entry in std::fs::read_dir(folder.join("order/rejects")).into_iter().flatten() {
        let path = entry.unwrap().path();
        rejects.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
    }
    (outcome, texts, rejects)
}

/// Files and lines that a table's rejects name.
fn places(rejects: Option<&Vec<u8>>) -> BTreeSet<(String, usize)> {
    let mut reader = csv::Reader::from_reader(rejects.map(Vec::as_slice).unwrap_or_default());
    let header = reader.headers().unwrap().clone();
    let at = |name: &str| header.iter().position(|known| known == name).unwrap();
    reader.records().map(Result::unwrap).map(|record| (record[at("_file")].to_owned(), record[at("_line")].parse().unwrap())).collect()
}

fn book() -> Rulebook {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in ruleset::FILES {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (book, said) = Rulebook::load(&[folder.path().to_owned()]).unwrap();
    assert!(said.is_empty(), "{}", said.to_text());
    book
}

#[test]
fn every_row_has_the_fate_that_a_plain_computation_gives_it() {
    let book = book();
    let config = ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(export in export())| {
        let folder = tempfile::tempdir().unwrap();
        let (outcome, tables, rejects) = run(&book, &export, folder.path());
        prop_assert!(outcome.balanced && !outcome.failed(), "{outcome:#?}");
        let expected = fates(&export);
        for (name, fates) in ["people", "visits", "wards"].into_iter().zip(&expected) {
            let balance = outcome.tables.iter().find(|balance| balance.table == name).unwrap();
            let made = [balance.read, balance.converted, balance.rejected, balance.merged, balance.filtered, balance.unused];
            prop_assert_eq!(made, counts(fates), "{}: read, converted, rejected, merged, filtered, unused", name);

            let place = |at: usize| match (name, at.checked_sub(export.first)) {
                ("people", None) => ("people-1.csv".to_owned(), at + 2),
                ("people", Some(at)) => ("people-2.csv".to_owned(), at + 2),
                _ => (format!("{name}.csv"), at + 2),
            };
            let rejected: BTreeSet<_> =
                fates.iter().enumerate().filter(|(_, fates)| fates.contains(&Fate::Rejected)).map(|(at, _)| place(at)).collect();
            if rejected.is_empty() {
                prop_assert!(!rejects.contains_key(name));
            } else {
                prop_assert_eq!(places(rejects.get(name)), rejected);
            }
        }
        let rows = |table: &str| tables[table].lines().count() as u64 - 1;
        prop_assert_eq!((rows("persons"), rows("periods")), (counts(&expected[0])[1], counts(&expected[1])[1]));
        for output in &outcome.outputs {
            prop_assert_eq!(output.rows, rows(&output.table));
            prop_assert_eq!(output.from.values().sum::<u64>(), output.rows);
        }

        let again = tempfile::tempdir().unwrap();
        let (outcome_again, tables_again, rejects_again) = run(&book, &export, again.path());
        prop_assert_eq!(tables, tables_again);
        prop_assert_eq!(rejects, rejects_again);
        prop_assert_eq!(outcome.tables, outcome_again.tables);
        prop_assert_eq!(outcome.findings, outcome_again.findings);
    });
}
