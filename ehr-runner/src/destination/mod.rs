//! Databases that orders are loaded into, and taken out of again.
//!
//! A load is one transaction: all of an order, or nothing. What is there already is not brought again; `books` says how
//! that is known, `difference` what it means for a table, and `store` what a database must be able to do for it.

mod books;
mod cell;
mod comment;
mod compare;
mod conflicts;
mod deciding;
mod difference;
mod doing;
mod exchange;
#[cfg(test)]
mod histories;
mod moving;
mod mysql;
mod outcomes;
mod packed;
mod postgres;
mod shape;
mod sqlite;
mod standing;
mod store;
mod tenants;
mod track;
mod trust;
mod undo;
mod written;

use crate::context::Context;
use crate::error::Failure;
use crate::failpoint;
use crate::order::OrderFile;
use crate::order::Output;
use books::Book;
use compare::Taken;
pub(crate) use conflicts::Conflict;
pub(crate) use conflicts::Decision;
pub(crate) use deciding::Verdict;
use difference::Difference;
use ehr_rules::TargetSchema;
use mysql::Mysql;
use postgres::Postgres;
use postgres::Server;
use serde::Deserialize;
use serde::Serialize;
use sqlite::Sqlite;
pub(crate) use standing::Held;
pub(crate) use standing::Place;
pub(crate) use standing::Standing;
pub(crate) use standing::Tally;
use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::Path;
use std::path::PathBuf;
use std::str::FromStr;
use store::Store;
use store::own_tables;
pub(crate) use tenants::Done;
pub(crate) use tenants::Entry;
pub(crate) use tenants::Outcome;
use track::Judged;
pub(crate) use track::Outcomes;
pub(crate) use undo::Undone;

/// A database that an order can be loaded into.
#[derive(Debug, Clone)]
pub(crate) enum Destination {
    /// An `SQLite` file.
    Sqlite(PathBuf),
    /// A `PostgreSQL` database.
    Postgres(Box<Server>),
    /// A `MariaDB` or `MySQL` database.
    Mysql(Box<mysql::Server>),
}

/// What happens to rows that are there already with other values, brought by an earlier order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Changes {
    /// Nothing is loaded, and it is said how many they are.
    #[default]
    Refuse,
    /// The new values take their place; the old ones are kept, for `undo`.
    Replace,
}

/// How an order is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, clap::Args, Serialize, Deserialize)]
pub(crate) struct Loading {
    /// Make the target's tables where the database does not have them; a new database file gets them without being asked
    #[arg(long, env = "EHR_CREATE")]
    pub(crate) create: bool,
    /// What happens to rows that an earlier order brought with other values
    #[arg(long, value_enum, default_value = "refuse", env = "EHR_CHANGES")]
    pub(crate) changes: Changes,
    /// Take from everybody (PUBLIC) in the server what tenants must not have, where each gets a place of its own there
    #[arg(long, env = "EHR_REVOKE_PUBLIC")]
    #[serde(default)]
    pub(crate) revoke_public: bool,
    /// Take the order although it does not come to what the target's `feasibility` declares
    #[arg(long, env = "EHR_DESPITE_NO_GO")]
    #[serde(default)]
    pub(crate) despite_no_go: bool,
}

/// What a load came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Load {
    /// Rows of the order, all of which are in the database.
    pub(crate) rows: u64,
    /// Of those, the ones that this load brought.
    pub(crate) added: u64,
    /// The ones that took the place of others.
    pub(crate) replaced: u64,
    /// Whether the order was there before, so that nothing was done.
    pub(crate) already: bool,
    /// Of each table that is tracked how many rows were what when the order was loaded, be it now or before.
    pub(crate) outcomes: BTreeMap<String, Outcomes>,
}

impl Load {
    /// What this load did with rows of tables that are tracked: nothing, where the order was there.
    pub(crate) fn done(&self) -> BTreeMap<String, Outcomes> {
        if self.already { BTreeMap::new() } else { self.outcomes.clone() }
    }

