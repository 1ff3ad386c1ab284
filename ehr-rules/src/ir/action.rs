//! What a row says of a file: columns that are staged beside its own, and that no table shows.

/// Where the file lies.
pub(crate) const SOURCE: &str = "_file_source";
/// Where it goes, in segments that are safe for file systems.
pub(crate) const TARGET: &str = "_file_target";
/// What is done where two files would have one place: `number`, `hash`, `fail`, `folder`.
pub(crate) const COLLISION: &str = "_file_collision";
/// For `folder`: what tells the owners of two folders of one name apart.
pub(crate) const OWNER: &str = "_file_owner";
/// How the copy is held against the original: `size`, `checksum`.
pub(crate) const VERIFY: &str = "_file_verify";

/// All of them.
pub(crate) const COLUMNS: [&str; 5] = [SOURCE, TARGET, COLLISION, OWNER, VERIFY];
/// The table of file actions, as it is shown.
pub(crate) const TABLE: &str = "actions";
