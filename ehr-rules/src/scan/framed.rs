//! Files that are framed otherwise than by delimiters: JSON objects, and lines of fixed widths.

use crate::dataset::input::InputFile;
use crate::error::Error;
use crate::ir::schema::Dialect;
use crate::ir::schema::Width;
use crate::records::Head;
use crate::records::batch::Batch;
use crate::records::fixed;
use crate::records::fixed::Fixed;
use crate::records::json::Field;
use crate::records::json::Objects;
use crate::records::letters;
use crate::records::outline;
use crate::records::reader::Reader;
use crate::records::shape::Shape;
use crate::scan::header::is_header;
use crate::scan::table::Seen;
use crate::scan::table::Table;
use std::collections::HashSet;

/// Objects whose names are looked at: what is in none of them is not seen.
const OBJECTS: usize = 1_000;
/// Lines from which it is told whether the first one holds names.
const LINES: usize = 100;

/// A file's records, however it is written.
pub(super) enum Records {
    Lines(Reader),
    Fixed(Fixed),
    Objects(Box<Objects>),
}

impl Records {
    /// How many lines were found to be comments so far.
    pub(super) fn comments(&self) -> u64 {
        if let Self::Lines(reader) = self { reader.comments_found() } else { 0 }
    }

    /// The next of them; `None` at the end of the file.
    pub(super) fn next(&mut self, most: u64) -> Result<Option<Batch>, Error> {
        match self {
            Self::Lines(reader) => reader.next(most),
            Self::Fixed(lines) => lines.next(most),
            Self::Objects(objects) => objects.next(most),
        }
    }
}

/// Reads a file of JSON objects: a column is what stands at one path in each.
pub(super) fn objects(file: &InputFile) -> Result<Seen, Error> {
    let written = letters::written(&file.path, true)?;
    let encoding = Some(written.encoding);
    let rows = outline::within(&file.path, encoding)?;
    let Some(keys) = outline::head(&file.path, encoding, &rows, OBJECTS)? else {
        return Ok(Seen::Other("it is no JSON, whatever its name says".to_owned()));
    };
    let leaves = keys.leaves();
    if leaves.is_empty() {
        return Ok(Seen::Other("it is JSON without an object that holds anything".to_owned()));
    }
    let mut taken = HashSet::new();
    let (mut names, mut paths) = (Vec::new(), Vec::new());
    for leaf in &leaves {
        let plain = leaf.join("_");
        let mut name = plain.clone();
        let mut nth = 1;
        while taken.contains(&name) {
            nth += 1;
            name = format!("{plain}_{nth}");
        }
        let path = leaf.join(".");
        paths.push((path != name).then_some(path));
        taken.insert(name.clone());
        names.push(name);
    }
    let mut evidence = vec![if rows.is_empty() {
        "documents, or the items of their list, are the rows".to_owned()
    } else {
        format!("the only list of several objects stands under `{}`", rows.join("."))
    }];
    if !keys.pointed.is_empty() {
        evidence.push(format!("{} names hold a point, and no schema can name what stands there", keys.pointed.len()));
    }
    evidence.push(written.why);
    let mut head = head(names, evidence);
    (head.shape.encoding, head.doubt, head.ascii) = (written.encoding, written.doubt, written.ascii);
    head.muddled = written.muddled;
    let mut table = Table::new(file, head, true, String::new());
    table.dialect.format = "json";
    table.dialect.rows.clone_from(&rows);
    table.paths = paths;
    let fields = leaves.into_iter().map(|path| Field { path, missing: String::new(), nested: false }).collect();
    table.read(Records::Objects(Box::new(Objects::open(&file.path, encoding, &rows, fields)?)))?;
    Ok(Seen::Table(Box::new(table)))
}

/// Reads lines of fixed widths, cut at these columns.
pub(super) fn fixed(file: &InputFile, columns: Vec<(usize, usize)>) -> Result<Seen, Error> {
    let layout = |names: &[String]| -> Vec<Width> {
        let places = columns.iter().zip(names);
        places.map(|((from, to), name)| Width { name: name.clone(), from: *from, to: *to }).collect()
    };
    let numbered: Vec<String> = (1..=columns.len()).map(|nth| format!("column_{nth}")).collect();
    let begins = fixed::head(&file.path, &Dialect { preamble: Some(0), ..Dialect::default() }, &layout(&numbered), true, LINES)?;
    let (first, rows) = begins.rows.split_first().map(|(first, rows)| (first.clone(), rows.to_vec())).unwrap_or_default();
    let (headed, because) = is_header(&first, &rows);
    // Each needs a name of its own.
    let mut taken = HashSet::new();
    let own = |(at, plain): (usize, &String)| match first.get(at).filter(|name| headed && !name.is_empty() && taken.insert((*name).clone()))
    {
        Some(name) => name.clone(),
        None => plain.clone(),
    };
    let names: Vec<String> = numbered.iter().enumerate().map(own).collect();
    let layout = layout(&names);
    let dialect = Dialect { preamble: Some(u32::from(headed)), ..Dialect::default() };
    let mut head = fixed::head(&file.path, &dialect, &layout, true, LINES)?;
    let shape = head.shape;
    head.header = names;
    head.evidence = vec!["columns stand between blanks that all lines have in common".to_owned()];
    let mut table = Table::new(file, head, true, because);
    table.dialect.format = "fixed";
    table.dialect.header = false;
    table.dialect.widths = columns;
    table.read(Records::Fixed(Fixed::open(&file.path, shape, &layout, file.bytes)?))?;
    Ok(Seen::Table(Box::new(table)))
}

/// What objects begin with, as a file with a header would.
fn head(header: Vec<String>, evidence: Vec<String>) -> Head {
    Head {
        shape: Shape { quote: None, ..Shape::plain(b',') },
        header,
        rows: Vec::new(),
        unsound: false,
        evidence,
        doubt: None,
        digits: Vec::new(),
        muddled: 0,
        ascii: false,
        quoted: false,
    }
}
