//! The categories of the common model: what rules of sources make, and rules of targets read.

use crate::ir::types::Type;
use serde::Serialize;

/// One category of the common model: FHIR R4 names in `snake_case`.
#[derive(Debug, Clone, Serialize)]
pub struct Category {
    /// Its name.
    pub name: String,
    /// The FHIR resource it stands for.
    pub resource: String,
    /// What a reader should know.
    pub summary: String,
    /// Columns in order.
    pub columns: Vec<CategoryColumn>,
}

/// One column of a category.
#[derive(Debug, Clone, Serialize)]
pub struct CategoryColumn {
    /// Its name.
    pub name: String,
    /// Its type.
    pub ty: Type,
    /// The FHIR element it stands for.
    pub element: String,
    /// The only texts allowed, if it is coded with a required binding.
    pub one_of: Vec<String>,
}
