//! Completion: what could be written at an offset, in a file that is just being typed.

use super::facts;
use super::facts::ColumnFacts;
use super::facts::TableFacts;
use super::home::Home;
use super::hover;
use super::offer::Offers;
use super::outline::Entry;
use super::outline::Item;
use super::outline::outline;
use super::outline::value;
use super::scope::Scope;
use super::spot;
use super::spot::May;
use super::spot::Spot;
use super::spot::begun;
use super::spot::of_scalar;
use super::tokens::Is;
use super::tokens::tokens;
use crate::forms::Form;
use crate::forms::Holds;
use crate::forms::TYPES;
use crate::functions::CATALOGUE;
use crate::functions::function::Accepts;
use crate::functions::function::Function;
use crate::load::Loaded;
use std::ops::Range;

/// What is put where the cursor is, so that there is always something to complete; a letter, so that it belongs to its word.
const CURSOR: char = '\u{a66e}';

/// Something that could be written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// What is shown.
    pub label: String,
    /// What it is.
    pub kind: CompletionKind,
    /// A few words beside it: a type, a signature.
    pub detail: String,
    /// More, as Markdown.
    pub documentation: String,
    /// What is written.
    pub insert: String,
    /// The bytes of the file that it stands for.
    pub replace: Range<usize>,
    /// What comes first, the least.
    pub rank: usize,
}

/// What could be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompletionKind {
    /// A key of the language.
    Key,
    /// A column.
    Column,
    /// A table or category.
    Table,
    /// A function.
    Function,
    /// A parameter of a function or of the order.
    Parameter,
    /// A word of a few, or a constant.
    Word,
    /// A type.
    Type,
    /// A code map, a version, a target.
    Name,
}

/// Everything that could be written at an offset.
pub(super) fn complete(text: &str, offset: usize, home: &Home, loaded: &Loaded) -> Vec<Completion> {
    let (Some(before), Some(after)) = (text.get(..offset), text.get(offset..)) else { return Vec::new() };
    let marked = format!("{before}{CURSOR}{after}");
    let tree = outline(&marked);
    let Some(spot) = spot::find(&tree, home.holds(), offset) else { return Vec::new() };
    let scope = Scope { home, loaded, file: None };
    let mut offers = Offers::at(text, offset, &spot, CURSOR.len_utf8());
    match &spot.may {
        May::Key(forms, first) => keys(forms, *first, &spot, &mut offers),
        May::Param(function) => params(function, &spot, &mut offers),
        May::Hold(holds) if spot.key => names(*holds, &spot, scope, &mut offers),
        May::Hold(holds) => {
            if let Holds::Script = of_scalar(*holds) {
                script(&marked, offset, &spot, scope, &mut offers);
                return offers.made;
            }
            values(of_scalar(*holds), &spot, scope, &mut offers);
            if offers.begins_line && spot.quote.is_none() {
                // A word alone on its line may be the first key of a map as well.
                match begun(*holds, &spot.frames) {
                    May::Key(forms, first) => keys(&forms, first, &spot, &mut offers),
                    May::Hold(Holds::Free | Holds::Step) | May::Param(_) => {}
                    May::Hold(keys) => names(keys, &spot, scope, &mut offers),
                }
            }
        }
    }
    offers.made
}

/// The entries beside a key, without itself; none beside a scalar.
fn beside<'a>(spot: &'a Spot<'_>) -> impl Iterator<Item = &'a Entry> {
    let entries = if spot.key { spot.frames.last().map(|frame| frame.entries).unwrap_or_default() } else { &[] };
    entries.iter().filter(|entry| entry.key != spot.span)
}

fn given(spot: &Spot<'_>, name: &str) -> bool {
    beside(spot).any(|entry| entry.name == name)
}

