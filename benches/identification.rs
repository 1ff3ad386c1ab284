//! Exports are identified, however they come: a part of what `identify` measures, with what must hold.
#![expect(clippy::unwrap_used, reason = "a test may")]

mod exports;

use ehr_rules::Rulebook;
use exports::catalogue;
use exports::judge::Judge;
use exports::mutate::Mutation;
use exports::tally::Tally;
use exports::tally::share;
use std::path::Path;

fn rules() -> Rulebook {
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets");
    Rulebook::load(&[rules]).unwrap().0
}

#[test]
fn the_truth_is_in_the_set_however_an_export_comes() {
    let book = rules();
    let judge = Judge::new(&book);
    let (mut all, mut little, mut much) = (Tally::default(), Tally::default(), Tally::default());
    for (at, (mutation, strengths)) in Mutation::ALL.iter().enumerate() {
        for (step, strength) in strengths.iter().enumerate() {
            // Each version meets a part of what may happen; all of it is what the benchmark is for.
            let part = if *mutation == Mutation::None { 1 } else { 7 };
            for (number, schema) in judge.versions().enumerate().filter(|(number, _)| (number + at + step) % part == 0) {
                let tally = judge.one(schema, *mutation, *strength, (at + number) as u64).unwrap();
                assert!(*mutation != Mutation::None || tally.wider == 0, "{:#?}", tally.missed);
                all.add(tally.clone());
                // What a file is, its values alone do not always tell.
                let bare = *mutation == Mutation::NoHeader || schema.tables.iter().any(|table| !table.header.is_empty());
                match (bare, *strength <= 0.1) {
                    (true, _) => {}
                    (false, true) => little.add(tally),
                    (false, false) => much.add(tally),
                }
            }
        }
    }
    assert!(little.exports > 30 && little.held() >= 0.999, "{:#?}", little.missed);
    assert!(much.exports > 15 && much.held() >= 0.97, "{:#?}", much.missed);
    assert!(all.wrong_system == 0, "{:#?}", all.missed);
    assert!(all.calibration_error() < 0.05, "{}", all.calibration_error());
    assert!(share(all.renamed.0, all.renamed.1) >= 0.99, "{:?}", all.renamed);
    assert!(all.in_set > all.exact && all.in_set > all.jaccard);
}

#[test]
fn two_exports_in_one_folder_are_both_named() {
    let book = rules();
    let judge = Judge::new(&book);
    let versions: Vec<_> = judge.versions().collect();
    let mut tally = Tally::default();
    for (at, one) in versions.iter().enumerate() {
        for other in versions.iter().skip(at + 1).step_by(4).filter(|other| other.system != one.system) {
            tally.add(judge.mixed(one, other, at as u64).unwrap());
        }
    }
    assert!(tally.exports > 5 && tally.wrong_system == 0 && tally.held() >= 0.99, "{:#?}", tally.missed);
}

#[test]
fn what_nobody_knows_is_unknown() {
    let book = rules();
    let judge = Judge::new(&book);
    let mut tally = Tally::default();
    for seed in 0..60 {
        tally.add(judge.foreign(seed % 4 == 0, seed).unwrap());
    }
    assert!(tally.unknown == tally.exports, "{:#?}", tally.missed);
}

#[test]
fn thousands_of_tables_cost_little() {
    let timed = catalogue::time(1_000, 50).unwrap();
    assert!(timed.right && timed.files == 50 && timed.tables >= 1_000, "{timed:?}");
    // Looking at each table for each file would cost far more than reading the rules does.
    assert!(timed.detect < timed.load * 20, "{timed:?}");
}
