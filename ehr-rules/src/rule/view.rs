//! What rules read and make, as they see it: tables, columns, and the level they stand on.

use crate::ir::code_map::CodeMapSource;
use crate::ir::schema::Parameter;
use crate::ir::types::Kind;
use crate::ir::types::Type;
use std::collections::BTreeMap;

/// A table as rules see it.
#[derive(Debug, Clone)]
pub(crate) struct TableView {
    /// Its name.
    pub name: String,
    /// Columns with their types, in order.
    pub columns: Vec<ColumnView>,
    /// Columns that identify a row, where that is checked before rules run.
    pub key: Vec<String>,
    /// Columns that are there and not read, with the reason.
    pub ignored: BTreeMap<String, String>,
}

/// A column as rules see it.
#[derive(Debug, Clone)]
pub(crate) struct ColumnView {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// The only texts it takes, if it is coded.
    pub one_of: Vec<String>,
}

/// One level: a source's tables to categories, or categories to a target's tables.
pub(crate) struct Level<'a> {
    /// The level's name in rule names: `synthea/2022` or `omop-5.4`.
    pub name: &'a str,
    /// Tables that are read.
    pub inputs: &'a [TableView],
    /// Tables that are made.
    pub outputs: &'a [TableView],
    /// Intermediate tables, made on this level for its own rules.
    pub between: &'a [TableView],
    /// Intermediate tables that something is wrong with: nothing more is said of what reads them.
    pub broken: &'a [String],
    /// What an output is called in messages: `category` or `table of the target`.
    pub output_word: &'a str,
    /// What the rules may ask of an order.
    pub parameters: &'a [Parameter],
    /// Code maps by name.
    pub code_maps: &'a BTreeMap<String, CodeMapSource>,
}

/// What nothing but conditions is compiled on.
static NO_CODE_MAPS: BTreeMap<String, CodeMapSource> = BTreeMap::new();

impl<'a> Level<'a> {
    /// One of conditions on rows of these tables: nothing is made of them.
    pub(crate) fn of_conditions(name: &'a str, inputs: &'a [TableView], output_word: &'a str, parameters: &'a [Parameter]) -> Self {
        Self { name, inputs, outputs: &[], between: &[], broken: &[], output_word, parameters, code_maps: &NO_CODE_MAPS }
    }
}

impl TableView {
    pub(crate) fn column(&self, name: &str) -> Option<&ColumnView> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Names and types of the columns, for the engine.
    pub(crate) fn typed(&self) -> Vec<(String, Type)> {
        self.columns.iter().map(|column| (column.name.clone(), column.ty.clone())).collect()
    }
}

impl Level<'_> {
    /// The type of a parameter; `today` is every order's.
    pub(crate) fn parameter(&self, name: &str) -> Option<Type> {
        let declared = || self.parameters.iter().find(|parameter| parameter.name == name).map(|parameter| parameter.kind.clone());
        let kind = if name == "today" { Some(Kind::Date) } else { declared() };
        kind.map(Type::required)
    }

    /// A table that can be read: an input, or one that is made on this level.
    pub(crate) fn readable(&self, name: &str) -> Option<&TableView> {
        self.inputs.iter().chain(self.outputs).chain(self.between).find(|table| table.name == name)
    }

    /// The name of each table that can be read.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.inputs.iter().chain(self.outputs).chain(self.between).map(|table| table.name.as_str())
    }
}
