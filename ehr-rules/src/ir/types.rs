//! Types and values of the rule language.

use serde::Serialize;
use std::fmt;

/// The kind of a value, without its nullability.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Unicode text.
    Text,
    /// A signed 64-bit integer.
    Integer,
    /// A decimal number with `precision` digits, `scale` of them after the point.
    Decimal {
        /// All digits, 1 to 38.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// A 64-bit IEEE 754 number.
    Float,
    /// True or false.
    Boolean,
    /// A calendar day.
    Date,
    /// A time of day, to the microsecond.
    Time,
    /// A date and time of day as written, to the microsecond; zoned input is brought to UTC.
    Datetime,
    /// A point in time, to the microsecond, held in UTC. Never mixed with [`Kind::Datetime`] unless a zone is named.
    Instant,
    /// A UUID in its canonical text form.
    Uuid,
    /// Values of one kind in order; an item may be missing.
    List(Box<Kind>),
    /// Named values, each of which may be missing, in the order of the schema.
    Struct(Vec<(String, Kind)>),
}

/// A kind and whether a value may be missing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Type {
    /// What a value is.
    pub kind: Kind,
    /// Whether it may be missing.
    pub nullable: bool,
}

/// A constant in the rules.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// No value: `()` in a script, `null` in YAML.
    Null,
    /// Text.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A float.
    Float(f64),
    /// A boolean.
    Boolean(bool),
    /// A date.
    Date(chrono::NaiveDate),
    /// A date and time.
    Datetime(chrono::NaiveDateTime),
    /// A point in time, in UTC.
    Instant(chrono::NaiveDateTime),
    /// A time of day.
    Time(chrono::NaiveTime),
    /// A decimal number.
    Decimal {
        /// All its digits, as many behind the point as its scale says.
        text: String,
        /// Digits it may have.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
}

impl Type {
    /// A type whose values are always there.
    pub const fn required(kind: Kind) -> Self {
        Self { kind, nullable: false }
    }

    /// A type whose values may be missing.
    pub const fn nullable(kind: Kind) -> Self {
        Self { kind, nullable: true }
    }

    /// The same kind with another nullability.
    pub fn with_nullable(&self, nullable: bool) -> Self {
        Self { kind: self.kind.clone(), nullable }
    }
}

impl Kind {
    /// Whether a value of `self` can stand where `wanted` is asked for, nothing lost and nothing guessed:
    /// the same kind, or a UUID as text. Numbers are never widened silently.
    pub fn fits(&self, wanted: &Self) -> bool {
        self == wanted || (*self == Self::Uuid && *wanted == Self::Text)
    }

    /// Whether it is a list or a struct: what is inside has no order, and is no key.
    pub const fn is_nested(&self) -> bool {
        matches!(self, Self::List(_) | Self::Struct(_))
    }

    /// The kind of a list's items.
    pub fn item(&self) -> Option<&Self> {
        match self {
            Self::List(item) => Some(item),
            _ => None,
        }
    }

    /// The kind of a struct's field.
    pub fn field(&self, name: &str) -> Option<&Self> {
        match self {
            Self::Struct(fields) => fields.iter().find(|(field, _)| field == name).map(|(_, kind)| kind),
            _ => None,
        }
    }
}

impl Value {
    /// The kind of this constant; `None` for [`Value::Null`], which is of every kind.
    pub fn kind(&self) -> Option<Kind> {
        Some(match self {
            Self::Null => return None,
            Self::Text(_) => Kind::Text,
            Self::Integer(_) => Kind::Integer,
            Self::Float(_) => Kind::Float,
            Self::Boolean(_) => Kind::Boolean,
            Self::Date(_) => Kind::Date,
            Self::Datetime(_) => Kind::Datetime,
            Self::Instant(_) => Kind::Instant,
            Self::Time(_) => Kind::Time,
            Self::Decimal { precision, scale, .. } => Kind::Decimal { precision: *precision, scale: *scale },
        })
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("text"),
            Self::Integer => f.write_str("integer"),
            Self::Decimal { precision, scale } => write!(f, "decimal({precision},{scale})"),
            Self::Float => f.write_str("float"),
            Self::Boolean => f.write_str("boolean"),
            Self::Date => f.write_str("date"),
            Self::Time => f.write_str("time"),
            Self::Datetime => f.write_str("datetime"),
            Self::Instant => f.write_str("instant"),
            Self::Uuid => f.write_str("uuid"),
            Self::List(item) => write!(f, "list({item})"),
            Self::Struct(fields) => {
                f.write_str("struct(")?;
                for (at, (name, kind)) in fields.iter().enumerate() {
                    write!(f, "{}{name}: {kind}", if at == 0 { "" } else { ", " })?;
                }
                f.write_str(")")
            }
        }
    }
}

/// `date`, or `date?` where a value may be missing.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.kind, if self.nullable { "?" } else { "" })
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Float(number) => write!(f, "{number:?}"),
            Self::Boolean(truth) => write!(f, "{truth}"),
            Self::Date(date) => write!(f, "{date}"),
            Self::Datetime(at) => write!(f, "{}", at.format("%Y-%m-%dT%H:%M:%S")),
            Self::Instant(at) => write!(f, "{}", at.format("%Y-%m-%dT%H:%M:%S%.fZ")),
            Self::Time(time) => write!(f, "{time}"),
            Self::Decimal { text, .. } => f.write_str(text),
        }
    }
}
