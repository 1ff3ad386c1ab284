//! `MariaDB` and `MySQL`, by their own protocol: rows travel as streamed loads, or as parameters.
//!
//! A statement that makes a table ends the transaction here. So tables are made first, each by one statement, while nothing of the order is
//! there; a load that fails takes back those that it made, and one that is killed leaves them empty. Then comes the one transaction.

mod bulk;
mod fault;
mod locks;
mod making;
mod recall;
mod references;
mod rights;
mod server;
mod tenants;
mod value;

use super::cell::Cell;
use super::doing::Doing;
use super::exchange::Exchange;
use super::store::Found;
use super::store::Recall;
use super::store::Rows;
use super::store::Slot;
use super::store::Store;
use super::tenants::passwords::chance;
use super::trust;
use crate::error::Failure;
use crate::failpoint;
use ehr_rules::Kind;
use ehr_rules::TargetSchema;
use ehr_rules::TargetTable;
use mysql::Column;
use mysql::Conn;
use mysql::Params;
use mysql::Row;
use mysql::prelude::Queryable;
pub(crate) use server::Server;
use std::collections::HashSet;

/// The oldest servers that have all that is asked of them: atomic `CREATE TABLE`, invisible columns, collations without padding.
const OLDEST_MARIADB: (u64, u64, u64) = (10, 6, 0);
const OLDEST_MYSQL: (u64, u64, u64) = (8, 0, 23);
/// A load is strict, heeds no escapes in SQL, and reads and writes times as they are.
const SETTINGS: &str = "autocommit = 0, time_zone = '+00:00', foreign_key_checks = 1, unique_checks = 1, sql_notes = 1, max_error_count = 64, \
    sql_safe_updates = 0, sql_select_limit = DEFAULT, innodb_strict_mode = 1, net_read_timeout = 600, net_write_timeout = 600, \
    wait_timeout = 28800, sql_mode = 'STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,\
    ONLY_FULL_GROUP_BY,NO_BACKSLASH_ESCAPES'";

/// An open connection.
pub(super) struct Mysql {
    connection: Conn,
    shown: String,
    /// Compares texts by their bytes, blanks at the end too.
    collation: &'static str,
    /// Whether it is `MariaDB`.
    maria: bool,
    /// Whether the server lets rows be streamed.
    streams: bool,
    /// The largest packet that it takes.
    packet: usize,
    /// Tables that this load made, and takes back where it fails.
    made: Vec<String>,
    /// A table refers to itself, so that references are checked by us, at the end.
    unchecked: bool,
    /// The login of the tenant whose place this is.
    login: Option<String>,
    /// Names that are taken, once they were asked for.
    taken: Option<HashSet<String>>,
    /// What the lock of a table is called that is made by this connection.
    secret: String,
}

impl Mysql {
    /// Connects, with the password that the environment has.
    pub(super) fn connect(server: &Server) -> Result<Self, Failure> {
        let connection = server.connect()?;
        let (shown, collation) = (server.to_string(), "utf8mb4_nopad_bin");
        let (login, secret) = (server.login().map(str::to_owned), chance()?);
        let (maria, streams, packet, made, unchecked, taken) = (true, false, 1 << 20, Vec::new(), false, None);
        Ok(Self { connection, shown, collation, maria, streams, packet, made, unchecked, login, taken, secret })
    }

    fn refuse(&self, what: &str) -> Failure {
        Failure::World(format!("`{}`: {what}", self.shown))
    }

    fn fail(&self, error: &mysql::Error) -> Failure {
        Doing::Loading.failed(&self.shown, error)
    }

    /// One value.
    fn one(&mut self, sql: &str, values: &[Cell]) -> Result<Cell, Failure> {
        let rows = self.ask(sql, values)?;
        Ok(rows.into_iter().next().and_then(|row| row.into_iter().next()).unwrap_or(Cell::Null))
    }

    /// Which server it is, and whether it is new enough.
    fn know(&mut self) -> Result<(), Failure> {
        let version = self.one("SELECT VERSION()", &[])?;
        let version = version.text().unwrap_or_default();
        self.maria = version.to_ascii_lowercase().contains("mariadb");
        // Some say `5.5.5-` first, for the sake of old programs.
        let number = version.strip_prefix("5.5.5-").unwrap_or(version);
        let mut parts = number.split(|letter: char| !letter.is_ascii_digit()).map(|part| part.parse().unwrap_or(0));
        let there = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        if there < if self.maria { OLDEST_MARIADB } else { OLDEST_MYSQL } {
            return Err(self.refuse("the server is older than MariaDB 10.6 or MySQL 8.0.23"));
        }
        self.collation = if self.maria { "utf8mb4_nopad_bin" } else { "utf8mb4_0900_bin" };
        Ok(())
    }

