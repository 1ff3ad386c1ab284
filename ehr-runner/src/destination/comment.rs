//! What a database keeps as comments of the tables and columns that are made in it: what the schema says in words, and what a key in the
//! database does not say of concepts and of tables that somebody else fills.

use ehr_rules::TargetColumn;
use ehr_rules::TargetSchema;
use ehr_rules::TargetTable;

/// What is said of a table.
pub(super) fn of_table(table: &TargetTable, target: &TargetSchema) -> String {
    let summary = table.summary.trim();
    tidy(&if summary.is_empty() { target.title.clone() } else { format!("{}: {summary}", target.title) })
}

/// What is said of a column; `None` where there is nothing to say.
pub(super) fn of_column(column: &TargetColumn, table: &TargetTable, target: &TargetSchema) -> Option<String> {
    let domains = table.domains(&column.name).map(|domains| domains.join(" or "));
    let elsewhere = column.references.as_ref().filter(|(to, _)| target.table(to).is_some_and(|to| to.external));
    let fact = match (domains, elsewhere) {
        (Some(domains), Some((to, its))) => format!("A concept of the domain {domains} ({to}.{its})."),
        (Some(domains), None) => format!("A concept of the domain {domains}."),
        (None, Some((to, its))) => format!("Refers to {to}.{its}."),
        (None, None) => String::new(),
    };
    let text = tidy(&format!("{} {fact}", column.summary));
    (!text.is_empty()).then_some(text)
}

/// On one line, without what no database takes in a text.
fn tidy(text: &str) -> String {
    text.replace('\0', "").split_whitespace().collect::<Vec<_>>().join(" ")
}
