//! `check`: compiles everything, prints every diagnostic, changes nothing.

use crate::cli::Format;
use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use clap::Args;
use ehr_rules::Diagnostic;
use ehr_rules::Rulebook;
use serde_json::Map;
use serde_json::json;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct Check {}

impl Check {
    /// Compiles and says what there is.
    #[expect(clippy::unused_self, reason = "every command is run the same way")]
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let (book, said) = Rulebook::load(&context.rules)?;
        context.diagnostics(&said);
        let counts = book.counts();
        let problems = match said.len() {
            0 => "no problems".to_owned(),
            1 => "1 problem".to_owned(),
            several => format!("{several} problems"),
        };
        let mut human: Vec<String> = counts.iter().map(|(what, count)| counted(*count, what)).collect();
        human.push(problems);
        let root = std::env::current_dir().unwrap_or_default();
        let json = match context.format {
            Format::Sarif => said.to_sarif(&root),
            _ => json!({
                "ok": !said.has_errors(),
                "counts": counts.iter().map(|(what, count)| ((*what).to_owned(), json!(count))).collect::<Map<_, _>>(),
                "diagnostics": said.to_json(),
            }),
        };
        let human = match context.format {
            Format::Github => said.to_github(&root),
            _ => format!("{}{}", human.join(", "), said.iter().next().map(more).unwrap_or_default()),
        };
        context.answer(&human, &json)?;
        Ok(if said.has_errors() { Status::RulesWrong } else { Status::Done })
    }
}

/// How to read on, with the first code as the example.
fn more(first: &Diagnostic) -> String {
    format!("\n`ehr-runner explain {}` says what that code means, with an example; so for every other code", first.code)
}

/// `1 source`, `2 sources`, `1 category`.
fn counted(count: usize, plural: &str) -> String {
    let word = match (count, plural.strip_suffix("ies"), plural.strip_suffix('s')) {
        (1, Some(stem), _) => format!("{stem}y"),
        (1, None, Some(stem)) => stem.to_owned(),
        _ => plural.to_owned(),
    };
    format!("{count} {word}")
}

#[cfg(test)]
mod tests {
    use super::counted;

    #[test]
    fn one_is_not_several() {
        assert_eq!(counted(1, "categories"), "1 category");
        assert_eq!(counted(1, "sources"), "1 source");
        assert_eq!(counted(0, "cases"), "0 cases");
    }
}
