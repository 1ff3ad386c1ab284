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

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use std::path::Path;

    /// The example in the repository is what the generator makes, so it can be made again and none of it was edited by hand.
    #[test]
    fn the_committed_example_is_generated() {
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples");
        let folder = std::env::temp_dir().join(format!("ehr-generate-{}", std::process::id()));
        let settings = generator::Settings { patients: 20, seed: 7, faults: true, ..generator::Settings::new(200) };
        generator::write(&folder.join("clinic-in-synthea-layout"), &settings).unwrap();
        generator::vocabulary::write(&folder.join("vocabulary")).unwrap();
        let mut compared = 0;
        for made in ["clinic-in-synthea-layout", "vocabulary"] {
            for file in std::fs::read_dir(folder.join(made)).unwrap() {
                let name = file.unwrap().file_name();
                let read = |root: &Path| std::fs::read(root.join(made).join(&name)).unwrap();
                assert!(read(&folder) == read(&examples), "{made}/{} differs", name.display());
                compared += 1;
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
        assert_eq!(compared, 20);
    }
}
