//! Any text as a script: as a condition, as a value whose type is inferred, and as one whose type is given.
#![no_main]

#[path = "../ruleset.rs"]
mod ruleset;

use libfuzzer_sys::fuzz_target;
use ruleset::Ruleset;
use std::sync::LazyLock;

/// One table with a column of every kind, one category, and no rule but the one that holds the script.
static RULESET: LazyLock<Ruleset> = LazyLock::new(|| Ruleset::new("one_table"));

fuzz_target!(|script: &str| {
    // In single quotes everything stands for itself but the quote; a line of its own would end the text.
    let script = script.replace('\'', "''").replace(['\n', '\r'], " ");
    let rule = format!(
        "note:\n  from: rows\n  where: '{script}'\n  columns:\n    inferred: {{rhai: '{script}'}}\n    given: {{rhai: '{script}', type: text}}\n"
    );
    RULESET.check("sources/acme/1/note.yaml", rule);
});
