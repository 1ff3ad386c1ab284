//! Steps over several rows: groups and their aggregates, order.

use super::Mistake;
use super::mistake;

const PATIENT: &str = "sources/acme/1/patient.yaml";
const SCHEMA: &str = "sources/acme/1/schema.yaml";
const VISIT: &str = "targets/warehouse/visit.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "an aggregate of another type",
        VISIT,
        "{count: id}",
        "{sum: id}",
        &[("E0201 17:19 `id`", "`sum` takes numbers, and this is text")],
    ),
    mistake(
        "an aggregate of what is neither true nor false",
        VISIT,
        "{count: id}",
        "{any: id}",
        &[("E0201 17:19 `id`", "`any` takes true or false, and this is text")],
    ),
    mistake(
        "a mean where a whole number is asked for",
        VISIT,
        "{count: id}",
        "{mean: {value: 1}}",
        &[("E0201 17:13 `{mean: {value: 1}}`", "a float stands where an integer is asked for")],
    ),
    mistake(
        "an aggregate that may be missing in a required column",
        VISIT,
        "{min: {from: start, do: [to_date]}}",
        "{last: {from: end, do: [to_date]}, order: start}",
        &[("E0202 15:16 `{last: {from: end, do: [to_date]}, order: start}`", "may be missing: from `end`")],
    ),
    mistake(
        "an order where there is none to choose",
        VISIT,
        "{count: id}",
        "{count: id, order: start}",
        &[("E0012 17:25 `order`", "the keys are `count`")],
    ),
    mistake(
        "an aggregate ordered by an unknown column",
        VISIT,
        "{max: {from: end, do: [to_date]}}",
        "{last: {from: end, do: [to_date]}, order: [starts desc]}",
        &[("E0101 16:58 `starts`", "did you mean `start`?")],
    ),
    mistake(
        "an aggregate outside of a group",
        VISIT,
        "concept_id: {from: code, codes: concept, system: system, otherwise: 0}",
        "concept_id: {count: rows}",
        &[("E0310 7:18 `count`", "add `group: [COLUMN]` to the rule")],
    ),
    mistake(
        "a parameter that is declared nowhere",
        PATIENT,
        "{parameter: today}",
        "{parameter: tody}",
        &[("E0107 20:30 `tody`", "did you mean `today`?")],
    ),
    mistake(
        "a parameter of a script that is declared nowhere",
        PATIENT,
        "BIRTHDATE <= today() &&",
        "BIRTHDATE <= parameter(\"limit\") &&",
        &[("E0107 3:23 `parameter`", "the parameters are `today`; declare others under `parameters:` of the schema.yaml")],
    ),
    mistake(
        "a parameter whose name is computed",
        PATIENT,
        "BIRTHDATE <= today() &&",
        "BIRTHDATE <= parameter(LAST) &&",
        &[("E0601 3:23 `parameter`", "`parameter` takes the name of a parameter, as text in quotes")],
    ),
    mistake(
        "a parameter without a type",
        SCHEMA,
        "title: Acme, first exports",
        "title: Acme, first exports\nparameters: {zone: {default: UTC}}",
        &[("E0011 4:20 `{default: UTC}`", "parameter `zone` lacks the key `type`")],
    ),
    mistake(
        "a parameter that is neither set nor has a default",
        SCHEMA,
        "title: Acme, first exports",
        "title: Acme, first exports\nparameters: {zone: {type: text}}",
        &[("E0407 4:14 `zone`", "give a `default`, or write `required: true`; one of the two")],
    ),
    mistake(
        "a parameter with a default that must be set",
        SCHEMA,
        "title: Acme, first exports",
        "title: Acme, first exports\nparameters: {zone: {type: text, default: UTC, required: true}}",
        &[("E0407 4:42 `UTC`", "a default for what must be set")],
    ),
    mistake(
        "a default of another type",
        SCHEMA,
        "title: Acme, first exports",
        "title: Acme, first exports\nparameters: {day: {type: date, default: soon}}",
        &[("E0407 4:41 `soon`", "`soon` is no date")],
    ),
    mistake(
        "a default that is not allowed",
        SCHEMA,
        "title: Acme, first exports",
        "title: Acme, first exports\nparameters: {zone: {type: text, one_of: [a, b], default: c}}",
        &[("E0407 4:58 `c`", "`c` is not one of those allowed")],
    ),
    mistake(
        "a parameter of a type that is not set",
        SCHEMA,
        "title: Acme, first exports",
        "title: Acme, first exports\nparameters: {id: {type: uuid, required: true}}",
        &[("E0403 4:25 `uuid`", "it is text, integer, float, boolean, date, datetime or instant")],
    ),
    mistake(
        "a parameter that is built in",
        SCHEMA,
        "title: Acme, first exports",
        "title: Acme, first exports\nparameters: {today: {type: date, required: true}}",
        &[("E0408 4:14 `today`", "it is built in: the date of the order")],
    ),
    mistake(
        "sorted by a column that is not made",
        VISIT,
        "  group: [patient]",
        "  group: [patient]\n  sort: [first_day desc, patient]",
        &[("E0106 13:26 `patient`", "unknown column `patient` of `period`")],
    ),
    mistake(
        "sorted twice by one column",
        VISIT,
        "  group: [patient]",
        "  group: [patient]\n  sort: [first_day desc, first_day]",
        &[("E0306 13:26 `first_day`", "leave the other out")],
    ),
];
