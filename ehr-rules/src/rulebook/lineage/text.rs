//! A way as text, for people at a terminal.

use super::ColumnWay;
use super::FileColumn;
use super::Graph;
use super::Layer;
use super::Lineage;
use super::RuleWay;
use super::graph;
use crate::ir::track::ConflictKind;
use crate::ir::track::DATA_CHANGED;
use crate::ir::track::EXTRACTION_DUPLICATE;
use std::fmt::Write;

impl Lineage {
    /// The way as text: the target's rules, those of each source, and the columns of files it comes to.
    pub fn to_text(&self) -> String {
        let mut text = format!("{}\n", self.what);
        if let Some(tenant) = &self.tenant {
            let _ = writeln!(text, "tenant: by `{tenant}`");
        }
        if let Some(track) = &self.track {
            let parts = track.children.iter().map(|child| &child.table);
            let compared = track.compared.iter().chain(parts).map(String::as_str).collect::<Vec<_>>().join(", ");
            let [key, ignored] = [&track.key, &track.ignored].map(|names| names.join(", "));
            let range = track.range.as_ref().map_or_else(String::new, |(start, end)| format!(" from {start} to {end}"));
            let but = if ignored.is_empty() { ignored } else { format!(", whatever {ignored}") };
            let _ = writeln!(text, "track: by {key}{range}; the same if {compared} are{but}; if changed, {}", track.on_changed.word());
            for ConflictKind { name, columns, weight, then } in &track.kinds {
                let of = match name.as_str() {
                    EXTRACTION_DUPLICATE => "twice in one order".to_owned(),
                    DATA_CHANGED => "anything else".to_owned(),
                    _ => columns.join(", "),
                };
                let _ = writeln!(text, "  {name}: {of}; {}; {}", weight.word(), then.word());
            }
        }
        if self.rules.is_empty() {
            let table = self.what.strip_prefix(&format!("{}.", self.target)).unwrap_or(&self.what);
            let table = table.split('.').next().unwrap_or(table);
            let _ = writeln!(text, "\nno rule makes `{table}`; it is empty");
            return text;
        }
        let mut level = String::new();
        for rule in &self.rules {
            let head = match rule.layer {
                Layer::Target => format!("target {}", rule.level),
                Layer::Category | Layer::File => format!("categories made from {}", rule.level),
            };
            if head != level {
                let _ = writeln!(text, "\n{head}");
                level = head;
            }
            self.rule(rule, &mut text);
        }
        self.file_columns(&mut text);
        text
    }

    /// The way as a drawing: columns of files, of categories and of the target, and what is done between them.
    pub fn to_graph(&self, form: Graph) -> String {
        graph::draw(self, form)
    }

    fn rule(&self, rule: &RuleWay, text: &mut String) {
        let spot = rule.spot.as_ref().map(|spot| format!("   [{spot}]")).unwrap_or_default();
        // Writing to a text does not fail.
        let status = if rule.proposed { "   proposed: not run until it is approved" } else { "" };
        let _ = writeln!(text, "  {}: from {}{spot}{status}", rule.rule, rule.from);
        for step in &rule.steps {
            let _ = writeln!(text, "    {step}");
        }
        let no_rule = self.what.rsplit_once('.').map(|(_, column)| column).filter(|_| rule.layer == Layer::Target);
        if rule.columns.is_empty()
            && let Some(column) = no_rule.filter(|column| *column != rule.table)
        {
            let _ = writeln!(text, "    {column}: missing in every row, since no rule makes it here");
        }
        for column in &rule.columns {
            self.column(column, text);
        }
    }

    #[expect(clippy::unused_self, reason = "beside its other parts")]
    fn column(&self, column: &ColumnWay, text: &mut String) {
        let mark = if column.interpreted { "   (interpreted)" } else { "" };
        let phi = if column.phi.is_empty() { String::new() } else { format!("   (identifies: {})", column.phi.join(", ")) };
        let _ = writeln!(text, "    {}: {} = {}{mark}{phi}", column.name, column.ty, column.says);
        for words in &column.in_words {
            let _ = writeln!(text, "      - {words}");
        }
    }

    fn file_columns(&self, text: &mut String) {
        let mut head = String::new();
        for FileColumn { source, table, file, column, ty, phi, examples } in &self.files {
            let next = format!("{source}: table `{table}`, files `{file}`");
            if next != head {
                let _ = writeln!(text, "\n{next}");
                head = next;
            }
            let phi = phi.as_ref().map(|tag| format!("   (identifies: {tag})")).unwrap_or_default();
            let examples: Vec<String> = examples.iter().map(|example| format!("`{example}`")).collect();
            let as_in = if examples.is_empty() { String::new() } else { format!(", as in {}", examples.join(", ")) };
            let _ = writeln!(text, "  {column}: {ty}{as_in}{phi}");
        }
    }
}
