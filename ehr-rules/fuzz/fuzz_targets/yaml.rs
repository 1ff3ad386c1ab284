//! Any text as a file of rules or as a schema, in a ruleset that is otherwise sound.
//!
//! The first byte says which file it stands for, so that one corpus serves all of them.
#![no_main]

#[path = "../ruleset.rs"]
mod ruleset;

use libfuzzer_sys::fuzz_target;
use ruleset::Ruleset;
use std::cell::RefCell;

const FILES: [&str; 6] = [
    "sources/acme/1/patient.yaml",
    "sources/acme/1/schema.yaml",
    "sources/acme/2/schema.yaml",
    "categories/patient.yaml",
    "targets/warehouse/visit.yaml",
    "targets/warehouse/schema.yaml",
];

thread_local! {
    static RULESET: RefCell<Ruleset> = RefCell::new(Ruleset::new());
}

fuzz_target!(|data: &[u8]| {
    let Some((which, text)) = data.split_first() else { return };
    let file = FILES[usize::from(*which) % FILES.len()];
    RULESET.with_borrow_mut(|ruleset| ruleset.check(file, text));
});
