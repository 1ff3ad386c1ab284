//! What identifies a person, and what is released.

use super::Mistake;
use super::mistake;

const DIRECT: &str = "targets/direct/schema.yaml";
const DIRECT_RULES: &str = "targets/direct/rules.yaml";
const SCHEMA: &str = "sources/acme/1/schema.yaml";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "identifiers that reach what is released",
        DIRECT,
        "title: Straight from a source\n",
        "title: Straight from a source\nrelease: deidentified\nallow: {bill.due: agreed with the board}\n",
        &[
            (
                "E0701 targets/direct/rules.yaml:5:12 `PAYER`",
                "`bill.payer` holds `name`, and `direct` is released de-identified; it comes by `acme/1/bills.PAYER`, `bill.payer`: put it through `pseudonym`, leave it out",
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
    mistake(
        "a key where the name of a secret is asked for",
        DIRECT_RULES,
        "payer: PAYER",
        "payer: {from: PAYER, do: [{pseudonym: {key: aW52ZW50ZWQga2V5IG9mIG5vYm9keQ}}]}",
        &[("E0203 5:49 `aW52ZW50ZWQga2V5IG9mIG5vYm9keQ`", "this names no secret for `key`")],
    ),
    mistake(
        "a secret out of a column",
        DIRECT_RULES,
        "payer: PAYER",
        "payer: {from: PAYER, do: [{pseudonym: {key: {col: PAYER}}}]}",
        &[("E0203 5:49 `{col: PAYER}`", "write a name, such as `research`; the secret itself comes with the order")],
    ),
    mistake(
        "a shift by no day",
        DIRECT_RULES,
        "due: DUE",
        "due: {from: DUE, do: [{shift_date: {id: {col: PAYER}, key: research, days: 0}}]}",
        &[("E0203 6:80 `0`", "`days` is between 1 and 36500, and `0` is not")],
    ),
    mistake(
        "a secret in a script",
        DIRECT_RULES,
        "payer: PAYER",
        "payer: {rhai: 'pseudonym(PAYER, \"research\")'}",
        &[("E0601 5:20 `pseudonym`", "`pseudonym` takes a secret, which no script sees; `do:` calls it")],
    ),
    mistake(
        "a misspelt identifier",
        SCHEMA,
        "phi: name",
        "phi: nmae",
        &[("E0013 44:32 `nmae`", "`phi` cannot be `nmae`; did you mean `name`?")],
    ),
    mistake(
        "an identifier that is none",
        SCHEMA,
        "phi: name",
        "phi: secret",
        &[("E0013 44:32 `secret`", "write one of `name`, `address`, `zip`, `birth_date`")],
    ),
    mistake(
        "an unknown column that may be released",
        DIRECT,
        "title: Straight from a source\n",
        "title: Straight from a source\nallow: {bill.payr: payers are companies}\n",
        &[("E0101 3:9 `bill.payr`", "unknown column `payr` of `bill`; did you mean `payer`?")],
    ),
    mistake(
        "an unknown table that may be released",
        DIRECT,
        "title: Straight from a source\n",
        "title: Straight from a source\nallow: {scan.file: the folder stays in the house}\n",
        &[("E0102 3:9 `scan.file`", "unknown table `scan`; did you mean `scans`?")],
    ),
    mistake(
        "a table alone that may be released",
        DIRECT,
        "title: Straight from a source\n",
        "title: Straight from a source\nallow: {bill: payers are companies}\n",
        &[("E0010 3:9 `bill`", "write `TABLE.COLUMN: REASON`")],
    ),
];
