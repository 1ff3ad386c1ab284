//! The schema.yaml of a target.

use crate::schema::code_map::code_map;
use crate::schema::demand;
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

pub(super) fn schema() -> Value {
    let mut body = object(
        "",
        vec![
            ("target", text("Its name, which is its folder's.")),
            ("title", text("What people call it.")),
            (
                "source",
                with_examples(
                    texts("`SYSTEM/VERSION`: its rules read that source's tables straight, without categories."),
                    &[json!("acme/2")],
                ),
            ),
            ("tenant", tenant()),
            (
                "release",
                words(
                    "Whether what identifies a person may reach its columns.",
                    &[("deidentified", "an identifier that does is an error"), ("identified", "it may (default)")],
                ),
            ),
            ("allow", allowed()),
            ("parameters", parameters()),
            ("code_maps", map_of("Code maps by name.", code_map())),
            ("feasibility", feasibility(true)),
            ("tables", map_of("Tables by name, in the order in which they are loaded.", table())),
        ],
        &["target", "tables"],
    );
    // Categories do not say whose data a row is.
    body["dependentRequired"] = json!({"tenant": ["source"]});
    document("target", "The tables of a target", body, vec![("type", types()), ("inner", column(&[]))])
}

fn feasibility(whole: bool) -> Value {
    let limit = |description: &str, example: &str| with_examples(text(description), &[json!(example)]);
    let mut keys = vec![
        ("converted", limit("How many of the rows asked for become rows of the target.", "at least 95%")),
        ("unmapped", limit("How many of the rows converted may hold a code without a mapping.", "at most 5%")),
    ];
    if whole {
        keys.push(("patients_lost", limit("How many of the patients may have no row of their own left.", "at most 1%")));
        keys.push(("implausible", limit("How many of the rows converted may be implausible; nothing is asked by default.", "at most 2%")));
    }
    object("what an export must come to", keys, &[])
}

fn tenant() -> Value {
    let from = text("A column of the source, text and required in one of its tables, that names the tenant.");
    let folder = words(
        "How the folder that a file lies in names the tenant; files that do not agree with theirs are set aside. Left out, folders say nothing.",
        &[("name", "by the same name, whatever its case and blanks"), ("letters", "by the letters and digits of the name")],
    );
    object("whose data a row is", vec![("from", with_examples(from, &[json!("provider_name")])), ("folder", folder)], &["from"])
}

fn track() -> Value {
    let compared =
        "Columns in which a row that is the same does not differ, and tables that refer to this one, whose rows are compared as a set.";
    let fingerprint = object(
        "by what a row that comes again is the same",
        vec![
            ("columns", some(compared)),
            ("ignore", texts("Columns in which it may; of such a table as `table.column`.")),
            ("texts", alike()),
        ],
        &["columns"],
    );
    let record = words("Where old and new values are written down.", &[("conflicts", "as a conflict (default)")]);
    let kind = object(
        "a kind of conflict",
        vec![
            ("columns", some("Columns and child tables, one of which changed.")),
            (
                "severity",
                words(
                    "How much it matters.",
                    &[("low", "it can wait"), ("medium", "to be looked at (default)"), ("high", "it must be looked at")],
                ),
            ),
            ("then", stands()),
        ],
        &[],
    );
    let changed = vec![("record", record), ("then", stands()), ("kinds", map_of("Kinds of conflicts, the first that fits.", kind))];
    let range = object(
        "the columns where its time begins and ends",
        vec![
            ("start", text("The column of the first day or time; a missing one is since ever.")),
            ("end", text("The column of the last day, or of the time up to which; a missing one is for ever.")),
        ],
        &["start", "end"],
    );
    object(
        "how rows that come again are told from new ones",
        vec![
            ("key", some("Columns that say which row it is.")),
            ("range", range),
            ("fingerprint", fingerprint),
            ("on_same", words("What becomes of a row that is the same.", &[("skip", "it is a duplicate, and left out (default)")])),
            ("on_changed", object("what becomes of a row that is not the same", changed, &["then"])),
        ],
        &["key", "fingerprint"],
    )
}

fn stands() -> Value {
    words(
        "Which row stands.",
        &[
            ("keep_old", "the one that is there (default)"),
            ("take_new", "the new one"),
            ("keep_both", "both"),
            ("quarantine", "the one that is there; the new one is set aside until somebody decides"),
        ],
    )
}

/// One way to make texts alike, or a list of them.
fn alike() -> Value {
    let word =
        words("What is not compared in texts.", &[("trim", "blanks at both ends"), ("collapse_blanks", "how many blanks stand together")]);
    json!({"description": "What is not compared in texts: blanks at both ends, or how many there are.", "anyOf": [word.clone(), {"type": "array", "items": word}]})
}

/// One text, or a list that is not empty.
fn some(description: &str) -> Value {
    let mut some = texts(description);
    some["anyOf"][1]["minItems"] = json!(1);
    some
}

fn allowed() -> Value {
    let mut allowed = map_of("Columns (`table.column`) that hold an identifier all the same.", reason("Why it is released."));
    allowed["propertyNames"] = json!({"pattern": "^[^.]+\\..+$"});
    allowed
}

fn table() -> Value {
    let columns = column(&[
        ("summary", text("What a reader should know; a comment of the column in a database.")),
        ("required", flag("Whether it always holds a value.")),
        ("max_length", json!({"description": "The most characters.", "type": "integer", "minimum": 1})),
        ("references", json!({"description": "`table.column` that it names a row of.", "type": "string", "pattern": "^[^.]+\\..+$"})),
        ("concept", demand::concept()),
        ("mapped", demand::share("The share of rows whose concept is not 0.")),
        ("mapped_by", demand::mapped_by()),
        ("complete", demand::share("The share of rows that have a value.")),
        ("plausible", demand::plausible()),
    ]);
    let mut table = object(
        "a table",
        vec![
            ("summary", text("What a reader should know; a comment of the table in a database.")),
            ("external", flag("Whether somebody else fills it: it is not created and not loaded.")),
            (
                "athena",
                with_examples(text("With `external`: the file of a vocabulary download that holds its rows."), &[json!("CONCEPT.csv")]),
            ),
            ("at_most", demand::at_most()),
            ("on_error", demand::on_error()),
            ("key", texts("Columns that are unique together.")),
            ("by_concept", demand::by_concept()),
            ("checks", demand::checks()),
            ("each", demand::each()),
            ("no_overlap", demand::no_overlap()),
            ("track", track()),
            ("feasibility", feasibility(false)),
            ("columns", map_of("Columns by name.", columns)),
        ],
        &["columns"],
    );
    table["dependentRequired"] = json!({"at_most": ["athena"], "on_error": ["athena"]});
    table
}