/// Keys of forms that are not there yet.
fn keys(forms: &[&'static Form], first: bool, spot: &Spot<'_>, offers: &mut Offers) {
    for form in forms {
        let shown = if first { form.keys.get(..1).unwrap_or_default() } else { form.keys };
        for key in shown.iter().filter(|key| !given(spot, key.name)) {
            let rank = usize::from(!key.required || first);
            offers.key(key.name, CompletionKind::Key, form.name, key.summary, rank);
        }
    }
}

/// Parameters of a function that are not given yet; the first is the value worked on.
fn params(function: &'static Function, spot: &Spot<'_>, offers: &mut Offers) {
    for param in function.params.iter().skip(1).filter(|param| !given(spot, param.name)) {
        offers.key(
            param.name,
            CompletionKind::Parameter,
            &param.accepts.words(),
            &hover::function(function),
            usize::from(param.default.is_some()),
        );
    }
}

/// Keys that are names: of columns, tables, rules.
fn names(holds: Holds, spot: &Spot<'_>, scope: Scope<'_>, offers: &mut Offers) {
    match holds {
        Holds::OutputColumn => {
            let Some(made) = scope.made(spot) else { return };
            for column in made.columns.iter().filter(|column| !given(spot, &column.name)) {
                offers.key(
                    &column.name,
                    CompletionKind::Column,
                    &column.ty.to_string(),
                    &hover::column(&made, column),
                    usize::from(column.ty.nullable),
                );
            }
        }
        Holds::Output => {
            for table in facts::outputs(scope.home, scope.loaded).iter().filter(|table| !given(spot, &table.name)) {
                offers.key(&table.name, CompletionKind::Table, &table.what, &hover::table(table), 0);
            }
        }
        Holds::InputColumn => {
            for (name, table, column) in seen(spot, scope).iter().filter(|(name, ..)| !given(spot, name)) {
                offers.key(name, CompletionKind::Column, &column.ty.to_string(), &hover::column(table, column), 0);
            }
        }
        Holds::OwnColumn => {
            let Some(table) = scope.own_table(spot) else { return };
            for column in table.columns.iter().filter(|column| !given(spot, &column.name)) {
                offers.key(&column.name, CompletionKind::Column, &column.ty.to_string(), &hover::column(&table, column), 0);
            }
        }
        Holds::OwnTable => {
            for table in facts::own(scope.home, scope.loaded).iter().filter(|table| !given(spot, &table.name)) {
                offers.key(&table.name, CompletionKind::Table, &table.what, &hover::table(table), 0);
            }
        }
        Holds::Parameter => {
            for parameter in scope.parameters(spot).into_iter().filter(|parameter| !given(spot, &parameter.name)) {
                let (kind, words) = (parameter.kind.to_string(), hover::parameter(&parameter));
                offers.key(&parameter.name, CompletionKind::Parameter, &kind, &words, 0);
            }
        }
        Holds::Step => {
            for function in CATALOGUE {
                offers.key(function.name, CompletionKind::Function, &function.signature(), &hover::function(function), 0);
            }
        }
        // The left side of a `map:` is what its column may hold.
        Holds::Free => {
            let from = spot.frames.iter().rev().find_map(|frame| value(frame.entries, "from")).and_then(Item::text);
            let in_map = spot.frames.iter().rev().nth(1).and_then(|frame| frame.entry).is_some_and(|entry| entry.name == "map");
            let Some((_, column)) = from.filter(|_| in_map).and_then(|from| scope.input_column(spot, from)) else { return };
            for word in column.one_of.iter().filter(|word| !given(spot, word)) {
                offers.key(word, CompletionKind::Word, &column.name, "", 0);
            }
        }
        _ => {}
    }
}

/// Every column of the driving row, by the name under which it is seen.
fn seen(spot: &Spot<'_>, scope: Scope<'_>) -> Vec<(String, TableFacts, ColumnFacts)> {
    let reach = scope.in_reach(spot);
    let all = reach.iter().flat_map(|one| one.table.columns.iter().map(|column| (one.name_of(column), one.table.clone(), column.clone())));
    all.collect()
}

/// What may stand as a scalar.
fn values(holds: Holds, spot: &Spot<'_>, scope: Scope<'_>, offers: &mut Offers) {
    let columns = |table: Option<TableFacts>, offers: &mut Offers, order: bool| {
        for (table, column) in table.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column))) {
            let (detail, words) = (column.ty.to_string(), hover::column(table, column));
            offers.name(&column.name, CompletionKind::Column, &detail, &words, 0);
            if order {
                offers.name(&format!("{} desc", column.name), CompletionKind::Column, &detail, &words, 1);
            }
        }
    };
    let tables = |tables: Vec<TableFacts>, offers: &mut Offers| {
        for table in tables {
            offers.name(&table.name, CompletionKind::Table, &table.what, &hover::table(&table), 0);
        }
    };
    match holds {
        Holds::Value | Holds::Made | Holds::InputColumn | Holds::InputOrder => {
            for (name, table, column) in seen(spot, scope) {
                // What fits is shown first.
                let rank = scope.fed(spot).map_or(0, |fed| usize::from(!column.ty.kind.fits(&fed.ty.kind)));
                offers.name(&name, CompletionKind::Column, &column.ty.to_string(), &hover::column(&table, &column), rank);
            }
        }
        Holds::OtherColumn => columns(scope.other(spot), offers, false),
        Holds::OtherOrder => columns(scope.other(spot), offers, true),
        Holds::OutputColumn => columns(scope.made(spot), offers, false),
        Holds::OutputOrder => columns(scope.made(spot), offers, true),
        Holds::OwnColumn => columns(scope.own_table(spot), offers, false),
        Holds::Input => tables(facts::inputs(scope.home, scope.loaded), offers),
        Holds::Output => tables(facts::outputs(scope.home, scope.loaded), offers),
        Holds::OwnTable => tables(facts::own(scope.home, scope.loaded), offers),
        Holds::Reference => {
            for table in facts::own(scope.home, scope.loaded) {
                for column in &table.columns {
                    let name = format!("{}.{}", table.name, column.name);
                    offers.name(&name, CompletionKind::Column, &column.ty.to_string(), &hover::column(&table, column), 0);
                }
            }
        }
        Holds::Step => {
            for function in CATALOGUE {
                offers.name(function.name, CompletionKind::Function, &function.signature(), &hover::function(function), 0);
            }
        }
        Holds::Words(words) => words.iter().for_each(|word| offers.word(word, "")),
        Holds::Truth => ["true", "false"].into_iter().for_each(|word| offers.word(word, "")),
        Holds::Type => {
            for (name, summary) in TYPES {
                offers.name(name, CompletionKind::Type, "type", summary, 0);
            }
        }
        Holds::CodeMap => {
            for (name, source) in facts::code_maps(scope.home, scope.loaded).into_iter().flatten() {
                offers.name(name, CompletionKind::Name, "code map", &hover::code_map(name, source, None), 0);
            }
        }
        Holds::Parameter => parameters(spot, scope, offers),
        Holds::Version => {
            let Home::SourceSchema(id) = scope.home else { return };
            let system = id.split('/').next().unwrap_or_default();
            let others = scope.loaded.sources.iter().filter(|source| source.schema.system == system && source.schema.id() != *id);
            others.for_each(|source| offers.name(&source.schema.version, CompletionKind::Name, "version", &source.schema.title, 0));
        }
        Holds::Source => {
            let all = scope.loaded.sources.iter();
            all.for_each(|source| offers.name(&source.schema.id(), CompletionKind::Name, "source", &source.schema.title, 0));
        }
        Holds::Target => {
            let all = scope.loaded.targets.iter();
            all.for_each(|target| offers.name(&target.schema.name, CompletionKind::Name, "target", &target.schema.title, 0));
        }
        Holds::Free => {
            let Some(fed) = scope.fed(spot) else { return };
            fed.one_of.iter().for_each(|word| offers.word(word, &fed.name));
        }
        Holds::Argument => match spot::param(spot).map(|param| param.accepts) {
            Some(Accepts::OneOf(words)) => words.iter().for_each(|word| offers.word(word, "")),
            Some(Accepts::Secret) => {
                for name in facts::secrets(scope.loaded) {
                    offers.name(&name, CompletionKind::Name, "secret", &hover::secret(&name), 0);
                }
            }
            _ => {}
        },
        Holds::Typed | Holds::Shaped | Holds::Script | Holds::List(_) | Holds::Map(..) | Holds::Form(_) | Holds::Either(..) => {}
    }
}