    /// For scripts.
    pub(crate) fn json(&self) -> serde_json::Value {
        let (Self { rows, added, replaced, already, .. }, outcomes) = (self, self.done());
        serde_json::json!({"rows": rows, "added": added, "replaced": replaced, "already": already, "tracked": outcomes})
    }
}

impl FromStr for Destination {
    type Err = String;

    /// What is not understood is not repeated, since a URL may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sqlite", path)) if !path.is_empty() && !path.starts_with("//") => Ok(Self::Sqlite(path.into())),
            Some(("sqlite", _)) => Err("a SQLite file is named as in `sqlite:clinic.db`".to_owned()),
            Some(("postgres" | "postgresql", _)) => text.parse().map(Box::new).map(Self::Postgres),
            Some(("mysql" | "mariadb", _)) => text.parse().map(Box::new).map(Self::Mysql),
            Some((scheme, _)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Err(format!("loading into `{scheme}` is not supported; `sqlite:PATH`, `postgres://…` and `mysql://…` are"))
            }
            _ => Err("a destination is written `sqlite:PATH`, `postgres://USER@HOST/DATABASE` or `mysql://USER@HOST/DATABASE`".to_owned()),
        }
    }
}

/// A destination as it is given on the command line, understood or not.
///
/// What is not understood is refused by us and not by the reader of options, which would repeat it with the password in it.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// As it was given, where it was understood; it holds no password then.
    text: String,
    destination: Result<Destination, String>,
}

impl FromStr for Given {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        let destination: Result<Destination, String> = text.parse();
        let text = match &destination {
            // It holds from anywhere.
            Ok(Destination::Sqlite(path)) => format!("sqlite:{}", std::path::absolute(path).unwrap_or_else(|_| path.clone()).display()),
            Ok(_) => text.to_owned(),
            Err(_) => String::new(),
        };
        Ok(Self { text, destination })
    }
}

impl Given {
    /// The destination, or why it is none.
    pub(crate) fn get(&self) -> Result<&Destination, Failure> {
        self.destination.as_ref().map_err(|said| Failure::Usage(format!("`--to` is no destination: {said}")))
    }

    /// As it can be given again, from anywhere.
    pub(crate) fn again(&self) -> Result<String, Failure> {
        self.get().map(|_| self.text.clone())
    }
}

impl std::fmt::Display for Destination {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(server) => write!(f, "{server}"),
            Self::Mysql(server) => write!(f, "{server}"),
        }
    }
}

impl Destination {
    /// Whether this is the destination that was written down so, from wherever.
    pub(crate) fn is(&self, written: &str) -> bool {
        let place = |destination: &Self| match destination {
            Self::Sqlite(path) => std::path::absolute(path).map_or_else(|_| destination.to_string(), |path| path.display().to_string()),
            Self::Postgres(_) | Self::Mysql(_) => destination.to_string(),
        };
        written == self.to_string() || written.parse().is_ok_and(|other: Self| place(&other) == place(self))
    }

    fn open(&self) -> Result<Box<dyn Store>, Failure> {
        Ok(match self {
            Self::Sqlite(path) => Box::new(Sqlite::open(path)?),
            Self::Postgres(server) => Box::new(Postgres::connect(server)?),
            Self::Mysql(server) => Box::new(Mysql::connect(server)?),
        })
    }

    /// A file that is made for an order is made with its tables.
    fn creates(&self, loading: Loading) -> bool {
        loading.create || matches!(self, Self::Sqlite(_))
    }

