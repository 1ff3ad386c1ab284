//! Which system and version made an export, and why: every known schema is held against the files' headers,
//! a sample of their values and their names.
//!
//! Evidence is the logarithm of how much likelier something is in the files of one version than in files of which
//! nothing is known (`model`): columns kept, lacking, beyond and renamed at a rate of drift that the files themselves
//! show, values, and names of files. It is added up over all files, so that two versions which differ in one column are
//! told apart by that column, however much they share, and two that differ in nothing at hand are not. The answer is the
//! smallest set of versions that holds nearly all probability; what is not known at all is an alternative of its own.
//!
//! Thousands of tables cost little: an index leads from the names in a header to the tables that have them (`index`), and
//! only these are looked at. Tables that several versions share are looked at once (`known`). No message holds a value,
//! nor a header of a file that was not recognised: the first line of a file without a header is a patient.

mod admit;
mod advice;
pub(crate) mod apart;
mod bare;
mod class;
mod drift;
mod fit;
mod index;
mod known;
mod luck;
mod mixed;
mod model;
pub(crate) mod names;
mod reasons;
mod sample;
mod score;
mod standing;
mod text;
mod value;

#[cfg(test)]
mod evidence_tests;
#[cfg(test)]
mod nameless_tests;
#[cfg(test)]
mod tests;

use crate::dataset::input::InputFile;
use crate::engine::together;
use crate::error::Error;
use crate::ir::schema::SourceSchema;
use known::Catalogue;
use score::Judged;
use serde::Serialize;
use standing::Standing;
use std::collections::BTreeMap;
use std::collections::HashMap;
use std::collections::HashSet;
use std::fmt::Display;

/// How much of the probability of all known versions the set that is named holds.
const SURE: f64 = 0.99;
/// Log-odds this small are none.
const EQUAL: f64 = 1e-6;
/// The probability that any known version made the files, below which the export is unknown.
const KNOWN: f64 = 0.8;
/// How many candidates are shown where none recognises a file.
const SHOWN: usize = 3;
/// How many files are named that are no tables although they are called so.
const STRANGERS: usize = 5;
/// How many versions are described, besides those in the set.
const DESCRIBED: usize = 12;

/// Which system and version made an export, and why.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Detection {
    /// Whether it is known.
    pub verdict: Verdict,
    /// The system; none where it is unknown or even that is open.
    pub system: Option<String>,
    /// The version; none where it is unknown or open.
    pub version: Option<String>,
    /// The smallest set that holds the truth: versions of `system`, or `system/version` where the system is open.
    pub versions: Vec<String>,
    /// The probability of the best candidate, or of all in `versions` together.
    pub confidence: f64,
    /// Most probable first.
    pub candidates: Vec<Candidate>,
    /// Where the files differ from the schema that was named.
    pub drift: Drift,
    /// Files that are no table of what was named, in input order: all of them, where nothing was.
    pub unrecognised_files: Vec<String>,
    /// Files that are empty or have no row behind their header, in input order.
    pub files_without_rows: Vec<String>,
    /// Why there is no answer, what would decide between several, or what of the files is no table or has no rows.
    pub notes: Vec<String>,
}

/// Whether the maker of an export is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One system, one version.
    Identified,
    /// Several versions fit equally.
    Ambiguous,
    /// None fits.
    Unknown,
}

/// One version of one system, and what speaks for and against it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Candidate {
    /// The system.
    pub system: String,
    /// The version.
    pub version: String,
    /// How probable it is, with every other candidate and 'none of them' considered.
    pub probability: f64,
    /// From a file to the table it would be.
    pub tables: BTreeMap<String, String>,
    /// What speaks for it.
    #[serde(rename = "for")]
    pub reasons_for: Vec<String>,
    /// What speaks against it, or is still open.
    #[serde(rename = "against")]
    pub reasons_against: Vec<String>,
}

/// Where the files differ from the schema that was named. Columns are written `table.column`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// Columns in the files that the schema neither names nor ignores.
    pub added: Vec<String>,
    /// Columns of the schema that the files lack, and required tables without a file.
    pub missing: Vec<String>,
    /// From the schema's column to the name it seems to have in the files.
    pub renamed: BTreeMap<String, String>,
    /// From a column to how its values differ from what is declared.
    pub retyped: BTreeMap<String, String>,
}

impl Detection {
    /// System and version, where both are known.
    pub fn identified(&self) -> Option<(&str, &str)> {
        match (self.verdict, &self.system, &self.version) {
            (Verdict::Identified, Some(system), Some(version)) => Some((system, version)),
            _ => None,
        }
    }
}

