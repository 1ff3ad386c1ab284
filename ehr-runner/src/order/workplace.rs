//! The folder in which an order is made: hidden beside its place until it is whole, or stopped where it was told to stop.
//!
//! It is locked by the process that works in it, and a lock dies with its process: a hidden folder that can be locked was left
//! behind. `run` removes such a one, and `resume` goes on in it, as it does in an order that is in its place. What a stage has
//! published appears under its name only when it is whole, and counts only once `order.json` names it.

use crate::error::Failure;
use crate::failpoint;
use crate::order::FINISH;
use crate::order::ORDER_FILE;
use crate::order::OrderFile;
use crate::order::make_folder;
use crate::order::prints;
use crate::order::prints::FilePrint;
use crate::order::sync;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::fs;
use std::fs::File;
use std::fs::TryLockError;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// Where stages are staged, until the order is whole.
const STAGE: &str = ".stage";
/// Folders there that [`ehr_rules::Job::finish`] appends to, and that are published then.
const APPENDED: [&str; 2] = ["rejects", "repaired"];
/// What ends the name of something that is not whole yet.
const FRESH: &str = ".new";

/// The folder of an order at work.
pub(crate) struct Workplace {
    out: PathBuf,
    folder: PathBuf,
    kind: Kind,
    _lock: Option<File>,
}

/// What becomes of the folder when the process leaves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Hidden, and removed.
    Fleeting,
    /// Hidden, and left to be taken up.
    Lasting,
    /// In its place.
    Placed,
}

impl Workplace {
    /// Makes the hidden folder for an order at `out`; removes those that dead processes left there.
    pub(crate) fn create(out: &Path) -> Result<Self, Failure> {
        let (parent, name) = place(out)?;
        for left in hidden(&parent, &name)? {
            if let Some(_held) = lock(&left)? {
                remove(&left)?;
            }
        }
        let folder = parent.join(format!("{}{}", prefix(&name), std::process::id()));
        make_folder(&folder)?;
        failpoint::reached("folder_made");
        let lock = lock(&folder)?;
        let made = Self { out: out.to_owned(), folder, kind: Kind::Fleeting, _lock: lock };
        make_folder(&made.stage())?;
        Ok(made)
    }

    /// The folder of an order that was begun: in its place, or what a process that died left beside it. `None` where there is
    /// neither.
    pub(crate) fn take_up(out: &Path) -> Result<Option<Self>, Failure> {
        let busy = || Failure::Usage(format!("another process is at work on the order `{}`", out.display()));
        if out.join(ORDER_FILE).is_file() {
            let lock = lock(out)?.ok_or_else(busy)?;
            return Ok(Some(Self { out: out.to_owned(), folder: out.to_owned(), kind: Kind::Placed, _lock: Some(lock) }));
        }
        if out.symlink_metadata().is_ok() {
            return Err(Failure::Usage(format!("`{}` is no order: there is no `{ORDER_FILE}` in it", out.display())));
        }
        let (parent, name) = place(out)?;
        let mut any = false;
        for folder in hidden(&parent, &name)? {
            let Some(lock) = lock(&folder)? else {
                any = true;
                continue;
            };
            if folder.join(ORDER_FILE).is_file() {
                return Ok(Some(Self { out: out.to_owned(), folder, kind: Kind::Lasting, _lock: Some(lock) }));
            }
        }
        if any { Err(busy()) } else { Ok(None) }
    }

    /// From now on the folder stays when the process leaves it, to be taken up by another.
    pub(crate) fn keep(&mut self) {
        if self.kind == Kind::Fleeting {
            self.kind = Kind::Lasting;
        }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.folder
    }

    /// Whether the order is where it belongs, and not hidden beside it.
    pub(crate) fn in_place(&self) -> bool {
        self.kind == Kind::Placed
    }

    /// The folder in it where stages are staged.
    pub(crate) fn stage(&self) -> PathBuf {
        self.folder.join(STAGE)
    }

