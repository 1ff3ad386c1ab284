//! What a target's schema asks of its tables beyond types, keys and references: `concept`, `mapped`, `mapped_by`, `complete` and
//! `plausible` of a column, `by_concept`, `checks`, `each` and `no_overlap` of a table.
//!
//! They are read once all tables are known, since they look from one into the other.

use super::column;
use super::column::unknown;
use super::plausible;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::overlay::Overlay;
use crate::ir::budget::Budget;
use crate::ir::demand::Demand;
use crate::ir::demand::FoundIn;
use crate::ir::demand::What;
use crate::ir::schema::Severity;
use crate::ir::target::TargetColumn;
use crate::ir::target::TargetTable;
use crate::ir::types::Kind;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use crate::yaml::fields::wrong;
use std::path::Path;

/// Keys of a column that are read here.
pub(super) const OF_COLUMNS: [&str; 5] = ["concept", "mapped", "mapped_by", "complete", "plausible"];
/// Keys of a table that are read here.
pub(super) const OF_TABLES: [&str; 4] = ["by_concept", "checks", "each", "no_overlap"];

const SEVERITIES: &[(&str, Severity)] = &[("warn", Severity::Warn), ("fail", Severity::Fail)];

/// A condition on a target's rows as it is written.
#[derive(Debug, Clone)]
pub(crate) struct WrittenDemand {
    /// What must be true.
    pub that: Node,
    /// Of which rows; all where it is not said.
    pub only: Option<Node>,
    /// Only of rows whose concept, in this column, is one of these or stands under one.
    pub under: Option<(String, Vec<i64>)>,
    /// The author's words.
    pub message: String,
    /// How many rows may break it.
    pub allowed: Budget,
    /// What more than that does.
    pub severity: Severity,
}

/// Says that these keys are known, to be read later.
pub(super) fn known(fields: &mut Fields<'_>, keys: &[&str]) {
    for key in keys {
        fields.get(key);
    }
}

/// `athena: CONCEPT.csv` of an external table, with `at_most` and `on_error` for references to a row that is not in it.
pub(super) fn found_in(fields: &mut Fields<'_>, external: bool, said: &mut Diagnostics) -> Option<FoundIn> {
    let file = fields.named("athena", said)?;
    let (allowed, severity) = borne(fields, said);
    if !external {
        said.push(
            Diagnostic::error("E0407", &file.place, "`athena` is for a table that somebody else fills")
                .help("leave it out, or write `external: true`"),
        );
        return None;
    }
    Some(FoundIn { file: file.text, allowed, severity })
}

/// Fills in what each table asks for; gives conditions on rows back, which are compiled later. `nodes` are those of the tables.
pub(super) fn read(tables: &mut [TargetTable], nodes: &[&Node], files: Files<'_>, said: &mut Diagnostics) -> Vec<(String, WrittenDemand)> {
    let mut checks = Vec::new();
    let found: Vec<Vec<Demand>> = (0..tables.len())
        .zip(nodes)
        .map(|(at, node)| {
            let mut read = Reader { tables, at, files, said, demands: Vec::new() };
            read.columns(node);
            checks.extend(read.rows(node));
            read.demands
        })
        .collect();
    for (table, demands) in tables.iter_mut().zip(found) {
        table.demands = demands;
    }
    checks
}

/// Where lists lie that a schema names.
#[derive(Clone, Copy)]
pub(super) struct Files<'a> {
    /// The schema's folder.
    pub(super) folder: &'a Path,
    /// What an editor has not saved yet.
    pub(super) overlay: &'a Overlay,
}

/// One table on its way.
pub(super) struct Reader<'a> {
    pub(super) tables: &'a [TargetTable],
    at: usize,
    pub(super) files: Files<'a>,
    pub(super) said: &'a mut Diagnostics,
    demands: Vec<Demand>,
}