    /// The columns of a primary key.
    fn primary(&mut self, table: &str) -> Result<Vec<String>, Failure> {
        let sql = "SELECT column_name FROM information_schema.statistics \
                   WHERE table_schema = DATABASE() AND table_name = ? AND index_name = 'PRIMARY' ORDER BY seq_in_index";
        let found = self.ask(sql, &[Cell::Text(table.to_owned())])?;
        Ok(found.iter().filter_map(|row| row.first()?.text().map(str::to_owned)).collect())
    }
}

impl Drop for Mysql {
    fn drop(&mut self) {
        // What was begun and not committed is taken back when the connection closes; what was made before it is not.
        if self.made.is_empty() || self.connection.query_drop("ROLLBACK").is_err() {
            return;
        }
        for table in std::mem::take(&mut self.made).iter().rev() {
            let name = self.quoted(table);
            // Somebody else may have filled it meanwhile.
            let filled: Result<Option<u8>, _> = self.connection.query_first(format!("SELECT 1 FROM {name} LIMIT 1"));
            if matches!(filled, Ok(None)) {
                drop(self.connection.query_drop(format!("DROP TABLE {name}")));
            }
        }
    }
}

impl Store for Mysql {
    fn shown(&self) -> &str {
        &self.shown
    }

    fn quoted(&self, name: &str) -> String {
        self.name(name)
    }

    fn type_name(&self, kind: &Kind, max_length: Option<usize>) -> String {
        making::type_name(kind, max_length)
    }

