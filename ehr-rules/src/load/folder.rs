//! Which files a folder of rules holds, in the layout of `rulesets/README.md`, always in the same order.

use crate::diagnostic::overlay::Overlay;
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
        for system in folders_in(&sources)? {
            for version in folders_in(&system)? {
                found.sources.push(rules_folder(version, overlay)?);
            }
        }
        found.categories.extend(yaml_in(&categories, overlay)?);
        for target in folders_in(&targets)? {
            found.targets.push(rules_folder(target, overlay)?);
        }
    }
    Ok(found)
}

fn rules_folder(path: PathBuf, overlay: &Overlay) -> Result<RulesFolder, Error> {
    let rules = yaml_in(&path, overlay)?.into_iter().filter(|file| file.file_name().is_none_or(|name| name != "schema.yaml")).collect();
    Ok(RulesFolder { schema: path.join("schema.yaml"), rules, cases: yaml_in(&path.join("cases"), overlay)?, path })
}

fn folders_in(path: &Path) -> Result<Vec<PathBuf>, Error> {
    if !path.is_dir() {
        return Ok(Vec::new());
    }
    Ok(entries(path)?.into_iter().filter(|entry| entry.is_dir()).collect())
}

/// The files of YAML in a folder; one that is only in an editor so far is among them.
fn yaml_in(path: &Path, overlay: &Overlay) -> Result<Vec<PathBuf>, Error> {
    let is_yaml = |entry: &Path| entry.extension().is_some_and(|end| end == "yaml" || end == "yml");
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

/// The last part of a path, as text.
pub(super) fn name_of(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
