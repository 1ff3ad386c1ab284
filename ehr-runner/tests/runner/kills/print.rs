//! All that a database holds, as a fingerprint that the database makes itself, in SQL; and the ways to disturb it.

use crate::databases::Base;
use crate::place::Place;
use mysql::Conn;
use mysql::prelude::Queryable;
use postgres::Client;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::fs;
use std::hash::DefaultHasher;
use std::hash::Hash;
use std::hash::Hasher;
use std::path::PathBuf;
use std::time::Duration;

/// What tells when something was done: of these only whether they are there.
const TIMES: [&str; 4] = ["loaded_at", "undone_at", "recorded_at", "decided_at"];

/// What is drawn by lot, and what is made of it: of these only how long they are.
const DRAWN: [&str; 2] = ["seed", "written"];

/// What a database holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Print {
    /// Rows of each table that has any, and their fingerprint.
    pub(super) rows: BTreeMap<String, (i64, String)>,
    /// Tables, columns, keys, references and indexes.
    pub(super) shape: String,
}

/// A connection that looks on.
pub(super) enum Link {
    /// The folder of the file.
    Sqlite(PathBuf),
    Postgres(Box<Client>),
    Maria(Conn),
}

impl Link {
    /// To where the program loads.
    pub(super) fn to(place: &Place, base: &Base) -> Self {
        match base {
            Base::Sqlite => Self::Sqlite(place.path("")),
            Base::Postgres(server) => Self::Postgres(Box::new(server.connect())),
            Base::Maria(server) => {
                let mut connection = server.connect();
                connection.query_drop("SET SESSION group_concat_max_len = 1073741824").unwrap();
                Self::Maria(connection)
            }
        }
    }

    /// What is there now.
    pub(super) fn print(&mut self) -> Print {
        match self {
            Self::Sqlite(folder) => sqlite(folder),
            Self::Postgres(client) => postgres(client),
            Self::Maria(connection) => maria(connection),
        }
    }

    /// Runs a statement.
    pub(super) fn run(&mut self, sql: &str) {
        match self {
            Self::Sqlite(folder) => Connection::open(folder.join("clinic.db")).unwrap().execute_batch(sql).unwrap(),
            Self::Postgres(client) => client.batch_execute(sql).unwrap(),
            Self::Maria(connection) => connection.query_drop(sql).unwrap(),
        }
    }

    /// Forgets the orders that were taken out, so that the next one has the number that it would have had without them.
    pub(super) fn forget(&mut self) {
        self.run("DELETE FROM _ehr_orders WHERE undone_at IS NOT NULL");
    }

    /// Leaves nothing.
    pub(super) fn empty(&mut self) {
        match self {
            Self::Sqlite(folder) => {
                for name in ["clinic.db", "clinic.db-journal"] {
                    drop(fs::remove_file(folder.join(name)));
                }
            }
            Self::Postgres(client) => client.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public").unwrap(),
            Self::Maria(connection) => {
                for sql in ["DROP DATABASE ehr", "CREATE DATABASE ehr CHARACTER SET latin1", "USE ehr"] {
                    connection.query_drop(sql).unwrap();
                }
            }
        }
    }

    /// Ends every other connection from the server's side; how many there were.
    pub(super) fn end_others(&mut self) -> usize {
        match self {
            Self::Sqlite(_) => 0,
            Self::Postgres(client) => {
                let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
                           WHERE datname = 'ehr' AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
                client.query(sql, &[]).unwrap().len()
            }
            Self::Maria(connection) => {
                let others: Vec<u64> = connection.query(OTHERS).unwrap();
                // One may have ended meanwhile.
                others.iter().filter(|id| connection.query_drop(format!("KILL {id}")).is_ok()).count()
            }
        }
    }

