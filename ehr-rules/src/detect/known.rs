//! The known schemas as one catalogue, in which tables that several versions share stand once.

use crate::detect::index::Index;
use crate::detect::luck;
use crate::detect::value::Asked;
use crate::detect::value::Probe;
use crate::ir::schema::Dialect;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::schema::Width;
use crate::records::fold;
use globset::GlobBuilder;
use globset::GlobMatcher;
use std::collections::HashMap;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::OnceLock;

/// Every version of every system.
pub(super) struct Catalogue<'a> {
    pub versions: Vec<&'a SourceSchema>,
    /// Tables of versions.
    pub entries: Vec<Entry<'a>>,
    /// What these look like, each once.
    pub shapes: Vec<Shape<'a>>,
    /// What columns' values must be, each once.
    pub probes: Vec<Probe>,
    /// Ways in which files are written; a header that a schema brings is not part of them.
    pub dialects: Vec<Way>,
    pub index: Index,
    /// Every column's name, as records compare them.
    pub names: HashSet<String>,
    /// Tables by version.
    by_version: Vec<Range<usize>>,
    /// Shapes whose files have no header of their own.
    bare: Vec<usize>,
}

/// A way in which files are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// Fields between delimiters.
    Delimited(Dialect),
    /// Fields at the same characters of each line.
    Fixed(Dialect, Vec<Width>),
    /// JSON objects, which stand in a document under these names; of how they are written only the encoding is asked for.
    Objects(Dialect, Vec<String>),
}

/// A table of one version.
pub(super) struct Entry<'a> {
    pub version: usize,
    pub table: &'a SourceTable,
    pub shape: usize,
    glob: OnceLock<Option<GlobMatcher>>,
}

/// The columns of a table, and how its files are written.
pub(super) struct Shape<'a> {
    /// Columns in order, then those that are ignored, whose order nobody knows.
    pub slots: Vec<Slot<'a>>,
    pub dialect: usize,
    /// Whether its files have a header of their own.
    pub headed: bool,
    pub extra_columns: ExtraColumns,
    /// Tables of versions that look so.
    pub entries: Vec<usize>,
}

/// A column that a file of the table may have.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Slot<'a> {
    pub name: &'a str,
    /// Its name in the files, where that is another: the names from a JSON object inwards, joined by points.
    pub path: Option<String>,
    pub also: &'a [String],
    /// Its names' numbers in the index.
    pub keys: Vec<u32>,
    pub need: Need,
    /// What its values must be; ignored columns have none.
    pub probe: Option<usize>,
}

/// How much a file is expected to have a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Need {
    /// It may never be missing a value.
    Required,
    /// It is always in the header.
    Wanted,
    /// It is in the files seen so far, and not read.
    Ignored,
    /// It may be left out.
    Optional,
}

