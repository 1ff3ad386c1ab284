//! Any bytes as a JSON file whose objects hold lists inside lists: each object has one fate, however its lists are taken apart.
#![no_main]

#[path = "../any_file.rs"]
mod any_file;
#[path = "../order.rs"]
mod order;

use any_file::AnyFile;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FILES: LazyLock<AnyFile> = LazyLock::new(|| AnyFile::new("any_file"));

fuzz_target!(|bytes: &[u8]| order::run(&FILES, FILES.file("people", bytes), "objects", true));
