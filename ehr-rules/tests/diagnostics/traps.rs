//! What is easily overlooked: nothing is misspelt, and it is not what was meant.

use super::Mistake;
use super::mistake;

const SCHEMA: &str = "sources/acme/1/schema.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
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
];
