//! Code maps.

use super::Mistake;
use super::mistake;

const TARGET: &str = "targets/warehouse/schema.yaml";
const GENDER: &str = "targets/warehouse/codes/gender.csv";

pub(super) const MISTAKES: &[Mistake] = &[
    mistake(
        "a code map with semicolons",
        GENDER,
        "",
        "source_code;source_name;target;status\nmale;male;8507;approved\n",
        &[(
            "E0503 1:1 `source_code;source_name;target;status`",
            "a code map is not separated by commas; save it as `CSV UTF-8` with commas",
        )],
    ),
    mistake("a code map that is empty", GENDER, "", "\n", &[("E0503 1:1 ``", "a code map is empty")]),
    mistake(
        "two columns of targets",
        GENDER,
        "",
        "source_code,target,target\nmale,8507,8532\n",
        &[("E0503 1:1 `source_code,target,target`", "a code map has two columns `target`")],
    ),
    mistake(
        "a quote that swallows the rest of a code map",
        GENDER,
        "\nfemale,",
        "\n\"female,",
        &[("E0503 3:1 `\"`", "a quote is opened and not closed")],
    ),
    mistake(
        "a target as a spreadsheet writes numbers",
        GENDER,
        ",8507,",
        ",8507.0,",
        &[("E0502 2:11 `8507.0`", "the target `8507.0` is no integer; write the digits alone")],
    ),
    mistake("an entry for no code", GENDER, "\nfemale,", "\n,", &[("E0502 3:1 ``", "an approved entry has no source code")]),
    mistake(
        "a code map without its file",
        TARGET,
        "codes/gender.csv",
        "codes/genders.csv",
        &[("E0503 4:18 `codes/genders.csv`", "the path is from the schema's folder; each code map is a CSV of its own")],
    ),
    mistake(
        "a code map of another type",
        TARGET,
        "gender.csv, target: integer",
        "gender.csv, target: date",
        &[("E0502 4:44 `date`", "a code's target is `integer` or `text`")],
    ),
    mistake(
        "a vocabulary that no row of a code map is of",
        TARGET,
        "{file: codes/gender.csv, target: integer}",
        "{source_to_concept_map: codes/maps.csv, vocabulary: SEXX}",
        &[("E0505 4:63 `SEXX`", "no row of the file is of the vocabulary `SEXX`; did you mean `SEX`?")],
    ),
    mistake(
        "a code map of several vocabularies and none named",
        TARGET,
        "{file: codes/gender.csv, target: integer}",
        "{source_to_concept_map: codes/maps.csv}",
        &[("E0011 4:11 `{source_to_concept_map: codes/maps.csv}`", "code map `gender` lacks the key `vocabulary`")],
    ),
    mistake(
        "a code map of our own declared as another tool's",
        TARGET,
        "{file: codes/gender.csv, target: integer}",
        "{usagi: codes/gender.csv}",
        &[(
            "E0503 targets/warehouse/codes/gender.csv:1:1 `source_code,source_name,target,status,author,reviewed_on,comment`",
            "a code map is of another form than is declared; declare it as `file: FILE`",
        )],
    ),
    mistake(
        "a type for targets that are concepts",
        TARGET,
        "{file: codes/gender.csv, target: integer}",
        "{source_to_concept_map: codes/maps.csv, vocabulary: SEX, target: integer}",
        &[("E0012 4:68 `target`", "unknown key `target` in code map `gender`")],
    ),
    mistake(
        "a code map of two forms",
        TARGET,
        "{file: codes/gender.csv, target: integer}",
        "{file: codes/gender.csv, usagi: codes/gender.csv, target: integer}",
        &[("E0011 4:3 `gender`", "is a `file`, `usagi`, `source_to_concept_map` or `athena`, one of these; give each its own name")],
    ),
    mistake(
        "what is done about several concepts, in no known word",
        TARGET,
        "SNOMED}}",
        "SNOMED}, on_ambiguous: highest}",
        &[("E0013 5:71 `highest`", "`on_ambiguous` cannot be `highest`; write `otherwise`, `lowest`, `reject` or `fail`")],
    ),
    mistake(
        "a code map of no form",
        TARGET,
        "{file: codes/gender.csv, target: integer}",
        "{target: integer}",
        &[("E0011 4:3 `gender`", "and has none; write `{file: codes/NAME.csv, target: integer}`")],
    ),
    mistake(
        "a code map of a source without its file",
        "sources/acme/1/schema.yaml",
        "tables:\n",
        "code_maps: {sex: {file: sex.csv}}\ntables:\n",
        &[("E0503 4:25 `sex.csv`", "the path is from the schema's folder; each code map is a CSV of its own")],
    ),
    mistake(
        "an unknown status in a code map",
        GENDER,
        "8532,approved",
        "8532,aproved",
        &[("E0504 3:20 `aproved`", "a status is `approved`, `proposed`, `rejected` or `do_not_map`")],
    ),
    mistake(
        "a day of review that is none",
        GENDER,
        "female,female,8532,approved,a reviewer,2024-01-01",
        "female,female,8532,approved,a reviewer,01/02/2024",
        &[("E0504 3:40 `01/02/2024`", "write it as `2024-01-31`, or leave it empty")],
    ),
    mistake(
        "an approved entry without an author",
        GENDER,
        "female,female,8532,approved,a reviewer",
        "female,female,8532,approved,",
        &[("W0002 3:1 `female`", "write who stands for it, or make it `proposed`")],
    ),
    mistake(
        "a code twice in a code map",
        GENDER,
        "female,female,8532",
        "male,female,8532",
        &[("E0501 3:1 `male`", "keep one of the two `approved`")],
    ),
];
