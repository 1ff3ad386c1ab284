//! `explain`: where a table or column of a target comes from.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::identify;
use clap::Args;
use ehr_rules::SourceId;
use serde_json::json;

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// TARGET.TABLE or TARGET.TABLE.COLUMN, as in `omop-5.4.person.year_of_birth`
    #[arg(value_name = "WHAT")]
    what: String,
    /// Only for this source
    #[arg(long, value_name = "SYSTEM/VERSION", env = "EHR_SOURCE")]
    source: Option<SourceId>,
}

impl Explain {
    /// Asks the rules.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let book = context.rulebook()?;
        if let Some(source) = &self.source {
            identify::known(&book, source)?;
        }
        let text = book.explain(&self.what, self.source.as_ref())?;
        context.answer(&text, &json!({"what": self.what, "source": self.source, "text": text}))?;
        Ok(Status::Done)
    }
}
