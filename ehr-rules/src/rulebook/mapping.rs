//! The mapping of one source to one target, as people read it: what the document is made of.

use crate::codes::entries::CodeEntry;
use crate::error::Error;
use crate::ir::code_map::CodeMapSource;
use crate::ir::target::TargetTable;
use crate::rulebook::Rulebook;
use crate::rulebook::SourceId;
use crate::rulebook::cases::examples;
use crate::rulebook::cases::examples::Example;
use crate::rulebook::compiled::CompiledSource;
use crate::rulebook::compiled::CompiledTarget;
use crate::rulebook::lineage::FileColumn;
use crate::rulebook::lineage::Layer;
use crate::rulebook::lineage::RuleWay;
use crate::rulebook::lineage::trace;
use crate::rulebook::unknown;
use serde::Serialize;

/// One source's way to one target.
#[derive(Debug, Clone, Serialize)]
pub struct Mapping {
    /// The source.
    pub source: SourceId,
    /// What people call it.
    pub source_title: String,
    /// The target.
    pub target: String,
    /// What people call it.
    pub target_title: String,
    /// The target's tables, in load order, those filled by somebody else left out.
    pub tables: Vec<MappedTable>,
    /// The code maps that the rules ask.
    pub code_maps: Vec<MappedCodes>,
    /// Columns of the source's files that are deliberately not read.
    pub ignored: Vec<Ignored>,
}

/// One table of the target.
#[derive(Debug, Clone, Serialize)]
pub struct MappedTable {
    /// Its name.
    pub name: String,
    /// Its columns, in order.
    pub columns: Vec<MappedColumn>,
    /// What decides about its rows, for each rule that makes some.
    pub rules: Vec<RuleWay>,
    /// The same of the source's rules that make the tables these read.
    pub behind: Vec<RuleWay>,
    /// What the cases say of it.
    pub examples: Vec<Example>,
}

/// One column of a target's table.
#[derive(Debug, Clone, Serialize)]
pub struct MappedColumn {
    /// Its name.
    pub name: String,
    /// Its type, with `?` where it may be missing.
    pub ty: String,
    /// Whether a row must have it.
    pub required: bool,
    /// The table and column it refers to.
    pub references: Option<String>,
    /// The target's rules that make it; none where it is missing in every row.
    pub made: Vec<RuleWay>,
    /// The source's rules behind these.
    pub behind: Vec<RuleWay>,
    /// The columns of files it comes from.
    pub files: Vec<FileColumn>,
}

/// A code map and its entries.
#[derive(Debug, Clone, Serialize)]
pub struct MappedCodes {
    /// Its name.
    pub name: String,
    /// Whether its entries stand in a file; if not, they are those of a vocabulary.
    pub in_file: bool,
    /// Its entries, approved or not.
    pub entries: Vec<CodeEntry>,
}

/// A column of a source's files that is not read.
#[derive(Debug, Clone, Serialize)]
pub struct Ignored {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// Why.
    pub reason: String,
}

impl MappedColumn {
    /// Whether nothing of the source reaches it though rules make it: every value is a constant of the rules.
    pub fn is_constant(&self) -> bool {
        !self.made.is_empty() && self.files.is_empty()
    }
}

impl Mapping {
    /// Entries of code maps that a run does not use, since nobody stands for them yet.
    pub fn open_entries(&self) -> impl Iterator<Item = (&MappedCodes, &CodeEntry)> {
        let entries = self.code_maps.iter().flat_map(|map| map.entries.iter().map(move |entry| (map, entry)));
        entries.filter(|(_, entry)| !entry.is_approved() && !matches!(entry.status.as_str(), "rejected" | "do_not_map"))
    }

    /// Columns that must have a value and that no rule makes, with their tables.
    pub fn required_without_rule(&self) -> impl Iterator<Item = (&MappedTable, &MappedColumn)> {
        let columns = self.tables.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        columns.filter(|(table, column)| column.required && column.made.is_empty() && !table.rules.is_empty())
    }

    /// Columns to which the rules give constants only, with their tables.
    pub fn constants(&self) -> impl Iterator<Item = (&MappedTable, &MappedColumn)> {
        let columns = self.tables.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        columns.filter(|(_, column)| column.is_constant())
    }
}

