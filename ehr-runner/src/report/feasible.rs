//! Whether an export is worth converting, in words: for a terminal, and for the page.

use super::Report;
use super::grid;
use ehr_rules::ColumnFeasibility;
use ehr_rules::Concerned;
use ehr_rules::Feasibility;
use ehr_rules::Remedy;
use ehr_rules::RemedyKind;
use ehr_rules::TableFeasibility;
use ehr_rules::Threshold;
use ehr_rules::meaning;
use std::fmt::Write;

/// Remedies that a terminal shows; the page has them all.
const SHOWN: usize = 15;
/// Columns likewise.
const COLUMNS: usize = 40;

/// What a terminal shows of it; codes themselves only where `values` asks for them.
pub(crate) fn text(report: &Report, values: bool) -> String {
    let Some(feasibility) = &report.feasibility else { return String::new() };
    let verdict = if feasibility.go { "go" } else { "NO GO" };
    let mut text = format!("{}/{} to {}: {verdict}\n\n", report.source, report.version, report.target);
    let mut rows = vec![["asked of", "what", "limit", "there is", "rows", "of", ""].map(str::to_owned).to_vec()];
    for threshold in &feasibility.thresholds {
        rows.push(vec![
            threshold.table.clone().unwrap_or_else(|| report.target.clone()),
            what(threshold).to_owned(),
            limit(threshold),
            share(threshold.rows, threshold.of),
            threshold.rows.to_string(),
            threshold.of.to_string(),
            if threshold.holds { "holds".to_owned() } else { format!("FALLS SHORT by {}", threshold.short) },
        ]);
    }
    text.push_str(&grid(&rows));
    // Writing to a text cannot fail.
    if feasibility.stops > 0 {
        let _ = writeln!(text, "\n{} of the findings below stop the order", feasibility.stops);
    }
    if let Some(patients) = &feasibility.patients {
        let _ =
            writeln!(text, "\npatients: {} in the export, {} in the target, {} lost", patients.known, patients.converted, patients.lost);
    }
    say_tables(&mut text, feasibility);
    say_columns(&mut text, feasibility);
    say_doubts(&mut text, feasibility);
    say_remedies(&mut text, feasibility, values);
    text
}

impl Report {
    /// The limits of which `asked` holds and that are not kept, in words; none where it is not known yet.
    pub(crate) fn short(&self, asked: impl Fn(&Threshold) -> bool) -> Vec<String> {
        let limits = self.feasibility.iter().flat_map(|feasibility| &feasibility.thresholds);
        limits
            .filter(|threshold| !threshold.holds && asked(threshold))
            .map(|threshold| {
                let whose = threshold.table.as_ref().map_or_else(String::new, |table| format!("`{table}`: "));
                let (rows, of) = (threshold.rows, threshold.of);
                format!("{whose}{} {rows} of {of} ({}), {}", what(threshold), share(rows, of), limit(threshold))
            })
            .collect()
    }

    /// The same under each other: what the target declares, which holds an order back, and what is only said.
    pub(super) fn say_short(&self, text: &mut String) {
        let declared = self.short(|threshold| threshold.declared).into_iter().map(|line| format!("no go     {line}\n"));
        let usual = self.short(|threshold| !threshold.declared).into_iter().map(|line| format!("short     {line}\n"));
        let lines: String = declared.chain(usual).collect();
        if !lines.is_empty() {
            text.push('\n');
            text.push_str(&lines);
        }
    }
}

fn say_tables(text: &mut String, feasibility: &Feasibility) {
    let mut rows =
        vec![["target table", "rows", "made of", "patients", "set aside", "filtered", "merged", "unmapped"].map(str::to_owned).to_vec()];
    for table in &feasibility.tables {
        rows.push(vec![
            table.table.clone(),
            table.rows.to_string(),
            table.converted.rows.to_string(),
            patients(table.converted),
            table.rejected.rows.to_string(),
            table.filtered.rows.to_string(),
            table.merged.rows.to_string(),
            table.unmapped.rows.to_string(),
        ]);
    }
    if rows.len() > 1 {
        text.push('\n');
        text.push_str(&grid(&rows));
    }
}

