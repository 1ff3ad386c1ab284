//! A peer that is there and says nothing: the program does not wait for ever, and says so.

use super::asked;
use super::bed::Bed;
use super::bed::STEPS;
use super::cut::Proxy;
use super::say;
use crate::databases::Base;
use crate::maria::Maria;
use crate::place::Place;
use crate::place::stderr;
use crate::server::PASSWORD;
use crate::server::Server;
use std::net::TcpListener;
use std::time::Duration;
use std::time::Instant;

/// For how many seconds a server may say nothing.
const SILENCE: u64 = 2;
/// How much longer a run may take on a machine that does much else.
const SLACK: Duration = Duration::from_mins(1);

fn torture(base: Base, seed: u64) {
    if !cfg!(debug_assertions) {
        return say("SKIPPED: a release does not say where it is");
    }
    let url = base.url();
    let proxy = Proxy::of(&url);
    let mut bed = Bed::new(50, base, seed, Some(proxy.url(&url)));
    let often = asked().map_or(1, |asked| (asked / 200).max(1));
    let (mut done, mut inside, mut committed) = (0, 0, 0);
    bed.link.empty();
    // A load, a decision and an undo.
    for (at, step) in STEPS.iter().enumerate() {
        let before = bed.link.print();
        proxy.pass_all();
        bed.run(step.does);
        let whole = proxy.passed();
        bed.back(at);
        let tried = asked().is_some() || [1, 2, 6].contains(&at);
        for _ in 0..if tried { often } else { 0 } {
            let bytes = bed.dice.of(whole);
            proxy.swallow_after(bytes);
            let begun = Instant::now();
            let ended = bed.start_with(step.does, &[("EHR_TO_SILENCE", &SILENCE.to_string())]).end();
            let how = format!("silent after {bytes} of {whole} bytes");
            let told = bed.told(step, &how);
            proxy.hang_up();
            proxy.pass_all();
            bed.link.settle();
            let after = bed.is_after(at, &before, &how);
            // What comes last is a farewell.
            if ended.code != Some(0) || !after {
                assert_eq!(ended.code, Some(5), "{told}: {}", ended.said);
                assert!(ended.said.contains("it has said nothing for "), "{told}: {}", ended.said);
            }
            assert!(!(ended.said.contains("nothing was changed") && after), "{told}: it says that nothing was changed: {}", ended.said);
            assert!(begun.elapsed() < Duration::from_secs(SILENCE.max(10)) + SLACK, "{told}: {:?}", begun.elapsed());
            done += 1;
            committed += u32::from(after);
            inside += u32::from(ended.passed.iter().any(|place| place == "begun"));
            if after {
                bed.finish(at, &how);
                bed.back(at);
            }
        }
        bed.finish(at, "silent before");
        bed.link.forget();
    }
    let name = url.split(':').next().unwrap_or_default();
    say(&format!("{name}: {done} connections fell silent, {inside} of them after the transaction had begun; as after {committed} times"));
}

#[test]
fn postgresql_is_as_before_or_as_after_whenever_it_falls_silent() {
    if let Some(server) = Server::start() {
        torture(Base::Postgres(server), 0x51_1E47);
    }
}

#[test]
fn mariadb_is_as_before_or_as_after_whenever_it_falls_silent() {
    if let Some(server) = Maria::start() {
        torture(Base::Maria(server), 0x51_1E48);
    }
}

/// Whoever takes a connection and never says a word.
#[test]
fn a_server_that_never_says_a_word_is_not_waited_for() {
    let place = Place::new();
    place.ehr("run export --target demo --out order").code(0);
    let mute = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = mute.local_addr().unwrap().port();
    for scheme in ["postgres", "mysql"] {
        for more in ["", "?sslmode=require"] {
            let mut command = assert_cmd::Command::new(crate::place::PROGRAM);
            command.current_dir(place.path("")).env("EHR_TO_PASSWORD", PASSWORD).env("EHR_TO_SILENCE", "2");
            let url = format!("{scheme}://clinic@127.0.0.1:{port}/ehr{more}");
            let begun = Instant::now();
            let said = stderr(&command.args(["import", "order", "--to", &url]).assert().code(5));
            assert!(said.contains("connecting to `") && said.contains("it has said nothing for "), "{url}: {said}");
            assert!(begun.elapsed() < Duration::from_secs(10) + SLACK, "{url}: {:?}", begun.elapsed());
        }
    }
    let mut command = assert_cmd::Command::new(crate::place::PROGRAM);
    command.current_dir(place.path("")).env("EHR_TO_PASSWORD", PASSWORD).env("EHR_TO_SILENCE", "long");
    let said = stderr(&command.args(["import", "order", "--to", &format!("mysql://clinic@127.0.0.1:{port}/ehr")]).assert().code(2));
    assert!(said.contains("`EHR_TO_SILENCE` is a number of seconds, 1 or more"), "{said}");
}
