//! `by_concept:` of a table: what rows of single concepts hold, line by line in a CSV file beside the schema. Limits of values by unit, the
//! units that there are, and whose gender it is.

use super::column;
use super::demand::Reader;
use super::demand::borne;
use super::plausible;
use crate::codes::sheet;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Source;
use crate::diagnostic::suggest;
use crate::ir::budget::Budget;
use crate::ir::demand::NO_UNIT;
use crate::ir::demand::Of;
use crate::ir::demand::What;
use crate::ir::schema::Severity;
use crate::ir::target::TargetColumn;
use crate::ir::types::Kind;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use csv::ReaderBuilder;
use csv::StringRecord;
use std::collections::HashMap;
use std::sync::Arc;

/// The columns of a list; the names and the source are for its readers.
const COLUMNS: [&str; 9] = ["concept", "name", "unit", "unit_name", "low", "high", "gender", "at_most", "source"];

/// `{file: plausible/measurement.csv, concept: C, unit: U, unit_text: T, value: V, gender: person.G, at_most: 5%, on_error: warn}`.
pub(super) fn read(reader: &mut Reader<'_>, node: &Node) {
    let Some(mut fields) = Fields::of(node, "`by_concept`", reader.said) else { return };
    let file = fields.required_named("file", reader.said);
    let concept = fields.required_named("concept", reader.said);
    let (unit, value) = (fields.named("unit", reader.said), fields.named("value", reader.said));
    let written = fields.named("unit_text", reader.said);
    let gender = fields.named("gender", reader.said);
    let borne = borne(&mut fields, reader.said);
    fields.finish(reader.said);
    let integers = |kind: &Kind| matches!(kind, Kind::Integer);
    let numbers = |kind: &Kind| matches!(kind, Kind::Integer | Kind::Float | Kind::Decimal { .. });
    let concept = concept.and_then(|name| own(reader, "concept", &name, &integers, "integers"));
    let asked = [unit.is_some(), value.is_some(), gender.is_some(), written.is_some()];
    let unit = unit.and_then(|name| own(reader, "unit", &name, &integers, "integers"));
    let value = value.and_then(|name| own(reader, "value", &name, &numbers, "numbers"));
    let texts = |kind: &Kind| matches!(kind, Kind::Text);
    let written = written.and_then(|name| own(reader, "unit_text", &name, &texts, "texts"));
    let gender = gender.and_then(|name| {
        let column = plausible::seen(reader, &name, "write `COLUMN` or `TABLE.COLUMN`")?;
        fits(reader, "gender", column, &name, &integers, "integers").then(|| name.text.clone())
    });
    let (Some(file), Some(concept)) = (file, concept) else { return };
    // What is wrong with a column was said.
    if asked != [unit.is_some(), value.is_some(), gender.is_some(), written.is_some()] {
        return;
    }
    let Some(list) = list(reader, &file) else { return };
    let lacks = |reader: &mut Reader<'_>, what: &str, keys: &str| {
        let error = Diagnostic::error("E0506", &file.place, format!("the list says {what}, and nothing says which column that is"));
        reader.said.push(error.help(format!("write {keys}")));
    };
    match (&unit, &value) {
        (Some(unit), Some(value)) => list.values(reader, &concept, (unit, written.as_deref()), value, &borne),
        _ if list.units.is_empty() => {}
        _ => lacks(reader, "which units and values are plausible", "`unit: COLUMN` and `value: COLUMN`"),
    }
    match &gender {
        Some(gender) => list.genders(reader, &concept, gender, &borne),
        None if list.genders.is_empty() => {}
        None => lacks(reader, "which gender is plausible", "`gender: TABLE.COLUMN`"),
    }
}

/// The name of a column of this table that holds such values.
fn own(reader: &mut Reader<'_>, key: &str, name: &Key, fit: &dyn Fn(&Kind) -> bool, wanted: &str) -> Option<String> {
    let column = reader.own(name)?;
    fits(reader, key, column, name, fit, wanted).then(|| name.text.clone())
}

fn fits(reader: &mut Reader<'_>, key: &str, column: &TargetColumn, name: &Key, fit: &dyn Fn(&Kind) -> bool, wanted: &str) -> bool {
    let fitting = fit(&column.ty.kind);
    if !fitting {
        reader.said.push(column::misfit(key, &column.ty.kind, wanted, &name.place));
    }
    fitting
}

