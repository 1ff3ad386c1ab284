//! Points in time, lists, structs, and what becomes of them.

use super::Mistake;
use super::mistake;

const SCHEMA: &str = "sources/acme/1/schema.yaml";
const CAT_PATIENT: &str = "categories/patient.yaml";
const TARGET: &str = "targets/warehouse/schema.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "a zone that is none",
        SCHEMA,
        "STOP: datetime",
        "STOP: {type: datetime}\n      AT: {type: instant, zone: America/Torronto}",
        &[("E0110 28:33 `America/Torronto`", "did you mean `America/Toronto`?"), ("E0309 28:7 `AT`", "ignore: {AT: REASON}")],
    ),
    mistake(
        "an abbreviation for a zone",
        SCHEMA,
        "STOP: datetime",
        "STOP: {type: instant, zone: EDT}",
        &[
            ("E0110 27:35 `EDT`", "zones are named as in `America/Toronto` or `Europe/Berlin`"),
            ("E0201 sources/acme/1/encounter.yaml:10:10 `STOP`", "say in which zone: `do: [{in_zone: ZONE}]`"),
        ],
    ),
    mistake(
        "a zone for what is no point in time",
        SCHEMA,
        "STOP: datetime",
        "STOP: {type: datetime, zone: America/Toronto}",
        &[("E0403 27:36 `America/Toronto`", "`zone` is for instant; leave it out or change the type")],
    ),
    mistake(
        "an instant where a day is asked for",
        SCHEMA,
        "DEATHDATE: date",
        "DEATHDATE: instant",
        &[("E0203 sources/acme/1/patient.yaml:18:34 `age_at`", "`on` of `age_at` is date or datetime, and an instant is given")],
    ),
    mistake(
        "a list as text",
        SCHEMA,
        "LAST: text",
        "LAST: list(text)",
        &[("E0203 sources/acme/1/patient.yaml:7:36 `trim`", "`text` of `trim` is text, and a list(text) is given")],
    ),
    mistake(
        "another word for a list",
        SCHEMA,
        "LAST: text",
        "LAST: array",
        &[("E0109 12:13 `array`", "did you mean `{type: list, of: TYPE}`?")],
    ),
    mistake("a list of nothing", SCHEMA, "LAST: text", "LAST: {type: list}", &[("E0011 12:13 `{type: list}`", "lacks the key `of`")]),
    mistake(
        "a struct without fields",
        SCHEMA,
        "LAST: text",
        "LAST: {type: struct, fields: {}}",
        &[("E0109 12:36 `{}`", "name its fields and their types")],
    ),
    mistake(
        "a list as a key",
        SCHEMA,
        "Id: {type: uuid, required: true}\n      NAME: text",
        "Id: list(uuid)\n      NAME: text",
        &[
            ("E0403 34:11 `Id`", "rows are told apart by single values; a rule can `explode` a list"),
            ("E0201 sources/acme/1/encounter.yaml:4:35 `CLINIC`", "`Id` of `clinics` is a list(uuid): they never match"),
        ],
    ),
    mistake(
        "a list that is unique",
        SCHEMA,
        "birth place: text",
        "birth place: text\n      TAGS: {type: list, of: txt, unique: true}",
        &[
            ("E0403 16:43 `true`", "`unique` is for single values; leave it out or change the type"),
            ("E0109 16:30 `txt`", "did you mean `text`?"),
            ("E0309 16:7 `TAGS`", "ignore: {TAGS: REASON}"),
        ],
    ),
    mistake(
        "a list as a key of a target",
        TARGET,
        "visit_id: {type: integer, required: true}",
        "visit_id: {type: list, of: integer}",
        &[
            ("E0403 19:11 `visit_id`", "`visit_id` is list(integer), which cannot stand in `key`"),
            ("E0201 targets/warehouse/visit.yaml:4:15 `{key: [id], space: visit}`", "an integer stands where a list(integer) is asked for"),
        ],
    ),
    mistake(
        "a struct where text is asked for",
        CAT_PATIENT,
        "  exported_on: date",
        "  exported_on: {type: struct, fields: {on: date}}",
        &[("E0201 sources/acme/1/patient.yaml:20:18 `{parameter: today}`", "a date stands where a struct(on: date) is asked for")],
    ),
];
