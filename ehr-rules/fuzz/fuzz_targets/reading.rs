//! Any bytes as a delimited file whose columns are known: each record is read or set aside.
#![no_main]

#[path = "../any_file.rs"]
mod any_file;
#[path = "../order.rs"]
mod order;

use any_file::AnyFile;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FILES: LazyLock<AnyFile> = LazyLock::new(|| AnyFile::new("any_file"));

fuzz_target!(|bytes: &[u8]| order::run(&FILES, FILES.file("people", bytes), "rows", false));
