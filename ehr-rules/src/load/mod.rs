//! Folders of rules to schemas in memory: sources, categories and targets, with the place of everything.
//!
//! Rules are found and kept as nodes; to compile them is for the room `rule`.

mod by_concept;
mod category;
pub(crate) mod changes;
mod code_map;
mod column;
pub(crate) mod demand;
mod dialect;
mod feasibility;
pub(crate) mod fingerprint;
mod folder;
mod heir;
mod inherit;
mod listing;
mod parameter;
pub(crate) mod places;
mod plausible;
pub(crate) mod row_check;
mod row_demand;
mod source;
mod source_column;
mod straight;
mod target;
#[cfg(test)]
mod tests;
mod track;
mod whole;
mod widths;

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::overlay::Overlay;
use crate::error::Error;
use crate::ir::category::Category;
use crate::ir::schema::SourceSchema;
use crate::ir::target::TargetSchema;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::parse::parse;
use changes::Changes;
use demand::WrittenDemand;
use places::Places;
use row_check::WrittenCheck;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;

/// Everything under the folders of rules.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    /// Sources by system and version.
    pub sources: Vec<LoadedSource>,
    /// Categories by name.
    pub categories: Vec<LoadedCategory>,
    /// Targets by name.
    pub targets: Vec<LoadedTarget>,
}

/// One version of a source system.
#[derive(Debug, Clone)]
pub(crate) struct LoadedSource {
    /// Its schema, parents merged in.
    pub schema: SourceSchema,
    /// Where its tables and columns stand.
    pub places: Places,
    /// Conditions on several columns, by table; not yet compiled.
    pub checks: Vec<(String, WrittenCheck)>,
    /// Its rules, in the order of its files, and then those it inherits.
    pub rules: Vec<RuleNode>,
    /// Its own cases.
    pub cases: Vec<CaseFile>,
}

/// One category.
#[derive(Debug, Clone)]
pub(crate) struct LoadedCategory {
    /// Its schema.
    pub category: Category,
    /// Where it and its columns stand; the table is the category.
    pub places: Places,
}

/// One target.
#[derive(Debug, Clone)]
pub(crate) struct LoadedTarget {
    /// Its schema.
    pub schema: TargetSchema,
    /// The sources it says it reads straight, as they are written; those there are stand in its schema.
    pub sources: Vec<Key>,
    /// The column that it says tells whose data a row is, as it is written.
    pub tenant: Option<Key>,
    /// Conditions on the rows it makes, by table; not yet compiled.
    pub checks: Vec<(String, WrittenDemand)>,
    /// Where its tables and columns stand.
    pub places: Places,
    /// Its rules, in the order of its files.
    pub rules: Vec<RuleNode>,
    /// Its cases.
    pub cases: Vec<CaseFile>,
}

/// One rule, not yet compiled.
#[derive(Debug, Clone)]
pub(crate) struct RuleNode {
    /// What it makes.
    pub name: Key,
    /// How.
    pub node: Node,
    /// Whether a parent's folder holds it.
    pub inherited: bool,
    /// What became of the tables and columns it was written for; empty unless inherited.
    pub changes: Changes,
}

/// One file of cases, as a tree.
#[derive(Debug, Clone)]
pub(crate) struct CaseFile {
    /// The file.
    pub path: PathBuf,
    /// What stands in it.
    pub node: Node,
}

/// Reads everything under these folders. What is wrong with it is said, and the rest is there all the same;
/// it fails only where a folder cannot be read.
pub(crate) fn load(folders: &[PathBuf], overlay: &Overlay, said: &mut Diagnostics) -> Result<Loaded, Error> {
    let found = folder::find(folders, overlay)?;
    for (path, help) in &found.strays {
        said.push(Diagnostic::warning("W0004", &start_of(path), "nothing reads what stands here").help(help.as_str()));
    }
    let mut categories: Vec<LoadedCategory> = Vec::new();
    for path in &found.categories {
        let Some(category) = category::read(path, overlay, said)? else { continue };
        if categories.iter().any(|known| known.category.name == category.category.name) {
            said.push(twice(&format!("category `{}`", category.category.name), category.places.whole()));
            continue;
        }
        categories.push(category);
    }
    categories.sort_by(|a, b| a.category.name.cmp(&b.category.name));
    let mut targets: Vec<LoadedTarget> = Vec::new();
    for folder in &found.targets {
        let Some(target) = target::read(folder, overlay, said)? else { continue };
        if targets.iter().any(|known| known.schema.name == target.schema.name) {
            said.push(twice(&format!("target `{}`", target.schema.name), target.places.whole()));
            continue;
        }
        targets.push(target);
    }
    targets.sort_by(|a, b| a.schema.name.cmp(&b.schema.name));
    let mut written = Vec::new();
    for folder in &found.sources {
        written.extend(source::read(folder, overlay, said)?);
    }
    let sources = inherit::resolve(written, said);
    straight::resolve(&mut targets, &sources, said);
    Ok(Loaded { sources, categories, targets })
}

