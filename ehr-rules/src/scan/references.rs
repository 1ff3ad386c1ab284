//! Columns whose values are the keys of another file.

use crate::ir::types::Kind;
use crate::scan::column::Column;
use crate::scan::found::ColumnScan;
use crate::scan::found::FileScan;
use crate::scan::found::FoundReference;
use crate::scan::table::Table;
use crate::scan::verdict::share;
use crate::scan::words::is_identifier;
use crate::scan::words::singular;
use crate::scan::words::words;

/// The share of different values that must be there.
const THERE: f64 = 0.9;
/// How many must be compared where the names say nothing.
const COMPARED: u64 = 8;
/// Characters that a value must have for its being there to say something by itself: any file has a row 7.
const LONG: u64 = 8;

/// A column with all that is known of it.
struct One<'a> {
    file: &'a FileScan,
    column: &'a ColumnScan,
    seen: &'a Column,
}

/// Finds them; of several files that a column could refer to, the one that its name says, else the first.
pub(super) fn find(tables: &[Table], files: &[FileScan]) -> Vec<FoundReference> {
    let all: Vec<One<'_>> = tables
        .iter()
        .zip(files)
        .flat_map(|(table, file)| table.columns.iter().zip(&file.columns).map(move |(seen, column)| One { file, column, seen }))
        .collect();
    let keys: Vec<&One<'_>> = all.iter().filter(|one| one.column.unique && is_name(&one.column.kind) && one.column.filled > 1).collect();
    let mut found = Vec::new();
    for one in all.iter().filter(|one| is_name(&one.column.kind) && one.column.distinct > 0) {
        let mut best: Option<FoundReference> = None;
        for key in keys.iter().filter(|key| !std::ptr::eq(key.file, one.file) && like(one.column, key.column)) {
            let named = names(one, key);
            let long = one.column.kind == Kind::Uuid || one.column.shortest >= LONG;
            if !named && (!long || is_code(one.column)) {
                continue;
            }
            let (there, compared) = one.seen.distinct.among(&key.seen.distinct);
            let of = share(there, compared);
            if of < THERE || compared < if named { 1 } else { COMPARED.min(one.column.distinct) } {
                continue;
            }
            // A column that is itself unique and all of whose values the other lacks nothing of may be the same key, twice.
            let better = best.as_ref().is_none_or(|best| (named, of) > (best.named, best.share));
            if better {
                best = Some(FoundReference {
                    file: one.file.name.clone(),
                    column: one.column.name.clone(),
                    to_file: key.file.name.clone(),
                    to_column: key.column.name.clone(),
                    share: of,
                    compared,
                    named,
                });
            }
        }
        found.extend(best);
    }
    // Two tables of one key each would refer to each other: the smaller is held to refer.
    let rows = |name: &str| files.iter().find(|file| file.name == name).map_or(0, |file| file.rows);
    let both: Vec<FoundReference> = found.clone();
    found.retain(|one| {
        let back = both.iter().any(|other| {
            (&other.file, &other.column, &other.to_file, &other.to_column) == (&one.to_file, &one.to_column, &one.file, &one.column)
        });
        let (own, theirs) = (rows(&one.file), rows(&one.to_file));
        !back || own < theirs || own == theirs && !one.named
    });
    found
}

/// Whether values of this kind are what something goes by.
const fn is_name(kind: &Kind) -> bool {
    matches!(kind, Kind::Uuid | Kind::Integer | Kind::Text)
}

/// Whether two columns' values could be the same.
fn like(one: &ColumnScan, key: &ColumnScan) -> bool {
    one.kind == key.kind && one.longest <= key.longest.max(36) && (one.kind != Kind::Uuid || key.kind == Kind::Uuid)
}

fn is_code(column: &ColumnScan) -> bool {
    !column.codes.is_empty() || column.person.as_ref().is_some_and(|person| matches!(person.tag, "name" | "address" | "free_text" | "zip"))
}

/// Whether the names say that the one refers to the other: `PATIENT`, `patient_id` and `idPatient` to the key of `patients`,
/// `subject_id` to `subject_id`.
fn names(one: &One<'_>, key: &One<'_>) -> bool {
    let (own, theirs) = (words(&one.column.name), words(&key.column.name));
    if own == theirs && own.len() > 1 && is_identifier(&own) {
        return true;
    }
    // A key among several words of its own name is what it is a key of.
    let table: Vec<String> = words(key.file.stem()).iter().map(|word| singular(word)).collect();
    let said: Vec<String> = own
        .iter()
        .map(|word| singular(word))
        .filter(|word| !matches!(word.as_str(), "id" | "key" | "uuid" | "no" | "fk" | "ref" | "code"))
        .collect();
    let plain = said.len() < own.len() || is_identifier(&own) || one.column.kind == Kind::Uuid || own.len() == 1;
    let key_is_plain = theirs.len() == 1 || is_identifier(&theirs);
    plain
        && key_is_plain
        && !said.is_empty()
        && table.last().is_some_and(|last| said.iter().any(|word| word == last || word.strip_suffix("id") == Some(last)))
}
