//! `explain`: where a table or column of a target comes from, back to the columns of files; or what a diagnostic's code means.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::identify;
use clap::Args;
use clap::ValueEnum;
use ehr_rules::Diagnostic;
use ehr_rules::Graph;
use ehr_rules::SourceId;
use serde_json::json;

/// What `ehr-runner explain --help` ends with.
const AFTER: &str = "\
Every rule on the way is shown, the target's first: what joins, conditions and groups decide about its rows, what makes
each column, and the same in plain words. What is interpreted row by row is marked so; all else runs natively.

Examples:
  ehr-runner explain omop-5.4.person.year_of_birth
  ehr-runner explain omop-5.4.person --source synthea/2022 --format json
  ehr-runner explain omop-5.4.person.gender_concept_id --graph mermaid > way.mmd
  ehr-runner explain omop-5.4.person.gender_concept_id --graph dot | dot -Tsvg > way.svg";

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Explain {
    /// TARGET.TABLE or TARGET.TABLE.COLUMN, as in `omop-5.4.person.year_of_birth`; or a diagnostic's code, as in `E0101`
    #[arg(value_name = "WHAT")]
    what: String,
    /// Only for this source
    #[arg(long, value_name = "SYSTEM/VERSION", env = "EHR_SOURCE")]
    source: Option<SourceId>,
    /// As a drawing: columns, and what is done between them
    #[arg(long, value_enum, env = "EHR_GRAPH")]
    graph: Option<Drawing>,
}

/// The languages a drawing is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Drawing {
    /// Mermaid, as GitHub and many editors show it.
    Mermaid,
    /// Graphviz.
    Dot,
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
        let way = book.lineage(&self.what, self.source.as_ref())?;
        let text = match self.graph {
            None => way.to_text(),
            Some(Drawing::Mermaid) => way.to_graph(Graph::Mermaid),
            Some(Drawing::Dot) => way.to_graph(Graph::Dot),
        };
        context.answer(&text, &json!({"what": self.what, "source": self.source, "text": text, "lineage": way}))?;
        Ok(Status::Done)
    }
}

/// Whether this is a code of a diagnostic, `E0101` or `w0001`, rather than a target.
fn is_code(what: &str) -> bool {
    let digits = what.strip_prefix(['E', 'e', 'W', 'w']).unwrap_or_default();
    digits.len() == 4 && digits.bytes().all(|digit| digit.is_ascii_digit())
}
