//! CSV: UTF-8 with a header. A missing value is nothing and an empty text is `""`, so the two are told apart.

use polars::prelude::CsvWriterOptions;
use polars::prelude::FileWriteFormat;
use polars::prelude::SerializeOptions;

/// ISO dates and times with a fraction only where there is one; floats in the shortest form that reads back the same.
pub(crate) fn format() -> FileWriteFormat {
    let values = SerializeOptions {
        date_format: Some("%Y-%m-%d".into()),
        time_format: Some("%H:%M:%S%.f".into()),
        datetime_format: Some("%Y-%m-%d %H:%M:%S%.f".into()),
        ..SerializeOptions::default()
    };
    FileWriteFormat::Csv(CsvWriterOptions { serialize_options: values.into(), ..CsvWriterOptions::default() })
}