    /// Whether an order for this target could be loaded: reachable, rights, tables and their columns. Changes nothing.
    pub(crate) fn check(&self, target: &TargetSchema, loading: Loading) -> Result<(), Failure> {
        if target.tenant.is_some() {
            return self.check_tenants(loading);
        }
        if let Self::Sqlite(path) = self
            && !path.exists()
        {
            return Sqlite::could_be_made(path);
        }
        let mut store = self.open()?;
        // Begun and never committed.
        store.begin()?;
        let absent = shape::check(&mut *store, target, self.creates(loading))?;
        let there: Vec<&str> = own_tables(target).map(|table| table.name.as_str()).filter(|name| !absent.contains(*name)).collect();
        store.check_rights(&there)
    }

    /// The failure of a load, with all the rights that are lacking where it was for want of one: a server says the first only.
    pub(crate) fn why(&self, target: &TargetSchema, loading: Loading, failure: Failure) -> Failure {
        match &failure {
            Failure::World(said) if said.contains(doing::LACKS) => self
                .check(target, loading)
                .err()
                .unwrap_or_else(|| Failure::World(format!("{said}; who loads needs SELECT, INSERT, UPDATE, DELETE and CREATE there"))),
            _ => failure,
        }
    }

    /// Loads an order, all of it or nothing.
    pub(crate) fn load(
        &self,
        context: &Context,
        target: &TargetSchema,
        folder: &Path,
        order: &OrderFile,
        loading: Loading,
    ) -> Result<Load, Failure> {
        let mut store = self.open()?;
        let store = &mut *store;
        store.begin()?;
        failpoint::reached("begun");
        books::prepare(store)?;
        if let Some(entry) = books::find(store, &order.id)? {
            let outcomes = outcomes::of(store, entry.number)?;
            return Ok(Load { rows: entry.rows, added: 0, replaced: 0, already: true, outcomes });
        }
        packed::prepare(store)?;
        let made = shape::check(store, target, self.creates(loading))?;
        for table in own_tables(target).filter(|table| made.contains(&table.name)) {
            let statements = store.create(table, target);
            store.make(&table.name, &statements)?;
        }
        let own: Vec<&str> = own_tables(target).map(|table| table.name.as_str()).collect();
        store.share(&own)?;
        let file = |book: &Book<'_>| {
            let told = if book.extra.is_empty() { "converted" } else { "tracked" };
            folder.join(told).join(format!("{}.{}", book.table.name, order.output.extension()))
        };
        let books: Vec<Book<'_>> = own_tables(target).map(|table| Book::of(table, target)).collect();
        books.iter().filter(|book| !file(book).is_file()).try_for_each(|book| made_before(book, folder, order.output))?;
        let brought: Vec<&Book<'_>> = books.iter().filter(|book| !book.extra.is_empty() || file(book).is_file()).collect();
        brought.iter().try_for_each(|book| book.prepare(store))?;
        let brought: Vec<&Book<'_>> = brought.into_iter().filter(|book| file(book).is_file()).collect();
        if books.iter().any(|book| !book.extra.is_empty()) {
            conflicts::prepare(store)?;
            books::prepare_tracked(store)?;
            outcomes::prepare(store)?;
        }
        let number = books::next(store)?;
        let mut sum = Taken::default();
        let mut basis: BTreeMap<i64, u64> = BTreeMap::new();
        let mut outcomes: BTreeMap<String, Outcomes> = BTreeMap::new();
        let mut tracked: BTreeMap<&str, Judged> = BTreeMap::new();
        for book in &brought {
            let (output, changes) = (order.output, loading.changes);
            let (table, file) = (book.table, file(book));
            let mut difference =
                Difference { context, book, file: &file, output, number, changes, fates: Vec::new(), carriers: BTreeMap::new() };
            let children = book.children(target);
            let parents = book.part_of.and_then(|parent| tracked.get(parent));
            failpoint::reached("moving");
            let judged = difference.judge(store, &children.iter().collect::<Vec<_>>(), parents)?;
            let taken = difference.take(store)?;
            failpoint::reached("moved");
            for (owner, rows) in &judged.basis {
                *basis.entry(*owner).or_default() += rows;
            }
            if table.track.is_some() {
                outcomes.insert(table.name.clone(), judged.outcomes);
                tracked.insert(&table.name, judged);
            }
            tracing::info!(table = table.name, added = taken.added, replaced = taken.replaced, same = taken.same, "loaded");
            sum.added += taken.added;
            sum.replaced += taken.replaced;
            sum.same += taken.same;
            for (owner, rows) in taken.basis {
                *basis.entry(owner).or_default() += rows;
            }
        }
        // What is referred to has its key first.
        for table in own_tables(target).filter(|table| made.contains(&table.name)) {
            let statements = store.key(table);
            statements.iter().try_for_each(|sql| store.run(sql, &[]).map(drop))?;
        }
        // Before what is there is built upon, nothing may wait to be checked.
        store.check_references(target)?;
        for table in own_tables(target).filter(|table| made.contains(&table.name)) {
            let statements = store.complete(table, target);
            statements.iter().try_for_each(|sql| store.run(sql, &[]).map(drop))?;
        }
        store.check_references(target)?;
        for (owner, rows) in basis {
            let sql = format!("INSERT INTO {} (number, on_number, shared) VALUES ({number}, {owner}, {rows})", store.quoted("_ehr_basis"));
            store.run(&sql, &[])?;
        }
        failpoint::reached("entering");
        packed::keep(store, number, &order.id)?;
        outcomes::enter(store, number, &outcomes)?;
        books::enter(store, number, order, [sum.added, sum.replaced, sum.same])?;
        context.go_on()?;
        store.commit()?;
        Ok(Load { rows: sum.added + sum.replaced + sum.same, added: sum.added, replaced: sum.replaced, already: false, outcomes })
    }

    /// The conflicts in it: all, or one and those of the same new row.
    pub(crate) fn conflicts(&self, id: Option<i64>, values: bool) -> Result<Vec<Conflict>, Failure> {
        self.there()?;
        let mut store = self.open()?;
        store.begin()?;
        conflicts::list(&mut *store, id, values)
    }

    /// The name of the target that a conflict's order was for.
    pub(crate) fn target_of(&self, id: i64) -> Result<Option<String>, Failure> {
        self.there()?;
        let mut store = self.open()?;
        store.begin()?;
        conflicts::target(&mut *store, id)
    }

    /// Decides a conflict; `None` where it was decided so before.
    pub(crate) fn decide(&self, context: &Context, target: &TargetSchema, verdict: &Verdict<'_>) -> Result<Option<Vec<Conflict>>, Failure> {
        self.there()?;
        let mut store = self.open()?;
        store.begin()?;
        failpoint::reached("begun");
        let decided = deciding::decide(&mut *store, target, verdict)?;
        context.go_on()?;
        store.commit()?;
        Ok(decided)
    }

    /// Fails where there is no file, which would be made only to be looked into.
    fn there(&self) -> Result<(), Failure> {
        match self {
            Self::Sqlite(path) if !path.exists() => Err(Failure::Usage(format!("there is no database `{}`", path.display()))),
            _ => Ok(()),
        }
    }

    /// Takes an order out again; `None` where it is not there.
    pub(crate) fn undo(&self, context: &Context, target: &TargetSchema, order: &OrderFile) -> Result<Option<Undone>, Failure> {
        self.there()?;
        undo::undo(context, &mut *self.open()?, target, &order.id)
    }
}

/// An order that was made before its target tracked a table has nothing to tell its rows by.
fn made_before(book: &Book<'_>, folder: &Path, output: Output) -> Result<(), Failure> {
    let name = &book.table.name;
    if book.extra.is_empty() || !folder.join("converted").join(format!("{name}.{}", output.extension())).is_file() {
        return Ok(());
    }
    Err(Failure::Data(format!("`{}` was made before the rules tracked `{name}`; run the order again", folder.display())))
}