fn say_columns(text: &mut String, feasibility: &Feasibility) {
    let mut rows = vec![["column", "defaulted", "patients", "unmapped", "patients", "set aside", "missing"].map(str::to_owned).to_vec()];
    let mut left = 0;
    for (table, column) in columns(feasibility) {
        let aside: u64 = column.rejected_by.values().map(|concerned| concerned.rows).sum();
        if column.defaulted.rows + column.unmapped.rows + aside == 0 && !(column.required && column.missing > 0) {
            continue;
        }
        if rows.len() > COLUMNS {
            left += 1;
            continue;
        }
        rows.push(vec![
            format!("{}.{}", table.table, column.column),
            column.defaulted.rows.to_string(),
            patients(column.defaulted),
            column.unmapped.rows.to_string(),
            patients(column.unmapped),
            aside.to_string(),
            column.missing.to_string(),
        ]);
    }
    if rows.len() > 1 {
        text.push('\n');
        text.push_str(&grid(&rows));
    }
    if left > 0 {
        let _ = writeln!(text, "… and {left} more columns: the page and the JSON have them all");
    }
}

fn say_doubts(text: &mut String, feasibility: &Feasibility) {
    let mut rows = vec![["not plausible", "rows", "patients", "what is the matter"].map(str::to_owned).to_vec()];
    for doubt in &feasibility.doubts {
        let what = format!("{} ({})", meaning(doubt.code), doubt.code);
        rows.push(vec![format!("{}.{}", doubt.table, doubt.column), doubt.concerned.rows.to_string(), patients(doubt.concerned), what]);
    }
    if rows.len() > 1 {
        text.push('\n');
        text.push_str(&grid(&rows));
    }
}

fn say_remedies(text: &mut String, feasibility: &Feasibility, values: bool) {
    if feasibility.remedies.is_empty() {
        return;
    }
    text.push_str(if feasibility.go { "\nwhat would win rows\n" } else { "\nwhat would make it go\n" });
    for remedy in feasibility.remedies.iter().take(SHOWN) {
        let _ = writeln!(text, "{:>9} rows  {}", remedy.won.rows, todo(remedy));
        for code in remedy.top.iter().filter(|_| values) {
            let _ = writeln!(text, "{:>14}  {}", code.rows, code.source_value);
        }
    }
    let left = feasibility.remedies.len().saturating_sub(SHOWN);
    if left > 0 {
        let _ = writeln!(text, "          … and {left} more");
    }
}

/// Every column with its table.
pub(super) fn columns(feasibility: &Feasibility) -> impl Iterator<Item = (&TableFeasibility, &ColumnFeasibility)> {
    feasibility.tables.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)))
}

/// What is asked for, in words.
pub(super) fn what(threshold: &Threshold) -> &'static str {
    match threshold.what {
        "converted" => "rows converted",
        "unmapped" => "rows with a code without a mapping",
        "implausible" => "rows that are not plausible",
        _ => "patients lost",
    }
}

/// The limit, and who says so.
pub(super) fn limit(threshold: &Threshold) -> String {
    if threshold.declared { threshold.limit.text.clone() } else { format!("{} (default)", threshold.limit.text) }
}

/// What is to be done, with names in backticks.
pub(super) fn todo(remedy: &Remedy) -> String {
    let codes = if remedy.codes == 1 { "1 code".to_owned() } else { format!("{} codes", remedy.codes) };
    match remedy.kind {
        RemedyKind::MapCodes => format!("map {codes} of `{}` for `{}`", remedy.name, remedy.by),
        RemedyKind::BringVocabulary => {
            format!("name a vocabulary's folder (`--vocabulary`): `{}` asks it for {codes} for `{}`", remedy.name, remedy.by)
        }
        RemedyKind::MendSource => format!("mend `{}`: {} ({})", remedy.name, meaning(&remedy.by), remedy.by),
    }
}

/// A share in per cent, one digit behind the point; never rounded to what it is not.
pub(super) fn share(rows: u64, of: u64) -> String {
    if of == 0 {
        return "-".to_owned();
    }
    let tenths = u128::from(rows) * 1000 / u128::from(of);
    if tenths == 0 && rows > 0 {
        return "< 0.1 %".to_owned();
    }
    format!("{}.{} %", tenths / 10, tenths % 10)
}

/// How many patients; nothing where nobody knows.
pub(super) fn patients(concerned: Concerned) -> String {
    concerned.patients.map_or_else(|| "-".to_owned(), |patients| patients.to_string())
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_never_rounded_up_to_all_or_down_to_none() {
        assert_eq!(share(999, 1000), "99.9 %");
        assert_eq!(share(999_999, 1_000_000), "99.9 %");
        assert_eq!(share(1, 1_000_000), "< 0.1 %");
        assert_eq!((share(0, 5), share(5, 5), share(0, 0)), ("0.0 %".to_owned(), "100.0 %".to_owned(), "-".to_owned()));
    }
}
