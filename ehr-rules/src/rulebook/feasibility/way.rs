//! What stands on the way of a target's table: the rules that its rows come through, back to the tables of files.
//!
//! A row is followed by what drives it. What is joined or looked up belongs to other rows.

use crate::dataset::concern::Concern;
use crate::ir::expr::Form;
use crate::ir::transform::Transform;
use crate::rulebook::job::Job;

/// Where something is noted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Source,
    Category,
    Target,
}

/// A table on the way, or one of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    level: Level,
    table: String,
    column: Option<String>,
}

/// The tables that drive a table of the target, itself among them.
pub(super) struct Way {
    tables: Vec<(Level, String)>,
}

impl Node {
    /// A table of the target.
    pub(super) fn target(table: &str) -> Self {
        Self { level: Level::Target, table: table.to_owned(), column: None }
    }

    /// Whether a concern is of this table, and, where a column is named, of that column. Rules over several columns of a source
    /// are of each of them.
    pub(super) fn is_of(&self, concern: &Concern) -> bool {
        let level = match concern.stage {
            "read" | "assess" => Level::Source,
            "categorize" => Level::Category,
            _ => Level::Target,
        };
        let is_column = |column: &String| concern.column == *column || concern.column.split('+').any(|part| part == column);
        level == self.level && concern.table == self.table && self.column.as_ref().is_none_or(is_column)
    }
}

impl Way {
    /// The way to a table; none where no rule makes it.
    pub(super) fn to(job: &Job<'_>, table: &str) -> Option<Self> {
        if !job.rules.iter().any(|one| one.table == table) {
            return None;
        }
        let mut tables = vec![(Level::Target, table.to_owned())];
        let mut next = 0;
        while let Some((level, name)) = tables.get(next).cloned() {
            next += 1;
            for from in rules(job, level, &name).flat_map(|one| &one.branches).map(|branch| &branch.from) {
                let driver = (below(job, level, from), from.clone());
                if !tables.contains(&driver) {
                    tables.push(driver);
                }
            }
        }
        Some(Self { tables })
    }

    /// Every table on it.
    pub(super) fn nodes(&self) -> Vec<Node> {
        self.tables.iter().map(|(level, table)| Node { level: *level, table: table.clone(), column: None }).collect()
    }

    /// Whether a rule on it asks for codes.
    pub(super) fn asks_for_codes(&self, job: &Job<'_>) -> bool {
        let mut asks = false;
        for (level, table) in &self.tables {
            for one in rules(job, *level, table) {
                one.visit(&mut |expr| asks |= matches!(expr.form, Form::Codes { .. }));
            }
        }
        asks
    }

    /// Whether a rule makes this column.
    #[expect(clippy::unused_self, reason = "asked of a way, beside the columns on it")]
    pub(super) fn makes(&self, job: &Job<'_>, table: &str, column: &str) -> bool {
        rules(job, Level::Target, table).flat_map(|one| &one.branches).flat_map(|branch| &branch.columns).any(|made| made.name == column)
    }

    /// A column and every column that its value is made of, as far as the driving rows go.
    #[expect(clippy::unused_self, reason = "asked of a way, beside the tables on it")]
    pub(super) fn column(&self, job: &Job<'_>, table: &str, column: &str) -> Vec<Node> {
        let mut nodes = vec![Node { level: Level::Target, table: table.to_owned(), column: Some(column.to_owned()) }];
        let mut next = 0;
        while let Some(Node { level, table, column }) = nodes.get(next).cloned() {
            next += 1;
            for branch in rules(job, level, &table).flat_map(|one| &one.branches) {
                for output in branch.columns.iter().filter(|output| Some(&output.name) == column.as_ref()) {
                    let read = output.expr.columns().into_iter().flat_map(|name| branch.sources_of(name));
                    for (_, column) in read.filter(|(table, _)| *table == branch.from) {
                        let node = Node { level: below(job, level, &branch.from), table: branch.from.clone(), column: Some(column) };
                        if !nodes.contains(&node) {
                            nodes.push(node);
                        }
                    }
                }
            }
        }
        nodes
    }
}

/// The rules that make a table.
fn rules<'j>(job: &'j Job<'_>, level: Level, table: &'j str) -> impl Iterator<Item = &'j Transform> {
    let rules: &[Transform] = match level {
        Level::Source => &[],
        Level::Category => &job.asked.transforms,
        Level::Target => &job.rules,
    };
    rules.iter().filter(move |one| one.table == table)
}

/// Where a table stands that a rule of this level reads.
fn below(job: &Job<'_>, level: Level, table: &str) -> Level {
    match level {
        Level::Target if job.target.is_straight() => {
            if job.source.schema.table(table).is_some() {
                Level::Source
            } else {
                Level::Target
            }
        }
        Level::Target if job.source.shapes.contains_key(table) => Level::Category,
        Level::Target => Level::Target,
        Level::Category | Level::Source => {
            if job.source.schema.table(table).is_some() {
                Level::Source
            } else {
                Level::Category
            }
        }
    }
}
