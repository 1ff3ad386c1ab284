//! `SQLite`: the embedded default destination. All of an order in one transaction, or nothing of it.

use crate::context::Context;
use crate::error::Failure;
use crate::order::OrderFile;
use crate::sink::written;
use chrono::SecondsFormat;
use chrono::Utc;
use ehr_rules::Kind;
use ehr_rules::TargetSchema;
use ehr_rules::TargetTable;
use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OptionalExtension;
use rusqlite::Transaction;
use rusqlite::TransactionBehavior;
use rusqlite::ffi;
use rusqlite::params_from_iter;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The orders that were loaded, so that none is loaded twice.
const ORDERS: &str = "CREATE TABLE IF NOT EXISTS _ehr_orders (order_id TEXT PRIMARY KEY, source TEXT NOT NULL, version TEXT NOT NULL, \
                      target TEXT NOT NULL, rules TEXT NOT NULL, loaded_at TEXT NOT NULL, rows INTEGER NOT NULL)";
/// How long another program may hold the database.
const PATIENCE: Duration = Duration::from_secs(10);
/// After so many rows a signal is heeded.
const HEED_EVERY: u64 = 4096;

/// What a load came to.
pub(crate) struct Load {
    /// Rows of the order that are in the database.
    pub(crate) rows: u64,
    /// Whether they were there before.
    pub(crate) already: bool,
}

/// Whether the database can be written to and its tables have the columns to be loaded; changes nothing.
pub(crate) fn check(path: &Path, target: &TargetSchema) -> Result<(), Failure> {
    if !path.exists() {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        // A file that is made and gone again shows that the database can be made there.
        return tempfile::tempfile_in(parent).map(drop).map_err(|error| Failure::file("making a database in", parent, &error));
    }
    let mut connection = connect(path)?;
    let transaction = begin(&mut connection, path)?;
    for table in own_tables(target) {
        let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
        has_columns(&transaction, path, &table.name, &columns)?;
    }
    Ok(())
}

/// Loads an order, making the tables that are not there.
pub(crate) fn load(context: &Context, path: &Path, target: &TargetSchema, folder: &Path, order: &OrderFile) -> Result<Load, Failure> {
    let fresh = !path.exists();
    let loaded = load_into(context, path, target, folder, order);
    if fresh && loaded.is_err() {
        // Nobody had this file before, and nothing is in it.
        drop(fs::remove_file(path));
    }
    loaded
}

fn load_into(context: &Context, path: &Path, target: &TargetSchema, folder: &Path, order: &OrderFile) -> Result<Load, Failure> {
    let fail = |error| Failure::database("loading into", path, &error);
    let mut connection = connect(path)?;
    // Dropped without a commit, a transaction takes everything back.
    let transaction = begin(&mut connection, path)?;
    transaction.execute_batch(ORDERS).map_err(fail)?;
    let known = transaction.query_row("SELECT rows FROM _ehr_orders WHERE order_id = ?1", [&order.id], |row| row.get::<_, i64>(0));
    if let Some(rows) = known.optional().map_err(fail)? {
        return Ok(Load { rows: rows.unsigned_abs(), already: true });
    }
    for table in own_tables(target) {
        transaction.execute_batch(&create(table, target)).map_err(fail)?;
    }
    let mut rows = 0;
    for table in own_tables(target) {
        let file = folder.join("converted").join(format!("{}.{}", table.name, order.output.extension()));
        if file.is_file() {
            let loaded = load_table(context, &transaction, path, table, &file, order)?;
            tracing::info!(table = table.name, rows = loaded, "loaded");
            rows += loaded;
        }
    }
    check_references(&transaction, path, target)?;
    let row = [
        order.id.clone(),
        order.source.clone(),
        order.version.clone(),
        order.target.clone(),
        order.rules.clone(),
        Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true),
    ];
    transaction
        .execute("INSERT INTO _ehr_orders VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)", params_from_iter(row.into_iter().chain([rows.to_string()])))
        .map_err(fail)?;
    context.go_on()?;
    transaction.commit().map_err(fail)?;
    Ok(Load { rows, already: false })
}

fn connect(path: &Path) -> Result<Connection, Failure> {
    let open = || {
        let connection = Connection::open(path)?;
        connection.busy_timeout(PATIENCE)?;
        connection.pragma_update(None, "foreign_keys", true)?;
        Ok(connection)
    };
    open().map_err(|error| Failure::database("opening", path, &error))
}

fn begin<'a>(connection: &'a mut Connection, path: &Path) -> Result<Transaction<'a>, Failure> {
    // Immediate, so that a database that cannot be written to says so now.
    connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(|error| Failure::database("opening", path, &error))
}

fn own_tables(target: &TargetSchema) -> impl Iterator<Item = &TargetTable> {
    target.tables.iter().filter(|table| !table.external)
}

