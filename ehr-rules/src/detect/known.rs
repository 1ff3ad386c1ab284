//! The known schemas, made ready to be held against files: globs compiled, columns and ignored ones in one list.

use crate::detect::value::Probe;
use crate::ir::schema::Dialect;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use globset::GlobBuilder;
use globset::GlobMatcher;

/// One version of one system.
pub(super) struct Known<'a> {
    pub source: &'a SourceSchema,
    pub tables: Vec<KnownTable<'a>>,
}

/// One of its tables.
pub(super) struct KnownTable<'a> {
    pub table: &'a SourceTable,
    pub slots: Vec<Slot<'a>>,
    /// How its files are written.
    pub dialect: Dialect,
    glob: Option<GlobMatcher>,
}

/// A column that a file of the table may have.
pub(super) struct Slot<'a> {
    pub name: &'a str,
    pub also: &'a [String],
    pub need: Need,
    /// What its values must be; ignored columns have none.
    pub probe: Option<Probe>,
}

/// How much a file is expected to have a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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

impl<'a> Known<'a> {
    pub(super) fn new(source: &'a SourceSchema) -> Self {
        // A listing has no file that could be recognised.
        let tables = source.tables.iter().filter(|table| table.list.is_none()).map(|table| KnownTable::new(source, table)).collect();
        Self { source, tables }
    }

    /// Every way in which its files may be written.
    pub(super) fn dialects(&self) -> impl Iterator<Item = Dialect> {
        std::iter::once(self.source.dialect.clone()).chain(self.tables.iter().map(|table| table.dialect.clone()))
    }

    /// Whether a file of that name is one of its tables.
    pub(super) fn names(&self, file_name: &str) -> bool {
        self.tables.iter().any(|table| table.names(file_name))
    }
}

impl<'a> KnownTable<'a> {
    fn new(source: &'a SourceSchema, table: &'a SourceTable) -> Self {
        let columns = table.columns.iter().map(|column| Slot {
            name: &column.name,
            also: &column.also,
            need: if column.optional {
                Need::Optional
            } else if !column.ty.nullable || table.key.contains(&column.name) {
                Need::Required
            } else {
                Need::Wanted
            },
            probe: Some(Probe::new(source, column)),
        });
        let ignored = table.ignore.keys().map(|name| Slot { name, also: &[], need: Need::Ignored, probe: None });
        // A glob that does not compile is a diagnostic of the rules; here it matches nothing.
        // Objects are not looked into: a JSON file says nothing for or against a version.
        let glob = GlobBuilder::new(&table.file)
            .case_insensitive(true)
            .build()
            .ok()
            .filter(|_| table.json.is_none())
            .map(|glob| glob.compile_matcher());
        Self { table, slots: columns.chain(ignored).collect(), dialect: source.dialect_of(table), glob }
    }

    pub(super) fn names(&self, file_name: &str) -> bool {
        self.glob.as_ref().is_some_and(|glob| glob.is_match(file_name))
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

    /// What a missing column costs in log-odds.
    pub(super) const fn cost(self) -> f64 {
        match self {
            Self::Required => 5.0,
            Self::Wanted => 4.0,
            Self::Ignored => 3.0,
            Self::Optional => 0.0,
        }
    }
}
