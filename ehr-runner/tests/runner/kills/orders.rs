//! The program ends itself wherever an order is made, gone on with, or watched for.

use super::Way;
use super::asked;
use super::bed;
use super::places;
use super::points::ABORTED;
use super::points::counted;
use super::points::times;
use super::print::Link;
use super::print::Print;
use super::run::Run;
use super::run::noon;
use super::say;
use crate::databases::Base;
use crate::place::PATIENTS;
use crate::place::Place;
use crate::resume::content;
use crate::resume::with_rejects;
use crate::watch::Watching;
use crate::watch::count;
use crate::watch::until;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;

const RUN: &str = "run export --target demo --out order --today 2024-06-01";
const WATCH: &str = "watch incoming --target demo --out orders --settle 0.1 --wait 0.1 --tries 2 --poll 0.1 --to sqlite:clinic.db";

/// An order's folder, and the database.
type Whole = (BTreeMap<String, Vec<u8>>, Print);

fn whole(place: &Place, folder: &str) -> Whole {
    let files = content(&place.path(folder), "");
    (files, Link::to(place, &Base::Sqlite).print())
}

/// Leaves neither.
fn clear(place: &Place, folder: &str) {
    drop(fs::remove_dir_all(place.path(folder)));
    Link::to(place, &Base::Sqlite).empty();
}

fn assert_same(found: &Whole, undisturbed: &Whole, told: &str) {
    let differ: Vec<&String> =
        found.0.keys().chain(undisturbed.0.keys()).filter(|name| found.0.get(*name) != undisturbed.0.get(*name)).collect();
    assert!(differ.is_empty(), "{told}: {differ:?} differ");
    assert_eq!(found.1, undisturbed.1, "{told}");
}

/// The whole way, into a database that is called the same from everywhere.
fn run(place: &Place) -> String {
    format!("{RUN} --to sqlite:{}", place.path("clinic.db").display())
}

/// How one goes on with what is there.
fn going_on(place: &Place) -> String {
    let hidden = place.partials().iter().any(|name| place.has(&format!("{name}/order.json")));
    if place.has("order") || hidden { "resume order".to_owned() } else { run(place) }
}

#[test]
fn an_order_is_the_same_wherever_its_run_and_what_goes_on_with_it_end() {
    if !cfg!(debug_assertions) {
        return say("SKIPPED: a release has no places to end at");
    }
    let place = bed::tracked();
    with_rejects(&place);
    let ended = Run::start(&place, &run(&place), None).end();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let undisturbed = whole(&place, "order");
    clear(&place, "order");
    let mut dice = super::Dice::new(0x0DDB_1A5E_5BAD_5EED);
    let (seed, all, counts) = (dice.0, asked().is_some(), counted(&ended));
    let names: Vec<&String> = counts.keys().collect();
    let (mut kills, mut reached) = (0, counts.keys().cloned().collect::<BTreeSet<_>>());
    for (name, count) in &counts {
        let between = dice.of(*count);
        for time in times(*count, all, between) {
            let point = format!("{name}:{time}");
            let ended = Run::start(&place, &run(&place), Some(&point)).end();
            assert_eq!(ended.signal, Some(ABORTED), "{point}: {}", ended.said);
            // What goes on with it may end as well.
            let other = format!("{}:{}", names[usize::try_from(dice.of(names.len() as u64)).unwrap()], 1 + dice.of(3));
            let told = format!("EHR_SEED={seed}, {point}, then {other}");
            let ended = Run::start(&place, &going_on(&place), Some(&other)).end();
            assert!(ended.code == Some(0) || ended.signal == Some(ABORTED), "{told}: {}", ended.said);
            kills += 1 + u32::from(ended.signal.is_some());
            reached.extend(ended.passed);
            let ended = Run::start(&place, &going_on(&place), None).end();
            assert_eq!(ended.code, Some(0), "{told}: {}", ended.said);
            assert_same(&whole(&place, "order"), &undisturbed, &told);
            assert!(place.partials().is_empty(), "{told}: {:?}", place.partials());
            clear(&place, "order");
        }
    }
    // What a stage left that is done again makes way.
    place.ehr(&format!("{RUN} --until convert")).code(0);
    place.write("order/categorized/patient.csv", "id\nmallory\n");
    let ended = Run::start(&place, "resume order --to sqlite:clinic.db", Some("made_way:1")).end();
    assert_eq!(ended.signal, Some(ABORTED), "{}", ended.said);
    reached.extend(ended.passed);
    let ended = Run::start(&place, "resume order --to sqlite:clinic.db", None).end();
    assert_eq!(ended.code, Some(0), "{}", ended.said);
    let (mut found, mut whole) = (whole(&place, "order"), undisturbed);
    for (files, _) in [&mut found, &mut whole] {
        // They say by which command the order was to be loaded.
        files.remove("order.json");
    }
    assert_same(&found, &whole, "made_way");
    let known: BTreeSet<&str> =
        places(&[Way::Base, Way::Order]).into_iter().filter(|name| !["striking", "taken_out"].contains(name)).collect();
    assert_eq!(reached.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
    say(&format!("orders: ended at {} places of runs, and of what went on with them", kills + 1));
}

#[test]
fn an_export_is_run_once_wherever_its_watcher_ends() {
    if !cfg!(debug_assertions) {
        return say("SKIPPED: a release has no places to end at");
    }
    let place = Place::new();
    place.write("incoming/monday/patients.csv", PATIENTS);
    place.write("incoming/monday/visits.csv", "Id,PATIENT,START,COST\nv1,p1,2024-03-01 09:30:00,12.50\n");
    let log = place.path("watched.log");
    // An order has the day on which it is made.
    let watching = Watching::start_with(&place, WATCH, &[("EHR_FAILPOINT_LOG", log.to_str().unwrap()), ("TZ", noon())]);
    let book = until(&place, "done", |book| count(book, "done") == 1);
    let name = book["exports"].as_object().unwrap().values().next().unwrap()["order"].as_str().unwrap().to_owned();
    watching.stop();
    let order = format!("orders/{name}");
    let undisturbed = whole(&place, &order);
    let passed = place.read("watched.log");
    let mut kills = 0;
    for point in places(&[Way::Watch]).into_iter().chain(["placed", "committed", "amended"]) {
        let came = passed.lines().filter(|line| *line == point).count() as u64;
        for time in times(came, asked().is_some(), came / 2) {
            clear(&place, "orders");
            let told = format!("{point}:{time}");
            let ended = Run::start(&place, WATCH, Some(&told)).end();
            assert_eq!(ended.signal, Some(ABORTED), "{told}: {}", ended.said);
            kills += 1;
            let watching = Watching::start_with(&place, WATCH, &[("TZ", noon())]);
            let book = until(&place, "done", |book| count(book, "done") == 1);
            watching.stop();
            let exports: Vec<_> = book["exports"].as_object().unwrap().values().collect();
            assert_eq!((exports.len(), exports[0]["tries"].as_u64()), (1, Some(1)), "{told}");
            assert_same(&whole(&place, &order), &undisturbed, &told);
        }
    }
    say(&format!("watching: ended at {kills} places"));
}
