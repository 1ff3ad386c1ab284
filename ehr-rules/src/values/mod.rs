//! Texts to values, one at a time: how strictly a date, a number or a truth is read is decided here once, for all who read.

pub(crate) mod constant;
pub(crate) mod scalar;
pub(crate) mod times;
