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
        "from: bills\n  columns",
        "from: patient\n  columns",
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
    mistake(
        "a file action with an unknown column",
        DIRECT_RULES,
        "example/{PAYER}/{No}",
        "example/{PAYR}/{No}",
        &[("E0101 12:36 `PAYR`", "did you mean `PAYER`?")],
    ),
    mistake(
        "a file action with an unknown function",
        DIRECT_RULES,
        "|upper}",
        "|uper}",
        &[("E0103 13:34 `uper`", "did you mean `upper`?")],
    ),
    mistake(
        "a part of a path that may be missing",
        DIRECT_RULES,
        "  where: PAYER != ()\n",
        "",
        &[
            ("E0321 11:36 `PAYER`", "`PAYER` is part of a file's place and may be missing; filter with `where: \"PAYER != ()\"`"),
            ("E0321 12:15 `PAYER`", "filter with"),
        ],
    ),
    mistake(
        "an absolute target",
        DIRECT_RULES,
        "target: \"{PAYER}",
        "target: \"/{PAYER}",
        &[("E0322 13:13 `\"/{PAYER}/{No|to_text|upper}.pdf\"`", "an empty segment, as of an absolute path; a target is relative")],
    ),
    mistake(
        "a target that climbs",
        DIRECT_RULES,
        "target: \"{PAYER}",
        "target: \"../{PAYER}",
        &[("E0322 13:13 `\"../{PAYER}/{No|to_text|upper}.pdf\"`", "a segment that is another folder")],
    ),
    mistake(
        "a drive of Windows",
        DIRECT_RULES,
        "target: \"{PAYER}",
        "target: \"D:/{PAYER}",
        &[("E0322 13:13 `\"D:/{PAYER}/{No|to_text|upper}.pdf\"`", "a path of Windows")],
    ),
    mistake(
        "a source that climbs",
        DIRECT_RULES,
        "sftp://files.example/{PAYER}",
        "../{PAYER}",
        &[("E0322 12:13 `\"../{PAYER}/{No}.pdf\"`", "write the whole path")],
    ),
    mistake(
        "a host that stands in the data",
        DIRECT_RULES,
        "sftp://files.example/{PAYER}",
        "sftp://{PAYER}",
        &[("E0322 12:22 `PAYER`", "write it out, or as a parameter: `sftp://{parameter}/…`")],
    ),
    mistake(
        "a scheme that is none of files",
        DIRECT_RULES,
        "sftp://files",
        "ftp://files",
        &[("E0320 12:13 `\"ftp://files.example/{PAYER}/{No}.pdf\"`", "`ftp` is no scheme of files; did you mean `sftp`?")],
    ),
    mistake(
        "a brace that is not closed",
        DIRECT_RULES,
        "upper}.pdf",
        "upper.pdf",
        &[("E0320 13:13 `\"{PAYER}/{No|to_text|upper.pdf\"`", "a column stands in braces: `{COLUMN}`")],
    ),
    mistake("a file without a place", DIRECT_RULES, "\"{PAYER}/{No|to_text|upper}.pdf\"", "''", &[("E0320 13:13 `''`", "write a path")]),
    mistake(
        "a file action that does not say what happens to files of one name",
        DIRECT_RULES,
        "\n    collision: number",
        "",
        &[("E0011 12:5 `source: \"sftp://files.example/{PAYER}/{No}.pdf\"…`", "`number`, `hash`, `fail` or `{folder: COLUMN}`")],
    ),
    mistake(
        "an unknown way with files of one name",
        DIRECT_RULES,
        "collision: number",
        "collision: numbr",
        &[("E0013 14:16 `numbr`", "did you mean `number`?")],
    ),
    mistake(
        "a misspelt key of a file action",
        DIRECT_RULES,
        "collision: number",
        "colision: number",
        &[("E0012 14:5 `colision`", "did you mean `collision`?")],
    ),
    mistake(
        "a file of a group",
        DIRECT_RULES,
        "  file:\n",
        "  group: [PAYER]\n  file:\n",
        &[("E0320 11:10 `[PAYER]`", "in a rule of its own, without `group`")],
    ),
    mistake(
        "a file action in the rules of a source",
        "sources/acme/1/encounter.yaml",
        "  columns:\n",
        "  file: {source: \"{Id}\", target: \"{Id}\", collision: fail}\n  columns:\n",
        &[("E0320 5:9 `{source: \"{Id}\", target: \"{Id}\", collision: fail}`", "files are moved by a target")],
    ),
    mistake(
        "a rule that moves files and makes columns of no table",
        DIRECT_RULES,
        "  file:\n",
        "  columns: {id: No}\n  file:\n",
        &[("E0105 8:1 `scans`", "a rule is named after what it makes")],
    ),
    mistake(
        "identifiers that reach what is released",
        DIRECT,
        "title: Straight from a source\n",
        "title: Straight from a source\nrelease: deidentified\nallow: {bill.due: agreed with the board}\n",
        &[
            (
                "E0701 targets/direct/rules.yaml:5:12 `PAYER`",
                "`bill.payer` holds `name`, and `direct` is released de-identified; it comes by `acme/1/bills.PAYER`, `bill.payer`: leave it out",
            ),
            ("E0701 targets/direct/rules.yaml:12:5 `source: \"sftp://files.example/{PAYER}/{No}.pdf\"…`", "`allow: {scans.file: REASON}`"),
        ],
    ),
    mistake(
        "what is released without a reason",
        DIRECT,
        "title: Straight from a source\n",
        "title: Straight from a source\nallow: {bill.payer: ''}\n",
        &[("E0010 3:9 `bill.payer`", "write `bill.payer: REASON`")],
    ),
];
