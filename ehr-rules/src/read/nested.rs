//! Lists and structs: JSON text, or a list's items between separators, to typed columns inside columns.

use crate::dataset::dtype::dtype;
use crate::error::Error;
use crate::ir::schema::SourceColumn;
use crate::ir::types::Kind;
use crate::read::parse::Parser;
use crate::read::typed::Missing;
use crate::records::tree::Tree;
use crate::values::scalar::decimal;
use crate::values::scalar::float;
use crate::values::scalar::integer;
use crate::values::scalar::uuid;
use polars::chunked_array::builder::get_list_builder;
use polars::prelude::*;

/// How values of a kind are read, and what is inside them.
#[derive(Debug)]
pub(super) struct Shape {
    kind: Kind,
    form: Form,
    /// Whether a cell is JSON even where what it holds could be split.
    of_objects: bool,
}

#[derive(Debug)]
enum Form {
    Single {
        parser: Box<Parser>,
        missing: Missing,
    },
    /// A text may hold the items, or one item may stand for the list of it; the missing ones are texts that are no list.
    List {
        item: Box<Shape>,
        split: Option<String>,
        or_one: bool,
        missing: Missing,
    },
    Struct {
        fields: Vec<(String, Shape)>,
        text_as: Option<usize>,
    },
}

/// Values of one shape, one after the other.
pub(super) enum Values {
    Text(StringChunkedBuilder),
    Whole(Vec<Option<i64>>),
    Days(Vec<Option<i32>>),
    Decimal(Vec<Option<i128>>),
    Float(Vec<Option<f64>>),
    Boolean(Vec<Option<bool>>),
    /// How many items each list has, and all of them in a row.
    List(Vec<Option<usize>>, Box<Values>),
    /// Whether each struct is there, and its fields.
    Struct(Vec<bool>, Vec<Values>),
}

impl Shape {
    /// The shape of a column; `missing` are the system's texts for 'no value'.
    pub(super) fn new(column: &SourceColumn, missing: &[String]) -> Result<Self, Error> {
        let inside = |at: usize, name: &str, kind: &Kind| match column.inside.get(at) {
            Some(inside) => Self::new(inside, missing),
            None => Self::new(&SourceColumn::plain(name, kind.clone()), missing),
        };
        let words = || Missing::new(column.missing.as_deref().unwrap_or(missing));
        let kind = column.ty.kind.clone();
        let form = match &kind {
            Kind::List(item) => {
                Form::List { item: Box::new(inside(0, "of", item)?), split: column.split.clone(), or_one: column.or_one, missing: words() }
            }
            Kind::Struct(fields) => {
                let text_as = column.text_as.as_ref().and_then(|name| fields.iter().position(|(field, _)| field == name));
                let fields = fields.iter().enumerate().map(|(at, (name, kind))| Ok((name.clone(), inside(at, name, kind)?)));
                Form::Struct { fields: fields.collect::<Result<_, Error>>()?, text_as }
            }
            _ => Form::Single { parser: Box::new(Parser::new(column, missing)?), missing: words() },
        };
        Ok(Self { kind, form, of_objects: false })
    }

    /// The same for cells that were taken out of JSON objects.
    pub(super) fn of_objects(self) -> Self {
        Self { of_objects: true, ..self }
    }

    /// Whether its cells are JSON.
    pub(super) const fn is_json(&self) -> bool {
        self.of_objects || !matches!(self.form, Form::List { split: Some(_), .. })
    }

    /// Room for values.
    pub(super) fn values(&self) -> Values {
        match (&self.form, &self.kind) {
            (Form::List { item, .. }, _) => Values::List(Vec::new(), Box::new(item.values())),
            (Form::Struct { fields, .. }, _) => Values::Struct(Vec::new(), fields.iter().map(|(_, shape)| shape.values()).collect()),
            (_, Kind::Text | Kind::Uuid) => Values::Text(StringChunkedBuilder::new(PlSmallStr::EMPTY, 0)),
            (_, Kind::Date) => Values::Days(Vec::new()),
            (_, Kind::Decimal { .. }) => Values::Decimal(Vec::new()),
            (_, Kind::Float) => Values::Float(Vec::new()),
            (_, Kind::Boolean) => Values::Boolean(Vec::new()),
            _ => Values::Whole(Vec::new()),
        }
    }

