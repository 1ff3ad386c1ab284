//! Where tables and columns stand, for what is found out about them later.

use crate::diagnostic::Place;
use std::collections::BTreeMap;

/// The place of a schema, its tables and their columns.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    whole: Place,
    tables: BTreeMap<String, Place>,
    columns: BTreeMap<(String, String), Place>,
}

impl Places {
    pub(super) fn new(whole: Place) -> Self {
        Self { whole, tables: BTreeMap::new(), columns: BTreeMap::new() }
    }

    pub(super) fn set_table(&mut self, table: &str, place: &Place) {
        self.tables.insert(table.to_owned(), place.clone());
    }

    pub(super) fn set_column(&mut self, table: &str, column: &str, place: &Place) {
        self.columns.insert((table.to_owned(), column.to_owned()), place.clone());
    }

    /// Where the schema says what it is.
    pub(crate) fn whole(&self) -> &Place {
        &self.whole
    }

    /// Where a table stands.
    pub(crate) fn table(&self, table: &str) -> Option<&Place> {
        self.tables.get(table)
    }

    /// Where a column stands.
    pub(crate) fn column(&self, table: &str, column: &str) -> Option<&Place> {
        self.columns.get(&(table.to_owned(), column.to_owned()))
    }
}
