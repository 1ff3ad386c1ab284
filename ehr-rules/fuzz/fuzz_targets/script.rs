//! Any text as a script: as a condition, as a value whose type is inferred, and as one whose type is given.
#![no_main]

#[path = "../ruleset.rs"]
mod ruleset;

use libfuzzer_sys::fuzz_target;
use ruleset::Ruleset;
use std::cell::RefCell;
use std::fmt::Write;

thread_local! {
    static RULESET: RefCell<Ruleset> = RefCell::new(Ruleset::new());
}

fuzz_target!(|script: &str| {
    // In single quotes everything stands for itself but the quote; a line of its own would end the text.
    let quoted = script.replace('\'', "''").replace(['\n', '\r'], " ");
    let mut text = String::from("note:\n  from: encounter\n");
    for (key, value) in [("  where", format!("'{quoted}'")), ("  columns", String::new()), ("    text", format!("{{rhai: '{quoted}', type: text}}"))] {
        writeln!(text, "{key}: {value}").expect("writing to a string never fails");
    }
    RULESET.with_borrow_mut(|ruleset| {
        ruleset.check("targets/warehouse/note.yaml", text.as_bytes());
        let inferred = format!("note:\n  from: encounter\n  columns:\n    text: {{rhai: '{quoted}'}}\n");
        ruleset.check("targets/warehouse/note.yaml", inferred.as_bytes());
    });
});
