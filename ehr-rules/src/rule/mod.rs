//! From YAML nodes to checked IR: names resolved, types and nullability known, every mistake said at its place.

pub(crate) mod between;
pub(crate) mod branch;
pub(crate) mod check;
pub(crate) mod expr;
pub(crate) mod file;
mod filled;
pub(crate) mod follow;
pub(crate) mod group;
pub(crate) mod join;
pub(crate) mod level;
pub(crate) mod map;
mod named;
pub(crate) mod narrow;
pub(crate) mod order;
pub(crate) mod pipeline;
pub(crate) mod pivot;
pub(crate) mod row_check;
pub(crate) mod scope;
pub(crate) mod script;
mod status;
pub(crate) mod table;
pub(crate) mod template;
pub(crate) mod tenant;
mod unfold;
pub(crate) mod view;
