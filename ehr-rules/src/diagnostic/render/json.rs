//! Diagnostics for programs: one JSON value.

use crate::diagnostic::Diagnostic;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use serde_json::Value;
use serde_json::json;

impl Diagnostics {
    /// A list of `{code, severity, message, meaning, file, line, column, end_line, end_column, label, help, related}`: lines and
    /// columns from 1, columns in characters; `related` is a list of other places, each with a `label`.
    pub fn to_json(&self) -> Value {
        self.iter().map(one).collect()
    }
}

fn one(diagnostic: &Diagnostic) -> Value {
    let mut object = json!({
        "code": diagnostic.code,
        "severity": diagnostic.severity,
        "message": diagnostic.message,
        "meaning": diagnostic.meaning(),
    });
    let related = diagnostic.related.iter().map(|related| {
        let mut other = json!({});
        put_place(&mut other, &related.place);
        other["label"] = related.label.as_str().into();
        other
    });
    let related = related.collect::<Value>();
    put_place(&mut object, &diagnostic.place);
    object["label"] = diagnostic.label.as_str().into();
    object["help"] = diagnostic.help.as_deref().into();
    object["related"] = related;
    object
}

fn put_place(object: &mut Value, place: &Place) {
    let (line, column) = place.line_column();
    let (end_line, end_column) = place.end().line_column();
    object["file"] = place.source.path.as_str().into();
    object["line"] = line.into();
    object["column"] = column.into();
    object["end_line"] = end_line.into();
    object["end_column"] = end_column.into();
}