/// The list in a file; what is wrong with it is said.
fn list(reader: &mut Reader<'_>, file: &Key) -> Option<List> {
    let path = reader.files.folder.join(&file.text);
    let text = reader.files.overlay.get(&path).map(str::to_owned).map_or_else(|| std::fs::read_to_string(&path), Ok);
    match text {
        Ok(text) => List::parse(&Source::new(&path, text), reader.said),
        Err(_) if path.is_file() => {
            let error = Diagnostic::error("E0506", &file.place, format!("`{}` cannot be read as UTF-8 text", file.text));
            reader.said.push(error.help("save it as `CSV UTF-8`"));
            None
        }
        Err(_) => {
            let error = Diagnostic::error("E0506", &file.place, format!("there is no file `{}`", file.text));
            reader.said.push(error.help("the path is from the schema's folder"));
            None
        }
    }
}

/// What a list says, in its order.
#[derive(Debug, Default)]
struct List {
    limits: Vec<Limits>,
    /// The units of each concept that has any, with its name.
    units: Vec<(i64, String, Vec<i64>)>,
    genders: Vec<(i64, String, i64, Option<Budget>)>,
}

/// Between what the values of a concept in a unit are.
#[derive(Debug)]
struct Limits {
    concept: i64,
    unit: i64,
    low: Option<f64>,
    high: Option<f64>,
    says: String,
    allowed: Option<Budget>,
}

impl List {
    fn parse(source: &Arc<Source>, said: &mut Diagnostics) -> Option<Self> {
        let mut reader = ReaderBuilder::new().flexible(true).from_reader(source.text.as_bytes());
        let header = reader.headers().map_or_else(|_| StringRecord::new(), Clone::clone);
        let places: HashMap<&str, usize> =
            header.iter().enumerate().map(|(at, name)| (name.trim_start_matches('\u{feff}').trim(), at)).collect();
        let first = |at: usize| sheet::place(source, &header, at);
        if !places.contains_key("concept") {
            said.push(
                Diagnostic::error("E0506", &first(0), "a list of concepts lacks the column `concept`")
                    .help(format!("its columns are `{}`, with commas", COLUMNS.join(","))),
            );
            return None;
        }
        for (name, at) in places.iter().filter(|(name, _)| !COLUMNS.contains(name)) {
            let error = Diagnostic::error("E0506", &first(*at), format!("a list of concepts has no column `{name}`"));
            let help = suggest::did_you_mean(name, COLUMNS).unwrap_or_else(|| format!("its columns are `{}`", COLUMNS.join(",")));
            said.push(error.help(help));
        }
        let mut list = Self::default();
        let (mut units, mut genders): (HashMap<(i64, i64), u64>, HashMap<i64, u64>) = Default::default();
        let mut record = StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return Some(list),
                Err(_) => {
                    said.push(Diagnostic::error("E0506", &first(0), "a list of concepts cannot be read as CSV"));
                    return Some(list);
                }
            }
            let mut line = Line { source, places: &places, record: &record, said };
            let Some(Said { concept, name, unit, gender, allowed }) = line.read() else { continue };
            let at = record.position().map_or(0, csv::Position::line);
            if let Some(one) = unit {
                if let Some(first) = units.insert((concept, one.unit), at) {
                    line.twice("unit", format!("the unit {} of concept {concept} stands twice", one.unit), first);
                    continue;
                }
                match list.units.iter_mut().find(|(known, ..)| *known == concept) {
                    Some((.., units)) => units.push(one.unit),
                    None => list.units.push((concept, name.clone(), vec![one.unit])),
                }
                if one.low.is_some() || one.high.is_some() {
                    list.limits.push(Limits { allowed: allowed.clone(), ..one });
                }
            }
            if let Some(gender) = gender {
                if let Some(first) = genders.insert(concept, at) {
                    line.twice("gender", format!("the gender of concept {concept} stands twice"), first);
                    continue;
                }
                list.genders.push((concept, name, gender, allowed));
            }
        }
    }

    fn values(
        &self,
        reader: &mut Reader<'_>,
        concept: &str,
        (unit, written): (&str, Option<&str>),
        value: &str,
        (allowed, severity): &(Budget, Severity),
    ) {
        let of = |number: i64| Of { column: concept.to_owned(), concept: number };
        for one in &self.limits {
            let what = What::Within {
                of: of(one.concept),
                unit: (unit.to_owned(), one.unit),
                value: value.to_owned(),
                low: one.low,
                high: one.high,
            };
            reader.add(what, Some(value), one.says.clone(), (one.allowed.clone().unwrap_or_else(|| allowed.clone()), *severity));
        }
        for (number, name, units) in &self.units {
            let listed: Vec<String> =
                units.iter().map(|unit| if *unit == NO_UNIT { "none".to_owned() } else { unit.to_string() }).collect();
            let says = format!("{name} has the unit {}", listed.join(" or "));
            let (of, written) = (of(*number), written.map(str::to_owned));
            let what = What::InUnits { of, unit: unit.to_owned(), written, value: value.to_owned(), units: units.clone() };
            reader.add(what, Some(unit), says, (allowed.clone(), *severity));
        }
    }

    fn genders(&self, reader: &mut Reader<'_>, concept: &str, gender: &str, (allowed, severity): &(Budget, Severity)) {
        for (number, name, is, own) in &self.genders {
            let of = Of { column: concept.to_owned(), concept: *number };
            let says = format!("{name} has the gender {is}");
            let what = What::OfGender { of, column: gender.to_owned(), is: *is };
            reader.add(what, Some(concept), says, (own.clone().unwrap_or_else(|| allowed.clone()), *severity));
        }
    }
}

