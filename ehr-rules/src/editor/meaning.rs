//! What is written at a spot: a column, a table, a function, a key of the language.

use super::facts;
use super::facts::ColumnFacts;
use super::facts::TableFacts;
use super::scope::Scope;
use super::spot::May;
use super::spot::Spot;
use super::spot::of_scalar;
use super::tokens::Is;
use super::tokens::tokens;
use crate::forms::Form;
use crate::forms::Holds;
use crate::forms::KeyDoc;
use crate::forms::TYPES;
use crate::functions;
use crate::functions::function::Function;
use crate::functions::function::Param;
use crate::ir::schema::Parameter;
use std::ops::Range;

/// Something with a name, and where that is written.
#[derive(Debug, Clone)]
pub(super) struct Named {
    /// Where.
    pub span: Range<usize>,
    /// What.
    pub meaning: Meaning,
}

/// What a name stands for.
#[derive(Debug, Clone)]
pub(super) enum Meaning {
    Column(TableFacts, ColumnFacts),
    Table(TableFacts),
    Function(&'static Function),
    Param(&'static Function, &'static Param),
    CodeMap(String),
    /// A source, as `system/version`.
    Source(String),
    Target(String),
    Key(&'static Form, &'static KeyDoc),
    Type(&'static str, &'static str),
    /// A parameter of the order; none is `today`.
    Parameter(Option<Parameter>),
}

/// The names that are written at a spot: one, or those in a script.
pub(super) fn names(text: &str, spot: &Spot<'_>, scope: Scope<'_>) -> Vec<Named> {
    let one = |meaning: Option<Meaning>| meaning.map(|meaning| Named { span: spot.span.clone(), meaning }).into_iter().collect();
    match &spot.may {
        May::Key(forms, _) => {
            let found = forms.iter().find_map(|form| Some(Meaning::Key(form, form.key(spot.text)?)));
            one(found)
        }
        May::Param(function) => {
            one(function.params.iter().find(|param| param.name == spot.text).map(|param| Meaning::Param(function, param)))
        }
        May::Hold(holds) => match of_scalar(*holds) {
            Holds::Script => in_script(text, spot, scope),
            holds => one(value(holds, spot, scope)),
        },
    }
}

fn value(holds: Holds, spot: &Spot<'_>, scope: Scope<'_>) -> Option<Meaning> {
    let text = spot.text;
    let column = |table: TableFacts, name: &str| table.column(name).cloned().map(|column| Meaning::Column(table, column));
    match holds {
        Holds::Input => scope.input(text).map(Meaning::Table),
        Holds::Output => facts::outputs(scope.home, scope.loaded).into_iter().find(|table| table.name == text).map(Meaning::Table),
        Holds::OwnTable => facts::own(scope.home, scope.loaded).into_iter().find(|table| table.name == text).map(Meaning::Table),
        Holds::InputColumn | Holds::Value | Holds::Made => {
            // Quoted or not, a text is a column where a value is asked for.
            scope.input_column(spot, text).map(|(table, column)| Meaning::Column(table, column))
        }
        Holds::OtherColumn => column(scope.other(spot)?, text),
        Holds::OtherOrder => column(scope.other(spot)?, unordered(text)),
        Holds::InputOrder => scope.input_column(spot, unordered(text)).map(|(table, column)| Meaning::Column(table, column)),
        Holds::OutputColumn => column(scope.made(spot)?, text),
        Holds::OutputOrder => column(scope.made(spot)?, unordered(text)),
        Holds::OwnColumn => column(scope.own_table(spot)?, text),
        Holds::Reference => scope.reference(text).map(|(table, column)| Meaning::Column(table, column)),
        Holds::Step => functions::find(text).map(Meaning::Function),
        Holds::CodeMap => facts::code_maps(scope.home, scope.loaded)?.contains_key(text).then(|| Meaning::CodeMap(text.to_owned())),
        Holds::Version => {
            let super::home::Home::SourceSchema(id) = scope.home else { return None };
            let (system, _) = id.split_once('/')?;
            let parent = format!("{system}/{text}");
            facts::source(&parent, scope.loaded).map(|_| Meaning::Source(parent.clone()))
        }
        Holds::Source => facts::source(text, scope.loaded).map(|_| Meaning::Source(text.to_owned())),
        Holds::Target => facts::target(text, scope.loaded).map(|_| Meaning::Target(text.to_owned())),
        Holds::Parameter => parameter(text, spot, scope),
        Holds::Type => {
            let word = text.split('(').next().unwrap_or_default();
            TYPES.iter().find(|(known, _)| known.split('(').next() == Some(word)).map(|(known, summary)| Meaning::Type(known, summary))
        }
        _ => None,
    }
}

fn parameter(name: &str, spot: &Spot<'_>, scope: Scope<'_>) -> Option<Meaning> {
    let declared = scope.parameters(spot).into_iter().find(|parameter| parameter.name == name);
    (declared.is_some() || name == "today").then_some(Meaning::Parameter(declared))
}

/// A column without the word for its direction.
fn unordered(text: &str) -> &str {
    text.strip_suffix(" desc").or_else(|| text.strip_suffix(" asc")).unwrap_or(text).trim()
}

fn in_script(text: &str, spot: &Spot<'_>, scope: Scope<'_>) -> Vec<Named> {
    let meaning = |token: &super::tokens::Token| match token.is {
        Is::Variable | Is::Column => scope.input_column(spot, &token.name).map(|(table, column)| Meaning::Column(table, column)),
        Is::Call => functions::find(&token.name).map(Meaning::Function),
        Is::Parameter => parameter(&token.name, spot, scope),
        Is::Text => None,
    };
    tokens(text, &spot.span).iter().filter_map(|token| Some(Named { span: token.span.clone(), meaning: meaning(token)? })).collect()
}
