//! Which of the rules a difference comes from: the ways of a column in both revisions, held against each other rule by rule.
//!
//! What is named differs on the way; what does not stand on the way is never named. Where nothing on it differs, nothing is said.

use super::Cause;
use super::Revision;
use crate::codes::entries::CodeEntry;
use crate::error::Error;
use crate::ir::code_map::CodeFile;
use crate::ir::code_map::CodeMapSource;
use crate::ir::schema::SourceTable;
use crate::rulebook::lineage::ColumnWay;
use crate::rulebook::lineage::Layer;
use crate::rulebook::lineage::Lineage;
use crate::rulebook::lineage::RuleWay;
use crate::rulebook::spot::Spot;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// Entries of a code map that are named by their lines.
const ENTRIES: usize = 5;

pub(super) struct Causes<'a> {
    a: &'a Revision<'a>,
    b: &'a Revision<'a>,
}

/// A branch is known again by its table and its place in the union.
type Known = (Layer, String, usize);

impl<'a> Causes<'a> {
    pub(super) const fn new(a: &'a Revision<'a>, b: &'a Revision<'a>) -> Self {
        Self { a, b }
    }

    /// Why a column differs in rows that both made.
    pub(super) fn of_column(&self, table: &str, column: &str) -> Result<Vec<Cause>, Error> {
        let (Some(a), Some(b)) = (way(self.a, table, Some(column)), way(self.b, table, Some(column))) else { return Ok(Vec::new()) };
        let mut found = self.values(&a, &b)?;
        found.extend(self.files(&a, &b, false));
        // A condition does not change a value, unless nothing else does: it may decide which of several rows stays.
        let is_condition = |line: &String| line.starts_with("where ");
        let only_steps = found.is_empty();
        found.extend(steps(&a, &b, &|line| only_steps || !is_condition(line)));
        if found.is_empty() {
            found = self.files(&a, &b, true);
        }
        Ok(tidy(found))
    }

    /// Why one of the two made rows that the other did not: first what decides about rows and what their key is made of.
    pub(super) fn of_rows(&self, table: &str, key: &[String]) -> Result<Vec<Cause>, Error> {
        let mut found = Vec::new();
        for column in key {
            if let (Some(a), Some(b)) = (way(self.a, table, Some(column)), way(self.b, table, Some(column))) {
                found.extend(self.all(&a, &b)?);
            }
        }
        if found.is_empty() {
            let (a, b) = (way(self.a, table, None), way(self.b, table, None));
            let lacks = |way: &Option<Lineage>| way.as_ref().is_none_or(|way| way.rules.is_empty());
            match (lacks(&a), lacks(&b)) {
                (true, false) => found.push(alone(&format!("a rule that makes `{table}`"), None, spot(b.as_ref()))),
                (false, true) => found.push(alone(&format!("a rule that makes `{table}`"), spot(a.as_ref()), None)),
                _ => {}
            }
            if let (Some(a), Some(b)) = (a, b) {
                found.extend(self.all(&a, &b)?);
            }
        }
        Ok(tidy(found))
    }

    fn all(&self, a: &Lineage, b: &Lineage) -> Result<Vec<Cause>, Error> {
        let mut found = steps(a, b, &|_| true);
        found.extend(self.values(a, b)?);
        found.extend(self.files(a, b, true));
        Ok(found)
    }

