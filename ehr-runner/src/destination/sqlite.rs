//! `SQLite`: the embedded default destination.

use super::books::ORDER;
use super::books::PRINT;
use super::cell::Cell;
use super::comment;
use super::doing::arrived;
use super::exchange::Exchange;
use super::store::Found;
use super::store::Parts;
use super::store::Recall;
use super::store::Recalled;
use super::store::Rows;
use super::store::Slot;
use super::store::Store;
use super::store::own_tables;
use super::store::unlike;
use crate::error::Failure;
use crate::failpoint;
use ehr_rules::Kind;
use ehr_rules::TargetSchema;
use ehr_rules::TargetTable;
use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OptionalExtension;
use rusqlite::ToSql;
use rusqlite::ffi;
use rusqlite::params_from_iter;
use rusqlite::types::ToSqlOutput;
use rusqlite::types::Value;
use rusqlite::types::ValueRef;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// How long another program may hold the database.
const PATIENCE: Duration = Duration::from_secs(10);

/// An open database file.
pub(super) struct Sqlite {
    // None once it is closed.
    connection: Option<Connection>,
    path: PathBuf,
    shown: String,
    /// Nobody had this file before, and nothing of it lasts yet.
    fresh: bool,
}

impl Sqlite {
    /// Opens the file, making it where there is none.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let fresh = !path.exists();
        let open = || {
            let connection = Connection::open(path)?;
            connection.busy_timeout(PATIENCE)?;
            connection.pragma_update(None, "foreign_keys", true)?;
            Ok(connection)
        };
        let connection = open().map_err(|error| Failure::database("opening", path, &error))?;
        Ok(Self { connection: Some(connection), path: path.to_owned(), shown: path.display().to_string(), fresh })
    }

    /// Whether a file could be made there; nothing stays.
    pub(super) fn could_be_made(path: &Path) -> Result<(), Failure> {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
        // A file that is made and gone again shows that the database can be made there.
        tempfile::tempfile_in(parent).map(drop).map_err(|error| Failure::file("making a database in", parent, &error))
    }

    fn connection(&self) -> Result<&Connection, Failure> {
        self.connection.as_ref().ok_or_else(|| Failure::World(format!("`{}` is closed", self.shown)))
    }

    fn fail(&self) -> impl Fn(rusqlite::Error) -> Failure {
        let path = self.path.clone();
        move |error| Failure::database("loading into", &path, &error)
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        // What was begun and not committed is taken back when the connection closes, if not here.
        let Some(connection) = self.connection.take().filter(|_| self.fresh) else { return };
        drop(connection.execute_batch("ROLLBACK"));
        // Another loader may have made the file at the same time: one that it works in, or filled, is its own.
        let alone = connection.busy_timeout(Duration::ZERO).and_then(|()| connection.execute_batch("BEGIN EXCLUSIVE")).is_ok();
        if alone && connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0)) == Ok(0) {
            drop(fs::remove_file(&self.path));
        }
    }
}

impl Store for Sqlite {
    fn shown(&self) -> &str {
        &self.shown
    }

    fn type_name(&self, kind: &Kind, _: Option<usize>) -> String {
        let name = match kind {
            Kind::Integer | Kind::Boolean => "INTEGER",
            Kind::Decimal { .. } => "NUMERIC",
            Kind::Float => "REAL",
            // A list or struct is JSON text, which SQLite's own functions read.
            Kind::Text | Kind::Date | Kind::Time | Kind::Datetime | Kind::Instant | Kind::Uuid | Kind::List(_) | Kind::Struct(_) => "TEXT",
        };
        name.to_owned()
    }

