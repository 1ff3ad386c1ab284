//! A file of rules: what each makes, and how.

use crate::schema::part::document;
use crate::schema::part::map_of;
use crate::schema::part::object;
use crate::schema::part::refer;
use crate::schema::part::text;
use crate::schema::part::texts;
use crate::schema::part::with_examples;
use crate::schema::part::words;
use crate::schema::value;
use serde_json::Value;
use serde_json::json;

pub(super) fn schema() -> Value {
    let mut definitions = value::definitions();
    definitions.extend([("branch", branch()), ("rule", rule()), ("column", column()), ("dedupe", dedupe())]);
    let rules = map_of("Rules by the category or table of the target that each makes.", refer("rule", "How it is made."));
    document("rules", "Rules: tables of a source to categories, or categories to tables of a target", rules, definitions)
}

/// What a branch and a rule of one branch say.
fn steps() -> Vec<(&'static str, Value)> {
    let mut join = vec![("table", text("The table that is joined; left out, it is that of the alias."))];
    join.extend(value::matching(true));
    let join = value::ordered_if_any(object("a join", join, &["on", "expect"]));
    vec![
        ("from", text("The driving table: each of its rows becomes at most one row.")),
        ("explode", json!({"anyOf": [explode(), {"type": "array", "items": explode(), "description": "Lists in order."}]})),
        ("unpivot", unpivot()),
        ("join", map_of("Other tables by an alias; their columns are then seen as `alias.COLUMN`.", join)),
        ("where", refer("script", "Rows for which it does not hold are counted as filtered, by this rule.")),
        ("pivot", pivot()),
        (
            "group",
            json!({
                "description": "One row a group of equal values; `[]` makes all rows one group.",
                "anyOf": [{"type": "array", "items": refer("value", "A part of the group.")}, refer("value", "What is equal in a group.")],
            }),
        ),
        ("columns", map_of("What each column is made of.", refer("column", "What the column is made of."))),
        ("file", file()),
    ]
}

fn explode() -> Value {
    let empty = words(
        "What becomes of rows without items.",
        &[("drop", "They are counted as filtered, by this rule."), ("keep", "They stay, with a missing item.")],
    );
    let keys = vec![
        ("list", text("The column that holds the list, or a field: `lot.boxes`.")),
        ("as", text("The name of the item's column; `item` where it is left out.")),
        ("position", text("The name of a column that says which item it is, from 1.")),
        ("on_empty", empty),
    ];
    object("a row for each item of a list", keys, &["list"])
}

fn unpivot() -> Value {
    let labels = map_of("Columns, each with what it is called.", text("What it is called in `name`."));
    let columns = json!({"description": "The columns, all of one type.", "anyOf": [texts("Columns by their names."), labels]});
    let missing = words(
        "What becomes of missing values.",
        &[("drop", "They make no row; a row of which nothing is left is counted as filtered."), ("keep", "Each makes a row.")],
    );
    let keys = vec![
        ("columns", columns),
        ("name", text("The name of the column that says which column it was.")),
        ("value", text("The name of the column that holds the value.")),
        ("on_missing", missing),
    ];
    object("a row for each of several columns", keys, &["columns", "name", "value"])
}

/// Rows that name one value each, side by side.
fn pivot() -> Value {
    let told_by = map_of(
        "The columns made, each with what stands under `name`.",
        json!({"description": "A constant of the type of `name`.", "type": ["string", "integer", "null"]}),
    );
    let mut pivot = object(
        "rows that name one value each become one row of several columns",
        vec![
            ("by", texts("What the values of one row have in common; `[]` makes one row of all.")),
            ("name", text("The column that says which value a row holds.")),
            ("value", text("The column that holds the values.")),
            ("columns", with_examples(told_by, &[json!({"systolic": "8480-6"})])),
            (
                "expect",
                words(
                    "Which of several values of one name is taken.",
                    &[
                        ("one", "there is one: the rows are set aside where there are more (default)"),
                        ("first", "the first, by `order`"),
                        ("last", "the last, by `order`"),
                        ("min", "the least"),
                        ("max", "the greatest"),
                    ],
                ),
            ),
            ("order", refer("order", "The order in which the first or last is looked for; row order without it.")),
            (
                "others",
                words(
                    "Rows whose name is none of these.",
                    &[("reject", "they are set aside (default)"), ("drop", "they are counted as filtered")],
                ),
            ),
        ],
        &["by", "name", "value", "columns"],
    );
    pivot["if"] = json!({"required": ["order"]});
    pivot["then"] = json!({"properties": {"expect": {"enum": ["first", "last"]}}, "required": ["expect"]});
    pivot
}