    /// Expressions, code maps and parameters.
    fn values(&self, a: &Lineage, b: &Lineage) -> Result<Vec<Cause>, Error> {
        let mut found = Vec::new();
        let (in_a, in_b) = (by_branch(a), by_branch(b));
        let mut maps = BTreeSet::new();
        for (known, rule_a) in &in_a {
            let Some(rule_b) = in_b.get(known) else {
                found.push(alone(&format!("the rule `{}`", rule_a.rule), rule_a.spot.clone(), None));
                continue;
            };
            let is_asked = rule_a.layer == Layer::Target && Some(rule_a.table.as_str()) == asked(a);
            for column in &rule_a.columns {
                let Some(other) = rule_b.columns.iter().find(|other| other.name == column.name) else {
                    // Further down, a column that is no longer read is told by the rule that no longer reads it.
                    if is_asked {
                        found.push(alone(&named(rule_a, column), column.spot.clone(), None));
                    }
                    continue;
                };
                let shared = column.code_maps.iter().filter(|map| other.code_maps.contains(map));
                maps.extend(shared.map(|map| (rule_a.layer, map.as_str())));
                if column.says != other.says || column.ty != other.ty {
                    found.push(Cause {
                        what: format!("{} differs", named(rule_a, column)),
                        spot_a: column.spot.clone(),
                        spot_b: other.spot.clone(),
                        says_a: Some(said(column, other)),
                        says_b: Some(said(other, column)),
                    });
                }
            }
            if is_asked {
                let new = rule_b.columns.iter().filter(|column| !rule_a.columns.iter().any(|other| other.name == column.name));
                found.extend(new.map(|column| alone(&named(rule_b, column), None, column.spot.clone())));
            }
        }
        let new = in_b.iter().filter(|(known, _)| !in_a.contains_key(known));
        found.extend(new.map(|(_, rule)| alone(&format!("the rule `{}`", rule.rule), None, rule.spot.clone())));
        for (layer, map) in maps {
            found.extend(self.code_map(layer, map)?);
        }
        found.extend(self.parameters(a));
        Ok(found)
    }

    /// The source's rules look codes up in the source's maps, and the target's in its own.
    fn code_map(&self, layer: Layer, name: &str) -> Result<Option<Cause>, Error> {
        let of = |one: &Revision<'_>| {
            let maps = if layer == Layer::Target { &one.job.target().code_maps } else { &one.job.source.schema.code_maps };
            maps.get(name).cloned()
        };
        let (Some(in_a), Some(in_b)) = (of(self.a), of(self.b)) else { return Ok(None) };
        let (CodeMapSource::File(file_a), CodeMapSource::File(file_b)) = (&in_a, &in_b) else {
            return Ok((in_a != in_b).then(|| plain(format!("the code map `{name}` looks codes up differently"))));
        };
        let (entries_a, entries_b) = (approved(file_a)?, approved(file_b)?);
        let codes: BTreeSet<&String> = entries_a.keys().chain(entries_b.keys()).collect();
        let target = |entries: &BTreeMap<String, CodeEntry>, code: &String| entries.get(code).map(|entry| entry.target.clone());
        let differ: Vec<&String> = codes
            .into_iter()
            .filter(|code| file_a.target != file_b.target || target(&entries_a, code) != target(&entries_b, code))
            .collect();
        if differ.is_empty() {
            return Ok(None);
        }
        let lines = |entries: &BTreeMap<String, CodeEntry>| -> Vec<u64> {
            let mut lines: Vec<u64> = differ.iter().filter_map(|code| entries.get(*code)).map(|entry| entry.line).collect();
            lines.sort_unstable();
            lines
        };
        let (lines_a, lines_b) = (lines(&entries_a), lines(&entries_b));
        let place = |lines: &[u64], file: &CodeFile| {
            let line = usize::try_from(*lines.first()?).ok()?;
            Some(Spot { file: file.path.display().to_string().replace('\\', "/"), line })
        };
        let noun = if differ.len() == 1 { "entry" } else { "entries" };
        Ok(Some(Cause {
            what: format!("the code map `{name}` differs in {} approved {noun}", differ.len()),
            spot_a: place(&lines_a, file_a),
            spot_b: place(&lines_b, file_b),
            says_a: Some(listed(&lines_a)),
            says_b: Some(listed(&lines_b)),
        }))
    }

    /// Parameters on the way that have another value in B.
    fn parameters(&self, way: &Lineage) -> Vec<Cause> {
        let (in_a, in_b) = (self.a.job.parameters(), self.b.job.parameters());
        let is_asked = |name: &str| {
            let call = format!("parameter({name:?})");
            way.rules
                .iter()
                .any(|rule| rule.steps.iter().chain(rule.columns.iter().map(|column| &column.says)).any(|says| says.contains(&call)))
        };
        let differ = in_a.iter().filter(|(name, value)| in_b.get(*name).is_some_and(|other| other != *value) && is_asked(name));
        differ
            .map(|(name, value)| Cause {
                says_a: Some(value.clone()),
                says_b: in_b.get(name).cloned(),
                ..plain(format!("the parameter `{name}` differs"))
            })
            .collect()
    }

    /// How the files on the way are read: the columns on it, or, where rows may be set aside for any, whole tables and what they
    /// refer to.
    fn files(&self, a: &Lineage, b: &Lineage, whole: bool) -> Vec<Cause> {
        let mut found = Vec::new();
        let (schema_a, schema_b) = (&self.a.job.source.schema, &self.b.job.source.schema);
        if whole {
            let mut tables: BTreeSet<String> = [a, b].into_iter().flat_map(driven).collect();
            let mut open: Vec<String> = tables.iter().cloned().collect();
            while let Some(name) = open.pop() {
                let both = [schema_a.table(&name), schema_b.table(&name)];
                for reference in both.into_iter().flatten().flat_map(|table| &table.references) {
                    if tables.insert(reference.table.clone()) {
                        open.push(reference.table.clone());
                    }
                }
            }
            for name in tables {
                if let (Some(one), Some(other)) = (schema_a.table(&name), schema_b.table(&name)) {
                    found.extend(read_differently(one, other));
                    let shared = one.columns.iter().filter_map(|column| Some((column, other.column(&column.name)?)));
                    found.extend(shared.filter_map(|(one, other)| column_differs(&name, &one.name, one, other)));
                }
            }
        } else {
            for file in &a.files {
                let column = |schema: &'a crate::ir::schema::SourceSchema| schema.table(&file.table)?.column(&file.column);
                if let (Some(one), Some(other)) = (column(schema_a), column(schema_b)) {
                    found.extend(column_differs(&file.table, &file.column, one, other));
                }
            }
        }
        if schema_a.dialect != schema_b.dialect || schema_a.missing != schema_b.missing {
            found.push(plain("what the source's schema says of all its files differs (`dialect`, `missing`)".to_owned()));
        }
        found
    }
}

