//! Parquet: what other tools read at once, types and all.

use polars::prelude::FileWriteFormat;
use polars::prelude::ParquetWriteOptions;
use std::sync::Arc;

/// Rows in a group: fixed, so that the same rows give the same bytes on any number of cores.
const ROW_GROUP: usize = 1 << 17;

/// The library's own choice of compression.
pub(super) fn format() -> FileWriteFormat {
    FileWriteFormat::Parquet(Arc::new(ParquetWriteOptions { row_group_size: Some(ROW_GROUP), ..ParquetWriteOptions::default() }))
}
