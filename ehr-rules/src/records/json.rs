//! JSON files to records: each object is one, and its fields are the texts at the columns' paths.
//!
//! A file holds one object, a list of objects, or one after the other (NDJSON), and is read as a stream. An object that is
//! no JSON is a malformed record.

use super::batch::Batch;
use super::batch::MALFORMED;
use super::batch::Record;
use super::batch::SIDE;
use super::batch::Span;
use super::pieces::Piece;
use super::pieces::Pieces;
use crate::error::Error;
use serde::de::IgnoredAny;
use serde_json::Deserializer;
use serde_json::Map;
use serde_json::Value;
use std::collections::HashMap;
use std::path::Path;
use std::path::PathBuf;
use std::vec::IntoIter;

/// Records of one batch.
const RECORDS: usize = 4_096;
/// Bytes after which a batch ends.
const BYTES: usize = 4 << 20;
/// Objects inside objects whose names a head gives.
const DEPTH: usize = 8;
/// Names that a head gives at most.
const NAMES: usize = 2_000;

/// Where a column's value stands in an object.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    /// Names from the object inwards.
    pub path: Vec<String>,
    /// The text that stands for `null` and for what is not there.
    pub missing: String,
    /// Whether the column is a list or a struct, whose texts are JSON.
    pub nested: bool,
}

/// The beginning of a JSON file, as a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Keys {
    /// The paths of the first objects' entries, joined by points, in the order in which they come: of an object inside them
    /// its own (`address`) and its entries' (`address.city`).
    pub names: Vec<String>,
    /// What stands there in each object: a text as it is, anything else as JSON, and nothing for `null` and what is not there.
    pub rows: Vec<Vec<String>>,
}

/// Why nothing in a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// There is nothing in it.
    Empty,
    /// Its first piece is not JSON, from this line and column on, each counted from 1.
    NoJson {
        /// The line.
        line: u64,
        /// The byte in it.
        column: u64,
    },
    /// Its first document has nothing where rows stand.
    NoRows,
}

/// What keeps a file from being read at all; one that has a sound object, or an empty list of them, can be. `within` leads from one to its list of objects.
pub(crate) fn fault(path: &Path, within: &[String]) -> Result<Option<Fault>, Error> {
    let mut objects = Objects::open(path, within, Vec::new())?;
    while let Some(object) = objects.object()? {
        if matches!(object, Object::Sound(_)) {
            return Ok(None);
        }
    }
    Ok(objects.fault())
}

/// Reads the first objects of a file, at most `rows` of them; `within` leads from a document to its list of objects. What is no
/// object is passed over; `None` where the file is no JSON or has nothing where its rows stand.
pub(crate) fn head(path: &Path, within: &[String], rows: usize) -> Result<Option<Keys>, Error> {
    let mut objects = Objects::open(path, within, Vec::new())?;
    let mut found: Vec<Map<String, Value>> = Vec::new();
    // A file that is broken all over is not read to its end.
    let mut looked = 0;
    while found.len() < rows && looked < rows.saturating_mul(2) {
        let Some(object) = objects.object()? else { break };
        looked += 1;
        if let Object::Sound(Value::Object(entries)) = object {
            found.push(entries);
        }
    }
    if found.is_empty() && objects.fault().is_some() {
        return Ok(None);
    }
    let mut keys = Keys::default();
    let mut known = HashMap::new();
    for entries in &found {
        let mut row = vec![String::new(); keys.names.len()];
        keys.add(entries, "", DEPTH, &mut known, &mut row);
        keys.rows.push(row);
    }
    let width = keys.names.len();
    keys.rows.iter_mut().for_each(|row| row.resize(width, String::new()));
    Ok(Some(keys))
}