/// The way of a table or column in one revision; none where there is no such thing.
fn way(of: &Revision<'_>, table: &str, column: Option<&str>) -> Option<Lineage> {
    let column = column.map(|column| format!(".{column}")).unwrap_or_default();
    of.book.lineage(&format!("{}.{table}{column}", of.job.target().name), Some(&of.job.source())).ok()
}

/// The table asked for.
fn asked(way: &Lineage) -> Option<&str> {
    way.what.strip_prefix(&format!("{}.", way.target))?.split('.').next()
}

fn by_branch(way: &Lineage) -> BTreeMap<Known, &RuleWay> {
    let mut counted: BTreeMap<(Layer, &str), usize> = BTreeMap::new();
    let mut found = BTreeMap::new();
    for rule in &way.rules {
        let at = counted.entry((rule.layer, rule.table.as_str())).or_default();
        found.insert((rule.layer, rule.table.clone(), *at), rule);
        *at += 1;
    }
    found
}

/// Source tables that a rule on the way reads.
fn driven(way: &Lineage) -> Vec<String> {
    let read = way.rules.iter().flat_map(|rule| rule.decided_by.iter().filter(|column| column.layer == Layer::File));
    let read = read.map(|column| column.table.clone()).chain(way.files.iter().map(|file| file.table.clone()));
    read.chain(way.rules.iter().map(|rule| rule.from.clone())).collect()
}

