//! Tables that are listings of what lies in a place.

use super::Mistake;
use super::mistake;

const SCHEMA: &str = "sources/acme/1/schema.yaml";
/// Before this line a table is put.
const NEXT: &str = "  # Read by the target `direct` alone.\n";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "a table that is files and a listing",
        SCHEMA,
        NEXT,
        "  scans:\n    file: \"scans*.csv\"\n    list: \"s3://scans/\"\n    key: [key]\n    columns: {key: text}\n",
        &[("E0421 40:11 `\"s3://scans/\"`", "leave out `file` or `list`")],
    ),
    mistake(
        "a listing with a header",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"s3://scans/\"\n    header: [key]\n    key: [key]\n    columns: {key: text}\n",
        &[("E0421 40:14 `key`", "leave out `header`")],
    ),
    mistake(
        "a column that no listing has",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"s3://scans/\"\n    key: [key, sizes]\n    columns: {key: text, sizes: integer}\n",
        &[("E0101 41:26 `sizes`", "did you mean `size`?")],
    ),
    mistake(
        "a column that no listing has nearly",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"s3://scans/\"\n    key: [key]\n    columns: {key: text}\n    ignore: {owner: nobody asks}\n",
        &[("E0101 42:14 `owner`", "a listing has `key`, `size`, `modified` and `etag`")],
    ),
    mistake(
        "a type that a listing does not give",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"s3://scans/\"\n    key: [key, modified]\n    columns: {key: text, modified: datetime}\n",
        &[("E0403 41:26 `modified`", "write `modified: instant`")],
    ),
    mistake(
        "a scheme with a slip",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"sftpp://scans/\"\n    key: [key]\n    columns: {key: text}\n",
        &[("E0421 39:12 `sftpp`", "did you mean `sftp`?")],
    ),
    mistake(
        "a scheme that nothing lists",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"https://scans/\"\n    key: [key]\n    columns: {key: text}\n",
        &[("E0421 39:12 `https`", "which has no scheme")],
    ),
    mistake(
        "a listing without a bucket",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"s3:///scans/\"\n    key: [key]\n    columns: {key: text}\n",
        &[("E0421 39:11 `\"s3:///scans/\"`", "write `list: \"s3://{bucket}/prefix/\"`")],
    ),
    mistake(
        "a listing of nothing",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"\"\n    key: [key]\n    columns: {key: text}\n",
        &[("E0421 39:11 `\"\"`", "write `list: \"s3://{bucket}/prefix/\"`")],
    ),
    mistake(
        "a brace of a listing that is not closed",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"s3://{bucket/\"\n    key: [key]\n    columns: {key: text}\n",
        &[("E0421 39:11 `\"s3://{bucket/\"`", "in a pair of braces")],
    ),
    mistake(
        "a parameter of a listing that is not declared",
        SCHEMA,
        NEXT,
        "  scans:\n    list: \"s3://{bucket}/\"\n    key: [key]\n    columns: {key: text}\n",
        &[("E0107 39:18 `bucket`", "declare it under `parameters:`")],
    ),
    mistake(
        "a parameter of a listing with a slip",
        SCHEMA,
        "tables:\n",
        "parameters: {bucket: {type: text, required: true}}\ntables:\n  scans:\n    list: \"s3://{bucke}/\"\n    key: [key]\n    columns: {key: text}\n",
        &[("E0107 7:18 `bucke`", "did you mean `bucket`?")],
    ),
];
