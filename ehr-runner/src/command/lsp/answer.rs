//! What the library says, as the protocol says it.

use super::place::Encoding;
use ehr_rules::Completion;
use ehr_rules::CompletionKind;
use ehr_rules::Diagnostic;
use ehr_rules::Fix;
use ehr_rules::Hover;
use ehr_rules::Place;
use ehr_rules::Severity;
use ehr_rules::Symbol;
use lsp_types::CodeActionKind;
use lsp_types::CodeActionOptions;
use lsp_types::CodeActionProviderCapability;
use lsp_types::CompletionItemKind;
use lsp_types::CompletionOptions;
use lsp_types::DiagnosticSeverity;
use lsp_types::HoverProviderCapability;
use lsp_types::ImplementationProviderCapability;
use lsp_types::MarkupContent;
use lsp_types::MarkupKind;
use lsp_types::OneOf;
use lsp_types::SaveOptions;
use lsp_types::ServerCapabilities;
use lsp_types::SymbolKind;
use lsp_types::TextDocumentSyncCapability;
use lsp_types::TextDocumentSyncKind;
use lsp_types::TextDocumentSyncOptions;
use lsp_types::TextDocumentSyncSaveOptions;
use serde_json::Value;
use serde_json::json;

/// What is served.
pub(super) fn capabilities(encoding: Encoding) -> ServerCapabilities {
    let triggers = [" ", ":", "{", "[", ",", ".", "\""];
    ServerCapabilities {
        position_encoding: Some(encoding.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(triggers.iter().map(|&text| text.to_owned()).collect()),
            ..CompletionOptions::default()
        }),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        definition_provider: Some(OneOf::Left(true)),
        implementation_provider: Some(ImplementationProviderCapability::Simple(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        ..ServerCapabilities::default()
    }
}

/// A diagnostic; the remedy stands below the fact.
pub(super) fn diagnostic(one: &Diagnostic, encoding: Encoding, location: &dyn Fn(&Place) -> Value) -> Value {
    let severity = match one.severity {
        Severity::Error => DiagnosticSeverity::ERROR,
        Severity::Warning => DiagnosticSeverity::WARNING,
    };
    let help = one.help.as_ref().map(|help| format!("\n{help}")).unwrap_or_default();
    let mut said = json!({
        "range": encoding.range(&one.place.source.text, &first_line(&one.place)),
        "severity": severity,
        "code": one.code,
        "source": "ehr-rules",
        "message": format!("{}{help}", one.message),
    });
    let related: Vec<Value> = one.related.iter().map(|other| json!({"location": location(&other.place), "message": other.label})).collect();
    if let Some(fields) = said.as_object_mut().filter(|_| !related.is_empty()) {
        fields.insert("relatedInformation".to_owned(), related.into());
    }
    said
}

/// What is wrong with a map of a hundred lines is shown where that begins, as `check` does.
fn first_line(place: &Place) -> std::ops::Range<usize> {
    let written = place.source.text.get(place.span.clone()).unwrap_or_default();
    let end = written.find(['\n', '\r']).map_or(place.span.end, |at| place.span.start + at);
    place.span.start..end
}

/// What could be written.
pub(super) fn completions(offered: &[Completion], text: &str, encoding: Encoding) -> Value {
    let item = |(at, one): (usize, &Completion)| {
        let mut item = json!({
            "label": one.label,
            "kind": kind(one.kind),
            "detail": one.detail,
            "sortText": format!("{:03}{at:05}", one.rank),
            "filterText": one.label,
            "textEdit": {"range": encoding.range(text, &one.replace), "newText": one.insert},
        });
        if let Some(fields) = item.as_object_mut().filter(|_| !one.documentation.is_empty()) {
            fields.insert("documentation".to_owned(), json!(markdown(&one.documentation)));
        }
        item
    };
    json!({"isIncomplete": false, "items": offered.iter().enumerate().map(item).collect::<Vec<_>>()})
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Key => CompletionItemKind::PROPERTY,
        CompletionKind::Column => CompletionItemKind::FIELD,
        CompletionKind::Table => CompletionItemKind::STRUCT,
        CompletionKind::Function => CompletionItemKind::FUNCTION,
        CompletionKind::Parameter => CompletionItemKind::VARIABLE,
        CompletionKind::Word => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Type => CompletionItemKind::TYPE_PARAMETER,
        CompletionKind::Name => CompletionItemKind::REFERENCE,
    }
}

/// What something is.
pub(super) fn hover(hover: &Hover, text: &str, encoding: Encoding) -> Value {
    json!({"contents": markdown(&hover.text), "range": encoding.range(text, &hover.span)})
}

fn markdown(text: &str) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value: text.to_owned() }
}

/// The overview of a file.
pub(super) fn symbols(symbols: &[Symbol], text: &str, encoding: Encoding) -> Value {
    let one = |symbol: &Symbol| {
        let kind = match symbol.detail {
            "table" => SymbolKind::STRUCT,
            "rule" => SymbolKind::FUNCTION,
            "case" => SymbolKind::EVENT,
            "code map" => SymbolKind::ENUM,
            _ => SymbolKind::FIELD,
        };
        json!({
            "name": symbol.name,
            "detail": symbol.detail,
            "kind": kind,
            "range": encoding.range(text, &symbol.whole),
            "selectionRange": encoding.range(text, &symbol.span),
            "children": self::symbols(&symbol.inside, text, encoding),
        })
    };
    // An editor refuses a symbol without a name.
    symbols.iter().filter(|symbol| !symbol.name.is_empty()).map(one).collect()
}

/// A fix, and what it mends.
pub(super) fn action(fix: &Fix, mends: &Value, uri: &str, encoding: Encoding) -> Value {
    let edit = json!({"range": encoding.range(&fix.place.source.text, &fix.place.span), "newText": fix.text});
    json!({
        "title": fix.title,
        "kind": CodeActionKind::QUICKFIX,
        "diagnostics": [mends],
        "isPreferred": true,
        "edit": {"changes": {uri: [edit]}},
    })
}
