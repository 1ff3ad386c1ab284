//! What is easily overlooked: nothing is misspelt, and it is not what was meant.

use super::Mistake;
use super::mistake;

const PATIENT: &str = "sources/acme/1/patient.yaml";
const PERSON: &str = "targets/warehouse/person.yaml";
const SCHEMA: &str = "sources/acme/1/schema.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "a version that is its parent",
        "sources/acme/2/schema.yaml",
        "      NAME: {type: text, max_length: 80}\n",
        "      NAME: text\n",
        &[(r#"W0003 2:10 `"2"`"#, "nothing tells an export of `acme/2` from one of `acme/1`; give one of them the table or column")],
    ),
    mistake(
        "formats that read one date in two ways",
        SCHEMA,
        r#"["%d/%m/%Y"]"#,
        r#"["%d/%m/%Y", "%Y-%m-%d", "%m/%d/%Y"]"#,
        &[(r#"W0001 10:65 `"%m/%d/%Y"`"#, "`%d/%m/%Y` and `%m/%d/%Y` read `03/02/2001` differently")],
    ),
    mistake(
        "formats of date and time that read one date in two ways",
        SCHEMA,
        "STOP: datetime",
        r#"STOP: {type: datetime, formats: ["%m.%d.%y %H:%M", "%d.%m.%y %H:%M"]}"#,
        &[(r#"W0001 27:58 `"%d.%m.%y %H:%M"`"#, "read `02.03.01 04:05` differently")],
    ),
    mistake("formats that never fit one text", SCHEMA, r#"["%d/%m/%Y"]"#, r#"["%d/%m/%Y", "%m-%d-%Y", "%d.%m.%y"]"#, &[]),
    mistake(
        "an unclosed quote is said where it opens",
        PATIENT,
        r#"with: ", "}"#,
        r#"with: ", }"#,
        &[("E0001 11:47 `\"`", "a quote is opened and not closed in its line")],
    ),
    mistake(
        "a map's entry for what the column never holds",
        PATIENT,
        "map: {M: male, F: female}",
        "map: {M: male, Female: female}",
        &[("E0308 8:43 `Female`", "it is one of `M`, `F`")],
    ),
    mistake(
        "a constant deep inside that the category does not allow",
        PATIENT,
        "{from: GENDER, map: {M: male, F: female}, otherwise: unknown}",
        "{from: {from: GENDER, map: {M: male}, otherwise: null}, do: [{coalesce: unknwn}]}",
        &[("E0205 8:85 `unknwn`", "did you mean `unknown`?")],
    ),
    mistake(
        "a constant for a date and time",
        PERSON,
        "born_at: {from: birth_date, do: [to_datetime]}",
        "born_at: {value: 2024-01-31T12:00:00}",
        &[],
    ),
    mistake(
        "countries among which there is `no`, which is text",
        PATIENT,
        "zip3: {from: ZIP, do: [{left: 3}]}",
        "zip3: {from: ZIP, map: {no: Norway, se: Sweden}, otherwise: no}",
        &[],
    ),
];
