//! A change as text, for people at a terminal.

use super::Cause;
use super::Change;
use super::OneSided;
use super::RowExample;
use super::TableChange;
use std::fmt::Write;

/// Characters of a rule's text that are shown; the whole stands in the JSON form.
const SHOWN: usize = 160;

impl Change {
    /// The change as text: tables, then what was set aside or is unmapped, then the ledger.
    pub fn to_text(&self) -> String {
        if self.is_empty() {
            return format!("{}: nothing differs\n", self.target);
        }
        let mut text = format!("{}\n", self.target);
        for table in &self.tables {
            text.push('\n');
            table.write(&mut text);
        }
        if !self.findings.is_empty() {
            text.push_str("\nfindings\n");
        }
        for one in &self.findings {
            let aside = if one.rejects { " set aside" } else { "" };
            // Writing to a text does not fail.
            let _ = writeln!(text, "  {} {} by `{}`: rows{aside}: A {}, B {}", one.code, one.table, one.rule, one.rows_a, one.rows_b);
        }
        if !self.unmapped.is_empty() {
            text.push_str("\ncodes without a mapping\n");
        }
        for one in &self.unmapped {
            let only = format!("{} only in A, {} only in B", one.codes_only_a, one.codes_only_b);
            let _ = writeln!(text, "  `{}` for `{}`: rows: A {}, B {} (codes: {only})", one.code_map, one.rule, one.rows_a, one.rows_b);
            for code in &one.codes {
                let _ = writeln!(text, "    {code:?}");
            }
        }
        if !self.ledger.is_empty() {
            text.push_str("\nledger\n");
        }
        for one in &self.ledger {
            let _ = writeln!(text, "  {} {}: A {}, B {}", one.table, one.fate, one.rows_a, one.rows_b);
        }
        text
    }
}

impl TableChange {
    fn write(&self, text: &mut String) {
        let by = if self.key.is_empty() { "whole rows compared".to_owned() } else { format!("by {}", self.key.join(", ")) };
        let _ = writeln!(text, "{}: {} in A, {} in B ({by})", self.table, rows(self.rows_a), rows(self.rows_b));
        for note in &self.notes {
            let _ = writeln!(text, "  note: {note}");
        }
        for (side, which) in [(&self.only_a, "A"), (&self.only_b, "B")] {
            side.write(which, text);
        }
        if self.only_a.rows + self.only_b.rows > 0 {
            causes(&self.causes, text);
        }
        if self.changed > 0 {
            let _ = writeln!(text, "  {} changed", rows(self.changed));
        }
        for column in &self.columns {
            let differ = if column.rows == 1 { "differs" } else { "differ" };
            let _ = writeln!(text, "  `{}.{}`: {} {differ}", self.table, column.column, rows(column.rows));
            causes(&column.causes, text);
            examples(&column.examples, column.rows, text);
        }
    }
}

impl OneSided {
    fn write(&self, which: &str, text: &mut String) {
        if self.rows > 0 {
            let _ = writeln!(text, "  {} made only by {which}", rows(self.rows));
            examples(&self.examples, self.rows, text);
        }
    }
}

fn causes(causes: &[Cause], text: &mut String) {
    if causes.is_empty() {
        text.push_str("    nothing on its way in the rules differs, so no rule explains it\n");
    }
    for cause in causes {
        let _ = writeln!(text, "    {}", cause.what);
        for (which, spot, says) in [("A", &cause.spot_a, &cause.says_a), ("B", &cause.spot_b, &cause.says_b)] {
            let parts: Vec<String> = [spot.as_ref().map(ToString::to_string), says.as_deref().map(short)].into_iter().flatten().collect();
            if !parts.is_empty() {
                let _ = writeln!(text, "      {which}: {}", parts.join("   "));
            }
        }
    }
}

fn examples(examples: &[RowExample], of: u64, text: &mut String) {
    for (at, example) in examples.iter().enumerate() {
        let line = example.line.as_ref().map_or_else(|| "no single line".to_owned(), |line| format!("{} line {}", line.file, line.line));
        let values = match (&example.a, &example.b) {
            (Some(a), Some(b)) => format!(": A {a:?}, B {b:?}"),
            (Some(one), None) | (None, Some(one)) => format!(": {one}"),
            (None, None) => String::new(),
        };
        let more = if at + 1 == examples.len() && of > examples.len() as u64 { ", …" } else { "" };
        let _ = writeln!(text, "    from {line}{values}{more}");
    }
}

fn rows(count: u64) -> String {
    if count == 1 { "1 row".to_owned() } else { format!("{count} rows") }
}

fn short(says: &str) -> String {
    if says.chars().count() <= SHOWN { says.to_owned() } else { says.chars().take(SHOWN - 1).chain(['…']).collect() }
}
