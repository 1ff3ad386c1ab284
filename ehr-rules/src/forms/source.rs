//! The forms of a source's schema.

use super::AT_MOST;
use super::Form;
use super::Holds;
use super::SEVERITIES;
use super::key;
use super::required;
use super::schemas::CODE_MAP;
use super::schemas::FALSE;
use super::schemas::FIELDS;
use super::schemas::FORMATS;
use super::schemas::KEY;
use super::schemas::MAX_LENGTH;
use super::schemas::MISSING;
use super::schemas::OF;
use super::schemas::OR_ONE;
use super::schemas::PARAMETERS;
use super::schemas::SPLIT;
use super::schemas::TEXT_AS;
use super::schemas::TRUE;
use super::schemas::TYPE;
use super::schemas::ZONE;
use crate::ir::phi;

/// `schema.yaml` of a source.
pub(crate) const SOURCE: Holds = Holds::Form(&Form {
    name: "the schema of a source",
    keys: &[
        required("system", Holds::Free, "The system's name, that of the folder above."),
        required("version", Holds::Free, "The version's name, that of this folder, in quotes where it looks like a number."),
        key("title", Holds::Free, "What people call it."),
        key(
            "layout",
            Holds::Truth,
            "Whether it is known only so that its exports can be named: it has no rules, and nothing is converted from it.",
        ),
        key("inherits", Holds::Version, "A version of the same system: only what changed since stands here."),
        key("dialect", Holds::Form(DIALECT), "Hints on how the files are written; what is left out is found for each file."),
        key("missing", Holds::List(&Holds::Free), "Texts that mean 'no value' anywhere in this system (default: the empty text)."),
        PARAMETERS,
        key("code_maps", Holds::Map(&Holds::CodeMap, &Holds::Form(CODE_MAP)), "Code maps by name, for `codes:` in its rules."),
        key("drop_tables", Holds::List(&Holds::OwnTable), "With `inherits`: tables that this version no longer writes."),
        key("rename_tables", Holds::Map(&Holds::OwnTable, &Holds::OwnTable), "With `inherits`: the parent's table and its name now."),
        key("drop_rules", Holds::List(&Holds::Output), "With `inherits`: categories that this version no longer makes."),
        key("tables", Holds::Map(&Holds::OwnTable, &Holds::Form(SOURCE_TABLE)), "The tables this system writes, by name."),
    ],
});

const DIALECT: &Form = &Form {
    name: "`dialect`",
    keys: &[
        key("delimiter", Holds::Free, "What stands between fields, one to eight characters; a tab is `tab`."),
        key("quote", Holds::Free, "The character around fields, or `none`."),
        key(
            "escape",
            Holds::Words(&["doubled", "backslash"]),
            "How a quote inside a quoted field is written: twice, or behind a backslash.",
        ),
        key("encoding", Holds::Free, "How the files' bytes are read as text: a WHATWG label such as `utf-8` or `windows-1252`."),
        key("line_end", Holds::Words(&["lf", "cr", "any"]), "What ends a line: LF or CRLF, CR alone, or each of them."),
        key("comment", Holds::Free, "What a line begins with that is no row, or `none`."),
        key("preamble", Holds::Free, "How many lines stand before the header."),
        key("footer", Holds::Free, "How many lines stand behind the last row."),
        key(
            "line_break",
            Holds::Words(&["vertical_tab", "unit_separator", "group_separator"]),
            "The character that is a line end inside a field.",
        ),
        key("decimal", Holds::Words(&[".", ","]), "What stands before a number's fraction."),
        key("thousands", Holds::Free, "What stands between a number's thousands; otherwise nothing may."),
        key(
            "nul",
            Holds::Words(&["set_aside", "remove", "keep"]),
            "What is done about NUL characters in texts: the row is set aside (default), they are taken out, or they stay.",
        ),
    ],
};

