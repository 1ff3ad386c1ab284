//! `status`: where orders stand.

use crate::command::standing;
use crate::context::Context;
use crate::destination::Given;
use crate::destination::Standing;
use crate::error::Failure;
use crate::error::Status;
use crate::order;
use crate::order::ORDER_FILE;
use crate::order::OrderFile;
use crate::order::OrderTenant;
use crate::report::grid;
use crate::watch::book::BOOK_FILE;
use crate::watch::book::Book;
use chrono::DateTime;
use chrono::Utc;
use clap::Args;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Arguments of `status`.
#[derive(Debug, Args)]
pub(crate) struct StatusOf {
    /// Orders' folders, or folders of orders; left out, this folder, unless `--to` asks for something else
    #[arg(value_name = "ORDER|DIR")]
    orders: Vec<PathBuf>,
    /// A database: the orders and tenants in it, and their open conflicts by kind and severity
    #[arg(long, value_name = "URL")]
    to: Option<Given>,
}

impl StatusOf {
    /// Reads each order and says what it is, and each watcher's book.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let here = [PathBuf::from(".")];
        let mut found = Found::default();
        for folder in if self.orders.is_empty() && self.to.is_none() { &here[..] } else { &self.orders } {
            found.look(folder)?;
        }
        found.destination = self.to.as_ref().map(|to| to.get()?.standing()).transpose()?;
        context.answer(&found.human(), &found.json())?;
        Ok(Status::Done)
    }
}

/// Orders and watchers.
#[derive(Default)]
struct Found {
    orders: Vec<(OrderFile, PathBuf)>,
    watched: Vec<(Book, PathBuf)>,
    destination: Option<Standing>,
}

impl Found {
    /// An order, or all that lie in a folder.
    fn look(&mut self, folder: &Path) -> Result<(), Failure> {
        if folder.join(ORDER_FILE).is_file() {
            self.orders.push((OrderFile::read(folder)?, folder.to_owned()));
            return Ok(());
        }
        let fail = |error| Failure::file("reading the folder", folder, &error);
        let mut orders = Vec::new();
        for entry in fs::read_dir(folder).map_err(fail)? {
            let name = PathBuf::from(entry.map_err(fail)?.file_name());
            let hidden = name.to_string_lossy().starts_with('.');
            let path = if folder == Path::new(".") { name } else { folder.join(name) };
            if !hidden && path.join(ORDER_FILE).is_file() {
                orders.push(path);
            }
        }
        orders.sort();
        let watched = folder.join(BOOK_FILE).is_file();
        if orders.is_empty() && !watched && folder != Path::new(".") {
            return Err(Failure::World(format!("`{}` is no order, and there is none in it", folder.display())));
        }
        for path in orders {
            self.orders.push((OrderFile::read(&path)?, path));
        }
        if watched {
            self.watched.push((Book::read(folder)?, folder.to_owned()));
        }
        Ok(())
    }

    /// Of orders alone a list, as ever; with the books of watchers and what a destination has beside it where there are any.
    fn json(&self) -> Value {
        let orders: Value = self.orders.iter().map(|(order, folder)| json!({"order": folder, "details": order})).collect();
        if self.watched.is_empty() && self.destination.is_none() {
            return orders;
        }
        let watched: Vec<Value> = self.watched.iter().map(|(book, folder)| json!({"orders": folder, "book": book})).collect();
        let mut all = json!({"orders": orders, "watched": watched});
        if let (Some(standing), Some(object)) = (&self.destination, all.as_object_mut()) {
            object.insert("destination".to_owned(), json!(standing));
        }
        all
    }

    fn human(&self) -> String {
        let mut text = match (&self.destination, self.orders.is_empty()) {
            (None, true) => "no orders here\n".to_owned(),
            (Some(_), true) => String::new(),
            (_, false) => self.listed(),
        };
        for (book, folder) in &self.watched {
            let shown = folder.display();
            let _ = write!(text, "\nwatched, with orders in {shown}\n{}", watched(book));
        }
        if let Some(standing) = &self.destination {
            let _ = write!(text, "{}{}", if text.is_empty() { "" } else { "\n" }, standing::human(standing));
        }
        text
    }

    fn listed(&self) -> String {
        let mut heads = vec!["order", "status", "source", "target", "stage", "finished", "read", "set aside", "written", "loaded"];
        let tenants = self.orders.iter().any(|(order, _)| !order.tenants.is_empty());
        if tenants {
            heads.push("tenants");
        }
        let mut rows = vec![heads.into_iter().map(str::to_owned).collect()];
        for (order, folder) in &self.orders {
            let last = order.stands();
            let [read, aside, written] = order::counts(folder).map(|counts| counts.map(|rows| rows.to_string())).unwrap_or_default();
            let mut row = vec![
                folder.display().to_string(),
                order.status.word().to_owned(),
                format!("{}/{}", order.source, order.version),
                order.target.clone(),
                last.map(|stage| stage.stage.clone()).unwrap_or_default(),
                last.map(|stage| moment(stage.finished)).unwrap_or_default(),
                read,
                aside,
                written,
                order.imports.iter().map(|import| import.to.as_str()).collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(" "),
            ];
            if tenants {
                row.push(tenants_of(order));
            }
            rows.push(row);
        }
        grid(&rows)
    }
}

/// The order's tenants by what their folders are called, and which of them are loaded.
fn tenants_of(order: &OrderFile) -> String {
    let loaded = |tenant: &OrderTenant| order.imports.iter().any(|import| import.tenant.as_ref() == Some(&tenant.identifier));
    let shown = |tenant: &OrderTenant| format!("{}{}", tenant.identifier, if loaded(tenant) { " (loaded)" } else { "" });
    order.tenants.iter().map(shown).collect::<Vec<_>>().join(", ")
}

fn watched(book: &Book) -> String {
    let mut rows = vec![["export", "standing", "order", "tries", "since", "next", "why"].map(str::to_owned).to_vec()];
    let mut entries: Vec<_> = book.exports.values().collect();
    entries.sort_by_key(|entry| (entry.since, &entry.order));
    for entry in entries {
        rows.push(vec![
            entry.names.iter().cloned().collect::<Vec<_>>().join(", "),
            entry.standing.word().to_owned(),
            entry.order.clone(),
            entry.tries.to_string(),
            moment(entry.since),
            entry.next.map(moment).unwrap_or_default(),
            entry.error.as_ref().map(|error| first_line(&error.message)).unwrap_or_default(),
        ]);
    }
    for (name, waiting) in &book.waiting {
        let [none, nil] = [String::new(), String::new()];
        let standing = "waited for".to_owned();
        rows.push(vec![name.clone(), standing, none, "0".to_owned(), moment(waiting.since), nil, first_line(&waiting.why)]);
    }
    if rows.len() == 1 { "nothing has come\n".to_owned() } else { grid(&rows) }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

fn moment(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M:%S UTC").to_string()
}
