//! YAML itself, and what stands where something else is asked for.

use super::Mistake;
use super::mistake;

const CAT_PATIENT: &str = "categories/patient.yaml";
const ENCOUNTER: &str = "sources/acme/1/encounter.yaml";
const PATIENT: &str = "sources/acme/1/patient.yaml";
const PERSON: &str = "targets/warehouse/person.yaml";
const SCHEMA: &str = "sources/acme/1/schema.yaml";
const TARGET: &str = "targets/warehouse/schema.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "a key twice in a map",
        PATIENT,
        "    children: CHILDREN\n",
        "    children: CHILDREN\n    cost: COST\n",
        &[("E0003 15:5 `cost`", "remove one of the two")],
    ),
    mistake(
        "a rule twice in a file",
        ENCOUNTER,
        "\n        - {otherwise: null}",
        "\n        - {otherwise: null}\nencounter:\n  from: visits",
        &[("E0003 18:1 `encounter`", "remove one of the two")],
    ),
    mistake("a tab", PATIENT, "    children: CHILDREN", "\tchildren: CHILDREN", &[("E0001 12:1 `\t`", "indent with spaces, not tabs")]),
    mistake(
        "an indentation too far",
        PATIENT,
        "    children: CHILDREN",
        "     children: CHILDREN",
        &[("E0001 12:6 `c`", "items of one list or map begin in the same column")],
    ),
    mistake(
        "an indentation not far enough",
        PATIENT,
        "    children: CHILDREN",
        "   children: CHILDREN",
        &[("E0001 12:4 `c`", "items of one list or map begin in the same column")],
    ),
    mistake(
        "a quote that is not closed",
        PATIENT,
        "'^([0-9]{2})'",
        "'^([0-9]{2})",
        &[("E0001 10:38 `'`", "close the quote; inside single quotes write '' for one quote")],
    ),
    mistake(
        "a brace that is not closed",
        PATIENT,
        "F: female}, otherwise: unknown}",
        "F: female, otherwise: unknown}",
        &[("E0001 9:5 `z`", "close the bracket or brace, and put commas between items")],
    ),
    mistake(
        "a colon in a text",
        PATIENT,
        "children: CHILDREN",
        "children: CHILDREN: x",
        &[("E0001 12:23 `:`", "write text that holds `: ` in quotes, and put one key on a line")],
    ),
    mistake(
        "a missing blank behind a colon",
        PATIENT,
        "children: CHILDREN",
        "children:CHILDREN",
        &[("E0001 12:5 `c`", "a colon and a blank stand between a key and its value: `key: value`")],
    ),
    mistake(
        "an anchor and its alias",
        PATIENT,
        "{left: 3}",
        "{left: &three 3}",
        &[("E0004 9:35 `&three 3`", "write the value out where it is used")],
    ),
    mistake("an alias of nothing", PATIENT, "{left: 3}", "{left: *three}", &[("E0004 9:35 `*`", "write the value out where it is used")]),
    mistake(
        "a tag",
        PATIENT,
        "{left: 3}",
        "{left: !!int 3}",
        &[("E0006 9:35 `!!int 3`", "leave the tag out; write text in quotes where it looks like a number")],
    ),
    mistake(
        "two documents",
        PATIENT,
        "patient:\n  from",
        "---\npatient:\n  from: patients\n---\npatient:\n  from",
        &[("E0007 4:1 `---`", "put each into a file of its own")],
    ),
    mistake("an empty file", PATIENT, "", "", &[("E0002 1:1 ``", "remove it, or write what it is there for")]),
    mistake("a file of comments", CAT_PATIENT, "", "# to be written\n", &[("E0002 1:1 ``", "remove it, or write what it is there for")]),
    mistake(
        "a list as a file of rules",
        PERSON,
        "",
        "- person\n",
        &[("E0010 1:1 `- person`", "expected a map for a file of rules, found a list")],
    ),
    mistake(
        "a broken category",
        CAT_PATIENT,
        "  zip3: text",
        "   zip3: text",
        &[("E0001 8:4 `z`", "items of one list or map begin in the same column")],
    ),
    mistake(
        "a broken source",
        SCHEMA,
        "    ignore: {SSN: not migrated}",
        "    ignore: {SSN: not migrated",
        &[("E0001 20:9 `:`", "close the bracket or brace, and put commas between items")],
    ),
    mistake(
        "a broken target",
        TARGET,
        "  person:\n    key: [person_id]",
        "  person:\n    key: [person_id",
        &[("E0001 9:12 `:`", "close the bracket or brace, and put commas between items")],
    ),
    mistake(
        "`no` for false",
        SCHEMA,
        "  visits:\n    file",
        "  visits:\n    required: no\n    file",
        &[("E0010 21:15 `no`", "write `false`: in YAML 1.2 other words are text")],
    ),
    mistake(
        "`yes` for true, in a category",
        CAT_PATIENT,
        "birth_date: {type: date, required: true}",
        "birth_date: {type: date, required: yes}",
        &[("E0010 5:38 `yes`", "write `true`: in YAML 1.2 other words are text")],
    ),
];
