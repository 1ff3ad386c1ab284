//! What a watcher knows of exports: `watch.json` in the folder of the orders, written whole or not at all.

use crate::error::Failure;
use crate::failpoint;
use crate::order::now;
use crate::order::sync;
use crate::order::write_json;
use crate::report::many;
use chrono::DateTime;
use chrono::Utc;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;

/// The file.
pub(crate) const BOOK_FILE: &str = "watch.json";
/// Digits of an export's hash that its order is called by.
const SHORT: usize = 16;

/// Exports by the hash of their content.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Book {
    /// Exports that were whole.
    pub(crate) exports: BTreeMap<String, Entry>,
    /// Exports that are waited for, by name, and why.
    #[serde(default)]
    pub(crate) waiting: BTreeMap<String, Waiting>,
}

/// An export that is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Waiting {
    /// Since when.
    pub(crate) since: DateTime<Utc>,
    /// Why.
    pub(crate) why: String,
}

/// An export, whatever it is called.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Entry {
    /// The names that it was seen under.
    pub(crate) names: BTreeSet<String>,
    /// The folder of its order, beside the book.
    pub(crate) order: String,
    /// How it stands.
    pub(crate) standing: Standing,
    /// How often it was tried.
    pub(crate) tries: u32,
    /// When it was first seen.
    pub(crate) since: DateTime<Utc>,
    /// When its standing last changed.
    pub(crate) changed: DateTime<Utc>,
    /// When it is tried again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<DateTime<Utc>>,
    /// Rows of its order that were set aside, and that were read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) set_aside: Option<(u64, u64)>,
    /// Why the last try failed, and the exit status that it would have had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<Fault>,
}

/// Why a try failed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Fault {
    /// The exit status of a `run` that fails so.
    pub(crate) status: u8,
    /// What is said of it; no value of the data.
    pub(crate) message: String,
}

/// How an export stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Standing {
    /// Not tried yet.
    New,
    /// At work, or a process died in it.
    Running,
    /// Its order is whole, and loaded where that was asked for.
    Done,
    /// It failed, and is tried again.
    Retry,
    /// It failed, and is not tried again.
    Aside,
}

impl Book {
    /// The book of these orders; an empty one where there is none.
    pub(crate) fn read(orders: &Path) -> Result<Self, Failure> {
        let path = orders.join(BOOK_FILE);
        let text = match fs::read_to_string(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            text => text.map_err(|error| Failure::file("reading", &path, &error))?,
        };
        serde_json::from_str(&text).map_err(|error| {
            Failure::World(format!("`{}` is not what a watcher writes: line {}, column {}", path.display(), error.line(), error.column()))
        })
    }

    /// Writes it under another name, and renames it when it is on disk.
    pub(super) fn write(&self, orders: &Path) -> Result<(), Failure> {
        let (fresh, path) = (orders.join(format!(".{BOOK_FILE}.new")), orders.join(BOOK_FILE));
        write_json(&fresh, self)?;
        sync(&fresh)?;
        failpoint::reached("book_written");
        fs::rename(&fresh, &path).map_err(|error| Failure::file("writing", &path, &error))?;
        failpoint::reached("book_renamed");
        sync(orders)
    }

    /// Says that an export of this name is waited for; whether that is news.
    pub(super) fn wait_for(&mut self, name: &str, why: &str) -> bool {
        let known = self.waiting.get(name);
        if known.is_some_and(|known| known.why == why) {
            return false;
        }
        let since = known.map_or_else(now, |known| known.since);
        self.waiting.insert(name.to_owned(), Waiting { since, why: why.to_owned() });
        true
    }

    /// Enters an export; gives what was known of it where its content was met before under another name, or is done.
    pub(super) fn meet(&mut self, hash: &str, name: &str) -> Option<&Entry> {
        if let Some(entry) = self.exports.get_mut(hash) {
            let fresh = entry.names.insert(name.to_owned());
            return self.exports.get(hash).filter(|entry| fresh || matches!(entry.standing, Standing::Done | Standing::Aside));
        }
        let entry = Entry {
            names: BTreeSet::from([name.to_owned()]),
            order: hash.chars().take(SHORT).collect(),
            standing: Standing::New,
            tries: 0,
            since: now(),
            changed: now(),
            next: None,
            set_aside: None,
            error: None,
        };
        self.exports.insert(hash.to_owned(), entry);
        None
    }

    /// What was set aside is tried again.
    pub(super) fn take_back(&mut self) {
        for entry in self.exports.values_mut().filter(|entry| entry.standing == Standing::Aside) {
            entry.tries = 0;
            entry.turn(Standing::Retry);
        }
    }

    /// How many exports stand so.
    pub(crate) fn count(&self, standing: Standing) -> usize {
        self.exports.values().filter(|entry| entry.standing == standing).count()
    }
}

impl Entry {
    /// Whether it is to be run now.
    pub(super) fn due(&self, now: DateTime<Utc>) -> bool {
        match self.standing {
            Standing::New | Standing::Running => true,
            Standing::Retry => self.next.is_none_or(|next| next <= now),
            Standing::Done | Standing::Aside => false,
        }
    }

    /// A try begins; one that a process died in was none.
    pub(super) fn begin(&mut self) {
        if self.standing != Standing::Running {
            self.tries += 1;
        }
        self.next = None;
        self.turn(Standing::Running);
    }

    /// It is done; of the rows of its order so many were set aside, of so many.
    pub(super) fn done(&mut self, set_aside: Option<(u64, u64)>) {
        self.error = None;
        self.set_aside = set_aside.filter(|(rows, _)| *rows > 0);
        self.turn(Standing::Done);
    }

    /// The watcher was told to stop; the try goes on with the next one.
    pub(super) fn stopped(&mut self) {
        self.turn(Standing::Running);
    }

    /// A try failed; there is another one, or none.
    pub(super) fn failed(&mut self, failure: &Failure, next: Option<DateTime<Utc>>) {
        self.error = Some(Fault { status: failure.number(), message: failure.to_string() });
        self.next = next;
        self.turn(if next.is_some() { Standing::Retry } else { Standing::Aside });
    }

    /// What became of it, for people.
    pub(super) fn told(&self, name: &str, tries: u32) -> String {
        let why = self.error.as_ref().map_or("", |error| error.message.as_str());
        match (self.standing, self.next) {
            (Standing::Retry, Some(next)) => {
                format!("`{name}` failed ({} of {tries} tries), next at {}: {why}", self.tries, next.format("%H:%M:%S UTC"))
            }
            (Standing::Aside, _) => format!("`{name}` is set aside after {} tries: {why}", self.tries),
            _ => {
                let aside = self.set_aside.map(|(rows, of)| format!("; {rows} of {} were set aside", many(of, "row"))).unwrap_or_default();
                format!("`{name}` is {}: the order `{}`{aside}", self.standing.word(), self.order)
            }
        }
    }

    fn turn(&mut self, standing: Standing) {
        self.standing = standing;
        self.changed = now();
    }
}