    /// Reads the text of a cell, and says whether it is of this shape; what is not is missing.
    pub(super) fn read(&self, text: &str, values: &mut Values) -> bool {
        if !self.is_json() {
            return self.push(&Tree::Text(text.to_owned()), values);
        }
        match Tree::of(text.as_bytes()) {
            Ok(json) => self.push(&json, values),
            Err(_) => {
                self.push(&Tree::Null, values);
                false
            }
        }
    }

    /// Where in the text of a cell the first thing stands that is not of this shape, without its value.
    pub(super) fn fault(&self, text: &str) -> String {
        if !self.is_json() {
            return self.astray(&Tree::Text(text.to_owned()), String::new());
        }
        match Tree::of(text.as_bytes()) {
            Ok(tree) => self.astray(&tree, String::new()),
            Err(wrong) => format!(": it is no JSON, {}", wrong.what),
        }
    }

    fn astray(&self, tree: &Tree, at: String) -> String {
        let holds = |shape: &Self, tree: &Tree| shape.push(tree, &mut shape.values());
        match (&self.form, tree) {
            (Form::List { item, .. }, Tree::List(all)) => match all.iter().position(|one| !holds(item, one)) {
                Some(nth) => item.astray(&all[nth], format!("{at}[{}]", nth + 1)),
                None => at,
            },
            (Form::List { item, split: Some(split), .. }, Tree::Text(text)) => {
                let nth = parts(text, split).position(|part| !item.push_text(part, &mut item.values()));
                let (at, nth) = (at.trim_start_matches('.'), nth.map_or(0, |nth| nth + 1));
                let place = if at.is_empty() { String::new() } else { format!("in `{at}` ") };
                format!(": {place}item {nth} is no {}", item.kind)
            }
            (Form::List { item, or_one: true, .. }, one) => item.astray(one, at),
            (Form::Struct { fields, .. }, Tree::Object(_)) => {
                let inside =
                    fields.iter().find_map(|(name, shape)| Some((name, shape, tree.get(name).filter(|tree| !holds(shape, tree))?)));
                match inside {
                    Some((name, shape, tree)) => shape.astray(tree, format!("{at}.{name}")),
                    None => at,
                }
            }
            _ => {
                let (at, found) = (at.trim_start_matches('.'), word(tree));
                let place = if at.is_empty() { String::new() } else { format!("`{at}` is ") };
                let remedy = match &self.form {
                    Form::List { item, split: None, .. } if holds(item, tree) => {
                        "; `or_one: true` makes a list of an item that stands without one"
                    }
                    _ => "",
                };
                format!(": {place}{found}, and no {}{remedy}", self.kind)
            }
        }
    }

