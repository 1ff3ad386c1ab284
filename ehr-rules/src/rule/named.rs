//! Columns that texts name which could not be compiled: nobody knows whether those are unused.

use crate::rule::view::Level;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What such texts name of a level. It is asked by the words of a text, not by the columns of the level, which may be many.
pub(super) struct Named<'a> {
    level: &'a Level<'a>,
    /// Names of columns by their first word; made when the first text comes.
    by_word: BTreeMap<&'a str, BTreeSet<&'a str>>,
    columns: BTreeSet<&'a str>,
    tables: BTreeSet<String>,
    /// Whether a text may come to name any.
    all: bool,
}

impl<'a> Named<'a> {
    pub(super) fn new(level: &'a Level<'a>) -> Self {
        Self { level, by_word: BTreeMap::new(), columns: BTreeSet::new(), tables: BTreeSet::new(), all: false }
    }

    /// Takes the columns that a text names, of whatever table.
    pub(super) fn text(&mut self, text: &str) {
        // One that is still to be written may come to read any.
        self.all |= text.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#'));
        if self.by_word.is_empty() {
            for column in self.level.inputs.iter().flat_map(|table| &table.columns) {
                self.by_word.entry(words(&column.name).next().unwrap_or_default()).or_default().insert(&column.name);
            }
        }
        // A name without a word, `%` say, is filed under the empty one.
        let found = words(text).chain([""]).collect::<BTreeSet<_>>();
        let near = found.into_iter().filter_map(|word| self.by_word.get(word)).flatten();
        self.columns.extend(near.filter(|column| text.contains(**column)).copied());
    }

    /// Takes every column of a table.
    pub(super) fn table(&mut self, table: &str) {
        self.tables.insert(table.to_owned());
    }

    /// All that was taken: table and column.
    pub(super) fn columns(&self) -> impl Iterator<Item = (String, String)> {
        self.level.inputs.iter().flat_map(move |table| {
            let whole = self.all || self.tables.contains(&table.name);
            let columns = table.columns.iter().filter(move |column| whole || self.columns.contains(column.name.as_str()));
            columns.map(|column| (table.name.clone(), column.name.clone()))
        })
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty())
}
