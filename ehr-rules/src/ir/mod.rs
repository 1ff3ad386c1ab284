//! The plain data between the YAML and the engine: schemas, expressions, transforms.
//!
//! It knows no YAML, no polars and no rhai: it can be printed as stable text, compared and stored,
//! and a second engine can run it.

pub(crate) mod action;
pub(crate) mod budget;
pub(crate) mod category;
pub(crate) mod code_map;
pub(crate) mod demand;
pub(crate) mod expr;
pub(crate) mod feasibility;
pub(crate) mod phi;
pub(crate) mod plausible;
pub(crate) mod print;
pub(crate) mod schema;
pub(crate) mod target;
pub(crate) mod tenant;
pub(crate) mod track;
pub(crate) mod transform;
pub(crate) mod types;
pub(crate) mod unfold;
