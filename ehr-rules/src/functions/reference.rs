//! The catalogue as text: for the command line, and for the page in `docs`.

use crate::functions::CATALOGUE;
use crate::functions::function::Function;
use std::fmt::Write;

/// Every function: its signature and what it does.
pub(super) fn list() -> String {
    let mut text = String::new();
    for function in CATALOGUE {
        let _ = writeln!(text, "{}\n    {}", function.signature(), function.summary);
    }
    text
}

/// One function, with its parameters that must be constants, its defaults and its examples.
pub(super) fn one(function: &Function) -> String {
    let mut text = format!("{}\n\n{}\n", function.signature(), function.summary);
    for line in notes(function) {
        let _ = writeln!(text, "{line}");
    }
    text.push('\n');
    for example in function.examples {
        let (call, gives) = example.shown(function.name);
        let _ = writeln!(text, "{call} = {gives}");
    }
    text
}

/// The page `docs/functions.md`, which a test writes and checks.
#[cfg(test)]
pub(super) fn page() -> String {
    let mut text = String::from(
        "# Functions\n\nWhat `do:` and scripts may call. The first parameter is the value worked on; one with `?` may be left out.\n\
         This page is written by a test from the catalogue (`UPDATE_DOCS=1 cargo test -p ehr-rules --lib functions`).\n",
    );
    for function in CATALOGUE {
        let _ = write!(text, "\n## {}\n\n`{}`\n\n{}\n", function.name, function.signature(), function.summary);
        for line in notes(function) {
            let _ = writeln!(text, "{line}");
        }
        text.push_str("\n| call | gives |\n| --- | --- |\n");
        for example in function.examples {
            let (call, gives) = example.shown(function.name);
            let _ = writeln!(text, "| `{}` | `{}` |", call.replace('|', "\\|"), gives.replace('|', "\\|"));
        }
    }
    text
}

fn notes(function: &Function) -> Vec<String> {
    let mut lines = Vec::new();
    for param in function.params.iter().filter(|param| param.constant) {
        let default = param.default.map(|sample| format!("; left out, it is `{}`", sample.value())).unwrap_or_default();
        lines.push(format!("`{}` is a constant{default}.", param.name));
    }
    lines
}