    /// Has something written under another name, and gives it its own when it is whole, in place of what has it.
    pub(crate) fn publish(&self, name: &str, write: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
        let (fresh, whole) = (self.folder.join(format!(".{name}{FRESH}")), self.folder.join(name));
        remove(&fresh)?;
        write(&fresh)?;
        failpoint::reached("published");
        rename(&fresh, &whole)
    }

    /// Publishes what was set aside and repaired, and all that `write` makes in a folder that it is given.
    pub(crate) fn publish_end(&self, write: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<Vec<String>, Failure> {
        let fresh = self.folder.join(format!(".{FINISH}{FRESH}"));
        remove(&fresh)?;
        make_folder(&fresh)?;
        make_folder(&fresh.join("rejects"))?;
        for name in APPENDED {
            let (from, to) = (self.stage().join(name), fresh.join(name));
            for file in prints::files_under(&from)? {
                let copy = to.join(&file);
                let made = copy.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::copy(from.join(&file), &copy));
                made.map_err(|error| Failure::file("writing", &copy, &error))?;
            }
        }
        write(&fresh)?;
        failpoint::reached("ended");
        let names = prints::names_in(&fresh)?;
        for name in &names {
            rename(&fresh.join(name), &self.folder.join(name))?;
        }
        remove(&fresh)?;
        Ok(names)
    }

    /// The fingerprints of the files under these names, and of what is staged, those left out that earlier stages left.
    pub(crate) fn left_by(&self, order: &OrderFile, names: &[&str]) -> Result<BTreeMap<String, FilePrint>, Failure> {
        let known: BTreeSet<&str> = order.stages.iter().flat_map(|stage| stage.files.keys().map(String::as_str)).collect();
        let mut found = BTreeMap::new();
        for name in names.iter().chain([&STAGE]) {
            for file in prints::files_under(&self.folder.join(name))? {
                let path = if file.is_empty() { (*name).to_owned() } else { format!("{name}/{file}") };
                if !known.contains(path.as_str()) {
                    found.insert(path.clone(), prints::of(&self.folder.join(path))?);
                }
            }
        }
        Ok(found)
    }

    /// Makes the folder what `order` says of it: what no stage names is taken out of what is staged, and stages whose files are
    /// not as they were left are struck from `order`, with all that came after. Gives the first of those.
    pub(crate) fn tidy(&self, order: &mut OrderFile) -> Result<Option<String>, Failure> {
        for name in prints::names_in(&self.folder)? {
            if name.starts_with('.') && name.ends_with(FRESH) {
                remove(&self.folder.join(name))?;
            }
        }
        let known: BTreeMap<&str, &FilePrint> =
            order.stages.iter().flat_map(|stage| stage.files.iter().map(|(name, print)| (name.as_str(), print))).collect();
        for file in prints::files_under(&self.stage())? {
            let path = self.stage().join(&file);
            match known.get(format!("{STAGE}/{file}").as_str()) {
                None => remove(&path)?,
                // What the end of a run appended is not yet there for the next one.
                Some(print) if APPENDED.iter().any(|name| file.starts_with(&format!("{name}/"))) => prints::cut(&path, print.bytes)?,
                Some(_) => {}
            }
        }
        let mut sound = 0;
        for stage in &order.stages {
            let mut fits = true;
            for (name, print) in &stage.files {
                fits = fits && prints::fits(&self.folder.join(name), print)?;
            }
            if !fits {
                break;
            }
            sound += 1;
        }
        let first = order.stages.get(sound).map(|stage| stage.stage.clone());
        order.stages.truncate(sound);
        Ok(first)
    }

    /// Removes what was staged, once no stage needs it any more, and what `order` says of it.
    pub(crate) fn clear(&self, order: &mut OrderFile) -> Result<(), Failure> {
        for stage in &mut order.stages {
            stage.files.retain(|name, _| !name.starts_with(STAGE));
        }
        order.write(&self.folder)?;
        failpoint::reached("clearing");
        remove(&self.stage())?;
        failpoint::reached("cleared");
        Ok(())
    }