const SOURCE_TABLE: &Form = &Form {
    name: "a table of a source",
    keys: &[
        key(
            "file",
            Holds::Free,
            "A glob over file names, as in `\"patients*.csv\"`; several files are one table. This or `list` is required.",
        ),
        key(
            "list",
            Holds::Free,
            "Instead of `file`: `s3://{bucket}/prefix/`, `sftp://{host}/path/` or a folder, with parameters in braces; its objects are the rows, with `key`, `size`, `modified` and `etag`.",
        ),
        key("required", Holds::Truth, "Whether an export without this table is refused (default: an absent table is empty)."),
        key("header", Holds::List(&Holds::OwnColumn), "Only where the files have no header of their own: their fields, in order."),
        key(
            "widths",
            Holds::Map(&Holds::OwnColumn, &Holds::Free),
            "Only where fields have fixed widths: the characters at which each stands, as in `{Id: 1-8, NAME: 9-40}`, from 1, both ends included.",
        ),
        key("format", Holds::Words(&["delimited", "json"]), "How the files are written: delimited text (the default), or JSON objects."),
        key("rows", Holds::Free, "With `format: json`: where the objects stand in a document, as in `results.records`."),
        key("dialect", Holds::Form(DIALECT), "How these files are written where they are other than the source's `dialect` says."),
        KEY,
        key("patient", Holds::OwnColumn, "The column that says which patient a row is about, where rules do not tell."),
        key("rename", Holds::Map(&Holds::OwnColumn, &Holds::Free), "With `inherits`: the parent's column and its name now."),
        key(
            "move",
            Holds::Map(&Holds::OwnColumn, &Holds::Form(MOVE)),
            "With `inherits`: columns that stand in another table now; inherited rules look them up there.",
        ),
        key("drop", Holds::List(&Holds::OwnColumn), "With `inherits`: columns that this version no longer writes."),
        key(
            "columns",
            Holds::Map(&Holds::OwnColumn, &Holds::Either(&Holds::Type, &Holds::Form(SOURCE_COLUMN))),
            "The columns by their names in the header, and what they hold: a type, or a map such as `{type: date, required: true}`.",
        ),
        key(
            "references",
            Holds::Map(&Holds::OwnColumn, &Holds::Either(&Holds::Reference, &Holds::Form(REFERENCE))),
            "Columns that hold a value of another table's column: `{PATIENT: patients.Id}`.",
        ),
        key("checks", Holds::List(&Holds::Form(CHECK)), "Conditions on several columns of a row together."),
        key("extra_columns", Holds::Words(&["report", "ignore", "forbid"]), "What is done with columns that the schema does not name."),
        key(
            "ignore",
            Holds::Map(&Holds::OwnColumn, &Holds::Free),
            "Columns that are in the files and deliberately not read, each with the reason.",
        ),
    ],
};

/// How values are written, in a column and inside one.
const MOVE: &Form = &Form {
    name: "a move",
    keys: &[
        required("to", Holds::OwnTable, "The table in which the column stands now."),
        required("on", Holds::Map(&Holds::OwnColumn, &Holds::Free), "Columns that are equal: of this table, and of the one it stands in."),
    ],
};

const SOURCE_COLUMN: &Form = &Form {
    name: "a column of a source",
    keys: &[
        TYPE,
        OF,
        FIELDS,
        key("required", Holds::Truth, "Whether a missing value is an error of the row (default: it may be missing)."),
        FORMATS,
        ZONE,
        SPLIT,
        OR_ONE,
        TEXT_AS,
        key("examples", Holds::List(&Holds::Free), "Invented texts as they stand in the files; each must be one that this column takes."),
        key("path", Holds::Free, "In a table of JSON files: where the value stands in an object, as in `patient.birth_date`."),
        key("one_of", Holds::List(&Holds::Free), "The only texts allowed."),
        key("pattern", Holds::Free, "A regular expression that the whole text matches."),
        key("min", Holds::Free, "The least value allowed."),
        key("max", Holds::Free, "The greatest value allowed."),
        MAX_LENGTH,
        key("unique", Holds::Truth, "Whether no two rows share a value."),
        key(
            "on_error",
            SEVERITIES,
            "What a broken constraint does, or a value missing though required: `reject` the row (the default), `warn`, or `fail` the order.",
        ),
        AT_MOST,
        key("also", Holds::List(&Holds::Free), "Other spellings of the header."),
        key("optional", Holds::Truth, "Whether a file may come without this column; its values are then missing."),
        MISSING,
        TRUE,
        FALSE,
        key("phi", Holds::Words(&phi::TAGS), "What it tells of a person, by HIPAA's list of identifiers."),
    ],
};

const CHECK: &Form = &Form {
    name: "a check of a row",
    keys: &[
        required(
            "that",
            Holds::Script,
            "What must hold, as a script over the row's columns; a comparison with a missing value is not true.",
        ),
        required("message", Holds::Free, "What is wrong where it does not hold; no value of the row."),
        key("on_error", SEVERITIES, "What becomes of a row for which it does not hold."),
        AT_MOST,
    ],
};

const REFERENCE: &Form = &Form {
    name: "a reference",
    keys: &[
        required("to", Holds::Reference, "The table and column it refers to, as `table.column`."),
        key("on_error", SEVERITIES, "What becomes of a row that refers to nothing."),
        AT_MOST,
    ],
};
