//! The program ends itself at every place of a load, an undo and a decision.

use super::Way;
use super::asked;
use super::bed::Bed;
use super::bed::STEPS;
use super::places;
use super::run::Ended;
use super::say;
use crate::databases::Base;
use crate::maria::Maria;
use crate::server::Server;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// The signal of a process that aborts.
pub(super) const ABORTED: i32 = 6;

/// Which times of so many a place is tried at: the first, the last and one between, or each.
pub(super) fn times(count: u64, all: bool, between: u64) -> BTreeSet<u64> {
    if all { (1..=count).collect() } else { [1, count, 1 + between % count].into() }
}

/// How often each place was come to.
pub(super) fn counted(ended: &Ended) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for place in &ended.passed {
        *counts.entry(place.clone()).or_default() += 1;
    }
    counts
}

fn torture(base: Base, ways: &[Way]) {
    if !cfg!(debug_assertions) {
        return say("SKIPPED: a release has no places to end at");
    }
    let mut bed = Bed::new(12, base, 0x2545_F491_4F6C_DD1D, None);
    let all = asked().is_some();
    let (mut kills, mut done, mut reached) = (0, 0, BTreeSet::new());
    bed.link.empty();
    for (at, step) in STEPS.iter().enumerate() {
        let before = bed.link.print();
        let ended = bed.run(step.does);
        assert_eq!(bed.link.print(), bed.after[at], "`{}` does otherwise a second time", step.does);
        let counts = counted(&ended);
        reached.extend(counts.keys().cloned());
        bed.back(at);
        assert_eq!(bed.link.print(), before, "`{}` is not brought back", step.does);
        for (place, count) in counts {
            let between = bed.dice.of(count);
            // One time of each place of a decision, which is short, but where all are asked for.
            let tried = |time: &u64| all || step.moves_orders() || *time == 1 + between;
            for time in times(count, all, between).into_iter().filter(tried) {
                let point = format!("{place}:{time}");
                let ended = bed.start(step.does, Some(&point)).end();
                let told = bed.told(step, &point);
                assert_eq!(ended.signal, Some(ABORTED), "{told}: it did not end there: {}", ended.said);
                kills += 1;
                bed.link.settle();
                let after = bed.is_after(at, &before, &point);
                assert_eq!(after, ended.passed.iter().any(|passed| passed == "committed"), "{told}: committed or not");
                done += u32::from(after);
                // Tables that are left would not be made again.
                let leaves = matches!(bed.base, Base::Maria(_)) && before.shape.is_empty();
                // What is as before to the last byte need not be gone on with each time.
                if after || all || leaves || bed.dice.of(4) == 0 {
                    bed.finish(at, &point);
                    bed.back(at);
                }
            }
        }
        bed.finish(at, "undisturbed");
        bed.link.forget();
    }
    let known = places(ways);
    assert_eq!(reached.iter().map(String::as_str).collect::<BTreeSet<_>>(), known, "places that are come to on this way");
    let url = bed.base.url();
    let name = url.split(':').next().unwrap_or_default();
    say(&format!("{name}: ended at {kills} places of loads, undos and decisions, {done} of them after the transaction"));
}

#[test]
fn sqlite_is_as_before_or_as_after_wherever_it_ends() {
    torture(Base::Sqlite, &[Way::Base]);
}

#[test]
fn postgresql_is_as_before_or_as_after_wherever_it_ends() {
    if let Some(server) = Server::start() {
        torture(Base::Postgres(server), &[Way::Base]);
    }
}

#[test]
fn mariadb_is_as_before_or_as_after_wherever_it_ends() {
    if let Some(server) = Maria::start() {
        torture(Base::Maria(server), &[Way::Base, Way::MariaDb]);
    }
}
