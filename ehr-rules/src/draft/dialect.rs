//! What was found of how files are written, as the keys of a schema's `dialect:`.

use crate::draft::column::Column;
use crate::draft::table::Table;
use crate::draft::yaml;
use crate::ir::schema::Dialect;
use crate::ir::schema::Escape;
use crate::ir::schema::LINE_BREAKS;
use crate::ir::schema::LineEnd;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::ir::types::Kind;
use crate::scan::found::FileScan;
use crate::scan::text::percent;
use encoding_rs::Encoding;
use std::collections::BTreeMap;

/// The share of a column's values that must be numbers for it to be drafted as one.
const FITS: f64 = 0.999;

/// The keys, in the order in which they are written.
const KEYS: [&str; 11] =
    ["delimiter", "quote", "escape", "encoding", "line_end", "comment", "preamble", "footer", "line_break", "decimal", "thousands"];

/// A comma, as it is written.
const COMMA: &str = "\",\"";

/// What a draft says of how files are written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Decided {
    /// For all of them.
    pub whole: Keys,
    /// For those of each table beside that.
    pub own: Vec<Keys>,
    /// All that holds for those of each table, with what the schema says.
    pub holds: Vec<Keys>,
}

/// Decides what to say of each table's files; `known` is the schema that says the rest, and its table where there is one.
/// Where it stays as it is, as a parent does, only what stands against it is said.
pub(super) fn decide(tables: &[Table<'_>], schema: Option<&SourceSchema>, known: &[Option<&SourceTable>], only_against: bool) -> Decided {
    let news = |keys: &Keys, said: &Keys| if only_against { keys.against(said) } else { keys.beyond(said) };
    let found: Vec<Keys> = tables.iter().map(Table::dialect).collect();
    // One file of a table tells as much as another table's.
    let each: Vec<Keys> = tables.iter().flat_map(|table| &table.parts).map(|file| Keys::of(file)).collect();
    let base = schema.map(|schema| Keys::said(&schema.dialect)).unwrap_or_default();
    let whole = news(&Keys::shared(&each), &base);
    let of_all = whole.over(&base);
    let mut decided = Decided { whole, ..Decided::default() };
    for (at, keys) in found.iter().enumerate() {
        let is_new = known.get(at).is_none_or(Option::is_none);
        let said = known.get(at).copied().flatten().map(|table| Keys::said(&table.dialect)).unwrap_or_default().over(&of_all);
        let own = if is_new { keys.beyond(&said) } else { news(keys, &said) };
        decided.holds.push(own.over(&said));
        decided.own.push(own);
    }
    decided
}

/// Keys of a dialect with their values as YAML; only what something in the files tells.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Keys(BTreeMap<&'static str, String>);

impl Keys {
    /// What one file tells.
    pub(super) fn of(file: &FileScan) -> Self {
        let dialect = &file.dialect;
        let mut keys = Self::default();
        if dialect.format == "json" {
            // What other files say of themselves would be said of these.
            if !dialect.ascii && dialect.doubt.is_none() {
                keys.say("encoding", yaml::scalar(&dialect.encoding));
            }
            return keys;
        }
        // One column has nothing between fields.
        let is_cut = dialect.format == "fixed";
        if file.columns.len() > 1 && !is_cut {
            keys.say("delimiter", mark(&dialect.delimiter));
        }
        match dialect.quote {
            _ if is_cut => {}
            None => keys.say("quote", "none".to_owned()),
            Some(quote) if dialect.quoted => keys.say("quote", mark(&quote.to_string())),
            Some(_) => {}
        }
        // That nothing stands behind a backslash does not say that nothing may.
        if dialect.escape == "backslash" {
            keys.say("escape", dialect.escape.to_owned());
        }
        // What is open stays open: a run says so each time.
        if !dialect.ascii && dialect.doubt.is_none() {
            keys.say("encoding", yaml::scalar(&dialect.encoding));
        }
        keys.say("line_end", dialect.line_end.to_owned());
        if let Some(comment) = &dialect.comment {
            keys.say("comment", mark(comment));
        }
        keys.say("preamble", dialect.preamble.to_string());
        keys.say("footer", dialect.footer.to_string());
        if let Some(name) = dialect.line_break {
            keys.say("line_break", name.to_owned());
        }
        if let Some(decimal) = dialect.decimal {
            keys.say("decimal", mark(&decimal.to_string()));
            if let Some(thousands) = dialect.thousands {
                keys.say("thousands", mark(&thousands.to_string()));
            }
        }
        keys
    }

    /// What a schema says, in the same words.
    pub(super) fn said(dialect: &Dialect) -> Self {
        let mut keys = Self::default();
        let mut say = |key, value: Option<String>| {
            if let Some(value) = value {
                keys.say(key, value);
            }
        };
        say("delimiter", dialect.delimiter.as_deref().map(mark));
        say("quote", dialect.quote.map(|quote| quote.map_or("none".to_owned(), |quote| mark(&char::from(quote).to_string()))));
        let escape = dialect.escape.map(|escape| match escape {
            Escape::Doubled => "doubled",
            Escape::Backslash => "backslash",
        });
        say("escape", escape.map(str::to_owned));
        say("comment", dialect.comment.as_deref().map(|comment| if comment.is_empty() { "none".to_owned() } else { mark(comment) }));
        // One encoding has many labels.
        let encoding = dialect.encoding.as_ref().and_then(|label| Encoding::for_label(label.as_bytes()));
        say("encoding", encoding.map(|encoding| yaml::scalar(&encoding.name().to_ascii_lowercase())));
        let line_end = dialect.line_end.map(|end| match end {
            LineEnd::Lf => "lf",
            LineEnd::Cr => "cr",
            LineEnd::Any => "any",
        });
        say("line_end", line_end.map(str::to_owned));
        say("preamble", dialect.preamble.map(|lines| lines.to_string()));
        say("footer", dialect.footer.map(|lines| lines.to_string()));
        let line_break = dialect.line_break.and_then(|byte| LINE_BREAKS.iter().find(|(_, known)| *known == byte));
        say("line_break", line_break.map(|(name, _)| (*name).to_owned()));
        say("decimal", dialect.decimal.map(|decimal| mark(&decimal.to_string())));
        say("thousands", dialect.thousands.map(|thousands| mark(&thousands.to_string())));
        keys
    }

    /// What several files tell alike; one that tells nothing of a key does not stand against it.
    pub(super) fn shared(all: &[Self]) -> Self {
        let mut shared = Self::default();
        for key in KEYS {
            let mut told = all.iter().filter_map(|keys| keys.0.get(key));
            // In a file without comments a row may begin as they do in others.
            if let Some(first) = told.next()
                && told.all(|other| other == first)
                && (key != "comment" || all.iter().all(|keys| keys.0.contains_key(key)))
            {
                shared.say(key, first.clone());
            }
        }
        // A mark between thousands goes with the one before the fraction.
        if shared.0.contains_key("thousands") && !shared.0.contains_key("decimal") {
            shared.0.remove("thousands");
        }
        shared
    }

    /// What stands against what a schema says: only that, but for a comma in numbers, which nobody expects.
    fn against(&self, said: &Self) -> Self {
        let is_told = |(key, value): &(&&'static str, &String)| match (**key, said.get(key)) {
            ("decimal", None) => *value == COMMA,
            (_, None) => false,
            // Any line end is one of them.
            ("line_end", Some(was)) => was != "any" && was != *value,
            // Lines that are not found to be any may be some all the same.
            ("footer", Some(was)) => *value != "0" && was != *value,
            // A comment may be what was counted as lines before the header.
            ("preamble", Some(was)) => !said.0.contains_key("comment") && was != *value,
            (_, Some(was)) => was != *value,
        };
        self.with_both_marks(self.0.iter().filter(is_told).map(|(key, value)| (*key, value.clone())).collect())
    }

    /// What a schema does not say, or says otherwise; without what goes without saying, since it is found or taken anyway.
    fn beyond(&self, said: &Self) -> Self {
        let point = !self.0.contains_key("thousands");
        let is_news = |(key, value): &(&&'static str, &String)| match (**key, value.as_str()) {
            _ if said.0.contains_key(*key) => false,
            ("escape", "doubled") | ("line_end", "lf") | ("preamble" | "footer", "0") => false,
            ("decimal", value) => !point || value == COMMA,
            _ => true,
        };
        let mut beyond = self.against(said);
        beyond.0.extend(self.0.iter().filter(is_news).map(|(key, value)| (*key, value.clone())));
        self.with_both_marks(beyond.0)
    }

    /// The marks in numbers are said together.
    fn with_both_marks(&self, mut some: BTreeMap<&'static str, String>) -> Self {
        if some.contains_key("decimal") || some.contains_key("thousands") {
            for key in ["decimal", "thousands"] {
                some.extend(self.0.get(key).map(|value| (key, value.clone())));
            }
        }
        Self(some)
    }

    /// These keys, and of others what these do not say.
    fn over(&self, others: &Self) -> Self {
        let mut both = others.0.clone();
        both.extend(self.0.iter().map(|(key, value)| (*key, value.clone())));
        Self(both)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn get(&self, key: &str) -> Option<&str> {
        self.0.get(key).map(String::as_str)
    }

    /// `{delimiter: ";", quote: none}`
    pub(super) fn line(&self) -> String {
        let said: Vec<String> = KEYS.iter().filter_map(|key| Some(format!("{key}: {}", self.0.get(key)?))).collect();
        format!("{{{}}}", said.join(", "))
    }

    /// What stands before a fraction, as these keys say.
    pub(super) fn decimal(&self) -> Option<char> {
        self.0.get("decimal").and_then(|text| text.chars().nth(1))
    }

    /// Whether lines behind the last row are said.
    pub(super) fn has_footer(&self) -> bool {
        self.get("footer").is_some_and(|lines| lines != "0")
    }

    fn has_thousands(&self) -> bool {
        self.0.contains_key("thousands")
    }

    fn say(&mut self, key: &'static str, value: String) {
        self.0.insert(key, value);
    }
}

/// A mark in quotes, as YAML and JSON write it; a tab by its name.
fn mark(text: &str) -> String {
    match text {
        "\t" => "tab".to_owned(),
        "\"" => "'\"'".to_owned(),
        _ => serde_json::Value::String(text.to_owned()).to_string(),
    }
}

impl Table<'_> {
    /// What its files tell alike of how they are written.
    pub(super) fn dialect(&self) -> Keys {
        let keys: Vec<Keys> = self.parts.iter().map(|file| Keys::of(file)).collect();
        Keys::shared(&keys)
    }

    /// Its numbers, once it is said how they are written: those with other marks are numbers, and others may be none.
    pub(super) fn numbers(&mut self, said: &Keys) {
        let Some(decimal) = said.decimal() else { return };
        for column in &mut self.columns {
            column.numbers(decimal, said.has_thousands());
        }
    }
}

impl Column<'_> {
    fn numbers(&mut self, decimal: char, thousands: bool) {
        let marked = self.scan.marks.filter(|marks| !marks.ambiguous && marks.decimal == decimal && self.scan.codes.is_empty());
        if let Some(marks) = marked.filter(|marks| marks.fits >= FITS && (thousands || marks.thousands.is_none())) {
            let precision = marks.whole.saturating_add(marks.fraction).saturating_add(2).min(18);
            self.kind = match marks.fraction {
                0 => Kind::Integer,
                scale if scale <= 6 && marks.whole + scale <= 18 => Kind::Decimal { precision, scale },
                _ => Kind::Float,
            };
            let fits = percent(marks.fits);
            self.comment = self.comment.replacen("text: 100% of its values fit", &format!("{}: {fits} of its values fit", self.kind), 1);
        } else if decimal != '.' && matches!(self.kind, Kind::Decimal { .. } | Kind::Float) {
            // A point before three digits stands between thousands where fractions have a comma.
            self.kind = Kind::Text;
            self.comment = format!("text: its numbers have a point where others have `{decimal}`; {}", self.comment);
        }
    }
}
