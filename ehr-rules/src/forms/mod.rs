//! The forms of the YAML files as data: each key, what it says and what stands behind it.
//!
//! Whatever explains the language to a writer reads it here: the editor's completion and hover among them. To read the files is for
//! the rooms `load` and `rule`; tests hold every key that is written in the rulesets against this table, and its keys against those
//! of the JSON Schemas.

mod cases;
mod rules;
mod schemas;
mod source;
mod target;
mod values;

pub(crate) use cases::CASES;
pub(crate) use rules::RULES;
pub(crate) use schemas::CATEGORY;
pub(crate) use schemas::NESTED;
pub(crate) use schemas::SHAPE;
pub(crate) use source::SOURCE;
pub(crate) use target::TARGET;
pub(crate) use values::AGGREGATES;
pub(crate) use values::COLUMN;
pub(crate) use values::VALUES;

/// A map of known keys.
#[derive(Debug)]
pub(crate) struct Form {
    /// What it is, as in ``a key of a rule``.
    pub name: &'static str,
    /// Its keys, in the order in which people write them.
    pub keys: &'static [KeyDoc],
}

/// One key of a form.
#[derive(Debug)]
pub(crate) struct KeyDoc {
    /// The key.
    pub name: &'static str,
    /// What it says, in a sentence or two; code in backticks.
    pub summary: &'static str,
    /// What stands behind it.
    pub holds: Holds,
    /// Whether the form lacks something without it.
    pub required: bool,
}

/// What may stand somewhere.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Holds {
    /// Whatever the writer says: a title, a glob, a number, a constant.
    Free,
    /// `true` or `false`.
    Truth,
    /// One of a few words.
    Words(&'static [&'static str]),
    /// A type's name.
    Type,
    /// A type's name, or a map that says a list or struct and how its values are written: [`NESTED`].
    Typed,
    /// A type's name, or a map that says a list or struct: [`SHAPE`].
    Shaped,
    /// A table that rules of this level read.
    Input,
    /// What rules of this level make: a category, or a table of the target.
    Output,
    /// A column of the driving row, joined ones among them.
    InputColumn,
    /// A column of the table that the nearest join or lookup names.
    OtherColumn,
    /// The same, with `desc` behind it where the greatest comes first.
    OtherOrder,
    /// A column of the driving row, with `desc` behind it where the greatest comes first.
    InputOrder,
    /// A column of what the rule makes.
    OutputColumn,
    /// The same, with `desc` behind it where the greatest comes first.
    OutputOrder,
    /// A table of the schema itself.
    OwnTable,
    /// A column of the schema's table that it stands in.
    OwnColumn,
    /// `table.column` of the schema itself.
    Reference,
    /// A script over the driving row.
    Script,
    /// A column, or a map of one of the forms in [`VALUES`].
    Value,
    /// The same under `columns:` of a rule, where a group allows [`AGGREGATES`].
    Made,
    /// A constant as a scalar; a map is `{col: COLUMN}` or a value.
    Argument,
    /// One function of the catalogue, alone or with arguments.
    Step,
    /// A code map of the target.
    CodeMap,
    /// A parameter of the order.
    Parameter,
    /// A version of the same system.
    Version,
    /// A source, as `system/version`.
    Source,
    /// A target.
    Target,
    /// A list of these, or one of them alone.
    List(&'static Holds),
    /// A map: what its keys are, and what stands behind each.
    Map(&'static Holds, &'static Holds),
    /// A map of known keys.
    Form(&'static Form),
    /// The first as a scalar or list, the second as a map.
    Either(&'static Holds, &'static Holds),
}

impl Form {
    /// The key of that name.
    pub(crate) fn key(&self, name: &str) -> Option<&'static KeyDoc> {
        self.keys.iter().find(|key| key.name == name)
    }
}

/// The words for types.
pub(crate) const TYPES: &[(&str, &str)] = &[
    ("text", "Unicode text."),
    ("integer", "A whole number of 64 bits."),
    ("decimal(12,2)", "A decimal number: 12 digits, 2 of them after the point."),
    ("float", "A floating-point number of 64 bits."),
    ("boolean", "True or false; `true:` and `false:` name the words."),
    ("date", "A calendar day; `formats:` says how it is written, ISO 8601 otherwise."),
    ("time", "A time of day."),
    ("datetime", "A date and time of day; zoned input is brought to UTC."),
    ("instant", "A point in time; its input names its zone, or the column does: `zone: America/Toronto`."),
    ("list(text)", "A list of values of one type; `{type: list, of: TYPE}` where that is a struct."),
    ("uuid", "A UUID; it fits wherever text does."),
];

/// A key that may be left out.
const fn key(name: &'static str, holds: Holds, summary: &'static str) -> KeyDoc {
    KeyDoc { name, summary, holds, required: false }
}

/// A key that must be there.
const fn required(name: &'static str, holds: Holds, summary: &'static str) -> KeyDoc {
    KeyDoc { name, summary, holds, required: true }
}

/// How much of it is borne.
const AT_MOST: KeyDoc = key(
    "at_most",
    Holds::Free,
    "A budget beside `on_error`: a share of the table's rows (`0.1%`) or a number of rows; more than that fails the order.",
);

/// What a broken constraint does.
const SEVERITIES: Holds = Holds::Words(&["reject", "warn", "fail"]);
