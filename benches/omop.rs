//! `omop [--rounds N] [ROWS…]`: the rules from Synthea 2022 to OMOP 5.4 against the same work hand-written in polars.
//!
//! Both run as child processes of this program, in turns, on the same generated export, so that each has its own peak
//! of memory and both meet the same weather. What is printed is the median of each, and the ratio of the medians.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark prints what it measured")]

mod by_hand;
mod by_rules;
mod generator;
mod measure;

use measure::Measured;
use std::error::Error;
use std::path::Path;
use std::path::PathBuf;
use std::process::ExitCode;

/// Rows of observations, where none are named.
const SIZES: [u64; 2] = [100_000, 1_000_000];
/// Rounds, where none are named.
const ROUNDS: usize = 5;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["--child", way, folder, out] => child(way, Path::new(folder), Path::new(out)),
        ["--rounds", rounds, sizes @ ..] => rounds.parse().map_err(Into::into).and_then(|rounds| compare(rounds, sizes)),
        sizes => compare(ROUNDS, sizes),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Does the work once, one way, and prints this process's peak of memory.
fn child(way: &str, folder: &Path, out: &Path) -> Result<(), Box<dyn Error>> {
    let (input, vocabulary) = (folder.join("export"), folder.join("vocabulary"));
    if way == "hand" {
        let codes = Path::new(env!("CARGO_MANIFEST_DIR")).join("../rulesets/targets/omop-5.4/codes");
        by_hand::convert(&by_hand::Folders { input: &input, vocabulary: &vocabulary, codes: &codes, out })?;
    } else {
        by_rules::convert(&input, &vocabulary, out)?;
    }
    println!("{}", measure::report()?);
    Ok(())
}

/// Generates an export of each size, runs both ways in turns, and prints how they compare.
fn compare(rounds: usize, sizes: &[&str]) -> Result<(), Box<dyn Error>> {
    let sizes = if sizes.is_empty() { SIZES.to_vec() } else { sizes.iter().map(|size| size.parse()).collect::<Result<_, _>>()? };
    println!("{:>10}  {:>6}  {:>9}  {:>9}  {:>9}", "rows", "", "wall s", "cpu s", "peak MiB");
    for rows in sizes {
        let folder = Scratch::new(rows)?;
        generator::write(&folder.0.join("export"), &generator::Settings::new(rows))?;
        generator::vocabulary::write(&folder.0.join("vocabulary"))?;
        let (mut hand, mut rules) = (Vec::new(), Vec::new());
        for round in 0..rounds.max(1) {
            // Who goes first changes from round to round.
            for turn in 0..2 {
                let (way, seen) = if (round + turn) % 2 == 0 { ("hand", &mut hand) } else { ("rules", &mut rules) };
                seen.push(run(way, &folder.0)?);
            }
        }
        let (hand, rules) = (Measured::median(&hand), Measured::median(&rules));
        println!("{rows:>10}  {:>6}  {hand}", "hand");
        println!("{rows:>10}  {:>6}  {rules}", "rules");
        println!("{rows:>10}  {:>6}  {}", "ratio", rules.over(&hand));
    }
    Ok(())
}

/// Runs this program as a child that does the work one way.
fn run(way: &str, folder: &Path) -> Result<Measured, Box<dyn Error>> {
    let out = folder.join(way);
    if out.exists() {
        std::fs::remove_dir_all(&out)?;
    }
    std::fs::create_dir_all(&out)?;
    let program = std::env::current_exe()?;
    measure::child(program, &["--child".as_ref(), way.as_ref(), folder.as_os_str(), out.as_os_str()])
}

/// A folder that goes when this value goes.
struct Scratch(PathBuf);

impl Scratch {
    /// A folder of this process's own.
    fn new(rows: u64) -> std::io::Result<Self> {
        let path = std::env::temp_dir().join(format!("ehr-omop-{}-{rows}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // A folder that cannot be removed is no reason to fail: it lies in the system's own place for such things.
        drop(std::fs::remove_dir_all(&self.0));
    }
}