fn create(table: &TargetTable, target: &TargetSchema) -> String {
    let mut parts: Vec<String> = Vec::new();
    for column in &table.columns {
        let name = quoted(&column.name);
        let mut part = format!("{name} {}", column_type(&column.ty.kind));
        if !column.ty.nullable || table.key.contains(&column.name) {
            part.push_str(" NOT NULL");
        }
        parts.push(match column.max_length {
            Some(most) => format!("{part} CHECK (length({name}) <= {most})"),
            None => part,
        });
    }
    if !table.key.is_empty() {
        let key: Vec<String> = table.key.iter().map(|name| quoted(name)).collect();
        parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
    }
    for column in &table.columns {
        let Some((to, its)) = &column.references else { continue };
        // SQLite takes references to keys only; those to other columns were verified before.
        if target.table(to).is_some_and(|to| !to.external && to.key.len() == 1 && to.key.contains(its)) {
            let (column, to, its) = (quoted(&column.name), quoted(to), quoted(its));
            parts.push(format!("FOREIGN KEY ({column}) REFERENCES {to} ({its}) DEFERRABLE INITIALLY DEFERRED"));
        }
    }
    format!("CREATE TABLE IF NOT EXISTS {} ({})", quoted(&table.name), parts.join(", "))
}

const fn column_type(kind: &Kind) -> &'static str {
    match kind {
        Kind::Integer | Kind::Boolean => "INTEGER",
        Kind::Decimal { .. } => "NUMERIC",
        Kind::Float => "REAL",
        // A list or struct is JSON text, which SQLite's own functions read.
        Kind::Text | Kind::Date | Kind::Time | Kind::Datetime | Kind::Instant | Kind::Uuid | Kind::List(_) | Kind::Struct(_) => "TEXT",
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A table that is there already may have more columns than we load, never fewer.
fn has_columns(transaction: &Transaction<'_>, path: &Path, table: &str, columns: &[&str]) -> Result<(), Failure> {
    let fail = |error| Failure::database("reading the tables of", path, &error);
    let mut query = transaction.prepare("SELECT name FROM pragma_table_info(?1)").map_err(fail)?;
    let there: Vec<String> = query.query_map([table], |row| row.get(0)).and_then(Iterator::collect).map_err(fail)?;
    match columns.iter().find(|column| !there.iter().any(|name| name.eq_ignore_ascii_case(column))) {
        Some(missing) if !there.is_empty() => {
            Err(Failure::World(format!("table `{table}` in `{}` has no column `{missing}`", path.display())))
        }
        _ => Ok(()),
    }
}

fn load_table(
    context: &Context,
    transaction: &Transaction<'_>,
    path: &Path,
    table: &TargetTable,
    file: &Path,
    order: &OrderFile,
) -> Result<u64, Failure> {
    let fail = |error| Failure::database("loading into", path, &error);
    let columns = written::header(file, order.output)?;
    let mut kinds = Vec::with_capacity(columns.len());
    for name in &columns {
        let column = table.columns.iter().find(|column| column.name == *name);
        let column = column.ok_or_else(|| Failure::Data(format!("the target's table `{}` has no column `{name}` any more", table.name)))?;
        kinds.push(column.ty.kind.clone());
    }
    let shown: Vec<&str> = columns.iter().map(String::as_str).collect();
    has_columns(transaction, path, &table.name, &shown)?;
    let names: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let places = vec!["?"; columns.len()].join(", ");
    let insert = format!("INSERT INTO {} ({}) VALUES ({places})", quoted(&table.name), names.join(", "));
    let mut insert = transaction.prepare(&insert).map_err(fail)?;
    let mut rows = 0_u64;
    // A row that breaks a constraint is not inserted; the others are tried too, so that all can be counted.
    let mut broken: BTreeMap<&'static str, u64> = BTreeMap::new();
    written::rows(file, order.output, &kinds, |row| {
        if rows.is_multiple_of(HEED_EVERY) {
            context.go_on()?;
        }
        match insert.execute(params_from_iter(row)) {
            Ok(_) => rows += 1,
            Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::ConstraintViolation => {
                *broken.entry(constraint(error)).or_default() += 1;
            }
            Err(error) => return Err(fail(error)),
        }
        Ok(())
    })?;
    if broken.is_empty() {
        return Ok(rows);
    }
    let broken: Vec<String> = broken.into_iter().map(|(what, rows)| format!("{rows} rows {what}")).collect();
    Err(Failure::Data(format!("nothing was loaded: in table `{}` of `{}`, {}", table.name, path.display(), broken.join(", "))))
}

fn constraint(error: ffi::Error) -> &'static str {
    match error.extended_code {
        ffi::SQLITE_CONSTRAINT_PRIMARYKEY | ffi::SQLITE_CONSTRAINT_ROWID => "have a key that is there already",
        ffi::SQLITE_CONSTRAINT_UNIQUE => "have a unique value that is there already",
        ffi::SQLITE_CONSTRAINT_NOTNULL => "lack a required value",
        ffi::SQLITE_CONSTRAINT_CHECK => "break a check, such as a length",
        ffi::SQLITE_CONSTRAINT_FOREIGNKEY => "refer to nothing",
        _ => "break a constraint",
    }
}

/// References are deferred, so they are counted here by table before the commit would refuse them without a name.
fn check_references(transaction: &Transaction<'_>, path: &Path, target: &TargetSchema) -> Result<(), Failure> {
    let fail = |error| Failure::database("checking references in", path, &error);
    for table in own_tables(target) {
        let mut query = transaction.prepare("SELECT parent, count(*) FROM pragma_foreign_key_check(?1) GROUP BY parent").map_err(fail)?;
        let broken: Option<(String, i64)> =
            query.query_row([&table.name], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(fail)?;
        if let Some((parent, rows)) = broken {
            let (table, path) = (&table.name, path.display());
            return Err(Failure::Data(format!(
                "nothing was loaded: {rows} rows of table `{table}` in `{path}` refer to no row of `{parent}`"
            )));
        }
    }
    Ok(())
}
