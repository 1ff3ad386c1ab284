//! The floors and walls of `ARCHITECTURE.md`: who may know whom, and which room may name which crate.
#![expect(clippy::unwrap_used, reason = "a test may")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Rooms by floor; the roof is above all.
const FLOORS: &[(&str, u8)] = &[
    ("diagnostic", 0),
    ("finding", 0),
    ("error", 0),
    ("ir", 1),
    ("dataset", 1),
    ("codes", 1),
    ("forms", 1),
    ("yaml", 2),
    ("functions", 2),
    ("script", 2),
    ("records", 2),
    ("sheets", 2),
    ("values", 2),
    ("load", 3),
    ("schema", 3),
    ("rule", 4),
    ("engine", 4),
    ("detect", 5),
    ("read", 5),
    ("scan", 5),
    ("assess", 5),
    ("categorize", 5),
    ("convert", 5),
    ("verify", 5),
    ("draft", 6),
    ("rulebook", 7),
    ("editor", 8),
];

/// Rooms of one floor that know each other all the same, with the reason.
const DOORS: &[(&str, &str, &str)] = &[
    ("dataset", "ir", "a staged column has the type the IR says"),
    ("codes", "ir", "a code's target is a value of the IR"),
    ("forms", "ir", "the words for what identifies a person are those of the IR"),
    ("script", "functions", "a script may call the catalogue"),
];

/// Crates that only these rooms may name.
const WALLS: &[(&str, &[&str])] = &[
    ("rhai::", &["script"]),
    ("saphyr_parser::", &["yaml"]),
    ("polars::", &["engine", "functions", "script", "dataset", "read", "error", "rulebook", "sheets"]),
    ("std::fs", &["load", "records", "read", "codes", "engine", "rulebook", "sheets"]),
    ("calamine::", &["sheets"]),
    ("annotate_snippets::", &["diagnostic"]),
    ("std::net", &[]),
];

/// Lines that a file has at most.
const LONGEST: usize = 400;

#[test]
fn rooms_use_lower_floors_only() {
    let floors: BTreeMap<&str, u8> = FLOORS.iter().copied().collect();
    let mut broken = Vec::new();
    for (room, path, text) in files() {
        let Some(floor) = floors.get(room.as_str()) else {
            if room != "lib" {
                broken.push(format!("{}: the room `{room}` stands on no floor", path.display()));
            }
            continue;
        };
        for other in text.match_indices("crate::").filter_map(|(at, _)| {
            let rest = &text[at + "crate::".len()..];
            Some(&rest[..rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_')?])
        }) {
            let Some(theirs) = floors.get(other) else { continue };
            let door = DOORS.iter().any(|(from, to, _)| *from == room && *to == other);
            if other != room && theirs >= floor && !door {
                broken.push(format!("{}: `{room}` uses `{other}`", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn walls_stand() {
    let mut broken = Vec::new();
    for (room, path, text) in files() {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for (name, rooms) in WALLS {
            if code.contains(name) && !rooms.contains(&room.as_str()) && !path.ends_with("tests.rs") {
                broken.push(format!("{}: `{room}` names `{name}`", path.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn no_file_is_too_long_to_be_read_at_once() {
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        walk(&Path::new(env!("CARGO_MANIFEST_DIR")).join(folder), &mut files);
    }
    let lengths = files.iter().map(|path| (fs::read_to_string(path).unwrap().lines().count(), path));
    let long = lengths.filter(|(lines, _)| *lines > LONGEST).map(|(lines, path)| format!("{}: {lines} lines", path.display()));
    let long: Vec<String> = long.collect();
    assert!(long.is_empty(), "split by what they do, where the parts have names of their own:\n{}", long.join("\n"));
}

/// Each source file with its room.
fn files() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&src, &mut found);
    assert!(found.len() > 50, "the walk found the crate");
    found
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(&src).unwrap().to_owned();
            let room = inside.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs").to_owned();
            let text = fs::read_to_string(&path).unwrap();
            (room, inside, text)
        })
        .collect()
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}
