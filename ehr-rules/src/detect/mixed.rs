//! Two exports in one folder: files that another version explains far better than the one that explains the most.

use crate::detect::known::Catalogue;
use crate::detect::model::count;
use crate::detect::reasons::list;
use crate::detect::score::Judged;
use crate::detect::standing::FileFit;
use crate::detect::standing::Standing;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::collections::HashSet;

/// How much better a file must be explained by another version to be held to be of it, in log-odds.
const BETTER: f64 = 6.0;
/// How much better all of them together, and all others by the first.
const TOGETHER: f64 = 14.0;
/// Versions of the second export that are so much less likely than the best one are none.
const CLOSE: f64 = 4.6;
/// The share of files from which a single one is an export of its own, rather than a file that got among the others.
const SHARE: f64 = 0.25;

/// Adds the versions that made the rest of the files to the set, and says so; nothing where one export is all there is.
pub(super) fn other<'a>(
    catalogue: &'a Catalogue<'a>,
    files: &'a [Judged<'a>],
    standings: &mut Vec<Standing<'a>>,
    set: &mut usize,
) -> Option<String> {
    let first = standings.first()?;
    let own: Vec<f64> = files.iter().map(|file| file.log(first.version)).collect();
    let mut better: BTreeMap<usize, (f64, f64, BTreeSet<usize>)> = BTreeMap::new();
    for (at, (file, own)) in files.iter().zip(&own).enumerate() {
        for version in file.by_version.keys() {
            let gain = file.log(*version) - own;
            if gain > BETTER {
                let of = better.entry(*version).or_default();
                of.0 += gain;
                of.2.insert(at);
            }
        }
    }
    for (version, (_, back, theirs)) in &mut better {
        let ours = files.iter().zip(&own).enumerate().filter(|(at, _)| !theirs.contains(at));
        *back = ours.map(|(_, (file, own))| (own - file.log(*version)).max(0.0)).sum();
    }
    let tables = files.iter().filter(|file| file.sample.is_table()).count();
    better.retain(|_, (gain, back, theirs)| {
        *gain > TOGETHER && *back > TOGETHER && (theirs.len() > 1 || count(theirs.len()) >= SHARE * count(tables))
    });
    let most = better.values().map(|(gain, ..)| *gain).reduce(f64::max)?;
    better.retain(|version, (gain, ..)| most - *gain < CLOSE && standings.iter().take(*set).all(|one| one.version != *version));
    let whole: f64 = better.values().map(|(gain, ..)| (gain - most).exp()).sum();
    let (_, (_, _, theirs)) = better.iter().max_by(|a, b| a.1.0.total_cmp(&b.1.0).then(b.0.cmp(a.0)))?;
    let names: HashSet<&str> = theirs.iter().filter_map(|at| Some(files.get(*at)?.sample.file.name.as_str())).collect();
    let theirs = |fit: &FileFit<'_>| names.contains(fit.sample.file.name.as_str());
    let part = count(names.len()) / count(tables.max(1));

    let mut second = Vec::new();
    for (version, (gain, ..)) in &better {
        let mut standing = Standing::new(catalogue, files, &HashSet::new(), *version, first.score - most + gain, 0.0)?;
        standing.fits.retain(theirs);
        standing.absent.clear();
        standing.probability = part * (gain - most).exp() / whole;
        second.push(standing);
    }
    if second.iter().all(|one| one.fits.is_empty()) {
        return None;
    }
    second.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.source.id().cmp(&b.source.id())));
    standings.retain(|one| !second.iter().any(|other| other.version == one.version));
    for one in standings.iter_mut() {
        one.probability *= 1.0 - part;
        one.fits.retain(|fit| !theirs(fit));
    }
    let said = said(standings.get(..*set).unwrap_or_default(), &second);
    let added = second.len();
    let rest = standings.split_off((*set).min(standings.len()));
    standings.extend(second);
    standings.extend(rest);
    *set += added;
    Some(said)
}

fn said(first: &[Standing<'_>], second: &[Standing<'_>]) -> String {
    let side = |set: &[Standing<'_>]| {
        let names: Vec<String> = set.iter().map(|one| format!("`{}`", one.source.id())).collect();
        let files: Vec<&str> = set.first().map_or(Vec::new(), |one| one.fits.iter().map(|fit| fit.sample.file.name.as_str()).collect());
        format!("{} ({})", names.join(" or "), list(&files))
    };
    format!("two exports are here, of {} and of {}: each needs a folder of its own", side(first), side(second))
}
