//! What is said of the mistakes that people make: a small sound ruleset, changed in one place at a time.
//!
//! For each change everything that is said is pinned: its code, its line and column, the text it points at and the remedy.
#![expect(clippy::unwrap_used, reason = "a test may")]

#[path = "diagnostics/cases.rs"]
mod cases;
#[path = "diagnostics/code_maps.rs"]
mod code_maps;
#[path = "diagnostics/demands.rs"]
mod demands;
#[path = "diagnostics/editor.rs"]
mod editor;
#[path = "diagnostics/files.rs"]
mod files;
#[path = "diagnostics/forms.rs"]
mod forms;
#[path = "diagnostics/habits.rs"]
mod habits;
#[path = "diagnostics/heirs.rs"]
mod heirs;
#[path = "diagnostics/links.rs"]
mod links;
#[path = "diagnostics/listings.rs"]
mod listings;
#[path = "diagnostics/names.rs"]
mod names;
#[path = "diagnostics/nested.rs"]
mod nested;
#[path = "diagnostics/pages.rs"]
mod pages;
#[path = "diagnostics/released.rs"]
mod released;
#[path = "diagnostics/schemas.rs"]
mod schemas;
#[path = "diagnostics/scripts.rs"]
mod scripts;
#[path = "diagnostics/steps.rs"]
mod steps;
#[path = "diagnostics/tracks.rs"]
mod tracks;
#[path = "diagnostics/traps.rs"]
mod traps;
#[path = "diagnostics/types.rs"]
mod types;
#[path = "diagnostics/widths.rs"]
mod widths;
#[path = "diagnostics/yaml.rs"]
mod yaml;

use ehr_rules::Diagnostics;
use ehr_rules::Rulebook;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use tempfile::TempDir;

/// A mistake: in `file`, `from` is replaced by `to`, and then this is said.
struct Mistake {
    /// What somebody did, in words.
    what: &'static str,
    /// The file; one that the base has not is added.
    file: &'static str,
    /// What stands there, once; empty where `to` is the whole file.
    from: &'static str,
    /// What is written instead.
    to: &'static str,
    /// Each diagnostic: ``CODE LINE:COLUMN `text it points at` ``, and a part of its message and help. The file comes before the line
    /// where it is another.
    said: &'static [(&'static str, &'static str)],
}

/// A mistake, on as few lines as can be read.
const fn mistake(
    what: &'static str,
    file: &'static str,
    from: &'static str,
    to: &'static str,
    said: &'static [(&'static str, &'static str)],
) -> Mistake {
    Mistake { what, file, from, to, said }
}

/// The files of the sound ruleset by their paths.
fn base() -> BTreeMap<String, String> {
    fn walk(folder: &Path, root: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, files);
            } else {
                let name = path.strip_prefix(root).unwrap().display().to_string().replace('\\', "/");
                files.insert(name, std::fs::read_to_string(&path).unwrap().replace("\r\n", "\n"));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/base");
    let mut files = BTreeMap::new();
    walk(&root, &root, &mut files);
    files
}

/// What is said of these files.
fn check(files: &BTreeMap<String, String>) -> (TempDir, Diagnostics) {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let (_, said) = Rulebook::load(&[folder.path().to_path_buf()]).unwrap();
    (folder, said)
}

/// Each diagnostic as place and words.
fn shown(file: &str, folder: &TempDir, said: &Diagnostics) -> Vec<(String, String)> {
    let shown = said.iter().map(|diagnostic| {
        let place = &diagnostic.place;
        let path = Path::new(&place.source.path).strip_prefix(folder.path()).unwrap().display().to_string().replace('\\', "/");
        let elsewhere = if path == file { String::new() } else { format!("{path}:") };
        let (line, column) = place.line_column();
        let text = &place.source.text[place.span.clone()];
        let text = text.split_once('\n').map_or(text.to_owned(), |(first, _)| format!("{first}…"));
        let help = diagnostic.help.as_deref().unwrap_or_default();
        (format!("{} {elsewhere}{line}:{column} `{text}`", diagnostic.code), format!("{}; {help}", diagnostic.message))
    });
    shown.collect()
}

fn changed(base: &BTreeMap<String, String>, mistake: &Mistake) -> BTreeMap<String, String> {
    let mut files = base.clone();
    let text = files.entry(mistake.file.to_owned()).or_default();
    if mistake.from.is_empty() {
        mistake.to.clone_into(text);
    } else {
        assert_eq!(text.matches(mistake.from).count(), 1, "`{}` stands once in `{}`", mistake.from, mistake.file);
        *text = text.replacen(mistake.from, mistake.to, 1);
    }
    files
}

