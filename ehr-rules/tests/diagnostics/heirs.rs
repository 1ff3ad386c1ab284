//! What a version says of the one it inherits from, and inherited rules that cannot follow.

use super::Mistake;
use super::mistake;

const HEIR: &str = "sources/acme/2/schema.yaml";
const CLINICS: &str = "tables:\n  clinics:\n";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "an inherited rule that reads a column renamed and no longer read",
        HEIR,
        "  clinics:\n",
        "  patients:\n    rename: {COST: PRICE}\n    ignore: {PRICE: in another currency}\n  clinics:\n",
        &[(
            "E0101 sources/acme/1/patient.yaml:14:11 `COST`",
            "this rule is inherited, and `COST` is called `PRICE` in this version: write the rule anew in its folder",
        )],
    ),
    mistake("renamed columns and tables are followed", HEIR, CLINICS, RENAMED, &[]),
    mistake("moved columns are followed", HEIR, CLINICS, MOVED, &[]),
    mistake(
        "a moved column that an inherited look-up orders by",
        HEIR,
        CLINICS,
        "tables:\n  visits: {move: {START: {to: hours, on: {Id: VISIT}}}}\n  hours: {file: \"hours*.csv\", columns: {VISIT: uuid}}\n  clinics:\n",
        &[
            (
                "E0101 sources/acme/1/patient.yaml:19:70 `START`",
                "this rule is inherited, and `START` stands in `hours` in this version, out of reach here: write the rule anew in its folder",
            ),
            (
                "E0202 sources/acme/1/encounter.yaml:9:12 `START`",
                "`start` is required, and this may be missing: from the lookup of `START`",
            ),
        ],
    ),
    mistake(
        "a moved column that an inherited check asks for",
        HEIR,
        CLINICS,
        "tables:\n  bills: {key: [PAYER], move: {No: {to: clinics, on: {PAYER: NAME}}}}\n  clinics:\n",
        &[
            (
                "E0101 sources/acme/1/schema.yaml:47:17 `No`",
                "this check is inherited, and `No` stands in `clinics` in this version, out of reach here: give the table its `checks` anew",
            ),
            ("E0101 targets/direct/rules.yaml:4:9 `No`", "unknown column `No`"),
            ("E0101 targets/direct/rules.yaml:12:44 `No`", "unknown column `No`"),
            ("E0101 targets/direct/rules.yaml:13:23 `No`", "unknown column `No`"),
        ],
    ),
    mistake(
        "an unknown table renamed",
        HEIR,
        CLINICS,
        "rename_tables: {clinic: houses}\ntables:\n  clinics:\n",
        &[("E0102 4:17 `clinic`", "no table `clinic` is inherited; did you mean `clinics`?")],
    ),
    mistake(
        "a table renamed to another's name",
        HEIR,
        CLINICS,
        "rename_tables: {clinics: visits}\ntables:\n  clinics:\n",
        &[("E0410 4:26 `visits`", "there already is a table `visits`; drop or rename that one first")],
    ),
    mistake(
        "two columns renamed to one",
        HEIR,
        "  clinics:\n",
        "  patients: {rename: {COST: SUM, CHILDREN: SUM}}\n  clinics:\n",
        &[("E0410 5:44 `SUM`", "`patients` already has a column `SUM`; drop or rename that one first")],
    ),
    mistake(
        "tables renamed without a parent",
        "sources/acme/1/schema.yaml",
        "tables:\n  patients:\n",
        "rename_tables: {people: patients}\ntables:\n  patients:\n",
        &[("E0411 4:17 `people`", "leave `rename_tables` out, or say which version this one inherits from")],
    ),
    mistake(
        "a column moved without a parent",
        "sources/acme/1/schema.yaml",
        "      NAME: text\n",
        "      NAME: text\n    move: {FAX: {to: visits, on: {Id: CLINIC}}}\n",
        &[("E0411 38:12 `FAX`", "leave `move` out, or say which version this one inherits from")],
    ),
    mistake(
        "a move of a column that is not inherited",
        HEIR,
        "  clinics:\n",
        "  visits: {move: {CODES: {to: clinics, on: {CLINIC: Id}}}}\n  clinics:\n",
        &[("E0101 5:19 `CODES`", "no column `CODES` of `visits` is inherited; did you mean `CODE`?")],
    ),
    mistake(
        "a move to a table that is not there",
        HEIR,
        "  clinics:\n",
        "  patients: {move: {COST: {to: clinic, on: {Id: Id}}}}\n  clinics:\n",
        &[("E0102 5:32 `clinic`", "unknown table `clinic`; did you mean `clinics`?")],
    ),
    mistake(
        "a move to the table itself",
        HEIR,
        "  clinics:\n",
        "  patients: {move: {COST: {to: patients, on: {Id: Id}}}}\n  clinics:\n",
        &[("E0102 5:32 `patients`", "`COST` is moved to the table it stood in")],
    ),
    mistake(
        "a move by columns that are not there",
        HEIR,
        "  clinics:\n",
        "  visits: {move: {PRIORITY: {to: clinics, on: {CLINICS: Di}}}}\n  clinics:\n",
        &[
            ("E0101 5:48 `CLINICS`", "unknown column `CLINICS` of `visits`; did you mean `CLINIC`?"),
            ("E0101 5:57 `Di`", "unknown column `Di` of `clinics`"),
        ],
    ),
    mistake(
        "a move by columns that never match",
        HEIR,
        "  clinics:\n",
        "  visits: {move: {PRIORITY: {to: clinics, on: {START: Id}}}}\n  clinics:\n",
        &[("E0201 5:48 `START`", "`START` is datetime and `Id` of `clinics` is uuid: they never match")],
    ),
    mistake(
        "a move by nothing",
        HEIR,
        "  clinics:\n",
        "  visits: {move: {PRIORITY: {to: clinics, on: {}}}}\n  clinics:\n",
        &[("E0011 5:34 `clinics`", "add `on: {COLUMN HERE: COLUMN THERE}`")],
    ),
    mistake(
        "a move that says no `on`",
        HEIR,
        "  clinics:\n",
        "  visits: {move: {PRIORITY: {to: clinics}}}\n  clinics:\n",
        &[("E0011 5:29 `{to: clinics}`", "a move lacks the key `on`")],
    ),
    mistake(
        "a moved column that stays",
        HEIR,
        "  clinics:\n",
        "  visits: {columns: {PRIORITY: integer}, move: {PRIORITY: {to: clinics, on: {CLINIC: Id}}}}\n  clinics:\n",
        &[("E0410 5:22 `PRIORITY`", "take it out of `columns` or out of `move`")],
    ),
    mistake(
        "a moved column that the key names",
        HEIR,
        "  clinics:\n",
        "  visits: {move: {Id: {to: clinics, on: {CLINIC: Id}}}}\n  clinics:\n",
        &[("E0101 5:19 `Id`", "`Id` is moved, and the inherited key names it; say what the `key` is now")],
    ),
];

const RENAMED: &str = "rename_tables: {patients: people, visits: stays}
tables:
  people:
    rename: {LAST: SURNAME, Id: No, birth place: BIRTHPLACE, DEATHDATE: DIED}
  stays: {rename: {START: FROM, PATIENT: PERSON, CLINIC: HOUSE}}
  clinics:
";

const MOVED: &str = "tables:
  patients:
    move: {LAST: {to: names, on: {Id: OF}}, ZIP: {to: names, on: {Id: OF}}}
  visits: {move: {CLINIC: {to: houses, on: {Id: VISIT}}}}
  names: {file: \"names*.csv\", columns: {OF: uuid}}
  houses: {file: \"houses*.csv\", columns: {VISIT: uuid}}
  clinics:
";
