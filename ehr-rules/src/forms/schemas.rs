//! The forms of schemas: of sources, categories and targets.

use super::AT_MOST;
use super::Form;
use super::Holds;
use super::KeyDoc;
use super::SEVERITIES;
use super::key;
use super::required;
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

const KEY: KeyDoc = key("key", Holds::List(&Holds::OwnColumn), "Columns that identify a row: unique together, never missing.");
const TYPE: KeyDoc = required("type", Holds::Type, "What a value is.");
const OF: KeyDoc = key("of", Holds::Typed, "With `type: list`: what each item is.");
const FIELDS: KeyDoc = key("fields", Holds::Map(&Holds::Free, &Holds::Typed), "With `type: struct`: its fields and what each is.");

/// A type that holds others, in the columns of a source: how its values are written is said as well.
pub(crate) const NESTED: &Form = &Form { name: "a type", keys: &[TYPE, OF, FIELDS, FORMATS, ZONE, MISSING, TRUE, FALSE, SPLIT, TEXT_AS] };

const SHAPE_OF: KeyDoc = KeyDoc { holds: Holds::Shaped, ..OF };
const SHAPE_FIELDS: KeyDoc = KeyDoc { holds: Holds::Map(&Holds::Free, &Holds::Shaped), ..FIELDS };

/// A type that holds others, where no files are read.
pub(crate) const SHAPE: &Form = &Form { name: "a type", keys: &[TYPE, SHAPE_OF, SHAPE_FIELDS] };

