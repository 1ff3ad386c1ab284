//! What could identify a row: one column, or two together.

use crate::ir::types::Kind;
use crate::scan::column::Column;
use crate::scan::distinct::Distinct;
use crate::scan::found::ColumnScan;
use crate::scan::found::FileScan;
use crate::scan::found::FoundKey;
use crate::scan::found::FoundReference;
use crate::scan::words::is_identifier;
use crate::scan::words::words;
use std::collections::HashMap;
use std::collections::HashSet;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// Columns of which pairs are tried, and how many pairs are then followed.
const TRIED: usize = 12;
const FOLLOWED: usize = 4;
/// Characters beyond which a value identifies nothing.
const LONGEST: u64 = 64;
/// Rows that are enough to choose pairs by.
const ENOUGH: usize = 20_000;
/// Rows that are so few that being unique says little.
const FEW: u64 = 10;
/// How many keys are named.
const NAMED: usize = 5;

/// Pairs of columns that were unique in the first records, followed to the end.
#[derive(Debug)]
pub(super) struct Pairs {
    bound: usize,
    chosen: bool,
    followed: Vec<(usize, usize, Distinct)>,
}

impl Pairs {
    pub(super) fn new(bound: usize) -> Self {
        Self { bound, chosen: false, followed: Vec::new() }
    }

    /// Sees the records of a batch; the first one chooses.
    pub(super) fn see<'t>(&mut self, columns: &[Column], records: &[usize], field: impl Fn(usize, usize) -> &'t str) {
        if records.len() < 2 && !self.chosen {
            return;
        }
        if !self.chosen {
            self.chosen = true;
            self.choose(columns, records, &field);
        }
        for (a, b, distinct) in &mut self.followed {
            for record in records {
                distinct.see(both(field(*record, *a), field(*record, *b)), "", 1);
            }
        }
    }

    fn choose<'t>(&mut self, columns: &[Column], records: &[usize], field: &impl Fn(usize, usize) -> &'t str) {
        let rows = records.len() as u64;
        let unique = |column: &Column| column.filled == rows && column.distinct.count().0 == rows;
        if columns.iter().any(unique) {
            return;
        }
        let mut likely: Vec<usize> = (0..columns.len())
            .filter(|at| columns.get(*at).is_some_and(|one| one.filled == rows && one.distinct.count().0 > 1 && one.longest <= LONGEST))
            .collect();
        likely.sort_by_key(|at| std::cmp::Reverse(columns.get(*at).map_or(0, |column| column.distinct.count().0)));
        likely.truncate(TRIED);
        likely.sort_unstable();
        let records = records.get(..ENOUGH).unwrap_or(records);
        for (at, a) in likely.iter().enumerate() {
            for b in likely.iter().skip(at + 1) {
                let mut seen = HashSet::with_capacity(records.len());
                if records.iter().all(|record| seen.insert(both(field(*record, *a), field(*record, *b)))) {
                    self.followed.push((*a, *b, Distinct::new(self.bound)));
                    if self.followed.len() == FOLLOWED {
                        return;
                    }
                }
            }
        }
    }

    /// The keys of a file of so many sound records.
    pub(super) fn keys(&self, columns: &[ColumnScan], rows: u64) -> Vec<FoundKey> {
        if rows < 2 {
            return Vec::new();
        }
        let single = columns
            .iter()
            .filter(|column| column.unique && column.filled == rows && column.longest <= LONGEST)
            .map(|column| FoundKey { columns: vec![column.name.clone()], exact: column.distinct_exact, because: Vec::new() });
        let pairs = self.followed.iter().filter(|(_, _, distinct)| distinct.is_unique(rows)).filter_map(|(a, b, distinct)| {
            let columns = vec![columns.get(*a)?.name.clone(), columns.get(*b)?.name.clone()];
            Some(FoundKey { columns, exact: distinct.count().1, because: Vec::new() })
        });
        single.chain(pairs).collect()
    }
}

fn both(a: &str, b: &str) -> u64 {
    xxh3_64_with_seed(b.as_bytes(), xxh3_64_with_seed(a.as_bytes(), 0))
}

/// Orders each file's keys by how likely they are meant to be one, and says why; unlikely ones are left out.
pub(super) fn rank(files: &mut [FileScan], references: &[FoundReference]) {
    let mut referred_to: HashMap<(&str, &str), usize> = HashMap::new();
    for reference in references {
        *referred_to.entry((&reference.to_file, &reference.to_column)).or_default() += 1;
    }
    for file in files {
        let mut ranked: Vec<(i64, FoundKey)> = Vec::new();
        // The first of a name: wide files have as many keys as columns.
        let mut places: HashMap<&str, usize> = HashMap::with_capacity(file.columns.len());
        for (at, column) in file.columns.iter().enumerate() {
            places.entry(&column.name).or_insert(at);
        }
        for mut key in std::mem::take(&mut file.keys) {
            let mut points = if key.columns.len() == 1 { 2 } else { 0 };
            for name in &key.columns {
                let position = places.get(name.as_str()).copied();
                let Some(column) = position.and_then(|at| file.columns.get(at)) else { continue };
                if is_identifier(&words(name)) && column.codes.is_empty() {
                    points += 4;
                    key.because.push(format!("`{name}` is named as an identifier"));
                }
                match column.kind {
                    Kind::Uuid => {
                        points += 3;
                        key.because.push(format!("`{name}` holds UUIDs"));
                    }
                    Kind::Integer => points += 1,
                    Kind::Decimal { .. } | Kind::Float => points -= 6,
                    Kind::Date | Kind::Datetime | Kind::Time if key.columns.len() == 1 => points -= 6,
                    _ => {}
                }
                let secret = column.person.as_ref().is_some_and(|person| !matches!(person.tag, "medical_record_number" | "service_date"));
                points -= if secret { 6 } else { 0 };
                points += i64::from(position == Some(0));
                let referred = referred_to.get(&(file.name.as_str(), name.as_str())).copied().unwrap_or_default();
                if referred > 0 && key.columns.len() == 1 {
                    points += 4;
                    let columns = if referred == 1 { "a column of another file holds" } else { "columns of other files hold" };
                    key.because.push(format!("{columns} its values"));
                }
            }
            // In a few rows much is unique.
            if points >= if file.rows < FEW { 4 } else { 3 } {
                ranked.push((points, key));
            }
        }
        ranked.sort_by_key(|(points, _)| std::cmp::Reverse(*points));
        ranked.truncate(NAMED);
        file.keys = ranked.into_iter().map(|(_, key)| key).collect();
    }
}
