//! What a name stands for, in Markdown.

use super::facts;
use super::facts::ColumnFacts;
use super::facts::TableFacts;
use super::meaning::Meaning;
use super::scope::Scope;
use crate::codes::tally::Tally;
use crate::functions::function::Function;
use crate::ir::code_map::CodeFile;
use crate::ir::code_map::CodeForm;
use crate::ir::code_map::CodeMapSource;
use crate::ir::code_map::OnSeveral;
use crate::ir::schema::Parameter;
use crate::rulebook::secrets::variable;
use std::fmt::Write;

/// What is known of a name.
pub(super) fn hover(meaning: &Meaning, scope: Scope<'_>, tally: &dyn Fn(&CodeMapSource) -> Option<Tally>) -> String {
    match meaning {
        Meaning::Column(table, one) => column(table, one),
        Meaning::Table(one) => table(one),
        Meaning::Function(one) => function(one),
        Meaning::Param(one, param) => {
            let constant = if param.constant { ", a constant" } else { "" };
            format!("`{}`: {}{constant}\n\n{}", param.name, param.accepts.words(), function(one))
        }
        Meaning::CodeMap(name) => match facts::code_maps(scope.home, scope.loaded).and_then(|maps| maps.get(name)) {
            Some(source) => code_map(name, source, tally(source)),
            None => String::new(),
        },
        Meaning::Source(id) => {
            let title = facts::source(id, scope.loaded).map(|source| source.schema.title.clone()).unwrap_or_default();
            format!("**{id}** — source\n\n{title}")
        }
        Meaning::Target(name) => {
            let title = facts::target(name, scope.loaded).map(|target| target.schema.title.clone()).unwrap_or_default();
            format!("**{name}** — target\n\n{title}")
        }
        Meaning::Key(form, key) => {
            let required = if key.required { ", required" } else { "" };
            format!("`{}:` — key of {}{required}\n\n{}", key.name, form.name, key.summary)
        }
        Meaning::Parameter(Some(one)) => parameter(one),
        Meaning::Parameter(None) => format!("**today**: `date` — parameter of the order\n\n{TODAY}"),
        Meaning::Type(name, summary) => format!("`{name}` — type\n\n{summary}"),
    }
}

/// A column: its type, where it is from, and what must hold of it.
pub(super) fn column(table: &TableFacts, column: &ColumnFacts) -> String {
    let missing = if column.ty.nullable { "may be missing" } else { "never missing" };
    let mut text = format!("**{}**: `{}`, {missing}\n\ncolumn of {} `{}`", column.name, column.ty.kind, table.what, table.name);
    list(&mut text, &column.notes);
    text
}

/// A table: what it is, and its columns.
pub(super) fn table(table: &TableFacts) -> String {
    let mut text = format!("**{}** — {}", table.name, table.what);
    list(&mut text, &table.notes);
    let columns: Vec<String> = table.columns.iter().map(|column| format!("`{}: {}`", column.name, column.ty)).collect();
    let _ = write!(text, "\n\n{}", columns.join(", "));
    text
}

/// What `today` is.
pub(super) const TODAY: &str = "The order's date, never the clock's.";

/// A secret: where it is looked for.
pub(super) fn secret(name: &str) -> String {
    let variable = variable(name);
    format!(
        "**{name}** — secret of the order, from `{variable}`, or from the file that `{variable}_FILE` names; in cases it is its own name"
    )
}

/// A parameter: its type, what it is for, and what it is where nobody sets it.
pub(super) fn parameter(parameter: &Parameter) -> String {
    let mut text = format!("**{}**: `{}` — parameter of the order\n\n{}", parameter.name, parameter.kind, parameter.summary);
    let default = parameter.default.as_ref().map_or_else(|| "every order sets it".to_owned(), |value| format!("by default `{value}`"));
    list(&mut text, &[default]);
    text
}

/// A function: its signature, what it does, and examples.
pub(super) fn function(function: &Function) -> String {
    let mut text = format!("```\n{}\n```\n\n{}", function.signature(), function.summary);
    if !function.examples.is_empty() {
        text.push_str("\n\n```\n");
        for example in function.examples {
            let (call, gives) = example.shown(function.name);
            let _ = writeln!(text, "{call} = {gives}");
        }
        text.push_str("```");
    }
    text
}

/// A code map: where it comes from, and how far it is.
pub(super) fn code_map(name: &str, source: &CodeMapSource, tally: Option<Tally>) -> String {
    let mut text = format!("**{name}** — code map");
    match source {
        CodeMapSource::File(CodeFile { path, form, target }) => {
            let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let whose = match form {
                CodeForm::Own => String::new(),
                CodeForm::Usagi => ", as Usagi saved it".to_owned(),
                CodeForm::SourceToConceptMap { vocabulary } => format!(", the vocabulary `{vocabulary}` of a `SOURCE_TO_CONCEPT_MAP`"),
            };
            let _ = write!(text, "\n\n`{file}`{whose}, targets are `{target}`");
        }
        CodeMapSource::Athena { systems, on_ambiguous } => {
            let systems: Vec<String> = systems.iter().map(|(system, vocabulary)| format!("`{system}`: `{vocabulary}`")).collect();
            let several = match on_ambiguous {
                OnSeveral::Otherwise => "of several, none",
                OnSeveral::Lowest => "of several, the lowest",
                OnSeveral::Reject => "rows with several are set aside",
                OnSeveral::Fail => "several fail the order",
            };
            let _ = write!(text, "\n\nan Athena vocabulary, through 'Maps to' to the standard concept; {several}");
            list(&mut text, &systems);
        }
    }
    if let Some(tally) = tally {
        list(&mut text, &tally.into_iter().map(|(status, entries)| format!("{status}: {entries}")).collect::<Vec<_>>());
    }
    text
}

fn list(text: &mut String, notes: &[String]) {
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        let _ = write!(text, "\n- {note}");
    }
}
