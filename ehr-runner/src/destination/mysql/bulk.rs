//! Rows in bulk: streamed from memory as lines of a load, or, where the server forbids that, as parameters of many rows at once.
//!
//! A streamed load passes over a row that a constraint refuses, and bends a value that its column does not take, each with a warning. So
//! every warning, and every row that is missing afterwards, fails the whole.

use super::super::cell::Cell;
use super::super::doing::Doing;
use super::super::store::Rows;
use super::Mysql;
use super::fault::refused;
use super::value::Column;
use super::value::Unfit;
use crate::error::Failure;
use mysql::Conn;
use mysql::LocalInfileHandler;
use mysql::Params;
use mysql::Value;
use mysql::prelude::Queryable;
use std::collections::BTreeSet;
use std::io::Write;
use std::mem::take;
use std::sync::mpsc::Receiver;
use std::sync::mpsc::sync_channel;
use std::thread;

/// So many bytes travel at once.
const CHUNK: usize = 1 << 18;
/// A statement takes at most 65,535 parameters.
const PLACES: usize = 60_000;
/// So many rows go by one statement at most.
const ROWS: usize = 1_024;
/// Says that a statement might do otherwise on a copy of the server, which a copy that follows by rows does not.
const UNSAFE: u16 = 1592;

/// Where the rows of a load go.
pub(super) struct Into<'a> {
    /// The table.
    pub(super) table: &'a str,
    /// The same, quoted.
    pub(super) quoted: String,
    /// Its columns' names, quoted.
    pub(super) names: Vec<String>,
    /// The columns.
    pub(super) columns: Vec<Column>,
}

impl Into<'_> {
    fn check(&self, row: &[Cell]) -> Result<(), Failure> {
        if row.len() == self.columns.len() {
            return Ok(());
        }
        Err(Failure::Data(format!("a row for table `{}` has {} values in place of {}", self.table, row.len(), self.columns.len())))
    }

    fn unfit(&self, shown: &str, unfit: Unfit) -> Failure {
        Failure::Data(format!("nothing was loaded: in table `{}` of `{shown}`, {unfit}", self.table))
    }
}

/// Streams rows into a table; how many there were.
pub(super) fn stream(store: &mut Mysql, into: &Into<'_>, rows: Rows<'_>) -> Result<u64, Failure> {
    let sql = format!(
        "LOAD DATA LOCAL INFILE 'rows' INTO TABLE {} CHARACTER SET utf8mb4 FIELDS TERMINATED BY X'09' ESCAPED BY X'5C' \
         LINES TERMINATED BY X'0A' ({})",
        into.quoted,
        into.names.join(", ")
    );
    let shown = store.shown.clone();
    let connection = &mut store.connection;
    let (channel, receive) = sync_channel::<Vec<u8>>(4);
    let (mut sent, mut gone) = (0_u64, false);
    let (given, loaded) = thread::scope(|scope| {
        let loader = scope.spawn(move || load(connection, &sql, receive));
        let mut lines = Vec::with_capacity(CHUNK);
        let mut given = rows(&mut |row| {
            into.check(row)?;
            for (at, (cell, column)) in row.iter().zip(&into.columns).enumerate() {
                if at > 0 {
                    lines.push(b'\t');
                }
                column.field(cell, &mut lines).map_err(|unfit| into.unfit(&shown, unfit))?;
            }
            lines.push(b'\n');
            sent += 1;
            if lines.len() >= CHUNK && channel.send(take(&mut lines)).is_err() {
                gone = true;
                return Err(Failure::World(format!("loading into `{shown}`: the server listens no more; nothing was changed")));
            }
            Ok(())
        });
        if given.is_ok() && channel.send(lines).is_err() {
            gone = true;
            given = Ok(());
        }
        // The load ends in good order even where rows ran out, so that the connection can still be spoken to.
        drop(channel);
        (given, loader.join())
    });
    let loaded = loaded.unwrap_or_else(|_| Err(mysql::Error::IoError(std::io::Error::other("the load failed"))));
    match (given, loaded) {
        (Err(failure), _) if !gone => Err(failure),
        (_, Err(error)) => Err(store.failed(Doing::Filling(into.table), &error)),
        (Err(failure), Ok(_)) => Err(failure),
        (Ok(()), Ok((filled, 0))) if filled == sent => Ok(filled),
        (Ok(()), Ok((filled, _))) => fallen(store, into.table, sent - filled.min(sent)).map(|()| filled),
    }
}

