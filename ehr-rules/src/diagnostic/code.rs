//! Every code of a diagnostic, with what it says. Once released a code is never reused.
//!
//! Ranges: E00 YAML, E01 names, E02 types, E03 rules, E04 schemas, E05 codes and maps, E06 scripts, E07 what is released, E08 cases, W warnings.

/// Codes in order.
pub const CODES: &[(&str, &str)] = &[
    ("E0001", "the text is not YAML"),
    ("E0002", "a file of rules is missing, empty or not text"),
    ("E0003", "a key stands twice in one map"),
    ("E0004", "an anchor or alias, which are not supported"),
    ("E0005", "lists and maps are nested too deep"),
    ("E0006", "a tag, which are not supported"),
    ("E0007", "several documents in one file"),
    ("E0008", "a number is too large"),
    ("E0009", "a key is not text"),
    ("E0010", "a value is of the wrong form: a list where text is expected, say"),
    ("E0011", "a required key is missing"),
    ("E0012", "a key is unknown"),
    ("E0013", "a word is not one of those allowed"),
    ("E0101", "a column is unknown"),
    ("E0102", "a table or category is unknown"),
    ("E0103", "a function is unknown"),
    ("E0104", "a code map is unknown"),
    ("E0105", "a table of the target is unknown"),
    ("E0106", "a column of the target is unknown"),
    ("E0107", "a parameter is unknown"),
    ("E0108", "the version a schema inherits from is unknown"),
    ("E0109", "a type is unknown"),
    ("E0110", "a time zone is unknown"),
    ("E0120", "the source that a target reads straight is unknown"),
    ("E0201", "a value is of the wrong type"),
    ("E0202", "a required column is fed by an expression that may be missing"),
    ("E0203", "an argument is wrong"),
    ("E0205", "a constant is not one that the column allows"),
    ("E0301", "two rules make one table or column"),
    ("E0302", "a required column has no rule"),
    ("E0303", "lookups form a cycle"),
    ("E0304", "a lookup does not say what it expects"),
    ("E0305", "`otherwise` is missing"),
    ("E0306", "an expression is of no known form"),
    ("E0307", "a map names a value twice"),
    ("E0308", "a branch or an entry of a map is never reached"),
    ("E0309", "a column is neither used nor ignored"),
    ("E0310", "a column of a grouped rule is neither grouped nor an aggregate"),
    ("E0311", "an intermediate table is read by no rule"),
    ("E0312", "two columns of a pivot cannot be told apart"),
    ("E0313", "a rule groups and pivots at once"),
    ("E0314", "a source that is only a layout has rules"),
    ("E0315", "an approved rule reads one that is only proposed"),
    ("E0320", "a file action is of no known form"),
    ("E0321", "part of a file's place may be missing"),
    ("E0322", "a file's place is not under a root that is known"),
    ("E0330", "a column made by `explode` or `unpivot` has a name that cannot be its own"),
    ("E0401", "a table refers to one that is loaded later"),
    ("E0402", "schemas inherit from each other in a cycle"),
    ("E0403", "a constraint does not go with the type of its column"),
    ("E0404", "a pattern is not a regular expression"),
    ("E0405", "a format is not a strftime format"),
    ("E0406", "a file glob is wrong"),
    ("E0407", "a limit or allowed value is wrong, or contradicts another"),
    ("E0408", "two schemas have the same name"),
    ("E0409", "a schema's name is not that of its folder or file"),
    ("E0410", "a column is named twice, or both read and ignored"),
    ("E0411", "a schema only for heirs is used without `inherits`"),
    ("E0412", "the dialect is one that is not read"),
    ("E0413", "an example is one that its column does not take"),
    ("E0414", "a check of a target looks at what its rows do not lead to"),
    ("E0420", "a header that is given lacks a column"),
    ("E0421", "what only JSON files have, or only delimited ones"),
    ("E0422", "a listing is of no known form"),
    ("E0423", "a field of fixed width stands nowhere, or where another does"),
    ("E0430", "a target reads sources of several systems, or one twice"),
    ("E0431", "a rule of a target with tenants makes rows that are nobody's"),
    ("E0440", "rows that are tracked could not be told apart"),
    ("E0501", "a code map names a source code twice"),
    ("E0502", "a target in a code map is not of its type"),
    ("E0503", "a code map has no file, or it cannot be read as one"),
    ("E0504", "a status in a code map is unknown, or its day of review is none"),
    ("E0505", "a code map holds no row of its vocabulary"),
    ("E0506", "a list of what is plausible cannot be read, or a line of it says nothing sound"),
    ("E0601", "a script does not compile"),
    ("E0602", "a script needs a `type`"),
    ("E0603", "a script is of the wrong type"),
    ("E0701", "a target that is released de-identified holds an identifier"),
    ("E0801", "the source or target of a case is unknown, or they do not go together"),
    ("E0802", "a table in a case is unknown"),
    ("E0803", "a column in a case is unknown"),
    ("E0804", "a parameter in a case is unknown or not set, or its value is not of its type"),
    ("E0805", "a row set aside that a case expects cannot be"),
    ("E0806", "a value given in a case is not what its category holds"),
    ("W0001", "two formats read one date differently"),
    ("W0002", "an approved entry of a code map has no author"),
    ("W0003", "nothing tells the exports of two versions apart"),
    ("W0004", "a file or folder of rules that nothing reads"),
];

/// What a code says.
pub fn meaning(code: &str) -> Option<&'static str> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, text)| *text)
}

/// How early a code is said: what a file that is not read or a name that is not known leads to comes after it.
pub(crate) fn rank(code: &str) -> u8 {
    match code {
        // Without the version that is inherited or read, every name of it is unknown.
        "E0108" | "E0120" => 1,
        // A required column may lack its rule, and a column its reader, because of anything before.
        "E0302" => 6,
        "E0309" => 7,
        _ => match code.get(..3).unwrap_or_default() {
            "E00" => 0,
            "E04" | "E05" => 1,
            "E01" => 2,
            "E03" | "E06" => 3,
            "E02" => 4,
            _ => 5,
        },
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    #[test]
    fn codes_are_unique_and_sorted() {
        assert!(CODES.windows(2).all(|pair| pair[0].0 < pair[1].0));
    }

    /// A code that is said stands in the table: whoever sees it can look it up.
    #[test]
    fn every_code_in_the_crate_is_in_the_table() {
        let code = regex::Regex::new("\"([EW][0-9]{4})\"").unwrap();
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut unknown = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|end| end == "rs") {
                    let text = std::fs::read_to_string(&path).unwrap();
                    unknown.extend(code.captures_iter(&text).map(|found| found[1].to_owned()).filter(|found| meaning(found).is_none()));
                }
            }
        }
        assert_eq!(unknown, [""; 0]);
    }
}
