//! Whether exports of any two versions can be told apart, before there is any: by which table or column, or by nothing.

use crate::detect::admit::Grade;
use crate::detect::admit::Trait;
use crate::detect::admit::admitting;
use crate::detect::admit::grade;
use crate::detect::admit::traits;
use crate::detect::known::Catalogue;
use crate::detect::known::Entry;
use crate::detect::known::Slot;
use crate::detect::known::looked_into;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::ir::schema::SourceSchema;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What tells versions apart, as far as their schemas do.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Separations {
    /// Each version, in order.
    pub versions: Vec<Signature>,
    /// Every two of them, in order.
    pub pairs: Vec<Separation>,
}

/// What tells a version from all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    /// `SYSTEM/VERSION`.
    pub version: String,
    /// The fewest tables by which an export that has them is told from every other version that it can be told from by
    /// tables. (Where one or two are enough these are the fewest; of more there might be other choices.)
    pub tables: Vec<String>,
    /// Versions from which only some of its exports can be told: by columns that may be left out, or by values.
    pub sometimes: Vec<String>,
    /// Versions that every export of it could be of as well.
    pub never: Vec<String>,
}

/// What tells exports of two versions apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Separation {
    /// Both, as `SYSTEM/VERSION`.
    pub versions: [String; 2],
    /// The least that tells exports of the first from the second, and of the second from the first: at most one each, and
    /// nothing where each export of the one could be of the other.
    pub by: Vec<Sign>,
}

/// One thing that tells exports of a version from another's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sign {
    /// The version whose exports bear it, as `SYSTEM/VERSION`.
    pub of: String,
    /// What it is.
    pub kind: SignKind,
    /// The table.
    pub table: String,
    /// The column, where one is enough.
    pub column: Option<String>,
    /// All of it, in words.
    pub says: String,
}

/// What tells exports apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SignKind {
    /// A column that each file of the table has, and that the other version does not know there.
    Column,
    /// A column that each file of the table lacks, and that the other version always has there.
    Lacks,
    /// A table that the other version does not have.
    Table,
    /// A table that the other version always has, and this one does not.
    Absent,
    /// What its files are called, or how they are written.
    File,
    /// A column that a file may have or lack.
    Optional,
    /// A value that the other version does not take.
    Value,
}

/// Every version beside every other.
pub(crate) fn apart(sources: &[&SourceSchema]) -> Separations {
    let catalogue = Catalogue::new(sources);
    let known = Known::new(&catalogue);
    let mut found = Separations::default();
    for (at, version) in sources.iter().enumerate() {
        found.versions.push(known.signature(at));
        for (other, against) in sources.iter().enumerate().skip(at + 1) {
            let by = [known.sign(at, other), known.sign(other, at)].into_iter().flatten().collect();
            found.pairs.push(Separation { versions: [version.id(), against.id()], by });
        }
    }
    found
}

/// Says which versions nothing tells apart, each at the place of its schema.
pub(crate) fn check(sources: &[(&SourceSchema, &Place)], said: &mut Diagnostics) {
    let schemas: Vec<&SourceSchema> = sources.iter().map(|(schema, _)| *schema).collect();
    let catalogue = Catalogue::new(&schemas);
    let known = Known::new(&catalogue);
    let open: Vec<BTreeSet<usize>> = (0..sources.len()).map(|at| known.open(at)).collect();
    for (at, others) in open.iter().enumerate() {
        let alike = others.iter().filter(|other| **other < at && open.get(**other).is_some_and(|theirs| theirs.contains(&at)));
        let pairs = alike.filter_map(|other| Some((sources.get(at)?, sources.get(*other)?)));
        // What differs only where detection does not look is no fault of the schemas.
        for ((schema, place), (other, _)) in pairs.filter(|((one, _), (other, _))| beside(one) == beside(other)) {
            let message = format!("nothing tells an export of `{}` from one of `{}`", schema.id(), other.id());
            let help = "give one of them the table or column in which they differ, or make them one version";
            said.push(Diagnostic::warning("W0003", place, message).help(help));
        }
    }
}

/// The tables that detection does not look into, as text.
fn beside(source: &SourceSchema) -> Vec<String> {
    source.tables.iter().filter(|table| !looked_into(table)).map(|table| format!("{table:?}")).collect()
}

/// For each table of each version, the versions of which its files could be too.
struct Known<'a> {
    catalogue: &'a Catalogue<'a>,
    grades: Vec<BTreeMap<usize, Grade>>,
    /// For each table that is always there, the versions that have such a table.
    fillers: BTreeMap<usize, BTreeSet<usize>>,
    tables: BTreeMap<(usize, &'a str), usize>,
}

