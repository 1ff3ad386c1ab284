//! What names stand for at a spot: the tables and columns in reach of it.

use super::facts;
use super::facts::ColumnFacts;
use super::facts::TableFacts;
use super::home::Home;
use super::made;
use super::outline::Entry;
use super::outline::Item;
use super::outline::value;
use super::spot::Spot;
use crate::diagnostic::Source;
use crate::forms::Form;
use crate::ir::schema::Parameter;
use crate::load::Loaded;
use std::sync::Arc;

/// A file, and what is known around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scope<'a> {
    /// What the file is.
    pub home: &'a Home,
    /// What was loaded last.
    pub loaded: &'a Loaded,
    /// The file itself, where it is asked where names of its own are written.
    pub file: Option<&'a Arc<Source>>,
}

/// A joined table under its alias, or the driving one without.
#[derive(Debug, Clone)]
pub(super) struct InReach {
    pub alias: Option<String>,
    pub table: TableFacts,
}

impl InReach {
    /// The name under which a column is seen.
    pub(super) fn name_of(&self, column: &ColumnFacts) -> String {
        self.alias.as_ref().map_or_else(|| column.name.clone(), |alias| format!("{alias}.{}", column.name))
    }
}

impl Scope<'_> {
    /// A table that is read, by name.
    pub(super) fn input(&self, name: &str) -> Option<TableFacts> {
        facts::inputs(self.home, self.loaded).into_iter().find(|table| table.name == name)
    }

    /// The driving table and those joined to it.
    pub(super) fn in_reach(&self, spot: &Spot<'_>) -> Vec<InReach> {
        let Some(branch) = branch(spot) else {
            // A check of a schema is about the table it stands in.
            return self.own_table(spot).into_iter().map(|table| InReach { alias: None, table }).collect();
        };
        let step = step(spot);
        let mut driving = value(branch, "from").and_then(Item::text).and_then(|name| self.input(name));
        if let Some(table) = &mut driving {
            made::unfold(branch, table, step, spot.span.start, self.file);
        }
        let mut found: Vec<InReach> = driving.into_iter().map(|table| InReach { alias: None, table }).collect();
        if matches!(step, Some("explode" | "unpivot")) {
            // They come before anything is joined.
            return found;
        }
        for join in value(branch, "join").map(Item::entries).unwrap_or_default() {
            let name = join.value.get("table").and_then(Item::text).unwrap_or(&join.name);
            found.extend(self.input(name).map(|table| InReach { alias: Some(join.name.clone()), table }));
        }
        match value(branch, "pivot").filter(|_| matches!(step, Some("columns" | "file"))) {
            Some(pivot) => made::pivoted(pivot, &found, self.file),
            None => found,
        }
    }

    /// A column of the driving row, by the name under which it is seen.
    pub(super) fn input_column(&self, spot: &Spot<'_>, name: &str) -> Option<(TableFacts, ColumnFacts)> {
        self.in_reach(spot).into_iter().find_map(|reach| {
            let column = reach.table.columns.iter().find(|column| reach.name_of(column) == name)?.clone();
            Some((reach.table, column))
        })
    }

    /// The table that the nearest lookup or join names.
    pub(super) fn other(&self, spot: &Spot<'_>) -> Option<TableFacts> {
        let at = spot.frames.iter().rposition(|frame| {
            frame.form.is_some_and(|form| matches!(form.name, "a lookup" | "a join")) || value(frame.entries, "lookup").is_some()
        })?;
        let entries = spot.frames.get(at)?.entries;
        let named = value(entries, "lookup").or_else(|| value(entries, "table")).and_then(Item::text);
        let alias = || Some(spot.frames.get(at.checked_sub(1)?)?.entry?.name.as_str());
        self.input(named.or_else(alias)?)
    }

    /// What the rule around a spot makes.
    pub(super) fn made(&self, spot: &Spot<'_>) -> Option<TableFacts> {
        let name = &spot.frames.first()?.entry?.name;
        facts::outputs(self.home, self.loaded).into_iter().find(|table| table.name == *name)
    }

    /// The column of the target or category that a spot is a value of.
    pub(super) fn fed(&self, spot: &Spot<'_>) -> Option<ColumnFacts> {
        let at = spot.frames.iter().rposition(|frame| frame.entry.is_some_and(|entry| entry.name == "columns"))?;
        let name = &spot.frames.get(at + 1)?.entry?.name;
        self.made(spot)?.column(name).cloned()
    }

    /// The schema's own table that a spot stands in.
    pub(super) fn own_table(&self, spot: &Spot<'_>) -> Option<TableFacts> {
        let own = facts::own(self.home, self.loaded);
        if let Home::Category(_) = self.home {
            return own.into_iter().next();
        }
        let tables = spot.frames.iter().position(|frame| frame.entry.is_some_and(|entry| entry.name == "tables"))?;
        let name = &spot.frames.get(tables + 1)?.entry?.name;
        own.into_iter().find(|table| table.name == *name)
    }

    /// The parameters that may be asked for or set at a spot: in a case, those of its target or source as well.
    pub(super) fn parameters(&self, spot: &Spot<'_>) -> Vec<Parameter> {
        let mut all = facts::parameters(self.home, self.loaded);
        if let Home::SourceCases(_) | Home::TargetCases(_) = self.home {
            let named = |key: &str| spot.frames.first().and_then(|frame| value(frame.entries, key)).and_then(Item::text);
            let target = named("target").and_then(|name| facts::target(name, self.loaded)).map(|target| &target.schema.parameters);
            let source = named("source").and_then(|id| facts::source(id, self.loaded)).map(|source| &source.schema.parameters);
            all.extend(target.into_iter().chain(source).flatten().cloned());
        }
        all
    }

    /// A column of the schema's own, as `table.column`.
    pub(super) fn reference(&self, text: &str) -> Option<(TableFacts, ColumnFacts)> {
        let (table, column) = text.split_once('.')?;
        let table = facts::own(self.home, self.loaded).into_iter().find(|known| known.name == table)?;
        let column = table.column(column)?.clone();
        Some((table, column))
    }
}

/// The key of the branch around a spot under which that stands.
fn step<'a>(spot: &Spot<'a>) -> Option<&'a str> {
    let own = spot.frames.iter().rev().find(|frame| frame.form.is_some_and(is_branch));
    own.and_then(|frame| frame.entry).map(|entry| entry.name.as_str())
}

fn is_branch(form: &Form) -> bool {
    matches!(form.name, "a rule" | "a branch of a union")
}

/// The keys of the branch around a spot: those of the rule, or of a branch of its union.
fn branch<'a>(spot: &Spot<'a>) -> Option<&'a [Entry]> {
    spot.frames.iter().rev().find(|frame| frame.form.is_some_and(is_branch)).map(|frame| frame.entries)
}
