//! What would decide between versions that fit equally well.

use crate::detect::fit::FileFit;
use crate::detect::known::Known;
use crate::detect::known::KnownTable;
use crate::detect::reasons::list;
use crate::detect::score::Standing;

/// How many ways to decide are named.
const WAYS: usize = 6;

/// What would decide, tables that are there first.
pub(super) fn decides(set: &[Standing<'_>]) -> Vec<String> {
    let one_system = set.windows(2).all(|pair| pair[0].source.system == pair[1].source.system);
    let known: Vec<(String, Known<'_>)> = set
        .iter()
        .map(|one| {
            let name = if one_system { format!("version `{}`", one.source.version) } else { format!("`{}`", one.source.id()) };
            (name, Known::new(one.source))
        })
        .collect();
    let files: Vec<&FileFit<'_>> = set.iter().take(1).flat_map(Standing::assigned).collect();
    let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
    let mut seen: Vec<&str> = Vec::new();
    for (_, one) in &known {
        for table in &one.tables {
            let name = table.table.name.as_str();
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
fn between(known: &[(String, Known<'_>)], name: &str, file: Option<&str>, said: &mut Vec<String>) {
    let find = |known: &'_ Known<'_>| known.tables.iter().position(|table| table.table.name == name);
    let with: Vec<(&str, &KnownTable<'_>)> =
        known.iter().filter_map(|(version, known)| Some((version.as_str(), &known.tables[find(known)?]))).collect();
    let Some(((version, first), rest)) = with.split_first() else { return };
    let shown = file.unwrap_or(&first.table.file);
    if with.len() < known.len() && file.is_none() {
        let versions: Vec<&str> = with.iter().map(|(version, _)| *version).collect();
        said.push(format!("`{shown}` would decide: only {} has it", versions.join(" and ")));
        return;
    }
    for (other_version, other) in rest {
        for (has, lacks, version) in [(first, other, version), (other, first, other_version)] {
            let names = has.slots.iter().filter(|slot| !lacks.slots.iter().any(|known| known.name == slot.name));
            let names: Vec<&str> = names.map(|slot| slot.name).collect();
            match names.as_slice() {
                [] => {}
                [only] => said.push(format!("`{shown}` would decide: {version} has the column `{only}`")),
                _ => said.push(format!("`{shown}` would decide: {version} has the columns {}", list(&names))),
            }
        }
        for slot in &first.slots {
            let twin = other.slots.iter().find(|known| known.name == slot.name);
            if let (Some(a), Some(b)) = (&slot.probe, twin.and_then(|twin| twin.probe.as_ref()))
                && !a.asks_as(b)
            {
                said.push(format!(
                    "a value of `{}` in `{shown}` that reads one way only would decide: {version} declares {}, {other_version} {}",
                    slot.name,
                    a.describe(),
                    b.describe()
                ));
            }
        }
    }
}
