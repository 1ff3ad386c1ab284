//! JSON files to records: each object is one, and its fields are the texts at the columns' paths.
//!
//! A file holds one object, a list of objects, or one after the other (NDJSON). What stands one after the other is read as a
//! stream; a list is held in memory while it is dealt out.

use super::batch::Batch;
use super::batch::MALFORMED;
use super::batch::Record;
use super::batch::Span;
use crate::error::Error;
use serde_json::Deserializer;
use serde_json::StreamDeserializer;
use serde_json::Value;
use serde_json::de::IoRead;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::path::PathBuf;
use std::vec::IntoIter;

/// Records of one batch.
const RECORDS: usize = 4_096;
/// Bytes after which a batch ends.
const BYTES: usize = 4 << 20;

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

/// One file's objects.
pub(crate) struct Objects {
    path: PathBuf,
    documents: StreamDeserializer<'static, IoRead<BufReader<File>>, Value>,
    /// Objects of the document at hand.
    pending: IntoIter<Value>,
    /// Names from a document inwards to its list of objects; none where it is that itself.
    rows: Vec<String>,
    fields: Vec<Field>,
    /// How many objects were dealt out.
    dealt: u64,
}

impl Objects {
    /// Opens a file.
    pub(crate) fn open(path: &Path, rows: &[String], fields: Vec<Field>) -> Result<Self, Error> {
        let file = File::open(path).map_err(|error| Error::io("opening", path, error))?;
        Ok(Self {
            path: path.to_owned(),
            documents: Deserializer::from_reader(BufReader::new(file)).into_iter(),
            pending: Vec::new().into_iter(),
            rows: rows.to_vec(),
            fields,
            dealt: 0,
        })
    }

    /// How many bytes were read so far.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.documents.byte_offset() as u64
    }

    /// The next records, at most `most` of them; `None` at the end of the file. A record's line is its number in the file.
    pub(crate) fn next(&mut self, most: u64) -> Result<Option<Batch>, Error> {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(RECORDS);
        let mut batch = Batch::default();
        while batch.len() < most && batch.bytes.len() < BYTES {
            let Some(object) = self.object()? else { break };
            self.dealt += 1;
            self.add(&mut batch, &object);
            if batch.bytes.len() >= super::batch::SIDE as usize {
                return Err(Error::data(format!("object {} of `{}` is larger than 2 GiB", self.dealt, self.path.display())));
            }
        }
        Ok((batch.len() > 0).then_some(batch))
    }

    fn object(&mut self) -> Result<Option<Value>, Error> {
        loop {
            if let Some(object) = self.pending.next() {
                return Ok(Some(object));
            }
            let document = match self.documents.next() {
                None => return Ok(None),
                Some(Ok(document)) => document,
                Some(Err(error)) if error.is_io() => return Err(Error::io("reading", &self.path, error.into())),
                // The parser's words hold no value, only what it asked for and where.
                Some(Err(error)) => return Err(Error::data(format!("`{}` is no JSON: {error}", self.path.display()))),
            };
            let within = self.rows.iter().try_fold(document, |value, name| match value {
                Value::Object(mut entries) => entries.remove(name),
                _ => None,
            });
            self.pending = match within {
                Some(Value::Array(objects)) => objects,
                Some(object) => vec![object],
                None => {
                    let message = format!("`{}` has nothing at `{}`, where its rows stand", self.path.display(), self.rows.join("."));
                    return Err(Error::data(message));
                }
            }
            .into_iter();
        }
    }

    fn add(&self, batch: &mut Batch, object: &Value) {
        let start = batch.bytes.len();
        let first = batch.spans.len();
        let count = if object.is_object() {
            for field in &self.fields {
                let from = batch.bytes.len();
                field.write(object, &mut batch.bytes);
                batch.spans.push(Span { start: narrow(from), end: narrow(batch.bytes.len()) });
            }
            narrow(self.fields.len())
        } else {
            batch.bytes.extend_from_slice(object.to_string().as_bytes());
            MALFORMED
        };
        let end = batch.bytes.len();
        batch.records.push(Record { line: self.dealt, start: narrow(start), end: narrow(end), first: narrow(first), count });
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
    u32::try_from(at).unwrap_or(u32::MAX) & !super::batch::SIDE
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
        let meant =
            vec![(1, vec!["1".to_owned(), "Ø\n".to_owned(), "[{\"d\":0.1}]".to_owned()]), (2, ["NA"; 3].map(str::to_owned).to_vec())];
        assert_eq!(read(&format!("{one}\n{two}\n"), &[]).unwrap(), meant);
        assert_eq!(read(&format!(" [{one},\n{two}]"), &[]).unwrap(), meant);
        assert_eq!(read(&format!(r#"{{"results": {{"all": [{one}, {two}]}}, "of": "x"}}"#), &["results", "all"]).unwrap(), meant);
        assert_eq!(read("", &[]).unwrap(), []);
    }

    #[test]
    fn what_is_no_object_is_malformed_and_what_is_no_json_an_error() {
        let seen = read("[1, {\"id\": 2}, [3]]", &[]).unwrap();
        assert_eq!((seen[0].1[0].as_str(), seen[1].1[0].as_str(), seen[2].1[0].as_str()), ("malformed 1", "2", "malformed [3]"));
        let error = read("{\"id\": 1}\n{\"id\": Muster}", &[]).unwrap_err().to_string();
        assert!(error.contains("is no JSON") && error.contains("line 2") && !error.contains("Muster"), "{error}");
        assert!(read("{\"id\": 1", &[]).unwrap_err().to_string().contains("is no JSON"));
        assert!(read("{\"id\": 1}", &["rows"]).unwrap_err().to_string().contains("nothing at `rows`"));
    }
}