fn all() -> impl Iterator<Item = &'static Mistake> {
    let rooms = [
        names::MISTAKES,
        types::MISTAKES,
        forms::MISTAKES,
        steps::MISTAKES,
        scripts::MISTAKES,
        habits::MISTAKES,
        yaml::MISTAKES,
        schemas::MISTAKES,
        code_maps::MISTAKES,
        files::MISTAKES,
        demands::MISTAKES,
        traps::MISTAKES,
        heirs::MISTAKES,
        links::MISTAKES,
        released::MISTAKES,
        tracks::MISTAKES,
        listings::MISTAKES,
        widths::MISTAKES,
        nested::MISTAKES,
        cases::MISTAKES,
    ];
    rooms.into_iter().flatten()
}

#[test]
fn the_base_is_sound() {
    let (_folder, said) = check(&base());
    assert!(said.is_empty(), "{}", said.to_text());
}

#[test]
fn each_mistake_is_said_once_at_its_place_with_its_remedy() {
    let base = base();
    let mut wrong = String::new();
    for mistake in all() {
        let (folder, said) = check(&changed(&base, mistake));
        let shown = shown(mistake.file, &folder, &said);
        let as_meant = shown.len() == mistake.said.len()
            && shown.iter().zip(mistake.said).all(|((at, words), (meant_at, meant))| at == meant_at && words.contains(meant));
        if !as_meant {
            writeln!(wrong, "{} ({})", mistake.what, mistake.file).unwrap();
            for (at, words) in &shown {
                writeln!(wrong, "    said   {at} — {words}").unwrap();
            }
            for (at, words) in mistake.said {
                writeln!(wrong, "    meant  {at} — {words}").unwrap();
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// A code that nothing pins may change its meaning unseen; those pinned here or beside the code that says them are taken out.
#[test]
fn every_code_is_pinned() {
    let mut codes: BTreeSet<String> = all().flat_map(|mistake| mistake.said).map(|(at, _)| at[..5].to_owned()).collect();
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in ["load/tests.rs", "yaml/tests.rs", "codes/file.rs"] {
        let text = std::fs::read_to_string(src.join(file)).unwrap();
        let tests = text.split_once("#[cfg(test)]").map_or(text.as_str(), |(_, tests)| tests);
        codes.extend(quoted(tests));
    }
    let mut free = BTreeSet::new();
    for room in ["yaml", "load", "rule", "codes", "rulebook"] {
        for file in std::fs::read_dir(src.join(room)).unwrap() {
            let path = file.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            free.extend(quoted(&text).filter(|code| !codes.contains(code)));
        }
    }
    assert!(free.is_empty(), "no mistake shows {free:?}");
}

/// Each code that a text says, alone or before a place.
fn quoted(text: &str) -> impl Iterator<Item = String> {
    let codes = text.match_indices(['E', 'W']).filter(|(at, _)| text[..*at].ends_with('"')).filter_map(|(at, _)| text.get(at..at + 5));
    codes.filter(|code| code.bytes().skip(1).all(|byte| byte.is_ascii_digit())).map(str::to_owned)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever is broken, something can be said of it.
    #[test]
    fn broken_files_never_panic(edits in prop::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), 0..7_u8, any::<char>()), 1..4)) {
        let mut files = base();
        for (file, at, kind, letter) in edits {
            let name = file.get(&files.keys().cloned().collect::<Vec<_>>()).clone();
            let text = files.remove(&name).unwrap();
            files.insert(name, edited(&text, at, kind, letter));
        }
        let (_folder, said) = check(&files);
        // To show what is said looks at every place.
        prop_assert!(said.is_empty() == said.to_text().is_empty());
        prop_assert_eq!(said.to_json().as_array().map(Vec::len), Some(said.len()));
    }
}

/// A text with one line or letter taken out, doubled or replaced.
fn edited(text: &str, at: prop::sample::Index, kind: u8, letter: char) -> String {
    const MARKS: [char; 16] = [':', '{', '}', '[', ']', '"', '\'', '\t', ' ', '\n', '|', '&', '*', '#', '-', ','];
    let mark = MARKS[letter as usize % MARKS.len()];
    if kind < 3 {
        let mut lines: Vec<&str> = text.lines().collect();
        if lines.is_empty() {
            return String::new();
        }
        let line = at.index(lines.len());
        match kind {
            0 => drop(lines.remove(line)),
            1 => lines.insert(line, lines[line]),
            _ => lines[line] = "  x: [y",
        }
        return lines.join("\n");
    }
    let mut letters: Vec<char> = text.chars().collect();
    if letters.is_empty() {
        return letter.to_string();
    }
    let place = at.index(letters.len());
    match kind {
        3 => drop(letters.remove(place)),
        4 => letters.insert(place, letters[place]),
        5 => letters[place] = mark,
        _ => letters[place] = letter,
    }
    letters.into_iter().collect()
}