fn branch() -> Value {
    makes_or_moves(object("a branch", steps(), &["from"]))
}

/// It makes columns, or moves files, or both.
fn makes_or_moves(mut rule: Value) -> Value {
    rule["anyOf"] = json!([{"required": ["columns"]}, {"required": ["file"]}]);
    rule
}

/// A file that each row names.
fn file() -> Value {
    let folder = object("the owner's name behind the folder's", vec![("folder", text("The column that tells owners apart."))], &["folder"]);
    let collision = words(
        "Where two files would have one place.",
        &[("number", "a number behind the name"), ("hash", "a hash of the source behind every name"), ("fail", "the order fails")],
    );
    object(
        "a file action",
        vec![
            ("source", with_examples(text("Where the file lies."), &[json!("sftp://{host}/{Path}")])),
            ("target", with_examples(text("Where it goes, in segments that are made safe."), &[json!("{Name}/{Path|file_name}")])),
            ("collision", json!({"anyOf": [collision, folder]})),
            (
                "verify",
                words("How the copy is held against the original.", &[("size", "by its size (default)"), ("checksum", "by its content")]),
            ),
        ],
        &["source", "target", "collision"],
    )
}

fn rule() -> Value {
    let after = || {
        vec![
            ("dedupe", refer("dedupe", "Rows that are the same thing.")),
            ("sort", refer("order", "The order of the rows made, by columns made.")),
            (
                "status",
                words(
                    "Whether somebody stands for it; `approved` where nothing is said.",
                    &[("approved", "It is run."), ("proposed", "It is checked and shown, and never run.")],
                ),
            ),
        ]
    };
    let one = makes_or_moves(object("a rule from one table", steps().into_iter().chain(after()).collect(), &["from"]));
    let branches =
        json!({"description": "Branches; their rows stand one after the other.", "type": "array", "items": refer("branch", "A branch.")});
    let several = object("a rule from several tables", std::iter::once(("union", branches)).chain(after()).collect(), &["union"]);
    json!({"oneOf": [one, several]})
}

fn dedupe() -> Value {
    let by = |word: &str, description: &str| object(word, vec![(word, text(description))], &[word]);
    let keep = json!({
        "description": "Which of the equal rows stays; the others are counted as merged.",
        "oneOf": [
            words("", &[("first", "the first")]),
            by("latest", "The column whose greatest value stays."),
            by("earliest", "The column whose least value stays."),
        ],
    });
    let columns = with_examples(texts("Columns made, in which the rows are equal."), &[json!(["location_id"])]);
    object("rows that are the same thing", vec![("by", columns), ("keep", keep)], &["by", "keep"])
}

/// A value, or in a grouped rule an aggregate.
fn column() -> Value {
    let plain = [
        ("min", "the least"),
        ("max", "the greatest"),
        ("count", "how many values; `rows` counts rows"),
        ("count_distinct", "how many different values"),
        ("sum", "what they add up to"),
        ("mean", "the arithmetic mean"),
        ("any", "whether it is true of some row"),
        ("all", "whether it is true of every row"),
    ];
    let plain = plain
        .map(|(word, meaning)| object(&format!("of a group, {meaning}: {{{word}: …}}"), vec![(word, refer("value", meaning))], &[word]));
    let ordered = [
        ("first", "the first row's value", "The order in which it is the first."),
        ("last", "the last row's value", "The order in which it is the last."),
        ("list", "its values in a list", "The order in which they stand."),
    ];
    let ordered = ordered.map(|(word, meaning, order)| {
        let keys = vec![(word, refer("value", meaning)), ("order", refer("order", order))];
        object(&format!("of a group, {meaning}: {{{word}: …}}"), keys, &[word])
    });
    // A list under `join` is a value's own form.
    let joined = object(
        "of a group, its texts joined: {join: …}",
        vec![
            ("join", json!({"not": {"type": "array"}, "$ref": "#/$defs/value"})),
            ("with", text("What stands between them.")),
            ("order", refer("order", "The order in which they stand.")),
        ],
        &["join"],
    );
    let value = json!({"$ref": "#/$defs/value"});
    json!({"oneOf": std::iter::once(value).chain(ordered).chain(plain).chain([joined]).collect::<Vec<_>>()})
}