impl Keys {
    fn add(&mut self, entries: &Map<String, Value>, prefix: &str, depth: usize, known: &mut HashMap<String, usize>, row: &mut Vec<String>) {
        for (name, value) in entries {
            let path = format!("{prefix}{name}");
            let at = match known.get(&path) {
                Some(at) => *at,
                None if self.names.len() >= NAMES => continue,
                None => {
                    known.insert(path.clone(), self.names.len());
                    self.names.push(path.clone());
                    row.push(String::new());
                    self.names.len() - 1
                }
            };
            if let Some(cell) = row.get_mut(at) {
                *cell = match value {
                    Value::Null => String::new(),
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
            }
            if let Value::Object(inside) = value
                && depth > 1
            {
                self.add(inside, &format!("{path}."), depth - 1, known, row);
            }
        }
    }
}

/// One file's objects.
pub(crate) struct Objects {
    path: PathBuf,
    pieces: Pieces,
    /// The piece at hand, as it stands in the file.
    text: Vec<u8>,
    line: u64,
    /// Objects of the piece at hand.
    pending: IntoIter<Value>,
    /// Names from a document inwards to its list of objects; none where it is that itself.
    rows: Vec<String>,
    fields: Vec<Field>,
    /// Whether some piece was JSON.
    is_json: bool,
    /// Where the first piece is that was none.
    broken: Option<Fault>,
}

/// What stands where an object ought to.
enum Object {
    Sound(Value),
    Broken,
}

impl Objects {
    /// Opens a file.
    pub(crate) fn open(path: &Path, rows: &[String], fields: Vec<Field>) -> Result<Self, Error> {
        Ok(Self {
            path: path.to_owned(),
            pieces: Pieces::open(path, rows)?,
            text: Vec::new(),
            line: 0,
            pending: Vec::new().into_iter(),
            rows: rows.to_vec(),
            fields,
            is_json: false,
            broken: None,
        })
    }

    /// What was found instead of objects, where all was read and there was none. An empty list is a table without rows.
    fn fault(&self) -> Option<Fault> {
        if self.is_json { None } else { self.pieces.fault().or(self.broken) }
    }

    /// How many bytes were read so far.
    pub(crate) const fn bytes_read(&self) -> u64 {
        self.pieces.bytes_read()
    }

    /// The next records, at most `most` of them; `None` at the end of the file. A record's line is that on which its object begins.
    pub(crate) fn next(&mut self, most: u64) -> Result<Option<Batch>, Error> {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(RECORDS);
        let mut batch = Batch::default();
        while batch.len() < most && batch.bytes.len() < BYTES {
            let Some(object) = self.object()? else { break };
            self.add(&mut batch, &object);
            if batch.bytes.len() >= SIDE as usize {
                let message = format!("the object on line {} of `{}` is larger than 2 GiB", self.line, self.path.display());
                return Err(Error::data(message));
            }
        }
        Ok((batch.len() > 0).then_some(batch))
    }

    fn object(&mut self) -> Result<Option<Object>, Error> {
        loop {
            if let Some(object) = self.pending.next() {
                return Ok(Some(Object::Sound(object)));
            }
            let Some(piece) = self.pieces.next(&mut self.text)? else { return Ok(None) };
            self.line = piece.line;
            let Some(objects) = self.parsed(piece) else {
                self.broken = self.broken.or_else(|| Some(self.broken_at(piece)));
                return Ok(Some(Object::Broken));
            };
            self.is_json = true;
            self.pending = objects.into_iter();
        }
    }

    /// What is wrong with a piece, and where.
    fn broken_at(&self, piece: Piece) -> Fault {
        let start = piece.column as u64;
        match Deserializer::from_slice(&self.text).into_iter::<IgnoredAny>().find_map(Result::err) {
            Some(error) => {
                let before = if error.line() <= 1 { start } else { 0 };
                Fault::NoJson { line: piece.line + (error.line() as u64).saturating_sub(1), column: before + error.column() as u64 }
            }
            None if piece.is_document => Fault::NoRows,
            None => Fault::NoJson { line: piece.line, column: start + 1 },
        }
    }

    /// The objects of a piece; none where it is no JSON, or has nothing where its rows stand.
    fn parsed(&self, piece: Piece) -> Option<Vec<Value>> {
        if !piece.closes {
            return None;
        }
        if !piece.is_document {
            return serde_json::from_slice(&self.text).ok().map(|value| vec![value]);
        }
        let mut objects = Vec::new();
        for document in Deserializer::from_slice(&self.text).into_iter() {
            let within = self.rows.iter().try_fold(document.ok()?, |value: Value, name| match value {
                Value::Object(mut entries) => entries.remove(name),
                _ => None,
            });
            match within? {
                Value::Array(all) => objects.extend(all),
                object => objects.push(object),
            }
        }
        Some(objects)
    }

