//! What speaks for and against a version, in sentences: files, tables, columns and counts, never a value.

use crate::detect::bare;
use crate::detect::fit::Found;
use crate::detect::fit::How;
use crate::detect::known::Catalogue;
use crate::detect::standing::FileFit;
use crate::detect::standing::Standing;

/// Names listed in one sentence.
const NAMES: usize = 4;
/// The rate of drift that is worth a sentence.
const DRIFTED: f64 = 0.05;
/// Sentences on one candidate; the rest are counted.
const SENTENCES: usize = 20;

/// What speaks for it.
pub(super) fn in_favour(catalogue: &Catalogue<'_>, standing: &Standing<'_>) -> Vec<String> {
    let fits = &standing.fits;
    if fits.is_empty() {
        return Vec::new();
    }
    let mut said = vec![format!("{} of {} text tables fit a table of it", fits.len(), fits.len() + standing.strays.len())];
    let named = fits.iter().filter(|fit| fit.named).count();
    if named > 0 {
        said.push(format!("{named} of {} have that table's file name", fits.len()));
    }
    let headers: usize = fits.iter().filter(|fit| !fit.fit.bare).map(|fit| fit.framed.width()).sum();
    let by_name = |fit: &&FileFit<'_>| fit.fit.found.iter().filter(|found| matches!(found.how, How::Exactly | How::Nearly)).count();
    let found: usize = fits.iter().map(|fit| by_name(&fit)).sum();
    if found > 0 {
        said.push(format!("{found} of {headers} columns in their headers are known"));
    }
    let tried: usize = fits.iter().flat_map(|fit| &fit.fit.found).map(|found| found.values.tried).sum();
    let wrong: usize = fits.iter().flat_map(|fit| &fit.fit.found).map(|found| found.values.wrong).sum();
    if tried > wrong {
        said.push(format!("{} of {tried} sampled values read as declared", tried - wrong));
    }
    if fits.iter().any(|fit| fit.fit.bare) {
        said.extend(nameless(catalogue, fits));
    }
    said
}

/// What speaks for tables whose files have no names in them: keys, delimiters and endings.
fn nameless(catalogue: &Catalogue<'_>, fits: &[FileFit<'_>]) -> Vec<String> {
    let without = || fits.iter().filter(|fit| fit.fit.bare);
    let unique = |fit: &&FileFit<'_>| {
        let once = |found: &&Found| {
            let probe = fit.slot(found.slot).and_then(|slot| catalogue.probe(slot));
            probe.is_some_and(|probe| probe.unique) && found.values.tried >= bare::ENOUGH && found.values.again == 0
        };
        fit.fit.found.iter().filter(once).count()
    };
    let keys: usize = without().map(|fit| unique(&fit)).sum();
    let parted = without().filter(|fit| !fit.shape.headed && catalogue.parted(fit.shape) > 0.0).count();
    let ends = without().filter(|fit| !fit.named && fit.entry.seldom(fit.sample.file.file_name(), false) > 0.0).count();
    let mut said = Vec::new();
    if keys > 0 {
        said.push(format!("{} that may hold no value twice: none of their sampled values stands there twice", columns(keys)));
    }
    if parted > 0 {
        said.push(format!("{parted} of {} have the delimiter that is declared, which few systems write", fits.len()));
    }
    if ends > 0 {
        said.push(format!("{ends} of {} have the ending of that table's files, which is seldom met", fits.len()));
    }
    said
}

/// What speaks against it.
pub(super) fn against(catalogue: &Catalogue<'_>, standing: &Standing<'_>) -> Vec<String> {
    let mut said = Vec::new();
    if !standing.strays.is_empty() {
        let names: Vec<&str> = standing.strays.iter().map(|stray| stray.sample.file.name.as_str()).collect();
        let all = names.len() + standing.fits.len();
        said.push(format!("{} of {all} text tables fit no table of it: {}", names.len(), list(&names)));
    }
    for table in &standing.absent {
        said.push(format!("no file for the required table `{}` (`{}`)", table.name, table.file));
    }
    for stray in &standing.strays {
        if let Some((table, found, of)) = stray.namesake {
            // What an unrecognised file has for a header may be a person's row: counts only.
            said.push(format!("`{}` has the name of table `{table}`, which knows {found} of its {of} columns", stray.sample.file.name));
        }
    }
    if standing.drift >= DRIFTED {
        let percent = standing.drift * 100.0;
        said.push(format!("about {percent:.0} % of what the schema says of columns does not hold in these files"));
    }
    for fit in &standing.fits {
        against_file(catalogue, fit, &mut said);
    }
    if said.len() > SENTENCES {
        let more = said.len() - SENTENCES;
        said.truncate(SENTENCES);
        said.push(format!("and {more} more"));
    }
    said
}

fn against_file(catalogue: &Catalogue<'_>, fit: &FileFit<'_>, said: &mut Vec<String>) {
    let (file, table) = (&fit.sample.file.name, &fit.table.name);
    if !fit.rivals.is_empty() {
        said.push(format!("`{file}` has no table's file name and fits `{table}` as well as {}", list(&fit.rivals)));
    } else if !fit.named {
        said.push(format!("`{file}` fits table `{table}` but has not its file name (`{}`)", fit.table.file));
    }
    if fit.framed.width() == 0 {
        said.push(format!("`{file}` is empty, so only its name says that it is table `{table}`"));
    } else if fit.fit.bare && fit.shape.headed {
        said.push(format!("`{file}` has no header: its columns are told by place and values"));
    }
    if !fit.fit.missing.is_empty() {
        let names: Vec<&str> = fit.fit.missing.iter().filter_map(|at| Some(fit.slot(*at)?.name)).collect();
        said.push(format!("`{file}` lacks {} of table `{table}`: {}", columns(names.len()), list(&names)));
    }
    if !fit.fit.extra.is_empty() {
        let names: Vec<&str> = fit.fit.extra.iter().filter_map(|at| fit.name(*at)).collect();
        let which = if names.is_empty() { String::new() } else { format!(": {}", list(&names)) };
        said.push(format!("`{file}` has {} that table `{table}` does not name{which}", columns(fit.fit.extra.len())));
    }
    for found in &fit.fit.found {
        let Some(slot) = fit.slot(found.slot) else { continue };
        let (header, name) = (fit.name(found.at).unwrap_or(slot.name), slot.name);
        match found.how {
            How::Exactly | How::Nameless => {}
            How::Nearly => said.push(format!("`{file}` writes `{header}` for `{name}`")),
            How::Renamed => said.push(format!("`{file}` has `{header}` in place of `{name}`, as it seems")),
        }
        if let (1.., Some(probe)) = (found.values.wrong, catalogue.probe(slot)) {
            let (wrong, tried) = (found.values.wrong, found.values.tried);
            said.push(format!("{wrong} of {tried} sampled values of `{header}` in `{file}` are not {}", probe.describe()));
        }
    }
}

fn columns(count: usize) -> String {
    if count == 1 { "one column".to_owned() } else { format!("{count} columns") }
}

/// The first few names, the others counted.
pub(super) fn list(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(NAMES).map(|name| format!("`{name}`")).collect();
    let more = names.len().saturating_sub(NAMES);
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}
