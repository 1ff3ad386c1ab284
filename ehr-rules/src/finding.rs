//! What is wrong with the data: counted by code, table and column, without any value.

use serde::Deserialize;
use serde::Deserializer;
use serde::Serialize;
use serde::de;

/// One kind of thing that fell short in the data, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// `R0101` and so on.
    pub code: &'static str,
    /// The table it was found in.
    pub table: String,
    /// The column or rule it was found by.
    pub rule: String,
    /// What was done about it.
    pub consequence: Consequence,
    /// How many rows.
    pub rows: u64,
    /// What is the matter, without any value.
    pub reason: String,
    /// How many rows were allowed, where the rules give a budget.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget: Option<Allowance>,
}

/// A budget as it came out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Allowance {
    /// As the rules say it: `0.1%`, or a number of rows.
    pub at_most: String,
    /// How many rows that is.
    pub rows: u64,
    /// Of how many rows read.
    pub of: u64,
}

/// One check of a target's table, and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// What kind of check it is, by the code of its finding.
    pub code: &'static str,
    /// The table.
    pub table: String,
    /// The column; empty where it is of a row or of the table as a whole.
    pub column: String,
    /// What must hold, in words.
    pub check: String,
    /// How many break it.
    pub rows: u64,
    /// Of how many that were looked at.
    pub of: u64,
    /// How many may, as the schema says it: `5%`, or a number.
    pub at_most: String,
    /// What came of it.
    pub verdict: Held,
    /// Why it was not run, where it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// No more break it than may.
    Passed,
    /// There was nothing to run it on, or nothing to run it with; it may hold or not.
    NotRun,
    /// More break it than may, and the schema asks for no more than to be told.
    Warned,
    /// More break it than may: the order fails.
    Failed,
}

impl Verified {
    /// The share of what was looked at that breaks it, in hundredths of a percent; 0 where nothing was.
    ///
    /// ```
    /// use ehr_rules::Held;
    /// use ehr_rules::Verified;
    ///
    /// let (table, column, check) = ("person".to_owned(), "city".to_owned(), "is there".to_owned());
    /// let one = Verified { code: "R0416", table, column, check, rows: 1, of: 8, at_most: "5%".to_owned(), verdict: Held::Failed, why: None };
    /// assert_eq!(one.share(), 1250);
    /// ```
    pub fn share(&self) -> u64 {
        let share = u128::from(self.rows) * 10_000;
        u64::try_from(share.checked_div(u128::from(self.of)).unwrap_or(0)).unwrap_or(u64::MAX)
    }
}

/// What was done about a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Consequence {
    /// The row was set aside.
    Rejected,
    /// It was counted, and the row went on.
    Warned,
    /// The order fails.
    Failed,
}

