//! `functions`: the function reference.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use clap::Args;
use ehr_rules::Rulebook;
use serde_json::json;

/// Arguments of `functions`.
#[derive(Debug, Args)]
pub(crate) struct Functions {
    /// One function, with its examples
    name: Option<String>,
}

impl Functions {
    /// Prints the reference.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let Some(text) = Rulebook::functions(self.name.as_deref()) else {
            return Err(Failure::Usage(self.unknown()));
        };
        context.answer(&text, &json!({"name": self.name, "text": text}))?;
        Ok(Status::Done)
    }

    fn unknown(&self) -> String {
        let name = self.name.as_deref().unwrap_or_default();
        let all = Rulebook::functions(None).unwrap_or_default();
        // Each function is a line that begins with its signature; what is said of it is indented.
        let known = all.lines().filter(|line| !line.starts_with(' ')).filter_map(|line| line.split_once('(')).map(|(name, _)| name);
        let nearest = known.map(|known| (strsim::damerau_levenshtein(name, known), known)).min();
        match nearest {
            Some((slips, near)) if slips <= 1 + name.len() / 3 => format!("there is no function `{name}`; did you mean `{near}`?"),
            _ => format!("there is no function `{name}`; `ehr-runner functions` lists them"),
        }
    }
}
