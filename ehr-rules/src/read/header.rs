//! A file's header held against the schema: which field is which column.

use crate::dataset::input::InputFile;
use crate::dataset::order::Order;
use crate::error::Error;
use crate::finding::Consequence;
use crate::finding::meaning;
use crate::ir::schema::Dialect;
use crate::ir::schema::ExtraColumns;
use crate::ir::schema::Nul;
use crate::ir::schema::SourceSchema;
use crate::ir::schema::SourceTable;
use crate::records;
use crate::records::Hints;
use crate::records::foreign::foreign;
use crate::records::json;
use crate::records::json::Fault;
use crate::records::letters;
use crate::records::reader::BLOCK;
use crate::records::shape::Shape;
use encoding_rs::Encoding;
use encoding_rs::UTF_8;
use globset::GlobBuilder;
use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::HashSet;
use std::collections::VecDeque;

/// How one table is read: its files, and the columns of its rejects.
#[derive(Debug)]
pub(super) struct TablePlan<'a> {
    pub table: &'a SourceTable,
    /// Files that can be read, by name.
    pub files: Vec<FilePlan<'a>>,
    /// Every name in these files' headers, in order of first sight.
    pub header: Vec<String>,
    /// Where in the same objects other tables' rows stand.
    pub others: Vec<Vec<String>>,
    /// How the work is cut up.
    pub pace: Pace,
}

/// How the work of reading is cut up: it changes what reading costs, and nothing that is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// How many batches are typed at once; at least one.
    pub workers: usize,
    /// How many bytes are read at once.
    pub block: usize,
}

impl Pace {
    /// More workers than these would wait for the disk.
    const MOST_WORKERS: usize = 8;

    /// As many workers as there are cores, within bounds.
    fn of_machine() -> Self {
        let workers = std::thread::available_parallelism().map_or(1, usize::from).min(Self::MOST_WORKERS);
        Self { workers, block: BLOCK }
    }
}

/// How one file is read.
#[derive(Debug)]
pub(super) struct FilePlan<'a> {
    pub file: &'a InputFile,
    pub shape: Shape,
    /// How many fields a record has.
    pub width: usize,
    /// The field of each column of the schema; `None` where an optional one is not in the file.
    pub fields: Vec<Option<usize>>,
    /// The names of its fields.
    pub names: Vec<String>,
    /// Fields that are numbers, days and the like.
    pub digits: Vec<usize>,
    /// The column of the rejects that each field goes to.
    pub places: Vec<usize>,
    /// What is done about NUL characters.
    pub nul: Nul,
    /// What it is written in, where it holds JSON.
    pub encoding: Option<&'static Encoding>,
}

/// Told of what is wrong with a file as a whole: code, rule, consequence, reason.
pub(super) type Report<'a> = &'a dyn Fn(&'static str, &str, Consequence, &str);

/// Finds a table's files and maps their headers; a file that cannot be read is reported and left out.
pub(super) fn plan<'a>(
    schema: &SourceSchema,
    table: &'a SourceTable,
    files: &'a [InputFile],
    order: &Order,
    report: Report<'_>,
) -> Result<TablePlan<'a>, Error> {
    let dialect = &schema.dialect_of(table);
    let unless_required = if table.required { Consequence::Failed } else { Consequence::Warned };
    let mut plan = TablePlan { table, files: Vec::new(), header: Vec::new(), others: others(schema, table), pace: Pace::of_machine() };
    let found = matching(schema, table, files, order)?;
    if found.is_empty() {
        report("R0207", &table.file, unless_required, &format!("{}: none matches `{}`", meaning("R0207"), table.file));
    }
    if table.json.is_some() {
        return of_objects(plan, found, dialect, report);
    }
    let names: HashSet<String> = names(table).map(|name| records::fold(name)).collect();
    for file in found {
        if let Some(what) = foreign(&file.path)? {
            report("R0221", &file.name, Consequence::Failed, &format!("{}: `{}` is {what}", meaning("R0221"), file.name));
            continue;
        }
        let head = if table.widths.is_empty() {
            records::head(&file.path, dialect, Hints { names: Some(&names), whole: true }, 1)?
        } else {
            records::fixed::head(&file.path, dialect, &table.widths, true, 1)?
        };
        let on_file =
            |code: &'static str, consequence| report(code, &file.name, consequence, &format!("{}: `{}`", meaning(code), file.name));
        if head.header.is_empty() {
            on_file("R0208", unless_required);
            continue;
        }
        if head.header.iter().any(|name| name.contains('\u{fffd}')) {
            let reason = format!("a header is not valid UTF-8: `{}`", file.name);
            report("R0203", &file.name, Consequence::Warned, &reason);
        }
        doubts(file, head.doubt.as_deref(), head.muddled, report);
        let beside = head.shape.preamble + head.shape.footer;
        if beside > 0 && dialect.preamble.is_none() && dialect.footer.is_none() {
            report("R0212", &file.name, Consequence::Warned, &format!("{}: {beside} in `{}`", meaning("R0212"), file.name));
        }
        if head.rows.is_empty() && !has_rows(file, head.shape)? {
            on_file("R0209", Consequence::Warned);
        }
        let Some(fields) = map(table, file, &head.header, report) else { continue };
        let places = places(&mut plan.header, &head.header);
        plan.files.push(FilePlan {
            file,
            shape: head.shape,
            width: head.header.len(),
            fields,
            names: head.header,
            digits: head.digits,
            places,
            nul: dialect.nul.unwrap_or_default(),
            encoding: None,
        });
    }
    Ok(plan)
}

