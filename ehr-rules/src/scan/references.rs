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
use std::collections::HashMap;
use std::collections::HashSet;

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
    /// The words of its name.
    words: Vec<String>,
    /// The last word of its file's name, in the singular.
    table: Option<String>,
}

/// Finds them; of several files that a column could refer to, the one that its name says, else the first.
pub(super) fn find(tables: &[Table], files: &[FileScan]) -> Vec<FoundReference> {
    let all = all(tables, files);
    let likely = Likely::of(&all);
    let mut found = Vec::new();
    for (at, one) in all.iter().enumerate().filter(|(_, one)| is_name(&one.column.kind) && one.column.distinct > 0) {
        let mut best: Option<FoundReference> = None;
        for key in likely.keys_of(at, one).into_iter().filter_map(|key| all.get(key)) {
            if std::ptr::eq(key.file, one.file) || !like(one.column, key.column) {
                continue;
            }
            let named = names(one, key);
            if !named && !is_told_by_values(one.column) {
                continue;
            }
            // No other can be better.
            if best.as_ref().is_some_and(|best| (best.named, best.share) >= (named, 1.0)) {
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
    let rows: HashMap<&str, u64> = files.iter().rev().map(|file| (file.name.as_str(), file.rows)).collect();
    let rows = |name: &str| rows.get(name).copied().unwrap_or_default();
    let both: HashSet<[String; 4]> =
        found.iter().map(|one| [&one.to_file, &one.to_column, &one.file, &one.column].map(String::clone)).collect();
    found.retain(|one| {
        let back = both.contains(&[&one.file, &one.column, &one.to_file, &one.to_column].map(String::clone));
        let (own, theirs) = (rows(&one.file), rows(&one.to_file));
        !back || own < theirs || own == theirs && !one.named
    });
    found
}

/// Every column of every file.
fn all<'a>(tables: &'a [Table], files: &'a [FileScan]) -> Vec<One<'a>> {
    let mut all: Vec<One<'a>> = Vec::new();
    for (table, file) in tables.iter().zip(files) {
        let last = words(file.stem()).last().map(|word| singular(word));
        all.extend(table.columns.iter().zip(&file.columns).map(|(seen, column)| One {
            file,
            column,
            seen,
            words: words(&column.name),
            table: last.clone(),
        }));
    }
    all
}

/// Which keys a column may refer to: those that its name may mean, and those that have its values. In wide files nearly every column is a
/// key, and none can be held against each.
struct Likely<'a> {
    worded: HashMap<&'a [String], Vec<usize>>,
    tables: HashMap<&'a str, Vec<usize>>,
    valued: HashMap<usize, Vec<usize>>,
}

impl<'a> Likely<'a> {
    fn of(all: &'a [One<'a>]) -> Self {
        let is_key = |one: &One<'_>| one.column.unique && is_name(&one.column.kind) && one.column.filled > 1;
        let keys: Vec<(usize, &One<'_>)> = all.iter().enumerate().filter(|(_, one)| is_key(one)).collect();
        let mut worded: HashMap<&[String], Vec<usize>> = HashMap::new();
        let mut tables: HashMap<&str, Vec<usize>> = HashMap::new();
        for (at, key) in &keys {
            worded.entry(&key.words).or_default().push(*at);
            if let Some(table) = key.table.as_deref().filter(|_| is_plain_key(&key.words)) {
                tables.entry(table).or_default().push(*at);
            }
        }
        Self { worded, tables, valued: by_values(all, &keys) }
    }

    /// In the order of the files and their columns, each once.
    fn keys_of(&self, at: usize, one: &One<'_>) -> Vec<usize> {
        let mut keys = self.valued.get(&at).cloned().unwrap_or_default();
        keys.extend(self.worded.get(one.words.as_slice()).into_iter().flatten());
        for word in said(&one.words) {
            let meant = [Some(word.as_str()), word.strip_suffix("id")];
            keys.extend(meant.into_iter().flatten().filter_map(|table| self.tables.get(table)).flatten());
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// For each column whose values may tell what it refers to, the keys that have one of its least values.
fn by_values(all: &[One<'_>], keys: &[(usize, &One<'_>)]) -> HashMap<usize, Vec<usize>> {
    let mut asked: HashMap<u64, Vec<usize>> = HashMap::new();
    for (at, one) in all.iter().enumerate().filter(|(_, one)| is_name(&one.column.kind) && is_told_by_values(one.column)) {
        one.seen.distinct.least().for_each(|hash| asked.entry(hash).or_default().push(at));
    }
    let mut found: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, key) in keys {
        let has = &key.seen.distinct;
        let mut add = |ones: &Vec<usize>| {
            for one in ones {
                let keys = found.entry(*one).or_default();
                // A key's values come one after the other.
                if keys.last() != Some(at) {
                    keys.push(*at);
                }
            }
        };
        // Whichever are fewer are looked up.
        if has.kept() < asked.len() {
            has.hashes().filter_map(|hash| asked.get(&hash)).for_each(&mut add);
        } else {
            asked.iter().filter(|(hash, _)| has.keeps(**hash)).for_each(|(_, ones)| add(ones));
        }
    }
    found
}

/// Whether values of this column are so long that they say by themselves whose they are.
fn is_told_by_values(column: &ColumnScan) -> bool {
    (column.kind == Kind::Uuid || column.shortest >= LONG) && !is_code(column)
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
    let (own, theirs) = (&one.words, &key.words);
    if own == theirs && own.len() > 1 && is_identifier(own) {
        return true;
    }
    // A key among several words of its own name is what it is a key of.
    let said = said(own);
    let plain = said.len() < own.len() || is_identifier(own) || one.column.kind == Kind::Uuid || own.len() == 1;
    plain
        && is_plain_key(theirs)
        && key.table.as_ref().is_some_and(|last| said.iter().any(|word| word == last || word.strip_suffix("id") == Some(last)))
}

/// What a name says beside that it is a key.
fn said(words: &[String]) -> Vec<String> {
    let plain = |word: &String| !matches!(word.as_str(), "id" | "key" | "uuid" | "no" | "fk" | "ref" | "code");
    words.iter().map(|word| singular(word)).filter(plain).collect()
}

/// Whether a name says of a key no more than that it is one.
fn is_plain_key(words: &[String]) -> bool {
    words.len() == 1 || is_identifier(words)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

    use super::*;
    use crate::dataset::input::InputFile;
    use crate::scan::ScanOptions;
    use crate::scan::table::Seen;
    use crate::scan::table::read;

    /// Files of so many columns of twenty rows, of which nearly all are keys; the first ones name their neighbour's, or have its values.
    fn wide(columns: usize) -> Vec<Table> {
        let folder = tempfile::tempdir().unwrap();
        let made = |of: &str, other: &str| {
            let name = |at: usize| match at {
                0 => "id".to_owned(),
                1 => format!("{other}_id"),
                2 => "twin".to_owned(),
                _ => format!("{of}{at}"),
            };
            let cell = |at: usize, row: usize| match at {
                0 | 1 => format!("{row}"),
                2 => format!("shared-long-value-{row}"),
                _ if at.is_multiple_of(2) => format!("{of}-long-value-{at}-{row}"),
                _ => format!("{}", at * 100 + row),
            };
            let line = |cell: &dyn Fn(usize) -> String| (0..columns).map(cell).collect::<Vec<_>>().join(",") + "\n";
            let text = (0..20).fold(line(&name), |text, row| text + line(&|at| cell(at, row)).as_str());
            let path = folder.path().join(of);
            std::fs::write(&path, &text).unwrap();
            let Seen::Table(table) = read(&InputFile { name: format!("{of}.csv"), path, bytes: text.len() as u64 }).unwrap() else {
                panic!()
            };
            *table
        };
        vec![made("north", "south"), made("south", "north")]
    }

    #[test]
    fn what_is_looked_at_grows_as_files_grow_wide() {
        for columns in [50, 400, 1_600] {
            let tables = wide(columns);
            let files: Vec<FileScan> = tables.iter().map(|table| table.found(ScanOptions::default())).collect();
            let all = all(&tables, &files);
            let likely = Likely::of(&all);
            let looked: usize = all.iter().enumerate().map(|(at, one)| likely.keys_of(at, one).len()).sum();
            assert!(looked <= 4 * all.len(), "{looked} of {} columns", all.len());
            let found: Vec<String> =
                find(&tables, &files).iter().map(|one| format!("{}.{} {}", one.file, one.column, one.to_column)).collect();
            assert_eq!(found, ["north.csv.south_id id", "north.csv.twin twin", "south.csv.north_id id", "south.csv.twin twin"]);
        }
    }
}
