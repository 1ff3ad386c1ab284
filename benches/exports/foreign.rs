//! Exports that no ruleset knows: systems made at random, and files that are no tables.

use crate::exports::chance::Chance;
use crate::exports::export::Column;
use crate::exports::export::Export;
use crate::exports::export::File;
use crate::exports::mutate::common_name;
use crate::exports::mutate::foreign_word;

/// What file names clinics' systems use, known ones among them.
const FILES: &[&str] = &["patients", "visits", "orders", "results", "notes", "staff", "records", "billing", "person", "diagnosis", "rooms"];

/// How systems write their files, most of them with commas.
const WRITTEN: &[(&str, &str)] =
    &[(",", "csv"), (",", "csv"), (",", "csv"), (",", "txt"), (";", "csv"), ("\t", "txt"), ("\t", "tab"), ("\t", "tsv"), ("|", "dat")];

/// A system of its own: a third of its columns are called as many systems call theirs.
pub(crate) fn system(chance: &mut Chance) -> Export {
    let tables = 1 + chance.below(6);
    let mut names: Vec<&str> = FILES.to_vec();
    chance.shuffle(&mut names);
    let headed = !chance.share(0.3);
    let (delimiter, ending) = WRITTEN.get(chance.below(WRITTEN.len())).copied().unwrap_or((",", "csv"));
    let files = names.into_iter().take(tables).map(|name| {
        let width = 3 + chance.below(18);
        let mut columns: Vec<Column> = Vec::new();
        for _ in 0..width {
            let name = match chance.below(10) {
                0..=2 => common_name(chance).to_owned(),
                3 => format!("{}_{}", common_name(chance), foreign_word(chance)),
                _ => foreign_word(chance),
            };
            if !columns.iter().any(|column| column.name == name) {
                columns.push(Column { name, truth: None, typed: false, values: values(chance) });
            }
        }
        File { name: format!("{name}.{ending}"), delimiter: delimiter.to_owned(), headed, columns, bytes: None }
    });
    Export { files: files.collect() }
}

fn values(chance: &mut Chance) -> Vec<String> {
    let kind = chance.below(10);
    let mut next = chance.below(5_000);
    let mut one = |chance: &mut Chance| match kind {
        0 => chance.below(9_000).to_string(),
        1 => format!("{}-{:02}-{:02}", 1960 + chance.below(60), 1 + chance.below(12), 1 + chance.below(28)),
        2 => format!("{}.{}", chance.below(90), chance.below(10)),
        3 => chance.text(&["a", "b", "c"]).to_owned(),
        4 => {
            next += 1 + chance.below(3);
            next.to_string()
        }
        5 => chance.text(&["0", "1"]).to_owned(),
        6 => format!("{:02}/{:02}/{}", 1 + chance.below(12), 1 + chance.below(28), 1960 + chance.below(60)),
        7 => format!("{}-{:02}-{:02} {:02}:30:00", 1990 + chance.below(30), 1 + chance.below(12), 1 + chance.below(28), chance.below(24)),
        _ => format!("{} {}", foreign_word(chance), foreign_word(chance)),
    };
    (0..20).map(|_| one(chance)).collect()
}

/// Files that a portal, a printer or an office program left, by the names of tables that are known.
pub(crate) fn decoy(name: &str, chance: &mut Chance) -> Export {
    let bytes = match chance.below(5) {
        0 => b"<!DOCTYPE html>\n<html><head><title>502 Bad Gateway</title></head>\n<body>\n<h1>502, Bad Gateway</h1>\n</body></html>\n"
            .to_vec(),
        1 => [b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog, /Pages 2 0 R >>\nendobj\n".to_vec(), noise(chance)].concat(),
        2 => [b"PK\x03\x04\x14\x00\x06\x00\x08\x00xl/worksheets/sheet1.xml,".to_vec(), noise(chance)].concat(),
        3 => b"{\"error\": \"session expired\", \"code\": 401}\n".to_vec(),
        _ => noise(chance),
    };
    Export { files: vec![File { name: name.to_owned(), delimiter: ",".to_owned(), headed: true, columns: Vec::new(), bytes: Some(bytes) }] }
}

fn noise(chance: &mut Chance) -> Vec<u8> {
    (0..2_000).map(|_| u8::try_from(chance.below(256)).unwrap_or(0)).collect()
}
