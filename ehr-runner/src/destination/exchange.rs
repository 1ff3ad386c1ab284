//! Rows that take the place of others, which are kept: the statements of it.

use super::books::ORDER;
use super::books::PRINT;
use super::books::REPLACED_BY;
use super::store::Store;
use super::store::equal;
use super::store::list;

/// The fingerprint that the book has of a row which goes, and the order that brought it.
pub(super) const WAS: &str = "_ehr_was";
pub(super) const OWNER: &str = "_ehr_owner";

/// An exchange of rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exchange<'a> {
    /// Where they stand.
    pub(super) table: &'a str,
    /// Where those that go are kept.
    pub(super) past: &'a str,
    /// Where those that come wait, with what is kept of those that go.
    pub(super) new: &'a str,
    /// By which columns one is told to take the place of another.
    pub(super) told: &'a [&'a str],
    /// The columns that come, those among them.
    pub(super) own: &'a [&'a str],
    /// The order that brings them.
    pub(super) number: i64,
}

impl Exchange<'_> {
    /// The columns that may change.
    pub(super) fn rest(&self) -> Vec<&str> {
        self.own.iter().copied().filter(|name| !self.told.contains(name)).collect()
    }

    /// Where kept rows go to, with their columns in brackets.
    pub(super) fn into(&self, store: &dyn Store) -> String {
        let into: Vec<&str> = self.own.iter().copied().chain([PRINT, ORDER, REPLACED_BY]).collect();
        format!("{} ({})", store.quoted(self.past), list(store, &into, ""))
    }

    /// One statement that keeps what goes, and one that changes it.
    pub(super) fn one_after_the_other(&self, store: &dyn Store) -> Vec<String> {
        let keep = format!(
            "INSERT INTO {} SELECT {}, {}, {} FROM {} m JOIN {} n ON {}",
            self.into(store),
            list(store, self.own, "m"),
            list(store, &[WAS, OWNER], "n"),
            self.number,
            store.quoted(self.table),
            store.quoted(self.new),
            equal(store, self.told, "n", "m"),
        );
        let rest = self.rest();
        let values: Vec<(&str, String)> = rest.iter().map(|name| (*name, format!("n.{}", store.quoted(name)))).collect();
        let change = (!values.is_empty()).then(|| store.update(self.table, self.new, "n", self.told, &values, ""));
        [keep].into_iter().chain(change).collect()
    }
}
