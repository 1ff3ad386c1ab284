//! What a target's schema asks of a table's rows as a whole: `by_concept`, `checks`, `each` and `no_overlap`.

use super::by_concept;
use super::column;
use super::column::value_place;
use super::demand::OF_TABLES;
use super::demand::Reader;
use super::demand::WrittenDemand;
use super::demand::borne;
use super::demand::known;
use super::plausible;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Place;
use crate::ir::demand::What;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use crate::yaml::fields::wrong;

impl Reader<'_> {
    /// What is said of the table as a whole.
    pub(super) fn rows(&mut self, node: &Node) -> Vec<(String, WrittenDemand)> {
        if let Some(first) = OF_TABLES.iter().find_map(|key| node.get(key))
            && self.table().external
        {
            self.elsewhere(&first.place);
            return Vec::new();
        }
        for one in node.get("by_concept").into_iter().flat_map(|node| node.as_list().unwrap_or(std::slice::from_ref(node))) {
            by_concept::read(self, one);
        }
        for one in node.get("each").into_iter().flat_map(|node| node.as_list().unwrap_or(std::slice::from_ref(node))) {
            self.each(one);
        }
        if let Some(node) = node.get("no_overlap") {
            self.no_overlap(node);
        }
        let Some(list) = node.get("checks") else { return Vec::new() };
        let Some(items) = list.as_list() else { return wrong(list, "a list", "`checks`", self.said).unwrap_or_default() };
        items.iter().filter_map(|item| Some((self.table().name.clone(), self.check(item)?))).collect()
    }

    /// `{of: person, by: person_id, at_least: 95%}`.
    fn each(&mut self, node: &Node) {
        let Some(mut fields) = Fields::of(node, "`each`", self.said) else { return };
        let of = fields.required_named("of", self.said);
        let by = fields.named("by", self.said);
        known(&mut fields, &["at_least", "on_error"]);
        fields.finish(self.said);
        let Some(borne) = self.share("each", node, &["of", "by"]) else { return };
        let Some(of) = of else { return };
        let Some(other) = self.filled(&of) else { return };
        let by = match (by, other.key.as_slice()) {
            (Some(by), _) => by,
            (None, [key]) => Key { text: key.clone(), place: of.place.clone() },
            _ => {
                self.said.push(
                    Diagnostic::error("E0414", &node.place, format!("nothing says by which column a row of `{}` is one here", of.text))
                        .help("write `by: COLUMN`, a column of both tables"),
                );
                return;
            }
        };
        let (Some(mine), Some(theirs)) = (self.own(&by), self.column_of(other, &by)) else { return };
        if mine.ty.kind != theirs.ty.kind || mine.ty.kind.is_nested() {
            let message = format!("`{}` is {} here and {} in `{}`", by.text, mine.ty.kind, theirs.ty.kind, of.text);
            self.said.push(Diagnostic::error("E0403", &by.place, message).help("name a column of single values of one type"));
            return;
        }
        let says = if other.key.len() == 1 && other.key.first() == Some(&by.text) {
            format!("each `{}` has a row", of.text)
        } else {
            format!("each `{}` of `{}` has a row", by.text, of.text)
        };
        self.add(What::Each { of: of.text, by: by.text }, None, says, borne);
    }

    /// `{by: person_id, from: start_date, to: end_date, gap: 1}`.
    fn no_overlap(&mut self, node: &Node) {
        let Some(mut fields) = Fields::of(node, "`no_overlap`", self.said) else { return };
        let by = fields.required_named("by", self.said);
        let from = fields.required_named("from", self.said);
        let to = fields.required_named("to", self.said);
        let gap = fields.integer("gap", self.said).unwrap_or(0);
        if gap < 0 {
            let place = value_place(&fields, "gap");
            self.said
                .push(Diagnostic::error("E0407", &place, "`gap` is less than 0").help("leave it out where spans may follow each other"));
        }
        let borne = borne(&mut fields, self.said);
        fields.finish(self.said);
        let (Some(by), Some(from), Some(to)) = (by, from, to) else { return };
        let (Some(told), Some(first), Some(last)) = (self.own(&by), self.own(&from), self.own(&to)) else { return };
        if told.ty.kind.is_nested() {
            self.said.push(column::no_identity("by", &told.name, &told.ty.kind, &by.place));
            return;
        }
        for (column, name) in [(first, &from), (last, &to)] {
            if !plausible::is_day(&column.ty.kind) {
                self.said.push(column::misfit("no_overlap", &column.ty.kind, "dates and datetimes", &name.place));
                return;
            }
        }
        let says = match gap {
            0 => format!("no two spans of one `{}` overlap", by.text),
            1 => format!("no two spans of one `{}` overlap or follow each other without a day between", by.text),
            gap => format!("no two spans of one `{}` are less than {gap} days apart", by.text),
        };
        self.add(What::Apart { by: by.text, from: from.text, to: to.text, gap }, None, says, borne);
    }

    fn check(&mut self, node: &Node) -> Option<WrittenDemand> {
        let mut fields = Fields::of(node, "a check", self.said)?;
        let that = fields.required("that", self.said).cloned();
        let only = fields.get("where").cloned();
        let message = fields.required("message", self.said).is_some().then(|| fields.text("message", self.said)).flatten();
        let under =
            fields.map("under", self.said).unwrap_or_default().iter().map(|(name, node)| self.under(name, node)).collect::<Vec<_>>();
        if let [_, (_, place), ..] = under.as_slice() {
            let twice = Diagnostic::error("E0407", place, "`under` names several columns");
            self.said.push(twice.help("write one check for each"));
        }
        let (allowed, severity) = borne(&mut fields, self.said);
        fields.finish(self.said);
        let sound = under.iter().all(|(under, _)| under.is_some());
        let under = under.into_iter().find_map(|(under, _)| under);
        Some(WrittenDemand { that: that.filter(|_| sound)?, only, under, message: message?, allowed, severity })
    }

    /// `{condition_concept_id: [194997]}`: concepts, and all that stand under them.
    fn under(&mut self, name: &Key, node: &Node) -> (Option<(String, Vec<i64>)>, Place) {
        let place = name.place.clone();
        let Some(column) = self.own(name) else { return (None, place) };
        if !self.is_concept(column, &name.place) {
            return (None, place);
        }
        let items = node.as_list().unwrap_or(std::slice::from_ref(node));
        let mut concepts = Vec::new();
        for item in items {
            match item.as_text().and_then(|text| text.parse().ok()) {
                Some(concept) => concepts.push(concept),
                None => return (wrong(item, "the number of a concept", "`under`", self.said), place),
            }
        }
        (Some((name.text.clone(), concepts)), place)
    }
}
