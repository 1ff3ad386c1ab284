//! A folder that exports arrive in: each is run once, known by its content and not by its name or time.
//!
//! The watcher looks at the folder when it is told of a change, when it is time to poll, and when something falls due. An
//! export whose files have not changed for a while, and are whole, is run; what came of it stands in `book`, in the folder
//! of the orders, so that a watcher that was stopped or killed goes on where it was. The exports themselves are only read.

pub(crate) mod alert;
pub(crate) mod book;
mod export;
mod mail;
mod news;
pub(crate) mod numbers;
pub(crate) mod serve;
mod work;

use crate::context::Context;
use crate::destination::Loading;
use crate::error::Failure;
use crate::making::Request;
use crate::order;
use crate::order::now;
use crate::source::leave::Leave;
use alert::Alerts;
use book::Book;
use book::Entry;
use book::Standing;
use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use ehr_rules::SourceId;
use export::Export;
use export::Look;
use news::News;
use numbers::Numbers;
use std::collections::BTreeMap;
use std::fs::File;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

/// However quiet it is, the folder is looked at this often: a notification may be lost.
const QUIET: Duration = Duration::from_mins(1);
/// How soon the folder is looked at again after that failed.
const TROUBLE: Duration = Duration::from_secs(10);
/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_hours(6);

/// What is watched, and how.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The folder that exports arrive in.
    pub(crate) folder: PathBuf,
    /// The folder of the orders.
    pub(crate) orders: PathBuf,
    /// What is asked of each order; its input is the export.
    pub(crate) request: Request,
    /// How it is loaded, and whether it is taken although it does not come to what the target declares.
    pub(crate) loading: Loading,
    /// The source, where it is not to be found out.
    pub(crate) source: Option<SourceId>,
    /// What of each export is left out.
    pub(crate) leave: Leave,
    /// How often the folder is looked at; by itself where that is left out.
    pub(crate) poll: Option<Duration>,
    /// How long an export must not have changed.
    pub(crate) settle: Duration,
    /// How long one that is not whole is waited for, while it does not change.
    pub(crate) patience: Duration,
    /// How often an export is tried.
    pub(crate) tries: u32,
    /// The wait after the first try that failed; it doubles with each.
    pub(crate) wait: Duration,
    /// Whether what was set aside before is tried again.
    pub(crate) again: bool,
}

/// A watcher at work.
pub(crate) struct Watcher<'a> {
    context: &'a Context,
    settings: Settings,
    book: Book,
    alerts: Alerts,
    numbers: Arc<Numbers>,
    /// What is in the folder, by name.
    seen: BTreeMap<String, Seen>,
    _lock: File,
}

/// An export as it was last looked at.
struct Seen {
    look: Look,
    since: Instant,
    /// Its content, once it was whole and read.
    hash: Option<String>,
    /// When it was last found not to be whole.
    unwhole: Option<Instant>,
}

impl<'a> Watcher<'a> {
    /// Takes up the book of these orders; fails where another watcher has it.
    pub(crate) fn new(context: &'a Context, settings: Settings, alerts: Alerts, numbers: Arc<Numbers>) -> Result<Self, Failure> {
        let orders = &settings.orders;
        std::fs::create_dir_all(orders).map_err(|error| Failure::file("making the folder", orders, &error))?;
        apart(&settings.folder, orders)?;
        let lock = File::open(orders).map_err(|error| Failure::file("opening the folder", orders, &error))?;
        if matches!(lock.try_lock(), Err(std::fs::TryLockError::WouldBlock)) {
            return Err(Failure::Usage(format!("another process watches with the orders of `{}`", orders.display())));
        }
        let mut book = Book::read(orders)?;
        if settings.again {
            book.take_back();
        }
        book.write(orders)?;
        numbers.set(&book);
        Ok(Self { context, settings, book, alerts, numbers, seen: BTreeMap::new(), _lock: lock })
    }