impl<'a> Known<'a> {
    fn new(catalogue: &'a Catalogue<'a>) -> Self {
        let mut known = Self { catalogue, grades: Vec::new(), fillers: BTreeMap::new(), tables: BTreeMap::new() };
        let shapes: Vec<Vec<(usize, Grade)>> = (0..catalogue.shapes.len()).map(|at| admitting(catalogue, at)).collect();
        for (number, own) in catalogue.entries.iter().enumerate() {
            known.tables.insert((own.version, own.table.name.as_str()), number);
            let mut grades: BTreeMap<usize, Grade> = BTreeMap::new();
            for (shape, grade) in shapes.get(own.shape).into_iter().flatten() {
                for at in catalogue.shapes.get(*shape).into_iter().flat_map(|shape| &shape.entries) {
                    let Some(other) = catalogue.entries.get(*at) else { continue };
                    if other.table.required {
                        known.fillers.entry(*at).or_default().insert(own.version);
                    }
                    if other.version != own.version {
                        let grade = if called(own, other) { *grade } else { Grade::Called };
                        let best = grades.entry(other.version).or_insert(grade);
                        *best = grade.max(*best);
                    }
                }
            }
            known.grades.push(grades);
        }
        known
    }

    /// The versions that every export of this one could be of.
    fn open(&self, version: usize) -> BTreeSet<usize> {
        let mut open: BTreeSet<usize> = (0..self.catalogue.versions.len()).filter(|other| *other != version).collect();
        for at in self.catalogue.of_version(version) {
            open.retain(|other| self.grade(at, *other) == Grade::Each);
        }
        open.retain(|other| self.absent(version, *other).is_none());
        open
    }

    fn grade(&self, entry: usize, version: usize) -> Grade {
        self.grades.get(entry).and_then(|grades| grades.get(&version)).copied().unwrap_or(Grade::Never)
    }

    /// A table that the other version always has, and that no table of this one could be.
    fn absent(&self, version: usize, other: usize) -> Option<&'a Entry<'a>> {
        let required = self.catalogue.of_version(other).filter_map(|at| Some((at, self.catalogue.entries.get(at)?)));
        let mut lacking =
            required.filter(|(at, entry)| entry.table.required && !self.fillers.get(at).is_some_and(|fillers| fillers.contains(&version)));
        lacking.next().map(|(_, entry)| entry)
    }

    fn signature(&self, version: usize) -> Signature {
        let tables: Vec<usize> = self.catalogue.of_version(version).collect();
        let told = |at: usize, most: Grade| -> BTreeSet<usize> {
            let others = (0..self.catalogue.versions.len()).filter(|other| *other != version);
            others.filter(|other| self.grade(at, *other) <= most).collect()
        };
        let firmly: Vec<BTreeSet<usize>> = tables.iter().map(|at| told(*at, Grade::Called)).collect();
        let all: BTreeSet<usize> = firmly.iter().flatten().copied().collect();
        let chosen = fewest(&firmly, &all);
        let name = |at: &usize| Some(self.catalogue.entries.get(*tables.get(*at)?)?.table.name.clone());
        let open = self.open(version);
        let ids = |versions: &mut dyn Iterator<Item = usize>| {
            versions.filter_map(|other| self.catalogue.versions.get(other)).map(|source| source.id()).collect::<Vec<_>>()
        };
        let only_some =
            |other: &usize| *other != version && !all.contains(other) && !open.contains(other) && self.absent(version, *other).is_none();
        Signature {
            version: self.catalogue.versions.get(version).map_or_else(String::new, |source| source.id()),
            tables: chosen.iter().filter_map(name).collect(),
            sometimes: ids(&mut (0..self.catalogue.versions.len()).filter(only_some)),
            never: ids(&mut open.iter().copied()),
        }
    }

    /// The least that tells exports of a version from another's: what holds of each file rather than of some, what is
    /// always there, a column rather than a table.
    fn sign(&self, version: usize, other: usize) -> Option<Sign> {
        let best = self.catalogue.of_version(version).filter_map(|at| {
            let entry = self.catalogue.entries.get(at)?;
            let twin = self.tables.contains_key(&(other, entry.table.name.as_str()));
            Some((self.grade(at, other), !twin, !entry.table.required, at, entry))
        });
        let best = best.min_by_key(|(grade, bare, free, at, _)| (*grade, *bare, *free, *at)).filter(|best| best.0 < Grade::Each);
        let of = self.catalogue.versions.get(version)?.id();
        if best.as_ref().is_none_or(|best| best.0 == Grade::Some)
            && let Some(absent) = self.absent(version, other)
        {
            let table = absent.table.name.clone();
            let says = format!("no file is the table `{table}`, which `{}` always has", self.catalogue.versions.get(other)?.id());
            return Some(Sign { of, kind: SignKind::Absent, table, column: None, says });
        }
        let (grade, .., entry) = best?;
        Some(self.told(of, grade, entry, other))
    }