impl Detection {
    /// Which table of a version each file would be, by the file's name; none where that version was no candidate.
    pub fn tables_of(&self, version: &impl Display) -> Option<&BTreeMap<String, String>> {
        let id = version.to_string();
        self.candidates.iter().find(|one| one.id() == id).map(|one| &one.tables)
    }
}

impl Candidate {
    /// `SYSTEM/VERSION`.
    pub fn id(&self) -> String {
        format!("{}/{}", self.system, self.version)
    }
}

impl Drift {
    /// Whether the files are exactly as the schema has them.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.missing.is_empty() && self.renamed.is_empty() && self.retyped.is_empty()
    }
}

/// Holds every schema against the files. A file that cannot be read is an error: what it holds might decide.
pub(crate) fn detect(sources: &[&SourceSchema], files: &[InputFile]) -> Result<Detection, Error> {
    let catalogue = Catalogue::new(sources);
    let mut strangers = Vec::new();
    let samples = sample::read(&catalogue, files, &mut strangers)?;
    let judged = together(&samples, |sample| Ok(Judged::new(&catalogue, sample)))?;
    let mut standings = standings(&catalogue, &judged);

    let reason = without_answer(sources, files, &samples);
    let barren = barren(files, &samples);
    let unknown = standings.first().map_or(1.0, |best| 1.0 / (1.0 + best.belief(sources.len()).exp()));
    let identifiable = reason.is_none() && 1.0 - unknown >= KNOWN;
    let mut set = if identifiable { fitting(&standings) } else { 0 };
    weigh(&mut standings, unknown);
    let other = if identifiable { mixed::other(&catalogue, &judged, &mut standings, &mut set) } else { None };
    let (set, _) = standings.split_at(set);

    let mut detection = Detection {
        verdict: match set.len() {
            0 => Verdict::Unknown,
            1 => Verdict::Identified,
            _ => Verdict::Ambiguous,
        },
        system: one_system(set),
        version: if let [only] = set { Some(only.source.version.clone()) } else { None },
        versions: Vec::new(),
        confidence: round(set.iter().chain(standings.iter().take(usize::from(set.is_empty()))).map(|one| one.probability).sum()),
        candidates: candidates(&catalogue, &standings, set.len()),
        drift: if other.is_some() { Drift::default() } else { drift::common(&catalogue, set) },
        unrecognised_files: unrecognised(files, set),
        files_without_rows: barren.iter().map(|(file, _)| (*file).to_owned()).collect(),
        notes: Vec::new(),
    };
    detection.versions =
        set.iter().map(|one| if detection.system.is_some() { one.source.version.clone() } else { one.source.id() }).collect();
    detection.notes = match (detection.verdict, other) {
        (Verdict::Identified, _) => Vec::new(),
        (Verdict::Ambiguous, Some(said)) => vec![said],
        (Verdict::Ambiguous, None) => advice::decides(set),
        (Verdict::Unknown, _) => vec![reason.unwrap_or_else(|| "no known version explains enough of these files".to_owned())],
    };
    // An answer by headers alone is one all the same, so this is said beside it.
    if !barren.is_empty() && barren.len() == files.len() {
        let one = "no file of the input has a row";
        match detection.verdict {
            Verdict::Unknown => detection.notes = vec![one.to_owned()],
            _ => detection.notes.push(one.to_owned()),
        }
    }
    detection.notes.extend(barren.iter().take(STRANGERS).map(|(file, what)| format!("`{file}` {what}")));
    if barren.len() > STRANGERS {
        detection.notes.push(format!("{} more files have no rows", barren.len() - STRANGERS));
    }
    let more = strangers.len().saturating_sub(STRANGERS);
    let told = strangers.iter().take(STRANGERS).map(|(file, what)| format!("`{file}` is {what}, whatever its name says"));
    detection.notes.extend(told.chain((more > 0).then(|| format!("{more} more files are no tables, whatever their names say"))));
    // A script sees the candidates only, so what is open is said there too.
    let concerned = if set.is_empty() { detection.candidates.len() } else { set.len() };
    for candidate in detection.candidates.iter_mut().take(concerned) {
        candidate.reasons_against.extend(detection.notes.iter().cloned());
    }
    Ok(detection)
}