    /// Watches until it is told to stop.
    pub(crate) fn watch(mut self) -> Result<Book, Failure> {
        let mut news = News::of(&self.settings.folder, self.settings.poll)?;
        self.context.note(&format!("watching `{}` {}", self.settings.folder.display(), news.how()));
        let mut trouble = None;
        while !self.context.is_stopping() {
            let round = self.round();
            self.numbers.is_troubled(round.is_err());
            let wait = match round {
                Ok(()) => {
                    if trouble.take().is_some() {
                        // What is there now may be another folder than the one that news came of.
                        if let Ok(again) = News::of(&self.settings.folder, self.settings.poll) {
                            news = again;
                        }
                        self.context.note(&format!("watching again, {}", news.how()));
                    }
                    self.next().min(news.every().unwrap_or(QUIET))
                }
                // A share that is away, or a disk that is full, may be there again or have room.
                Err(failure) => {
                    let said = Some(failure.to_string());
                    if trouble != said {
                        tracing::error!(status = failure.number(), "watching");
                        self.alerts.trouble(failure.number());
                        self.context.note(&format!("cannot watch, and goes on trying: {failure}"));
                        trouble = said;
                    }
                    TROUBLE
                }
            };
            news.wait(wait, self.context);
        }
        Ok(self.book)
    }

    /// Looks once, and runs what is due.
    fn round(&mut self) -> Result<(), Failure> {
        self.look()?;
        while let Some((name, hash)) = self.due() {
            self.run(&name, &hash)?;
            if self.context.is_stopping() {
                break;
            }
            self.look()?;
        }
        Ok(())
    }

    /// Looks at the folder: what is new, changed, gone, settled.
    fn look(&mut self) -> Result<(), Failure> {
        let found = export::list(&self.settings.folder)?;
        self.seen.retain(|name, _| found.contains_key(name));
        let mut changed = self.book.waiting.len();
        self.book.waiting.retain(|name, _| found.contains_key(name));
        changed -= self.book.waiting.len();
        for (name, look) in found {
            let fresh = self.seen.get(&name).is_none_or(|seen| seen.look != look);
            if fresh {
                let seen = Seen { look, since: Instant::now(), hash: None, unwhole: None };
                self.seen.insert(name.clone(), seen);
                changed += usize::from(self.book.wait_for(&name, "it may still be written"));
            }
            changed += usize::from(self.settle(&name));
        }
        if changed == 0 {
            return Ok(());
        }
        self.numbers.set(&self.book);
        self.book.write(&self.settings.orders)
    }

    /// Reads an export that has not changed for a while; whether the book changed.
    fn settle(&mut self, name: &str) -> bool {
        let Settings { folder, settle, patience, leave, .. } = &self.settings;
        let Some(seen) = self.seen.get_mut(name) else { return false };
        if seen.hash.is_some() || seen.since.elapsed() < *settle || seen.unwhole.is_some_and(|at| at.elapsed() < *settle) {
            return false;
        }
        let path = folder.join(name);
        let out_of_patience = seen.since.elapsed() >= *patience;
        if !out_of_patience && let Some(why) = Export::lacks(self.context, &path, leave) {
            seen.unwhole = Some(Instant::now());
            return self.book.wait_for(name, &why);
        }
        let hash = match export::hash(&path) {
            Ok(hash) => hash,
            Err(failure) => {
                seen.unwhole = Some(Instant::now());
                return self.book.wait_for(name, &failure.to_string());
            }
        };
        // What was written while it was read is looked at anew.
        if hash.is_none() || export::look(&path).as_ref() != Some(&seen.look) {
            return false;
        }
        seen.hash.clone_from(&hash);
        self.book.waiting.remove(name);
        if let Some(hash) = hash {
            let known = self.book.meet(&hash, name);
            if let Some(entry) = known {
                tracing::info!(export = hash, order = entry.order, "known already");
                self.context.note(&format!("`{name}` is known already, as the order `{}` ({})", entry.order, entry.standing.word()));
            }
        }
        true
    }

