//! Tables that are listings of objects.

use super::Mistake;
use super::mistake;

const SCHEMA: &str = "sources/acme/1/schema.yaml";
const FILE: &str = "    file: \"clinics*.csv\"\n";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "a column that a listing has not, and a type that is not its own",
        SCHEMA,
        "  clinics:\n",
        "  scans:\n    list: \"s3://scans/\"\n    key: [key]\n    columns: {key: {type: text, required: true}, sise: integer, etag: integer}\n  clinics:\n",
        &[
            ("E0403 35:65 `etag`", "write `etag: text`"),
            ("E0101 35:50 `sise`", "did you mean `size`?"),
            ("E0309 35:50 `sise`", "read it in a rule"),
            ("E0309 35:65 `etag`", "read it in a rule"),
        ],
    ),
    mistake(
        "a listing that is files as well",
        SCHEMA,
        FILE,
        "    file: \"clinics*.csv\"\n    list: clinics\n",
        &[("E0422 34:11 `clinics`", "leave out `file` or `list`")],
    ),
    mistake(
        "a listing of an unknown parameter and scheme",
        SCHEMA,
        "  clinics:\n",
        "  scans:\n    list: \"s4://{bucket}/\"\n    key: [key]\n    columns: {key: {type: text, required: true}}\n  clinics:\n",
        &[("E0422 33:12 `s4`", "nothing is listed at `s4://`"), ("E0107 33:18 `bucket`", "declare it under `parameters:`")],
    ),
    mistake(
        "a listing without a bucket",
        SCHEMA,
        "  clinics:\n",
        "  scans:\n    list: \"s3://\"\n    key: [key]\n    columns: {key: {type: text, required: true}}\n  clinics:\n",
        &[("E0422 33:11 `\"s3://\"`", "s3://{bucket}/prefix/")],
    ),
    mistake(
        "a listing of a format",
        SCHEMA,
        "  clinics:\n",
        "  scans:\n    list: \"s3://scans/\"\n    format: json\n    key: [key]\n    columns: {key: {type: text, required: true}}\n  clinics:\n",
        &[("E0422 34:13 `json`", "leave `format` out")],
    ),
    mistake(
        "a listing of a folder that depends on where one stands",
        SCHEMA,
        "  clinics:\n",
        "  scans:\n    list: scans/new\n    key: [key]\n    columns: {key: {type: text, required: true}}\n  clinics:\n",
        &[("E0422 33:11 `scans/new`", "from the root")],
    ),
    mistake(
        "a listing that leads upwards",
        SCHEMA,
        "  clinics:\n",
        "  scans:\n    list: \"/srv/../scans/\"\n    key: [key]\n    columns: {key: {type: text, required: true}}\n  clinics:\n",
        &[("E0422 33:17 `..`", "without `..`")],
    ),
    mistake(
        "a listing whose address lacks a slash",
        SCHEMA,
        "  clinics:\n",
        "  scans:\n    list: \"s3:/scans/new/\"\n    key: [key]\n    columns: {key: {type: text, required: true}}\n  clinics:\n",
        &[("E0422 33:11 `\"s3:/scans/new/\"`", "write `s3://scans/new/`")],
    ),
];