/// The versions that explain the most, best first; one that explains no file stands with what it leaves open.
fn standings<'a>(catalogue: &'a Catalogue<'a>, judged: &'a [Judged<'a>]) -> Vec<Standing<'a>> {
    let there = score::there(judged);
    let weights = score::weigh(catalogue, judged, &there);
    let nothing = model::count(judged.iter().filter(|file| file.sample.is_table()).count()) * model::STRAY.ln();
    let mut order: Vec<(usize, f64, f64)> = (0..catalogue.versions.len())
        .map(|version| {
            let (score, drift) = weights.get(&version).copied().unwrap_or((nothing, 0.0));
            (version, score, drift)
        })
        .collect();
    let id = |version: usize| catalogue.versions.get(version).map(|source| (&source.system, &source.version));
    order.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| id(a.0).cmp(&id(b.0))));
    let best = order.first().map_or(0.0, |(_, score, _)| *score);
    let near = order.iter().take_while(|(_, score, _)| best - score < 2.0 * (1.0 - SURE).ln().abs()).count();
    order.truncate(near.max(DESCRIBED));
    order.into_iter().filter_map(|(version, score, drift)| Standing::new(catalogue, judged, &there, version, score, drift)).collect()
}

/// How many of the best hold nearly all probability, with all that are equal to the last of them.
fn fitting(standings: &[Standing<'_>]) -> usize {
    let best = standings.first().map_or(0.0, |best| best.score);
    let whole: f64 = standings.iter().map(|one| (one.score - best).exp()).sum();
    let (mut held, mut count, mut last) = (0.0, 0, best);
    for one in standings {
        if held >= SURE * whole && last - one.score > EQUAL {
            break;
        }
        held += (one.score - best).exp();
        count += 1;
        last = one.score;
    }
    count
}

/// Gives every standing its probability, besides that of 'none of them'.
fn weigh(standings: &mut [Standing<'_>], unknown: f64) {
    let best = standings.first().map_or(0.0, |best| best.score);
    let whole: f64 = standings.iter().map(|one| (one.score - best).exp()).sum();
    for standing in standings {
        standing.probability = (1.0 - unknown) * (standing.score - best).exp() / whole;
    }
}

/// Why no schema could explain these files, whatever it says.
fn without_answer(sources: &[&SourceSchema], files: &[InputFile], samples: &[sample::Sample<'_>]) -> Option<String> {
    if sources.is_empty() {
        Some("the rulesets name no source system".to_owned())
    } else if files.is_empty() {
        Some("the input holds no file".to_owned())
    } else if samples.is_empty() {
        Some(format!("none of the input's files is a table ({} in all)", files.len()))
    } else if samples.iter().all(sample::Sample::is_empty) {
        Some("no file of the input has a row".to_owned())
    } else {
        None
    }
}

/// Files without a row, each with what is there instead.
fn barren<'a>(files: &'a [InputFile], samples: &[sample::Sample<'a>]) -> Vec<(&'a str, &'static str)> {
    let looked_at: HashMap<&str, &sample::Sample<'_>> = samples.iter().map(|sample| (sample.file.name.as_str(), sample)).collect();
    let what = |file: &InputFile| match looked_at.get(file.name.as_str()) {
        _ if file.bytes == 0 => Some("is empty"),
        Some(sample) if sample.is_empty() => Some("holds no row, and no header"),
        Some(sample) if sample.is_bare() => Some("has a header at most, and no row"),
        _ => None,
    };
    files.iter().filter_map(|file| Some((file.name.as_str(), what(file)?))).collect()
}

fn one_system(set: &[Standing<'_>]) -> Option<String> {
    let (first, rest) = set.split_first()?;
    rest.iter().all(|one| one.source.system == first.source.system).then(|| first.source.system.clone())
}

/// Those that recognise a file; where none does the first few that have a file's name, so that it can be seen how little fits.
fn candidates(catalogue: &Catalogue<'_>, standings: &[Standing<'_>], set: usize) -> Vec<Candidate> {
    let any = standings.iter().any(|one| !one.fits.is_empty());
    standings
        .iter()
        .enumerate()
        .filter(|(at, one)| if any { *at < set || !one.fits.is_empty() } else { one.strays.iter().any(|stray| stray.namesake.is_some()) })
        .take(if any { usize::MAX } else { SHOWN })
        .map(|(_, one)| Candidate {
            system: one.source.system.clone(),
            version: one.source.version.clone(),
            probability: round(one.probability),
            tables: one.assigned().map(|fit| (fit.sample.file.name.clone(), fit.table.name.clone())).collect(),
            reasons_for: reasons::in_favour(catalogue, one),
            reasons_against: reasons::against(catalogue, one),
        })
        .collect()
}

fn unrecognised(files: &[InputFile], set: &[Standing<'_>]) -> Vec<String> {
    let known: HashSet<&str> = set.iter().flat_map(Standing::assigned).map(|fit| fit.sample.file.name.as_str()).collect();
    files.iter().filter(|file| !known.contains(file.name.as_str())).map(|file| file.name.clone()).collect()
}

/// Four digits are all that a probability from a sample can bear.
fn round(probability: f64) -> f64 {
    (probability * 10_000.0).round() / 10_000.0
}