    /// The next export to run: its name and its content.
    fn due(&self) -> Option<(String, String)> {
        self.seen.iter().find_map(|(name, seen)| {
            let hash = seen.hash.as_ref()?;
            self.book.exports.get(hash).filter(|entry| entry.due(now())).map(|_| (name.clone(), hash.clone()))
        })
    }

    /// How long until something falls due.
    fn next(&self) -> Duration {
        let settling = self.seen.values().filter(|seen| seen.hash.is_none()).map(|seen| {
            let from = seen.unwhole.unwrap_or(seen.since);
            self.settings.settle.saturating_sub(from.elapsed())
        });
        let waiting = self.seen.values().filter_map(|seen| self.book.exports.get(seen.hash.as_ref()?)?.next);
        let waiting = waiting.map(|next: DateTime<Utc>| (next - now()).to_std().unwrap_or_default());
        settling.chain(waiting).min().unwrap_or(QUIET).max(Duration::from_millis(50))
    }

    /// Runs an export, and writes down what came of it.
    fn run(&mut self, name: &str, hash: &str) -> Result<(), Failure> {
        let orders = self.settings.orders.clone();
        let Some(entry) = self.book.exports.get_mut(hash) else { return Ok(()) };
        entry.begin();
        let (order, tries) = (entry.order.clone(), entry.tries);
        self.numbers.set(&self.book);
        self.book.write(&orders)?;
        tracing::info!(export = hash, order, tries, "export");
        let begun = Instant::now();
        let export = self.settings.folder.join(name);
        let work = AssertUnwindSafe(|| work::work(self.context, &self.settings, &export, &orders.join(&order)));
        let done = catch_unwind(work).unwrap_or_else(|_| Err(Failure::World("this is a bug in ehr-runner, please report it".to_owned())));
        // Nobody is left to tell where the log of one order cannot be closed.
        drop(self.context.journal.close());
        let Some(entry) = self.book.exports.get_mut(hash) else { return Ok(()) };
        match done {
            Ok(()) => {
                let counts = order::counts(&orders.join(&order));
                self.numbers.counted(counts.unwrap_or_default());
                entry.done(counts.map(|[read, set_aside, _]| (set_aside, read)));
            }
            Err(Failure::Interrupted(_)) => entry.stopped(),
            Err(failure) => fell(entry, &failure, &self.settings),
        }
        let said = entry.told(name, self.settings.tries);
        self.numbers.tried(entry.standing, begun.elapsed());
        self.alerts.of(hash, entry);
        tracing::info!(export = hash, order, standing = entry.standing.word(), tries = entry.tries, "export");
        self.numbers.set(&self.book);
        self.book.write(&orders)?;
        self.context.note(&said);
        Ok(())
    }
}

/// Writes down that a try failed, and what is next.
fn fell(entry: &mut Entry, failure: &Failure, settings: &Settings) {
    let wait = settings.wait.saturating_mul(1 << entry.tries.saturating_sub(1).min(20)).min(LONGEST);
    // Data that falls short does so each time.
    let last = matches!(failure, Failure::Data(_)) || entry.tries >= settings.tries;
    let next = TimeDelta::from_std(wait).ok().filter(|_| !last).map(|wait| now() + wait);
    entry.failed(failure, next);
}

/// Orders among the exports would be taken for exports, and exports among the orders could be written over.
fn apart(folder: &Path, orders: &Path) -> Result<(), Failure> {
    let real = |path: &Path| path.canonicalize().map_err(|error| Failure::file("opening the folder", path, &error));
    let (folder, orders) = (real(folder)?, real(orders)?);
    if folder.starts_with(&orders) || orders.starts_with(&folder) {
        return Err(Failure::Usage(format!("the orders `{}` and the watched folder lie in one another", orders.display())));
    }
    Ok(())
}

impl Standing {
    /// As it is said.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Running => "running",
            Self::Done => "done",
            Self::Retry => "to be tried again",
            Self::Aside => "set aside",
        }
    }
}