impl<'a> Reader<'a> {
    pub(super) fn table(&self) -> &'a TargetTable {
        &self.tables[self.at]
    }

    pub(super) fn add(&mut self, what: What, column: Option<&str>, says: String, (allowed, severity): (Budget, Severity)) {
        self.demands.push(Demand { what, column: column.map(str::to_owned), says, allowed, severity });
    }

    fn columns(&mut self, node: &Node) {
        for (name, node) in node.get("columns").and_then(Node::as_map).unwrap_or_default() {
            let Some(column) = self.table().columns.iter().find(|column| column.name == name.text) else { continue };
            if node.as_map().is_none() {
                continue;
            }
            if let Some(first) = OF_COLUMNS.iter().find_map(|key| node.get(key))
                && self.table().external
            {
                self.elsewhere(&first.place);
                continue;
            }
            if let Some(node) = node.get("concept") {
                self.concept(column, node);
            }
            if let Some(node) = node.get("mapped") {
                self.mapped(column, node);
            }
            if let Some(node) = node.get("mapped_by") {
                self.mapped_by(column, node);
            }
            if let Some(node) = node.get("complete") {
                self.complete(column, node);
            }
            if let Some(node) = node.get("plausible") {
                plausible::read(self, column, node);
            }
        }
    }

    /// `{domain: Condition, class: Ingredient, standard: true}`.
    fn concept(&mut self, column: &TargetColumn, node: &Node) {
        let Some(mut fields) = Fields::of(node, "`concept`", self.said) else { return };
        let domains = fields.texts("domain", self.said);
        let classes = fields.texts("class", self.said);
        let standard = fields.bool("standard", self.said).unwrap_or(false);
        let borne = borne(&mut fields, self.said);
        fields.finish(self.said);
        if !self.is_concept(column, &node.place) {
            return;
        }
        if domains.is_none() && classes.is_none() && !standard {
            self.said.push(
                Diagnostic::error("E0011", &node.place, "nothing says what the concept is")
                    .help("write `domain`, `class` or `standard: true`"),
            );
        }
        let listed = |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" or ");
        let name = Some(column.name.as_str());
        if let Some(domains) = domains {
            let says = format!("is a concept of the domain {}", listed(&domains));
            self.add(What::Domain(domains), name, says, borne.clone());
        }
        if let Some(classes) = classes {
            let says = format!("is a concept of the class {}", listed(&classes));
            self.add(What::Class(classes), name, says, borne.clone());
        }
        if standard {
            self.add(What::Standard, name, "is a standard, valid concept".to_owned(), borne);
        }
    }

    /// Whether a column holds concepts that a vocabulary knows; says where it does not.
    pub(super) fn is_concept(&mut self, column: &TargetColumn, place: &Place) -> bool {
        if !matches!(column.ty.kind, Kind::Integer) {
            self.said.push(column::misfit("concept", &column.ty.kind, "integers", place));
            return false;
        }
        let referred = column.references.as_ref().and_then(|(to, _)| self.tables.iter().find(|table| table.name == *to));
        if referred.is_some_and(|table| table.found_in.is_some()) {
            return true;
        }
        self.said.push(
            Diagnostic::error("E0414", place, format!("nothing says which vocabulary the concepts of `{}` are in", column.name))
                .help("let it refer to an external table with `athena: CONCEPT.csv`, as in `references: concept.concept_id`"),
        );
        false
    }

    fn mapped(&mut self, column: &TargetColumn, node: &Node) {
        let Some(borne) = self.share("mapped", node, &[]) else { return };
        if !matches!(column.ty.kind, Kind::Integer) {
            self.said.push(column::misfit("mapped", &column.ty.kind, "integers", &node.place));
            return;
        }
        self.add(What::Mapped, Some(&column.name), "is a concept and not 0".to_owned(), borne);
    }

    fn mapped_by(&mut self, column: &TargetColumn, node: &Node) {
        let Some(mut fields) = Fields::of(node, "`mapped_by`", self.said) else { return };
        let by = fields.required_named("column", self.said);
        known(&mut fields, &["at_least", "on_error"]);
        fields.finish(self.said);
        let Some(borne) = self.share("mapped_by", node, &["column"]) else { return };
        let Some(by) = by else { return };
        let Some(concept) = self.own(&by) else { return };
        if !matches!(concept.ty.kind, Kind::Integer) {
            self.said.push(column::misfit("mapped_by", &concept.ty.kind, "a column of integers", &by.place));
            return;
        }
        let says = format!("each value has a concept in `{}`", by.text);
        self.add(What::MappedBy(by.text), Some(&column.name), says, borne);
    }

    fn complete(&mut self, column: &TargetColumn, node: &Node) {
        let Some(borne) = self.share("complete", node, &[]) else { return };
        if !column.ty.nullable {
            self.said.push(
                Diagnostic::error("E0407", &node.place, format!("`{}` is required, so every row has it", column.name))
                    .help("leave out `complete`, or `required`"),
            );
        }
        self.add(What::Complete, Some(&column.name), "is there".to_owned(), borne);
    }

    /// `95%`, `at least 95%`, or `{at_least: 95%, on_error: warn}`, as what may break it.
    pub(super) fn share(&mut self, key: &str, node: &Node, also: &[&str]) -> Option<(Budget, Severity)> {
        let mut severity = Severity::Fail;
        let written = match node.as_map() {
            None => Key {
                text: node.as_text().or_else(|| wrong(node, "a share or a map", &format!("`{key}`"), self.said))?.to_owned(),
                place: node.place.clone(),
            },
            Some(_) => {
                let mut fields = Fields::of(node, &format!("`{key}`"), self.said)?;
                known(&mut fields, also);
                let written = fields.required_named("at_least", self.said);
                severity = fields.one_of("on_error", SEVERITIES, self.said).unwrap_or(severity);
                if also.is_empty() {
                    fields.finish(self.said);
                }
                written?
            }
        };
        let text = written.text.trim();
        let text = text.strip_prefix("at least ").map_or(text, str::trim);
        let allowed = Budget::parse(text).and_then(|share| share.rest());
        if allowed.is_none() {
            self.said.push(
                Diagnostic::error("E0407", &written.place, format!("`{}` is no share", written.text))
                    .help("write how much of it must hold, as in `95%`"),
            );
        }
        Some((allowed?, severity))
    }

    /// A column of this table; says where there is none of that name.
    pub(super) fn own(&mut self, name: &Key) -> Option<&'a TargetColumn> {
        self.column_of(self.table(), name)
    }

    pub(super) fn column_of(&mut self, table: &'a TargetTable, name: &Key) -> Option<&'a TargetColumn> {
        let found = table.columns.iter().find(|column| column.name == name.text);
        if found.is_none() {
            let known = table.columns.iter().map(|column| column.name.as_str());
            self.said.push(unknown("E0101", format!("unknown column `{}` of `{}`", name.text, table.name), &name.text, &name.place, known));
        }
        found
    }

    /// A table that is filled here; says where there is none.
    pub(super) fn filled(&mut self, name: &Key) -> Option<&'a TargetTable> {
        let found = self.tables.iter().find(|table| table.name == name.text);
        match found {
            None => {
                let known = self.tables.iter().map(|table| table.name.as_str());
                self.said.push(unknown("E0102", format!("unknown table `{}`", name.text), &name.text, &name.place, known));
            }
            Some(table) if table.external => {
                self.said.push(
                    Diagnostic::error(
                        "E0414",
                        &name.place,
                        format!("`{}` is filled by somebody else, and its rows cannot be seen", name.text),
                    )
                    .help("name a table that is filled here"),
                );
                return None;
            }
            Some(_) => {}
        }
        found
    }

    pub(super) fn elsewhere(&mut self, place: &Place) {
        let message = format!("`{}` is filled by somebody else, and its rows are not checked", self.table().name);
        self.said.push(Diagnostic::error("E0407", place, message).help("leave the check out, or `external`"));
    }
}

/// `at_most` and `on_error`: none, and the order fails, where nothing is said.
pub(super) fn borne(fields: &mut Fields<'_>, said: &mut Diagnostics) -> (Budget, Severity) {
    let allowed = fields.named("at_most", said).and_then(|name| {
        let budget = Budget::parse(name.text.trim());
        if budget.is_none() {
            said.push(
                Diagnostic::error("E0407", &name.place, format!("`{}` is no number of rows", name.text))
                    .help("write a number, or a share with at most six decimals: `at_most: 0.1%`"),
            );
        }
        budget
    });
    let severity = fields.one_of("on_error", SEVERITIES, said).unwrap_or(Severity::Fail);
    (allowed.unwrap_or_else(Budget::none), severity)
}
