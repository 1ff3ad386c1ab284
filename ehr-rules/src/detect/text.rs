//! A detection as people read it.

use crate::detect::Candidate;
use crate::detect::Detection;
use crate::detect::Drift;
use crate::detect::Verdict;

/// Candidates shown beside those that were named.
const OTHERS: usize = 5;

impl Detection {
    /// The whole answer in lines of text, without any value from the files.
    pub fn to_text(&self) -> String {
        let mut text = self.headline();
        for note in &self.notes {
            line(&mut text, "  ", note);
        }
        let named = match self.verdict {
            Verdict::Identified => 1,
            Verdict::Ambiguous => self.versions.len(),
            Verdict::Unknown => 0,
        };
        for candidate in self.candidates.iter().take(named) {
            self.candidate(candidate, &mut text);
        }
        drift(&self.drift, &mut text);
        if named > 0 && !self.unrecognised_files.is_empty() {
            text.push_str("\nfiles that are no table of it\n");
            self.unrecognised_files.iter().for_each(|file| line(&mut text, "  ", file));
        }
        if self.candidates.len() > named {
            text.push_str(if named == 0 { "\nnearest\n" } else { "\nalso considered\n" });
            for candidate in self.candidates.iter().skip(named).take(OTHERS) {
                line(&mut text, "  ", &format!("{} {}  {}", candidate.system, candidate.version, percent(candidate.probability)));
                for reason in candidate.reasons_against.iter().filter(|reason| !self.notes.contains(reason)).take(3) {
                    line(&mut text, "    - ", reason);
                }
            }
        }
        text
    }

    fn headline(&self) -> String {
        let versions = self.versions.join(", ");
        let sure = percent(self.confidence);
        match (self.verdict, self.system.as_deref()) {
            (Verdict::Identified, system) => format!("identified: {} {versions} ({sure})\n", system.unwrap_or_default()),
            (Verdict::Ambiguous, Some(system)) => format!("ambiguous: {system}, one of {versions} ({sure} together)\n"),
            (Verdict::Ambiguous, None) => format!("ambiguous: one of {versions} ({sure} together)\n"),
            (Verdict::Unknown, _) => "unknown\n".to_owned(),
        }
    }

    fn candidate(&self, candidate: &Candidate, text: &mut String) {
        line(text, "\n", &format!("{} {}  {}", candidate.system, candidate.version, percent(candidate.probability)));
        let width = candidate.tables.keys().map(|file| file.chars().count()).max().unwrap_or(0);
        for (file, table) in &candidate.tables {
            line(text, "  ", &format!("{file:width$}  {table}"));
        }
        for reason in &candidate.reasons_for {
            line(text, "  + ", reason);
        }
        for reason in candidate.reasons_against.iter().filter(|reason| !self.notes.contains(reason)) {
            line(text, "  - ", reason);
        }
    }
}

fn drift(drift: &Drift, text: &mut String) {
    if drift.is_empty() {
        return;
    }
    text.push_str("\ndrift from the schema\n");
    drift.added.iter().for_each(|column| line(text, "  added    ", column));
    drift.missing.iter().for_each(|column| line(text, "  missing  ", column));
    drift.renamed.iter().for_each(|(column, name)| line(text, "  renamed  ", &format!("{column} is now `{name}`")));
    drift.retyped.iter().for_each(|(column, how)| line(text, "  retyped  ", &format!("{column}: {how}")));
}

fn line(text: &mut String, before: &str, what: &str) {
    text.push_str(before);
    text.push_str(what);
    text.push('\n');
}

/// Never `100.0 %`: a sample leaves a doubt.
fn percent(probability: f64) -> String {
    if probability > 0.9995 { "over 99.9 %".to_owned() } else { format!("{:.1} %", probability * 100.0) }
}