    fn told(&self, of: String, most: Grade, entry: &'a Entry<'a>, other: usize) -> Sign {
        let table = entry.table.name.clone();
        let sign =
            |kind, column: Option<&str>, says: String| Sign { of, kind, table: table.clone(), column: column.map(str::to_owned), says };
        if most == Grade::Called {
            return sign(SignKind::File, None, format!("files of `{table}` are called `{}`", entry.table.file));
        }
        let Some((own, there)) = self.catalogue.shapes.get(entry.shape).zip(self.nearest(entry, other)) else {
            return sign(SignKind::Table, None, format!("only it has the table `{table}`"));
        };
        let Some((_, told)) = traits(self.catalogue, own, there).find(|(grade, _)| *grade == most) else {
            return sign(SignKind::Table, None, format!("only it has the table `{table}`"));
        };
        let may = most == Grade::Some;
        match told {
            Trait::Has(name) if may => sign(SignKind::Optional, Some(name), format!("`{table}` may have the column `{name}`")),
            Trait::Has(name) => sign(SignKind::Column, Some(name), format!("`{table}` has the column `{name}`")),
            Trait::Lacks(name) if may => sign(SignKind::Optional, Some(name), format!("`{table}` may lack the column `{name}`")),
            Trait::Lacks(name) => sign(SignKind::Lacks, Some(name), format!("`{table}` lacks the column `{name}`")),
            Trait::Holds(slot, known) => sign(SignKind::Value, Some(slot.name), self.value(&table, slot, known)),
            Trait::Framed => sign(SignKind::File, None, format!("how files of `{table}` are framed: header, fields, or objects")),
            Trait::Written => sign(SignKind::File, None, format!("how files of `{table}` are written")),
        }
    }

    fn value(&self, table: &str, own: &Slot<'_>, other: &Slot<'_>) -> String {
        let (Some(ours), Some(theirs)) = (self.catalogue.probe(own), self.catalogue.probe(other)) else { return String::new() };
        let (is, not) = (ours.describe(), theirs.describe());
        if is == not {
            format!("a value of `{}` in `{table}` that is too long or not allowed in the other", own.name)
        } else {
            format!("a value of `{}` in `{table}` that is {is} and not {not}", own.name)
        }
    }

    /// The table of another version that is most like one: of its name, or the one that most of its files could be.
    fn nearest(&self, entry: &Entry<'_>, other: usize) -> Option<&'a crate::detect::known::Shape<'a>> {
        let own = self.catalogue.shapes.get(entry.shape)?;
        let named = self.tables.get(&(other, entry.table.name.as_str())).copied();
        let shape = |at: usize| self.catalogue.shapes.get(self.catalogue.entries.get(at)?.shape);
        let admits = |at: &usize| shape(*at).is_some_and(|there| grade(self.catalogue, own, there) > Grade::Never);
        let at = self.catalogue.of_version(other).find(admits).or(named)?;
        shape(at)
    }
}

/// Whether files that are called as the one table's are may be the other's by their names.
fn called(own: &Entry<'_>, other: &Entry<'_>) -> bool {
    let glob = own.table.file.as_str();
    if glob.eq_ignore_ascii_case(&other.table.file) {
        return true;
    }
    let ways: Vec<String> = match glob.split_once('{').and_then(|(start, rest)| Some((start, rest.split_once('}')?))) {
        Some((start, (ways, end))) => ways.split(',').map(|way| format!("{start}{way}{end}")).collect(),
        None => vec![glob.to_owned()],
    };
    // What stands for the stars may be anything: a name that hardly any glob has by chance, and none.
    ways.iter().any(|way| other.names(&way.replace('*', "")) || other.names(&way.replace('*', "~")))
}

/// The fewest of these sets that hold all: exactly so for one and two, by the largest first for more.
fn fewest(sets: &[BTreeSet<usize>], all: &BTreeSet<usize>) -> Vec<usize> {
    if all.is_empty() {
        return Vec::new();
    }
    if let Some(one) = sets.iter().position(|set| set.is_superset(all)) {
        return vec![one];
    }
    for (at, set) in sets.iter().enumerate() {
        let rest: BTreeSet<usize> = all.difference(set).copied().collect();
        if let Some(other) = sets.iter().skip(at + 1).position(|set| set.is_superset(&rest)) {
            return vec![at, at + 1 + other];
        }
    }
    let (mut chosen, mut rest) = (Vec::new(), all.clone());
    while let Some((at, set)) = sets.iter().enumerate().max_by_key(|(at, set)| (set.intersection(&rest).count(), usize::MAX - at)) {
        if set.is_disjoint(&rest) {
            break;
        }
        rest.retain(|one| !set.contains(one));
        chosen.push(at);
    }
    chosen
}