    /// Puts the order into place: every file on disk, `order.json` last, then the name.
    pub(crate) fn place(mut self, order: &OrderFile) -> Result<(), Failure> {
        sync_all(&self.folder)?;
        order.write(&self.folder)?;
        if self.kind != Kind::Placed {
            free(&self.out)?;
            failpoint::reached("placing");
            fs::rename(&self.folder, &self.out).map_err(|error| Failure::file("putting the order into place", &self.out, &error))?;
            failpoint::reached("placed");
            self.kind = Kind::Placed;
            sync(&place(&self.out)?.0)?;
        }
        Ok(())
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        if self.kind == Kind::Fleeting {
            // What cannot be removed now is removed at the next start.
            drop(fs::remove_dir_all(&self.folder));
        }
    }
}

/// Fails where an order cannot be made at `out`.
pub(crate) fn free(out: &Path) -> Result<(), Failure> {
    if out.symlink_metadata().is_ok() {
        return Err(Failure::Usage(format!("`{}` exists already; choose another folder for the order, or remove it", out.display())));
    }
    let (parent, _) = place(out)?;
    if parent.is_dir() { Ok(()) } else { Err(Failure::Usage(format!("there is no folder `{}` to make the order in", parent.display()))) }
}

/// The folder that `out` lies in, and its name there.
fn place(out: &Path) -> Result<(PathBuf, String), Failure> {
    let Some(name) = out.file_name() else {
        return Err(Failure::Usage(format!("`{}` is no name for an order's folder", out.display())));
    };
    let parent = out.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    Ok((parent.to_owned(), name.to_string_lossy().into_owned()))
}

/// How the hidden folders of an order are called, but for the process.
fn prefix(name: &str) -> String {
    format!(".{name}.partial-")
}

/// The hidden folders for an order of that name.
fn hidden(parent: &Path, name: &str) -> Result<Vec<PathBuf>, Failure> {
    if !parent.is_dir() {
        return Ok(Vec::new());
    }
    let prefix = prefix(name);
    let ours = |name: &String| name.strip_prefix(&prefix).is_some_and(|process| process.parse::<u32>().is_ok());
    let names = prints::names_in(parent)?;
    let folders = names.into_iter().filter(ours).map(|name| parent.join(name));
    Ok(folders.filter(|path| path.symlink_metadata().is_ok_and(|data| data.is_dir())).collect())
}

/// Locks a folder; `None` where another process has it. Where a file system knows no locks, nobody else is there.
fn lock(folder: &Path) -> Result<Option<File>, Failure> {
    let file = match File::open(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened.map_err(|error| Failure::file("opening the folder", folder, &error))?,
    };
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Ok(None),
        // Somebody may have removed it, or put it into place, before it was ours.
        _ if folder.is_dir() => Ok(Some(file)),
        _ => Ok(None),
    }
}

/// Gives a whole thing its name, in place of what has it.
fn rename(from: &Path, to: &Path) -> Result<(), Failure> {
    if to.is_dir() {
        remove(to)?;
        failpoint::reached("made_way");
    }
    fs::rename(from, to).map_err(|error| Failure::file("writing", to, &error))?;
    failpoint::reached("renamed");
    Ok(())
}

fn remove(path: &Path) -> Result<(), Failure> {
    let removed = match path.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(data) if data.is_dir() => fs::remove_dir_all(path),
        _ => fs::remove_file(path),
    };
    removed.map_err(|error| Failure::file("removing", path, &error))
}

fn sync_all(folder: &Path) -> Result<(), Failure> {
    let fail = |error| Failure::file("reading the folder", folder, &error);
    for entry in fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.is_dir() {
            sync_all(&path)?;
        } else {
            sync(&path)?;
        }
    }
    sync(folder)
}
