//! The schema.yaml of one version of a source system.

use crate::ir::phi;
use crate::schema::code_map::code_map;
use crate::schema::part::column;
use crate::schema::part::document;
use crate::schema::part::flag;
use crate::schema::part::map_of;
use crate::schema::part::object;
use crate::schema::part::parameters;
use crate::schema::part::reason;
use crate::schema::part::text;
use crate::schema::part::texts;
use crate::schema::part::types;
use crate::schema::part::with_examples;
use crate::schema::part::words;
use serde_json::Value;
use serde_json::json;

/// What a broken constraint does.
const SEVERITIES: &[(&str, &str)] =
    &[("reject", "the row is set aside (default)"), ("warn", "it is said, and the row stays"), ("fail", "the order fails")];

pub(super) fn schema() -> Value {
    let mut body = object(
        "",
        vec![
            ("system", text("The system's name, which is its folder's.")),
            (
                "version",
                with_examples(text("The version, which is its folder's name; in quotes where it looks like a number."), &[json!("2022")]),
            ),
            ("title", text("What people call it.")),
            (
                "layout",
                flag("Whether it is known only so that its exports can be named: it has no rules, and nothing is converted from it."),
            ),
            ("inherits", text("The version of the same system that this one changes.")),
            ("dialect", dialect()),
            ("missing", texts("Texts that mean 'no value'; the empty text where nothing is said.")),
            ("parameters", parameters()),
            ("code_maps", map_of("Code maps by name, for `codes:` in its rules; a parent's where it says none of that name.", code_map())),
            ("drop_tables", texts("Tables of the parent that are no more.")),
            ("rename_tables", map_of("Tables of the parent, and what they are called now.", text("Its name now."))),
            ("drop_rules", texts("Categories of the parent that are no longer made.")),
            ("tables", map_of("Tables by name.", table())),
        ],
        &["system", "version"],
    );
    // What changed can only be said of something.
    body["dependentRequired"] = json!({"drop_tables": ["inherits"], "drop_rules": ["inherits"], "rename_tables": ["inherits"]});
    body["anyOf"] = json!([{"required": ["inherits"]}, {"required": ["tables"]}]);
    document("source", "The files of one version of a source system", body, vec![("type", types()), ("inner", column(&written()))])
}

fn dialect() -> Value {
    let mark = |what: &str| json!({"description": what, "type": "string", "minLength": 1});
    let quote = json!({"description": "The quote, or `none`.", "type": "string", "anyOf": [{"maxLength": 1, "minLength": 1}, {"enum": ["none", "tab", "\\t"]}]});
    let lines = |what: &str| with_examples(text(what), &[json!(3)]);
    object(
        "How the files are written; what is left out is found for each file.",
        vec![
            ("delimiter", with_examples(mark("What stands between fields; a tab is `tab`."), &[json!(";"), json!("tab"), json!("||")])),
            ("quote", quote),
            (
                "escape",
                words(
                    "How a quote inside a quoted field is written.",
                    &[("doubled", "twice"), ("backslash", "behind a backslash, which also stands before delimiters that are text")],
                ),
            ),
            ("encoding", with_examples(text("The encoding of the text, by its WHATWG label."), &[json!("utf-8"), json!("windows-1252")])),
            ("line_end", words("What ends a line.", &[("lf", "LF or CRLF"), ("cr", "CR alone"), ("any", "each of LF, CRLF and CR")])),
            ("comment", with_examples(mark("What a line begins with that is no row, or `none`."), &[json!("#"), json!("none")])),
            ("preamble", lines("How many lines stand before the header.")),
            ("footer", lines("How many lines stand behind the last row.")),
            (
                "line_break",
                words(
                    "The character that is a line end inside a field.",
                    &[("vertical_tab", "0x0B, as FileMaker writes it"), ("unit_separator", "0x1F"), ("group_separator", "0x1D")],
                ),
            ),
            ("decimal", words("What stands before a number's fraction.", &[(".", "a point (default)"), (",", "a comma")])),
            ("thousands", with_examples(mark("What stands between a number's thousands."), &[json!("."), json!(",")])),
            (
                "nul",
                words(
                    "What is done about NUL characters in texts, which most databases refuse.",
                    &[
                        ("set_aside", "the row is set aside (default)"),
                        ("remove", "they are taken out, and the row as it was is kept"),
                        ("keep", "they stay"),
                    ],
                ),
            ),
        ],
        &[],
    )
}