/// Runs the load; how many rows arrived, and how many warnings there are.
fn load(connection: &mut Conn, sql: &str, receive: Receiver<Vec<u8>>) -> Result<(u64, u16), mysql::Error> {
    // Whatever file the server names, it gets these lines.
    connection.set_local_infile_handler(Some(LocalInfileHandler::new(move |_, stream| {
        receive.iter().try_for_each(|lines| stream.write_all(&lines))
    })));
    let done = connection.query_drop(sql);
    connection.set_local_infile_handler(None);
    done.map(|()| (connection.affected_rows(), connection.warnings()))
}

/// Inserts rows into a table, many by one statement; how many there were.
pub(super) fn insert(store: &mut Mysql, into: &Into<'_>, rows: Rows<'_>) -> Result<u64, Failure> {
    // A statement with all of its parameters must fit into a packet.
    let most = (store.packet / 4).clamp(1 << 14, 1 << 20);
    let limit = (PLACES / into.columns.len().max(1)).clamp(1, ROWS);
    let (mut waiting, mut bytes, mut count) = (Vec::new(), 0, 0);
    let mut filled = 0;
    let shown = store.shown.clone();
    rows(&mut |row| {
        into.check(row)?;
        for (cell, column) in row.iter().zip(&into.columns) {
            let value = column.parameter(cell).map_err(|unfit| into.unfit(&shown, unfit))?;
            bytes += if let Value::Bytes(text) = &value { text.len() + 9 } else { 9 };
            waiting.push(value);
        }
        count += 1;
        if count == limit || bytes >= most {
            filled += flush(store, into, &mut waiting, count)?;
            (bytes, count) = (0, 0);
        }
        Ok(())
    })?;
    Ok(filled + flush(store, into, &mut waiting, count)?)
}

/// Sends the rows that wait, by statements for 1, 2, 4, … rows, so that there are few of them.
fn flush(store: &mut Mysql, into: &Into<'_>, waiting: &mut Vec<Value>, rows: usize) -> Result<u64, Failure> {
    let mut left = rows;
    let mut values = take(waiting).into_iter();
    let mut filled = 0;
    let width = into.columns.len();
    let row = format!("({})", vec!["?"; width].join(", "));
    while left > 0 {
        let part = 1 << left.ilog2();
        left -= part;
        let sql = format!("INSERT INTO {} ({}) VALUES {}", into.quoted, into.names.join(", "), vec![row.as_str(); part].join(", "));
        let values: Vec<Value> = values.by_ref().take(part * width).collect();
        let done = store.connection.exec_drop(sql, Params::Positional(values));
        done.map_err(|error| store.failed(Doing::Filling(into.table), &error))?;
        let arrived = store.connection.affected_rows();
        if store.connection.warnings() > 0 || arrived != part as u64 {
            fallen(store, into.table, part as u64 - arrived.min(part as u64))?;
        }
        filled += arrived;
    }
    Ok(filled)
}

/// Says by its warnings why a load is not what it should be.
fn fallen(store: &mut Mysql, table: &str, missing: u64) -> Result<(), Failure> {
    let said: Result<Vec<(String, u16, String)>, _> = store.connection.query("SHOW WARNINGS");
    let codes: BTreeSet<u16> =
        said.map_err(|error| Doing::Filling(table).failed(&store.shown, &error))?.into_iter().map(|row| row.1).collect();
    let telling: Vec<u16> = codes.iter().copied().filter(|code| *code != UNSAFE).collect();
    if missing == 0 && telling.is_empty() && !codes.is_empty() {
        return Ok(());
    }
    let known: BTreeSet<&str> = telling.iter().filter_map(|code| refused(*code)).collect();
    let what = if known.is_empty() {
        let codes: Vec<String> = telling.iter().map(ToString::to_string).collect();
        format!("the database does not take a value or a row (error {})", codes.join(", "))
    } else {
        known.into_iter().collect::<Vec<_>>().join(", and ")
    };
    let missing = if missing > 0 { format!(" ({missing} rows)") } else { String::new() };
    Err(Failure::Data(format!("nothing was changed: in table `{table}` of `{}`, {what}{missing}", store.shown)))
}
