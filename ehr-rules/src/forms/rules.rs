//! The forms of a file of rules.

use super::Form;
use super::Holds;
use super::KeyDoc;
use super::key;
use super::required;
use super::values;

/// A file of rules: what is made, and how.
pub(crate) const RULES: Holds = Holds::Map(&Holds::Output, &Holds::Form(RULE));

const FROM: KeyDoc = key("from", Holds::Input, "The driving table: each of its rows becomes at most one row of what is made.");
const JOIN: KeyDoc =
    key("join", Holds::Map(&Holds::Free, &Holds::Form(JOINED)), "Other tables by an alias; their columns are then seen as `alias.COLUMN`.");
const WHERE: KeyDoc = key(
    "where",
    Holds::Script,
    "A condition, as a script. Rows for which it does not hold are counted as filtered, by this rule. `x != ()` makes `x` non-nullable in what follows.",
);
const PIVOT: KeyDoc = key(
    "pivot",
    Holds::Form(PIVOTED),
    "Rows that name one value each become one row with a column for each name; `columns` then reads these and those of `by`.",
);
const GROUP: KeyDoc = key(
    "group",
    Holds::List(&Holds::Value),
    "One row a group of rows that are equal in these; each column is then one of them, or an aggregate such as `{min: COLUMN}`.",
);
const COLUMNS: KeyDoc =
    required("columns", Holds::Map(&Holds::OutputColumn, &Holds::Made), "Each column of what is made, and what it gets.");

const RULE: &Form = &Form {
    name: "a rule",
    keys: &[
        FROM,
        EXPLODE,
        UNPIVOT,
        JOIN,
        WHERE,
        PIVOT,
        GROUP,
        FILE,
        COLUMNS,
        key("union", Holds::List(&Holds::Form(BRANCH)), "Several sources of one table: a list of branches, in order."),
        key(
            "sort",
            Holds::List(&Holds::OutputOrder),
            "The order of the rows made, by columns made: `[person_id, start desc]`; stable, missing values last.",
        ),
        key("dedupe", Holds::Form(DEDUPE), "Rows that are the same thing become one; the others are counted as merged."),
        key(
            "status",
            Holds::Words(&["approved", "proposed"]),
            "`proposed` until a person has read the rule: it is checked and shown, and never run. `approved` where nothing is said.",
        ),
    ],
};

const BRANCH: &Form = &Form {
    name: "a branch of a union",
    keys: &[KeyDoc { required: true, ..FROM }, EXPLODE, UNPIVOT, JOIN, WHERE, PIVOT, GROUP, FILE, COLUMNS],
};

const PIVOTED: &Form = &Form {
    name: "a pivot",
    keys: &[
        required("by", Holds::List(&Holds::InputColumn), "What the values of one row have in common; `[]` makes one row of all."),
        required("name", Holds::InputColumn, "The column that says which value a row holds: text or an integer."),
        required("value", Holds::InputColumn, "The column that holds the values; where it is missing, a row adds nothing."),
        required(
            "columns",
            Holds::Map(&Holds::Free, &Holds::Free),
            "The columns made, each with what stands under `name`: `{systolic: \"8480-6\"}`.",
        ),
        key(
            "expect",
            Holds::Words(&["one", "first", "last", "min", "max"]),
            "Which of several values of one name is taken; with `one`, the default, their rows are set aside.",
        ),
        key("order", Holds::List(&Holds::InputOrder), "The order in which the first or last is looked for; row order without it."),
        key(
            "others",
            Holds::Words(&["reject", "drop"]),
            "Rows whose name is none of these: set aside (default), or with `drop` counted as filtered.",
        ),
    ],
};

const EXPECT: KeyDoc = required(
    "expect",
    Holds::Words(&["one", "at_most_one", "any", "many"]),
    "How many rows are expected to match: `one`, `at_most_one`, `any` (then `order` says which is taken), or `many`, each of which makes a row.",
);

const EXPLODE: KeyDoc = key(
    "explode",
    Holds::Either(&Holds::Form(EXPLODED), &Holds::List(&Holds::Form(EXPLODED))),
    "A row for each item of a list, before anything is joined; several lists are worked in order.",
);
const EXPLODED: &Form = &Form {
    name: "`explode`",
    keys: &[
        required("list", Holds::InputColumn, "The column that holds the list, or a field: `lot.boxes`."),
        key("as", Holds::Free, "The name of the item's column, `item` where it is left out; a struct's fields are `item.FIELD`."),
        key("position", Holds::Free, "The name of a column that says which item it is, from 1."),
        key("on_empty", Holds::Words(&["drop", "keep"]), "Rows without items are filtered (the default), or stay with a missing item."),
    ],
};
const UNPIVOT: KeyDoc = key("unpivot", Holds::Form(UNPIVOTED), "A row for each of several columns of one type, before anything is joined.");
const UNPIVOTED: &Form = &Form {
    name: "`unpivot`",
    keys: &[
        required(
            "columns",
            Holds::Either(&Holds::List(&Holds::InputColumn), &Holds::Map(&Holds::InputColumn, &Holds::Free)),
            "The columns, or each with what it is called in `name`.",
        ),
        required("name", Holds::Free, "The name of the column that says which column it was."),
        required("value", Holds::Free, "The name of the column that holds the value."),
        key("on_missing", Holds::Words(&["drop", "keep"]), "A missing value makes no row (the default), or one."),
    ],
};

const JOINED: &Form = &Form {
    name: "a join",
    keys: &[
        key("table", Holds::Input, "The table that is joined; left out, it is that of the alias."),
        values::ON,
        EXPECT,
        values::ORDER,
        values::ON_MISSING,
        values::ON_AMBIGUOUS,
    ],
};

const FILE: KeyDoc = key(
    "file",
    Holds::Form(ACTION),
    "A file that is copied for each row: from where, to where, and what is done where two have one place.",
);

const ACTION: &Form = &Form {
    name: "a file action",
    keys: &[
        required(
            "source",
            Holds::Free,
            "Where the file is: text in which `{COLUMN}`, `{COLUMN|function}` and `{parameter}` stand for values.",
        ),
        required(
            "target",
            Holds::Free,
            "Where it goes, written in the same way; whatever a name holds, it stays one segment below the root.",
        ),
        required(
            "collision",
            Holds::Either(&Holds::Words(&["number", "hash", "fail"]), &Holds::Form(OWNER)),
            "What is done where two files would have one place: `number`, `hash`, `fail` or `{folder: COLUMN}`.",
        ),
        key("verify", Holds::Words(&["size", "checksum"]), "How the copy is held against the original."),
    ],
};

const OWNER: &Form = &Form {
    name: "`collision`",
    keys: &[required(
        "folder",
        Holds::InputColumn,
        "Folders of one name that belong to several values of this get the value behind their name.",
    )],
};

const DEDUPE: &Form = &Form {
    name: "`dedupe`",
    keys: &[
        required("by", Holds::List(&Holds::OutputColumn), "The columns that make two rows the same thing."),
        required(
            "keep",
            Holds::Either(&Holds::Words(&["first"]), &Holds::Form(KEEP)),
            "Which row stays: `first`, `{latest: COLUMN}` or `{earliest: COLUMN}`.",
        ),
    ],
};

const KEEP: &Form = &Form {
    name: "`keep`",
    keys: &[
        key("latest", Holds::OutputColumn, "The row with the greatest value stays."),
        key("earliest", Holds::OutputColumn, "The row with the least value stays."),
    ],
};
