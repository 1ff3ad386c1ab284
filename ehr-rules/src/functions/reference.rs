//! The catalogue as text: for the command line, and for the page in `docs`.

use crate::functions::CATALOGUE;
use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::functions::function::Section;
use crate::ir::phi;
use std::fmt::Write;

/// Every function by section: its signature and what it does.
pub(super) fn list() -> String {
    let mut text = String::new();
    for section in Section::ALL {
        let _ = writeln!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, section.title().to_uppercase());
        for function in of(section) {
            let _ = writeln!(text, "{}\n    {}", function.signature(), function.summary);
        }
    }
    text
}

fn of(section: Section) -> impl Iterator<Item = &'static Function> {
    CATALOGUE.iter().copied().filter(move |function| function.section == section)
}

/// A call in the two ways it is written: a step of `do:`, and in a script.
fn forms(function: &Function) -> Vec<String> {
    let others = function.params.get(1..).unwrap_or_default();
    let shown = function.examples.first().map_or(&[][..], |example| example.args);
    let named: Vec<String> = others.iter().zip(shown.iter().skip(1)).map(|(param, arg)| format!("{}: {arg}", param.name)).collect();
    let step = if named.is_empty() { function.name.to_owned() } else { format!("{{{}: {{{}}}}}", function.name, named.join(", ")) };
    let values: Vec<String> = std::iter::once("COLUMN".to_owned()).chain(shown.iter().skip(1).map(ToString::to_string)).collect();
    let mut forms = vec![format!("do: [{step}]")];
    if !function.is_keyed() {
        forms.push(format!("rhai: {}({})", function.name, values.join(", ")));
    }
    forms
}

/// One function, with its parameters that must be constants, its defaults and its examples.
pub(super) fn one(function: &Function) -> String {
    let mut text = format!("{}\n\n{}\n", function.signature(), function.summary);
    for line in notes(function) {
        let _ = writeln!(text, "{line}");
    }
    let _ = writeln!(text, "\n{}\n", forms(function).join("\n"));
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
         `{from: C, do: [{left: {length: 3}}]}`, `{from: C, do: [{left: 3}]}` and `rhai: \"left(C, 3)\"` say the same.\n\
         This page is written by a test from the catalogue (`UPDATE_DOCS=1 cargo test -p ehr-rules --lib functions`).\n",
    );
    for section in Section::ALL {
        let _ = write!(text, "\n## {}\n", section.title());
        for function in of(section) {
            entry(&mut text, function);
        }
    }
    text
}

#[cfg(test)]
fn entry(text: &mut String, function: &Function) {
    let _ = write!(text, "\n### {}\n\n`{}`\n\n{}\n", function.name, function.signature(), function.summary);
    for line in notes(function) {
        let _ = writeln!(text, "{line}");
    }
    text.push_str("\n| call | gives |\n| --- | --- |\n");
    for example in function.examples {
        let (call, gives) = example.shown(function.name);
        let _ = writeln!(text, "| `{}` | `{}` |", call.replace('|', "\\|"), gives.replace('|', "\\|"));
    }
}

fn notes(function: &Function) -> Vec<String> {
    let mut lines = Vec::new();
    for param in function.params.iter().filter(|param| param.constant) {
        if param.accepts == Accepts::Secret {
            lines.push(format!("`{}` is the name of a secret.", param.name));
            continue;
        }
        let default = param.default.map(|sample| format!("; left out, it is `{}`", sample.value())).unwrap_or_default();
        lines.push(format!("`{}` is a constant{default}.", param.name));
    }
    if function.removes.len() == phi::TAGS.len() {
        lines.push("Removes every identifier.".to_owned());
    } else if !function.removes.is_empty() {
        lines.push(format!("Removes `{}`.", function.removes.join("`, `")));
    }
    lines
}
