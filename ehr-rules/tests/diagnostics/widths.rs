//! Tables whose files have fields of fixed widths.

use super::Mistake;
use super::mistake;

const SCHEMA: &str = "sources/acme/1/schema.yaml";
const FILE: &str = "    file: \"clinics*.csv\"\n";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "two fields that share a character",
        SCHEMA,
        FILE,
        "    file: \"clinics*.txt\"\n    widths: {Id: 1-36, NAME: 36-60}\n",
        &[("E0423 34:30 `36-60`", "`NAME` begins at 36, and `Id` ends at 36")],
    ),
    mistake(
        "a field inside another that is not the one before it",
        SCHEMA,
        "    file: \"clinics*.csv\"\n    key: [Id]\n    columns:\n",
        "    file: \"clinics*.txt\"\n    widths: {TOWN: 5, Id: 1-36, NAME: 9-10}\n    key: [Id]\n    columns:\n      TOWN: {type: text, optional: true}\n",
        &[
            ("E0423 34:20 `5`", "`TOWN` begins at 5, and `Id` ends at 36"),
            ("E0423 34:39 `9-10`", "`NAME` begins at 9, and `Id` ends at 36"),
            ("E0309 37:7 `TOWN`", "read it in a rule"),
        ],
    ),
    mistake(
        "a field that ends before it begins",
        SCHEMA,
        FILE,
        "    file: \"clinics*.txt\"\n    widths: {Id: 36-1, NAME: 37-60}\n",
        &[("E0423 34:18 `36-1`", "write `Id: 1-36`")],
    ),
    mistake(
        "characters counted from nought, and none at all",
        SCHEMA,
        FILE,
        "    file: \"clinics*.txt\"\n    widths: {Id: 0-35, NAME: wide}\n",
        &[
            ("E0423 34:18 `0-35`", "counted from 1, as in `Id: 1-8`"),
            ("E0423 34:30 `wide`", "nothing says at which characters `NAME` stands"),
        ],
    ),
    mistake(
        "widths without a field",
        SCHEMA,
        FILE,
        "    file: \"clinics*.txt\"\n    widths: {}\n",
        &[("E0423 34:13 `{}`", "write `widths: {COLUMN: 1-8}`")],
    ),
    mistake(
        "a field that is no column, and a column that is no field",
        SCHEMA,
        FILE,
        "    file: \"clinics*.txt\"\n    widths: {Id: 1-36, NAMES: 37-60}\n",
        &[("E0420 34:14 `Id`", "at which characters it stands"), ("E0101 34:24 `NAMES`", "did you mean `NAME`?")],
    ),
    mistake(
        "fields of fixed widths under a header",
        SCHEMA,
        FILE,
        "    file: \"clinics*.txt\"\n    header: [Id, NAME]\n    widths: {Id: 1-36, NAME: 37-60}\n",
        &[("E0421 34:14 `Id`", "leave `header` out")],
    ),
    mistake(
        "fields of fixed widths in JSON files",
        SCHEMA,
        FILE,
        "    file: \"clinics*.json\"\n    format: json\n    widths: {Id: 1-36, NAME: 37-60}\n",
        &[("E0421 35:14 `Id`", "leave `widths` out")],
    ),
    mistake(
        "fields of fixed widths of a listing",
        SCHEMA,
        "  clinics:\n",
        "  scans:\n    list: \"s3://scans/\"\n    widths: {key: 1-36}\n    key: [key]\n    columns: {key: {type: text, required: true}}\n  clinics:\n",
        &[("E0422 34:14 `key`", "leave `widths` out")],
    ),
];
