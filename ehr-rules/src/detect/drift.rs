//! Where the files differ from the schema that was named.

use crate::detect::Drift;
use crate::detect::fit::FileFit;
use crate::detect::fit::How;
use crate::detect::score::Standing;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What holds for each of several versions that fit equally; empty for none.
pub(super) fn common(set: &[Standing<'_>]) -> Drift {
    let Some((first, rest)) = set.split_first() else { return Drift::default() };
    let mut drift = of(first);
    for other in rest.iter().map(of) {
        drift.added.retain(|column| other.added.contains(column));
        drift.missing.retain(|column| other.missing.contains(column));
        drift.renamed.retain(|column, name| other.renamed.get(column) == Some(name));
        drift.retyped.retain(|column, how| other.retyped.get(column) == Some(how));
    }
    drift
}

fn of(standing: &Standing<'_>) -> Drift {
    let mut added = BTreeSet::new();
    let mut missing: BTreeSet<String> = standing.absent.iter().map(|table| table.name.clone()).collect();
    let mut renamed = BTreeMap::new();
    let mut retyped = BTreeMap::new();
    for fit in standing.assigned() {
        added.extend(reported(fit).map(|at| column(fit, &fit.framed.header[at])));
        missing.extend(fit.missing.iter().map(|slot| column(fit, slot.name)));
        for found in &fit.found {
            // The difference of an ignored column's spelling is nobody's concern.
            if found.how != How::Exactly && found.slot.probe.is_some() {
                renamed.insert(column(fit, found.slot.name), fit.framed.header[found.at].clone());
            }
            if let (Some(probe), Some(looks)) = (&found.slot.probe, &found.values.looks) {
                let values = &found.values;
                let how =
                    format!("{} of {} sampled values are not {}, they look like {looks}", values.wrong, values.tried, probe.describe());
                retyped.insert(column(fit, found.slot.name), how);
            }
        }
    }
    Drift { added: added.into_iter().collect(), missing: missing.into_iter().collect(), renamed, retyped }
}

/// Additional columns, unless the schema says that they do not matter.
fn reported<'f>(fit: &'f FileFit<'_>) -> impl Iterator<Item = usize> + 'f {
    let matters = fit.table.extra_columns != crate::ir::schema::ExtraColumns::Ignore;
    fit.extra.iter().copied().filter(move |_| matters)
}

fn column(fit: &FileFit<'_>, name: &str) -> String {
    format!("{}.{name}", fit.table.name)
}