/// The parameters of the order.
fn parameters(spot: &Spot<'_>, scope: Scope<'_>, offers: &mut Offers) {
    for parameter in scope.parameters(spot) {
        offers.name(&parameter.name, CompletionKind::Parameter, &parameter.kind.to_string(), &hover::parameter(&parameter), 0);
    }
    offers.name("today", CompletionKind::Parameter, "date", hover::TODAY, 1);
}

/// Columns and functions inside a script.
fn script(marked: &str, offset: usize, spot: &Spot<'_>, scope: Scope<'_>, offers: &mut Offers) {
    let all = tokens(marked, &spot.span);
    let Some(token) = all.iter().find(|token| token.span.start <= offset && offset < token.span.end) else { return };
    offers.within(&token.span, CURSOR.len_utf8());
    match token.is {
        Is::Text => return,
        Is::Parameter => return parameters(spot, scope, offers),
        Is::Variable | Is::Call | Is::Column => {}
    }
    let quote = if spot.quote == Some('"') { "\\\"" } else { "\"" };
    let path = token.name.rsplit_once('.').filter(|_| token.is == Is::Variable).map(|(path, _)| path);
    if token.is != Is::Call {
        for (name, table, column) in seen(spot, scope) {
            // Behind a point stand the fields of what is before it, and nothing else.
            let shown = match path {
                Some(path) => name.strip_prefix(path).and_then(|rest| rest.strip_prefix('.')).filter(|field| !field.contains('.')),
                None => Some(name.as_str()),
            };
            let Some(shown) = shown else { continue };
            let plain = shown.chars().all(|letter| letter.is_alphanumeric() || letter == '_')
                && !shown.starts_with(|first: char| first.is_numeric());
            let insert = if plain || token.is == Is::Column { shown.to_owned() } else { format!("col({quote}{name}{quote})") };
            offers.push(shown, insert, CompletionKind::Column, &column.ty.to_string(), hover::column(&table, &column), 0);
        }
    }
    if token.is == Is::Column {
        return;
    }
    let behind = if token.is == Is::Call { "" } else { "(" };
    for function in CATALOGUE {
        offers.push(
            function.name,
            format!("{}{behind}", function.name),
            CompletionKind::Function,
            &function.signature(),
            hover::function(function),
            1,
        );
    }
    let today = if behind.is_empty() { "today" } else { "today()" };
    offers.push("today", today.to_owned(), CompletionKind::Function, "today() -> date", hover::TODAY.to_owned(), 1);
}