const PARAMETERS: KeyDoc = key(
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
const MAX_LENGTH: KeyDoc = key("max_length", Holds::Free, "The most characters a text may have.");

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
const FORMATS: KeyDoc = key(
    "formats",
    Holds::List(&Holds::Free),
    "How dates and times are written, as strftime formats tried in this order (default: ISO 8601).",
);
const ZONE: KeyDoc = key("zone", Holds::Free, "The zone of an instant whose input names none, as in `America/Toronto`.");
const MISSING: KeyDoc = key("missing", Holds::List(&Holds::Free), "Texts that mean 'no value' here, instead of the system's.");
const TRUE: KeyDoc = key("true", Holds::List(&Holds::Free), "Words for true, compared without case; needs `false` as well.");
const FALSE: KeyDoc = key("false", Holds::List(&Holds::Free), "Words for false, compared without case; needs `true` as well.");
const SPLIT: KeyDoc = key("split", Holds::Free, "What stands between the items of a list that is no JSON, as `;`.");
const TEXT_AS: KeyDoc = key("text_as", Holds::Free, "The field of a struct that a bare text is, where text stands for the object.");

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

/// `schema.yaml` of a target.
pub(crate) const TARGET: Holds = Holds::Form(&Form {
    name: "the schema of a target",
    keys: &[
        required("target", Holds::Free, "The target's name, that of the folder."),
        key("title", Holds::Free, "What people call it."),
        key(
            "source",
            Holds::List(&Holds::Source),
            "A source, as `SYSTEM/VERSION`, or versions of one system, whose tables the rules read straight, without categories.",
        ),
        key("tenant", Holds::Form(TENANT), "With `source`: whose data a row is; each tenant's goes to a database of its own."),
        key("release", Holds::Words(&["deidentified", "identified"]), "Whether what identifies a person may reach its columns."),
        key(
            "allow",
            Holds::Map(&Holds::Reference, &Holds::Free),
            "Columns (`table.column`) that hold an identifier all the same, each with the reason.",
        ),
        key("code_maps", Holds::Map(&Holds::CodeMap, &Holds::Form(CODE_MAP)), "Code maps by name, for `codes:` in rules."),
        PARAMETERS,
        key("feasibility", Holds::Form(FEASIBILITY), "What an export must come to, so that converting it is worth while."),
        required("tables", Holds::Map(&Holds::OwnTable, &Holds::Form(TARGET_TABLE)), "The target's tables, in load order."),
    ],
});

const CONVERTED: KeyDoc =
    key("converted", Holds::Free, "How many of the rows asked for become rows of the target: `at least 95%` (default).");
const UNMAPPED: KeyDoc =
    key("unmapped", Holds::Free, "How many of the rows converted may hold a code without a mapping: `at most 5%` (default).");

const FEASIBILITY: &Form = &Form {
    name: "`feasibility`",
    keys: &[
        CONVERTED,
        UNMAPPED,
        key("patients_lost", Holds::Free, "How many of the patients may have no row of their own left: `at most 1%` (default)."),
        key(
            "implausible",
            Holds::Free,
            "How many of the rows converted may be implausible, such as `at most 2%`; nothing is asked by default.",
        ),
    ],
};

const TABLE_FEASIBILITY: &Form = &Form { name: "`feasibility`", keys: &[CONVERTED, UNMAPPED] };

const TENANT: &Form = &Form {
    name: "`tenant`",
    keys: &[
        required("from", Holds::Free, "A column of the source, text and required in one of its tables, that names the tenant."),
        key(
            "folder",
            Holds::Words(&["name", "letters"]),
            "How the folder that a file lies in names the tenant too: by the name, or by its letters and digits.",
        ),
    ],
};

const CODE_MAP: &Form = &Form {
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

const TARGET_TABLE: &Form = &Form {
    name: "a table of a target",
    keys: &[
        key("external", Holds::Truth, "Filled by somebody else: not created, not loaded; references to it are checked only with `athena`."),
        key("athena", Holds::Free, "With `external`: the file of a vocabulary download that holds its rows, as in `CONCEPT.csv`."),
        DEMAND_AT_MOST,
        DEMAND_ON_ERROR,
        KEY,
        key("feasibility", Holds::Form(TABLE_FEASIBILITY), "What an export must come to in this table."),
        key("checks", Holds::List(&Holds::Form(DEMANDED)), "Conditions on the rows made, of several columns and tables."),
        key("each", Holds::List(&Holds::Form(EACH)), "Of which other tables each row, or each value of a column, has a row here."),
        key("no_overlap", Holds::Form(NO_OVERLAP), "Spans of days that may not meet."),
        key("track", Holds::Form(TRACK), "How rows that come again, in a later order, are told from new ones."),
        required(
            "columns",
            Holds::Map(&Holds::OwnColumn, &Holds::Either(&Holds::Type, &Holds::Form(TARGET_COLUMN))),
            "Its columns in the order in which they are written.",
        ),
    ],
};

const TRACK: &Form = &Form {
    name: "`track`",
    keys: &[
        required("key", Holds::List(&Holds::OwnColumn), "Columns that say which row it is."),
        key("range", Holds::Form(RANGE), "The columns where its time begins and ends: rows of one key whose times meet are one row."),
        required("fingerprint", Holds::Form(FINGERPRINT), "By what a row that comes again is the same."),
        key("on_same", Holds::Words(&["skip"]), "What becomes of a row that comes again and is the same."),
        key("on_changed", Holds::Form(ON_CHANGED), "What becomes of a row that comes again and is not the same."),
    ],
};

const RANGE: &Form = &Form {
    name: "`range`",
    keys: &[
        required("start", Holds::OwnColumn, "The column of the first day or time; a missing one is since ever."),
        required("end", Holds::OwnColumn, "The column of the last day, or of the time up to which; a missing one is for ever."),
    ],
};

const FINGERPRINT: &Form = &Form {
    name: "`fingerprint`",
    keys: &[
        required(
            "columns",
            Holds::List(&Holds::OwnColumn),
            "Columns in which a row that is the same does not differ, and tables that refer to this one, whose rows are compared as a set.",
        ),
        key("ignore", Holds::List(&Holds::OwnColumn), "Columns in which it may; of such a table as `table.column`."),
        key(
            "texts",
            Holds::List(&Holds::Words(&["trim", "collapse_blanks"])),
            "What is not compared in texts: blanks at both ends, or how many.",
        ),
    ],
};

const ON_CHANGED: &Form = &Form {
    name: "`on_changed`",
    keys: &[
        key("record", Holds::Words(&["conflicts"]), "Where old and new values are written down."),
        required(
            "then",
            Holds::Words(&["keep_old", "take_new", "keep_both", "quarantine"]),
            "Which row stands: the old one (default), the new one, both, or the old one until somebody decides.",
        ),
        key(
            "kinds",
            Holds::Map(&Holds::Free, &Holds::Form(CONFLICT_KIND)),
            "Kinds of conflicts by their names, the first that fits; none needs to: what is left is `data_changed`, a key twice in one order \
             `extraction_duplicate`, which may be named too.",
        ),
    ],
};

const CONFLICT_KIND: &Form = &Form {
    name: "a kind of conflict",
    keys: &[
        key("columns", Holds::List(&Holds::OwnColumn), "Columns and child tables, one of which changed."),
        key("severity", Holds::Words(&["low", "medium", "high"]), "How much it matters (default: medium)."),
        key("then", Holds::Words(&["keep_old", "take_new", "keep_both", "quarantine"]), "Which row stands, where it is not that of all."),
    ],
};

const TARGET_COLUMN: &Form = &Form {
    name: "a column of a target",
    keys: &[
        TYPE,
        SHAPE_OF,
        SHAPE_FIELDS,
        key("required", Holds::Truth, "Whether it is never missing."),
        MAX_LENGTH,
        key("references", Holds::Reference, "The table and column it refers to, as `table.column`."),
        key("concept", Holds::Form(CONCEPT), "What a vocabulary says of the concepts it holds."),
        key("mapped", Holds::Either(&Holds::Free, &Holds::Form(SHARE)), "The share of rows whose concept is not 0: `95%`."),
        key("mapped_by", Holds::Form(MAPPED_BY), "The share of its different values that have a concept in another column."),
        key("complete", Holds::Either(&Holds::Free, &Holds::Form(SHARE)), "The share of rows that have a value: `at least 95%`."),
        key("plausible", Holds::List(&Holds::Form(PLAUSIBLE)), "What its values are between, and the days they cannot precede or follow."),
    ],
};

const DEMAND_AT_MOST: KeyDoc =
    key("at_most", Holds::Free, "How many may break it, as a share (`5%`) or a number (default: none); over it `on_error` is done.");
const DEMAND_ON_ERROR: KeyDoc = key(
    "on_error",
    Holds::Words(&["warn", "fail"]),
    "What more than `at_most` does: `fail` the order before it is loaded (default), or `warn`.",
);
const AT_LEAST: KeyDoc = required("at_least", Holds::Free, "How much of it must hold, as in `95%`.");

const SHARE: &Form = &Form { name: "a share", keys: &[AT_LEAST, DEMAND_ON_ERROR] };

const CONCEPT: &Form = &Form {
    name: "`concept`",
    keys: &[
        key("domain", Holds::List(&Holds::Free), "The domains that its concepts may be of, as in `Condition`."),
        key("class", Holds::List(&Holds::Free), "The classes that they may be of, as in `Ingredient`."),
        key("standard", Holds::Truth, "Whether they must be standard and valid."),
        DEMAND_AT_MOST,
        DEMAND_ON_ERROR,
    ],
};

const MAPPED_BY: &Form =
    &Form { name: "`mapped_by`", keys: &[required("column", Holds::OwnColumn, "The column with the concept."), AT_LEAST, DEMAND_ON_ERROR] };

const PLAUSIBLE: &Form = &Form {
    name: "`plausible`",
    keys: &[
        key("min", Holds::Free, "The least value: a number, or a day."),
        key("max", Holds::Free, "The greatest value."),
        key(
            "after",
            Holds::List(&Holds::Free),
            "Days it cannot precede: `COLUMN`, `TABLE.COLUMN` or `today`, with `- 7 days` behind it if need be.",
        ),
        key("before", Holds::List(&Holds::Free), "Days it cannot follow, as in `death.death_date + 60 days`."),
        DEMAND_AT_MOST,
        DEMAND_ON_ERROR,
    ],
};

const DEMANDED: &Form = &Form {
    name: "a check of a target",
    keys: &[
        required("that", Holds::Script, "What must be true of a row; the row of another table that it finds is `col(\"table.column\")`."),
        key("where", Holds::Script, "Of which rows; all where it is left out."),
        key("under", Holds::Map(&Holds::OwnColumn, &Holds::Free), "Only of rows whose concept is one of these or stands under one."),
        required("message", Holds::Free, "What must hold, in words; no value of the row."),
        DEMAND_AT_MOST,
        DEMAND_ON_ERROR,
    ],
};

const EACH: &Form = &Form {
    name: "`each`",
    keys: &[
        required("of", Holds::OwnTable, "The other table."),
        key("by", Holds::OwnColumn, "The column by which a row there has one here, of that name in both (default: its key)."),
        AT_LEAST,
        DEMAND_ON_ERROR,
    ],
};

const NO_OVERLAP: &Form = &Form {
    name: "`no_overlap`",
    keys: &[
        required("by", Holds::OwnColumn, "Whose spans they are."),
        required("from", Holds::OwnColumn, "The first day."),
        required("to", Holds::OwnColumn, "The last day."),
        key("gap", Holds::Free, "How many days lie between two at least (default 0: the next day may be the second's first)."),
        DEMAND_AT_MOST,
        DEMAND_ON_ERROR,
    ],
};
