//! One file, read once from end to end.

use crate::dataset::input::InputFile;
use crate::error::Error;
use crate::ir::schema::Dialect;
use crate::ir::schema::Escape;
use crate::ir::schema::LINE_BREAKS;
use crate::ir::schema::LineEnd;
use crate::records;
use crate::records::Head;
use crate::records::Hints;
use crate::records::batch::Batch;
use crate::records::columns::columns;
use crate::records::foreign::foreign;
use crate::records::foreign::is_binary;
use crate::records::reader::Reader;
use crate::scan::ScanOptions;
use crate::scan::column::Column;
use crate::scan::found::ColumnScan;
use crate::scan::found::FileScan;
use crate::scan::found::FoundDialect;
use crate::scan::framed;
use crate::scan::framed::Records;
use crate::scan::header::is_header;
use crate::scan::keys::Pairs;
use crate::scan::persons;
use crate::scan::persons::About;
use crate::scan::verdict;
use std::collections::HashSet;

/// Records from which it is seen how a file is written, and whether it has a header.
const HEAD: usize = 100;
/// Different values that are counted exactly, over all columns of a file, and of one.
const EXACT: usize = 1 << 22;
const EXACT_OF_ONE: usize = 1 << 18;

/// What became of a file.
pub(super) enum Seen {
    /// It is a text table.
    Table(Box<Table>),
    /// It is none, for this reason.
    Other(String),
}

/// What was seen of a text table.
pub(super) struct Table {
    name: String,
    bytes: u64,
    pub(super) dialect: FoundDialect,
    /// Of JSON: where each column stands, where that is not its name.
    pub(super) paths: Vec<Option<String>>,
    rows: u64,
    malformed: u64,
    ragged: u64,
    garbled: u64,
    pub columns: Vec<Column>,
    pub pairs: Pairs,
}

/// Reads a file.
pub(super) fn read(file: &InputFile) -> Result<Seen, Error> {
    if file.bytes == 0 {
        return Ok(Seen::Other("it is empty".to_owned()));
    }
    if let Some(reason) = by_name(file.file_name()) {
        return Ok(Seen::Other(reason.to_owned()));
    }
    if is_json(file.file_name()) {
        return framed::objects(file);
    }
    if let Some(what) = foreign(&file.path)? {
        return Ok(Seen::Other(format!("it is {what}, whatever its name says")));
    }
    let head = match records::head(&file.path, &Dialect::default(), Hints { names: None, whole: true }, HEAD) {
        Err(error) if error.is_data() => return Ok(Seen::Other("its lines have more fields than those of any table".to_owned())),
        head => head?,
    };
    if is_binary(head.header.iter().chain(head.rows.iter().flatten()).map(String::as_str)) {
        return Ok(Seen::Other("it is no text".to_owned()));
    }
    if head.header.iter().all(String::is_empty) {
        return Ok(Seen::Other("it holds nothing but blank lines".to_owned()));
    }
    if head.header.len() == 1
        && head.rows.iter().all(|row| row.len() == 1)
        && let Some(columns) = columns(&file.path, head.shape.encoding)?
    {
        return framed::fixed(file, columns);
    }
    let (headed, because) = if head.shape.headed { is_header(&head.header, &head.rows) } else { (false, String::new()) };
    if head.header.len() == 1 && head.rows.iter().all(|row| row.len() == 1) && (!headed || head.rows.is_empty()) {
        return Ok(Seen::Other("it is text, but no table".to_owned()));
    }
    let reader = Reader::open(&file.path, head.shape)?.at_least(file.bytes);
    let mut table = Table::new(file, head, headed, because);
    table.read(Records::Lines(reader))?;
    Ok(Seen::Table(Box::new(table)))
}

/// Whether a file's name says that it holds JSON.
fn is_json(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    ending.is_some_and(|ending| matches!(ending.as_str(), "json" | "ndjson" | "jsonl"))
}

/// Why a file of that name is no text table, where its name says so.
fn by_name(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    let ending = ending.to_ascii_lowercase();
    let is = |endings: &[&str]| endings.contains(&ending.as_str());
    if is(&["md", "txt.md", "html", "htm", "xml", "yaml", "yml", "toml", "log", "sql", "py", "js", "css", "sh"]) {
        Some("its name says that it is no table")
    } else if is(&["gz", "zip", "7z", "tar", "tgz", "bz2", "xz", "zst", "rar"]) {
        Some("it is an archive")
    } else if is(&[
        "xlsx", "xls", "ods", "parquet", "feather", "sqlite", "db", "mdb", "sas7bdat", "pdf", "png", "jpg", "jpeg", "gif", "tif", "tiff",
        "dcm", "doc", "docx",
    ]) {
        Some("its name says that it is no text")
    } else {
        None
    }
}

