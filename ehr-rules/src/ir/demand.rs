//! What a target asks of its tables beyond types, keys and references: each with how much of it is borne.

use crate::ir::budget::Budget;
use crate::ir::expr::Expr;
use crate::ir::schema::Severity;
use crate::ir::target::TargetTable;
use serde::Serialize;

/// One thing that must hold of a target's table, checked before anything is imported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Demand {
    /// What must hold.
    pub what: What,
    /// The column it is about; none where it is about a row or the table as a whole.
    pub column: Option<String>,
    /// In words, without any value of the data.
    pub says: String,
    /// How much of what is looked at may break it.
    pub allowed: Budget,
    /// What more than that does: `warn` or `fail`.
    pub severity: Severity,
}

/// The unit of a value that has none, in a list of concepts. 0 is a unit that nobody knew.
pub(crate) const NO_UNIT: i64 = -1;

/// What must hold of a table.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A concept is of one of these domains (`R0411`); 0, which is none, and what is missing are not asked.
    Domain(Vec<String>),
    /// A concept is of one of these classes (`R0412`).
    Class(Vec<String>),
    /// A concept is standard and valid (`R0413`).
    Standard,
    /// A concept is another than 0 (`R0414`).
    Mapped,
    /// Of the different values of the column, the rows have a concept other than 0 in this one (`R0415`).
    MappedBy(String),
    /// A value is there (`R0416`).
    Complete,
    /// A condition holds of the rows that it is for.
    Holds {
        /// Its finding: `R0421` to `R0425`.
        code: &'static str,
        /// What must be true.
        that: Box<Expr>,
        /// Of which rows; all where it is not said.
        only: Option<Box<Expr>>,
        /// Only of rows whose concept, in this column, is one of these or stands under one in the vocabulary.
        under: Option<(String, Vec<i64>)>,
    },
    /// A value of one concept in one unit is between two, by a list of concepts (`R0426`).
    Within {
        /// Whose value it is.
        of: Of,
        /// The column of units, and the unit; -1 is a missing one.
        unit: (String, i64),
        /// The column of values.
        value: String,
        /// The least.
        low: Option<f64>,
        /// The greatest.
        high: Option<f64>,
    },
    /// A value of one concept is in one of these units, by a list of concepts (`R0427`). Where -1 is one of them, values without a
    /// unit are not looked at.
    InUnits {
        /// Whose value it is.
        of: Of,
        /// The column of units.
        unit: String,
        /// The column with the unit as it was written; rows without it are not looked at.
        written: Option<String>,
        /// The column of values.
        value: String,
        /// The units.
        units: Vec<i64>,
    },
    /// A row of one concept is a person's of this gender, by a list of concepts (`R0428`).
    OfGender {
        /// What the person has.
        of: Of,
        /// The column of the gender; `table.column` is that of the row found there.
        column: String,
        /// The gender.
        is: i64,
    },
    /// Each value that a column has in another table is there in this one (`R0431`).
    Each {
        /// The other table.
        of: String,
        /// The column, of that name in both.
        by: String,
    },
    /// The rows of one value of `by` span days that do not meet (`R0432`).
    Apart {
        /// What they are told apart by.
        by: String,
        /// The first day.
        from: String,
        /// The last day.
        to: String,
        /// How many days lie between two at least; with 0 the second may begin the day after the first ends.
        gap: i64,
    },
}

/// Rows of one concept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Of {
    /// The column of concepts.
    pub column: String,
    /// The concept.
    pub concept: i64,
}

/// Where the rows of an external table are found, and what a reference to one that is not there does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FoundIn {
    /// A file of a vocabulary download: `CONCEPT.csv`.
    pub file: String,
    /// How many rows of a table may refer to nothing.
    pub allowed: Budget,
    /// What more than that does: `warn` or `fail`.
    pub severity: Severity,
}

impl What {
    /// The code of its finding.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Domain(_) => "R0411",
            Self::Class(_) => "R0412",
            Self::Standard => "R0413",
            Self::Mapped => "R0414",
            Self::MappedBy(_) => "R0415",
            Self::Complete => "R0416",
            Self::Holds { code, .. } => code,
            Self::Within { .. } => "R0426",
            Self::InUnits { .. } => "R0427",
            Self::OfGender { .. } => "R0428",
            Self::Each { .. } => "R0431",
            Self::Apart { .. } => "R0432",
        }
    }

    /// Calls `see` with each expression in it.
    pub fn exprs(&mut self, see: &mut dyn FnMut(&mut Expr)) {
        if let Self::Holds { that, only, .. } = self {
            see(that);
            if let Some(only) = only {
                see(only);
            }
        }
    }
}

/// The ways in which a row of a table finds its one row of another: a column here, and the one there that it is equal to.
///
/// A row finds what it refers to by its key; or, where it refers to nothing there, what is kept under a key that is a reference to the
/// same thing: a diagnosis finds the death of its person.
pub(crate) fn ways(tables: &[TargetTable], from: &TargetTable, other: &str) -> Vec<(String, String)> {
    let Some(other) = tables.iter().find(|table| table.name == other && !table.external) else { return Vec::new() };
    let [key] = other.key.as_slice() else { return Vec::new() };
    let referring = |table: &str, column: &str| -> Vec<String> {
        let refers = |to: &(String, String)| to.0 == table && to.1 == column;
        from.columns.iter().filter(|column| column.references.as_ref().is_some_and(refers)).map(|column| column.name.clone()).collect()
    };
    let mut here = referring(&other.name, key);
    if here.is_empty()
        && let Some((table, column)) = other.columns.iter().find(|column| column.name == *key).and_then(|column| column.references.as_ref())
    {
        here = if *table == from.name { vec![column.clone()] } else { referring(table, column) };
    }
    here.into_iter().map(|column| (column, key.clone())).collect()
}
