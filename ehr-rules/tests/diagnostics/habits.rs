//! What people write who know another language, or another version of this one.

use super::Mistake;
use super::mistake;

const PATIENT: &str = "sources/acme/1/patient.yaml";
const SCHEMA: &str = "sources/acme/1/schema.yaml";
const DECEASED: &str = r#"{rhai: "DEATHDATE != ()"}"#;
const ZIP3: &str = "do: [{left: 3}]";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "SQL's `NULL`",
        PATIENT,
        DECEASED,
        r#"{rhai: "DEATHDATE != NULL"}"#,
        &[("E0101 15:36 `NULL`", "unknown column `NULL`; a missing value is `()`")],
    ),
    mistake(
        "SQL's `is not null`",
        PATIENT,
        DECEASED,
        r#"{rhai: "DEATHDATE is not null"}"#,
        &[("E0601 15:33 `is`", "`COLUMN == ()` asks whether a value is missing")],
    ),
    mistake(
        "SQL's `like`",
        PATIENT,
        DECEASED,
        r#"{rhai: "LAST like 'A%'"}"#,
        &[("E0601 15:28 `like`", "`starts_with`, `contains` and `matches` ask what a text looks like")],
    ),
    mistake(
        "SQL's `not`",
        PATIENT,
        DECEASED,
        r#"{rhai: "not (DEATHDATE == ())"}"#,
        &[("E0103 15:23 `not`", "`!` turns a condition round")],
    ),
    mistake(
        "quotes of a word processor",
        PATIENT,
        DECEASED,
        r#"{rhai: "GENDER == “M”"}"#,
        &[("E0601 15:33 `“`", "text stands in straight double quotes")],
    ),
    mistake("a script of nothing", PATIENT, DECEASED, r#"{rhai: " "}"#, &[("E0601 15:22 `\" \"`", "write an expression")]),
    mistake(
        "a condition of nothing",
        PATIENT,
        "where: BIRTHDATE <= today() && ZIP != \"0\"",
        "where: \"\"",
        &[("E0601 3:10 `\"\"`", "the script is empty")],
    ),
    mistake(
        "a function as it is called elsewhere",
        PATIENT,
        ZIP3,
        "do: [left(3)]",
        &[("E0103 9:28 `left(3)`", "write the step as `{left: 3}`")],
    ),
    mistake(
        "a function with a blank behind it",
        PATIENT,
        ZIP3,
        "do: [left 3]",
        &[("E0103 9:28 `left 3`", "write the step as `{left: 3}`")],
    ),
    mistake(
        "two functions in one step",
        PATIENT,
        ZIP3,
        "do: [{left: 3, trim: }]",
        &[("E0010 9:28 `{left: 3, trim: }`", "do: [{left: …}, {trim: …}]")],
    ),
    mistake(
        "a type in capitals",
        SCHEMA,
        "COST: decimal(12,2)",
        "COST: Decimal(12,2)",
        &[("E0109 18:13 `Decimal(12,2)`", "types are written in small letters: `decimal(12,2)`")],
    ),
    mistake(
        "nothing behind a column",
        PATIENT,
        "children: CHILDREN",
        "children:",
        &[("E0010 12:13 ``", "write a column's name, or `null` where it is always missing")],
    ),
    mistake(
        "a folded script, far from its first line",
        PATIENT,
        DECEASED,
        "\n      rhai: >-\n        DEATHDATE\n          != ()\n        && CHILDRENN > 1",
        &[("E0101 19:12 `CHILDRENN`", "did you mean `CHILDREN`?")],
    ),
    mistake(
        "a text that means 'no value' as a word for false",
        SCHEMA,
        r#"false: ["0"]"#,
        r#"false: ["0", ""]"#,
        &[("E0407 17:7 `ACTIVE`", "`` means 'no value' in `ACTIVE`, and is never `false`")],
    ),
    mistake(
        "columns as a list",
        SCHEMA,
        "    columns:\n      Id: {type: uuid, required: true}\n      NAME: text",
        "    columns: [Id, NAME]",
        &[
            ("E0010 35:14 `[Id, NAME]`", "expected a map for `columns`, found a list"),
            ("E0101 sources/acme/1/encounter.yaml:4:43 `Id`", "unknown column `Id`; "),
            ("E0101 34:11 `Id`", "unknown column `Id` of `clinics`; "),
        ],
    ),
    mistake(
        "a number beyond all numbers",
        SCHEMA,
        "max_length: 10",
        "max_length: 99999999999999999999",
        &[("E0008 14:37 `99999999999999999999`", "a number is too large")],
    ),
    mistake(
        "a character that cannot be seen",
        PATIENT,
        "children: CHILDREN",
        "children: CHIL\0DREN",
        &[("E0001 12:19 `\0`", "take the character out")],
    ),
    mistake(
        "a mark of the byte order",
        "sources/acme/1/more.yaml",
        "",
        "\u{feff}patientt:\n  from: visits\n  columns: {id: Id}\n",
        &[("E0105 1:1 `patientt`", "did you mean `patient`?")],
    ),
];
