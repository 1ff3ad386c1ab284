//! `why`: one output row of an order back to the lines of the input, and every rule in between.

use crate::context::Context;
use crate::error::Failure;
use crate::error::Status;
use crate::fingerprint;
use crate::order::OrderFile;
use crate::secret;
use crate::source;
use crate::source::Input;
use crate::source::leave::Leave;
use clap::Args;
use ehr_rules::InputLine;
use ehr_rules::Order;
use ehr_rules::Rulebook;
use ehr_rules::SourceId;
use ehr_rules::SourceSchema;
use ehr_rules::Story;
use ehr_rules::Taken;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// What `ehr-runner why --help` ends with.
const AFTER: &str = "\
The order is run again from what order.json records, in a temporary folder, and the row is followed back: rules, branches,
look-ups, entries of maps, and the file and line of every input row that went into it. It is refused where the input, the
vocabulary or the rules are no longer what they were. No value is shown unless --show-values asks for it.

Examples:
  ehr-runner why order person 4711
  ehr-runner why order episode_event episode_id=1,event_id=2
  ehr-runner why order person '{\"person_id\": 4711}' --format json";

/// Arguments of `why`.
#[derive(Debug, Args)]
#[command(after_long_help = AFTER)]
pub(crate) struct Why {
    /// The order's folder
    order: PathBuf,
    /// The table of the target
    table: String,
    /// The row's key: a value, `a=1,b=2` for a key of several columns, or a JSON object
    key: String,
    /// Show the row's values; they may be a patient's
    #[arg(long, env = "EHR_SHOW_VALUES")]
    show_values: bool,
    /// The input, where it lies elsewhere now
    #[arg(long, value_name = "INPUT", env = "EHR_INPUT")]
    input: Option<String>,
    /// The folder of the vocabulary, where it lies elsewhere now
    #[arg(long, value_name = "DIR", env = "EHR_VOCABULARY")]
    vocabulary: Option<PathBuf>,
}

impl Why {
    /// Runs the order again and tells the row's story.
    pub(super) fn run(&self, context: &Context) -> Result<Status, Failure> {
        let order = OrderFile::read(&self.order)?;
        let book = context.rulebook()?;
        if book.fingerprint() != order.rules {
            return Err(Failure::Usage(
                "the rules have changed since the order was made\nhelp: name the rules of that time with `--rules`".to_owned(),
            ));
        }
        let key = self.key(&book, &order)?;
        let Input { files, .. } = &self.input(context, &order)?;
        let vocabulary = self.vocabulary(&order)?;
        context.heed_signals()?;
        let folder = tempfile::tempdir().map_err(|error| Failure::file("making a folder in", &std::env::temp_dir(), &error))?;
        let settings = Order {
            limit: order.limit,
            vocabulary,
            tables: order.tables.clone(),
            parameters: order.parameters.clone(),
            secrets: secret::brought(&order.secrets)?,
            tenant: order.tenant.clone(),
            lies_in: order.lies_in.clone(),
            whole_categories: true,
            cancel: Arc::clone(&context.cancel),
            ..Order::new(folder.path().to_owned(), order.today)
        };
        let source = SourceId { system: order.source.clone(), version: order.version.clone() };
        let job = book.start(&source, &order.target, files, settings)?;
        let sound = job.assess(job.read()?)?;
        let common = job.categorize(&sound)?;
        let converted = job.convert(&common)?;
        let stories = job.why((&sound, &common, &converted), &self.table, &key, self.show_values)?;
        if stories.is_empty() {
            job.finish()?;
            return Err(Failure::Usage(self.absent(folder.path(), &key, book.source_schema(&source))));
        }
        let mut text = String::new();
        for story in &stories {
            tell(story, 0, &mut text);
        }
        context.answer(&text, &json!({"order": order.id, "table": self.table, "rows": stories}))?;
        Ok(Status::Done)
    }

    /// The key's columns and values.
    fn key(&self, book: &Rulebook, order: &OrderFile) -> Result<BTreeMap<String, String>, Failure> {
        let targets = book.targets();
        let table = targets.iter().find(|target| target.name == order.target).and_then(|target| target.table(&self.table));
        let Some(table) = table else {
            return Err(Failure::Usage(format!("there is no table `{}` in `{}`", self.table, order.target)));
        };
        if let Ok(Value::Object(object)) = serde_json::from_str(&self.key) {
            let text = |value: Value| if let Value::String(text) = value { text } else { value.to_string() };
            return Ok(object.into_iter().map(|(column, value)| (column, text(value))).collect());
        }
        let pairs: Option<BTreeMap<String, String>> = self
            .key
            .split(',')
            .map(|pair| pair.split_once('=').map(|(column, value)| (column.trim().to_owned(), value.trim().to_owned())))
            .collect();
        match (table.key.as_slice(), pairs) {
            (_, Some(pairs)) if pairs.keys().all(|name| table.columns.iter().any(|column| column.name == *name)) => Ok(pairs),
            ([one], _) => Ok(BTreeMap::from([(one.clone(), self.key.clone())])),
            ([], _) => Err(Failure::Usage(format!("`{}` has no key; name columns, as in `column=value`", self.table))),
            (several, _) => {
                let form: Vec<String> = several.iter().map(|column| format!("{column}=…")).collect();
                Err(Failure::Usage(format!("the key of `{}` has {} columns; write `{}`", self.table, several.len(), form.join(","))))
            }
        }
    }