/// Says what is not certain of a file's letters.
fn doubts(file: &InputFile, doubt: Option<&str>, muddled: usize, report: Report<'_>) {
    if let Some(doubt) = doubt {
        report("R0211", &file.name, Consequence::Warned, &format!("{}: `{}`, where {doubt}", meaning("R0211"), file.name));
    }
    if muddled > 0 {
        let reason = format!("{}: `{}`, in {muddled} places at least", meaning("R0222"), file.name);
        report("R0222", &file.name, Consequence::Warned, &reason);
    }
}

/// Every name that a header of the table's may hold.
fn names(table: &SourceTable) -> impl Iterator<Item = &String> {
    let columns = table.columns.iter().flat_map(|column| std::iter::once(&column.name).chain(&column.also));
    columns.chain(table.ignore.keys())
}

/// Every object has a field for each column, if only a missing one. Of a file that is no JSON all rows would be lost, so the order fails. One
/// that has nothing where the rows stand may have none; where nothing else is left, that is all there was.
fn of_objects<'a>(
    mut plan: TablePlan<'a>,
    files: Vec<&'a InputFile>,
    dialect: &Dialect,
    report: Report<'_>,
) -> Result<TablePlan<'a>, Error> {
    let columns = &plan.table.columns;
    let rows = plan.table.json.as_ref().map(|json| json.rows.as_slice()).unwrap_or_default();
    plan.header = columns.iter().map(|column| column.name.clone()).collect();
    let encoding = records::encoding_of(dialect);
    let shape = Shape { quote: None, headed: false, ..Shape::plain(b',') };
    let whole: Vec<usize> = (0..columns.len()).collect();
    let fields = whole.iter().copied().map(Some).collect::<Vec<_>>();
    let mut aside = Vec::new();
    for file in files {
        let found = if encoding.is_none() { Some(letters::written(&file.path, true)?) } else { None };
        let encoding = encoding.or_else(|| found.as_ref().map(|found| found.encoding));
        match json::fault(&file.path, encoding, rows)? {
            None => {
                if let Some(found) = &found {
                    doubts(file, found.doubt.as_deref(), found.muddled, report);
                }
                let (fields, places) = (fields.clone(), whole.clone());
                let shape = Shape { encoding: encoding.unwrap_or(UTF_8), ..shape };
                let (names, digits, nul) = (Vec::new(), Vec::new(), dialect.nul.unwrap_or_default());
                plan.files.push(FilePlan { file, shape, width: columns.len(), fields, names, digits, places, nul, encoding });
            }
            Some(fault) => aside.push((file, fault)),
        }
    }
    let unless_any = if plan.files.is_empty() { Consequence::Failed } else { Consequence::Warned };
    let unless_required = if plan.table.required { unless_any } else { Consequence::Warned };
    for (file, fault) in aside {
        let (code, consequence, why) = match fault {
            Fault::Empty => ("R0208", unless_required, String::new()),
            Fault::NoJson { .. } => ("R0219", Consequence::Failed, fault.to_string()),
            Fault::NoRows => ("R0220", unless_any, format!(": `{}`", rows.join("."))),
        };
        report(code, &file.name, consequence, &format!("{}: `{}`{why}", meaning(code), file.name));
    }
    Ok(plan)
}

/// The table's files: those that were found to be it, and of the others those with its name. A JSON document may hold several
/// tables, each in its own place, whichever of them it was found to be.
fn matching<'a>(schema: &SourceSchema, table: &SourceTable, files: &'a [InputFile], order: &Order) -> Result<Vec<&'a InputFile>, Error> {
    let glob = GlobBuilder::new(&table.file).case_insensitive(true).build();
    let glob = glob.map_err(|_| Error::bug(format!("`{}` of table `{}` is no glob", table.file, table.name)))?.compile_matcher();
    let is = |file: &InputFile| match order.tables.get(&file.name) {
        Some(known) if *known == table.name => true,
        Some(known) => beside(schema, table, known) && glob.is_match(file.file_name()),
        None => glob.is_match(file.file_name()),
    };
    let mut found: Vec<&InputFile> = files.iter().filter(|file| is(file)).collect();
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// Whether objects of a table may stand in the documents of another.
fn beside(schema: &SourceSchema, table: &SourceTable, other: &str) -> bool {
    let rows = |table: &SourceTable| table.json.as_ref().map(|json| json.rows.clone());
    let other = schema.table(other).and_then(rows);
    other.is_some() && rows(table).is_some() && other != rows(table)
}

