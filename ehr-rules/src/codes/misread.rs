//! What is wrong with a code map as a file, so that none of its lines can be read.

use super::sheet::Sheet;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::Source;
use crate::diagnostic::suggest;
use crate::ir::code_map::CodeForm;
use std::sync::Arc;

/// Says which columns a file lacks, and where it is another tool's, how that is declared.
pub(super) fn say_lacking(sheet: &Sheet<'_>, source: &Arc<Source>, form: &CodeForm, said: &mut Diagnostics) {
    if let Some(other) = sheet.looks_like() {
        let message = "a code map is of another form than is declared";
        said.push(Diagnostic::error("E0503", &whole(source), message).help(format!("declare it as {other}")));
        return;
    }
    let header = sheet.header.iter().next().unwrap_or_default();
    if source.text.trim_start_matches('\u{feff}').trim().is_empty() {
        let empty = Diagnostic::error("E0503", &whole(source), "a code map is empty");
        said.push(empty.help("give it a header and entries, or take it out of `code_maps`"));
        return;
    }
    if let (1, Some(mark)) = (sheet.header.len(), [";", "\t", "|"].iter().find(|mark| header.contains(**mark))) {
        let written = if *mark == "\t" { "tabs" } else { mark };
        let wrong = Diagnostic::error("E0503", &whole(source), "a code map is not separated by commas");
        said.push(wrong.label(format!("`{written}` stands between the fields")).help("save it as `CSV UTF-8` with commas"));
        return;
    }
    for name in sheet.lacks() {
        let lacking = Diagnostic::error("E0503", &whole(source), format!("a code map lacks the column `{name}`"));
        said.push(match (suggest::nearest(name, &sheet.header), form) {
            (Some(near), _) => lacking.help(format!("rename `{near}` to `{name}`")),
            (None, CodeForm::Own) => {
                lacking.help("its columns are `source_code,source_name,target,status,author,reviewed_on,comment`, with commas")
            }
            (None, CodeForm::Usagi) => lacking.help("save the mapping in Usagi, with `File`, `Save`; it has commas"),
            (None, CodeForm::SourceToConceptMap { .. }) => lacking.help("its columns are those of OMOP's table, with commas"),
        });
    }
}

/// Where a quote opens a field that nothing closes: all that stands behind it would be one field.
pub(super) fn unclosed(source: &Arc<Source>) -> Option<Place> {
    // Where a quote is open; and where one that was is closed, and opened.
    let (mut open, mut closed, mut before) = (None, None, b'\n');
    for (at, byte) in source.text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii()) {
        match (byte, open, closed) {
            // Twice, it is one inside the field.
            (b'"', None, Some((end, start))) if end + 1 == at => open = Some(start),
            // In a field that has none around it, it is a character as any other.
            (b'"', None, _) if matches!(before, b',' | b'\n' | b'\r') => open = Some(at),
            (b'"', Some(start), _) => {
                closed = Some((at, start));
                open = None;
            }
            _ => {}
        }
        before = byte;
    }
    open.map(|at| Place { source: Arc::clone(source), span: at..at + 1 })
}

/// The first line.
pub(super) fn whole(source: &Arc<Source>) -> Place {
    let end = source.text.find(['\n', '\r']).unwrap_or(source.text.len());
    Place { source: Arc::clone(source), span: 0..end }
}
