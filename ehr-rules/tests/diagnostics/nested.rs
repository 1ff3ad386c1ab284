//! Points in time, lists, structs, and what becomes of them.

use super::Mistake;
use super::mistake;

const PATIENT: &str = "sources/acme/1/patient.yaml";
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
    mistake(
        "an explode of what is no list",
        PATIENT,
        "  where: BIRTHDATE",
        "  explode: {list: LAST}\n  where: BIRTHDATE",
        &[("E0201 3:19 `LAST`", "`LAST` is text, and `explode` takes a list")],
    ),
    mistake(
        "an explode of an unknown column",
        PATIENT,
        "  where: BIRTHDATE",
        "  explode: {list: LASTT, as: name}\n  where: name != () && BIRTHDATE",
        &[("E0101 3:19 `LASTT`", "did you mean `LAST`?")],
    ),
    mistake(
        "an explode that says no list",
        PATIENT,
        "  where: BIRTHDATE",
        "  explode: {as: name}\n  where: BIRTHDATE",
        &[("E0011 3:12 `{as: name}`", "say which column holds the list: `list: COLUMN`")],
    ),
    mistake(
        "a name that a column has already",
        PATIENT,
        "  where: BIRTHDATE",
        "  unpivot: {columns: [LAST, ZIP], name: what, value: COST}\n  where: BIRTHDATE",
        &[("E0330 3:54 `COST`", "give what is made here another name")],
    ),
    mistake(
        "one name for two columns",
        PATIENT,
        "  where: BIRTHDATE",
        "  unpivot: {columns: [LAST, ZIP], name: what, value: what}\n  where: BIRTHDATE",
        &[("E0330 3:54 `what`", "give what is made here another name")],
    ),
    mistake(
        "columns of two types as one",
        PATIENT,
        "  where: BIRTHDATE",
        "  unpivot: {columns: {LAST: name, COST: price}, name: what, value: of}\n  where: BIRTHDATE",
        &[("E0201 3:35 `COST`", "`COST` is a decimal(12,2) and `LAST` is text: they are no one column")],
    ),
    mistake(
        "what becomes of missing values in another word",
        PATIENT,
        "  where: BIRTHDATE",
        "  unpivot: {columns: [LAST, ZIP], name: what, value: of, on_missing: skip}\n  where: BIRTHDATE",
        &[("E0306 3:70 `skip`", "it is one of `drop`, `keep`")],
    ),
    mistake(
        "a misspelt key of an unpivot",
        PATIENT,
        "  where: BIRTHDATE",
        "  unpivot: {column: [LAST, ZIP], name: what, value: of}\n  where: BIRTHDATE",
        &[("E0012 3:13 `column`", "did you mean `columns`?")],
    ),
    mistake(
        "an unknown field of a struct",
        SCHEMA,
        "      LAST: text",
        "      LAST: {type: struct, fields: {given: text, own: text}}",
        &[("E0203 sources/acme/1/patient.yaml:7:36 `trim`", "`text` of `trim` is text, and a struct(given: text, own: text) is given")],
    ),
    mistake(
        "a separator for what is no list",
        SCHEMA,
        "STOP: datetime",
        "STOP: {type: datetime, split: ';'}",
        &[("E0403 27:37 `';'`", "`split` is for a list of single values; leave it out or change the type")],
    ),
    mistake(
        "one item for what is no list",
        SCHEMA,
        "STOP: datetime",
        "STOP: {type: datetime, or_one: true}",
        &[("E0403 27:38 `true`", "`or_one` is for a list; leave it out or change the type")],
    ),
    mistake(
        "one item for a struct inside of a list, instead of the list",
        SCHEMA,
        "STOP: datetime",
        "STOP: datetime\n      MORE: {type: list, of: {type: struct, or_one: true, fields: {a: text}}}",
        &[
            ("E0403 28:53 `true`", "`or_one` is for a list; leave it out or change the type"),
            ("E0309 28:7 `MORE`", "ignore: {MORE: REASON}"),
        ],
    ),
    mistake(
        "one item beside what splits a text",
        SCHEMA,
        "STOP: datetime",
        "STOP: datetime\n      MORE: {type: list(text), split: ';', or_one: true}",
        &[
            ("E0407 28:52 `true`", "leave `or_one` out: a text in which nothing is split is a list of one item"),
            ("E0309 28:7 `MORE`", "ignore: {MORE: REASON}"),
        ],
    ),
    mistake(
        "another word for one item or a list of them",
        SCHEMA,
        "STOP: datetime",
        "STOP: datetime\n      MORE: {type: list(text), or_one: yes}",
        &[("E0010 28:40 `yes`", "write `true`: in YAML 1.2 other words are text"), ("E0309 28:7 `MORE`", "ignore: {MORE: REASON}")],
    ),
    mistake(
        "one item for a category's column, which no file holds",
        CAT_PATIENT,
        "  zip3: text",
        "  zip3: {type: text, or_one: true}",
        &[("E0012 8:22 `or_one`", "known keys are `type`, `required`, `element`, `one_of`")],
    ),
];
