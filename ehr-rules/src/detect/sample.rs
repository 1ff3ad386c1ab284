//! The files' headers and first rows, each read once for every way of writing text files that a schema names.

use crate::dataset::input::InputFile;
use crate::detect::known::Catalogue;
use crate::detect::known::Slot;
use crate::detect::names::plain;
use crate::detect::value::Class;
use crate::detect::value::Values;
use crate::error::Error;
use crate::records::Hints;
use crate::records::head;
use std::cell::RefCell;
use std::collections::HashMap;

/// Rows read of each file.
const ROWS: usize = 150;

/// Endings of files that hold no text table; where a schema's glob matches such a file it is read all the same.
const OTHERS: &[&str] = &[
    "7z", "avi", "avro", "bak", "bin", "bmp", "bz2", "css", "db", "dcm", "dll", "doc", "docx", "dmg", "exe", "feather", "gif", "gpg", "gz",
    "hl7", "htm", "html", "ico", "ipc", "jar", "jpeg", "jpg", "js", "json", "jsonl", "key", "log", "md", "mdb", "mov", "mp3", "mp4",
    "ndjson", "odt", "orc", "ods", "parquet", "pdf", "pem", "png", "ppt", "pptx", "py", "rar", "rtf", "sas7bdat", "sh", "sql", "sqlite",
    "svg", "tar", "tgz", "tif", "tiff", "toml", "wav", "webp", "xls", "xlsx", "xml", "xz", "yaml", "yml", "zip", "zst",
];

/// One file that looks like a text table.
pub(super) struct Sample<'a> {
    pub file: &'a InputFile,
    /// Tables that have its name.
    pub named: Vec<usize>,
    /// What it holds, by the numbers of the catalogue's dialects.
    framed: Vec<(usize, Framed)>,
}

/// A header and rows, as one dialect frames them.
pub(super) struct Framed {
    pub header: Vec<String>,
    /// Those with as many fields as the header.
    pub rows: Vec<Vec<String>>,
    /// The header's names without case, accents and punctuation.
    pub plains: Vec<String>,
    /// The known names that each may be.
    pub keys: Vec<Vec<u32>>,
    /// Whether it was seen that its first record is none of names, where the schema says nothing of that.
    nameless: bool,
    /// What the values of each column look like.
    pub classes: Vec<Class>,
    by_key: HashMap<u32, Vec<usize>>,
    /// What was tried is not tried again: by column and probe.
    tried: RefCell<HashMap<(usize, usize), Values>>,
}

/// Reads the heads of all files that look like text tables, in input order.
pub(super) fn read<'a>(catalogue: &Catalogue<'_>, files: &'a [InputFile]) -> Result<Vec<Sample<'a>>, Error> {
    let hints = Hints { names: Some(&catalogue.names), ..Hints::default() };
    let mut samples = Vec::new();
    for file in files {
        let named = catalogue.named(file.file_name());
        if named.is_empty() && !is_table(file.file_name()) {
            continue;
        }
        let mut framed = Vec::new();
        for (at, dialect) in catalogue.dialects.iter().enumerate() {
            match head(&file.path, dialect, hints, ROWS) {
                Ok(head) => {
                    // Where the file has no names, those that it is given for want of any are none.
                    let headed = dialect.header.is_empty() && head.shape.headed;
                    let mut one = Framed::new(catalogue, headed, head.header, head.rows);
                    one.nameless = !headed && dialect.header.is_empty();
                    framed.push((at, one));
                }
                // What cannot be framed in this way is no table of the systems that write so.
                Err(error) if error.is_data() => {}
                Err(error) => return Err(error),
            }
        }
        if !framed.is_empty() {
            samples.push(Sample { file, named, framed });
        }
    }
    Ok(samples)
}

/// Whether a name looks like that of a text table.
fn is_table(file_name: &str) -> bool {
    let ending = file_name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    !file_name.starts_with('.') && !ending.is_some_and(|ending| OTHERS.contains(&ending.as_str()))
}