impl Table {
    pub(super) fn new(file: &InputFile, head: Head, headed: bool, because: String) -> Self {
        let (shape, first) = (head.shape, &head.header);
        let bound = (EXACT / first.len().max(1)).min(EXACT_OF_ONE);
        let mut columns: Vec<Column> = Vec::new();
        let mut taken: HashSet<&str> = HashSet::new();
        for (at, name) in first.iter().enumerate() {
            // Columns are told apart by name, so one without a name of its own gets one.
            let own = headed && !name.is_empty() && taken.insert(name);
            let name = if own { name.clone() } else { format!("column_{}", at + 1) };
            columns.push(Column::new(&name, bound));
        }
        let dialect = FoundDialect {
            format: "delimited",
            rows: Vec::new(),
            widths: Vec::new(),
            delimiter: shape.delimiter.text(),
            quote: shape.quote.map(char::from),
            line_end: match shape.line_end {
                LineEnd::Lf => "lf",
                LineEnd::Cr => "cr",
                LineEnd::Any => "any",
            },
            encoding: shape.encoding.name().to_ascii_lowercase(),
            header: headed,
            evidence: head.evidence.into_iter().chain([because]).filter(|why| !why.is_empty()).collect(),
            quoted: head.quoted,
            escape: match shape.escape {
                Escape::Doubled => "doubled",
                Escape::Backslash => "backslash",
            },
            ascii: head.ascii,
            doubt: head.doubt,
            comment: shape.comment.filter(|_| shape.finds_comments).map(|mark| mark.text()),
            comments: 0,
            preamble: shape.preamble,
            footer: shape.footer,
            line_break: shape.line_break.and_then(|byte| LINE_BREAKS.iter().find(|(_, known)| *known == byte)).map(|(name, _)| *name),
            // Told by whole columns, once they are read.
            decimal: None,
            thousands: None,
        };
        Self {
            name: file.name.clone(),
            bytes: file.bytes,
            dialect,
            paths: Vec::new(),
            rows: 0,
            malformed: 0,
            ragged: 0,
            garbled: 0,
            pairs: Pairs::new(bound),
            columns,
        }
    }

    /// Reads its records, the header's among them where lines have one.
    pub(super) fn read(&mut self, mut reader: Records) -> Result<(), Error> {
        let mut header_passed = !self.dialect.header || self.dialect.format != "delimited";
        let mut sound = Vec::new();
        let mark = self.dialect.comment.clone();
        let mut begin_so = 0_u64;
        while let Some(batch) = reader.next(u64::MAX)? {
            let from = usize::from(!header_passed).min(batch.len());
            header_passed |= from > 0;
            sound.clear();
            if let Some(mark) = &mark {
                begin_so += (0..batch.len()).filter(|record| batch.raw(*record).starts_with(mark.as_bytes())).count() as u64;
            }
            for record in from..batch.len() {
                self.rows += 1;
                if batch.is_malformed(record) {
                    self.malformed += 1;
                } else if batch.width(record) == self.columns.len() {
                    sound.push(record);
                } else {
                    self.ragged += 1;
                }
            }
            self.see(&batch, &sound);
        }
        self.columns.iter_mut().for_each(Column::rest);
        self.dialect.comments = reader.comments();
        if let Some(mark) = self.dialect.comment.take_if(|_| begin_so > 0) {
            // Whoever declared it would lose them.
            self.dialect
                .evidence
                .push(format!("{begin_so} records begin with `{}` as well, so it cannot be declared to begin comments", mark.trim()));
        }
        Ok(())
    }

    /// Sees the sound records of a batch, column by column.
    fn see(&mut self, batch: &Batch, sound: &[usize]) {
        if let Some(text) = batch.text() {
            for (at, column) in self.columns.iter_mut().enumerate() {
                for record in sound {
                    column.see(text.field(*record, at));
                }
            }
            self.columns.iter_mut().for_each(Column::rest);
            self.pairs.see(&self.columns, sound, |record, at| text.field(record, at));
            return;
        }
        self.garbled += sound.iter().filter(|record| std::str::from_utf8(batch.raw(**record)).is_err()).count() as u64;
        for (at, column) in self.columns.iter_mut().enumerate() {
            for record in sound {
                column.see(&String::from_utf8_lossy(batch.field(*record, at)));
            }
        }
        self.columns.iter_mut().for_each(Column::rest);
        self.pairs.see(&self.columns, sound, |record, at| std::str::from_utf8(batch.field(record, at)).unwrap_or_default());
    }

    /// What it comes to.
    pub(super) fn found(&self, options: ScanOptions) -> FileScan {
        let mut found = FileScan {
            name: self.name.clone(),
            bytes: self.bytes,
            dialect: self.dialect.clone(),
            rows: self.rows,
            malformed: self.malformed,
            ragged: self.ragged,
            garbled: self.garbled,
            columns: Vec::new(),
            keys: Vec::new(),
        };
        let stem = found.stem().to_owned();
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        let about = About { stem: &stem, persons: persons::is_of_persons(&stem, &names) };
        found.columns = self.columns.iter().map(|column| verdict::column(column, &about, options.values)).collect();
        for (column, path) in found.columns.iter_mut().zip(&self.paths) {
            column.path.clone_from(path);
        }
        (found.dialect.decimal, found.dialect.thousands) = marks(&found.columns);
        found.keys = self.pairs.keys(&found.columns, self.rows - self.malformed - self.ragged);
        found
    }
}

/// What stands before a fraction and between thousands in all columns that tell; nothing where they differ.
fn marks(columns: &[ColumnScan]) -> (Option<char>, Option<char>) {
    let marked = || columns.iter().filter_map(|column| column.marks).filter(|marks| !marks.ambiguous);
    let comma = marked().any(|marks| marks.decimal == ',');
    let point = marked().any(|marks| marks.decimal == '.') || columns.iter().any(|column| column.pointed && column.is_decimal());
    let decimal = match (comma, point) {
        (true, false) => ',',
        (false, true) => '.',
        _ => return (None, None),
    };
    (Some(decimal), marked().find_map(|marks| marks.thousands))
}
