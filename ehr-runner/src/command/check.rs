//! `check`: compiles everything, prints every diagnostic, changes nothing.

use crate::cli::Format;
use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use clap::Args;
use ehr_rules::Diagnostic;
use ehr_rules::Rulebook;
use ehr_rules::Separations;
use serde_json::Map;
use serde_json::json;

/// Arguments of `check`.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Say of every two versions which table or column tells their exports apart.
    #[arg(long)]
    apart: bool,
}

impl Check {
    /// Compiles and says what there is.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let (book, said) = Rulebook::load(&context.rules)?;
        context.diagnostics(&said);
        let counts = book.counts();
        let problems = match said.len() {
            0 => "no problems".to_owned(),
            1 => "1 problem".to_owned(),
            several => format!("{several} problems"),
        };
        let apart = book.apart();
        let mut human: Vec<String> = counts.iter().map(|(what, count)| counted(*count, what)).collect();
        if self.apart {
            let told = apart.pairs.iter().filter(|pair| !pair.by.is_empty()).count();
            human.push(format!("{told} of {} pairs of versions told apart", apart.pairs.len()));
        }
        human.push(problems);
        let root = std::env::current_dir().unwrap_or_default();
        let json = match context.format {
            Format::Sarif => said.to_sarif(&root),
            _ => json!({
                "ok": !said.has_errors(),
                "counts": counts.iter().map(|(what, count)| ((*what).to_owned(), json!(count))).collect::<Map<_, _>>(),
                "apart": apart,
                "diagnostics": said.to_json(),
            }),
        };
        let human = match context.format {
            Format::Github => said.to_github(&root),
            _ => {
                let signs = if self.apart { told_apart(&apart) } else { String::new() };
                format!("{signs}{}{}", human.join(", "), said.iter().next().map(more).unwrap_or_default())
            }
        };
        context.answer(&human, &json)?;
        Ok(if said.has_errors() { Status::RulesWrong } else { Status::Done })
    }
}

/// The tables that tell a version from all others, and what tells every two apart.
fn told_apart(apart: &Separations) -> String {
    let mut lines = Vec::new();
    for one in &apart.versions {
        let tables = one.tables.iter().map(|table| format!("`{table}`")).collect::<Vec<_>>().join(" and ");
        let firm = if tables.is_empty() { "told by no table".to_owned() } else { format!("told by {tables}") };
        let but = [("only sometimes from", &one.sometimes), ("never from", &one.never)];
        let but = but.iter().filter(|(_, versions)| !versions.is_empty()).map(|(how, versions)| format!("; {how} {}", versions.join(", ")));
        lines.push(format!("{}: {firm}{}", one.version, but.collect::<String>()));
    }
    for pair in &apart.pairs {
        let [one, other] = &pair.versions;
        lines.push(format!("{one} and {other}"));
        lines.extend(pair.by.iter().map(|sign| format!("  {}: {}", sign.of, sign.says)));
        if pair.by.is_empty() {
            lines.push("  nothing tells them apart".to_owned());
        }
    }
    lines.push(String::new());
    lines.join("\n")
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
