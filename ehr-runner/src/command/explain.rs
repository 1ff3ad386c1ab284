//! `explain`: where a table or column of a target comes from, or what a diagnostic's code means.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::identify;
use clap::Args;
use ehr_rules::Diagnostic;
use ehr_rules::SourceId;
use serde_json::json;

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// TARGET.TABLE or TARGET.TABLE.COLUMN, as in `omop-5.4.person.year_of_birth`; or a diagnostic's code, as in `E0101`
    #[arg(value_name = "WHAT")]
    what: String,
    /// Only for this source
    #[arg(long, value_name = "SYSTEM/VERSION", env = "EHR_SOURCE")]
    source: Option<SourceId>,
}

impl Explain {
    /// Asks the rules.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        if is_code(&self.what) {
            let code = self.what.to_uppercase();
            let page = Diagnostic::page(&code).ok_or_else(|| Failure::Usage(format!("there is no code `{code}`")))?;
            context.answer(page, &json!({"code": code, "text": page}))?;
            return Ok(Status::Done);
        }
        let book = context.rulebook()?;
        if let Some(source) = &self.source {
            identify::known(&book, source)?;
        }
        let text = book.explain(&self.what, self.source.as_ref())?;
        context.answer(&text, &json!({"what": self.what, "source": self.source, "text": text}))?;
        Ok(Status::Done)
    }
}

/// Whether this is a code of a diagnostic, `E0101` or `w0001`, rather than a target.
fn is_code(what: &str) -> bool {
    let digits = what.strip_prefix(['E', 'e', 'W', 'w']).unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit())
}