    /// Puts a value behind the others; one that is not of this shape is missing, and `false` is given.
    pub(super) fn push(&self, json: &Tree, values: &mut Values) -> bool {
        match (&self.form, values, json) {
            (Form::List { item, .. }, Values::List(lengths, items), Tree::List(all)) => {
                lengths.push(Some(all.len()));
                // Every item is put in, so that the columns inside stay of one length.
                all.iter().filter(|one| !item.push(one, items)).count() == 0
            }
            (Form::List { split, or_one, missing, .. }, Values::List(lengths, _), Tree::Text(text))
                if (*or_one || split.is_some()) && (missing.is(text) || missing.is(text.trim())) =>
            {
                lengths.push(None);
                true
            }
            (Form::List { item, split: Some(split), .. }, Values::List(lengths, items), Tree::Text(text)) => {
                let mut length = 0;
                let sound = parts(text, split).fold(true, |sound, part| {
                    length += 1;
                    item.push_text(part, items) && sound
                });
                lengths.push(Some(length));
                sound
            }
            (Form::List { item, or_one: true, .. }, Values::List(lengths, items), one) if !one.is_null() => {
                lengths.push(Some(1));
                item.push(one, items)
            }
            (Form::List { .. }, Values::List(lengths, _), other) => {
                lengths.push(None);
                other.is_null()
            }
            (Form::Struct { fields, .. }, Values::Struct(there, columns), Tree::Object(_)) => {
                there.push(true);
                fields
                    .iter()
                    .zip(columns)
                    .fold(true, |sound, ((name, shape), column)| shape.push(json.get(name).unwrap_or(&Tree::Null), column) && sound)
            }
            (Form::Struct { fields, text_as: Some(at) }, Values::Struct(there, columns), Tree::Text(_)) => {
                there.push(true);
                let each = fields.iter().zip(columns).enumerate();
                each.fold(true, |sound, (field, ((_, shape), column))| {
                    shape.push(if field == *at { json } else { &Tree::Null }, column) && sound
                })
            }
            (Form::Struct { fields, .. }, Values::Struct(there, columns), other) => {
                there.push(false);
                fields.iter().zip(columns).for_each(|((_, shape), column)| {
                    shape.push(&Tree::Null, column);
                });
                other.is_null()
            }
            (Form::Single { .. }, values, Tree::Text(text)) => self.push_text(text, values),
            (Form::Single { .. }, values, Tree::Number(number))
                if matches!(self.kind, Kind::Text | Kind::Integer | Kind::Decimal { .. } | Kind::Float) =>
            {
                self.push_text(number, values)
            }
            (Form::Single { .. }, values, Tree::Truth(truth)) if self.kind == Kind::Text => {
                self.push_text(if *truth { "true" } else { "false" }, values)
            }
            (Form::Single { .. }, Values::Boolean(truths), Tree::Truth(truth)) => {
                truths.push(Some(*truth));
                true
            }
            (_, values, other) => {
                values.push_missing();
                other.is_null()
            }
        }
    }

    /// A single value by its text.
    fn push_text(&self, text: &str, values: &mut Values) -> bool {
        let Form::Single { parser, missing } = &self.form else {
            return self.push(&Tree::Text(text.to_owned()), values);
        };
        if missing.is(text) {
            values.push_missing();
            return true;
        }
        let trimmed = text.trim();
        match (&**parser, values) {
            (Parser::Text, Values::Text(texts)) => {
                texts.append_value(text);
                true
            }
            (Parser::Uuid, Values::Text(texts)) => {
                let mut lower = String::new();
                let found = uuid(trimmed, &mut lower);
                texts.append_option(found);
                found.is_some()
            }
            (Parser::Integer, Values::Whole(all)) => put(all, integer(trimmed)),
            (Parser::Time(formats), Values::Whole(all)) => put(all, formats.time(trimmed)),
            (Parser::Datetime(formats), Values::Whole(all)) => put(all, formats.datetime(trimmed)),
            (Parser::Instant(formats, zone), Values::Whole(all)) => put(all, formats.instant(trimmed, *zone)),
            (Parser::Date(formats), Values::Days(all)) => put(all, formats.date(trimmed)),
            (Parser::Decimal { precision, scale }, Values::Decimal(all)) => put(all, decimal(trimmed, *precision, *scale)),
            (Parser::Float, Values::Float(all)) => put(all, float(trimmed)),
            (Parser::Boolean(words), Values::Boolean(all)) => put(all, words.boolean(trimmed)),
            (_, values) => {
                values.push_missing();
                false
            }
        }
    }

