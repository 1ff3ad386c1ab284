//! `code_maps:` of a schema: files of one form or another, or a vocabulary.

use super::column;
use crate::codes::sheet;
use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::overlay::Overlay;
use crate::diagnostic::suggest;
use crate::ir::code_map::CodeFile;
use crate::ir::code_map::CodeForm;
use crate::ir::code_map::CodeMapSource;
use crate::ir::code_map::OnSeveral;
use crate::ir::types::Kind;
use crate::yaml::Key;
use crate::yaml::Node;
use crate::yaml::fields::Fields;
use crate::yaml::fields::expect_text;
use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

/// Where codes come from, one of these a map.
const FORMS: [&str; 4] = ["file", "usagi", "source_to_concept_map", "athena"];

/// What becomes of a code with several standard concepts.
const ON_AMBIGUOUS: &[(&str, OnSeveral)] =
    &[("otherwise", OnSeveral::Otherwise), ("lowest", OnSeveral::Lowest), ("reject", OnSeveral::Reject), ("fail", OnSeveral::Fail)];

/// Reads the code maps of the schema in a folder.
pub(super) fn read(fields: &mut Fields<'_>, folder: &Path, overlay: &Overlay, said: &mut Diagnostics) -> BTreeMap<String, CodeMapSource> {
    let mut maps = BTreeMap::new();
    for (key, node) in fields.map("code_maps", said).unwrap_or_default() {
        maps.extend(code_map(key, node, folder, overlay, said).map(|map| (key.text.clone(), map)));
    }
    maps
}

fn code_map(key: &Key, node: &Node, folder: &Path, overlay: &Overlay, said: &mut Diagnostics) -> Option<CodeMapSource> {
    let mut fields = Fields::of(node, &format!("code map `{}`", key.text), said)?;
    let several = FORMS.iter().filter(|form| fields.has(form)).count() > 1;
    if several {
        let message = format!("code map `{}` is a `file`, `usagi`, `source_to_concept_map` or `athena`, one of these", key.text);
        said.push(Diagnostic::error("E0011", &key.place, message).help("give each its own name under `code_maps`"));
    }
    let map = if let Some(file) = fields.named("file", said) {
        let target = fields.named("target", said).and_then(|name| target(&name, said)).unwrap_or(Kind::Text);
        CodeMapSource::File(CodeFile { path: path(&file, folder, said), form: CodeForm::Own, target })
    } else if let Some(file) = fields.named("usagi", said) {
        CodeMapSource::File(CodeFile { path: path(&file, folder, said), form: CodeForm::Usagi, target: Kind::Integer })
    } else if let Some(file) = fields.named("source_to_concept_map", said) {
        let path = path(&file, folder, said);
        let vocabulary = fields.required_named("vocabulary", said);
        if let Some(vocabulary) = &vocabulary {
            check_vocabulary(vocabulary, &path, overlay, said);
        }
        let form = CodeForm::SourceToConceptMap { vocabulary: vocabulary.map(|name| name.text).unwrap_or_default() };
        CodeMapSource::File(CodeFile { path, form, target: Kind::Integer })
    } else if let Some(entries) = fields.map("athena", said) {
        let entry = |(system, node): &(Key, Node)| Some((system.text.clone(), expect_text(node, "a `vocabulary_id`", said)?));
        let systems = entries.iter().filter_map(entry).collect();
        let on_ambiguous = fields.one_of("on_ambiguous", ON_AMBIGUOUS, said).unwrap_or_default();
        CodeMapSource::Athena { systems, on_ambiguous }
    } else {
        // One that is there and no text was said.
        if !FORMS.iter().any(|form| fields.has(form)) {
            let message = format!("code map `{}` is a `file`, `usagi`, `source_to_concept_map` or `athena`, and has none", key.text);
            said.push(Diagnostic::error("E0011", &key.place, message).help("write `{file: codes/NAME.csv, target: integer}`"));
        }
        // It is declared all the same, so that nothing more is said of the rules that name it.
        let target = fields.named("target", said).and_then(|name| target(&name, said)).unwrap_or(Kind::Text);
        CodeMapSource::File(CodeFile { path: PathBuf::new(), form: CodeForm::Own, target })
    };
    if !several {
        fields.finish(said);
    }
    Some(map)
}

fn path(file: &Key, folder: &Path, said: &mut Diagnostics) -> PathBuf {
    let path = folder.join(&file.text);
    if !path.is_file() {
        let error = Diagnostic::error("E0503", &file.place, format!("there is no file `{}`", file.text));
        said.push(error.help("the path is from the schema's folder; each code map is a CSV of its own"));
    }
    path
}

fn target(name: &Key, said: &mut Diagnostics) -> Option<Kind> {
    let kind = column::kind(name, said)?;
    if matches!(kind, Kind::Integer | Kind::Text) {
        return Some(kind);
    }
    said.push(Diagnostic::error("E0502", &name.place, "a code's target is `integer` or `text`"));
    None
}

/// A vocabulary that no row is of would leave every code without a target.
fn check_vocabulary(wanted: &Key, path: &Path, overlay: &Overlay, said: &mut Diagnostics) {
    let text = overlay.get(path).map(str::to_owned).or_else(|| std::fs::read_to_string(path).ok());
    let known = sheet::vocabularies(&text.unwrap_or_default());
    // A file without any is said as a whole.
    if known.is_empty() || known.contains(&wanted.text) {
        return;
    }
    let known = known.iter().map(String::as_str);
    let help = suggest::did_you_mean(&wanted.text, known.clone())
        .unwrap_or_else(|| format!("it holds {}", known.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")));
    said.push(Diagnostic::error("E0505", &wanted.place, format!("no row of the file is of the vocabulary `{}`", wanted.text)).help(help));
}