fn table() -> Value {
    let mut table = object(
        "a table",
        vec![
            ("file", with_examples(text("A glob over file names; several files are one table."), &[json!("patients*.csv")])),
            (
                "list",
                with_examples(
                    text(
                        "Instead of `file`: a place whose objects are the rows, with parameters as `{NAME}`; columns out of `key`, `size`, `modified`, `etag`.",
                    ),
                    &[json!("s3://{bucket}/images/")],
                ),
            ),
            ("header", texts("Only where the files have no header: their fields, in order.")),
            (
                "widths",
                map_of(
                    "Only where fields have fixed widths: the characters at which each stands, as in `1-8`, from 1, both ends included.",
                    json!({"description": "First and last character.", "anyOf": [
                        {"type": "string", "pattern": "^ *[1-9][0-9]* *(- *[1-9][0-9]* *)?$"},
                        {"type": "integer", "minimum": 1},
                    ]}),
                ),
            ),
            ("format", words("How the files are written.", &[("delimited", "text with a delimiter (default)"), ("json", "JSON objects")])),
            ("rows", text("With `format: json`: where the objects stand in a document, as in `results.records`.")),
            ("dialect", dialect()),
            ("required", flag("Whether an export without it is refused; else an absent table is empty.")),
            ("key", texts("Columns that are unique together and never missing.")),
            ("patient", text("The column that says which patient a row is about, where rules do not tell.")),
            ("rename", map_of("Where the schema inherits: the parent's columns, and what they are called now.", text("Its name now."))),
            ("move", map_of("Where the schema inherits: columns that stand in another table now.", moved())),
            ("drop", texts("Where the schema inherits: columns of the parent that are no more.")),
            ("columns", map_of("Columns by their names in the header.", columns())),
            ("references", map_of("Columns that name a row of another table.", reference())),
            (
                "extra_columns",
                words(
                    "What becomes of columns that are neither read nor ignored.",
                    &[("report", "they are said (default)"), ("ignore", "nothing"), ("forbid", "the order is refused")],
                ),
            ),
            ("checks", json!({"description": "Conditions over several columns of a row.", "type": "array", "items": check()})),
            ("ignore", map_of("Columns that are deliberately not read, each with the reason.", reason("Why it is not read."))),
        ],
        &[],
    );
    table["not"] = json!({"anyOf": [{"required": ["list", "file"]}, {"required": ["list", "header"]}, {"required": ["list", "widths"]}, {"required": ["header", "widths"]}]});
    table
}

fn moved() -> Value {
    let mut on = map_of("Columns that are equal: of this table, and of the one it stands in.", text("The column there."));
    on["minProperties"] = json!(1);
    object("A column that stands in another table now.", vec![("to", text("The table in which it stands now.")), ("on", on)], &["to", "on"])
}

fn columns() -> Value {
    let more = [
        ("required", flag("Whether a missing value is a finding; `on_error` says what happens.")),
        ("optional", flag("Whether the column may be absent from a file.")),
        ("also", texts("Other names of the column in a header.")),
        ("path", text("In a table of JSON files: where the value stands in an object, as in `patient.birth_date`.")),
        ("one_of", texts("The only texts it takes.")),
        ("pattern", json!({"description": "A regular expression that matches the whole value.", "type": ["string", "number", "boolean"]})),
        ("min", text("The least value.")),
        ("max", text("The greatest value.")),
        ("examples", texts("Invented texts as they stand in the files; each must be one that this column takes.")),
        ("max_length", json!({"description": "The most characters.", "type": "integer", "minimum": 1})),
        ("unique", flag("Whether no two rows have the same value.")),
        (
            "on_error",
            words("What happens where a value is missing though required, is not of its type, or breaks a constraint.", SEVERITIES),
        ),
        ("at_most", at_most()),
        ("phi", phi_tags()),
    ];
    column(&written().into_iter().chain(more).collect::<Vec<_>>())
}

/// How values are written, in a column, in a list's items and in a struct's fields.
fn written() -> Vec<(&'static str, Value)> {
    let formats = texts("How dates or times are written, in strftime's signs; the first that fits is taken.");
    vec![
        ("formats", with_examples(formats, &[json!(["%d/%m/%Y"])])),
        ("true", texts("Words for true.")),
        ("false", texts("Words for false.")),
        ("missing", texts("Texts that mean 'no value' here, in place of the system's.")),
        ("zone", with_examples(text("The zone of instants that are written without one."), &[json!("America/Toronto")])),
        ("split", with_examples(text("What stands between the items of a list that is no JSON."), &[json!(";")])),
        ("or_one", flag("Of a list: whether an item that stands without its list is read as a list of this one.")),
        ("text_as", text("The field of a struct that a bare text is, where text stands for the object.")),
    ]
}

/// A budget for what is set aside or said.
fn at_most() -> Value {
    json!({
        "description": "How many rows may break it, `10` or `0.1%`; over that the order fails.",
        "type": ["string", "integer"],
        "minimum": 0,
        "examples": ["0.1%"],
    })
}

fn check() -> Value {
    let that = text("A condition that holds for every row, as in `where:`.");
    object(
        "a check of a row",
        vec![
            ("that", with_examples(that, &[json!("START <= STOP")])),
            ("message", text("What is said of a row for which it does not hold.")),
            ("on_error", words("What happens to such a row.", SEVERITIES)),
            ("at_most", at_most()),
        ],
        &["that", "message"],
    )
}

fn reference() -> Value {
    let to = || json!({"description": "`table.column`", "type": "string", "pattern": "^[^.]+\\..+$"});
    let keys = vec![("to", to()), ("on_error", words("What happens where there is no such row.", SEVERITIES)), ("at_most", at_most())];
    json!({"oneOf": [to(), object("a reference", keys, &["to"])]})
}

fn phi_tags() -> Value {
    let tags: Vec<(&str, &str)> = phi::IDENTIFIERS.iter().map(|one| (one.tag, one.summary)).collect();
    words("What the column tells of a person, by HIPAA's list.", &tags)
}
