//! Files of cases: their form, and the names in them.

use super::Mistake;
use super::mistake;

const SOURCE: &str = "sources/acme/1/cases/patient.yaml";
const WAREHOUSE: &str = "targets/warehouse/cases/person.yaml";
const DIRECT: &str = "targets/direct/cases/bill.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake("cases that are no list", SOURCE, "", "name: x\n", &[("E0010 1:1 `name: x`", "expected a list of cases for a file of cases")]),
    mistake("cases that are no YAML", SOURCE, "", "- {name: x\n", &[("E0001 2:1 ``", "close the bracket or brace")]),
    mistake("a file of cases that is empty", SOURCE, "", "", &[("E0002 1:1 ``", "remove it")]),
    mistake(
        "a case with a misspelt key",
        SOURCE,
        "",
        "- name: x\n  given: {patients: []}\n  expects: {patient: []}\n",
        &[("E0012 3:3 `expects`", "did you mean `expect`?")],
    ),
    mistake(
        "a case that expects nothing",
        SOURCE,
        "",
        "- name: x\n  given: {}\n",
        &[("E0011 1:3 `name: x…`", "a case lacks the key `expect`")],
    ),
    mistake(
        "rows that are no rows",
        SOURCE,
        "",
        "- name: x\n  given: {patients: [Id]}\n  expect: {patient: {id: 1}}\n",
        &[
            ("E0010 2:22 `Id`", "expected a map for a row of `patients`, found text"),
            ("E0010 3:21 `{id: 1}`", "expected a list of rows for `patient`, found a map"),
        ],
    ),
    mistake(
        "a day that is none",
        SOURCE,
        "",
        "- {name: x, today: 31.12.2024, given: {}, expect: {}}\n",
        &[("E0010 1:20 `31.12.2024`", "write it as in `2024-01-31`")],
    ),
    mistake(
        "an unknown target of a case",
        SOURCE,
        "",
        "- {name: x, target: warehous, given: {}, expect: {}}\n",
        &[("E0801 1:21 `warehous`", "did you mean `warehouse`?")],
    ),
    mistake(
        "an unknown source of a case",
        WAREHOUSE,
        "",
        "- {name: x, source: acme/3, given: {}, expect: {}}\n",
        &[("E0801 1:21 `acme/3`", "unknown source `acme/3`; did you mean `acme/1`?")],
    ),
    mistake(
        "a case that does not say which of several versions it gives",
        DIRECT,
        "",
        "- {name: x, given: {bills: []}, expect: {}}\n",
        &[("E0801 1:3 `{name: x, given: {bills: []}, expect: {}}`", "add `source: acme/1`")],
    ),
    mistake(
        "tables of a source that there are not",
        SOURCE,
        "",
        "- {name: x, given: {pateints: []}, expect: {person: []}}\n",
        &[
            ("E0802 1:21 `pateints`", "`acme/1` has no table `pateints`; did you mean `patients`?"),
            ("E0802 1:45 `person`", "nothing makes `person`"),
        ],
    ),
    mistake(
        "tables of a source where categories are given",
        WAREHOUSE,
        "",
        "- {name: x, given: {patients: []}, expect: {peron: []}}\n",
        &[
            ("E0802 1:21 `patients`", "there is no category `patients`; did you mean `patient`?"),
            ("E0802 1:45 `peron`", "did you mean `person`?"),
        ],
    ),
    mistake(
        "a category that a target straight from its source does not make",
        DIRECT,
        "",
        "- {name: x, source: acme/1, given: {bills: []}, expect: {patient: [], actions: [{state: planned}]}}\n",
        &[
            ("E0802 1:58 `patient`", "nothing makes `patient`"),
            ("E0803 1:82 `state`", "`actions` has no column `state`; there is `status`"),
        ],
    ),
    mistake(
        "columns that are not those of their tables",
        SOURCE,
        "",
        "- name: x\n  given: {patients: [{Id: 1, GENDR: M}, {SSN: 1}]}\n  expect: {patient: [{gendre: male}]}\n",
        &[
            ("E0803 2:30 `GENDR`", "did you mean `GENDER`?"),
            ("E0803 2:42 `SSN`", "`patients` has no column `SSN`"),
            ("E0803 3:23 `gendre`", "did you mean `gender`?"),
        ],
    ),
    mistake(
        "a parameter that nothing declares",
        SOURCE,
        "",
        "- {name: x, set: {zone: UTC}, given: {}, expect: {}}\n",
        &[("E0804 1:19 `zone`", "unknown parameter `zone`")],
    ),
    mistake(
        "rejects that cannot be",
        SOURCE,
        "",
        "- name: x\n  given: {}\n  expect:\n    rejects:\n      - {table: patient, line: two, code: R0100}\n      - {table: visits, reson: x, CODE: y, SSN: z}\n",
        &[
            ("E0805 5:17 `patient`", "did you mean `patients`?"),
            ("E0805 5:32 `two`", "the header is line 1"),
            ("E0805 5:43 `R0100`", "unknown code `R0100`"),
            ("E0805 6:25 `reson`", "did you mean `reason`?"),
            ("E0805 6:44 `SSN`", "a row set aside has no `SSN`"),
        ],
    ),
    mistake(
        "a case in the right form",
        SOURCE,
        "",
        "- name: x\n  target: warehouse\n  today: 2024-01-01\n  given: {patients: [{Id: 1, BIRTHDATE: null}]}\n  \
         expect: {patient: [], person: [], rejects: [{table: patients, line: 2, code: R0102, SSN: \"\"}]}\n",
        &[],
    ),
    mistake(
        "values of a category that are not what it holds",
        WAREHOUSE,
        "",
        "- name: x\n  given:\n    patient:\n      - {id: a, birth_date: yesterday, gender: male, deceased: no}\n      - {id: b, birth_date: null, gender: male}\n  expect: {person: []}\n",
        &[
            ("E0806 4:29 `yesterday`", "`birth_date` of `patient` is date, and this is none"),
            ("E0806 4:64 `no`", "`deceased` of `patient` is boolean, and this is none"),
            ("E0806 5:9 `{id: b, birth_date: null, gender: male}`", "`deceased` of `patient` is required"),
            ("E0806 5:29 `null`", "`birth_date` of `patient` is required, and a row given lacks it"),
        ],
    ),
    mistake(
        "items and fields of a category that are not what it holds",
        WAREHOUSE,
        "",
        "- name: x\n  given:\n    patient:\n      - {id: a, birth_date: 2024-01-31, gender: male, deceased: false, days: [1, two, null], dose: {amount: 1.005, unt: mg}}\n      \
         - {id: b, birth_date: 2024-01-31, gender: male, deceased: false, days: 1, dose: [a], wakes: noon, uid: abc, cost: \"1.005\"}\n      \
         - {id: c, birth_date: 2024-01-31, gender: male, deceased: false, days: \"[1, 2]\", dose: {amount: [1]}, wakes: \"08:30\", cost: 1.5}\n  \
         expect: {person: []}\n",
        &[
            ("E0806 4:82 `two`", "an item of `days` of `patient` is integer, and this is none"),
            ("E0806 4:109 `1.005`", "`amount` in `dose` of `patient` is decimal(6,2), and this is none"),
            ("E0806 4:116 `unt`", "`dose` of `patient` has no field `unt`; did you mean `unit`?"),
            ("E0806 5:78 `1`", "`days` of `patient` is list(integer), and this is none"),
            ("E0806 5:87 `[a]`", "`dose` of `patient` is struct(amount: decimal(6,2), unit: text), and this is none"),
            ("E0806 5:99 `noon`", "`wakes` of `patient` is time, and this is none"),
            ("E0806 5:110 `abc`", "`uid` of `patient` is uuid, and this is none"),
            ("E0806 5:121 `\"1.005\"`", "`cost` of `patient` is decimal(12,2), and this is none"),
            ("E0806 6:103 `[1]`", "`amount` in `dose` of `patient` is decimal(6,2), and this is none"),
        ],
    ),
];