/// What decides about rows, where it differs.
fn steps(a: &Lineage, b: &Lineage, counts: &dyn Fn(&String) -> bool) -> Vec<Cause> {
    let in_b = by_branch(b);
    let mut found = Vec::new();
    for (known, one) in by_branch(a) {
        let Some(other) = in_b.get(&known) else { continue };
        let alone = |mine: &RuleWay, theirs: &RuleWay| -> Vec<String> {
            mine.steps.iter().filter(|line| !theirs.steps.contains(line) && counts(line)).cloned().collect()
        };
        let (mut lines_a, mut lines_b) = (alone(one, other), alone(other, one));
        if one.from != other.from {
            lines_a.insert(0, format!("from {}", one.from));
            lines_b.insert(0, format!("from {}", other.from));
        }
        // The same steps in another order are other steps.
        let kept = |rule: &RuleWay| rule.steps.iter().filter(|line| counts(line)).cloned().collect::<Vec<_>>();
        if lines_a.is_empty() && lines_b.is_empty() && kept(one) == kept(other) {
            continue;
        }
        let words = |lines: Vec<String>| if lines.is_empty() { "nothing of this".to_owned() } else { lines.join("; ") };
        found.push(Cause {
            what: format!("the rule `{}` decides differently which rows `{}` has", one.rule, one.table),
            spot_a: one.spot.clone(),
            spot_b: other.spot.clone(),
            says_a: Some(words(lines_a)),
            says_b: Some(words(lines_b)),
        });
    }
    found
}

fn read_differently(one: &SourceTable, other: &SourceTable) -> Option<Cause> {
    let mut keys = unlike(one, other);
    keys.retain(|key| !matches!(key.as_str(), "columns" | "ignore"));
    (!keys.is_empty()).then(|| plain(format!("the source's table `{}` is read differently ({})", one.name, keys.join(", "))))
}

fn column_differs(table: &str, name: &str, one: &impl Serialize, other: &impl Serialize) -> Option<Cause> {
    let mut keys = unlike(one, other);
    keys.retain(|key| key != "phi");
    (!keys.is_empty())
        .then(|| plain(format!("the column `{name}` of the source's table `{table}` is read differently ({})", keys.join(", "))))
}

/// The settings in which two of a kind differ.
fn unlike(one: &impl Serialize, other: &impl Serialize) -> Vec<String> {
    let object = |value: serde_json::Result<Value>| if let Ok(Value::Object(object)) = value { object } else { serde_json::Map::new() };
    let (one, other) = (object(serde_json::to_value(one)), object(serde_json::to_value(other)));
    let words = |key: &String| if key == "ty" { "type".to_owned() } else { key.clone() };
    one.iter().filter(|(key, value)| other.get(*key) != Some(value)).map(|(key, _)| words(key)).collect()
}

fn approved(file: &CodeFile) -> Result<BTreeMap<String, CodeEntry>, Error> {
    let entries = CodeEntry::read(file)?.into_iter().filter(CodeEntry::is_approved);
    Ok(entries.map(|entry| (entry.code.clone(), entry)).collect())
}

fn listed(lines: &[u64]) -> String {
    let shown: Vec<String> = lines.iter().take(ENTRIES).map(ToString::to_string).collect();
    match (lines.len(), lines.len().saturating_sub(ENTRIES)) {
        (0, _) => "none of them".to_owned(),
        (1, _) => format!("line {}", shown.join("")),
        (_, 0) => format!("lines {}", shown.join(", ")),
        (_, more) => format!("lines {} and {more} more", shown.join(", ")),
    }
}

fn named(rule: &RuleWay, column: &ColumnWay) -> String {
    format!("the rule `{}.{}`", rule.rule, column.name)
}

/// What a column says; with its type where that alone differs.
fn said(column: &ColumnWay, other: &ColumnWay) -> String {
    if column.says == other.says { format!("{} ({})", column.says, column.ty) } else { column.says.clone() }
}

fn alone(what: &str, spot_a: Option<Spot>, spot_b: Option<Spot>) -> Cause {
    let which = if spot_b.is_some() { "B" } else { "A" };
    Cause { spot_a, spot_b, ..plain(format!("only {which} has {what}")) }
}

const fn plain(what: String) -> Cause {
    Cause { what, spot_a: None, spot_b: None, says_a: None, says_b: None }
}

fn spot(way: Option<&Lineage>) -> Option<Spot> {
    way?.rules.first()?.spot.clone()
}

fn tidy(found: Vec<Cause>) -> Vec<Cause> {
    let mut seen = BTreeSet::new();
    found.into_iter().filter(|cause| seen.insert(cause.clone())).collect()
}
