//! Any text as a file of rules or as a schema, in a ruleset that is otherwise sound.
//!
//! The first letter, a digit, says which file it stands for, so that one corpus serves all of them.
#![no_main]

#[path = "../ruleset.rs"]
mod ruleset;

use libfuzzer_sys::fuzz_target;
use ruleset::Ruleset;
use std::sync::LazyLock;

const FILES: [&str; 7] = [
    "sources/acme/1/patient.yaml",
    "sources/acme/1/schema.yaml",
    "sources/acme/2/schema.yaml",
    "categories/patient.yaml",
    "targets/warehouse/visit.yaml",
    "targets/warehouse/schema.yaml",
    "targets/direct/rules.yaml",
];

/// What every pinned mistake is laid over.
static RULESET: LazyLock<Ruleset> = LazyLock::new(|| Ruleset::new("../tests/diagnostics/base"));

fuzz_target!(|text: &str| {
    let mut letters = text.chars();
    let Some(which) = letters.next().and_then(|first| FILES.get(first.to_digit(10)? as usize)) else { return };
    RULESET.check(which, letters.as_str().to_owned());
});
