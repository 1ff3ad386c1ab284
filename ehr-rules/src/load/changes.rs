//! What became of tables and columns since an inherited rule was written, through any number of generations.

use std::collections::BTreeMap;

/// What became of what a rule names; empty for a rule that is not inherited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Tables' names now, by those they had.
    tables: BTreeMap<String, String>,
    /// What became of columns: by the table's name now, and the column's as the rule was written.
    columns: BTreeMap<String, BTreeMap<String, Became>>,
}

/// What became of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Became {
    /// Its name now.
    pub column: String,
    /// The way to the table in which it stands now, one step a move; empty where it is still in its own.
    pub through: Vec<Hop>,
}

/// A step from one table to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hop {
    /// The table that is reached.
    pub table: String,
    /// Columns that are equal: of the table before, and of the one reached.
    pub on: Vec<(String, String)>,
}

impl Changes {
    /// What a table is called now.
    pub(crate) fn table<'n>(&'n self, name: &'n str) -> &'n str {
        self.tables.get(name).map_or(name, String::as_str)
    }

    /// What became of a column of a table that is now called `table`; `None` where nothing did.
    pub(crate) fn column(&self, table: &str, name: &str) -> Option<&Became> {
        self.columns.get(table)?.get(name)
    }

    /// Whether nothing changed.
    pub(crate) fn is_empty(&self) -> bool {
        self.tables.is_empty() && self.columns.is_empty()
    }

    /// Columns of the table now called `table` that are called otherwise or stand elsewhere: as they were, and what became of them.
    pub(crate) fn columns(&self, table: &str) -> impl Iterator<Item = (&String, &Became)> {
        self.columns.get(table).into_iter().flatten()
    }

    pub(super) fn rename_table(&mut self, old: &str, new: &str) {
        self.tables.insert(old.to_owned(), new.to_owned());
    }

    pub(super) fn set_column(&mut self, table: &str, name: &str, became: Became) {
        self.columns.entry(table.to_owned()).or_default().insert(name.to_owned(), became);
    }

    /// Forgets a table that is no more: another may come to have its name.
    pub(super) fn drop_table(&mut self, name: &str) {
        self.tables.retain(|_, now| now != name);
        self.columns.remove(name);
    }

    /// The changes of a generation after those of the generations before it.
    pub(super) fn then(&mut self, now: &Self) {
        for current in self.tables.values_mut() {
            now.table(&current.clone()).clone_into(current);
        }
        for (old, new) in &now.tables {
            // A name that was given up before and is now another table's is not what the rule was written for.
            if !self.tables.contains_key(old) && !self.tables.values().any(|taken| taken == new) {
                self.tables.insert(old.clone(), new.clone());
            }
        }
        let before = std::mem::take(&mut self.columns);
        for (table, mut columns) in before {
            let table = now.table(&table).to_owned();
            for became in columns.values_mut() {
                became.then(&table, now);
            }
            self.columns.insert(table, columns);
        }
        for (table, columns) in &now.columns {
            let all = self.columns.entry(table.clone()).or_default();
            for (old, became) in columns {
                // As with tables.
                if !all.contains_key(old) && !all.values().any(|taken| taken == became) {
                    all.insert(old.clone(), became.clone());
                }
            }
        }
    }

    /// The name now of a column that is still in its table.
    fn renamed(&self, table: &str, column: &str) -> String {
        self.column(table, column).filter(|became| became.through.is_empty()).map_or(column, |became| &became.column).to_owned()
    }
}

impl Became {
    /// What becomes of it in the next generation; `table` is its own table's name there.
    fn then(&mut self, table: &str, now: &Changes) {
        let mut here = table.to_owned();
        for hop in &mut self.through {
            let there = now.table(&hop.table).to_owned();
            for (left, right) in &mut hop.on {
                *left = now.renamed(&here, left);
                *right = now.renamed(&there, right);
            }
            hop.table.clone_from(&there);
            here = there;
        }
        if let Some(next) = now.column(&here, &self.column) {
            self.column.clone_from(&next.column);
            self.through.extend(next.through.iter().cloned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn renamed(table: &str, names: &[(&str, &str)]) -> Changes {
        let mut changes = Changes::default();
        for (old, new) in names {
            changes.set_column(table, old, Became { column: (*new).to_owned(), through: Vec::new() });
        }
        changes
    }

    #[test]
    fn names_that_are_swapped_and_given_to_others_are_followed() {
        let mut changes = renamed("a", &[("X", "Y"), ("Y", "X")]);
        changes.then(&renamed("a", &[("Y", "Z")]));
        // This generation's `Y` is another column than either.
        changes.then(&renamed("a", &[("Y", "V")]));
        let now = |name: &str| changes.column("a", name).map(|became| became.column.as_str());
        assert_eq!((now("X"), now("Y"), now("Z")), (Some("Z"), Some("X"), None));
    }

    #[test]
    fn a_table_that_is_dropped_leaves_nothing_to_one_of_its_name() {
        let mut changes = renamed("a", &[("X", "Y")]);
        changes.drop_table("a");
        assert!(changes.column("a", "X").is_none());
    }
}
