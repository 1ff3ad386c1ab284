//! A catalogue of any size, and a folder of files that stand in it.

use crate::exports::chance::Chance;
use crate::exports::mutate::common_name;
use crate::exports::mutate::foreign_word;
use ehr_rules::InputFile;
use ehr_rules::Rulebook;
use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::Duration;
use std::time::Instant;

/// Tables of one version.
const TABLES: usize = 50;
/// Versions of one system, which share most of their tables.
const VERSIONS: usize = 4;

/// How long it took to identify a folder.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Timed {
    pub tables: usize,
    pub files: usize,
    pub load: Duration,
    pub detect: Duration,
    /// Whether the answer was the version that the files are of.
    pub right: bool,
}

/// Writes so many tables into a folder of rulesets, and identifies a folder of so many files of one of the versions.
pub(crate) fn time(tables: usize, files: usize) -> Result<Timed, Box<dyn Error>> {
    let mut chance = Chance::new(5);
    let folder = tempfile::tempdir()?;
    let rules = folder.path().join("rules");
    let mut wanted = Vec::new();
    let systems = tables.div_ceil(TABLES * VERSIONS).max(1);
    for system in 0..systems {
        let known: Vec<(String, Vec<String>)> =
            (0..TABLES).map(|at| (format!("{}_{at}", foreign_word(&mut chance)), names(&mut chance))).collect();
        for version in 0..VERSIONS {
            let mut yaml = format!("system: sys{system}\nversion: \"{version}\"\ntitle: System {system}\nlayout: true\ntables:\n");
            for (at, (name, columns)) in known.iter().enumerate() {
                writeln!(yaml, "  {name}:\n    file: \"{name}*.csv\"\n    columns:")?;
                for column in columns {
                    writeln!(yaml, "      {column}: {}", if column.ends_with("_id") { "integer" } else { "text" })?;
                }
                // One table in five has a column more in each version.
                if at.is_multiple_of(5) {
                    (0..=version).try_for_each(|more| writeln!(yaml, "      since_version_{more}: text"))?;
                }
            }
            let at = rules.join(format!("sources/sys{system}/{version}"));
            fs::create_dir_all(&at)?;
            fs::write(at.join("schema.yaml"), yaml)?;
        }
        if system == systems / 2 {
            wanted = known;
        }
    }
    let started = Instant::now();
    let (book, _) = Rulebook::load(&[rules])?;
    let load = started.elapsed();
    let inputs = write(&folder.path().join("export"), &wanted, files, &mut chance)?;
    let started = Instant::now();
    let found = book.detect(&inputs)?;
    let detect = started.elapsed();
    let right = found.identified() == Some((format!("sys{}", systems / 2).as_str(), "2"));
    Ok(Timed { tables: systems * VERSIONS * TABLES, files, load, detect, right })
}

fn names(chance: &mut Chance) -> Vec<String> {
    let mut names: Vec<String> = vec!["patient_id".to_owned()];
    while names.len() < 15 {
        let name = match chance.below(3) {
            0 => common_name(chance).to_owned(),
            1 => format!("{}_id", foreign_word(chance)),
            _ => format!("{}_{}", foreign_word(chance), foreign_word(chance)),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Files of the third version, several of each table.
fn write(folder: &Path, tables: &[(String, Vec<String>)], files: usize, chance: &mut Chance) -> Result<Vec<InputFile>, Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let mut inputs = Vec::new();
    for number in 0..files {
        let at = number % tables.len().max(1);
        let Some((name, columns)) = tables.get(at) else { continue };
        let mut header = columns.clone();
        if at.is_multiple_of(5) {
            header.extend((0..=2).map(|more| format!("since_version_{more}")));
        }
        let mut text = header.join(",") + "\n";
        for _ in 0..200 {
            let fields: Vec<String> = header
                .iter()
                .map(|column| if column.ends_with("_id") { chance.below(9_999).to_string() } else { foreign_word(chance) })
                .collect();
            text.push_str(&(fields.join(",") + "\n"));
        }
        let name = format!("{name}_{number}.csv");
        let path = folder.join(&name);
        fs::write(&path, &text)?;
        inputs.push(InputFile { name, path, bytes: text.len() as u64 });
    }
    Ok(inputs)
}
