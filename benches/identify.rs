//! `identify [--rules DIR] [--only WHAT] [ROUNDS [TABLES [FILES]]]`: how well exports are identified, and how fast.
//!
//! Each version in the rulesets is exported so many times and spoilt in each way at each strength; the answers are held
//! against the truth, beside those of equal headers and of headers that share the most. Then come systems that nobody
//! knows and files that are no tables, and last a folder of FILES files against a catalogue of TABLES tables.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it measured")]

mod exports;

use ehr_rules::Rulebook;
use exports::catalogue;
use exports::judge::Judge;
use exports::mutate::Mutation;
use exports::tally::Tally;
use exports::tally::share;
use std::error::Error;
use std::path::PathBuf;
use std::process::ExitCode;

/// Misses that are shown.
const SHOWN: usize = 60;

fn main() -> ExitCode {
    let mut rules = PathBuf::from("rulesets");
    let mut only = String::new();
    let mut numbers = Vec::new();
    let mut args = std::env::args().skip(1);
    while let Some(arg) = args.next() {
        match (arg.as_str(), arg.parse::<usize>()) {
            ("--rules", _) => rules = args.next().map_or(rules, PathBuf::from),
            ("--only", _) => only = args.next().unwrap_or_default(),
            (_, Ok(number)) => numbers.push(number),
            _ => {
                eprintln!("usage: identify [--rules DIR] [--only WHAT] [ROUNDS [TABLES [FILES]]]");
                return ExitCode::from(2);
            }
        }
    }
    let number = |at: usize, default: usize| numbers.get(at).copied().unwrap_or(default);
    match run(rules, &only, number(0, 3), number(1, 5_000), number(2, 1_000)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(rules: PathBuf, only: &str, rounds: usize, tables: usize, files: usize) -> Result<(), Box<dyn Error>> {
    let (book, _) = Rulebook::load(&[rules])?;
    let judge = Judge::new(&book);
    let mut all = Tally::default();
    println!(
        "{:<24} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8}",
        "", "exports", "in set", "first", "single", "open", "wider", "unknown", "exact", "jaccard", "ms/file"
    );
    for (mutation, strengths) in Mutation::ALL.iter().filter(|(mutation, _)| mutation.name().contains(only)) {
        for strength in *strengths {
            let mut tally = Tally::default();
            for schema in judge.versions() {
                for round in 0..rounds {
                    tally.add(judge.one(schema, *mutation, *strength, round as u64)?);
                }
            }
            let at = if *strength > 0.0 { format!(" {:.0} %", strength * 100.0) } else { String::new() };
            line(&format!("{}{at}", mutation.name()), &tally);
            all.add(tally);
        }
    }
    let mut mixed = Tally::default();
    let versions: Vec<_> = judge.versions().collect();
    for (at, one) in versions.iter().enumerate() {
        for round in 0..rounds {
            let other = versions.get((at + 1 + round * 5) % versions.len()).unwrap_or(one);
            if one.system != other.system {
                mixed.add(judge.mixed(one, other, round as u64)?);
            }
        }
    }
    line("two systems mixed", &mixed);
    let mut foreign = Tally::default();
    let mut decoys = Tally::default();
    for round in 0..rounds * 100 {
        foreign.add(judge.foreign(false, round as u64)?);
        if round % 4 == 0 {
            decoys.add(judge.foreign(true, round as u64)?);
        }
    }
    line("unknown systems", &foreign);
    line("no tables", &decoys);
    println!();
    println!("wrong system             {} of {}", all.wrong_system + mixed.wrong_system, all.exports + mixed.exports);
    println!("became another version   {}", all.became_another);
    println!("renamed columns          {:.2} % of {} right", 100.0 * share(all.renamed.0, all.renamed.1), all.renamed.1);
    println!("columns without header   {:.2} % of {} right", 100.0 * share(all.nameless.0, all.nameless.1), all.nameless.1);
    println!("calibration error        {:.4} over {} answers", all.calibration_error(), all.sure.len());
    for tally in [&all, &mixed, &foreign, &decoys] {
        tally.missed.iter().take(SHOWN).for_each(|missed| println!("  missed: {missed}"));
    }
    let timed = catalogue::time(tables, files)?;
    println!(
        "{} files against {} tables: {:.3} s, and {:.3} s to load the rules; {}",
        timed.files,
        timed.tables,
        timed.detect.as_secs_f64(),
        timed.load.as_secs_f64(),
        if timed.right { "right" } else { "wrong" }
    );
    Ok(())
}

fn line(name: &str, tally: &Tally) {
    let percent = |part: usize| format!("{:.1}", 100.0 * share(part, tally.exports));
    println!(
        "{name:<24} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>7} {:>8.2}",
        tally.exports,
        format!("{:.1}", 100.0 * tally.held()),
        percent(tally.first),
        percent(tally.single),
        percent(tally.rightly_open),
        percent(tally.wider),
        percent(tally.unknown),
        percent(tally.exact),
        percent(tally.jaccard),
        tally.took.as_secs_f64() * 1_000.0 / share(tally.files.max(1), 1)
    );
}
