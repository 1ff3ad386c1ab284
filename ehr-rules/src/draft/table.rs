//! What a draft says of each table: its files, its key, its references.

use crate::draft::column::Column;
use crate::draft::dialect::Keys;
use crate::ir::types::Kind;
use crate::scan::found::FileScan;
use crate::scan::found::FoundReference;
use crate::scan::found::Scan;
use crate::scan::words::is_identifier;
use crate::scan::words::words;

/// One table, decided.
pub(super) struct Table<'a> {
    pub name: String,
    /// A glob over file names.
    pub glob: String,
    /// The file it was drafted from, the largest.
    pub file: &'a FileScan,
    /// All of its files.
    pub parts: Vec<&'a FileScan>,
    pub columns: Vec<Column<'a>>,
    pub key: Vec<String>,
    pub references: Vec<Link>,
    /// How its files are written, where they are other than all of them.
    pub written: Keys,
}

/// A column that holds the key of another table.
pub(super) struct Link {
    pub column: String,
    pub table: String,
    pub target: String,
    /// Whether every value that was compared is there.
    pub whole: bool,
    pub comment: String,
}

/// The tables of an export: files of the same columns whose names differ in digits only are one.
pub(super) fn tables(scan: &Scan) -> Vec<Table<'_>> {
    let mut groups: Vec<Vec<&FileScan>> = Vec::new();
    for file in scan.files.iter().filter(|file| !file.columns.is_empty()) {
        let same = |group: &&mut Vec<&FileScan>| {
            group.first().is_some_and(|first| {
                without_digits(last(&first.name)) == without_digits(last(&file.name))
                    && first.columns.iter().map(|one| &one.name).eq(file.columns.iter().map(|one| &one.name))
            })
        };
        match groups.iter_mut().find(same) {
            Some(group) => group.push(file),
            None => groups.push(vec![file]),
        }
    }
    let mut tables: Vec<Table<'_>> = Vec::new();
    for group in &groups {
        let Some(file) = group.iter().max_by_key(|file| file.rows) else { continue };
        let several = group.len() > 1;
        let named = words(file.stem()).into_iter().filter(|word| !several || word.parse::<u64>().is_err()).collect::<Vec<_>>().join("_");
        let named = if named.chars().next().is_some_and(|letter| letter.is_ascii_alphabetic()) { named } else { format!("table_{named}") };
        let taken = |name: &str| tables.iter().any(|table| table.name == name);
        let name =
            std::iter::once(named.clone()).chain((2..10_000).map(|at| format!("{named}_{at}"))).find(|name| !taken(name)).unwrap_or(named);
        let rows = file.rows - file.malformed - file.ragged;
        let mut columns: Vec<Column<'_>> = file.columns.iter().map(|column| Column::new(column, rows)).collect();
        for column in &mut columns {
            // What another file of the table does not bear out is text.
            let others = group.iter().filter_map(|other| other.column(&column.scan.name));
            if others.clone().any(|other| other.filled > 0 && column.scan.filled > 0 && other.kind != column.scan.kind) {
                column.kind = Kind::Text;
                "text: the table's files differ in its type".clone_into(&mut column.comment);
            }
        }
        tables.push(Table {
            name,
            glob: glob(group),
            file,
            parts: group.clone(),
            columns,
            key: Vec::new(),
            references: Vec::new(),
            written: Keys::default(),
        });
    }
    tables.retain(|table| table.named().next().is_some());
    for table in &mut tables {
        table.decide_key();
    }
    link(&mut tables, &groups, &scan.references);
    tables
}

