//! `init`: a draft of a source's schema and rules from an export.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::identify;
use crate::source;
use crate::source::leave::Leave;
use clap::Args;
use ehr_rules::Diagnostic;
use ehr_rules::Diagnostics;
use ehr_rules::Draft;
use ehr_rules::Rulebook;
use ehr_rules::ScanOptions;
use ehr_rules::SourceId;
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// Values that are looked at of each column; those that identify anybody are never written.
const VALUES: usize = 100;

/// What `ehr-runner init --help` ends with.
const AFTER: &str = "\
The draft passes `check`. Whatever was guessed says so in a comment, and drafted rules are `status: proposed`: they are checked
and shown, and none is run before somebody has read it and taken that line away. No value of a person is written; columns of a
few short codes get the codes that were seen. With --from the draft is what changed since a known version, found by the names and
values of its columns; what the rules cannot do without is kept and said.

Examples:
  ehr-runner init export/ --system acme --version 1
  ehr-runner init export/ --system acme --version 1 --out draft
  ehr-runner init export/ --system acme --version 2 --from 1";

/// Arguments of `init`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER, disable_version_flag = true)]
pub(crate) struct Init {
    /// A file or a folder of the export
    #[arg(env = "EHR_INPUT")]
    input: String,
    /// What the system is called
    #[arg(long, value_name = "SYSTEM")]
    system: String,
    /// What this version of it is called
    #[arg(long, value_name = "VERSION")]
    version: String,
    /// Draft it as what changed since this one, which it inherits
    #[arg(long, value_name = "SYSTEM/VERSION", env = "EHR_FROM")]
    from: Option<String>,
    /// The folder for the draft; left out, its place in the first folder of --rules
    #[arg(long, value_name = "DIR", env = "EHR_OUT")]
    out: Option<PathBuf>,
    #[command(flatten)]
    leave: Leave,
}