/// What a line says.
struct Said {
    concept: i64,
    /// The concept as people call it.
    name: String,
    unit: Option<Limits>,
    gender: Option<i64>,
    allowed: Option<Budget>,
}

/// One line, for its values and their places.
struct Line<'a> {
    source: &'a Arc<Source>,
    places: &'a HashMap<&'a str, usize>,
    record: &'a StringRecord,
    said: &'a mut Diagnostics,
}

impl Line<'_> {
    fn read(&mut self) -> Option<Said> {
        let concept = self.number("concept", "the number of a concept", |text| text.parse().ok().filter(|number| *number > 0_i64));
        let unit = self.number("unit", "the number of a unit, or `none`", |text| match text {
            "none" => Some(NO_UNIT),
            number => number.parse().ok().filter(|number| *number >= 0_i64),
        });
        let gender = self.number("gender", "the number of a gender", |text| text.parse().ok());
        let finite = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        let (low, high) = (self.number("low", "a number", finite), self.number("high", "a number", finite));
        let allowed = self.number("at_most", "a number of rows, or a share as in `5%`", Budget::parse);
        let (Ok(concept), Ok(unit), Ok(gender), Ok(low), Ok(high), Ok(allowed)) = (concept, unit, gender, low, high, allowed) else {
            return None;
        };
        let Some(concept) = concept else {
            self.wrong("concept", "a line of a list has no concept", "write the number of the concept");
            return None;
        };
        if unit.is_none() && (low.is_some() || high.is_some()) {
            self.wrong("unit", "a limit without its unit", "write the number of the unit, or `none` where values have none");
            return None;
        }
        if unit.is_none() && gender.is_none() {
            self.wrong("concept", &format!("the line says nothing of concept {concept}"), "give it a unit, limits or a gender");
            return None;
        }
        if low.zip(high).is_some_and(|(low, high)| low > high) {
            self.wrong("high", "`high` is less than `low`", "no value would be plausible");
            return None;
        }
        let named = |number: i64, name: &str| if name.is_empty() { number.to_string() } else { format!("{number} ({name})") };
        let name = named(concept, self.text("name"));
        let within = match (self.text("low"), self.text("high")) {
            (low, "") => format!("at least {low}"),
            ("", high) => format!("at most {high}"),
            (low, high) => format!("from {low} to {high}"),
        };
        let unit = unit.map(|unit| {
            let shown = if unit == NO_UNIT { "without a unit".to_owned() } else { format!("in {}", named(unit, self.text("unit_name"))) };
            Limits { concept, unit, low, high, says: format!("{name} {shown} is {within}"), allowed: None }
        });
        Some(Said { concept, name, unit, gender, allowed })
    }

    fn text(&self, column: &str) -> &str {
        self.places.get(column).and_then(|at| self.record.get(*at)).unwrap_or_default().trim()
    }

    /// What stands in a column, if anything does; an error where it is no such thing, which is said.
    fn number<T>(&mut self, column: &str, wanted: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, ()> {
        let text = self.text(column).to_owned();
        if text.is_empty() {
            return Ok(None);
        }
        parse(&text)
            .map(Some)
            .ok_or_else(|| self.wrong(column, &format!("`{text}` is not {wanted}"), "write it with a point, and nothing else"))
    }

    fn wrong(&mut self, column: &str, message: &str, help: &str) {
        let at = self.places.get(column).copied().unwrap_or(0);
        self.said.push(Diagnostic::error("E0506", &sheet::place(self.source, self.record, at), message.to_owned()).help(help.to_owned()));
    }

    fn twice(&mut self, column: &str, message: String, first: u64) {
        let at = self.places.get(column).copied().unwrap_or(0);
        self.said.push(
            Diagnostic::error("E0506", &sheet::place(self.source, self.record, at), message)
                .label(format!("first in line {first}"))
                .help("keep one of the two"),
        );
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;
    use std::path::Path;

    fn read(text: &str) -> (Option<List>, Vec<(usize, usize, String)>) {
        let mut said = Diagnostics::default();
        let list = List::parse(&Source::new(Path::new("no/such.csv"), text.to_owned()), &mut said);
        let seen = said.iter().map(|one| {
            assert_eq!(one.code, "E0506");
            let (line, column) = one.place.line_column();
            (line, column, format!("{}; {}", one.message, one.help.clone().unwrap_or_default()))
        });
        (list, seen.collect())
    }

    #[test]
    fn each_line_says_what_is_plausible_of_a_concept() {
        let (list, said) = read(
            "\u{feff}concept,name,unit,unit_name,low,high,gender,at_most\n1,Pulse,10,/min,20,300,,\n1,Pulse,11,,,5.5,,1%\n2,,none,,-1,,,\n3,Womb,,,,,8532,7\n",
        );
        assert_eq!(said, []);
        let list = list.unwrap();
        let says: Vec<&str> = list.limits.iter().map(|one| one.says.as_str()).collect();
        assert_eq!(says, ["1 (Pulse) in 10 (/min) is from 20 to 300", "1 (Pulse) in 11 is at most 5.5", "2 without a unit is at least -1"]);
        assert_eq!(list.units, [(1, "1 (Pulse)".to_owned(), vec![10, 11]), (2, "2".to_owned(), vec![NO_UNIT])]);
        assert_eq!(list.limits[1].allowed.as_ref().map(|allowed| allowed.at_most.as_str()), Some("1%"));
        assert_eq!(list.genders, [(3, "3 (Womb)".to_owned(), 8532, Budget::parse("7"))]);
    }

    #[test]
    fn a_unit_may_have_no_limits() {
        let (list, said) = read("concept,unit\n1,10\n");
        assert_eq!((said, list.map(|list| (list.limits.len(), list.units.len()))), (vec![], Some((0, 1))));
    }

    #[test]
    fn what_is_wrong_is_said_at_its_line() {
        for (lines, line, column, wanted) in [
            ("x,10,1,2,", 2, 1, "`x` is not the number of a concept"),
            ("0,10,1,2,", 2, 1, "`0` is not the number of a concept"),
            (",10,1,2,", 2, 1, "a line of a list has no concept"),
            ("1,mmHg,1,2,", 2, 3, "`mmHg` is not the number of a unit, or `none`"),
            ("1,-1,1,2,", 2, 3, "`-1` is not the number of a unit, or `none`"),
            ("1,10,\"1,5\",2,", 2, 1, "`1,5` is not a number"),
            ("1,10,NaN,2,", 2, 6, "`NaN` is not a number"),
            ("1,,1,2,", 2, 3, "a limit without its unit"),
            ("1,,,,", 2, 1, "the line says nothing of concept 1"),
            ("1,10,2,1,", 2, 8, "`high` is less than `low`"),
            ("1,10,1,2,\n1,10,1,3,", 3, 3, "the unit 10 of concept 1 stands twice; keep one of the two"),
            ("1,,,,8507\n1,,,,8532", 3, 6, "the gender of concept 1 stands twice"),
            ("1,,,,F", 2, 6, "`F` is not the number of a gender"),
        ] {
            let (_, said) = read(&format!("concept,unit,low,high,gender\n{lines}\n"));
            assert!(
                matches!(said.as_slice(), [(l, c, text)] if (*l, *c) == (line, column) && text.starts_with(wanted)),
                "{lines}: {said:?}"
            );
        }
        let (list, said) = read("concepts,unit\n1,2\n");
        assert!(list.is_none() && said.len() == 1 && said[0].2.contains("lacks the column `concept`"), "{said:?}");
        let (_, said) = read("concept,unit,hihg\n1,2,3\n");
        assert_eq!(said, [(1, 14, "a list of concepts has no column `hihg`; did you mean `high`?".to_owned())]);
        let (_, said) = read("concept,unit,low,at_most\n1,2,3,most\n");
        assert!(said.len() == 1 && said[0].2.starts_with("`most` is not a number of rows"), "{said:?}");
    }
}
