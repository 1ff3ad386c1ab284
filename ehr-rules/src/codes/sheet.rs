//! The lines of a code map, whichever tool wrote it: which columns they have, and what each says of its code.
//!
//! What a run looks up, what people are shown and what is counted is read here, so that they are of one mind.

use super::entries::CodeEntry;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::ir::code_map::CodeForm;
use csv::StringRecord;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What an entry says of its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Somebody stands for its target.
    Mapped,
    /// Somebody decided that it has none.
    Unmappable,
    /// It still waits for somebody, or counts no longer.
    Open,
}

/// The names of a form's columns; empty where it has no such column.
struct Names {
    code: &'static str,
    name: &'static str,
    target: &'static str,
    status: &'static str,
    author: &'static str,
    reviewed_on: &'static str,
    comment: &'static str,
    /// Says why an entry no longer counts.
    invalid: &'static str,
    /// Says whether the line is one of this map at all.
    part: &'static str,
    /// Without these it is no such file.
    required: &'static [&'static str],
    /// What a status may be, ours for it, and what it says.
    statuses: &'static [(&'static str, &'static str, Standing)],
}

const OWN: Names = Names {
    code: "source_code",
    name: "source_name",
    target: "target",
    status: "status",
    author: "author",
    reviewed_on: "reviewed_on",
    comment: "comment",
    invalid: "",
    part: "",
    required: &["source_code", "target"],
    statuses: &[
        ("approved", "approved", Standing::Mapped),
        ("proposed", "proposed", Standing::Open),
        ("rejected", "rejected", Standing::Open),
        ("do_not_map", "do_not_map", Standing::Unmappable),
    ],
};

const USAGI: Names = Names {
    code: "sourceCode",
    name: "sourceName",
    target: "conceptId",
    status: "mappingStatus",
    author: "statusSetBy",
    // `statusSetOn` counts milliseconds and is no day.
    reviewed_on: "",
    comment: "comment",
    invalid: "",
    part: "mappingType",
    required: &["sourceCode", "mappingStatus", "conceptId"],
    statuses: &[
        ("approved", "approved", Standing::Mapped),
        ("unchecked", "proposed", Standing::Open),
        ("flagged", "proposed", Standing::Open),
        ("invalid_target", "proposed", Standing::Open),
        ("ignored", "do_not_map", Standing::Unmappable),
    ],
};

const SOURCE_TO_CONCEPT_MAP: Names = Names {
    code: "source_code",
    name: "source_code_description",
    target: "target_concept_id",
    status: "",
    author: "",
    reviewed_on: "valid_start_date",
    comment: "invalid_reason",
    invalid: "invalid_reason",
    part: "source_vocabulary_id",
    required: &["source_code", "source_vocabulary_id", "target_concept_id"],
    statuses: &[],
};

const fn names(form: &CodeForm) -> &'static Names {
    match form {
        CodeForm::Own => &OWN,
        CodeForm::Usagi => &USAGI,
        CodeForm::SourceToConceptMap { .. } => &SOURCE_TO_CONCEPT_MAP,
    }
}

/// A file of one of the forms, line by line.
pub(super) struct Sheet<'a> {
    reader: csv::Reader<&'a [u8]>,
    form: &'a CodeForm,
    /// Its first line.
    pub header: StringRecord,
    code: Option<usize>,
    name: Option<usize>,
    target: Option<usize>,
    status: Option<usize>,
    author: Option<usize>,
    reviewed_on: Option<usize>,
    comment: Option<usize>,
    invalid: Option<usize>,
    part: Option<usize>,
}

impl<'a> Sheet<'a> {
    pub(super) fn open(text: &'a str, form: &'a CodeForm) -> Self {
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
        let header = reader.headers().cloned().unwrap_or_default();
        let place = |wanted: &str| header.iter().position(|name| !wanted.is_empty() && is_called(name, wanted));
        let names = names(form);
        let [code, name, target, status] = [names.code, names.name, names.target, names.status].map(place);
        let [author, reviewed_on, comment, invalid, part] =
            [names.author, names.reviewed_on, names.comment, names.invalid, names.part].map(place);
        Self { reader, form, header, code, name, target, status, author, reviewed_on, comment, invalid, part }
    }