    /// The input, if it is still what the order was made of.
    fn input(&self, context: &Context, order: &OrderFile) -> Result<Input, Failure> {
        let Some(input) = self.input.as_ref().or(order.from.as_ref()) else {
            return Err(Failure::Usage("the order does not say where its input was; name it with `--input`".to_owned()));
        };
        let input = source::open(context, input, &Leave::again(&order.left_out))?;
        let now = fingerprint::of_files(&input.files, &AtomicBool::new(false))?.unwrap_or_default();
        let then: BTreeMap<&str, &str> = order.input.iter().map(|file| (file.name.as_str(), file.blake3.as_str())).collect();
        let now: BTreeMap<&str, &str> = now.iter().map(|file| (file.name.as_str(), file.blake3.as_str())).collect();
        let changed = then.keys().chain(now.keys()).find(|name| then.get(*name) != now.get(*name));
        match changed {
            None => Ok(input),
            Some(name) => Err(Failure::Usage(format!(
                "the input has changed since the order was made: `{name}`\nhelp: name the input of that time with `--input`"
            ))),
        }
    }

    /// The vocabulary, if it is still what it was.
    fn vocabulary(&self, order: &OrderFile) -> Result<Option<PathBuf>, Failure> {
        let Some(then) = &order.vocabulary else { return Ok(None) };
        let Some(folder) = self.vocabulary.as_ref().or(order.vocabulary_from.as_ref()) else {
            return Err(Failure::Usage("the order does not say where its vocabulary was; name it with `--vocabulary`".to_owned()));
        };
        let now = fingerprint::of_vocabulary(folder, &AtomicBool::new(false))?;
        if now.as_ref() == Some(then) {
            return Ok(Some(folder.clone()));
        }
        Err(Failure::Usage(
            "the vocabulary has changed since the order was made\nhelp: name the one of that time with `--vocabulary`".to_owned(),
        ))
    }

    /// Why there may be no such row: it was set aside, or there never was one.
    fn absent(&self, folder: &Path, key: &BTreeMap<String, String>, schema: Option<&SourceSchema>) -> String {
        let columns: Vec<String> = key.keys().map(|column| format!("`{column}`")).collect();
        let mut text = format!("no row of `{}` has this key ({})", self.table, columns.join(", "));
        let aside = rejected(&folder.join("rejects"), key, schema);
        for line in &aside {
            // Writing to a text does not fail.
            let _ = write!(text, "\n  {line}");
        }
        text.push_str(if aside.is_empty() {
            "\nhelp: keys that the rules work out stand in `converted/`, as in its first column; rows set aside stand in `rejects/`"
        } else {
            "\nhelp: a row with this value was set aside, as said above, so nothing was made of it"
        });
        text
    }
}

/// Rows set aside in which a field that names a row, or refers to one, has the key's value: where, and why. Any other field may
/// have it by chance.
fn rejected(folder: &Path, key: &BTreeMap<String, String>, schema: Option<&SourceSchema>) -> Vec<String> {
    let mut found = Vec::new();
    let Ok(entries) = std::fs::read_dir(folder) else { return found };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let Ok(mut reader) = csv::ReaderBuilder::new().flexible(true).from_path(&path) else { continue };
        let Ok(header) = reader.byte_headers().cloned() else { continue };
        let place = |name: &str| header.iter().position(|known| known == name.as_bytes());
        let (file, line, code, reason) = (place("_file"), place("_line"), place("_code"), place("_reason"));
        let table = path.file_stem().and_then(|name| schema?.table(name.to_str()?));
        let naming = table.into_iter().flat_map(|table| {
            let references = table.references.iter().map(|reference| &reference.column);
            table.key.iter().chain(references).chain(&table.patient)
        });
        let mut told: Vec<usize> = naming.filter_map(|name| place(name)).collect();
        if told.is_empty() {
            told = (0..file.unwrap_or(0)).collect();
        }
        for record in reader.byte_records().map_while(Result::ok) {
            let holds = key.values().any(|value| told.iter().any(|at| record.get(*at) == Some(value.as_bytes())));
            if holds {
                let field = |at: Option<usize>| at.and_then(|at| record.get(at)).map(String::from_utf8_lossy).unwrap_or_default();
                found.push(format!("set aside: {} line {}: {} {}", field(file), field(line), field(code), field(reason)));
            }
        }
    }
    found
}

/// A story, what it rests on further to the right.
fn tell(story: &Story, depth: usize, text: &mut String) {
    let pad = "  ".repeat(depth);
    let spot = story.spot.as_ref().map(|spot| format!("   [{spot}]")).unwrap_or_default();
    // Writing to a text does not fail.
    let _ = writeln!(text, "{pad}{} makes `{}` from `{}`{spot}", story.rule, story.table, story.from);
    if let Some(line) = &story.line {
        let _ = writeln!(text, "{pad}  from {}", place(line));
    }
    ways(&story.taken, depth + 1, text);
    for join in &story.joins {
        let found = join.line.as_ref().map_or_else(|| "none matches".to_owned(), place);
        let _ = writeln!(text, "{pad}  looked up in `{}` by {}: {found}", join.table, join.by.join(", "));
    }
    for column in &story.columns {
        let value = match (&column.value, column.is_missing) {
            (Some(value), _) => format!("   is {value:?}"),
            (None, true) => "   is missing".to_owned(),
            (None, false) => String::new(),
        };
        let _ = writeln!(text, "{pad}  {} = {}{value}", column.name, column.says);
        ways(&column.taken, depth + 2, text);
    }
    for input in &story.inputs {
        tell(input, depth + 1, text);
    }
}

fn ways(taken: &[Taken], depth: usize, text: &mut String) {
    for way in taken {
        let _ = writeln!(text, "{}- {}   [{}]", "  ".repeat(depth), way.what, way.spot);
    }
}

fn place(line: &InputLine) -> String {
    format!("{} line {}", line.file, line.line)
}