/// Where in the objects of a table those of others stand, by names from its objects inwards.
fn others(schema: &SourceSchema, table: &SourceTable) -> Vec<Vec<String>> {
    let Some(own) = table.json.as_ref() else { return Vec::new() };
    let rows =
        schema.tables.iter().filter_map(|other| other.json.as_ref()).filter_map(|other| other.rows.strip_prefix(own.rows.as_slice()));
    rows.filter(|rest| !rest.is_empty()).map(<[String]>::to_vec).collect()
}

/// The head has no sound row; a malformed one is a row too.
fn has_rows(file: &InputFile, shape: Shape) -> Result<bool, Error> {
    let mut reader = records::reader::Reader::open(&file.path, shape)?;
    let mut records = 0;
    let headers = usize::from(shape.headed);
    while records <= headers {
        let Some(batch) = reader.next(2)? else { break };
        records += batch.len();
    }
    Ok(records > headers)
}

/// The field of each column, or `None` where the file cannot be read.
fn map(table: &SourceTable, file: &InputFile, header: &[String], report: Report<'_>) -> Option<Vec<Option<usize>>> {
    let mut sound = true;
    let mut fail = |code: &'static str, rule: &str| {
        sound = false;
        report(code, &format!("{}.{rule}", table.name), Consequence::Failed, &format!("{}: `{rule}` in `{}`", meaning(code), file.name));
    };
    let mut known = HashSet::with_capacity(header.len());
    for name in header {
        if !known.insert(name) && !name.is_empty() {
            fail("R0210", name);
        }
    }
    let mut taken = vec![false; header.len()];
    let mut fields = vec![None; table.columns.len()];
    // Each way of matching goes over all columns before the next, so that a loose match never takes another's exact one.
    let ways: [fn(&str) -> Cow<'_, str>; 2] = [|name| Cow::Borrowed(name), alike];
    let places = ways.map(|way| Places::of(header, way));
    for is_also in [false, true] {
        for (way, places) in ways.iter().zip(&places) {
            for (column, field) in table.columns.iter().zip(&mut fields) {
                let names = if is_also { column.also.as_slice() } else { std::slice::from_ref(&column.name) };
                let free = || names.iter().filter_map(|name| places.free(&way(name), &taken)).min();
                if field.is_none()
                    && let Some(at) = free()
                {
                    taken[at] = true;
                    *field = Some(at);
                }
            }
        }
    }
    for (column, field) in table.columns.iter().zip(&fields) {
        if field.is_none() && !column.optional {
            fail("R0205", &column.name);
        }
    }
    let ignored: HashSet<Cow<'_, str>> = table.ignore.keys().map(|name| alike(name)).collect();
    for (at, name) in header.iter().enumerate().filter(|(at, _)| !taken[*at]) {
        if ignored.contains(&alike(name)) {
            continue;
        }
        let shown = if name.is_empty() { format!("#{}", at + 1) } else { name.clone() };
        match table.extra_columns {
            ExtraColumns::Ignore => {}
            ExtraColumns::Forbid => fail("R0206", &shown),
            ExtraColumns::Report => {
                let reason = format!("{}: `{shown}` in `{}`", meaning("R0206"), file.name);
                report("R0206", &format!("{}.{shown}", table.name), Consequence::Warned, &reason);
            }
        }
    }
    sound.then_some(fields)
}

/// A name without case and blanks around it.
fn alike(name: &str) -> Cow<'_, str> {
    Cow::Owned(name.trim().to_lowercase())
}

/// Where each name stands in a header, of which there may be thousands.
struct Places<'a>(HashMap<Cow<'a, str>, Vec<usize>>);

impl<'a> Places<'a> {
    /// By what a way of matching makes of a name.
    fn of(header: &'a [String], way: fn(&'a str) -> Cow<'a, str>) -> Self {
        let mut places: HashMap<Cow<'a, str>, Vec<usize>> = HashMap::with_capacity(header.len());
        for (at, name) in header.iter().enumerate() {
            places.entry(way(name)).or_default().push(at);
        }
        Self(places)
    }

    /// The first place of a name that nothing has taken.
    fn free(&self, name: &str, taken: &[bool]) -> Option<usize> {
        self.0.get(name)?.iter().copied().find(|at| taken.get(*at) == Some(&false))
    }
}

/// Where each field of a file stands among the names of all of its table's files.
fn places(union: &mut Vec<String>, header: &[String]) -> Vec<usize> {
    // A name may stand twice only if it is empty; each then has a place of its own.
    let mut known: HashMap<String, VecDeque<usize>> = HashMap::with_capacity(union.len());
    for (at, name) in union.iter().enumerate() {
        known.entry(name.clone()).or_default().push_back(at);
    }
    header
        .iter()
        .map(|name| {
            known.get_mut(name).and_then(VecDeque::pop_front).unwrap_or_else(|| {
                union.push(name.clone());
                union.len() - 1
            })
        })
        .collect()
}
