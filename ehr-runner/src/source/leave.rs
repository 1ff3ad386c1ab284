//! What a person leaves out of the input by name, and that it was.

use crate::error::Failure;
use clap::Args;
use globset::GlobBuilder;
use globset::GlobMatcher;
use serde::Deserialize;
use serde::Serialize;
use std::collections::BTreeSet;

/// The option that says what is left out.
#[derive(Debug, Clone, Default, Args)]
pub(crate) struct Leave {
    /// Leave out what is called so: a file, folder, archive, entry or sheet, by name or glob; may be given several times
    #[arg(long, value_name = "GLOB", env = "EHR_LEAVE_OUT")]
    leave_out: Vec<String>,
}

/// Something of the input that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct LeftOut {
    /// Its name in the input.
    pub(crate) name: String,
    /// The glob that named it.
    pub(crate) by: String,
}

/// Globs at work, and what they left out.
pub(super) struct Leaving {
    globs: Vec<(String, GlobMatcher)>,
    left: Vec<LeftOut>,
}

impl Leave {
    /// The same as for an order that left these out.
    pub(crate) fn again(left: &[LeftOut]) -> Self {
        let globs: BTreeSet<String> = left.iter().map(|one| one.by.clone()).collect();
        Self { leave_out: globs.into_iter().collect() }
    }

    /// Ready to match.
    pub(super) fn begin(&self) -> Result<Leaving, Failure> {
        let globs = self.leave_out.iter().map(|text| {
            let glob = GlobBuilder::new(text.trim_matches('/')).literal_separator(true).backslash_escape(true).build();
            match glob {
                Ok(glob) if !text.trim_matches('/').is_empty() => Ok((text.clone(), glob.compile_matcher())),
                _ => Err(Failure::Usage(format!(
                    "`--leave-out {text}` is no glob; write names as in `notes/*.csv`, with `[*]` for a star itself"
                ))),
            }
        });
        Ok(Leaving { globs: globs.collect::<Result<_, _>>()?, left: Vec::new() })
    }
}

impl Leaving {
    /// Whether something is left out: it is called so, or what it lies in is. A glob without `/` is held against the last part of a
    /// name, others against all of it.
    pub(super) fn takes(&mut self, name: &str) -> bool {
        let by = self.globs.iter().find(|(text, glob)| {
            let ends = name.match_indices('/').map(|(at, _)| at).chain([name.len()]);
            ends.filter_map(|end| name.get(..end)).any(|part| {
                let whole = text.trim_matches('/').contains('/');
                glob.is_match(if whole { part } else { part.rsplit('/').next().unwrap_or(part) })
            })
        });
        let Some((by, _)) = by else { return false };
        self.left.push(LeftOut { name: name.to_owned(), by: by.clone() });
        true
    }

    /// What was left out, by name; a failure where a glob named nothing, since that is a slip of the pen.
    pub(super) fn end(mut self) -> Result<Vec<LeftOut>, Failure> {
        if let Some((idle, _)) = self.globs.iter().find(|(text, _)| !self.left.iter().any(|one| one.by == *text)) {
            return Err(Failure::Usage(format!("`--leave-out {idle}` names nothing in the input")));
        }
        self.left.sort_by(|a, b| a.name.cmp(&b.name));
        self.left.dedup();
        Ok(self.left)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::Leave;

    fn taken(glob: &str, name: &str) -> bool {
        Leave { leave_out: vec![glob.to_owned()] }.begin().unwrap().takes(name)
    }

    #[test]
    fn names_are_left_out_wherever_they_lie_and_with_all_that_lies_in_them() {
        for (glob, name) in [
            ("notes.csv", "notes.csv"),
            ("notes.csv", "old/notes.csv"),
            ("*.csv.gz", "a/b.csv.gz"),
            ("old", "old/deep/notes.csv"),
            ("old/", "old/notes.csv"),
            ("old/*.csv", "old/notes.csv"),
            ("more.zip", "more.zip/staff.csv"),
            ("more.zip/staff.csv", "more.zip/staff.csv"),
            ("a[[]1].csv", "a[1].csv"),
        ] {
            assert!(taken(glob, name), "{glob} {name}");
        }
        for (glob, name) in
            [("notes", "notes.csv"), ("old/*.csv", "old/deep/notes.csv"), ("old/notes.csv", "x/old/notes.csv"), ("Notes.csv", "notes.csv")]
        {
            assert!(!taken(glob, name), "{glob} {name}");
        }
    }

    #[test]
    fn a_glob_that_names_nothing_or_is_none_is_said() {
        let mut leaving = Leave { leave_out: vec!["a*".to_owned(), "b".to_owned()] }.begin().unwrap();
        assert!(leaving.takes("a1") && !leaving.takes("c"));
        assert_eq!(leaving.end().unwrap_err().to_string(), "`--leave-out b` names nothing in the input");
        assert!(Leave { leave_out: vec!["[".to_owned()] }.begin().is_err() && Leave { leave_out: vec!["/".to_owned()] }.begin().is_err());
    }
}
