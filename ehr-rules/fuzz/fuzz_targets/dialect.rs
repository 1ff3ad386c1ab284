//! Any bytes as a file that nothing is known of: how it is written is found, and what its columns hold.
#![no_main]

#[path = "../any_file.rs"]
mod any_file;

use any_file::AnyFile;
use any_file::sound;
use ehr_rules::ScanOptions;
use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;

static FILES: LazyLock<AnyFile> = LazyLock::new(|| AnyFile::new("any_file"));

fuzz_target!(|bytes: &[u8]| {
    let files = [FILES.file("people", bytes)];
    sound(FILES.book.detect(&files));
    if let Some(scan) = sound(ehr_rules::scan(&files, &ScanOptions::default())) {
        assert_eq!(scan.files.len() + scan.skipped.len(), 1);
    }
});
