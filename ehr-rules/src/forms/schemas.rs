//! The forms of a category, and what the schemas of sources and targets share.

use super::Form;
use super::Holds;
use super::KeyDoc;
use super::key;
use super::required;

/// A category.
pub(crate) const CATEGORY: Holds = Holds::Form(&Form {
    name: "a category",
    keys: &[
        required("category", Holds::Free, "The category's name, that of the file."),
        key("resource", Holds::Free, "The FHIR resource it stands for."),
        key("summary", Holds::Free, "What a reader should know."),
        required(
            "columns",
            Holds::Map(&Holds::OwnColumn, &Holds::Either(&Holds::Type, &Holds::Form(CATEGORY_COLUMN))),
            "Its columns and what they hold.",
        ),
    ],
});

const CATEGORY_COLUMN: &Form = &Form {
    name: "a column of a category",
    keys: &[
        TYPE,
        SHAPE_OF,
        SHAPE_FIELDS,
        key("required", Holds::Truth, "Whether every rule must give it a value that is never missing."),
        key("one_of", Holds::List(&Holds::Free), "The only texts allowed, where it is coded with a required binding."),
        key("element", Holds::Free, "The FHIR element it stands for, as in `Patient.birthDate`."),
    ],
};

pub(super) const KEY: KeyDoc = key("key", Holds::List(&Holds::OwnColumn), "Columns that identify a row: unique together, never missing.");
pub(super) const TYPE: KeyDoc = required("type", Holds::Type, "What a value is.");
pub(super) const OF: KeyDoc = key("of", Holds::Typed, "With `type: list`: what each item is.");
pub(super) const FIELDS: KeyDoc =
    key("fields", Holds::Map(&Holds::Free, &Holds::Typed), "With `type: struct`: its fields and what each is.");

/// A type that holds others, in the columns of a source: how its values are written is said as well.
pub(crate) const NESTED: &Form =
    &Form { name: "a type", keys: &[TYPE, OF, FIELDS, FORMATS, ZONE, MISSING, TRUE, FALSE, SPLIT, OR_ONE, TEXT_AS] };

pub(super) const SHAPE_OF: KeyDoc = KeyDoc { holds: Holds::Shaped, ..OF };
pub(super) const SHAPE_FIELDS: KeyDoc = KeyDoc { holds: Holds::Map(&Holds::Free, &Holds::Shaped), ..FIELDS };

/// A type that holds others, where no files are read.
pub(crate) const SHAPE: &Form = &Form { name: "a type", keys: &[TYPE, SHAPE_OF, SHAPE_FIELDS] };

pub(super) const PARAMETERS: KeyDoc = key(
    "parameters",
    Holds::Map(&Holds::Free, &Holds::Form(DECLARED)),
    "What the rules ask of an order: `{parameter: NAME}` in rules, `parameter(\"NAME\")` in scripts, `--set NAME=VALUE` on the command line.",
);

const DECLARED: &Form = &Form {
    name: "a parameter",
    keys: &[
        required("type", Holds::Type, "Text, integer, float, boolean, date, datetime or instant."),
        key("default", Holds::Free, "Its value where nobody sets it."),
        key("required", Holds::Truth, "Whether every order must set it; instead of a `default`."),
        key("one_of", Holds::List(&Holds::Free), "The only texts it takes."),
        key("summary", Holds::Free, "What it is for."),
    ],
};

pub(super) const MAX_LENGTH: KeyDoc = key("max_length", Holds::Free, "The most characters a text may have.");

pub(super) const FORMATS: KeyDoc = key(
    "formats",
    Holds::List(&Holds::Free),
    "How dates and times are written, as strftime formats tried in this order (default: ISO 8601).",
);
pub(super) const ZONE: KeyDoc = key("zone", Holds::Free, "The zone of an instant whose input names none, as in `America/Toronto`.");
pub(super) const MISSING: KeyDoc = key("missing", Holds::List(&Holds::Free), "Texts that mean 'no value' here, instead of the system's.");
pub(super) const TRUE: KeyDoc = key("true", Holds::List(&Holds::Free), "Words for true, compared without case; needs `false` as well.");
pub(super) const FALSE: KeyDoc = key("false", Holds::List(&Holds::Free), "Words for false, compared without case; needs `true` as well.");
pub(super) const SPLIT: KeyDoc = key("split", Holds::Free, "What stands between the items of a list that is no JSON, as `;`.");
pub(super) const OR_ONE: KeyDoc =
    key("or_one", Holds::Truth, "With `type: list`: whether an item that stands without its list is read as a list of this one.");
pub(super) const TEXT_AS: KeyDoc =
    key("text_as", Holds::Free, "The field of a struct that a bare text is, where text stands for the object.");

pub(super) const CODE_MAP: &Form = &Form {
    name: "a code map",
    keys: &[
        key("file", Holds::Free, "A CSV in this folder: `source_code,source_name,target,status,author,reviewed_on,comment`."),
        key("target", Holds::Words(&["integer", "text"]), "The type of the targets."),
        key("usagi", Holds::Free, "A CSV in this folder, as Usagi saves a mapping; its targets are concepts."),
        key("source_to_concept_map", Holds::Free, "A CSV in this folder: OMOP's `SOURCE_TO_CONCEPT_MAP`, of one or several vocabularies."),
        key("vocabulary", Holds::Free, "The `source_vocabulary_id` of the rows of a `source_to_concept_map` that count."),
        key(
            "athena",
            Holds::Map(&Holds::Free, &Holds::Free),
            "From a code system to an OMOP `vocabulary_id`; through 'Maps to', to the standard concept.",
        ),
        key(
            "on_ambiguous",
            Holds::Words(&["otherwise", "lowest", "reject", "fail"]),
            "With `athena`: of several standard concepts, none (default), the lowest; or the row is set aside, or the order fails.",
        ),
    ],
};
