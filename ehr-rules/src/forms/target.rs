//! The forms of a target's schema.

use super::Form;
use super::Holds;
use super::KeyDoc;
use super::key;
use super::required;
use super::schemas::CODE_MAP;
use super::schemas::KEY;
use super::schemas::MAX_LENGTH;
use super::schemas::PARAMETERS;
use super::schemas::SHAPE_FIELDS;
use super::schemas::SHAPE_OF;
use super::schemas::TYPE;

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

const TARGET_TABLE: &Form = &Form {
    name: "a table of a target",
    keys: &[
        key("summary", Holds::Free, "What a reader should know; a database that the table is made in keeps it as a comment."),
        key("external", Holds::Truth, "Filled by somebody else: not created, not loaded; references to it are checked only with `athena`."),
        key("athena", Holds::Free, "With `external`: the file of a vocabulary download that holds its rows, as in `CONCEPT.csv`."),
        DEMAND_AT_MOST,
        DEMAND_ON_ERROR,
        KEY,
        key("feasibility", Holds::Form(TABLE_FEASIBILITY), "What an export must come to in this table."),
        key(
            "by_concept",
            Holds::List(&Holds::Form(BY_CONCEPT)),
            "What rows of single concepts hold, by a list: limits of values in a unit, units, genders.",
        ),
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
        key("summary", Holds::Free, "What a reader should know; a database that the column is made in keeps it as a comment."),
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

const BY_CONCEPT: &Form = &Form {
    name: "`by_concept`",
    keys: &[
        required("file", Holds::Free, "A CSV in this folder: `concept,name,unit,unit_name,low,high,gender,at_most,source`."),
        required("concept", Holds::OwnColumn, "The column of concepts."),
        key("unit", Holds::OwnColumn, "The column of units; 0 is one that nobody knew, and what is missing is `none` in the list."),
        key("unit_text", Holds::OwnColumn, "The column with the unit as it was written; rows without it are not looked at for their unit."),
        key("value", Holds::OwnColumn, "The column of values; rows without one are not looked at for limits and units."),
        key("gender", Holds::Free, "The column of the gender, here or as `TABLE.COLUMN` of the row found there."),
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