/// Every file of YAML under these folders with its text, as far as they can be read.
pub(crate) fn texts(folders: &[PathBuf], overlay: &Overlay) -> Vec<(PathBuf, String)> {
    let found = folder::find(folders, overlay).unwrap_or_default();
    let inside = |folder: folder::RulesFolder| std::iter::once(folder.schema).chain(folder.rules).chain(folder.cases);
    let paths = found.categories.into_iter().chain(found.sources.into_iter().chain(found.targets).flat_map(inside));
    paths.filter_map(|path| Some((String::from_utf8(bytes(&path, overlay).ok()?).ok()?, path))).map(|(text, path)| (path, text)).collect()
}

fn twice(what: &str, place: &Place) -> Diagnostic {
    Diagnostic::error("E0408", place, format!("there is another {what}"))
        .help("each folder of rules adds its own; rename or remove one of the two")
}

/// The tree of a file; says where it is no text, no YAML, or empty.
fn read_yaml(path: &Path, overlay: &Overlay, said: &mut Diagnostics) -> Result<Option<Node>, Error> {
    let text = match String::from_utf8(bytes(path, overlay)?) {
        Ok(text) => text,
        Err(error) => {
            let (bytes, at) = (error.as_bytes(), error.utf8_error().valid_up_to());
            let line = bytes.iter().take(at).filter(|byte| **byte == b'\n').count() + 1;
            // Where every second byte is 0, so would be the line.
            let help = if bytes.contains(&0) { String::new() } else { format!("; the first character that is none stands in line {line}") };
            let wrong = Diagnostic::error("E0002", &start_of(path), "a file of rules is not UTF-8 text");
            said.push(wrong.help(format!("save it as UTF-8{help}")));
            return Ok(None);
        }
    };
    let source = Source::new(path, text);
    let (node, wrong) = parse(&source);
    let fine = wrong.is_empty();
    for diagnostic in wrong {
        said.push(diagnostic);
    }
    let node = node.filter(|node| node.describe() != "null");
    if node.is_none() && fine {
        let place = Place { source: Arc::clone(&source), span: 0..0 };
        said.push(Diagnostic::error("E0002", &place, "a file of rules is empty").help("remove it, or write what it is there for"));
    }
    Ok(node)
}

/// What an editor holds of a file, or what is on disk.
fn bytes(path: &Path, overlay: &Overlay) -> Result<Vec<u8>, Error> {
    match overlay.get(path) {
        Some(text) => Ok(text.as_bytes().to_vec()),
        None => std::fs::read(path).map_err(|error| Error::io("reading the rules", path, error)),
    }
}

/// The place of a file that cannot be shown.
fn start_of(path: &Path) -> Place {
    Place { source: Source::new(path, String::new()), span: 0..0 }
}

/// The rules in files, in order: each file is a map from what is made to how.
fn read_rules(paths: &[PathBuf], overlay: &Overlay, said: &mut Diagnostics) -> Result<Vec<RuleNode>, Error> {
    let mut rules = Vec::new();
    for path in paths {
        let Some(node) = read_yaml(path, overlay, said)? else { continue };
        for (name, node) in crate::yaml::fields::expect_map(&node, "a file of rules", said).unwrap_or_default() {
            rules.push(RuleNode { name: name.clone(), node: node.clone(), inherited: false, changes: Changes::default() });
        }
    }
    Ok(rules)
}

fn read_cases(paths: &[PathBuf], overlay: &Overlay, said: &mut Diagnostics) -> Result<Vec<CaseFile>, Error> {
    let mut cases = Vec::new();
    for path in paths {
        if let Some(node) = read_yaml(path, overlay, said)? {
            cases.push(CaseFile { path: path.clone(), node });
        }
    }
    Ok(cases)
}
