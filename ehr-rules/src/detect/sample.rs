//! The files' headers and first rows, each read once for every way of writing text files that a schema names.

use crate::dataset::input::InputFile;
use crate::detect::class::Class;
use crate::detect::known::Catalogue;
use crate::detect::known::Shape;
use crate::detect::known::Slot;
use crate::detect::known::Way;
use crate::detect::names::plain;
use crate::detect::value::Values;
use crate::engine::together;
use crate::error::Error;
use crate::records::Hints;
use crate::records::encoding_of;
use crate::records::fixed;
use crate::records::foreign::foreign;
use crate::records::head;
use crate::records::letters;
use crate::records::outline;
use crate::records::outline::Keys;
use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::PoisonError;

/// Rows read of each file.
const ROWS: usize = 150;

/// Endings of files that hold no text table; where a schema's glob matches such a file it is read all the same.
const OTHERS: &[&str] = &[
    "7z", "avi", "avro", "bak", "bin", "bmp", "bz2", "css", "db", "dcm", "dll", "doc", "docx", "dmg", "exe", "feather", "gif", "gpg", "gz",
    "hl7", "htm", "html", "ico", "ipc", "jar", "jpeg", "jpg", "js", "key", "log", "md", "mdb", "mov", "mp3", "mp4", "odt", "orc", "ods",
    "parquet", "pdf", "pem", "png", "ppt", "pptx", "py", "rar", "rtf", "sas7bdat", "sh", "sql", "sqlite", "svg", "tar", "tgz", "tif",
    "tiff", "toml", "wav", "webp", "xls", "xlsx", "xml", "xz", "yaml", "yml", "zip", "zst",
];

/// Endings of files of JSON objects.
const JSON: &[&str] = &["json", "jsonl", "ndjson"];

/// One file that looks like a table.
pub(super) struct Sample<'a> {
    pub file: &'a InputFile,
    /// Tables that have its name.
    pub named: Vec<usize>,
    /// What it holds, by the numbers of the catalogue's dialects.
    framed: Vec<(usize, Framed)>,
}

/// A header and rows, as one dialect frames them.
#[expect(clippy::struct_excessive_bools, reason = "each is asked on its own, and any of them goes with any other")]
pub(super) struct Framed {
    pub header: Vec<String>,
    /// Those with as many fields as the header.
    pub rows: Vec<Vec<String>>,
    /// Whether nothing stands behind the header, no unsound row either.
    bare: bool,
    /// The header's names without case, accents and punctuation.
    pub plains: Vec<String>,
    /// The known names that each may be.
    pub keys: Vec<Vec<u32>>,
    /// Whether it was seen that its first record is none of names, where the schema says nothing of that.
    nameless: bool,
    /// What the values of each column look like.
    pub classes: Vec<Class>,
    /// Whether lines are exactly as long as a layout of fixed widths says.
    pub fills: bool,
    /// Whether names are paths into JSON objects: of an object as a whole, and of each thing in it.
    nested: bool,
    by_key: HashMap<u32, Vec<usize>>,
    /// What was tried is not tried again: by column and probe.
    tried: Mutex<HashMap<(usize, usize), Values>>,
}

/// What a file is at first sight.
enum Looked<'a> {
    Table(Sample<'a>),
    /// No table by its first bytes, whatever it is called.
    Stranger(&'a str, &'static str),
    Nothing,
}

/// Reads the heads of all files that look like tables, in input order. `strangers` are told of those that by their first bytes
/// are none, whatever they are called, each with what it is.
pub(super) fn read<'a>(
    catalogue: &Catalogue<'_>,
    files: &'a [InputFile],
    strangers: &mut Vec<(&'a str, &'static str)>,
) -> Result<Vec<Sample<'a>>, Error> {
    let mut samples = Vec::with_capacity(files.len());
    for looked in together(files, |file| look(catalogue, file))? {
        match looked {
            Looked::Table(sample) => samples.push(sample),
            Looked::Stranger(name, what) => strangers.push((name, what)),
            Looked::Nothing => {}
        }
    }
    Ok(samples)
}

fn look<'a>(catalogue: &Catalogue<'_>, file: &'a InputFile) -> Result<Looked<'a>, Error> {
    let named = catalogue.named(file.file_name());
    let looked_at = !named.is_empty() || is_table(file.file_name()) || ends_with(file.file_name(), JSON);
    if let Some(what) = if looked_at { foreign(&file.path)? } else { None } {
        return Ok(Looked::Stranger(&file.name, what));
    }
    let framed = framed(catalogue, file, &named)?;
    Ok(if framed.is_empty() { Looked::Nothing } else { Looked::Table(Sample { file, named, framed }) })
}

