//! Rows of a Parquet file of ours, frame by frame.

use super::super::cell::Cell;
use crate::error::Failure;
use chrono::DateTime;
use chrono::NaiveTime;
use ehr_rules::Kind;
use polars::prelude::AnyValue;
use polars::prelude::DataFrame;
use polars::prelude::Engine;
use polars::prelude::LazyFrame;
use polars::prelude::PlRefPath;
use polars::prelude::PlanCallback;
use polars::prelude::PolarsResult;
use polars::prelude::ScanArgsParquet;
use polars::prelude::TimeUnit;
use std::path::Path;
use std::sync::mpsc::sync_channel;

/// The frames of a file in order, one in memory at a time.
pub(super) fn batches(path: &Path, kinds: &[Kind], mut each: impl FnMut(DataFrame) -> Result<(), Failure>) -> Result<(), Failure> {
    let fail = |error| Failure::engine("reading", path, &error);
    let (send, receive) = sync_channel(1);
    let plan = as_texts(scan(path)?, kinds)
        .map_err(fail)?
        // The plan stops where nobody listens any more.
        .sink_batches(PlanCallback::new(move |frame| Ok(send.send(frame).is_err())), true, None)
        .map_err(fail)?;
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || plan.collect_with_engine(Engine::Streaming).map(drop));
        let listened = receive.iter().try_for_each(&mut each);
        drop(receive);
        match reader.join() {
            Ok(read) => listened.and(read.map_err(fail)),
            Err(_) => listened.and(Err(Failure::World(format!("reading `{}`: the engine failed", path.display())))),
        }
    })
}

/// A file's plan.
pub(super) fn scan(path: &Path) -> Result<LazyFrame, Failure> {
    let fail = |error| Failure::engine("reading", path, &error);
    let shown = PlRefPath::try_from_path(path).map_err(fail)?;
    LazyFrame::scan_parquet(shown, ScanArgsParquet { glob: false, ..ScanArgsParquet::default() }).map_err(fail)
}

/// What a database has no type for, as the text it is written as.
fn as_texts(mut frame: LazyFrame, kinds: &[Kind]) -> PolarsResult<LazyFrame> {
    let names: Vec<String> = frame.collect_schema()?.iter_names().map(ToString::to_string).collect();
    ehr_rules::texts(frame, |column| kinds.get(names.iter().position(|name| name == column)?).cloned())
}

/// One value.
pub(super) fn any_value(cell: &AnyValue<'_>) -> Cell {
    match cell {
        AnyValue::Null => Cell::Null,
        AnyValue::Boolean(truth) => Cell::Boolean(*truth),
        AnyValue::Int64(number) => Cell::Integer(*number),
        AnyValue::Float64(number) => Cell::Real(*number),
        AnyValue::Datetime(at, TimeUnit::Microseconds, _) => DateTime::from_timestamp_micros(*at)
            .map_or(Cell::Null, |at| Cell::Text(at.naive_utc().format("%Y-%m-%d %H:%M:%S%.f").to_string())),
        AnyValue::Time(at) => time(*at).map_or(Cell::Null, |at| Cell::Text(at.format("%H:%M:%S%.f").to_string())),
        AnyValue::String(text) => Cell::Text((*text).to_owned()),
        AnyValue::StringOwned(text) => Cell::Text(text.to_string()),
        // Dates and decimals print as they are written.
        other => Cell::Text(other.to_string()),
    }
}

fn time(nanoseconds: i64) -> Option<NaiveTime> {
    let seconds = u32::try_from(nanoseconds / 1_000_000_000).ok()?;
    NaiveTime::from_num_seconds_from_midnight_opt(seconds, u32::try_from(nanoseconds % 1_000_000_000).ok()?)
}