/// Every code of a finding, with what it says. Once released a code is never reused.
pub const CODES: &[(&str, &str)] = &[
    ("R0101", "a required value is missing"),
    ("R0102", "a value does not parse as its type"),
    ("R0103", "a value is not one of those allowed"),
    ("R0104", "a value does not match its pattern"),
    ("R0105", "a value is out of its range"),
    ("R0106", "a text is too long"),
    ("R0107", "a value that must be unique is not"),
    ("R0108", "a reference points to no row that was kept"),
    ("R0109", "a check of several columns does not hold"),
    ("R0110", "more rows break a constraint than its budget allows"),
    ("R0201", "a row has too few fields"),
    ("R0202", "a row has too many fields"),
    ("R0203", "a row is not valid UTF-8"),
    ("R0204", "a row is malformed: its quotes do not close or stand inside a quoted field, or it is no JSON object"),
    ("R0205", "a file lacks a column of the schema"),
    ("R0206", "a file has a column that the schema does not name"),
    ("R0207", "a table of the schema has no file"),
    ("R0208", "a file is empty"),
    ("R0209", "a file has a header and no rows"),
    ("R0210", "a file's header names a column twice"),
    ("R0211", "nothing in a file tells its encoding for certain"),
    ("R0212", "a file has lines before its header or behind its last row"),
    ("R0213", "a row's empty fields behind its last column were left out"),
    ("R0214", "a row has a delimiter too many, which only as a part of one text leaves every value what it is declared to be"),
    ("R0215", "a row's stray quotes are plain characters, which leaves every value what it is declared to be"),
    ("R0216", "a row is the names of the columns once more"),
    ("R0217", "a row is of another kind than those before it, as a comment's or another table's is"),
    ("R0218", "a file ends inside a field"),
    ("R0219", "a file is no JSON, so none of its rows can be read"),
    ("R0220", "a JSON file has nothing where its table's rows stand and is set aside as a whole"),
    ("R0221", "a file is no table"),
    ("R0222", "a file has letters that are other letters' bytes: its text was read in a wrong encoding before it was written"),
    ("R0223", "a text holds NUL characters, which databases refuse"),
    ("R0224", "NUL characters were taken out of a row"),
    ("R0225", "a file has comments, which nobody has declared"),
    ("R0226", "an object names one thing twice, with different values"),
    ("R0227", "something else stands where an object is expected"),
    ("R0228", "an object holds something that the schema does not name"),
    ("R0301", "a lookup found no row"),
    ("R0302", "a lookup found several rows where one was expected"),
    ("R0303", "a script failed on a row"),
    ("R0304", "a sum is too large for its type"),
    ("R0305", "a row belongs to no column of a pivot"),
    ("R0306", "a pivot found several values where one was expected"),
    ("R0307", "a code maps to several standard concepts"),
    ("R0308", "a script was stopped by a limit of what it may do on one row"),
    ("R0401", "a required column of the target is missing a value"),
    ("R0402", "a primary key of the target occurs twice"),
    ("R0403", "a reference of the target resolves to nothing"),
    ("R0404", "a text is longer than the target's column"),
    ("R0405", "different things have one surrogate key"),
    ("R0406", "a table lacks a column of the target, or is not there"),
    ("R0407", "a column is not of the target's type"),
    ("R0411", "a concept is not of the column's domain"),
    ("R0412", "a concept is not of the column's class"),
    ("R0413", "a concept is not standard, or no longer valid"),
    ("R0414", "a row has no concept"),
    ("R0415", "a source value has no concept"),
    ("R0416", "a value is missing"),
    ("R0421", "a value is less than is plausible"),
    ("R0422", "a value is more than is plausible"),
    ("R0423", "a day is before one that it cannot precede"),
    ("R0424", "a day is after one that it cannot follow"),
    ("R0425", "a check of the target does not hold"),
    ("R0426", "a value is not plausible for its concept"),
    ("R0427", "a unit is not plausible for its concept"),
    ("R0428", "a concept is not plausible for the gender"),
    ("R0431", "something has no row where each should have one"),
    ("R0432", "spans of days overlap, or follow each other too closely"),
    ("R0501", "several files would have one place"),
    ("R0502", "a file's path in the data leaves the folder that the rules name"),
    ("R0601", "a file holds rows of another tenant than its folder or the order says, and is set aside as a whole"),
    ("R0602", "a row's tenant has no name"),
    ("R0701", "a date lies in the future"),
    ("R0702", "a date lies before the patient's birth"),
    ("R0703", "a date lies after the patient's death"),
    ("R0704", "a patient is older than 120 years"),
    ("R0705", "an end lies before its start"),
    ("R0706", "a unit is none of UCUM"),
];

/// What a code says, for messages.
pub fn meaning(code: &str) -> &'static str {
    CODES.iter().find(|(known, _)| *known == code).map_or("an unknown finding", |(_, text)| text)
}

/// A finding as it is read from what was written down.
#[derive(Deserialize)]
struct Written {
    code: String,
    table: String,
    rule: String,
    consequence: Consequence,
    rows: u64,
    reason: String,
    budget: Option<Allowance>,
}

impl<'de> Deserialize<'de> for Finding {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Written { code, table, rule, consequence, rows, reason, budget } = Written::deserialize(from)?;
        let code = known(&code).ok_or_else(|| de::Error::custom("no code of a finding"))?;
        Ok(Self { code, table, rule, consequence, rows, reason, budget })
    }
}

/// A check as it is written down: its code is text until it is known.
#[derive(Deserialize)]
struct WrittenCheck {
    code: String,
    table: String,
    column: String,
    check: String,
    rows: u64,
    of: u64,
    at_most: String,
    verdict: Held,
    why: Option<String>,
}

impl<'de> Deserialize<'de> for Verified {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let WrittenCheck { code, table, column, check, rows, of, at_most, verdict, why } = WrittenCheck::deserialize(from)?;
        let code = known(&code).ok_or_else(|| de::Error::custom("no code of a finding"))?;
        Ok(Self { code, table, column, check, rows, of, at_most, verdict, why })
    }
}

/// Whether a code says that a row is not plausible: it is counted, and goes on.
pub(crate) fn is_doubt(code: &str) -> bool {
    code.starts_with("R07")
}

impl Finding {
    /// Whether it is of files, not of rows: `rows` then says of how many.
    ///
    /// ```
    /// use ehr_rules::Consequence;
    /// use ehr_rules::Finding;
    ///
    /// let (table, rule, reason) = ("patients".to_owned(), "patients.csv".to_owned(), "a file is empty".to_owned());
    /// let one = Finding { code: "R0208", table, rule, consequence: Consequence::Warned, rows: 1, reason, budget: None };
    /// assert!(one.is_of_files());
    /// ```
    pub fn is_of_files(&self) -> bool {
        ("R0205"..="R0212").contains(&self.code) || ("R0219"..="R0222").contains(&self.code)
    }
}

/// A code that was written down, as one of ours.
pub(crate) fn known(written: &str) -> Option<&'static str> {
    CODES.iter().map(|(code, _)| *code).find(|code| *code == written)
}

#[cfg(test)]
mod tests {
    use super::CODES;

    #[test]
    fn each_code_has_one_meaning() {
        assert!(CODES.is_sorted_by(|a, b| a.0 < b.0));
    }
}
