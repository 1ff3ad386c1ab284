//! Steps over several rows: groups and their aggregates, order.

use super::Mistake;
use super::mistake;

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