impl Sample<'_> {
    /// What the file holds as this dialect frames it.
    pub(super) fn framed(&self, dialect: usize) -> Option<&Framed> {
        self.framed.iter().find(|(known, _)| *known == dialect).map(|(_, framed)| framed)
    }

    /// What it holds, in every way that its bytes can be framed.
    pub(super) fn ways(&self) -> impl Iterator<Item = (usize, &Framed)> {
        self.framed.iter().map(|(dialect, framed)| (*dialect, framed))
    }

    /// Whether it has no header however it is framed.
    pub(super) fn is_empty(&self) -> bool {
        self.framed.iter().all(|(_, framed)| framed.width() == 0)
    }

    /// Whether it looks like a table, in any way.
    pub(super) fn is_table(&self) -> bool {
        self.framed.iter().any(|(_, framed)| framed.is_table())
    }
}

impl Framed {
    /// Without a header of its own each field is a nameless column.
    fn new(catalogue: &Catalogue<'_>, has_names: bool, header: Vec<String>, mut rows: Vec<Vec<String>>) -> Self {
        let header = if has_names { header } else { vec![String::new(); rows.first().map_or(0, Vec::len)] };
        rows.retain(|row| row.len() == header.len());
        // One empty field is what an empty file looks like.
        let header = if has_names && header.iter().all(String::is_empty) { Vec::new() } else { header };
        let keys: Vec<Vec<u32>> =
            header.iter().map(|name| if name.is_empty() { Vec::new() } else { catalogue.index.known(name) }).collect();
        let mut by_key: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, keys) in keys.iter().enumerate() {
            for key in keys {
                by_key.entry(*key).or_default().push(at);
            }
        }
        let classes = (0..header.len()).map(|at| Class::of(rows.iter().filter_map(|row| row.get(at).map(String::as_str)))).collect();
        let plains = header.iter().map(|name| plain(name)).collect();
        Self { header, rows, plains, keys, nameless: false, classes, by_key, tried: RefCell::default() }
    }

    /// How many columns it has.
    pub(super) fn width(&self) -> usize {
        self.header.len()
    }

    /// Whether it looks like a table at all: several columns, and text. A wrong encoding may have spoilt some names.
    pub(super) fn is_table(&self) -> bool {
        let spoilt = self.header.iter().filter(|name| name.contains('\u{fffd}')).count();
        let text = !self.header.iter().any(|name| name.contains(char::is_control));
        self.header.len() > 1 && text && spoilt * 5 <= self.header.len() * 2
    }

    /// Columns that may bear one of a slot's names.
    pub(super) fn bearing<'f>(&'f self, slot: &'f Slot<'_>) -> impl Iterator<Item = usize> + 'f {
        slot.keys.iter().filter_map(|key| self.by_key.get(key)).flatten().copied()
    }

    /// The sampled values of a column.
    pub(super) fn column(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.get(at).map(String::as_str))
    }

    /// How the sampled values of a column agree with what is declared.
    pub(super) fn values(&self, catalogue: &Catalogue<'_>, at: usize, slot: &Slot<'_>) -> Values {
        let (Some(number), Some(probe)) = (slot.probe, catalogue.probe(slot)) else { return Values::default() };
        if let Some(values) = self.tried.borrow().get(&(at, number)) {
            return *values;
        }
        let values = probe.values(self.column(at));
        self.tried.borrow_mut().insert((at, number), values);
        values
    }

    /// Whether the first record is a row rather than names: its fields look like those below, and most are no known name
    /// (a few may be: words are values too).
    pub(super) fn begins_with_a_row(&self) -> bool {
        if self.nameless {
            return true;
        }
        let (mut typed, mut same) = (0, 0);
        for (name, class) in self.header.iter().zip(&self.classes) {
            if !name.trim().is_empty() && !matches!(class, Class::Empty | Class::Text) {
                typed += 1;
                same += usize::from(Class::of(std::iter::once(name.as_str())) == *class);
            }
        }
        let known = self.keys.iter().filter(|keys| !keys.is_empty()).count();
        known * 2 <= self.header.len() && same > 0 && same * 4 >= typed * 3
    }
}
