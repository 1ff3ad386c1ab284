//! What a catalogue function is: types, documentation, examples and lowering, in one static.

use crate::ir::types::Kind;
use crate::ir::types::Type;
use crate::ir::types::Value;
use polars::prelude::Expr;
use polars::prelude::concat_str;
use polars::prelude::lit;
use std::borrow::Cow;
use std::fmt;

/// One function of the catalogue.
#[derive(Debug)]
pub(crate) struct Function {
    /// The name in rules and scripts.
    pub name: &'static str,
    /// Where it stands in the reference.
    pub section: Section,
    /// One sentence; parameters in backticks.
    pub summary: &'static str,
    /// Parameters; the first is the value worked on.
    pub params: &'static [Param],
    /// What it yields.
    pub returns: Returns,
    /// Whether the result may be missing.
    pub nulls: Nulls,
    /// The identifiers, as `phi:` names them, that its result no longer holds even where its first argument does.
    pub removes: &'static [&'static str],
    /// Documentation that is run as a test: a missing value and an edge among them.
    pub examples: &'static [Example],
    /// To a native expression; arguments in the order of `params`, all there.
    pub lower: fn(&[Expr]) -> Expr,
}

/// A part of the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Section {
    Text,
    Lists,
    Numbers,
    Dates,
    Identifiers,
    Contact,
    Hashes,
    Missing,
    Deidentification,
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Param {
    /// Its name.
    pub name: &'static str,
    /// The kinds it takes.
    pub accepts: Accepts,
    /// Its value where it is left out; such parameters stand last.
    pub default: Option<Sample>,
    /// Whether it must be a constant in the rules (a pattern, a count).
    pub constant: bool,
}

/// The kinds a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Accepts {
    /// Text or UUID.
    Text,
    /// Text that is a regular expression.
    Pattern,
    /// Text that is one of these words.
    OneOf(&'static [&'static str]),
    /// Text: strftime's formats of dates, times or both, the first before the second, with `|` between them; or none.
    Formats,
    /// Text: the name of a time zone in the IANA database.
    Zone,
    /// Text: a unit as UCUM writes it.
    Unit,
    /// Text: the two letters of a country in ISO 3166-1.
    Country,
    /// The name of a secret; its value, which an order brings, is text.
    Secret,
    /// Integer.
    Integer,
    /// Integer of at least one and at most a hundred years: a number of days.
    Days,
    /// Float.
    Float,
    /// Integer, decimal or float.
    Number,
    /// Date.
    Date,
    /// Datetime.
    Datetime,
    /// Instant.
    Instant,
    /// Date or datetime.
    Day,
    /// Time.
    Time,
    /// Time or datetime.
    Clock,
    /// Anything that is no list and no struct.
    Any,
    /// A list of anything.
    List,
    /// A list of texts.
    Texts,
    /// A list of what is itself no list and no struct.
    Values,
    /// What the list that is the first argument has as items.
    Item,
    /// The same kind as the first argument.
    First,
}

/// What a function yields.
#[derive(Debug, Clone)]
pub(crate) enum Returns {
    /// Always this kind.
    Kind(Kind),
    /// The kind of its first argument.
    First,
    /// A list of this kind.
    ListOf(Kind),
    /// The kind of the items of its first argument.
    Item,
}

/// Whether a result may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Nulls {
    /// Where any argument is.
    AnyArgument,
    /// Even where no argument is.
    Always,
    /// Only where every argument is.
    AllArguments,
    /// Never.
    Never,
}