impl Init {
    /// Scans, drafts, writes. Nothing that is there is written over.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        for (what, name) in [("system", &self.system), ("version", &self.version)] {
            let plain = |letter: char| letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.');
            if name.is_empty() || name.starts_with('.') || !name.chars().all(plain) {
                return Err(Failure::Usage(format!("`{name}` cannot be a {what}: use letters, digits, `-`, `_` and `.`")));
            }
        }
        let book = context.rulebook()?;
        let id = SourceId { system: self.system.clone(), version: self.version.clone() };
        if book.sources().contains(&id) {
            return Err(Failure::Usage(format!("there is a source `{id}` already; choose another version")));
        }
        let default =
            || context.rules.first().map_or_else(PathBuf::new, |rules| rules.join("sources").join(&self.system).join(&self.version));
        let out = self.out.clone().unwrap_or_else(default);
        let input = source::open(context, &self.input, &self.leave)?;
        let mut scan = ehr_rules::scan(&input.files, &ScanOptions { values: VALUES })?;
        scan.skipped.extend(input.skipped());
        if scan.files.is_empty() {
            return Err(Failure::Data("the input holds no text table to draft a schema from".to_owned()));
        }
        let draft = match self.parent(&book)? {
            Some(parent) => self.next(context, |without| Ok(book.draft_next(&scan, &id, &parent, without)?))?,
            None => self.sound(context, |without| Ok(book.draft(&scan, &id, without)))?,
        };
        let written = write(&draft, &out)?;
        let mut human = written.join("\n");
        if !draft.open.is_empty() {
            human.push_str("\n\nto decide");
            human.extend(draft.open.iter().flat_map(|open| ["\n  ", open]));
        }
        let mut answer = json!({"files": written, "open": draft.open});
        if let (Some(changes), Some(answer)) = (&draft.changes, answer.as_object_mut()) {
            answer.insert("changes".to_owned(), json!(changes));
        }
        context.answer(&human, &answer)?;
        Ok(Status::Done)
    }

    /// The version that this one comes after; its system need not be said.
    fn parent(&self, book: &Rulebook) -> Result<Option<SourceId>, Failure> {
        let Some(from) = &self.from else { return Ok(None) };
        let id = if from.contains('/') { from.clone() } else { format!("{}/{from}", self.system) };
        let id: SourceId = id.parse().map_err(|error| Failure::Usage(format!("`--from`: {error}")))?;
        identify::known(book, &id)?;
        if id.system != self.system {
            return Err(Failure::Usage(format!("`{id}` is another system, and a version inherits from one of its own")));
        }
        Ok(Some(id))
    }

    /// A draft of what changed that `check` finds nothing wrong with: a change with which the rules do not hold is said, not made.
    fn next(&self, context: &Context, draft: impl Fn(&[String]) -> Result<Draft, Failure>) -> Result<Draft, Failure> {
        let whole = draft(&[])?;
        if !self.check(context, &whole)?.has_errors() {
            return Ok(whole);
        }
        let changes = whole.changes.clone().unwrap_or_default();
        let each = changes.retyped.into_keys().chain(changes.renamed.into_keys()).chain(changes.dropped).chain(changes.new_tables);
        let each: BTreeSet<String> = each.collect();
        let mut without = Vec::new();
        for one in &each {
            let others: Vec<String> = each.iter().filter(|other| *other != one).cloned().collect();
            if self.check(context, &draft(&others)?)?.has_errors() {
                without.push(one.clone());
            }
        }
        let sound = draft(&without)?;
        let said = self.check(context, &sound)?;
        if said.has_errors() { Err(Failure::Rules(said)) } else { Ok(sound) }
    }

    /// What `check` says with a draft in its place.
    fn check(&self, context: &Context, draft: &Draft) -> Result<Diagnostics, Failure> {
        let place = tempfile::tempdir().map_err(|error| Failure::World(format!("making a temporary folder: {error}")))?;
        write(draft, &place.path().join("sources").join(&self.system).join(&self.version))?;
        let folders: Vec<PathBuf> = context.rules.iter().cloned().chain([place.path().to_owned()]).collect();
        Ok(Rulebook::load(&folders)?.1)
    }

    /// A draft that `check` finds nothing wrong with: a rule that does not hold is left out, and that is said.
    fn sound(&self, context: &Context, draft: impl Fn(&[String]) -> Result<Draft, Failure>) -> Result<Draft, Failure> {
        let place = tempfile::tempdir().map_err(|error| Failure::World(format!("making a temporary folder: {error}")))?;
        let folder = place.path().join("sources").join(&self.system).join(&self.version);
        let folders: Vec<PathBuf> = context.rules.iter().cloned().chain([place.path().to_owned()]).collect();
        let mut without: Vec<String> = Vec::new();
        loop {
            let draft = draft(&without)?;
            let written = write(&draft, &folder)?;
            let (_, said) = Rulebook::load(&folders)?;
            let drafted = |path: &str| written.iter().any(|one| one == path);
            let wrong: Vec<&Diagnostic> = said.iter().filter(|one| drafted(&one.place.source.path)).collect();
            if wrong.is_empty() {
                return Ok(draft);
            }
            let before = without.len();
            for file in wrong.iter().filter_map(|one| Path::new(&one.place.source.path).file_stem()) {
                let category = file.to_string_lossy().into_owned();
                if category != "schema" && !without.contains(&category) {
                    without.push(category);
                }
            }
            if without.len() == before {
                // Only the schema is left, and nothing can be taken from it.
                return Err(Failure::Rules(said));
            }
            fs::remove_dir_all(&folder).map_err(|error| Failure::file("removing", &folder, &error))?;
        }
    }
}

/// Writes the files of a draft into a folder that holds none of them.
fn write(draft: &Draft, out: &Path) -> Result<Vec<String>, Failure> {
    if let Some(there) = draft.files.iter().map(|file| out.join(&file.name)).find(|path| path.exists()) {
        return Err(Failure::Usage(format!("`{}` is there already; choose another folder with `--out`", there.display())));
    }
    fs::create_dir_all(out).map_err(|error| Failure::file("making the folder", out, &error))?;
    let mut written = Vec::new();
    for file in &draft.files {
        let path = out.join(&file.name);
        fs::write(&path, &file.text).map_err(|error| Failure::file("writing", &path, &error))?;
        written.push(path.display().to_string());
    }
    Ok(written)
}