impl<'a> Table<'a> {
    /// The column of that name.
    pub(super) fn column(&mut self, name: &str) -> Option<&mut Column<'a>> {
        self.columns.iter_mut().find(|column| column.scan.name == name)
    }

    /// Columns that the files' header names, or all where there is none.
    pub(super) fn named(&self) -> impl Iterator<Item = &Column<'a>> {
        self.columns.iter().enumerate().filter(|(at, column)| self.names(*at, column)).map(|(_, column)| column)
    }

    /// Whether rules can name a column.
    pub(super) fn names(&self, at: usize, column: &Column<'_>) -> bool {
        !self.file.dialect.header || column.scan.name != format!("column_{}", at + 1)
    }

    fn decide_key(&mut self) {
        let file = self.file;
        // A key that was only estimated is drafted where its name bears it out.
        let named = |name: &String| {
            let column = file.column(name);
            is_identifier(&words(name))
                && column.is_some_and(|column| column.codes.is_empty() && !matches!(column.kind, Kind::Date | Kind::Datetime))
        };
        let Some(key) = file.keys.iter().find(|key| match key.columns.as_slice() {
            [_] => key.exact || !key.because.is_empty(),
            // Two columns are easily unique together by chance.
            several => several.iter().all(named),
        }) else {
            return;
        };
        for name in &key.columns {
            if let Some(column) = self.column(name) {
                column.required = true;
                column.ignored = None;
                column.is_name();
            }
        }
        self.key.clone_from(&key.columns);
    }
}

/// Columns that hold another table's key: its type is theirs.
fn link(tables: &mut [Table<'_>], groups: &[Vec<&FileScan>], references: &[FoundReference]) {
    let of = |file: &str| groups.iter().position(|group| group.iter().any(|one| one.name == file));
    for reference in references {
        let (Some(from), Some(to)) = (of(&reference.file), of(&reference.to_file)) else { continue };
        let Some(there) = tables.get(to).filter(|table| table.key == [reference.to_column.clone()] && from != to) else { continue };
        let Some(kind) = there.columns.iter().find(|column| column.scan.name == reference.to_column).map(|column| column.kind.clone())
        else {
            continue;
        };
        let link = Link {
            column: reference.column.clone(),
            table: there.name.clone(),
            target: reference.to_column.clone(),
            whole: reference.share >= 1.0,
            comment: reference.in_words(),
        };
        let Some(table) = tables.get_mut(from) else { continue };
        let rows = table.file.rows - table.file.malformed - table.file.ragged;
        if table.references.iter().any(|known| known.column == link.column) {
            continue;
        }
        let Some(column) = table.column(&link.column) else { continue };
        if kind == Kind::Text {
            column.is_name();
        }
        if column.kind != kind {
            continue;
        }
        column.ignored = None;
        column.required = column.required || column.scan.filled == rows && link.whole;
        table.references.push(link);
    }
}

fn last(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

fn without_digits(name: &str) -> String {
    name.chars().filter(|letter| !letter.is_ascii_digit()).collect()
}

/// A glob for the names of these files: what they have in common, with `*` for the rest.
fn glob(group: &[&FileScan]) -> String {
    let names: Vec<&str> = group.iter().map(|file| last(&file.name)).collect();
    let Some((first, rest)) = names.split_first() else { return String::new() };
    let escaped = |text: &str| -> String {
        text.chars().map(|letter| if matches!(letter, '*' | '?' | '[' | ']' | '{' | '}') { '?' } else { letter }).collect()
    };
    if rest.iter().all(|name| name == first) {
        return escaped(first);
    }
    let common = |one: &mut dyn Iterator<Item = (char, char)>| one.take_while(|(a, b)| a == b).map(|(a, _)| a.len_utf8()).sum::<usize>();
    let start = rest.iter().map(|name| common(&mut first.chars().zip(name.chars()))).min().unwrap_or(0);
    let end = rest.iter().map(|name| common(&mut first.chars().rev().zip(name.chars().rev()))).min().unwrap_or(0);
    let end = end.min(first.len() - start);
    let before = first.get(..start).unwrap_or_default().trim_end_matches(|letter: char| letter.is_ascii_digit());
    let after = first.get(first.len() - end..).unwrap_or_default().trim_start_matches(|letter: char| letter.is_ascii_digit());
    format!("{}*{}", escaped(before), escaped(after))
}
