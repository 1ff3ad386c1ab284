//! The tutorial, command by command: what its page shows is what the program prints.
//!
//! `UPDATE_DOCS=1` writes what was printed into the page; read the difference before it is committed.

use crate::place::PROGRAM;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;

#[test]
fn every_command_of_the_tutorial_prints_what_its_page_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for name in ["rulesets", "examples"] {
        std::os::unix::fs::symlink(root.join(name), folder.path().join(name)).unwrap();
    }
    let page = root.join("examples/tutorial/README.md");
    let shown = fs::read_to_string(&page).unwrap();
    let printed = run_again(&shown, &folder);
    if std::env::var_os("UPDATE_DOCS").is_some_and(|asked| asked == "1") {
        fs::write(&page, &printed).unwrap();
    } else {
        let differs = shown.lines().zip(printed.lines()).position(|(one, other)| one != other);
        let at = differs.unwrap_or_else(|| shown.lines().count().min(printed.lines().count()));
        let line = |text: &str| text.lines().nth(at).unwrap_or("(nothing)").to_owned();
        assert!(shown == printed, "line {} of the tutorial shows `{}`, and this was printed: `{}`", at + 1, line(&shown), line(&printed));
    }
}

/// The page with what its commands print now.
fn run_again(page: &str, folder: &TempDir) -> String {
    let mut text = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        text.push_str(line);
        text.push('\n');
        // A page that is printed may hold a fence itself; a longer one is then around it.
        let Some(fence) = line.strip_suffix("console").filter(|fence| fence.starts_with("```")) else { continue };
        for line in lines.by_ref().take_while(|line| *line != fence) {
            if let Some(command) = line.strip_prefix("$ ") {
                writeln!(text, "{line}").unwrap();
                text.push_str(&run(command, folder));
            }
        }
        text.push_str(fence);
        text.push('\n');
    }
    text
}

/// What a command prints: what is for people first, and a status that is not 0 last.
fn run(command: &str, folder: &TempDir) -> String {
    let mut words = command.split(' ');
    let program = words.next().unwrap();
    let output = Command::new(if program == "ehr-runner" { PROGRAM } else { program })
        .args(words)
        .current_dir(folder)
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap())
        .output()
        .unwrap();
    let mut text = String::from_utf8(output.stderr).unwrap() + String::from_utf8(output.stdout).unwrap().as_str();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => {}
        code => writeln!(text, "[exit status {}]", code.unwrap()).unwrap(),
    }
    // Blank ends of lines would be lost in an editor.
    text.lines().map(str::trim_end).fold(String::new(), |text, line| text + line + "\n")
}