impl<'a> Catalogue<'a> {
    pub(super) fn new(sources: &[&'a SourceSchema]) -> Self {
        let mut catalogue = Self {
            versions: sources.to_vec(),
            entries: Vec::new(),
            shapes: Vec::new(),
            probes: Vec::new(),
            dialects: Vec::new(),
            index: Index::default(),
            names: HashSet::new(),
            by_version: Vec::new(),
            bare: Vec::new(),
        };
        let mut probes: HashMap<Asked<'a>, usize> = HashMap::new();
        let mut shapes: HashMap<(Vec<Slot<'a>>, usize, bool, u8), usize> = HashMap::new();
        for (version, source) in sources.iter().enumerate() {
            let first = catalogue.entries.len();
            // A listing has no file that could be recognised.
            for table in source.tables.iter().filter(|table| table.list.is_none()) {
                let slots = catalogue.slots(source, table, &mut probes);
                let dialect = catalogue.dialect(source, table);
                let key = (slots, dialect, table.fields().is_empty(), table.extra_columns as u8);
                let shape = shapes.get(&key).copied().unwrap_or_else(|| {
                    let at = catalogue.shapes.len();
                    catalogue.shapes.push(Shape {
                        slots: key.0.clone(),
                        dialect,
                        headed: key.2,
                        extra_columns: table.extra_columns,
                        entries: Vec::new(),
                    });
                    shapes.insert(key, at);
                    at
                });
                let entry = catalogue.entries.len();
                if let Some(shape) = catalogue.shapes.get_mut(shape) {
                    shape.entries.push(entry);
                    catalogue.index.count(&source.system, &table.name, shape.slots.iter().flat_map(|slot| slot.keys.iter().copied()));
                }
                catalogue.index.file(entry, &table.file);
                catalogue.entries.push(Entry { version, table, shape, glob: OnceLock::new() });
            }
            catalogue.by_version.push(first..catalogue.entries.len());
        }
        catalogue.bare = (0..catalogue.shapes.len()).filter(|at| catalogue.shapes.get(*at).is_some_and(|shape| !shape.headed)).collect();
        for slot in catalogue.shapes.iter().flat_map(|shape| &shape.slots) {
            for name in std::iter::once(slot.in_file()).chain(slot.also.iter().map(String::as_str)) {
                catalogue.names.insert(fold(name));
            }
        }
        catalogue.index.finish(&catalogue.shapes);
        catalogue
    }

    fn slots(&mut self, source: &'a SourceSchema, table: &'a SourceTable, probes: &mut HashMap<Asked<'a>, usize>) -> Vec<Slot<'a>> {
        let mut slots = Vec::with_capacity(table.columns.len() + table.ignore.len());
        for column in &table.columns {
            let need = if column.optional {
                Need::Optional
            } else if !column.ty.nullable || table.key.contains(&column.name) {
                Need::Required
            } else {
                Need::Wanted
            };
            let probe = *probes.entry(Asked::new(source, table, column)).or_insert_with_key(|asked| {
                self.probes.push(Probe::new(asked));
                self.probes.len() - 1
            });
            let path = (table.json.is_some() && !column.path.is_empty()).then(|| column.path.join("."));
            let names = std::iter::once(path.as_ref().unwrap_or(&column.name)).chain(&column.also);
            let keys = names.map(|name| self.index.key(name)).collect();
            slots.push(Slot { name: &column.name, path, also: &column.also, keys, need, probe: Some(probe) });
        }
        for name in table.ignore.keys() {
            slots.push(Slot { name, path: None, also: &[], keys: vec![self.index.key(name)], need: Need::Ignored, probe: None });
        }
        // Where the schema gives the header or the places of fields, that is the order of all columns.
        let fields = table.fields();
        if !fields.is_empty() {
            let place = |slot: &Slot<'_>| fields.iter().position(|name| name == slot.name).unwrap_or(usize::MAX);
            slots.retain(|slot| table.widths.is_empty() || place(slot) < fields.len());
            slots.sort_by_key(place);
        }
        slots
    }

    /// The way its files are written; where they have no header, one nameless field stands for it.
    fn dialect(&mut self, source: &SourceSchema, table: &SourceTable) -> usize {
        let header = if table.header.is_empty() { Vec::new() } else { vec![String::new()] };
        // What is done about a character says nothing of where files come from.
        let dialect = Dialect { header, nul: None, ..source.dialect_of(table) };
        let way = match &table.json {
            Some(json) => Way::Objects(Dialect { encoding: dialect.encoding, ..Dialect::default() }, json.rows.clone()),
            None if table.widths.is_empty() => Way::Delimited(dialect),
            None => Way::Fixed(dialect, table.widths.clone()),
        };
        self.dialects.iter().position(|known| *known == way).unwrap_or_else(|| {
            self.dialects.push(way);
            self.dialects.len() - 1
        })
    }

    /// Tables whose glob matches a file's name.
    pub(super) fn named(&self, file_name: &str) -> Vec<usize> {
        let mut named: Vec<usize> =
            self.index.files(file_name).filter(|entry| self.entries.get(*entry).is_some_and(|entry| entry.names(file_name))).collect();
        named.sort_unstable();
        named
    }

    /// The tables of a version.
    pub(super) fn of_version(&self, version: usize) -> Range<usize> {
        self.by_version.get(version).cloned().unwrap_or_default()
    }

    /// Shapes whose files have no header of their own.
    pub(super) fn bare_shapes(&self) -> impl Iterator<Item = usize> {
        self.bare.iter().copied()
    }

    /// Whether all that one dialect declares is declared by the other too, so that its files are read by both.
    pub(super) fn written_so(&self, own: usize, other: usize) -> bool {
        fn free<T: PartialEq>(own: Option<&T>, other: Option<&T>) -> bool {
            other.is_none() || own == other
        }
        let (Some(Way::Delimited(a)), Some(Way::Delimited(b))) = (self.dialects.get(own), self.dialects.get(other)) else {
            return own == other;
        };
        free(a.delimiter.as_ref(), b.delimiter.as_ref())
            && free(a.quote.as_ref(), b.quote.as_ref())
            && free(a.escape.as_ref(), b.escape.as_ref())
            && free(a.encoding.as_ref(), b.encoding.as_ref())
            && free(a.line_end.as_ref(), b.line_end.as_ref())
            && free(a.comment.as_ref(), b.comment.as_ref())
            && free(a.preamble.as_ref(), b.preamble.as_ref())
            && free(a.footer.as_ref(), b.footer.as_ref())
            && free(a.line_break.as_ref(), b.line_break.as_ref())
            && free(a.decimal.as_ref(), b.decimal.as_ref())
            && free(a.thousands.as_ref(), b.thousands.as_ref())
    }

    /// Whether both are delimited text, both objects, or both lines of fixed widths.
    pub(super) fn framed_so(&self, own: usize, other: usize) -> bool {
        let (own, other) = (self.dialects.get(own), self.dialects.get(other));
        own.zip(other).is_some_and(|(own, other)| std::mem::discriminant(own) == std::mem::discriminant(other))
    }

    /// How much likelier a file's fields are parted as they are if it is of this shape, in logarithms.
    pub(super) fn parted(&self, shape: &Shape<'_>) -> f64 {
        match self.dialects.get(shape.dialect) {
            Some(Way::Delimited(Dialect { delimiter: Some(by), .. })) if shape.slots.len() > 1 => -luck::delimited(by).ln(),
            _ => 0.0,
        }
    }

    /// What a column's values must be; nothing for an ignored one.
    pub(super) fn probe(&self, slot: &Slot<'_>) -> Option<&Probe> {
        self.probes.get(slot.probe?)
    }
}

/// Whether detection looks into files of a table: a listing has none.
pub(super) const fn looked_into(table: &SourceTable) -> bool {
    table.list.is_none()
}

impl Entry<'_> {
    /// How much likelier than by a common word a file is called so if it is of this table, in logarithms: hardly any other
    /// system's files have a long name in common with it, or an ending that is seldom met.
    pub(super) fn seldom(&self, file_name: &str, named: bool) -> f64 {
        let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
        let end = match (ending(&self.table.file), ending(file_name)) {
            (Some(own), Some(found)) if own == found && own.bytes().all(|byte| byte.is_ascii_alphanumeric()) => luck::ending(&own),
            _ => 1.0,
        };
        let start = if named { luck::start(literal(&self.table.file)) } else { 1.0 };
        -(end * start).ln()
    }

    pub(super) fn names(&self, file_name: &str) -> bool {
        // A glob that does not compile is a diagnostic of the rules; here it matches nothing.
        let glob = self.glob.get_or_init(|| {
            let glob = GlobBuilder::new(&self.table.file).case_insensitive(true).build();
            glob.ok().map(|glob| glob.compile_matcher())
        });
        glob.as_ref().is_some_and(|glob| glob.is_match(file_name))
    }
}

/// What a glob's files all begin with.
pub(super) fn literal(glob: &str) -> &str {
    glob.split(['*', '?', '[', '{', '\\', '.']).next().unwrap_or_default()
}

impl Slot<'_> {
    /// Its name in the files.
    pub(super) fn in_file(&self) -> &str {
        self.path.as_deref().unwrap_or(self.name)
    }
}

impl Shape<'_> {
    /// How many columns its files have at least.
    pub(super) fn width(&self) -> usize {
        self.slots.iter().filter(|slot| slot.need != Need::Optional).count()
    }
}

impl Need {
    /// What a missing column takes off the share of columns explained.
    pub(super) const fn weight(self) -> f64 {
        match self {
            Self::Required => 1.5,
            Self::Wanted => 1.0,
            Self::Ignored => 0.5,
            Self::Optional => 0.0,
        }
    }

    /// How probable it is that a file lacks it under its name, where the rate of drift is this.
    pub(super) const fn lost(self, drift: f64) -> f64 {
        match self {
            Self::Required => 0.7 * drift,
            Self::Wanted | Self::Optional => drift,
            Self::Ignored => 1.2 * drift,
        }
    }
}
