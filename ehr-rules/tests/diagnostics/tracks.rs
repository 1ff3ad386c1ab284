//! Rows that come again: tracked tables.

use super::Mistake;
use super::mistake;

const DIRECT: &str = "targets/direct/schema.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "a tracked key of an unknown column",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: [idd], fingerprint: {columns: [payer]}}\n",
        &[("E0101 7:19 `idd`", "did you mean `id`?")],
    ),
    mistake(
        "unknown columns of a fingerprint",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: [id], fingerprint: {columns: [pyer], ignore: [du]}}\n",
        &[("E0101 7:48 `pyer`", "did you mean `payer`?"), ("E0101 7:64 `du`", "unknown column `du` of `bill`")],
    ),
    mistake(
        "a column that is compared and ignored",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: [id], fingerprint: {columns: [payer, due], ignore: due}}\n",
        &[("E0410 7:69 `due`", "remove it from `columns` or from `ignore`")],
    ),
    mistake(
        "a column that is compared twice",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: [id], fingerprint: {columns: [payer, payer]}}\n",
        &[("E0410 7:55 `payer`", "remove one of the two")],
    ),
    mistake(
        "a track without key and columns",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {fingerprint: {ignore: [due]}}\n",
        &[
            ("E0011 7:12 `{fingerprint: {ignore: [due]}}`", "`track` lacks the key `key`"),
            ("E0011 7:26 `{ignore: [due]}`", "`fingerprint` lacks the key `columns`"),
        ],
    ),
    mistake(
        "a track without a fingerprint",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: [id]}\n",
        &[("E0011 7:12 `{key: [id]}`", "`track` lacks the key `fingerprint`")],
    ),
    mistake(
        "a fingerprint of nothing",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: [id], fingerprint: {columns: []}}\n",
        &[("E0010 7:47 `[]`", "name those by which rows are told apart")],
    ),
    mistake(
        "unknown words in a track",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: id, fingerprint: {columns: due}, on_same: skp, on_changed: {record: conflict, then: keep}}\n",
        &[
            ("E0013 7:60 `skp`", "did you mean `skip`?"),
            ("E0013 7:86 `conflict`", "did you mean `conflicts`?"),
            ("E0013 7:102 `keep`", "write `keep_old`, `take_new`, `keep_both` or `quarantine`"),
        ],
    ),
    mistake(
        "a change of which nothing is said",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: id, fingerprint: {columns: due}, on_changed: {record: conflicts}}\n",
        &[("E0011 7:63 `{record: conflicts}`", "`on_changed` lacks the key `then`")],
    ),
    mistake(
        "a track of a table that somebody else fills",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    external: true\n    track: {key: id, fingerprint: {columns: due}}\n",
        &[
            ("E0407 8:12 `{key: id, fingerprint: {columns: due}}`", "leave out `track`, or `external`"),
            ("E0105 targets/direct/rules.yaml:1:1 `bill`", "`bill` is no table of the target"),
        ],
    ),
    mistake(
        "a tracked table without a key",
        DIRECT,
        "    key: [id]\n",
        "    track: {key: id, fingerprint: {columns: due}}\n",
        &[("E0440 6:12 `{key: id, fingerprint: {columns: due}}`", "give the table a `key:`")],
    ),
    mistake(
        "rows tracked by what may be missing",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: due, fingerprint: {columns: payer}}\n",
        &[(
            "E0440 7:12 `{key: due, fingerprint: {columns: payer}}`",
            "say `required: true` of one of them, or add one to `key:` of `track`",
        )],
    ),
    mistake(
        "two rows of one key in a table that has one for it",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: id, fingerprint: {columns: due}, on_changed: {then: keep_both}}\n",
        &[(
            "E0440 7:12 `{key: id, fingerprint: {columns: due}, on_changed: {then: keep_both}}`",
            "both rows of one key cannot stand in `bill`, whose key they share",
        )],
    ),
    mistake(
        "a part that does not refer to its whole",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: id, fingerprint: {columns: [due, payers]}}\n",
        &[("E0101 7:51 `payers`", "did you mean `payer`?")],
    ),
    mistake(
        "a range of texts that are no days",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: id, range: {start: payer, end: dued}, fingerprint: {columns: due}}\n",
        &[("E0403 7:37 `payer`", "name a column of one of those types"), ("E0101 7:49 `dued`", "did you mean `due`?")],
    ),
    mistake(
        "unknown ways to make texts alike",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: id, fingerprint: {columns: due, texts: [trim, lower]}}\n",
        &[("E0013 7:64 `lower`", "write `trim` or `collapse_blanks`")],
    ),
    mistake(
        "kinds of conflicts that are none",
        DIRECT,
        "    key: [id]\n",
        "    key: [id]\n    track: {key: id, fingerprint: {columns: due}, on_changed: {then: keep_old, kinds: {money: {columns: [payer], severity: urgent}, late: {}, data_changed: {columns: due}}}}\n",
        &[
            ("E0013 7:124 `urgent`", "write `low`, `medium` or `high`"),
            ("E0011 7:139 `{}`", "kind `late` lacks the key `columns`"),
            ("E0012 7:167 `due`", "leave out `columns`, or give the kind another name"),
            ("E0101 7:106 `payer`", "`payer` is not compared in `bill`"),
        ],
    ),
    mistake(
        "a part of a row that cannot be found again",
        DIRECT,
        "      due: date\n",
        concat!(
            "      due: date\n",
            "    track: {key: id, fingerprint: {columns: [due, item]}}\n",
            "  item: {columns: {nr: integer, of: {type: integer, references: bill.id}}}\n",
        ),
        &[("E0440 11:51 `item`", "give `item` a `key:`")],
    ),
    mistake(
        "a part of a row that is not told whose it is, and one that is tracked itself",
        DIRECT,
        "      due: date\n",
        concat!(
            "      due: date\n",
            "    track: {key: id, fingerprint: {columns: [due, item, note]}, on_changed: {then: keep_old, kinds: {more: {columns: [item]}}}}\n",
            "  item:\n    key: [nr]\n    columns: {nr: {type: integer, required: true}, of: integer}\n",
            "  note:\n    key: [nr]\n    columns: {nr: {type: integer, required: true}, of: {type: integer, references: bill.id}}\n",
            "    track: {key: nr, fingerprint: {columns: of}}\n",
        ),
        &[
            (
                "E0440 11:51 `item`",
                "`item` is no part of `bill`: it does not refer to it; let one column of `item` say `references: bill.COLUMN`",
            ),
            ("E0440 18:12 `{key: nr, fingerprint: {columns: of}}`", "`note` is part of `bill`, and is not tracked by itself"),
            ("E0101 11:119 `item`", "`item` is not compared in `bill`"),
        ],
    ),
];