/// A file in every way that may be its own, by its name and, for what its name does not tell, its first bytes.
fn framed(catalogue: &Catalogue<'_>, file: &InputFile, named: &[usize]) -> Result<Vec<(usize, Framed)>, Error> {
    let own = |way: usize| {
        let entries = named.iter().filter_map(|entry| catalogue.entries.get(*entry));
        entries.filter_map(|entry| catalogue.shapes.get(entry.shape)).any(|shape| shape.dialect == way)
    };
    let is_kind = |wanted: fn(&Way) -> bool| catalogue.dialects.iter().enumerate().any(|(at, way)| wanted(way) && own(at));
    let of_objects = is_kind(|way| matches!(way, Way::Objects(..))) || ends_with(file.file_name(), JSON);
    let of_lines = is_kind(|way| !matches!(way, Way::Objects(..))) || !of_objects && is_table(file.file_name());
    if !of_objects && !of_lines {
        return Ok(Vec::new());
    }
    let (mut length, mut written) = (None, None);
    let mut framed = Vec::new();
    for (at, way) in catalogue.dialects.iter().enumerate() {
        let found = match way {
            Way::Objects(dialect, within) if of_objects => {
                let written = match written {
                    Some(written) => written,
                    None => *written.insert(letters::written(&file.path, false)?.encoding),
                };
                let encoding = encoding_of(dialect).or(Some(written));
                outline::head(&file.path, encoding, within, ROWS).map(|keys| keys.map(|keys| Framed::of_objects(catalogue, keys)))
            }
            Way::Delimited(dialect) if of_lines => {
                let hints = Hints { names: Some(&catalogue.names), ..Hints::default() };
                head(&file.path, dialect, hints, ROWS).map(|head| {
                    // Where the file has no names, those that it is given for want of any are none.
                    let headed = dialect.header.is_empty() && head.shape.headed;
                    let nameless = !headed && dialect.header.is_empty();
                    let bare = head.rows.is_empty() && !head.unsound;
                    Some(Framed { bare, nameless, ..Framed::new(catalogue, headed, head.header, head.rows) })
                })
            }
            Way::Fixed(dialect, layout) if of_lines => {
                // One look at the lines tells which of many layouts they may have, but not of a file that is called as one's.
                let length = match length {
                    Some(length) => length,
                    None => *length.insert(fixed::length(&file.path)?),
                };
                let fills = length == Some(fixed::end(layout));
                if fills || own(at) {
                    let head = fixed::head(&file.path, dialect, layout, false, ROWS);
                    head.map(|head| Framed::of_lines(catalogue, layout.len(), fills, head.rows))
                } else {
                    Ok(None)
                }
            }
            _ => Ok(None),
        };
        match found {
            Ok(found) => framed.extend(found.map(|found| (at, found))),
            // What cannot be framed in this way is no table of the systems that write so.
            Err(error) if error.is_data() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(framed)
}

/// Whether a name looks like that of a text table.
fn is_table(file_name: &str) -> bool {
    !file_name.starts_with('.') && !ends_with(file_name, OTHERS) && !ends_with(file_name, JSON)
}

fn ends_with(file_name: &str, endings: &[&str]) -> bool {
    file_name.rsplit_once('.').is_some_and(|(_, ending)| endings.contains(&ending.to_ascii_lowercase().as_str()))
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

    /// Whether no row stands in it however it is framed.
    pub(super) fn is_bare(&self) -> bool {
        self.framed.iter().all(|(_, framed)| framed.bare)
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
        let bare = rows.is_empty();
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
        Self { header, rows, bare, plains, keys, nameless: false, classes, fills: false, nested: false, by_key, tried: Mutex::default() }
    }

    /// The names in objects, by path.
    fn of_objects(catalogue: &Catalogue<'_>, keys: Keys) -> Self {
        Self { nested: true, ..Self::new(catalogue, true, keys.names, keys.rows) }
    }

    /// Lines cut by a layout of so many fields; none where too many are no lines of it.
    fn of_lines(catalogue: &Catalogue<'_>, width: usize, fills: bool, mut rows: Vec<Vec<String>>) -> Option<Self> {
        let all = rows.len();
        rows.retain(|row| row.len() == width);
        let fits = !rows.is_empty() && rows.len() * 10 >= all * 9;
        fits.then(|| Self { fills, ..Self::new(catalogue, false, Vec::new(), rows) })
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

    /// Whether what stands there is no column of its own: an object in which a table's columns stand, or a part of another column.
    pub(super) fn is_part(&self, at: usize, taken: &[bool], shape: &Shape<'_>) -> bool {
        let (true, Some(name)) = (self.nested, self.header.get(at)) else { return false };
        let is_in = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
        let opened = |outer: &str| shape.slots.iter().any(|slot| is_in(slot.in_file(), outer));
        let mut around = self.header.iter().zip(taken).filter(|(outer, _)| is_in(name, outer));
        opened(name) || around.any(|(outer, taken)| *taken || !opened(outer))
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
        // Each value is a whole one, whoever else failed.
        let mut tried = self.tried.lock().unwrap_or_else(PoisonError::into_inner);
        *tried.entry((at, number)).or_insert_with(|| probe.values(self.column(at)))
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
        !self.nested && known * 2 <= self.header.len() && same > 0 && same * 4 >= typed * 3
    }
}
