//! What links a target to one source: tables read straight.

use super::Mistake;
use super::mistake;

const DIRECT: &str = "targets/direct/schema.yaml";
const DIRECT_RULES: &str = "targets/direct/rules.yaml";
const SCHEMA: &str = "sources/acme/1/schema.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "an unknown version of a source read straight",
        DIRECT,
        "acme/1",
        "acme/11",
        &[("E0120 3:10 `acme/11`", "unknown source `acme/11`; did you mean `acme/1`?")],
    ),
    mistake(
        "an unknown source read straight",
        DIRECT,
        "[acme/1, acme/2]",
        "epicurus/9",
        &[("E0120 3:9 `epicurus/9`", "unknown source `epicurus/9`")],
    ),
    mistake("a source read straight twice", DIRECT, "acme/2", "acme/1", &[("E0430 3:18 `acme/1`", "remove one of the two")]),
    mistake(
        "a category in a target that reads its source straight",
        DIRECT_RULES,
        "from: bills",
        "from: patient",
        &[("E0102 2:9 `patient`", "did you mean `patients`?")],
    ),
    mistake(
        "an unknown column of a source read straight, by two versions",
        DIRECT_RULES,
        "payer: PAYER",
        "payer: PAYERS",
        &[("E0101 5:12 `PAYERS`", "did you mean `PAYER`?")],
    ),
    mistake(
        "a column that no rule reads, not even a target's",
        SCHEMA,
        "      DUE: date\n",
        "      DUE: date\n      FAX: text\n",
        &[("E0309 46:7 `FAX`", "read it in a rule, or say why not: `ignore: {FAX: REASON}`")],
    ),
];
