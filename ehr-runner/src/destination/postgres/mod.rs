//! `PostgreSQL`, by its own protocol: rows travel as binary copies.

mod binary;
mod exchange;
mod fault;
mod locks;
mod recall;
mod rights;
mod server;
mod silence;
mod tenants;

use super::cell::Cell;
use super::comment;
use super::doing::Doing;
use super::doing::arrived;
use super::exchange::Exchange;
use super::store::Coming;
use super::store::Found;
use super::store::Recall;
use super::store::Rows;
use super::store::Slot;
use super::store::Store;
use super::store::holds;
use crate::error::Failure;
use crate::failpoint;
use binary::Bound;
use ehr_rules::Kind;
use ehr_rules::TargetSchema;
use ehr_rules::TargetTable;
use postgres::Client;
use postgres::Row;
use postgres::types::ToSql;
use postgres::types::Type;
use postgres::types::private::BytesMut;
pub(crate) use server::Server;
use std::io::Write;

/// The oldest server that has all that is asked of it.
const OLDEST: i64 = 12_00_00;

/// So much of a copy is sent at once.
const PART: usize = 1 << 16;

/// An open connection.
pub(super) struct Postgres {
    client: Client,
    shown: String,
    /// The schema of a tenant, and of a login that may look at what is made there.
    schema: Option<String>,
}

impl Postgres {
    /// Connects, with the password that the environment has.
    pub(super) fn connect(server: &Server) -> Result<Self, Failure> {
        Ok(Self { client: server.connect()?, shown: server.to_string(), schema: server.schema().map(str::to_owned) })
    }

    /// One value.
    fn one(&mut self, sql: &str, values: &[Cell]) -> Result<Cell, Failure> {
        let rows = self.ask(sql, values)?;
        Ok(rows.into_iter().next().and_then(|row| row.into_iter().next()).unwrap_or(Cell::Null))
    }

    fn refuse(&self, what: &str) -> Failure {
        Failure::World(format!("`{}`: {what}", self.shown))
    }
}

impl Store for Postgres {
    fn shown(&self) -> &str {
        &self.shown
    }

    fn type_name(&self, kind: &Kind, max_length: Option<usize>) -> String {
        let name = match kind {
            Kind::Integer => "bigint",
            Kind::Boolean => "boolean",
            Kind::Float => "double precision",
            Kind::Date => "date",
            Kind::Time => "time",
            Kind::Datetime => "timestamp",
            Kind::Instant => "timestamptz",
            Kind::Uuid => "uuid",
            // Not jsonb, which rewrites what it is given.
            Kind::List(_) | Kind::Struct(_) => "json",
            Kind::Decimal { precision, scale } => return format!("numeric({precision},{scale})"),
            Kind::Text => return max_length.map_or_else(|| "text".to_owned(), |most| format!("varchar({most})")),
        };
        name.to_owned()
    }

