//! Exports made from a schema alone: invented values that obey each column's type, list and formats.

use crate::exports::chance::Chance;
use ehr_rules::CheckRule;
use ehr_rules::InputFile;
use ehr_rules::Kind;
use ehr_rules::SourceColumn;
use ehr_rules::SourceSchema;
use ehr_rules::SourceTable;
use std::fs;
use std::io;
use std::path::Path;

/// Words that text is made of.
const WORDS: &[&str] =
    &["ease", "rest", "left", "right", "seen", "mill", "lane", "oak", "north", "calm", "visit", "note", "again", "plain"];

/// An export in memory.
#[derive(Debug, Clone, Default)]
pub(crate) struct Export {
    pub files: Vec<File>,
}

/// One of its files.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub name: String,
    pub delimiter: String,
    /// The names in its first line; none where it has no such line.
    pub headed: bool,
    pub columns: Vec<Column>,
    /// Its bytes, where it is no table at all, or is written in another way.
    pub bytes: Option<Vec<u8>>,
}

/// A column of a file.
#[derive(Debug, Clone)]
pub(crate) struct Column {
    pub name: String,
    /// What it is in truth, as `table.column`; nothing where no schema has it.
    pub truth: Option<String>,
    /// Whether its values tell more than that they are text.
    pub typed: bool,
    pub values: Vec<String>,
}

impl Export {
    /// All tables of a version that are text, with so many rows each.
    pub(crate) fn of(schema: &SourceSchema, rows: usize, chance: &mut Chance) -> Self {
        let tables = schema.tables.iter().filter(|table| table.list.is_none() && table.json.is_none());
        let delimiter = schema.dialect.delimiter.clone().unwrap_or_else(|| ",".to_owned());
        Self { files: tables.map(|table| file(table, &delimiter, rows, chance)).collect() }
    }

    /// Writes the files into a folder.
    pub(crate) fn write(&self, folder: &Path) -> io::Result<Vec<InputFile>> {
        let mut inputs = Vec::new();
        for file in &self.files {
            let path = folder.join(&file.name);
            let bytes = file.bytes.clone().unwrap_or_else(|| file.text().into_bytes());
            fs::write(&path, &bytes)?;
            inputs.push(InputFile { name: file.name.clone(), path, bytes: bytes.len() as u64 });
        }
        inputs.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(inputs)
    }
}

impl File {
    /// Its text: header and rows.
    pub(crate) fn text(&self) -> String {
        let mut lines = Vec::new();
        let separator = self.delimiter.as_str();
        let field = |text: &str| {
            let plain = !text.contains(separator) && !text.contains(['"', '\n']);
            if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
        };
        if self.headed {
            lines.push(self.columns.iter().map(|column| field(&column.name)).collect::<Vec<_>>().join(separator));
        }
        let rows = self.columns.iter().map(|column| column.values.len()).max().unwrap_or(0);
        for row in 0..rows {
            let fields = self.columns.iter().map(|column| field(column.values.get(row).map_or("", String::as_str)));
            lines.push(fields.collect::<Vec<_>>().join(separator));
        }
        lines.join("\n") + "\n"
    }
}

/// What a file of a table is called, in the shortest way.
pub(crate) fn file_name(table: &SourceTable) -> String {
    globs(table).into_iter().next().unwrap_or_default().replace('*', "")
}

/// What a table's files are called, each way by itself: with one star at most, and without alternatives.
pub(crate) fn globs(table: &SourceTable) -> Vec<String> {
    let glob = &table.file;
    let parts = glob.split_once('{').and_then(|(start, rest)| Some((start, rest.split_once('}')?)));
    match parts {
        Some((start, (ways, end))) => ways.split(',').map(|way| format!("{start}{way}{end}")).collect(),
        None => vec![glob.clone()],
    }
}

/// A file of a table; columns that may be left out are left out together, in half of the files.
fn file(table: &SourceTable, delimiter: &str, rows: usize, chance: &mut Chance) -> File {
    let all = chance.share(0.5);
    let read = table.columns.iter().filter(|column| all || !column.optional).map(|column| Column {
        name: column.name.clone(),
        truth: Some(format!("{}.{}", table.name, column.name)),
        typed: column.ty.kind != Kind::Text,
        values: if table.key == [column.name.clone()] { distinct(column, rows, chance) } else { values(column, rows, chance) },
    });
    let mut columns: Vec<Column> = read.collect();
    for name in table.ignore.keys() {
        let values = (0..rows).map(|_| chance.text(WORDS).to_owned()).collect();
        columns.push(Column { name: name.clone(), truth: Some(format!("{}.{name}", table.name)), typed: false, values });
    }
    if !table.header.is_empty() {
        columns.sort_by_key(|column| table.header.iter().position(|name| *name == column.name));
    }
    File { name: file_name(table), delimiter: delimiter.to_owned(), headed: table.header.is_empty(), columns, bytes: None }
}