    /// Waits until the server knows that nobody else is there.
    pub(super) fn settle(&mut self) {
        for _ in 0..6_000 {
            let others = match self {
                Self::Sqlite(_) => 0,
                Self::Postgres(client) => {
                    let sql = "SELECT count(*) FROM pg_stat_activity \
                               WHERE datname = 'ehr' AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
                    client.query_one(sql, &[]).unwrap().get::<_, i64>(0)
                }
                Self::Maria(connection) => i64::try_from(connection.query::<u64, _>(OTHERS).unwrap().len()).unwrap(),
            };
            if others == 0 {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("a connection does not end");
    }
}

/// Connections of others, in `MariaDB`.
const OTHERS: &str = "SELECT id FROM information_schema.processlist WHERE db = 'ehr' AND id <> connection_id()";

/// A copy is looked at, so that what a killed process left is undone by the program and not by whoever looks.
fn sqlite(folder: &std::path::Path) -> Print {
    let mut print = Print { rows: BTreeMap::new(), shape: String::new() };
    let copy = folder.join("look.db");
    for end in ["", "-journal"] {
        let (from, to) = (folder.join(format!("clinic.db{end}")), folder.join(format!("look.db{end}")));
        drop(fs::remove_file(&to));
        if from.exists() {
            fs::copy(from, to).unwrap();
        }
    }
    if !copy.exists() {
        return print;
    }
    let connection = Connection::open(copy).unwrap();
    let texts = |sql: &str| -> Vec<String> {
        let mut query = connection.prepare(sql).unwrap();
        let found = query.query_map([], |row| row.get(0)).unwrap();
        found.map(Result::unwrap).collect()
    };
    let shape = "SELECT coalesce(group_concat(line, char(10)), '') FROM \
                 (SELECT type || ' ' || name || ' ' || coalesce(sql, '') AS line FROM sqlite_schema ORDER BY type, name)";
    print.shape = texts(shape).remove(0);
    for table in texts("SELECT name FROM sqlite_schema WHERE type = 'table'") {
        let columns = texts(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let columns: Vec<String> = columns.iter().map(|name| value(name, &format!("quote(\"{name}\")"), &format!("\"{name}\""))).collect();
        let sql = format!(
            "SELECT count(*), coalesce(group_concat(line, char(10)), '') FROM (SELECT {} AS line FROM \"{table}\" ORDER BY 1)",
            columns.join(" || '|' || ")
        );
        let (rows, lines): (i64, String) = connection.query_row(&sql, [], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        let mut hash = DefaultHasher::new();
        lines.hash(&mut hash);
        enter(&mut print, table, rows, format!("{:016x}", hash.finish()));
    }
    print
}

fn postgres(client: &mut Client) -> Print {
    let mut print = Print { rows: BTreeMap::new(), shape: String::new() };
    let staged = "SELECT count(*) FROM pg_class WHERE relpersistence = 't'";
    assert_eq!(client.query_one(staged, &[]).unwrap().get::<_, i64>(0), 0, "what was staged is left behind");
    let shape = "SELECT coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE \"C\"), '') FROM (\
                 SELECT c.relkind::text || ' ' || c.relname AS line FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace \
                 UNION ALL SELECT a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) FROM pg_attribute a \
                 JOIN pg_class c ON c.oid = a.attrelid WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 \
                 UNION ALL SELECT conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace) x";
    print.shape = client.query_one(shape, &[]).unwrap().get(0);
    let columns = "SELECT c.relname::text, a.attname::text FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid \
                   WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 ORDER BY c.relname, a.attnum";
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in client.query(columns, &[]).unwrap() {
        let name: String = row.get(1);
        tables.entry(row.get(0)).or_default().push(value(&name, &format!("\"{name}\""), &format!("\"{name}\"")));
    }
    for (table, columns) in tables {
        let sql = format!(
            "SELECT count(*), coalesce(md5(string_agg(line, E'\\n' ORDER BY line COLLATE \"C\")), '') FROM (SELECT ROW({})::text AS line FROM \"{table}\") x",
            columns.join(", ")
        );
        let row = client.query_one(&sql, &[]).unwrap();
        enter(&mut print, table, row.get(0), row.get(1));
    }
    print
}

fn maria(connection: &mut Conn) -> Print {
    let mut print = Print { rows: BTreeMap::new(), shape: String::new() };
    let shape = "SELECT coalesce(group_concat(line ORDER BY line SEPARATOR '\n'), '') FROM (\
                 SELECT concat_ws(' ', table_name, column_name, column_type, is_nullable, extra) AS line FROM information_schema.columns WHERE table_schema = 'ehr' \
                 UNION ALL SELECT concat_ws(' ', table_name, index_name, seq_in_index, column_name) FROM information_schema.statistics WHERE table_schema = 'ehr' \
                 UNION ALL SELECT concat_ws(' ', table_name, constraint_name, referenced_table_name) FROM information_schema.referential_constraints \
                 WHERE constraint_schema = 'ehr') x";
    print.shape = connection.query_first(shape).unwrap().unwrap();
    let columns = "SELECT table_name, column_name FROM information_schema.columns \
                   WHERE table_schema = 'ehr' AND extra NOT LIKE '%INVISIBLE%' ORDER BY table_name, ordinal_position";
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, name) in connection.query::<(String, String), _>(columns).unwrap() {
        let text = format!("quote(CAST(`{name}` AS CHAR CHARACTER SET utf8mb4) COLLATE utf8mb4_bin)");
        tables.entry(table).or_default().push(value(&name, &text, &format!("`{name}`")));
    }
    for (table, columns) in tables {
        let sql = format!(
            "SELECT count(*), coalesce(md5(group_concat(line ORDER BY line SEPARATOR '\n')), '') FROM (SELECT concat_ws('|', {}) AS line FROM `{table}`) x",
            columns.join(", ")
        );
        let (rows, hash): (i64, String) = connection.query_first(&sql).unwrap().unwrap();
        enter(&mut print, table, rows, hash);
    }
    print
}

/// A column in SQL as it is compared.
fn value(name: &str, text: &str, quoted: &str) -> String {
    if TIMES.contains(&name) {
        format!("({quoted} IS NULL)")
    } else if DRAWN.contains(&name) {
        format!("length({quoted})")
    } else {
        text.to_owned()
    }
}

fn enter(print: &mut Print, table: String, rows: i64, hash: String) {
    if rows > 0 {
        print.rows.insert(table, (rows, hash));
    }
}
