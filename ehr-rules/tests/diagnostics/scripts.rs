//! Conditions and scripts, with the place inside of them.

use super::Mistake;
use super::mistake;

const ENCOUNTER: &str = "sources/acme/1/encounter.yaml";
const PATIENT: &str = "sources/acme/1/patient.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "a script that does not compile",
        PATIENT,
        r#""DEATHDATE != ()""#,
        r#""DEATHDATE != (""#,
        &[(r#"E0601 15:37 `"`"#, "the script does not compile: script is incomplete")],
    ),
    mistake(
        "a script with one sign too many",
        PATIENT,
        "where: BIRTHDATE <= today()",
        "where: BIRTHDATE <== today()",
        &[("E0601 3:22 `=`", "the script does not compile: unexpected '='")],
    ),
    mistake("`and` for `&&`", PATIENT, "today() && ZIP", "today() and ZIP", &[("E0601 3:31 `and`", "`&&` joins conditions")]),
    mistake("`=` for `==`", PATIENT, r#""DEATHDATE != ()""#, r#""DEATHDATE = ()""#, &[("E0601 15:33 `=`", "`==` compares")]),
    mistake(
        "`<>` for `!=`",
        PATIENT,
        r#""DEATHDATE != ()""#,
        r#""DEATHDATE <> ()""#,
        &[("E0601 15:34 `>`", "`!=` asks whether two things differ")],
    ),
    mistake(
        "`null` for `()`",
        PATIENT,
        r#""DEATHDATE != ()""#,
        r#""DEATHDATE != null""#,
        &[("E0601 15:36 `null`", "a missing value is `()`")],
    ),
    mistake(
        "text without quotes",
        PATIENT,
        r#"ZIP != "0""#,
        "ZIP != none",
        &[(
            "E0101 3:41 `none`",
            "`patients` has `Id`, `BIRTHDATE`, `DEATHDATE`, `LAST`, `GENDER`, `ZIP`, `birth place`, `CHILDREN` and 2 more",
        )],
    ),
    mistake(
        "an unknown variable behind escaped quotes",
        PATIENT,
        r#"{ \"small\" }"#,
        "{ smal }",
        &[(
            "E0101 16:58 `smal`",
            "`patients` has `Id`, `BIRTHDATE`, `DEATHDATE`, `LAST`, `GENDER`, `ZIP`, `birth place`, `CHILDREN` and 2 more",
        )],
    ),
    mistake("an unknown function", PATIENT, "today() && ZIP", "todya() && ZIP", &[("E0103 3:23 `todya`", "did you mean `today`?")]),
    mistake("an unknown method", PATIENT, r#"ZIP != "0""#, "ZIP.lenght() > 3", &[("E0103 3:38 `lenght`", "did you mean `length`?")]),
    mistake(
        "text compared with a number",
        PATIENT,
        r#"ZIP != "0""#,
        "ZIP != 0",
        &[("E0603 3:38 `!=`", "`ZIP` is text and `0` is an integer: they are never equal")],
    ),
    mistake(
        "a date compared with text that is none",
        PATIENT,
        r#""DEATHDATE != ()""#,
        r#""DEATHDATE > 'soon'""#,
        &[("E0601 15:35 `'`", "text stands in double quotes")],
    ),
    mistake(
        "a date compared with such a text",
        PATIENT,
        "BIRTHDATE <= today()",
        r#"BIRTHDATE <= "31/12/2020""#,
        &[("E0603 3:20 `<=`", r#"`BIRTHDATE` is a date and `"31/12/2020"` is text: they have no order"#)],
    ),
    mistake(
        "a datetime compared with a date",
        ENCOUNTER,
        "PRIORITY > 5",
        "START < today()",
        &[("E0603 15:23 `<`", "`START` is a datetime and `today()` is a date: they have no order")],
    ),
    mistake(
        "a condition that is no condition",
        PATIENT,
        r#" && ZIP != "0""#,
        " && ZIP",
        &[("E0603 3:34 `ZIP`", "`ZIP` is text, not true or false")],
    ),
    mistake(
        "an interpreted script without `type`",
        PATIENT,
        ", type: text}",
        "}",
        &[(r#"E0602 17:19 `'LAST + "/" + ZIP'`"#, r#"say it: `{rhai: "…", type: text}`"#)],
    ),
    mistake(
        "an unknown type of a script",
        PATIENT,
        ", type: text}",
        ", type: string}",
        &[("E0201 17:45 `string`", "a script gives text, integer, float, boolean, date, datetime or instant")],
    ),
    mistake(
        "a script of another type than asked for",
        PATIENT,
        "children: CHILDREN",
        r#"children: {rhai: "ZIP"}"#,
        &[(
            r#"E0201 12:15 `{rhai: "ZIP"}`"#,
            "give the column its type in the schema, or `do: [as_integer]`, which is missing where the text is none",
        )],
    ),
    mistake(
        "a script of another type than it says",
        PATIENT,
        "{from: ZIP, do: [{left: 3}]}",
        r#"{rhai: "ZIP", type: integer}"#,
        &[(
            r#"E0201 9:18 `"ZIP"`"#,
            "give the column its type in the schema, or `do: [as_integer]`, which is missing where the text is none",
        )],
    ),
    mistake(
        "a mistake in the second line of a script",
        PATIENT,
        r#"{rhai: "DEATHDATE != ()"}"#,
        "\n      rhai: |\n        let dead = DEATHDATE;\n        dead != () && LSAT != ()\n      type: boolean",
        &[("E0101 18:23 `LSAT`", "did you mean `LAST`?")],
    ),
    mistake(
        "a required column of an interpreted script",
        PATIENT,
        r#"{rhai: "DEATHDATE != ()"}"#,
        r#"{rhai: "let x = DEATHDATE; x != ()", type: boolean}"#,
        &[(
            r#"E0202 15:15 `{rhai: "let x = DEATHDATE; x != ()", type: boolean}`"#,
            "`deceased` is required, and this may be missing: from the script, which is not known to give a value",
        )],
    ),
    mistake(
        "a misspelt column in `col`",
        PATIENT,
        r#""DEATHDATE != ()""#,
        r#"'col("birth plac") != ()'"#,
        &[("E0101 15:23 `col`", "did you mean `birth place`?")],
    ),
    mistake(
        "`col` of no text",
        PATIENT,
        r#""DEATHDATE != ()""#,
        "'col(DEATHDATE) != ()'",
        &[("E0601 15:23 `col`", "the script does not compile: `col` takes the name of a column, as text in quotes")],
    ),
    mistake(
        "a loop",
        PATIENT,
        r#""DEATHDATE != ()""#,
        r#""eval(LAST)""#,
        &[("E0601 15:23 `eval`", "the script does not compile: reserved keyword 'eval' is disabled")],
    ),
];
