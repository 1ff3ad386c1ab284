//! Where the files differ from the schema that was named.

use crate::detect::Drift;
use crate::detect::fit::How;
use crate::detect::known::Catalogue;
use crate::detect::standing::FileFit;
use crate::detect::standing::Standing;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What holds for each of several versions that fit equally; empty for none.
pub(super) fn common(catalogue: &Catalogue<'_>, set: &[Standing<'_>]) -> Drift {
    let Some((first, rest)) = set.split_first() else { return Drift::default() };
    let mut drift = of(catalogue, first);
    for other in rest.iter().map(|one| of(catalogue, one)) {
        drift.added.retain(|column| other.added.contains(column));
        drift.missing.retain(|column| other.missing.contains(column));
        drift.renamed.retain(|column, name| other.renamed.get(column) == Some(name));
        drift.retyped.retain(|column, how| other.retyped.get(column) == Some(how));
    }
    drift
}

fn of(catalogue: &Catalogue<'_>, standing: &Standing<'_>) -> Drift {
    let mut added = BTreeSet::new();
    let mut missing: BTreeSet<String> = standing.absent.iter().map(|table| table.name.clone()).collect();
    let mut renamed = BTreeMap::new();
    let mut retyped = BTreeMap::new();
    for fit in standing.assigned() {
        added.extend(reported(fit).filter_map(|at| Some(column(fit, fit.name(at)?))));
        missing.extend(fit.fit.missing.iter().filter_map(|at| Some(column(fit, fit.slot(*at)?.name))));
        for found in &fit.fit.found {
            let Some(slot) = fit.slot(found.slot) else { continue };
            let Some(probe) = catalogue.probe(slot) else { continue };
            // The difference of an ignored column's spelling is nobody's concern.
            if matches!(found.how, How::Nearly | How::Renamed)
                && let Some(name) = fit.name(found.at)
            {
                renamed.insert(column(fit, slot.name), name.to_owned());
            }
            // Where there is no header, what is said is the place.
            if found.how == How::Nameless && fit.shape.headed {
                renamed.insert(column(fit, slot.name), format!("field {}", found.at + 1));
            }
            if let Some(looks) = probe.looks(found.values, fit.framed.column(found.at)) {
                let values = &found.values;
                let how =
                    format!("{} of {} sampled values are not {}, they look like {looks}", values.wrong, values.tried, probe.describe());
                retyped.insert(column(fit, slot.name), how);
            }
        }
    }
    Drift { added: added.into_iter().collect(), missing: missing.into_iter().collect(), renamed, retyped }
}

/// Additional columns, unless the schema says that they do not matter.
fn reported<'f>(fit: &'f FileFit<'_>) -> impl Iterator<Item = usize> + 'f {
    let matters = fit.table.extra_columns != crate::ir::schema::ExtraColumns::Ignore;
    fit.fit.extra.iter().copied().filter(move |_| matters)
}

fn column(fit: &FileFit<'_>, name: &str) -> String {
    format!("{}.{name}", fit.table.name)
}
