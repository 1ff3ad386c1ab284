//! Where what was made goes: a sink writes frames and never converts.

pub(crate) mod csv;
pub(crate) mod parquet;

use crate::context::Context;
use crate::error::Failure;
use crate::order::Output;
use crate::order::make_folder;
use ehr_rules::Job;
use ehr_rules::Kind;
use ehr_rules::Table;
use ehr_rules::tenant_identifier;
use polars::prelude::Engine;
use polars::prelude::FileWriteFormat;
use polars::prelude::LazyFrame;
use polars::prelude::PlRefPath;
use polars::prelude::SinkDestination;
use polars::prelude::SinkTarget;
use polars::prelude::UnifiedSinkArgs;
use std::path::Path;
use std::path::PathBuf;

/// The kind of a table's column.
pub(crate) type Kinds<'a> = &'a dyn Fn(&str, &str) -> Option<Kind>;

/// Writes every table into a new folder, one file each.
pub(crate) fn write_tables(context: &Context, tables: &[Table], kinds: Kinds<'_>, folder: &Path, output: Output) -> Result<(), Failure> {
    make_folder(folder)?;
    for table in tables {
        context.go_on()?;
        let frame = match output {
            // CSV has no type for what is nested or has a zone.
            Output::Csv => table.texts(|column| kinds(&table.name, column))?,
            Output::Parquet => table.frame()?,
        };
        write(frame, &table.name, folder, output)?;
    }
    Ok(())
}

/// Writes the rows of every table tenant by tenant, each into a folder of the tenant's own: `IDENTIFIER/converted`, as an order has it.
pub(crate) fn write_tenants(
    context: &Context,
    job: &Job<'_>,
    tables: &[Table],
    kinds: Kinds<'_>,
    folder: &Path,
    output: Output,
) -> Result<(), Failure> {
    make_folder(folder)?;
    for table in tables {
        for part in job.parts(table)? {
            context.go_on()?;
            let frame = match output {
                Output::Csv => part.texts(|column| kinds(&table.name, column))?,
                Output::Parquet => part.frame()?,
            };
            write(frame, &table.name, &tenants_folder(folder, &part.tenant, "converted")?, output)?;
        }
    }
    Ok(())
}

/// Writes tables with what a destination tells their rows by.
pub(crate) fn write_tracked(context: &Context, tables: &[Table], kinds: Kinds<'_>, folder: &Path, output: Output) -> Result<(), Failure> {
    make_folder(folder)?;
    for table in tables {
        context.go_on()?;
        write(table.tracked(|column| kinds(&table.name, column))?, &table.name, folder, output)?;
    }
    Ok(())
}

/// The same tenant by tenant: `IDENTIFIER/tracked`.
pub(crate) fn write_tracked_tenants(
    context: &Context,
    job: &Job<'_>,
    tables: &[Table],
    kinds: Kinds<'_>,
    folder: &Path,
    output: Output,
) -> Result<(), Failure> {
    for table in tables {
        for part in job.parts(table)? {
            context.go_on()?;
            let frame = part.tracked(|column| kinds(&table.name, column))?;
            write(frame, &table.name, &tenants_folder(folder, &part.tenant, "tracked")?, output)?;
        }
    }
    Ok(())
}

/// The part of a tenant's own folder for this, made where there is none.
fn tenants_folder(folder: &Path, tenant: &str, what: &str) -> Result<PathBuf, Failure> {
    let own = folder.join(tenant_identifier(tenant, ""));
    let into = own.join(what);
    for folder in [&own, &into].into_iter().filter(|folder| !folder.is_dir()) {
        make_folder(folder)?;
    }
    Ok(into)
}

/// A table as a file of a folder.
fn write(frame: LazyFrame, table: &str, folder: &Path, output: Output) -> Result<(), Failure> {
    let format = match output {
        Output::Csv => csv::format(),
        Output::Parquet => parquet::format(),
    };
    write_table(frame, &folder.join(format!("{table}.{}", output.extension())), format)
}

/// In row order, in bounded memory.
pub(crate) fn write_table(frame: LazyFrame, path: &Path, format: FileWriteFormat) -> Result<(), Failure> {
    let fail = |error| Failure::engine("writing", path, &error);
    let target = SinkTarget::Path(PlRefPath::try_from_path(path).map_err(fail)?);
    frame
        .sink(SinkDestination::File { target }, format, UnifiedSinkArgs::default())
        .and_then(|plan| plan.collect_with_engine(Engine::Streaming))
        .map_err(fail)?;
    Ok(())
}
