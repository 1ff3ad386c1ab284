//! Functions.
pub(crate) mod function;
