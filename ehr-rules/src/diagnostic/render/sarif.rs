//! Diagnostics as SARIF 2.1.0, which code scanners, editors and review tools read.

use super::relative;
use crate::diagnostic::Diagnostics;
use crate::diagnostic::Place;
use crate::diagnostic::Severity;
use crate::diagnostic::code;
use crate::diagnostic::pages;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

impl Diagnostics {
    /// One run: each code that is said with its page, and each diagnostic with its place. Paths are from `root`; columns are counted
    /// from 1 in UTF-16 code units.
    pub fn to_sarif(&self, root: &Path) -> Value {
        let codes: Vec<&str> = self.iter().map(|diagnostic| diagnostic.code).collect::<BTreeSet<_>>().into_iter().collect();
        let results = self.iter().map(|diagnostic| {
            let help = diagnostic.help.as_deref().map(|help| format!("; {help}")).unwrap_or_default();
            let text = format!("{}{help}", diagnostic.message);
            let mut result = json!({
                "ruleId": diagnostic.code,
                "ruleIndex": codes.binary_search(&diagnostic.code).ok(),
                "level": match diagnostic.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                },
                "message": {"text": text},
                "locations": [location(&diagnostic.place, &diagnostic.label, root)],
            });
            if !diagnostic.related.is_empty() {
                let related = diagnostic.related.iter().map(|related| location(&related.place, &related.label, root));
                result["relatedLocations"] = related.collect();
            }
            result
        });
        json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [{
                "tool": {"driver": {
                    "name": "ehr-rules",
                    "semanticVersion": env!("CARGO_PKG_VERSION"),
                    "rules": codes.iter().map(|code| rule(code)).collect::<Vec<_>>(),
                }},
                "columnKind": "utf16CodeUnits",
                "results": results.collect::<Vec<_>>(),
            }],
        })
    }
}

fn rule(code: &str) -> Value {
    let page = pages::page(code).unwrap_or_default();
    json!({
        "id": code,
        "shortDescription": {"text": code::meaning(code).unwrap_or_default()},
        "help": {"text": page, "markdown": page},
    })
}

fn location(place: &Place, label: &str, root: &Path) -> Value {
    let ((line, column), (end_line, end_column)) = (place.line_column_utf16(), place.end().line_column_utf16());
    let mut location = json!({
        "physicalLocation": {
            "artifactLocation": {"uri": uri(&relative(&place.source, root))},
            "region": {"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column},
        },
    });
    if !label.is_empty() {
        location["message"] = json!({"text": label});
    }
    location
}

/// A path as a URI reference: relative where the path is.
fn uri(path: &str) -> String {
    let mut uri = if path.starts_with('/') { String::from("file://") } else { String::new() };
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.extend(["%".to_owned(), format!("{byte:02X}")]);
        }
    }
    uri
}