    /// The values as a column.
    pub(super) fn finish(&self, values: Values, name: PlSmallStr) -> PolarsResult<Series> {
        let series = match (values, &self.form) {
            (Values::Text(texts), _) => texts.finish().into_series(),
            (Values::Whole(all), _) => all.into_iter().collect::<Int64Chunked>().into_series().cast(&dtype(&self.kind))?,
            (Values::Days(all), _) => all.into_iter().collect::<Int32Chunked>().into_date().into_series(),
            (Values::Float(all), _) => all.into_iter().collect::<Float64Chunked>().into_series(),
            (Values::Boolean(all), _) => all.into_iter().collect::<BooleanChunked>().into_series(),
            (Values::Decimal(all), _) => {
                let Kind::Decimal { precision, scale } = self.kind else { return Err(unlike()) };
                let whole = all.into_iter().collect::<ChunkedArray<Int128Type>>();
                whole.into_decimal_unchecked(usize::from(precision), usize::from(scale)).into_series()
            }
            (Values::List(lengths, items), Form::List { item, .. }) => {
                let items = item.finish(*items, PlSmallStr::EMPTY)?;
                let mut lists = get_list_builder(&dtype(&item.kind), items.len(), lengths.len(), PlSmallStr::EMPTY);
                let mut from = 0_i64;
                for length in lengths {
                    match length {
                        Some(length) => {
                            lists.append_series(&items.slice(from, length))?;
                            from = from.saturating_add(i64::try_from(length).unwrap_or(i64::MAX));
                        }
                        None => lists.append_null(),
                    }
                }
                lists.finish().into_series()
            }
            (Values::Struct(there, columns), Form::Struct { fields, .. }) => {
                let columns = fields.iter().zip(columns).map(|((name, shape), values)| shape.finish(values, name.as_str().into()));
                let columns: Vec<Series> = columns.collect::<PolarsResult<_>>()?;
                let present: BooleanChunked = there.iter().copied().collect();
                let mut whole = StructChunked::from_series(PlSmallStr::EMPTY, there.len(), columns.iter())?;
                if let Some(array) = present.rechunk().downcast_iter().next() {
                    whole = whole.with_outer_validity(Some(array.values().clone()));
                }
                whole.into_series()
            }
            _ => return Err(unlike()),
        };
        Ok(series.with_name(name))
    }
}

impl Values {
    /// Whether the list or struct that was put in last is missing.
    pub(super) fn ends_missing(&self) -> bool {
        match self {
            Self::List(lengths, _) => matches!(lengths.last(), Some(None)),
            Self::Struct(there, _) => matches!(there.last(), Some(false)),
            _ => false,
        }
    }

    fn push_missing(&mut self) {
        match self {
            Self::Text(texts) => texts.append_null(),
            Self::Whole(all) => all.push(None),
            Self::Days(all) => all.push(None),
            Self::Decimal(all) => all.push(None),
            Self::Float(all) => all.push(None),
            Self::Boolean(all) => all.push(None),
            Self::List(lengths, _) => lengths.push(None),
            Self::Struct(there, columns) => {
                there.push(false);
                columns.iter_mut().for_each(Self::push_missing);
            }
        }
    }
}

/// Items between separators. A separator at the end, or two in a row, make no item.
fn parts<'t>(text: &'t str, split: &'t str) -> impl Iterator<Item = &'t str> {
    text.split(split).map(str::trim).filter(|part| !part.is_empty())
}

/// What something is, without saying it.
const fn word(tree: &Tree) -> &'static str {
    match tree {
        Tree::Null => "nothing",
        Tree::Truth(_) => "a truth",
        Tree::Number(_) => "a number",
        Tree::Text(_) => "a text",
        Tree::List(_) => "a list",
        Tree::Object(_) => "an object",
    }
}

fn put<T>(all: &mut Vec<Option<T>>, value: Option<T>) -> bool {
    let sound = value.is_some();
    all.push(value);
    sound
}

fn unlike() -> PolarsError {
    PolarsError::ComputeError("values of one shape in room for another".into())
}