    fn bytes_type(&self) -> &'static str {
        "LONGBLOB"
    }

    fn comparable(&self, value: &str) -> String {
        // The whole of it, however long, where a sort looks at how a long text begins.
        format!("SHA2(CAST({value} AS BINARY), 256)")
    }

    fn same(&self, one: &str, other: &str) -> String {
        format!("{one} <=> {other}")
    }

    fn takes(&self, ty: &str, kind: &Kind) -> bool {
        making::takes(ty, kind)
    }

    fn place(&self, _: usize) -> String {
        "?".to_owned()
    }

    fn row_address(&mut self, table: &str) -> Result<Vec<String>, Failure> {
        let key = self.primary(table)?;
        Ok(key.iter().map(|name| self.quoted(name)).collect())
    }

    fn begin(&mut self) -> Result<(), Failure> {
        self.know()?;
        let names = format!("SET NAMES utf8mb4 COLLATE {}", self.collation);
        // Where no index helps, rows are joined by their hashes, which one of the two does unasked.
        let joins = if self.maria { ", join_cache_level = 8, join_buffer_size = 16777216" } else { "" };
        let locked = trust::patience_with_locks()?.as_secs();
        for sql in [
            names,
            format!("SET SESSION {SETTINGS}{joins}, innodb_lock_wait_timeout = {locked}, lock_wait_timeout = {locked}"),
            "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ".to_owned(),
            "SET SESSION TRANSACTION READ WRITE".to_owned(),
        ] {
            self.connection.query_drop(sql).map_err(|error| Doing::Opening.failed(&self.shown, &error))?;
        }
        if self.one("SELECT @@global.read_only + 0", &[])?.count() > 0 {
            return Err(self.refuse("the server takes no writes; it may be a copy of another one"));
        }
        self.streams = self.one("SELECT @@global.local_infile + 0", &[])?.count() > 0;
        self.packet = usize::try_from(self.one("SELECT @@session.max_allowed_packet", &[])?.count()).unwrap_or(1 << 20);
        self.wait_for_loaders()?;
        self.look_for_loops()
    }

    fn look_into(&mut self, place: &str) -> Result<(), Failure> {
        let sql = format!("USE {}", self.quoted(place));
        self.connection.query_drop(sql).map_err(|error| self.fail(&error))
    }

    fn commit(&mut self) -> Result<(), Failure> {
        failpoint::reached("committing");
        self.connection.query_drop("COMMIT").map_err(|error| Doing::Committing.failed(&self.shown, &error))?;
        failpoint::reached("committed");
        self.made.clear();
        // Who waits need not wait for this connection to be closed.
        drop(self.connection.query_drop("DO RELEASE_ALL_LOCKS()"));
        Ok(())
    }

    fn run(&mut self, sql: &str, values: &[Cell]) -> Result<u64, Failure> {
        failpoint::reached("statement");
        let done = if values.is_empty() {
            self.connection.query_drop(sql)
        } else {
            self.connection.exec_drop(sql, Params::Positional(values.iter().map(value::parameter).collect()))
        };
        done.map_err(|error| self.failed(Doing::Loading, &error))?;
        Ok(self.connection.affected_rows())
    }

    fn ask(&mut self, sql: &str, values: &[Cell]) -> Result<Vec<Vec<Cell>>, Failure> {
        let rows: Result<Vec<Row>, _> = if values.is_empty() {
            self.connection.query(sql)
        } else {
            self.connection.exec(sql, Params::Positional(values.iter().map(value::parameter).collect()))
        };
        Ok(rows.map_err(|error| self.failed(Doing::Loading, &error))?.into_iter().map(value::cells).collect())
    }

    fn columns(&mut self, table: &str) -> Result<Vec<Found>, Failure> {
        let sql = "SELECT column_name, concat(column_type, CASE WHEN extra REGEXP '(STORED|VIRTUAL) GENERATED' THEN ' of its own making' ELSE '' END), \
                   character_set_name, \
                   is_nullable = 'NO' AND column_default IS NULL AND extra NOT LIKE '%auto_increment%' AND extra NOT LIKE '%GENERATED%' \
                   FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position";
        let found = self.ask(sql, &[Cell::Text(table.to_owned())])?;
        let found = found.iter().filter_map(|row| match row.as_slice() {
            [name, ty, letters, needed] => {
                let (ty, needed) = (ty.text()?, needed.count() == 1);
                // One that lacks letters does not take every text.
                let ty = match letters.text() {
                    Some("utf8mb4") | None => ty.to_owned(),
                    Some("ascii") if ty == "char(36)" => ty.to_owned(),
                    Some(letters) => format!("{ty} in {letters}"),
                };
                Some(Found { name: name.text()?.to_owned(), ty, needed })
            }
            _ => None,
        });
        Ok(found.collect())
    }

    fn objection(&mut self, table: &TargetTable) -> Result<Option<String>, Failure> {
        let name = &table.name;
        let sql = "SELECT table_type, engine FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?";
        let found = self.ask(sql, &[Cell::Text(name.clone())])?;
        let engine = found.first().and_then(|row| row.get(1)?.text()).unwrap_or("no engine of its own");
        if engine != "InnoDB" {
            return Ok(Some(format!("table `{name}` is kept by {engine}, which knows no transactions; InnoDB does")));
        }
        if table.key.is_empty() && self.primary(name)?.is_empty() {
            return Ok(Some(format!(
                "table `{name}` has no primary key, without which its rows could not be taken out again; \
                 `ALTER TABLE {} ADD {}` gives it one that is in nobody's way",
                self.quoted(name),
                Self::row()
            )));
        }
        Ok(None)
    }

    fn book(&self, name: &str, columns: &str, told: &[Slot]) -> String {
        let more = if told.is_empty() { String::new() } else { format!(", {}, {}", Self::row(), self.looked_up(told)) };
        let lock = if locks::LOCKING.contains(&name) { format!(" COMMENT='{}'", self.secret) } else { String::new() };
        format!("CREATE TABLE IF NOT EXISTS {} ({columns}{more}) {}{lock}", self.quoted(name), self.engine())
    }

    fn temporary(&self, name: &str, slots: &[Slot]) -> String {
        format!("CREATE TEMPORARY TABLE {} ({}, {}) {}", self.quoted(name), Self::row(), self.declared(slots), self.engine())
    }

    fn temporary_of(&self, name: &str, query: &str) -> String {
        format!("CREATE TEMPORARY TABLE {} ({}) {} AS {query}", self.quoted(name), Self::row(), self.engine())
    }

    fn drop_temporary(&self, name: &str) -> String {
        format!("DROP TEMPORARY TABLE {}", self.quoted(name))
    }

    fn make(&mut self, table: &str, statements: &[String]) -> Result<(), Failure> {
        for sql in statements {
            self.run(sql, &[])?;
        }
        failpoint::reached("made");
        self.made.push(table.to_owned());
        if locks::LOCKING.contains(&table) {
            self.hold()?;
        }
        self.look_for_loops()
    }

    fn fill(&mut self, table: &str, slots: &[Slot], rows: Rows<'_>) -> Result<u64, Failure> {
        let quoted = self.quoted(table);
        let names: Vec<String> = slots.iter().map(|slot| self.quoted(&slot.name)).collect();
        let probe = format!("SELECT {} FROM {quoted} LIMIT 0", names.join(", "));
        let there =
            self.connection.query_iter(probe).map(|found| found.columns().as_ref().iter().map(Column::decimals).collect::<Vec<u8>>());
        let there = there.map_err(|error| Doing::Filling(table).failed(&self.shown, &error))?;
        let columns = slots.iter().zip(there).map(|(slot, decimals)| value::Column::new(slot, decimals)).collect();
        let into = bulk::Into { table, quoted, names, columns };
        failpoint::reached("filling");
        let filled = if self.streams { bulk::stream(self, &into, rows) } else { bulk::insert(self, &into, rows) }?;
        failpoint::reached("filled");
        Ok(filled)
    }

    fn recall(&mut self, book: &str, told: &[Slot], bytes: u64, take: Recall<'_>) -> Result<bool, Failure> {
        self.hand_over(book, told, bytes, take)
    }

    fn is_at(&self, _: &str, column: &str) -> String {
        format!("m.{} = {column}", self.quoted(making::ROW))
    }

    fn exchange(&self, exchange: &Exchange<'_>) -> Vec<String> {
        exchange.one_after_the_other(self)
    }

    fn update(&self, table: &str, other: &str, alias: &str, key: &[&str], values: &[(&str, String)], only: &str) -> String {
        let table = self.quoted(table);
        let set: Vec<String> = values.iter().map(|(name, value)| format!("m.{} = {value}", self.quoted(name))).collect();
        let mut when: Vec<String> = key.iter().map(|name| self.quoted(name)).map(|name| format!("m.{name} = {alias}.{name}")).collect();
        when.extend((!only.is_empty()).then(|| only.to_owned()));
        format!("UPDATE {table} m JOIN {} {alias} ON {} SET {}", self.quoted(other), when.join(" AND "), set.join(", "))
    }

    fn delete(&self, table: &str, by: &[(String, String)], chosen: &str) -> String {
        let when: Vec<String> = by.iter().map(|(column, name)| format!("d.{column} = g.{name}")).collect();
        format!("DELETE d FROM {} d JOIN ({chosen}) g ON {}", self.quoted(table), when.join(" AND "))
    }

    fn create(&self, table: &TargetTable, target: &TargetSchema) -> Vec<String> {
        vec![self.table(table, target)]
    }

    fn complete(&self, _: &TargetTable, _: &TargetSchema) -> Vec<String> {
        Vec::new()
    }

    /// References were looked at row by row, unless a table refers to itself.
    fn wait_with_references(&mut self) -> Result<(), Failure> {
        if self.unchecked { Ok(()) } else { self.leave_unchecked() }
    }

    fn check_references(&mut self, _: &TargetSchema) -> Result<(), Failure> {
        if self.unchecked { self.references_hold() } else { Ok(()) }
    }

    fn check_rights(&mut self, tables: &[&str]) -> Result<(), Failure> {
        let lacking = self.lacking_on(tables)?;
        if lacking.is_empty() {
            return Ok(());
        }
        Err(self.refuse(&format!("the user lacks {}; nothing was read or loaded", lacking.join(", "))))
    }

    fn check_tenants(&mut self, revoke: bool) -> Result<(), Failure> {
        self.check_rights(&[])?;
        self.can_keep_apart(revoke)
    }

    fn has_place(&mut self, name: &str) -> Result<bool, Failure> {
        self.is_taken(name)
    }

    fn make_place(&mut self, name: &str, password: Option<&str>) -> Result<(), Failure> {
        self.make_apart(name, password)
    }

    fn login(&self, place: &str) -> String {
        tenants::login(place)
    }

    fn let_in(&mut self, place: &str, password: &str) -> Result<(), Failure> {
        self.give_password(&tenants::login(place), password)
    }

    fn share(&mut self, tables: &[&str]) -> Result<(), Failure> {
        self.let_look_at(tables)
    }
}