    fn bytes_type(&self) -> &'static str {
        "bytea"
    }

    /// What is dense is not worth being compressed.
    fn as_it_is(&self, table: &str, column: &str) -> Option<String> {
        Some(format!("ALTER TABLE {} ALTER COLUMN {} SET STORAGE EXTERNAL", self.quoted(table), self.quoted(column)))
    }

    fn takes(&self, ty: &str, kind: &Kind) -> bool {
        let (name, arguments) = ty.split_once('(').map_or((ty, None), |(name, rest)| (name, rest.strip_suffix(')')));
        match kind {
            Kind::Integer => matches!(name, "bigint" | "integer" | "smallint") || (name == "numeric" && arguments.is_none()),
            Kind::Decimal { precision, scale } => {
                name == "numeric" && arguments.is_none_or(|given| holds(given, (*precision).into(), (*scale).into()))
            }
            Kind::Float => name == "double precision",
            Kind::Boolean => name == "boolean",
            Kind::Text => matches!(name, "text" | "character varying"),
            Kind::Date => name == "date",
            Kind::Time => name == "time without time zone",
            Kind::Datetime => name == "timestamp without time zone",
            Kind::Instant => name == "timestamp with time zone",
            Kind::Uuid => name == "uuid",
            Kind::List(_) | Kind::Struct(_) => matches!(name, "json" | "jsonb" | "text"),
        }
    }

    fn place(&self, at: usize) -> String {
        format!("${at}")
    }

    fn row_address(&mut self, _: &str) -> Result<Vec<String>, Failure> {
        Ok(vec!["ctid".to_owned()])
    }

    fn begin(&mut self) -> Result<(), Failure> {
        // Whoever turned durability off for all did not mean this. What a load changes it looked at a moment ago, and no
        // statement of it is worth being compiled. Of tables for a moment it is enough to know roughly what is in them.
        let begin = "BEGIN; SET LOCAL synchronous_commit = on; SET LOCAL client_min_messages = warning; \
                     SET LOCAL jit = off; SET LOCAL random_page_cost = 1.1; SET LOCAL default_statistics_target = 10";
        self.client.batch_execute(begin).map_err(|error| Doing::Opening.failed(&self.shown, &error))?;
        if let Some(schema) = &self.schema {
            let sql = format!("SET LOCAL search_path = {}", self.quoted(schema));
            self.run(&sql, &[])?;
        }
        if self.one("SELECT current_setting('server_version_num')::bigint", &[])?.count() < OLDEST.unsigned_abs() {
            return Err(self.refuse("the server is older than PostgreSQL 12"));
        }
        if self.one("SELECT current_setting('transaction_read_only')::boolean", &[])? == Cell::Boolean(true) {
            return Err(self.refuse("the server takes no writes; it may be a copy of another one"));
        }
        if self.one("SELECT current_schema()::text", &[])? == Cell::Null {
            return Err(self.refuse("the user has no schema to load into; `search_path` names none that is there"));
        }
        self.wait_for_loaders()
    }

    fn look(&mut self) -> Result<(), Failure> {
        match &self.schema {
            Some(schema) => self.run(&format!("SET search_path = {}", self.quoted(schema)), &[]).map(drop),
            None => Ok(()),
        }
    }

    fn look_into(&mut self, place: &str) -> Result<(), Failure> {
        self.schema = Some(place.to_owned());
        self.look()
    }

    fn commit(&mut self) -> Result<(), Failure> {
        failpoint::reached("committing");
        self.client.batch_execute("COMMIT").map_err(|error| Doing::Committing.failed(&self.shown, &error))?;
        failpoint::reached("committed");
        Ok(())
    }

    fn run(&mut self, sql: &str, values: &[Cell]) -> Result<u64, Failure> {
        let bound: Vec<Bound<'_>> = values.iter().map(Bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|value| value as _).collect();
        failpoint::reached("statement");
        self.client.execute(sql, &bound).map_err(|error| self.failed(Doing::Loading, &error))
    }

    fn ask(&mut self, sql: &str, values: &[Cell]) -> Result<Vec<Vec<Cell>>, Failure> {
        let bound: Vec<Bound<'_>> = values.iter().map(Bound).collect();
        let bound: Vec<&(dyn ToSql + Sync)> = bound.iter().map(|value| value as _).collect();
        let rows = self.client.query(sql, &bound).map_err(|error| self.failed(Doing::Loading, &error))?;
        rows.iter().map(|row| (0..row.len()).map(|at| cell(row, at)).collect()).collect()
    }

    fn columns(&mut self, table: &str) -> Result<Vec<Found>, Failure> {
        let sql = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull AND NOT a.atthasdef AND a.attidentity = '' \
                   FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid \
                   WHERE c.relname = $1 AND c.relnamespace = current_schema()::regnamespace AND a.attnum > 0 AND NOT a.attisdropped \
                   ORDER BY a.attnum";
        let found = self.ask(sql, &[Cell::Text(table.to_owned())])?;
        let found = found.iter().filter_map(|row| match row.as_slice() {
            [name, ty, needed] => {
                Some(Found { name: name.text()?.to_owned(), ty: ty.text()?.to_owned(), needed: *needed == Cell::Boolean(true) })
            }
            _ => None,
        });
        Ok(found.collect())
    }

    fn fill(&mut self, table: &str, slots: &[Slot], rows: Rows<'_>) -> Result<u64, Failure> {
        let names: Vec<String> = slots.iter().map(|slot| self.quoted(&slot.name)).collect();
        let (quoted, names) = (self.quoted(table), names.join(", "));
        let shown = self.shown.clone();
        let fail = |error| Doing::Filling(table).failed(&shown, &error);
        // Values are sent as the columns that are there take them.
        let there = self.client.prepare(&format!("SELECT {names} FROM {quoted}"));
        let there = there.map_err(|error| self.failed(Doing::Filling(table), &error))?;
        let types: Vec<Type> = there.columns().iter().map(|column| column.type_().clone()).collect();
        failpoint::reached("filling");
        let mut copy = self.client.copy_in(&format!("COPY {quoted} ({names}) FROM STDIN (FORMAT binary)")).map_err(fail)?;
        let broken = |error| Doing::Filling(table).broken(&shown, &error);
        let mut part = BytesMut::with_capacity(2 * PART);
        part.extend_from_slice(binary::HEADER);
        let mut sent = 0_u64;
        rows(&mut |row| {
            if row.len() != types.len() {
                return Err(Failure::Data(format!("a row for table `{table}` has {} values in place of {}", row.len(), types.len())));
            }
            binary::row(row, &types, &mut part).map_err(|unfit| Doing::Filling(table).unfit(&shown, unfit))?;
            sent += 1;
            if part.len() >= PART {
                copy.write_all(&part).map_err(broken)?;
                part.clear();
            }
            Ok(())
        })?;
        part.extend_from_slice(binary::END);
        copy.write_all(&part).map_err(broken)?;
        let filled = copy.finish().map_err(fail)?;
        failpoint::reached("filled");
        arrived(&shown, table, sent, filled)
    }

    fn recall(&mut self, book: &str, told: &[Slot], bytes: u64, take: Recall<'_>) -> Result<bool, Failure> {
        self.hand_over(book, told, bytes, take)
    }

    fn stream(&mut self, sql: &str, values: &[Cell], take: Coming<'_>) -> Result<bool, Failure> {
        self.as_they_come(sql, values, take).map(|()| true)
    }

    fn landmarks(&mut self, book: &str, told: &[Slot], take: Recall<'_>) -> Result<(), Failure> {
        self.first_of_pages(book, told, take)
    }

    fn exchange(&self, exchange: &Exchange<'_>) -> Vec<String> {
        exchange::at_once(self, exchange)
    }

    fn is_at(&self, table: &str, column: &str) -> String {
        format!("{table}.ctid = ('(' || ({column} >> 16) || ',' || ({column} & 65535) || ')')::tid")
    }

    fn settle(&mut self, table: &str) -> Result<(), Failure> {
        self.run(&format!("ANALYZE {}", self.quoted(table)), &[]).map(drop)
    }

    fn create(&self, table: &TargetTable, target: &TargetSchema) -> Vec<String> {
        let mut parts: Vec<String> = Vec::new();
        for column in &table.columns {
            let required = if !column.ty.nullable || table.key.contains(&column.name) { " NOT NULL" } else { "" };
            parts.push(format!("{} {}{required}", self.quoted(&column.name), self.type_name(&column.ty.kind, column.max_length)));
        }
        let name = self.quoted(&table.name);
        // Where a page has room, a row that takes the place of another stays on it, and no index has to know.
        let room = if table.key.is_empty() { "" } else { " WITH (fillfactor = 95)" };
        let mut statements = vec![format!("CREATE TABLE {name} ({}){room}", parts.join(", "))];
        statements.push(format!("COMMENT ON TABLE {name} IS {}", literal(&comment::of_table(table, target))));
        for column in &table.columns {
            let said = comment::of_column(column, table, target);
            statements.extend(said.map(|said| format!("COMMENT ON COLUMN {name}.{} IS {}", self.quoted(&column.name), literal(&said))));
        }
        statements.extend(self.schema.as_ref().map(|tenant| format!("GRANT SELECT ON {name} TO {}", self.quoted(tenant))));
        statements
    }

    fn key(&self, table: &TargetTable) -> Vec<String> {
        if table.key.is_empty() {
            return Vec::new();
        }
        let key: Vec<String> = table.key.iter().map(|name| self.quoted(name)).collect();
        vec![format!("ALTER TABLE {} ADD PRIMARY KEY ({})", self.quoted(&table.name), key.join(", "))]
    }

    fn complete(&self, table: &TargetTable, target: &TargetSchema) -> Vec<String> {
        let name = self.quoted(&table.name);
        let mut statements = Vec::new();
        for column in &table.columns {
            let Some((to, its)) = &column.references else { continue };
            let own = self.quoted(&column.name);
            if table.key.first() != Some(&column.name) {
                statements.push(format!("CREATE INDEX ON {name} ({own})"));
            }
            // References to columns that are no keys are not taken; they were verified before.
            if target.table(to).is_some_and(|to| !to.external && to.key.len() == 1 && to.key.contains(its)) {
                let (to, its) = (self.quoted(to), self.quoted(its));
                statements
                    .push(format!("ALTER TABLE {name} ADD FOREIGN KEY ({own}) REFERENCES {to} ({its}) DEFERRABLE INITIALLY DEFERRED"));
            }
        }
        statements
    }

    fn check_references(&mut self, _: &TargetSchema) -> Result<(), Failure> {
        self.run("SET CONSTRAINTS ALL IMMEDIATE", &[])?;
        self.run("SET CONSTRAINTS ALL DEFERRED", &[]).map(drop)
    }

    fn check_tenants(&mut self, revoke: bool) -> Result<(), Failure> {
        self.can_keep_apart(revoke)
    }

    fn has_place(&mut self, name: &str) -> Result<bool, Failure> {
        self.is_taken(name)
    }

    fn make_place(&mut self, name: &str, password: Option<&str>) -> Result<(), Failure> {
        self.make_apart(name, password)
    }

    fn let_in(&mut self, name: &str, password: &str) -> Result<(), Failure> {
        self.give_password(name, password)
    }

    fn check_rights(&mut self, tables: &[&str]) -> Result<(), Failure> {
        self.may_load(tables)
    }
}

/// A text as SQL takes it, whatever a server makes of backslashes.
fn literal(text: &str) -> String {
    format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''"))
}

fn cell(row: &Row, at: usize) -> Result<Cell, Failure> {
    let ty = row.columns().get(at).map_or(&Type::UNKNOWN, |column| column.type_());
    let found = match *ty {
        Type::BOOL => row.try_get::<_, Option<bool>>(at).map(|value| value.map(Cell::Boolean)),
        Type::INT4 => row.try_get::<_, Option<i32>>(at).map(|value| value.map(|value| Cell::Integer(value.into()))),
        Type::INT8 => row.try_get::<_, Option<i64>>(at).map(|value| value.map(Cell::Integer)),
        Type::BYTEA => row.try_get::<_, Option<Vec<u8>>>(at).map(|value| value.map(Cell::Bytes)),
        _ => row.try_get::<_, Option<String>>(at).map(|value| value.map(Cell::Text)),
    };
    found.map(|value| value.unwrap_or(Cell::Null)).map_err(|error| Failure::World(format!("reading an answer of the database: {error}")))
}