    fn add(&self, batch: &mut Batch, object: &Object) {
        let start = batch.bytes.len();
        let first = batch.spans.len();
        let count = match object {
            Object::Sound(object) if object.is_object() => {
                for field in &self.fields {
                    let from = batch.bytes.len();
                    field.write(object, &mut batch.bytes);
                    batch.spans.push(Span { start: narrow(from), end: narrow(batch.bytes.len()) });
                }
                narrow(self.fields.len())
            }
            Object::Sound(other) => {
                batch.bytes.extend_from_slice(other.to_string().as_bytes());
                MALFORMED
            }
            Object::Broken => {
                batch.bytes.extend_from_slice(self.text.trim_ascii_end());
                MALFORMED
            }
        };
        let end = batch.bytes.len();
        batch.records.push(Record { line: self.line, start: narrow(start), end: narrow(end), first: narrow(first), count });
    }
}

impl Field {
    /// The value's text: a text as it is, anything else as JSON.
    fn write(&self, object: &Value, bytes: &mut Vec<u8>) {
        let found = self.path.iter().try_fold(object, |value, name| value.get(name));
        match found {
            None | Some(Value::Null) => bytes.extend_from_slice(self.missing.as_bytes()),
            Some(Value::String(text)) if !self.nested => bytes.extend_from_slice(text.as_bytes()),
            Some(value) => bytes.extend_from_slice(value.to_string().as_bytes()),
        }
    }
}

/// A batch ends long before 2 GiB; one object that is as large is refused.
fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX) & !SIDE
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::*;

    fn read(text: &str, rows: &[&str]) -> Result<Vec<(u64, Vec<String>)>, Error> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let field =
            |path: &[&str], nested| Field { path: path.iter().map(|name| (*name).to_owned()).collect(), missing: "NA".to_owned(), nested };
        let fields = vec![field(&["id"], false), field(&["name", "family"], false), field(&["drugs"], true)];
        let rows: Vec<String> = rows.iter().map(|name| (*name).to_owned()).collect();
        let mut objects = Objects::open(file.path(), &rows, fields)?;
        let mut seen = Vec::new();
        while let Some(batch) = objects.next(2)? {
            for record in 0..batch.len() {
                let fields = if batch.is_malformed(record) {
                    vec![format!("malformed {}", String::from_utf8_lossy(batch.raw(record)))]
                } else {
                    batch.fields(record).map(|field| String::from_utf8_lossy(field).into_owned()).collect()
                };
                seen.push((batch.line(record), fields));
            }
        }
        Ok(seen)
    }

    #[test]
    fn objects_one_after_the_other_in_a_list_or_within_are_the_same() {
        let (one, two) = (r#"{"id": 1, "name": {"family": "Ø\n"}, "drugs": [{"d": 0.10}]}"#, r#"{"drugs": null, "name": "x", "more": 1}"#);
        let meant = |lines: [u64; 2]| {
            let first = vec!["1".to_owned(), "Ø\n".to_owned(), "[{\"d\":0.1}]".to_owned()];
            vec![(lines[0], first), (lines[1], ["NA"; 3].map(str::to_owned).to_vec())]
        };
        assert_eq!(read(&format!("{one}\n\n{two}\n"), &[]).unwrap(), meant([1, 3]));
        assert_eq!(read(&format!("\u{feff}\n{one} {two}"), &[]).unwrap(), meant([2, 2]));
        assert_eq!(read(&format!(" [\r\n{one}\r\n,\r\n{two}]"), &[]).unwrap(), meant([2, 4]));
        let within = format!("{{\"of\": [\"]}}\\\\\", {{}}],\n\"results\": {{\"all\": [{one},\n{two}], \"x\": {{}}}}}}");
        assert_eq!(read(&within, &["results", "all"]).unwrap(), meant([2, 3]));
        assert_eq!(read(&within.replace('\n', ""), &["results", "all"]).unwrap(), meant([1, 1]));
        let (first, second) = (r#"{"all": {"id": 1}}"#, r#"{"all": [{"id": 2}, {"id": 3}]}"#);
        let lines: Vec<(u64, String)> =
            read(&format!("{first}\n{second}\n"), &["all"]).unwrap().into_iter().map(|(line, fields)| (line, fields[0].clone())).collect();
        assert_eq!(lines, [(1, "1".to_owned()), (2, "2".to_owned()), (2, "3".to_owned())]);
        assert_eq!(read("", &[]).unwrap(), []);
    }

    /// Lines and what stands first there.
    fn firsts(text: &str, rows: &[&str]) -> Vec<(u64, String)> {
        read(text, rows).unwrap().into_iter().map(|(line, mut fields)| (line, fields.swap_remove(0))).collect()
    }

    fn at(line: u64, text: &str) -> (u64, String) {
        (line, text.to_owned())
    }

    #[test]
    fn what_is_no_object_is_malformed_alone() {
        assert_eq!(firsts("[1, {\"id\": 2}, [3]]", &[]), [at(1, "malformed 1"), at(1, "2"), at(1, "malformed [3]")]);
        let lines = "{\"id\": 1}\n{\"id\": Muster}\n{\"id\": {\n{\"id\": \"x}\n{\"id\": 5}\n";
        let meant =
            [at(1, "1"), at(2, "malformed {\"id\": Muster}"), at(3, "malformed {\"id\": {"), at(4, "malformed {\"id\": \"x}"), at(5, "5")];
        assert_eq!(firsts(lines, &[]), meant);
        assert_eq!(firsts("{\"of\": [{\"id\": 2}]}\n{\"id\": 1}\n", &["of"]), [at(1, "2"), at(2, "malformed {\"id\": 1}")]);
    }

    #[test]
    fn the_first_line_may_be_the_broken_one() {
        assert_eq!(firsts("{\"id\": {\n{\"id\": 2}\n{\"id\": 3}", &[]), [at(1, "malformed {\"id\": {"), at(2, "2"), at(3, "3")]);
    }

    #[test]
    fn an_item_that_never_closes_costs_its_own_lines() {
        let list = "[\n  {\"id\": 1},\n  {\"id\": \"Muster},\n  {\"id\":\n    [3},\n  {\"id\": {\"id\": 4}\n  ,\n  {\"id\": 5}\n]";
        let seen = firsts(list, &[]);
        let lines: Vec<(u64, bool)> = seen.iter().map(|(line, text)| (*line, text.starts_with("malformed"))).collect();
        assert_eq!(lines, [(2, false), (3, true), (4, true), (6, true), (8, false)], "{seen:?}");
    }

    #[test]
    fn a_list_that_does_not_end_or_lacks_a_comma_is_told() {
        assert_eq!(firsts("[{\"id\": 1},\n{\"id\": 2}", &[]), [at(1, "1"), at(2, "2"), at(2, "malformed ")]);
        assert_eq!(firsts("[{\"id\": 1},\n{\"id\": 2", &[]), [at(1, "1"), at(2, "malformed {\"id\": 2"), at(2, "malformed ")]);
        assert_eq!(firsts("{\"of\": [{\"id\": 1}]", &["of"]), [at(1, "1"), at(1, "malformed ")]);
        assert_eq!(firsts("[{\"id\": 1} {\"id\": 2}, {\"id\": 3},]", &[]), [at(1, "1"), at(1, "malformed {\"id\": 2}"), at(1, "3")]);
        assert_eq!(firsts("{\"id\": 1},\n{\"id\": 2}]\n", &[]), [at(1, "1"), at(1, "malformed ,"), at(2, "2"), at(2, "malformed ]")]);
    }

    #[test]
    fn a_file_of_which_nothing_can_be_read_is_told_by_line_and_column() {
        let told = |text: &str, within: &[&str]| {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), text).unwrap();
            let within: Vec<String> = within.iter().map(|name| (*name).to_owned()).collect();
            fault(file.path(), &within).unwrap()
        };
        let at = |line, column| Some(Fault::NoJson { line, column });
        assert_eq!(told("Muster,Max\n1,2\n", &[]), at(1, 1));
        assert_eq!(told("\n\n  <html>", &[]), at(3, 3));
        assert_eq!(told("{\"id\": 1", &[]), at(1, 8));
        assert_eq!(told("{\"Muster\" 1}", &[]), at(1, 11));
        assert_eq!(told("\n\n [{\"a\": 1,\n \"b\": Muster}]", &[]), at(4, 7));
        assert_eq!(told("{\"of\": [Muster", &["of"]), at(1, 9));
        assert_eq!((told("", &[]), told("\n \n", &["of"])), (Some(Fault::Empty), Some(Fault::Empty)));
        for text in ["{\"id\": 1}", "{\"a\": 1,\n\"b\": {\"of\": []}}", "[{\"of\": []}]", "{}\n{}\n"] {
            assert_eq!(told(text, &["of"]), Some(Fault::NoRows), "{text}");
        }
        for text in ["{\"of\": []}", "{\"a\": 1}\n{\"of\": [{}]}", "{\n}\n{\"of\": {}}", "{\"of\": [x, {}"] {
            assert_eq!(told(text, &["of"]), None, "{text}");
        }
        assert_eq!((told("[]", &[]), told("[1, {}]", &[]), told("{x}\n{}", &[])), (None, None, None));
    }

    #[test]
    fn a_document_without_rows_costs_no_other() {
        let text = "{\n\"a\": {\"of\": 1}}\n{\"of\": [{\"id\": 2}]}\n{\"a\": []}\n{\"of\": {\"id\": 4}}\n";
        let seen = firsts(text, &["of"]);
        assert_eq!(seen, [at(1, "malformed "), at(3, "2"), at(4, "malformed {\"a\": []}"), at(5, "4")]);
    }

    #[test]
    fn two_bytes_a_character_are_read_with_a_mark_and_without() {
        let text = "[{\"id\": \"Ø😀\"},\n {\"id\": \"Ł\"}]";
        let meant = [at(1, "Ø😀"), at(2, "Ł")];
        for text in [text.to_owned(), format!("\u{feff}{text}"), format!("\n{text}")] {
            let lines = u64::from(text.starts_with('\n'));
            for bytes in [
                text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(),
                text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(),
                text.clone().into_bytes(),
            ] {
                let file = tempfile::NamedTempFile::new().unwrap();
                std::fs::write(file.path(), bytes).unwrap();
                let keys = head(file.path(), &[], 10).unwrap().unwrap();
                assert_eq!((keys.names, keys.rows), (vec!["id".to_owned()], vec![vec!["Ø😀".to_owned()], vec!["Ł".to_owned()]]));
                let field = Field { path: vec!["id".to_owned()], missing: String::new(), nested: false };
                let batch = Objects::open(file.path(), &[], vec![field]).unwrap().next(9).unwrap().unwrap();
                assert_eq!([batch.line(0), batch.line(1)], meant.clone().map(|(line, _)| line + lines));
            }
        }
    }

    #[test]
    fn a_long_list_is_a_stream() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let items: Vec<String> = (0..20_000).map(|id| format!("{{\"id\": {id}, \"text\": \"{}\"}}", "x".repeat(100))).collect();
        std::fs::write(file.path(), format!("[{}]", items.join(",\n"))).unwrap();
        let mut objects = Objects::open(file.path(), &[], Vec::new()).unwrap();
        assert_eq!(objects.next(1).unwrap().unwrap().len(), 1);
        assert!(objects.bytes_read() < 100_000, "{}", objects.bytes_read());
        let mut lines = Vec::new();
        while let Some(batch) = objects.next(u64::MAX).unwrap() {
            lines.extend((0..batch.len()).map(|record| batch.line(record)));
        }
        assert_eq!((lines.len(), lines.first(), lines.last()), (19_999, Some(&2), Some(&20_000)));
    }

    #[test]
    fn a_head_names_what_objects_hold() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let text = r#"{"of": [{"id": 1, "at": {"city": "Ø", "zip": null}}, 7, {"id": "b", "drugs": [1]}, {"id": 4}]}"#;
        std::fs::write(file.path(), text).unwrap();
        let keys = head(file.path(), &["of".to_owned()], 2).unwrap().unwrap();
        assert_eq!(keys.names, ["id", "at", "at.city", "at.zip", "drugs"]);
        assert_eq!(keys.rows, [["1", r#"{"city":"Ø","zip":null}"#, "Ø", "", ""], ["b", "", "", "", "[1]"]]);
        std::fs::write(file.path(), "id,name\n1,x\n").unwrap();
        assert_eq!(head(file.path(), &[], 2).unwrap(), None);
    }
}