    /// Columns without which it is no file of this form.
    pub(super) fn lacks(&self) -> Vec<&'static str> {
        let wanted = names(self.form).required.iter().copied();
        wanted.filter(|wanted| !self.header.iter().any(|name| is_called(name, wanted))).collect()
    }

    /// A column of this form that stands twice, so that nobody can tell which counts.
    pub(super) fn twice(&self) -> Option<&'static str> {
        let names = names(self.form);
        let read = [names.code, names.name, names.target, names.status, names.author, names.reviewed_on, names.comment, names.part];
        read.into_iter().find(|wanted| !wanted.is_empty() && self.header.iter().filter(|name| is_called(name, wanted)).count() > 1)
    }

    /// Another form that has all its columns here, as it is written in a schema.
    pub(super) fn looks_like(&self) -> Option<&'static str> {
        let forms: [(&Names, &str); 3] = [
            (&USAGI, "`usagi: FILE`"),
            (&SOURCE_TO_CONCEPT_MAP, "`source_to_concept_map: FILE` and its `vocabulary`"),
            (&OWN, "`file: FILE`"),
        ];
        let has_all = |names: &Names| names.required.iter().all(|wanted| self.header.iter().any(|name| is_called(name, wanted)));
        forms.into_iter().find(|(names, _)| has_all(names)).map(|(_, written)| written)
    }

    /// The next entry of this map, and its record; lines without anything in them and those of other maps are passed over.
    pub(super) fn next(&mut self, record: &mut StringRecord) -> csv::Result<Option<CodeEntry>> {
        while self.reader.read_record(record)? {
            if record.iter().any(|field| !field.trim().is_empty()) && self.is_part(record) {
                return Ok(Some(self.entry(record)));
            }
        }
        Ok(None)
    }

    /// Whether a line belongs to this map.
    fn is_part(&self, record: &StringRecord) -> bool {
        let part = field(record, self.part);
        match self.form {
            CodeForm::Own => true,
            // The other types say what else is made of a code: a value, a unit, an operator.
            CodeForm::Usagi => part.is_empty() || part.eq_ignore_ascii_case("MAPS_TO") || part.eq_ignore_ascii_case("EVENT"),
            CodeForm::SourceToConceptMap { vocabulary } => part == vocabulary,
        }
    }

    fn entry(&self, record: &StringRecord) -> CodeEntry {
        let (status, standing) = self.status(record);
        CodeEntry {
            line: record.position().map_or(0, csv::Position::line),
            // Blanks in a code are part of it: it is looked up as the source has it.
            code: self.code.and_then(|at| record.get(at)).unwrap_or_default().to_owned(),
            name: field(record, self.name).to_owned(),
            target: field(record, self.target).to_owned(),
            status,
            author: field(record, self.author).to_owned(),
            reviewed_on: field(record, self.reviewed_on).to_owned(),
            comment: field(record, self.comment).to_owned(),
            standing,
        }
    }

    /// The status in our words, as it is written where it is none, and what it says.
    fn status(&self, record: &StringRecord) -> (String, Standing) {
        if let CodeForm::SourceToConceptMap { .. } = self.form {
            let counts = field(record, self.invalid).is_empty();
            return if counts { ("approved".to_owned(), Standing::Mapped) } else { ("rejected".to_owned(), Standing::Open) };
        }
        let written = field(record, self.status);
        if let Some((_, ours, standing)) = names(self.form).statuses.iter().find(|(known, ..)| written.eq_ignore_ascii_case(known)) {
            return ((*ours).to_owned(), *standing);
        }
        let unsaid = if *self.form == CodeForm::Own { Standing::Mapped } else { Standing::Open };
        (written.to_owned(), if written.is_empty() { unsaid } else { Standing::Open })
    }

    /// A status that the form does not know, and its column.
    pub(super) fn unknown_status<'r>(&self, record: &'r StringRecord) -> Option<(usize, &'r str)> {
        let written = field(record, self.status);
        let known = written.is_empty() || names(self.form).statuses.iter().any(|(known, ..)| written.eq_ignore_ascii_case(known));
        Some((self.status.filter(|_| !known)?, written))
    }

    /// What a status may be.
    pub(super) fn statuses(&self) -> Vec<String> {
        let shown = |word: &str| if *self.form == CodeForm::Usagi { word.to_uppercase() } else { word.to_owned() };
        names(self.form).statuses.iter().map(|(word, ..)| shown(word)).collect()
    }

    /// Where the codes, the targets and the authors stand.
    pub(super) const fn code(&self) -> Option<usize> {
        self.code
    }

    pub(super) const fn target(&self) -> Option<usize> {
        self.target
    }

    pub(super) const fn author(&self) -> Option<usize> {
        self.author
    }

    pub(super) const fn reviewed_on(&self) -> Option<usize> {
        self.reviewed_on
    }
}

/// The vocabularies that a `SOURCE_TO_CONCEPT_MAP` holds codes of; none where it has no such column.
pub(crate) fn vocabularies(text: &str) -> BTreeSet<String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    let at = header.iter().position(|name| is_called(name, SOURCE_TO_CONCEPT_MAP.part));
    let records = reader.records().map_while(Result::ok);
    records.map(|record| field(&record, at).to_owned()).filter(|name| !name.is_empty()).collect()
}

/// Whether a header's name is that; other tools write theirs in capitals too.
fn is_called(name: &str, wanted: &str) -> bool {
    name.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(wanted)
}

/// A field without the blanks around it.
fn field(record: &StringRecord, at: Option<usize>) -> &str {
    at.and_then(|at| record.get(at)).unwrap_or_default().trim()
}
/// The place of a field, found again in the line; of the whole line where it is written in quotes.
pub(crate) fn place(source: &Arc<Source>, record: &StringRecord, at: usize) -> Place {
    let text = &source.text;
    let start = record.position().and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or(0).min(text.len());
    // The reader's position may stand before blank lines that it passed over.
    let start = start + text[start..].bytes().take_while(|byte| matches!(byte, b'\n' | b'\r')).count();
    let end = text[start..].find(['\n', '\r']).map_or(text.len(), |end| start + end);
    let line = &text[start..end];
    let mut span = start..end;
    if !line.contains('"') {
        let before: usize = line.split(',').take(at).map(|field| field.len() + 1).sum();
        let field = line.split(',').nth(at).unwrap_or_default();
        span = (start + before).min(end)..(start + before + field.len()).min(end);
    }
    Place { source: Arc::clone(source), span }
}
