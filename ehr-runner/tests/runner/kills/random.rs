//! Kills at random moments: of the loader, of the server's end of its connection, of the whole server; several in a row, then on to the end.

use super::asked;
use super::bed::Bed;
use super::bed::Lasting;
use super::bed::STEPS;
use super::print::Link;
use super::print::Print;
use super::run::Ended;
use super::say;
use crate::databases::Base;
use crate::maria::Maria;
use crate::server::Server;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Duration;

/// Rows of the first order's largest table: enough for a kill to land among them.
const ROWS: u32 = 3_000;
/// Of so many kills that are asked for, so many go to each database.
const SHARES: [u32; 3] = [60, 24, 16];
/// As many as every run of the tests has time for.
const USUAL: [u32; 3] = [90, 50, 30];

/// Who is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    Loader,
    Connection,
    Server,
}

/// Where a kill lands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Where {
    Before,
    Inside,
    After,
}

fn landed(passed: &[String]) -> Where {
    let has = |place: &str| passed.iter().any(|passed| passed == place);
    match (has("begun"), has("committed")) {
        (false, _) => Where::Before,
        (true, false) => Where::Inside,
        (true, true) => Where::After,
    }
}

/// Strikes once; where it landed, and whether the database is as after the step.
fn strike(bed: &mut Bed, at: usize, before: &Print, who: Who) -> (Where, bool) {
    let Lasting { whole, inside } = bed.lasting[at];
    let (mut run, part) = (bed.start(STEPS[at].does, None), bed.dice.part());
    // One in five at any moment at all, the others at any moment of the transaction.
    if bed.dice.of(5) == 0 {
        std::thread::sleep(whole.mul_f64(part));
    } else if run.until("begun").is_some() {
        std::thread::sleep(inside.mul_f64(part * 1.05));
    }
    let place = match who {
        Who::Loader => {
            run.kill();
            None
        }
        Who::Connection => {
            let place = landed(&run.passed());
            let others = bed.link.end_others();
            Some(if others == 0 && place == Where::Inside { Where::After } else { place })
        }
        Who::Server => {
            let place = landed(&run.passed());
            match (&mut bed.base, bed.dice.of(2)) {
                (Base::Postgres(server), 0) => server.crash_and_restart(),
                (Base::Postgres(server), _) => server.kill_and_restart(),
                (Base::Maria(server), _) => server.kill_and_restart(),
                (Base::Sqlite, _) => {}
            }
            Some(place)
        }
    };
    let ended = run.end();
    if who == Who::Server {
        bed.link = Link::to(&bed.place, &bed.base);
    }
    let place = place.unwrap_or_else(|| landed(&ended.passed));
    bed.link.settle();
    let how = format!("{who:?} killed {place:?} after {:?}", ended.lasted);
    let after = bed.is_after(at, before, &how);
    holds(&bed.told(&STEPS[at], &how), who, &ended, after);
    (place, after)
}

/// What a run says of itself is true.
fn holds(told: &str, who: Who, ended: &Ended, after: bool) {
    let has = |place: &str| ended.passed.iter().any(|passed| passed == place);
    assert!(after || !has("committed"), "{told}: it was committed, and is not there");
    assert!(!after || has("committing"), "{told}: it was not committed, and is there");
    match (who, ended.code) {
        (Who::Loader, None) | (_, Some(0)) => {}
        (Who::Connection | Who::Server, Some(5)) => {
            let nothing = ended.said.contains("nothing was changed");
            assert!(!nothing || !after, "{told}: it says that nothing was changed: {}", ended.said);
            let words = ["nothing was changed", "fell silent at the very end", "connecting to", "is there already"];
            assert!(words.iter().any(|word| ended.said.contains(word)), "{told}: nobody knows what to do: {}", ended.said);
        }
        // A server waits for a password for a minute, which a machine with much else to do may not have.
        (Who::Loader, Some(5)) if ended.said.contains("connecting to") => assert!(!after, "{told}"),
        (_, code) => panic!("{told}: status {code:?}: {}", ended.said),
    }
    assert!(after || ended.code != Some(0), "{told}: it says that it is done");
}

fn torture(base: Base, which: usize) {
    if !cfg!(debug_assertions) {
        return say("SKIPPED: a release does not say where it is");
    }
    let kills = asked().map_or(USUAL[which], |asked| (asked * SHARES[which]).div_ceil(100));
    let mut bed = Bed::new(ROWS, base, 0x9E37_79B9_7F4A_7C15 + u64::try_from(which).unwrap(), None);
    let mut seen: BTreeMap<(Who, Where), u32> = BTreeMap::new();
    let (mut done, mut committed, mut rounds) = (0, 0, 0);
    while done < kills {
        // One time in four the tables are to be made as well.
        if rounds % 4 == 0 {
            bed.link.empty();
        }
        rounds += 1;
        for at in 0..STEPS.len() {
            let before = bed.link.print();
            for _ in 0..=bed.dice.of(3) {
                let who = match (&bed.base, bed.dice.of(20)) {
                    (Base::Sqlite, _) | (_, 6..) => Who::Loader,
                    (_, 0 | 1) => Who::Server,
                    (_, _) => Who::Connection,
                };
                let (place, after) = strike(&mut bed, at, &before, who);
                *seen.entry((who, place)).or_default() += 1;
                done += 1;
                committed += u32::from(after);
                if after {
                    break;
                }
            }
            let ended = bed.finish(at, "killed before");
            // The machine may have more to do now, or less.
            if ended.passed.iter().any(|place| place == "committed") {
                let lasting = &mut bed.lasting[at];
                let now = ended.lasted.max(Duration::from_millis(1));
                lasting.inside = lasting.inside.mul_f64((now.as_secs_f64() / lasting.whole.as_secs_f64()).clamp(0.5, 2.0));
                lasting.whole = now;
            }
            bed.link.forget();
        }
    }
    summary(&bed, &seen, done, committed);
    let inside: u32 = seen.iter().filter(|((_, place), _)| *place == Where::Inside).map(|(_, count)| count).sum();
    assert!(inside * 3 >= done, "{seen:?}: nearly all kills miss the transaction");
}

fn summary(bed: &Bed, seen: &BTreeMap<(Who, Where), u32>, done: u32, committed: u32) {
    let url = bed.base.url();
    let mut text = format!("{}: {done} kills at random moments", url.split(':').next().unwrap_or_default());
    for who in [Who::Loader, Who::Connection, Who::Server] {
        let [before, inside, after] = [Where::Before, Where::Inside, Where::After].map(|place| seen.get(&(who, place)).unwrap_or(&0));
        if before + inside + after > 0 {
            let name = format!("{who:?}").to_lowercase();
            write!(text, "; {name}: {before} before the transaction, {inside} inside it, {after} after it").unwrap();
        }
    }
    say(&format!("{text}; as before {} times, as after {committed} times", done - committed));
}

#[test]
fn sqlite_is_as_before_or_as_after_whenever_it_is_killed() {
    torture(Base::Sqlite, 0);
}

#[test]
fn postgresql_is_as_before_or_as_after_whenever_it_is_killed() {
    if let Some(server) = Server::start() {
        torture(Base::Postgres(server), 1);
    }
}

#[test]
fn mariadb_is_as_before_or_as_after_whenever_it_is_killed() {
    if let Some(server) = Maria::start() {
        torture(Base::Maria(server), 2);
    }
}