    fn bytes_type(&self) -> &'static str {
        "BLOB"
    }

    fn takes(&self, _: &str, _: &Kind) -> bool {
        // Columns have no types here, only leanings.
        true
    }

    fn place(&self, at: usize) -> String {
        format!("?{at}")
    }

    fn row_address(&mut self, _: &str) -> Result<Vec<String>, Failure> {
        Ok(vec!["rowid".to_owned()])
    }

    fn begin(&mut self) -> Result<(), Failure> {
        // Immediate, so that a database that cannot be written to says so now, and so that loaders come one after the other.
        self.connection()?.execute_batch("BEGIN IMMEDIATE").map_err(|error| Failure::database("opening", &self.path, &error))
    }

    /// A file is opened by itself.
    fn look_into(&mut self, _: &str) -> Result<(), Failure> {
        Err(Failure::World(format!("`{}` is a file, and holds no other", self.shown)))
    }

    fn commit(&mut self) -> Result<(), Failure> {
        failpoint::reached("committing");
        self.connection()?.execute_batch("COMMIT").map_err(self.fail())?;
        failpoint::reached("committed");
        self.fresh = false;
        Ok(())
    }

    fn run(&mut self, sql: &str, values: &[Cell]) -> Result<u64, Failure> {
        failpoint::reached("statement");
        let changed = self.connection()?.execute(sql, params_from_iter(values)).map_err(self.fail())?;
        Ok(changed as u64)
    }

    fn ask(&mut self, sql: &str, values: &[Cell]) -> Result<Vec<Vec<Cell>>, Failure> {
        let mut query = self.connection()?.prepare(sql).map_err(self.fail())?;
        let width = query.column_count();
        let rows = query.query_map(params_from_iter(values), |row| (0..width).map(|at| row.get_ref(at).map(cell)).collect());
        rows.and_then(Iterator::collect).map_err(self.fail())
    }

    fn columns(&mut self, table: &str) -> Result<Vec<Found>, Failure> {
        let sql = "SELECT name, type, \"notnull\" = 1 AND dflt_value IS NULL AND NOT (pk = 1 AND upper(type) = 'INTEGER') FROM pragma_table_info(?1)";
        let mut query = self.connection()?.prepare(sql).map_err(self.fail())?;
        let found = query.query_map([table], |row| Ok(Found { name: row.get(0)?, ty: row.get(1)?, needed: row.get(2)? }));
        found.and_then(Iterator::collect).map_err(self.fail())
    }

    fn fill(&mut self, table: &str, slots: &[Slot], rows: Rows<'_>) -> Result<u64, Failure> {
        let names: Vec<String> = slots.iter().map(|slot| self.quoted(&slot.name)).collect();
        let places = vec!["?"; slots.len()].join(", ");
        let insert = format!("INSERT INTO {} ({}) VALUES ({places})", self.quoted(table), names.join(", "));
        failpoint::reached("filling");
        let mut insert = self.connection()?.prepare(&insert).map_err(self.fail())?;
        let (mut sent, mut filled) = (0_u64, 0_u64);
        // A row that breaks a constraint is not inserted; the others are tried too, so that all can be counted.
        let mut broken: BTreeMap<&'static str, u64> = BTreeMap::new();
        rows(&mut |row| {
            sent += 1;
            match insert.execute(params_from_iter(row)) {
                Ok(rows) => filled += rows as u64,
                Err(rusqlite::Error::SqliteFailure(error, _)) if error.code == ErrorCode::ConstraintViolation => {
                    *broken.entry(constraint(error)).or_default() += 1;
                }
                Err(error) => return Err(Failure::database("loading into", &self.path, &error)),
            }
            Ok(())
        })?;
        failpoint::reached("filled");
        if broken.is_empty() {
            return arrived(&self.shown, table, sent, filled);
        }
        let broken: Vec<String> = broken.into_iter().map(|(what, rows)| format!("{rows} rows {what}")).collect();
        Err(Failure::Data(format!("nothing was loaded: in table `{table}` of `{}`, {}", self.shown, broken.join(", "))))
    }

    fn recall(&mut self, book: &str, told: &[Slot], _: u64, take: Recall<'_>) -> Result<bool, Failure> {
        let names: Vec<String> = told.iter().map(|slot| self.quoted(&slot.name)).collect();
        let (names, quoted) = (names.join(", "), self.quoted(book));
        let sql = format!("SELECT {}, {}, rowid, {names} FROM {quoted}", self.quoted(PRINT), self.quoted(ORDER));
        let mut query = self.connection()?.prepare(&sql).map_err(self.fail())?;
        let mut rows = query.query([]).map_err(self.fail())?;
        let mut parts = Parts::default();
        while let Some(row) = rows.next().map_err(self.fail())? {
            parts.clear();
            for (at, slot) in (3..).zip(told) {
                let sound = match row.get_ref(at).map_err(self.fail())? {
                    ValueRef::Integer(number) => parts.number(number, &slot.kind),
                    ValueRef::Text(text) => parts.text(text, &slot.kind),
                    _ => false,
                };
                if !sound {
                    return Err(unlike(&self.shown, book));
                }
            }
            let [print, order, address] = [row.get(0), row.get(1), row.get(2)].map(|number| number.map_err(self.fail()));
            take(&parts.all(), Recalled { print: print?, order: order?, address: address? })?;
        }
        Ok(true)
    }

    fn is_at(&self, table: &str, column: &str) -> String {
        format!("{table}.rowid = {column}")
    }

    fn exchange(&self, exchange: &Exchange<'_>) -> Vec<String> {
        exchange.one_after_the_other(self)
    }

    fn create(&self, table: &TargetTable, target: &TargetSchema) -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for column in &table.columns {
            let name = self.quoted(&column.name);
            let mut part = format!("{name} {}", self.type_name(&column.ty.kind, column.max_length));
            if !column.ty.nullable || table.key.contains(&column.name) {
                part.push_str(" NOT NULL");
            }
            if let Some(most) = column.max_length {
                // Writing to a text does not fail.
                let _ = write!(part, " CHECK (length({name}) <= {most})");
            }
            // SQLite knows no comments but those in the statement, which it keeps.
            if let Some(said) = comment::of_column(column, table, target) {
                let _ = write!(part, " /* {} */", said.replace("*/", "* /"));
            }
            parts.push(part);
        }
        if !table.key.is_empty() {
            let key: Vec<String> = table.key.iter().map(|name| self.quoted(name)).collect();
            parts.push(format!("PRIMARY KEY ({})", key.join(", ")));
        }
        for column in &table.columns {
            let Some((to, its)) = &column.references else { continue };
            // References to columns that are no keys are not taken; they were verified before.
            if target.table(to).is_some_and(|to| !to.external && to.key.len() == 1 && to.key.contains(its)) {
                let (column, to, its) = (self.quoted(&column.name), self.quoted(to), self.quoted(its));
                parts.push(format!("FOREIGN KEY ({column}) REFERENCES {to} ({its}) DEFERRABLE INITIALLY DEFERRED"));
            }
        }
        let said = comment::of_table(table, target).replace("*/", "* /");
        vec![format!("CREATE TABLE {} ( /* {said} */ {})", self.quoted(&table.name), parts.join(", "))]
    }

    fn complete(&self, table: &TargetTable, _: &TargetSchema) -> Vec<String> {
        table
            .columns
            .iter()
            .filter(|column| column.references.is_some() && table.key.first() != Some(&column.name))
            .map(|column| {
                let index = self.quoted(&format!("{}_{}", table.name, column.name));
                format!("CREATE INDEX {index} ON {} ({})", self.quoted(&table.name), self.quoted(&column.name))
            })
            .collect()
    }

    /// References are deferred, so they are counted here by table before the commit would refuse them without a name.
    fn check_references(&mut self, target: &TargetSchema) -> Result<(), Failure> {
        for table in own_tables(target) {
            let mut query = self
                .connection()?
                .prepare("SELECT parent, count(*) FROM pragma_foreign_key_check(?1) GROUP BY parent")
                .map_err(self.fail())?;
            let broken: Option<(String, i64)> =
                query.query_row([&table.name], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(self.fail())?;
            if let Some((parent, rows)) = broken {
                let (table, shown) = (&table.name, &self.shown);
                return Err(Failure::Data(format!(
                    "nothing was changed: {rows} rows of table `{table}` in `{shown}` refer to no row of `{parent}`"
                )));
            }
        }
        Ok(())
    }

    fn check_rights(&mut self, _: &[&str]) -> Result<(), Failure> {
        // Whoever may write the file may do everything with it, and that it can be written is seen when a transaction begins.
        Ok(())
    }

    fn check_tenants(&mut self, _: bool) -> Result<(), Failure> {
        // Files have no logins: who may open which is for the system to say.
        Ok(())
    }

    fn has_place(&mut self, name: &str) -> Result<bool, Failure> {
        Ok(self.path.with_file_name(format!("{name}.db")).symlink_metadata().is_ok())
    }

    fn make_place(&mut self, _: &str, _: Option<&str>) -> Result<(), Failure> {
        // The file appears with the first order that is loaded into it.
        Ok(())
    }

    fn let_in(&mut self, _: &str, _: &str) -> Result<(), Failure> {
        Err(Failure::Usage(format!("`{}` is a file, and files know no logins; databases of PostgreSQL and MariaDB do", self.shown())))
    }
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            Self::Real(number) => ToSqlOutput::Owned(Value::Real(*number)),
            Self::Boolean(truth) => ToSqlOutput::Owned(Value::Integer((*truth).into())),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_owned()),
        ValueRef::Null => Cell::Null,
    }
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

#[cfg(test)]
mod tests {
    use super::Sqlite;
    use super::Store;
    use std::path::Path;

    /// Opens a file as one does who looked before it was there.
    fn fresh(path: &Path) -> Option<Sqlite> {
        let mut store = Sqlite::open(path).ok()?;
        store.fresh = true;
        store.begin().ok().map(|()| store)
    }

    #[test]
    fn a_file_that_another_loader_filled_meanwhile_is_not_removed() {
        let folder = tempfile::tempdir();
        let path = folder.as_ref().map(|folder| folder.path().join("clinic.db")).unwrap_or_default();
        drop(fresh(&path));
        assert!(!path.exists(), "a file that nobody had before is left behind");
        let filled =
            fresh(&path).is_some_and(|mut store| store.run("CREATE TABLE person (n INTEGER)", &[]).is_ok() && store.commit().is_ok());
        assert!(filled && path.exists());
        // It came second, and found that there is nothing to do.
        assert!(fresh(&path).is_some());
        assert!(path.exists(), "the other's rows are gone");
    }
}
