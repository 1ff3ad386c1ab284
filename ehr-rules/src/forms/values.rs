//! The forms of a value: what may stand where a column gets what it holds.

use super::Form;
use super::Holds;
use super::KeyDoc;
use super::key;
use super::required;

/// Each form of a value; its first key says which it is.
pub(crate) const VALUES: &[&Form] = &[FROM, CONSTANT, JOIN, WHEN, KEY, LOOKUP, SCRIPT, PARAMETER];

/// What makes one value of a group's several; the first key says which it is.
pub(crate) const AGGREGATES: &[&Form] = &[
    &Form { name: AGGREGATE, keys: &[required("first", Holds::Value, "The first row's value, missing or not."), IN_ORDER] },
    &Form { name: AGGREGATE, keys: &[required("last", Holds::Value, "The last row's value, missing or not."), IN_ORDER] },
    &Form { name: AGGREGATE, keys: &[required("min", Holds::Value, "The least value of the group.")] },
    &Form { name: AGGREGATE, keys: &[required("max", Holds::Value, "The greatest value of the group.")] },
    &Form {
        name: AGGREGATE,
        keys: &[required("count", Holds::Value, "How many values are there, or with `count: rows` how many rows; never missing.")],
    },
    &Form { name: AGGREGATE, keys: &[required("count_distinct", Holds::Value, "How many different values there are; never missing.")] },
    &Form { name: AGGREGATE, keys: &[required("sum", Holds::Value, "The sum, of the kind of what is added.")] },
    &Form { name: AGGREGATE, keys: &[required("mean", Holds::Value, "The arithmetic mean, a float.")] },
    &Form { name: AGGREGATE, keys: &[required("any", Holds::Value, "Whether it is true of some row; never missing.")] },
    &Form { name: AGGREGATE, keys: &[required("all", Holds::Value, "Whether it is true of every row; never missing.")] },
    &Form {
        name: AGGREGATE,
        keys: &[
            required("join", Holds::List(&Holds::Value), "Texts of the group's rows put together; empty ones are passed over."),
            key("with", Holds::Free, "The text between them."),
            IN_ORDER,
        ],
    },
    &Form {
        name: AGGREGATE,
        keys: &[
            required("list", Holds::Value, "The values of the group in a list; one of nothing where none is there, never missing."),
            IN_ORDER,
        ],
    },
];

const AGGREGATE: &str = "an aggregate of a group";
const IN_ORDER: KeyDoc = key(
    "order",
    Holds::List(&Holds::InputOrder),
    "The order of the rows: `COLUMN`, `COLUMN desc`, or a list of these; ties stay in row order.",
);

const OTHERWISE: KeyDoc = key(
    "otherwise",
    Holds::Either(&Holds::Free, &Holds::Value),
    "What stands for everything that is not in the table, missing values among it: `null`, a constant, or an expression such as `{from: COLUMN}`. `map` and `codes` need it.",
);

const FROM: &Form = &Form {
    name: "a value from a column",
    keys: &[
        required("from", Holds::Value, "The column (or any other value) that this begins with."),
        key("do", Holds::List(&Holds::Step), "Functions of the catalogue, one after the other: `do: [trim, {left: 3}]`."),
        key("map", Holds::Map(&Holds::Free, &Holds::Free), "A table of constants: `{M: male, F: female}`. Needs `otherwise`."),
        key("codes", Holds::CodeMap, "The target of the code in a code map; codes without one go on the work-list. Needs `otherwise`."),
        key("system", Holds::Value, "The code system of the code, where a code map holds several."),
        OTHERWISE,
    ],
};

const CONSTANT: &Form =
    &Form { name: "a constant", keys: &[required("value", Holds::Free, "A constant: text, a number, `true`, `false` or `null`.")] };

const PARAMETER: &Form = &Form {
    name: "a parameter",
    keys: &[required("parameter", Holds::Parameter, "A parameter of the order: `today` is its date, never the clock's.")],
};

const JOIN: &Form = &Form {
    name: "texts joined",
    keys: &[
        required(
            "join",
            Holds::List(&Holds::Value),
            "Texts put together; missing and empty ones are skipped, and it is missing where all are.",
        ),
        key("with", Holds::Free, "The text between them."),
    ],
};

const WHEN: &Form = &Form {
    name: "a choice",
    keys: &[required(
        "when",
        Holds::List(&Holds::Form(BRANCH)),
        "The first branch that holds: `[{if: \"…\", then: …}, {otherwise: …}]`. `otherwise` is required and stands last.",
    )],
};

const BRANCH: &Form = &Form {
    name: "a branch of `when`",
    keys: &[
        key("if", Holds::Script, "The condition of this branch, as a script."),
        key("then", Holds::Value, "The value where the condition holds."),
        key("otherwise", Holds::Value, "The value where no branch holds."),
    ],
};

const KEY: &Form = &Form {
    name: "a surrogate key",
    keys: &[
        required("key", Holds::List(&Holds::Value), "A surrogate key, the same in every run: equal parts and space give equal keys."),
        key("space", Holds::Free, "Keeps keys of one kind from meeting those of another: `space: patient`."),
        key("type", Holds::Words(&["integer", "uuid"]), "`integer` (63 bits, the default) or `uuid`."),
    ],
};

pub(super) const ON: KeyDoc = required(
    "on",
    Holds::Map(&Holds::InputColumn, &Holds::OtherColumn),
    "Which rows match: `{COLUMN HERE: COLUMN THERE}`, all of them together.",
);
pub(super) const EXPECT: KeyDoc = required(
    "expect",
    Holds::Words(&["one", "at_most_one", "any"]),
    "How many rows are expected to match: `one`, `at_most_one`, or `any` (then `order` says which is taken).",
);
pub(super) const ORDER: KeyDoc =
    key("order", Holds::List(&Holds::OtherOrder), "Which of several matches is taken: the first by `COLUMN`, or by `COLUMN desc`.");
pub(super) const ON_MISSING: KeyDoc = key(
    "on_missing",
    Holds::Words(&["null", "reject", "fail"]),
    "Where no row matches: the value is missing (`null`), the row is set aside (`reject`), or the order fails (`fail`).",
);
pub(super) const ON_AMBIGUOUS: KeyDoc = key(
    "on_ambiguous",
    Holds::Words(&["reject", "fail"]),
    "Where several rows match and one was expected: the row is set aside (`reject`, the default), or the order fails.",
);

const LOOKUP: &Form = &Form {
    name: "a lookup",
    keys: &[
        required("lookup", Holds::Input, "The table that one column is taken from."),
        ON,
        required("take", Holds::OtherColumn, "The column that is taken from the row that matches."),
        EXPECT,
        ORDER,
        ON_MISSING,
        ON_AMBIGUOUS,
    ],
};

const SCRIPT: &Form = &Form {
    name: "a script",
    keys: &[
        required(
            "rhai",
            Holds::Script,
            "A script over the row's columns. A column is a variable, `col(\"birth date\")` where its name is no identifier; a missing value is `()`.",
        ),
        key("type", Holds::Type, "The type of what the script gives, where it cannot be inferred."),
    ],
};

/// An argument of a function that is a column.
pub(crate) const COLUMN: &Form =
    &Form { name: "an argument that is a column", keys: &[required("col", Holds::InputColumn, "The column that is the argument.")] };
