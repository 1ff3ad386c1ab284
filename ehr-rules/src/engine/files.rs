//! File actions: of the places that rows name, which file goes where, so that no two files have one place unseen.

use crate::dataset::Table;
use crate::engine;
use crate::engine::Context;
use crate::error::Error;
use crate::finding::Consequence;
use crate::finding::meaning;
use crate::functions::safe_name::safe;
use crate::ir::action;
use crate::ir::transform::Transform;
use polars::prelude::*;
use sha2::Digest;
use sha2::Sha256;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashMap;
use std::collections::HashSet;
use unicode_normalization::UnicodeNormalization;

/// What is done with one file.
struct Action {
    status: &'static str,
    source: String,
    target: String,
    collision: String,
    owner: Option<String>,
    verify: String,
    rule: String,
}

/// Whether a transform's rows name files.
pub(crate) fn acts(transform: &Transform) -> bool {
    transform.branches.iter().flat_map(|branch| &branch.columns).any(|output| output.name == action::SOURCE)
}

/// Plans the actions of staged tables, each with the name of its rule: in their order, the same in every run.
pub(crate) fn plan(tables: &[(String, &Table)], context: &Context<'_>) -> Result<Table, Error> {
    let mut actions = Vec::new();
    for (rule, table) in tables {
        read(rule, table, &mut actions)?;
    }
    apart(&mut actions);
    place(&mut actions);
    for (status, code, consequence) in [("collides", "R0501", Consequence::Failed), ("refused", "R0502", Consequence::Warned)] {
        for (rule, _) in tables {
            let rows = actions.iter().filter(|action| action.status == status && action.rule == *rule).count() as u64;
            context.ledger.find(code, action::TABLE, rule, consequence, rows, meaning(code));
        }
    }
    let column = |name: &str, of: &dyn Fn(&Action) -> &str| Column::new(name.into(), actions.iter().map(of).collect::<Vec<_>>());
    let columns = vec![
        column("status", &|action| action.status),
        column("source", &|action| &action.source),
        column("target", &|action| &action.target),
        // Known once the file is there.
        Column::full_null("bytes".into(), actions.len(), &DataType::Int64),
        Column::full_null("checksum".into(), actions.len(), &DataType::String),
        column("verify", &|action| &action.verify),
        column("rule", &|action| &action.rule),
    ];
    let frame = DataFrame::new_infer_height(columns).map_err(|error| Error::engine("planning file actions", error))?;
    // A folder of its own: a table of the target may have this name.
    let path = context.order.folder.join("plan").join(format!("{}.ipc", action::TABLE));
    engine::stage(frame.lazy(), action::TABLE, path)
}

fn read(rule: &str, table: &Table, actions: &mut Vec<Action>) -> Result<(), Error> {
    if table.rows == 0 {
        return Ok(());
    }
    let doing = "reading file actions";
    let frame = engine::collect(table.scan()?.select(action::COLUMNS.map(col)), doing)?;
    let texts = |name: &str| frame.column(name).and_then(|column| column.str().cloned()).map_err(|error| Error::engine(doing, error));
    let (sources, targets, collisions) = (texts(action::SOURCE)?, texts(action::TARGET)?, texts(action::COLLISION)?);
    let (owners, checks) = (texts(action::OWNER)?, texts(action::VERIFY)?);
    for row in 0..frame.height() {
        // A branch without `file` names none.
        let (Some(source), Some(target)) = (sources.get(row), targets.get(row)) else { continue };
        actions.push(Action {
            status: if leaves(source) { "refused" } else { "planned" },
            source: source.to_owned(),
            target: target.to_owned(),
            collision: collisions.get(row).unwrap_or("fail").to_owned(),
            owner: owners.get(row).map(str::to_owned),
            verify: checks.get(row).unwrap_or("size").to_owned(),
            rule: rule.to_owned(),
        });
    }
    Ok(())
}

/// Whether a path of the data names what does not lie under what the rules name.
fn leaves(source: &str) -> bool {
    source.contains('\0') || source.split(['/', '\\']).any(|segment| segment == "..")
}

/// Folders of one name that belong to several owners get their owners' names.
fn apart(actions: &mut [Action]) {
    let mut owners: HashMap<String, BTreeSet<String>> = HashMap::new();
    for action in actions.iter() {
        if let (Some((folder, _)), Some(owner)) = (action.target.rsplit_once('/'), &action.owner) {
            owners.entry(fold(folder)).or_default().insert(owner.clone());
        }
    }
    for action in actions {
        if let (Some((folder, file)), Some(owner)) = (action.target.rsplit_once('/'), &action.owner)
            && owners.get(&fold(folder)).is_some_and(|owners| owners.len() > 1)
        {
            action.target = format!("{}/{file}", owned(folder, owner));
        }
    }
}

/// Each file gets a place that no other has.
fn place(actions: &mut [Action]) {
    let mut wanted: BTreeMap<String, u64> = BTreeMap::new();
    let mut seen: HashSet<(String, String)> = HashSet::new();
    for action in actions.iter_mut().filter(|action| action.status == "planned") {
        let place = fold(&action.target);
        if seen.insert((action.source.clone(), place.clone())) {
            *wanted.entry(place).or_default() += 1;
        } else {
            action.status = "duplicate";
        }
    }
    // Places that are asked for as they are stay with those that ask for them alone.
    let mut taken: HashSet<String> = wanted.iter().filter(|(_, files)| **files == 1).map(|(place, _)| place.clone()).collect();
    let mut next: HashMap<String, u64> = HashMap::new();
    for action in actions.iter_mut().filter(|action| action.status == "planned") {
        let place = fold(&action.target);
        if wanted.get(&place).is_none_or(|files| *files == 1) {
            continue;
        }
        match action.collision.as_str() {
            "fail" => {
                action.status = "collides";
                continue;
            }
            // All of them, so that a file's name does not depend on which comes first.
            "hash" => action.target = suffixed(&action.target, &format!(" {}", short_hash(&action.source))),
            _ => {}
        }
        let whole = action.target.clone();
        let at = next.entry(fold(&whole)).or_insert(1);
        while !taken.insert(fold(&action.target)) {
            *at += 1;
            action.target = suffixed(&whole, &format!(" ({at})"));
        }
    }
}

/// A file's path with a suffix before its ending.
fn suffixed(path: &str, suffix: &str) -> String {
    match path.rsplit_once('/') {
        Some((folder, name)) => format!("{folder}/{}", safe(name, suffix)),
        None => safe(path, suffix),
    }
}

/// A folder's path with its owner behind it; what stands behind a folder's last point is no ending.
fn owned(folder: &str, owner: &str) -> String {
    const LONGEST: usize = 64;
    let owner = if owner.len() > LONGEST { short_hash(owner) } else { safe(owner, "") };
    let suffix = format!(" ({owner})");
    let start = folder.rfind('/').map_or(0, |at| at + 1);
    let room = start + 255 - suffix.len();
    let end = folder.char_indices().map(|(at, letter)| at + letter.len_utf8()).take_while(|end| *end <= room).last().unwrap_or(0);
    format!("{}{suffix}", &folder[..end])
}

fn short_hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    let bytes = digest.first_chunk().copied().unwrap_or_default();
    format!("{:08x}", u32::from_be_bytes(bytes))
}

/// Names that some file system takes for one.
fn fold(path: &str) -> String {
    path.nfc().collect::<String>().to_lowercase()
}
