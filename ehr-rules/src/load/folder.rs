//! Which files a folder of rules holds, in the layout of `rulesets/README.md`, always in the same order.

use crate::diagnostic::overlay::Overlay;
use crate::diagnostic::suggest;
use crate::error::Error;
use std::path::Path;
use std::path::PathBuf;

/// What several folders of rules hold.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// One folder a version of a system.
    pub sources: Vec<RulesFolder>,
    /// One file a category.
    pub categories: Vec<PathBuf>,
    /// One folder a target.
    pub targets: Vec<RulesFolder>,
    /// What looks like rules and stands where nobody looks, each with what to do about it.
    pub strays: Vec<(PathBuf, String)>,
}

/// A folder with a schema, rules and cases.
#[derive(Debug)]
pub(super) struct RulesFolder {
    /// The folder.
    pub path: PathBuf,
    /// Its `schema.yaml`, there or not.
    pub schema: PathBuf,
    /// Its other files of YAML.
    pub rules: Vec<PathBuf>,
    /// The files of YAML under `cases`.
    pub cases: Vec<PathBuf>,
}

/// The parts of a folder of rules.
pub(super) const PARTS: [&str; 3] = ["sources", "categories", "targets"];

/// Finds everything; a folder that is not there or holds no rules is an error, since nothing would be checked.
pub(super) fn find(folders: &[PathBuf], overlay: &Overlay) -> Result<Found, Error> {
    let mut found = Found::default();
    for folder in folders {
        entries(folder)?;
        let [sources, categories, targets] = PARTS.map(|part| folder.join(part));
        if !sources.is_dir() && !categories.is_dir() && !targets.is_dir() {
            return Err(Error::refused(format!(
                "`{}` is no folder of rules: it holds none of `sources`, `categories`, `targets`",
                folder.display()
            )));
        }
        found.strays.extend(misnamed(folder)?);
        found.stray(&sources, "rules of a source stand in `sources/SYSTEM/VERSION`")?;
        for system in folders_in(&sources)? {
            found.stray(&system, "rules of a source stand in `sources/SYSTEM/VERSION`")?;
            for version in folders_in(&system)? {
                found.beside_rules(&version)?;
                found.sources.push(rules_folder(version, overlay)?);
            }
        }
        for inside in folders_in(&categories)? {
            found.stray(&inside, "categories stand in `categories` itself, a file each")?;
        }
        found.categories.extend(yaml_in(&categories, overlay)?);
        found.stray(&targets, "rules of a target stand in `targets/TARGET`")?;
        for target in folders_in(&targets)? {
            found.beside_rules(&target)?;
            found.targets.push(rules_folder(target, overlay)?);
        }
    }
    Ok(found)
}

impl Found {
    /// Files of YAML in a folder in which nobody looks for any.
    fn stray(&mut self, folder: &Path, help: &str) -> Result<(), Error> {
        self.strays.extend(yaml_in(folder, &Overlay::default())?.into_iter().map(|path| (path, help.to_owned())));
        Ok(())
    }

    /// Folders beside rules other than that of the cases, and folders that are called as files are.
    fn beside_rules(&mut self, folder: &Path) -> Result<(), Error> {
        for inside in folders_in(folder)? {
            if is_yaml(&inside) {
                self.strays.push((inside, "this is a folder; files of rules stand beside `schema.yaml`".to_owned()));
            } else if name_of(&inside) != "cases" {
                self.stray(&inside, "files of rules stand beside `schema.yaml`, and cases in the folder `cases`")?;
            }
        }
        Ok(())
    }
}

/// A folder that is called nearly as one of the parts are, which is not there.
fn misnamed(folder: &Path) -> Result<Vec<(PathBuf, String)>, Error> {
    let lacking = || PARTS.into_iter().filter(|part| !folder.join(part).is_dir());
    let near = |path: PathBuf| {
        let name = name_of(&path);
        let meant = lacking().find(|part| name.eq_ignore_ascii_case(part)).or_else(|| suggest::nearest(&name, lacking()))?;
        Some((path, format!("did you mean `{meant}`?")))
    };
    Ok(folders_in(folder)?.into_iter().filter(|path| !PARTS.iter().any(|part| name_of(path) == *part)).filter_map(near).collect())
}

fn rules_folder(path: PathBuf, overlay: &Overlay) -> Result<RulesFolder, Error> {
    let is_schema = |file: &PathBuf| matches!(name_of(file).as_str(), "schema.yaml" | "schema.yml");
    let rules = yaml_in(&path, overlay)?.into_iter().filter(|file| !is_schema(file)).collect();
    Ok(RulesFolder { schema: path.join("schema.yaml"), rules, cases: yaml_in(&path.join("cases"), overlay)?, path })
}

fn folders_in(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    Ok(entries(path)?.into_iter().filter(|entry| entry.is_dir()).collect())
}

fn is_yaml(path: &Path) -> bool {
    path.extension().is_some_and(|end| end == "yaml" || end == "yml")
}

/// The files of YAML in a folder; one that is only in an editor so far is among them.
fn yaml_in(path: &Path, overlay: &Overlay) -> Result<Vec<PathBuf>, Error> {
    let mut found: Vec<PathBuf> = overlay.inside(path).filter(|entry| is_yaml(entry)).map(Path::to_owned).collect();
    if path.is_dir() {
        found.extend(entries(path)?.into_iter().filter(|entry| is_yaml(entry) && entry.is_file()));
        found.sort();
        found.dedup();
    }
    Ok(found)
}

/// What stands in a folder, sorted by name, without hidden files.
pub(super) fn entries(path: &Path) -> Result<Vec<PathBuf>, Error> {
    let failed = |error| Error::io("opening the rules folder", path, error);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(path).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if !entry.file_name().to_string_lossy().starts_with('.') {
            entries.push(path.join(entry.file_name()));
        }
    }
    entries.sort();
    Ok(entries)
}

/// What to do about a folder that has no schema.
pub(super) fn without_schema(folder: &RulesFolder) -> &'static str {
    if folder.path.join("schema.yml").is_file() { "rename `schema.yml`, which is there" } else { "add one, or remove the folder" }
}

/// The last part of a path, as text.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
