//! What would decide between versions that fit equally well.

use crate::detect::reasons::list;
use crate::detect::standing::FileFit;
use crate::detect::standing::Standing;
use crate::detect::value::Asked;
use crate::detect::value::Probe;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;

/// How many ways to decide are named.
const WAYS: usize = 6;

/// What would decide, tables that are there first.
pub(super) fn decides(set: &[Standing<'_>]) -> Vec<String> {
    let one_system = set.windows(2).all(|pair| pair[0].source.system == pair[1].source.system);
    let known: Vec<(String, &SourceSchema)> = set
        .iter()
        .map(|one| {
            let name = if one_system { format!("version `{}`", one.source.version) } else { format!("`{}`", one.source.id()) };
            (name, one.source)
        })
        .collect();
    let files: Vec<&FileFit<'_>> = set.iter().take(1).flat_map(Standing::assigned).collect();
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    let mut seen: Vec<&str> = Vec::new();
    for (_, one) in &known {
        for table in one.tables.iter().filter(|table| table.list.is_none()) {
            let name = table.name.as_str();
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let file = files.iter().find(|fit| fit.table.name == name).map(|fit| fit.sample.file.name.as_str());
            let said = if file.is_some() { &mut here } else { &mut elsewhere };
            between(&known, name, file, said);
        }
    }
    here.append(&mut elsewhere);
    if here.is_empty() {
        let names: Vec<&str> = known.iter().map(|(name, _)| name.as_str()).collect();
        return vec![format!("nothing in the schemas tells these apart: {}", names.join(", "))];
    }
    here.truncate(WAYS);
    here
}

/// How one table differs between the versions.
fn between(known: &[(String, &SourceSchema)], name: &str, file: Option<&str>, said: &mut Vec<String>) {
    let find = |source: &'_ SourceSchema| source.tables.iter().position(|table| table.name == name && table.list.is_none());
    let with: Vec<(&str, &SourceSchema, &SourceTable)> =
        known.iter().filter_map(|(version, source)| Some((version.as_str(), *source, source.tables.get(find(source)?)?))).collect();
    let Some(((version, first_source, first), rest)) = with.split_first() else { return };
    let shown = file.unwrap_or(&first.file);
    if with.len() < known.len() && file.is_none() {
        let versions: Vec<&str> = with.iter().map(|(version, ..)| *version).collect();
        said.push(format!("`{shown}` would decide: only {} has it", versions.join(" and ")));
        return;
    }
    for (other_version, other_source, other) in rest {
        for (has, lacks, version) in [(first, other, version), (other, first, other_version)] {
            let names: Vec<&str> = names(has).filter(|name| !names(lacks).any(|known| known == *name)).collect();
            match names.as_slice() {
                [] => {}
                [only] => said.push(format!("`{shown}` would decide: {version} has the column `{only}`")),
                _ => said.push(format!("`{shown}` would decide: {version} has the columns {}", list(&names))),
            }
        }
        for column in &first.columns {
            let Some(twin) = other.column(&column.name) else { continue };
            let (a, b) = (Asked::new(first_source, first, column), Asked::new(other_source, other, twin));
            if !a.asks_as(&b) {
                said.push(format!(
                    "a value of `{}` in `{shown}` that reads one way only would decide: {version} declares {}, {other_version} {}",
                    column.name,
                    Probe::new(&a).describe(),
                    Probe::new(&b).describe()
                ));
            }
        }
    }
}

/// Columns that a file of the table may have, ignored ones too.
fn names(table: &SourceTable) -> impl Iterator<Item = &str> {
    table.columns.iter().map(|column| column.name.as_str()).chain(table.ignore.keys().map(String::as_str))
}