/// The mapping of a source to a target.
pub(crate) fn mapping(book: &Rulebook, source: &SourceId, target: &str) -> Result<Mapping, Error> {
    let Some(from) = book.source(source) else {
        let names: Vec<String> = book.sources.iter().map(|source| source.id().to_string()).collect();
        return Err(unknown("source", &source.to_string(), &names));
    };
    let Some(to) = book.targets.iter().find(|known| known.schema.name == target) else {
        let names: Vec<String> = book.targets.iter().map(|target| target.schema.name.clone()).collect();
        return Err(unknown("target", target, &names));
    };
    to.rules_for(source)?;
    let tables: Vec<MappedTable> =
        to.schema.tables.iter().filter(|table| !table.external).map(|one| table(book, from, to, one)).collect::<Result<_, _>>()?;
    let asked = |layer: Layer, name: &str| {
        let rules = tables.iter().flat_map(|table| table.columns.iter().flat_map(|column| column.made.iter().chain(&column.behind)));
        let rules = rules.filter(|rule| (rule.layer == Layer::Target) == (layer == Layer::Target));
        rules.flat_map(|rule| &rule.columns).any(|column| column.code_maps.iter().any(|map| map == name))
    };
    let mut code_maps = Vec::new();
    let theirs = to.schema.code_maps.iter().filter(|(name, _)| asked(Layer::Target, name));
    let ours = from.schema.code_maps.iter().filter(|(name, _)| asked(Layer::Category, name));
    for (name, map) in theirs.chain(ours) {
        let (in_file, entries) = match map {
            CodeMapSource::File(file) => (true, CodeEntry::read(file)?),
            CodeMapSource::Athena { .. } => (false, Vec::new()),
        };
        code_maps.push(MappedCodes { name: name.clone(), in_file, entries });
    }
    let ignored = from.schema.tables.iter().flat_map(|table| {
        table.ignore.iter().map(|(column, reason)| Ignored { table: table.name.clone(), column: column.clone(), reason: reason.clone() })
    });
    Ok(Mapping {
        source: source.clone(),
        source_title: from.schema.title.clone(),
        target: to.schema.name.clone(),
        target_title: to.schema.title.clone(),
        ignored: ignored.collect(),
        tables,
        code_maps,
    })
}

fn table(book: &Rulebook, source: &CompiledSource, target: &CompiledTarget, table: &TargetTable) -> Result<MappedTable, Error> {
    let id = source.id();
    let name = &target.schema.name;
    let whole = trace::lineage(book, &format!("{name}.{}", table.name), Some(&id))?;
    let mut columns = Vec::new();
    for column in &table.columns {
        let way = trace::lineage(book, &format!("{name}.{}.{}", table.name, column.name), Some(&id))?;
        let is_own = |rule: &RuleWay| rule.layer == Layer::Target && rule.table == table.name;
        let (made, behind): (Vec<RuleWay>, Vec<RuleWay>) = way.rules.into_iter().filter(|rule| !rule.columns.is_empty()).partition(is_own);
        // A condition's columns decide about the row and say nothing of the value.
        let reads: Vec<_> = made.iter().chain(&behind).flat_map(|rule| &rule.columns).flat_map(|column| &column.reads).cloned().collect();
        let is_value = |file: &FileColumn| reads.iter().any(|read| read.table == file.table && read.column == file.column);
        columns.push(MappedColumn {
            name: column.name.clone(),
            ty: column.ty.to_string(),
            required: !column.ty.nullable,
            references: column.references.as_ref().map(|(table, column)| format!("{table}.{column}")),
            behind: if made.is_empty() { Vec::new() } else { behind },
            files: if made.is_empty() { Vec::new() } else { way.files.into_iter().filter(is_value).collect() },
            made,
        });
    }
    let (rules, others): (Vec<RuleWay>, Vec<RuleWay>) =
        whole.rules.into_iter().partition(|rule| rule.layer == Layer::Target && rule.table == table.name);
    let behind = others.into_iter().filter(|rule| rules.iter().any(|reader| reader.from == rule.table)).collect();
    Ok(MappedTable { name: table.name.clone(), columns, rules, behind, examples: examples::examples(source, target, &table.name) })
}
