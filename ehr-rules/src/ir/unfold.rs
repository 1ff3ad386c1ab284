//! Steps that come before a branch's joins: what is inside lists and structs, and columns that are values of one thing.

use serde::Serialize;

/// One step, in the order in which they are worked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unfold {
    /// A struct's field as a column of its own.
    Field {
        /// The column made: `address.city`.
        name: String,
        /// The column that holds the struct.
        of: String,
        /// The field.
        field: String,
    },
    /// A row for each item of a list.
    Explode {
        /// The column that holds the list.
        list: String,
        /// The column made, which holds the item.
        item: String,
        /// The column made that says which item it is, from 1.
        position: Option<String>,
        /// Whether a row without items stays, its item missing; else it is filtered.
        keep: bool,
    },
    /// A row for each of several columns.
    Unpivot {
        /// Columns with what each is called in `name`.
        columns: Vec<(String, String)>,
        /// The column made that says which column it was.
        name: String,
        /// The column made, which holds the value.
        value: String,
        /// Whether a missing value makes a row.
        keep: bool,
    },
}

impl Unfold {
    /// The columns it reads.
    pub fn reads(&self) -> Vec<&str> {
        match self {
            Self::Field { of, .. } => vec![of],
            Self::Explode { list, .. } => vec![list],
            Self::Unpivot { columns, .. } => columns.iter().map(|(column, _)| column.as_str()).collect(),
        }
    }

    /// The columns it makes.
    pub fn makes(&self) -> Vec<&str> {
        match self {
            Self::Field { name, .. } => vec![name],
            Self::Explode { item, position, .. } => std::iter::once(item).chain(position).map(String::as_str).collect(),
            Self::Unpivot { name, value, .. } => vec![name, value],
        }
    }
}