/// A value in an example or a default.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Sample {
    /// No value.
    Null,
    /// Text.
    Text(&'static str),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// A boolean.
    Bool(bool),
    /// An ISO 8601 date.
    Date(&'static str),
    /// An ISO 8601 date and time.
    Datetime(&'static str),
    /// An ISO 8601 date and time of UTC, without `Z`.
    Instant(&'static str),
    /// An ISO 8601 time of day; in examples only.
    Time(&'static str),
    /// A list; in examples only.
    List(&'static [Self]),
}

/// Arguments and the result they give.
#[derive(Debug)]
pub(crate) struct Example {
    /// Arguments, in order.
    pub args: &'static [Sample],
    /// The result.
    pub gives: Sample,
}

/// A parameter that must be given and may be an expression.
pub(crate) const fn param(name: &'static str, accepts: Accepts) -> Param {
    Param { name, accepts, default: None, constant: false }
}

/// A parameter that must be given, as a constant.
pub(crate) const fn constant(name: &'static str, accepts: Accepts) -> Param {
    Param { name, accepts, default: None, constant: true }
}

/// A constant parameter that may be left out.
pub(crate) const fn optional(name: &'static str, accepts: Accepts, default: Sample) -> Param {
    Param { name, accepts, default: Some(default), constant: true }
}

/// An example.
pub(crate) const fn example(args: &'static [Sample], gives: Sample) -> Example {
    Example { args, gives }
}

impl Accepts {
    /// Whether a value of this kind may stand here; `first` is the kind of the first argument.
    pub(crate) fn takes(self, kind: &Kind, first: &Kind) -> bool {
        match self {
            Self::Text | Self::Pattern | Self::OneOf(_) | Self::Formats | Self::Zone | Self::Unit | Self::Country | Self::Secret => {
                matches!(kind, Kind::Text | Kind::Uuid)
            }
            Self::Integer | Self::Days => *kind == Kind::Integer,
            Self::Float => *kind == Kind::Float,
            Self::Number => matches!(kind, Kind::Integer | Kind::Float | Kind::Decimal { .. }),
            Self::Date => *kind == Kind::Date,
            Self::Datetime => *kind == Kind::Datetime,
            Self::Instant => *kind == Kind::Instant,
            Self::Day => matches!(kind, Kind::Date | Kind::Datetime),
            Self::Time => *kind == Kind::Time,
            Self::Clock => matches!(kind, Kind::Time | Kind::Datetime),
            Self::Any => !kind.is_nested(),
            Self::List => kind.item().is_some(),
            Self::Texts => matches!(kind.item(), Some(Kind::Text | Kind::Uuid)),
            Self::Values => kind.item().is_some_and(|item| !item.is_nested()),
            Self::Item => kind.fits(first.item().unwrap_or(first)),
            Self::First => kind.fits(first),
        }
    }

    /// The kind of an argument that does not say its own: a missing value.
    pub(crate) fn usual(self, first: &Kind) -> Kind {
        match self {
            Self::Text | Self::Pattern | Self::OneOf(_) | Self::Formats | Self::Zone | Self::Unit | Self::Country | Self::Secret => {
                Kind::Text
            }
            Self::Integer | Self::Days | Self::Number => Kind::Integer,
            Self::Float => Kind::Float,
            Self::Date | Self::Day => Kind::Date,
            Self::Datetime | Self::Clock => Kind::Datetime,
            Self::Time => Kind::Time,
            Self::Instant => Kind::Instant,
            Self::Any | Self::First => first.clone(),
            Self::Texts => Kind::List(Box::new(Kind::Text)),
            Self::List | Self::Values => Kind::List(Box::new(first.item().unwrap_or(first).clone())),
            Self::Item => first.item().unwrap_or(first).clone(),
        }
    }

    /// The kind that a constant standing here is read as; `None` where it says its own.
    pub(crate) fn wanted(self, first: &Kind) -> Option<Kind> {
        match self {
            Self::Number | Self::Day | Self::Clock | Self::Any | Self::List | Self::Texts | Self::Values => None,
            other => Some(other.usual(first)),
        }
    }

    /// As it is said in messages and in the reference.
    pub(crate) fn words(self) -> Cow<'static, str> {
        Cow::Borrowed(match self {
            Self::OneOf(words) => return Cow::Owned(words.join(" or ")),
            Self::Text => "text",
            Self::Pattern => "pattern",
            Self::Formats => "formats",
            Self::Zone => "time zone",
            Self::Unit => "unit",
            Self::Country => "country",
            Self::Secret => "secret",
            Self::Days => "days",
            Self::Integer => "integer",
            Self::Float => "float",
            Self::Number => "number",
            Self::Date => "date",
            Self::Datetime => "datetime",
            Self::Instant => "instant",
            Self::Day => "date or datetime",
            Self::Time => "time",
            Self::Clock => "time or datetime",
            Self::Any => "any",
            Self::List => "list",
            Self::Texts => "list(text)",
            Self::Values => "list of single values",
            Self::Item => "item of the list",
            Self::First => "same as the first",
        })
    }
}

impl Section {
    /// Every section, in the order of the reference.
    pub(crate) const ALL: [Self; 9] = [
        Self::Text,
        Self::Lists,
        Self::Numbers,
        Self::Dates,
        Self::Identifiers,
        Self::Contact,
        Self::Hashes,
        Self::Missing,
        Self::Deidentification,
    ];

    /// Its heading.
    pub(crate) const fn title(self) -> &'static str {
        match self {
            Self::Text => "Text",
            Self::Lists => "Lists",
            Self::Numbers => "Numbers and units",
            Self::Dates => "Dates and times",
            Self::Identifiers => "Identifiers",
            Self::Contact => "Names and contact",
            Self::Hashes => "Hashes",
            Self::Missing => "Missing values",
            Self::Deidentification => "De-identification",
        }
    }
}

impl Sample {
    /// The constant it stands for; of what no constant can be, missing.
    pub(crate) fn value(self) -> Value {
        match self {
            Self::Null | Self::Time(_) | Self::List(_) => Value::Null,
            Self::Text(text) => Value::Text(text.to_owned()),
            Self::Int(number) => Value::Integer(number),
            Self::Float(number) => Value::Float(number),
            Self::Bool(truth) => Value::Boolean(truth),
            Self::Date(text) => text.parse().map_or(Value::Null, Value::Date),
            Self::Datetime(text) => text.parse().map_or(Value::Null, Value::Datetime),
            Self::Instant(text) => text.parse().map_or(Value::Null, Value::Instant),
        }
    }
}

/// As it is written in a script.
impl fmt::Display for Sample {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Time(time) => f.write_str(time),
            Self::List(items) => {
                let items: Vec<String> = items.iter().map(ToString::to_string).collect();
                write!(f, "[{}]", items.join(", "))
            }
            other => other.value().fmt(f),
        }
    }
}

impl Example {
    /// `left("12345", 3)` and what it gives, for the reference.
    pub(crate) fn shown(&self, name: &str) -> (String, String) {
        let args: Vec<String> = self.args.iter().map(ToString::to_string).collect();
        (format!("{name}({})", args.join(", ")), self.gives.to_string())
    }
}

impl Function {
    /// Whether it takes a secret, which scripts do not see.
    pub(crate) fn is_keyed(&self) -> bool {
        self.params.iter().any(|param| param.accepts == Accepts::Secret)
    }

    /// The type of a call with arguments of these types.
    pub(crate) fn result(&self, args: &[Type]) -> Type {
        let kind = match (&self.returns, args.first()) {
            (Returns::Kind(kind), _) => kind.clone(),
            (Returns::First, Some(first)) => first.kind.clone(),
            (Returns::Item, Some(first)) => first.kind.item().unwrap_or(&first.kind).clone(),
            (Returns::ListOf(item), _) => Kind::List(Box::new(item.clone())),
            (Returns::First | Returns::Item, None) => Kind::Text,
        };
        let nullable = match self.nulls {
            Nulls::AnyArgument => args.iter().any(|arg| arg.nullable),
            Nulls::AllArguments => args.iter().all(|arg| arg.nullable),
            Nulls::Always => true,
            Nulls::Never => false,
        };
        Type { kind, nullable }
    }

    /// The native expression of a call; `first` is the kind of the first argument, since a frame does not tell an instant
    /// from a datetime, and as text the two differ by a `Z`.
    pub(crate) fn lowered(&self, args: &[Expr], first: &Kind) -> Expr {
        let value = (self.lower)(args);
        if self.name == "to_text" && *first == Kind::Instant { concat_str([value, lit("Z")], "", false) } else { value }
    }

    /// `age_at(birth: date, on: date) -> integer`.
    pub(crate) fn signature(&self) -> String {
        let params: Vec<String> = self
            .params
            .iter()
            .map(|param| format!("{}{}: {}", param.name, if param.default.is_some() { "?" } else { "" }, param.accepts.words()))
            .collect();
        let returns = match &self.returns {
            Returns::Kind(kind) => kind.to_string(),
            Returns::First => "same as the first".to_owned(),
            Returns::ListOf(item) => format!("list({item})"),
            Returns::Item => "item of the list".to_owned(),
        };
        format!("{}({}) -> {returns}", self.name, params.join(", "))
    }
}
