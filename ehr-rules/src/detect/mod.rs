//! Which system and version made an export, and why: every known schema is held against the files' headers,
//! a sample of their values and their names.
//!
//! Evidence is added up in log-odds, so that two versions which differ in one column are told apart by that
//! column, however much they share. What is not known at all is an alternative of its own: it gets what the
//! best candidate leaves unexplained. Where two versions explain the files equally well both are named, and
//! what would decide. No message holds a value, nor a header of a file that was not recognised: the first
//! line of a file without a header is a patient.

mod advice;
mod drift;
mod fit;
mod known;
mod reasons;
mod sample;
mod score;
mod text;
mod value;

#[cfg(test)]
mod tests;

use crate::dataset::input::InputFile;
use crate::error::Error;
use crate::ir::schema::SourceSchema;
use known::Known;
use score::Standing;
use serde::Serialize;
use std::collections::BTreeMap;

/// Candidates whose log-odds are this close to the best fit equally: odds of 9 to 1 are not yet a decision.
const MARGIN: f64 = 2.2;
/// The probability that any known version made the files, below which the export is unknown.
const KNOWN: f64 = 0.8;
/// How many candidates are shown where none recognises a file.
const SHOWN: usize = 3;

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
    /// Why there is no answer, or what would decide between several.
    #[serde(skip)]
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

impl Drift {
    /// Whether the files are exactly as the schema has them.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.missing.is_empty() && self.renamed.is_empty() && self.retyped.is_empty()
    }
}

/// Holds every schema against the files. A file that cannot be read is an error: what it holds might decide.
pub(crate) fn detect(sources: &[SourceSchema], files: &[InputFile]) -> Result<Detection, Error> {
    let known: Vec<Known<'_>> = sources.iter().map(Known::new).collect();
    let samples = sample::read(&known, files)?;
    let mut standings: Vec<Standing<'_>> = known.iter().map(|known| Standing::new(known, &samples)).collect();
    let unknown = score::weigh(&mut standings);
    standings.sort_by(|a, b| {
        let ids = (&a.source.system, &a.source.version).cmp(&(&b.source.system, &b.source.version));
        b.score.total_cmp(&a.score).then(ids)
    });

    let reason = without_answer(sources, files, &samples);
    let best = standings.first().map_or(0.0, |best| best.score);
    let identifiable = reason.is_none() && !standings.is_empty() && 1.0 - unknown >= KNOWN;
    let fitting = if identifiable { standings.iter().take_while(|one| best - one.score <= MARGIN).count() } else { 0 };
    let (set, _) = standings.split_at(fitting);

    let mut detection = Detection {
        verdict: match fitting {
            0 => Verdict::Unknown,
            1 => Verdict::Identified,
            _ => Verdict::Ambiguous,
        },
        system: one_system(set),
        version: if let [only] = set { Some(only.source.version.clone()) } else { None },
        versions: Vec::new(),
        confidence: round(set.iter().chain(standings.iter().take(usize::from(set.is_empty()))).map(|one| one.probability).sum()),
        candidates: candidates(&standings, set.len()),
        drift: drift::common(set),
        unrecognised_files: unrecognised(files, set),
        notes: Vec::new(),
    };
    detection.versions =
        set.iter().map(|one| if detection.system.is_some() { one.source.version.clone() } else { one.source.id() }).collect();
    detection.notes = match detection.verdict {
        Verdict::Identified => Vec::new(),
        Verdict::Ambiguous => advice::decides(set),
        Verdict::Unknown => vec![reason.unwrap_or_else(|| "no known version explains enough of these files".to_owned())],
    };
    // A script sees the candidates only, so what is open is said there too.
    let concerned = if set.is_empty() { detection.candidates.len() } else { set.len() };
    for candidate in detection.candidates.iter_mut().take(concerned) {
        candidate.reasons_against.extend(detection.notes.iter().cloned());
    }
    Ok(detection)
}

/// Why no schema could explain these files, whatever it says.
fn without_answer(sources: &[SourceSchema], files: &[InputFile], samples: &[sample::Sample<'_>]) -> Option<String> {
    if sources.is_empty() {
        Some("the rulesets name no source system".to_owned())
    } else if files.is_empty() {
        Some("the input holds no file".to_owned())
    } else if samples.is_empty() {
        Some(format!("none of the input's files is a text table ({} in all)", files.len()))
    } else if samples.iter().all(sample::Sample::is_empty) {
        Some("every text table of the input is empty".to_owned())
    } else {
        None
    }
}

fn one_system(set: &[Standing<'_>]) -> Option<String> {
    let (first, rest) = set.split_first()?;
    rest.iter().all(|one| one.source.system == first.source.system).then(|| first.source.system.clone())
}

/// Those that recognise a file; where none does the first few, so that it can be seen how little fits.
fn candidates(standings: &[Standing<'_>], set: usize) -> Vec<Candidate> {
    let any = standings.iter().any(|one| !one.fits.is_empty());
    standings
        .iter()
        .enumerate()
        .filter(|(at, one)| if any { *at < set || !one.fits.is_empty() } else { *at < SHOWN })
        .map(|(_, one)| Candidate {
            system: one.source.system.clone(),
            version: one.source.version.clone(),
            probability: round(one.probability),
            tables: one.assigned().map(|fit| (fit.sample.file.name.clone(), fit.table.name.clone())).collect(),
            reasons_for: reasons::in_favour(one),
            reasons_against: reasons::against(one),
        })
        .collect()
}

fn unrecognised(files: &[InputFile], set: &[Standing<'_>]) -> Vec<String> {
    let known = |file: &InputFile| set.iter().any(|one| one.assigned().any(|fit| fit.sample.file.name == file.name));
    files.iter().filter(|file| !known(file)).map(|file| file.name.clone()).collect()
}

/// Four digits are all that a probability from a sample can bear.
fn round(probability: f64) -> f64 {
    (probability * 10_000.0).round() / 10_000.0
}
