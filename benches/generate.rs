//! `generate OUT ROWS [SEED] [--patients N] [--vocabulary DIR] [--with-faults]`: an export in Synthea's layout, of invented people, at any size.
#![expect(clippy::print_stderr, reason = "a command says on stderr what went wrong")]

mod generator;

use std::path::PathBuf;
use std::process::ExitCode;

/// How it is called.
const USAGE: &str = "usage: generate OUT ROWS [SEED] [--patients N] [--vocabulary DIR] [--with-faults]";

fn main() -> ExitCode {
    let Some(Arguments { out, vocabulary, settings }) = arguments(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let done = generator::write(&out, &settings).and_then(|()| vocabulary.map_or(Ok(()), |folder| generator::vocabulary::write(&folder)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: cannot write the export: {error}");
            ExitCode::from(5)
        }
    }
}

/// What was asked for.
struct Arguments {
    out: PathBuf,
    vocabulary: Option<PathBuf>,
    settings: generator::Settings,
}

/// What was asked for; nothing where the command line is wrong.
fn arguments(mut args: impl Iterator<Item = String>) -> Option<Arguments> {
    let mut plain = Vec::new();
    let (mut patients, mut vocabulary, mut faults) = (None, None, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--patients" => patients = Some(args.next()?.parse().ok()?),
            "--vocabulary" => vocabulary = Some(PathBuf::from(args.next()?)),
            "--with-faults" => faults = true,
            option if option.starts_with('-') => return None,
            _ => plain.push(arg),
        }
    }
    let (out, rows, seed) = match plain.as_slice() {
        [out, rows] => (out, rows, None),
        [out, rows, seed] => (out, rows, Some(seed)),
        _ => return None,
    };
    let mut settings = generator::Settings::new(rows.parse().ok()?);
    if let Some(seed) = seed {
        settings.seed = seed.parse().ok()?;
    }
    if let Some(patients) = patients {
        settings.patients = patients;
    }
    settings.faults = faults;
    Some(Arguments { out: PathBuf::from(out), vocabulary, settings })
}