/// Values of a column, some of them missing where they may be.
pub(crate) fn values(column: &SourceColumn, rows: usize, chance: &mut Chance) -> Vec<String> {
    let format = chance.pick(&column.formats).cloned();
    (0..rows)
        .map(|_| if column.ty.nullable && chance.share(0.1) { String::new() } else { value(column, format.as_deref(), chance) })
        .collect()
}

/// Values of a key: no two of them equal, as far as its type has so many.
fn distinct(column: &SourceColumn, rows: usize, chance: &mut Chance) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for _ in 0..rows {
        let new = (0..50).map(|_| values(column, 1, chance).remove(0)).find(|value| !value.is_empty() && !all.contains(value));
        all.push(new.unwrap_or_default());
    }
    all
}

/// A text that a pattern takes; nothing where none of these ways is one of its own.
fn matching(pattern: &str, chance: &mut Chance) -> String {
    let regex = regex::Regex::new(&format!("^(?:{pattern})$"));
    let ways = [
        format!("{:05}", chance.below(90_000) + 10_000),
        format!("{}/{}/{}.pdf", chance.text(WORDS), chance.below(90), chance.text(WORDS)),
        chance.text(WORDS).to_owned(),
    ];
    ways.into_iter().find(|text| regex.as_ref().is_ok_and(|regex| regex.is_match(text))).unwrap_or_default()
}

fn value(column: &SourceColumn, format: Option<&str>, chance: &mut Chance) -> String {
    let (mut low, mut high, mut most) = (0, 5_000, 40);
    for check in &column.checks {
        match &check.rule {
            CheckRule::OneOf(texts) => return chance.pick(texts).cloned().unwrap_or_default(),
            CheckRule::Pattern(pattern) => return matching(pattern, chance),
            CheckRule::Min(text) => low = text.parse().unwrap_or(low),
            CheckRule::Max(text) => high = text.parse().unwrap_or(high),
            CheckRule::MaxLength(length) => most = *length,
            CheckRule::Unique => {}
        }
    }
    let whole = |chance: &mut Chance| low + i64::try_from(chance.below(usize::try_from((high - low).max(1)).unwrap_or(1))).unwrap_or(0);
    match &column.ty.kind {
        Kind::Integer | Kind::Decimal { scale: 0, .. } => whole(chance).to_string(),
        Kind::Decimal { .. } | Kind::Float => format!("{}.{}", chance.below(90), chance.below(10)),
        Kind::Boolean => match &column.words {
            Some((yes, no)) => {
                let words = if chance.share(0.5) { yes } else { no };
                chance.pick(words).cloned().unwrap_or_default()
            }
            None => chance.text(&["true", "false"]).to_owned(),
        },
        Kind::Date => moment(format.unwrap_or("%Y-%m-%d"), chance),
        Kind::Time => moment(format.unwrap_or("%H:%M:%S"), chance),
        Kind::Datetime => moment(format.unwrap_or("%Y-%m-%d %H:%M:%S"), chance),
        Kind::Instant => moment(format.unwrap_or("%Y-%m-%dT%H:%M:%SZ"), chance),
        Kind::Uuid => format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            chance.below(1 << 32),
            chance.below(1 << 16),
            chance.below(1 << 12),
            chance.below(1 << 12),
            chance.below(1 << 48)
        ),
        Kind::Text | Kind::List(_) | Kind::Struct(_) => text(&column.name, chance).chars().take(most.max(1)).collect(),
    }
}

/// A code where the name is that of one, words elsewhere.
fn text(name: &str, chance: &mut Chance) -> String {
    let lower = name.to_lowercase();
    if ["id", "no", "nº", "code", "código", "key"].iter().any(|end| lower.ends_with(end)) {
        return format!("P{}", chance.below(900) + 100);
    }
    let words: Vec<&str> = (0..=chance.below(3)).map(|_| chance.text(WORDS)).collect();
    words.join(" ")
}

fn moment(format: &str, chance: &mut Chance) -> String {
    let date = chrono::NaiveDate::from_ymd_opt(1950, 1, 1)
        .and_then(|first| first.checked_add_days(chrono::Days::new(chance.below(26_000) as u64)))
        .unwrap_or_default();
    let seconds = u32::try_from(chance.below(86_400)).unwrap_or(0);
    let time = chrono::NaiveTime::from_num_seconds_from_midnight_opt(seconds, 0).unwrap_or_default();
    date.and_time(time).format(format).to_string()
}
