//! What the server knows, and what it does with each thing it is told.

use super::Event;
use super::Job;
use super::answer;
use super::place;
use super::place::Encoding;
use super::wire;
use crate::error::Failure;
use crate::error::Status;
use ehr_rules::Checked;
use ehr_rules::Diagnostic;
use ehr_rules::Diagnostics;
use ehr_rules::Editor;
use ehr_rules::Error;
use lsp_server::ErrorCode;
use lsp_server::Message;
use lsp_server::Notification;
use lsp_server::Request;
use lsp_server::RequestId;
use lsp_server::Response;
use lsp_types::CodeActionParams;
use lsp_types::DidChangeTextDocumentParams;
use lsp_types::DidCloseTextDocumentParams;
use lsp_types::DidOpenTextDocumentParams;
use lsp_types::DocumentSymbolParams;
use lsp_types::InitializeParams;
use lsp_types::ReferenceParams;
use lsp_types::TextDocumentPositionParams;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::json;
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::panic::AssertUnwindSafe;
use std::panic::catch_unwind;
use std::path::Path;
use std::path::PathBuf;
use std::sync::mpsc::Sender;
use std::time::Duration;
use std::time::Instant;

/// Typing is waited for so long.
const PAUSE: Duration = Duration::from_millis(120);
/// Somebody who never pauses is told all the same.
const LONGEST: Duration = Duration::from_millis(800);

/// How far the conversation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Before,
    Talking,
    Ending,
}

/// A request that is refused, with its code.
type Refused = (ErrorCode, String);

/// The server.
pub(super) struct Server {
    /// Folders of rules as the command line names them.
    named: Vec<PathBuf>,
    jobs: Sender<Job>,
    stage: Stage,
    editor: Editor,
    encoding: Encoding,
    watches: bool,
    /// URIs of what is open, by path, as the editor writes them.
    open: BTreeMap<PathBuf, String>,
    /// What was said last.
    said: Diagnostics,
    /// Files of which something is said in the editor.
    shown: BTreeSet<PathBuf>,
    /// The number of the newest state, and of that which is being checked.
    state: u64,
    checking: bool,
    /// When the first and the last change came that is not being checked yet.
    changed: Option<(Instant, Instant)>,
    cancelled: BTreeSet<String>,
}

impl Server {
    pub(super) fn new(named: Vec<PathBuf>, jobs: Sender<Job>) -> Self {
        Self {
            named,
            jobs,
            stage: Stage::Before,
            editor: Editor::new(Vec::new()),
            encoding: Encoding::Utf16,
            watches: false,
            open: BTreeMap::new(),
            said: Diagnostics::default(),
            shown: BTreeSet::new(),
            state: 0,
            checking: false,
            changed: None,
            cancelled: BTreeSet::new(),
        }
    }

    /// How long to wait for more before a check; none where there is nothing to check.
    pub(super) fn patience(&self) -> Option<Duration> {
        let (first, last) = self.changed.filter(|_| !self.checking)?;
        Some((last + PAUSE).min(first + LONGEST).saturating_duration_since(Instant::now()))
    }

    /// Starts a check where it is time to.
    pub(super) fn go_on(&mut self) {
        if self.patience().is_some_and(|left| left.is_zero()) {
            let job = Job { state: self.state, folders: self.editor.folders().to_vec(), overlay: self.editor.overlay().clone() };
            self.checking = self.jobs.send(job).is_ok();
            self.changed = None;
        }
    }

    /// A request need not be answered any more.
    pub(super) fn cancel(&mut self, params: &Value) {
        self.cancelled.extend(params.get("id").map(Value::to_string));
    }

    /// Does what an event asks for; gives how the conversation ended, where it did.
    pub(super) fn hear(&mut self, event: Event) -> Option<Result<Status, Failure>> {
        match event {
            Event::Garbled(code, message) => wire::say_garbled(code, &message),
            Event::Checked(state, checked) => self.checked(state, checked),
            Event::Gone => return Some(Ok(Status::LeftEarly)),
            Event::Said(Message::Response(_)) => {}
            Event::Said(Message::Notification(note)) if note.method == "exit" => {
                return Some(Ok(if self.stage == Stage::Ending { Status::Done } else { Status::LeftEarly }));
            }
            Event::Said(Message::Notification(note)) => {
                // A state that cannot be understood is no reason to leave.
                if catch_unwind(AssertUnwindSafe(|| self.note(note))).is_err() {
                    tracing::error!("a notification could not be worked on");
                }
            }
            Event::Said(Message::Request(request)) => {
                let id = request.id.clone();
                let answer = catch_unwind(AssertUnwindSafe(|| self.request(request)))
                    .unwrap_or_else(|_| Err((ErrorCode::InternalError, "this is a bug in ehr-runner, please report it".to_owned())));
                wire::say(&Message::Response(match answer {
                    Ok(result) => Response { id, response_result: Ok(result) },
                    Err((code, message)) => Response::new_err(id, code as i32, message),
                }));
            }
        }
        None
    }

    fn request(&mut self, request: Request) -> Result<Value, Refused> {
        let Request { id, method, params } = request;
        if self.cancelled.remove(&written(&id)) {
            return Err((ErrorCode::RequestCanceled, "cancelled".to_owned()));
        }
        match (self.stage, method.as_str()) {
            (Stage::Before, "initialize") => Ok(self.initialize(read(params)?)),
            (Stage::Before, _) => Err((ErrorCode::ServerNotInitialized, "`initialize` comes first".to_owned())),
            (Stage::Ending, _) => Err((ErrorCode::InvalidRequest, "after `shutdown` there is only `exit`".to_owned())),
            (Stage::Talking, "shutdown") => {
                self.stage = Stage::Ending;
                Ok(Value::Null)
            }
            (Stage::Talking, "textDocument/completion") => {
                let at = self.at(&read(params)?);
                Ok(at.map_or(Value::Null, |(path, text, offset)| {
                    answer::completions(&self.editor.complete(&path, offset), text, self.encoding)
                }))
            }
            (Stage::Talking, "textDocument/hover") => {
                let at = self.at(&read(params)?);
                let hover = at.and_then(|(path, text, offset)| Some((self.editor.hover(&path, offset)?, text)));
                Ok(hover.map_or(Value::Null, |(hover, text)| answer::hover(&hover, text, self.encoding)))
            }
            (Stage::Talking, "textDocument/definition") => {
                let at = self.at(&read(params)?);
                let place = at.and_then(|(path, _, offset)| self.editor.definition(&path, offset));
                Ok(place.map_or(Value::Null, |place| self.location(&place)))
            }
            (Stage::Talking, "textDocument/implementation") => {
                let at = self.at(&read(params)?);
                let places = at.map(|(path, _, offset)| self.editor.making(&path, offset)).unwrap_or_default();
                Ok(places.iter().map(|place| self.location(place)).collect())
            }
            (Stage::Talking, "textDocument/references") => {
                let params: ReferenceParams = read(params)?;
                let declaration = params.context.include_declaration;
                let at = self.at(&params.text_document_position);
                let places = at.map(|(path, _, offset)| self.editor.references(&path, offset, declaration)).unwrap_or_default();
                Ok(places.iter().map(|place| self.location(place)).collect())
            }
            (Stage::Talking, "textDocument/documentSymbol") => {
                let params: DocumentSymbolParams = read(params)?;
                let path = place::path(params.text_document.uri.as_str());
                let known = path.and_then(|path| Some((self.editor.symbols(&path), self.editor.overlay().get(&path)?)));
                Ok(known.map_or(Value::Null, |(symbols, text)| answer::symbols(&symbols, text, self.encoding)))
            }
            (Stage::Talking, "textDocument/codeAction") => Ok(self.actions(&read(params)?)),
            (Stage::Talking, _) => Err((ErrorCode::MethodNotFound, format!("`{method}` is not served"))),
        }
    }

    fn note(&mut self, note: Notification) {
        let Notification { method, params } = note;
        if self.stage != Stage::Talking {
            return;
        }
        match method.as_str() {
            "initialized" => self.initialized(),
            "textDocument/didOpen" => {
                let Some(DidOpenTextDocumentParams { text_document: document }) = understood(&method, params) else { return };
                let Some(path) = place::path(document.uri.as_str()) else { return };
                self.take_in(&path);
                self.open.insert(path.clone(), document.uri.as_str().to_owned());
                self.editor.set(path, document.text);
                self.change();
            }
            "textDocument/didChange" => {
                let Some(DidChangeTextDocumentParams { text_document, content_changes }) = understood(&method, params) else { return };
                let Some(path) = place::path(text_document.uri.as_str()) else { return };
                let Some(mut text) = self.editor.overlay().get(&path).map(str::to_owned) else { return };
                for change in content_changes {
                    match change.range {
                        None => text = change.text,
                        Some(range) => {
                            let start = self.encoding.offset(&text, range.start);
                            let end = self.encoding.offset(&text, range.end).max(start);
                            text.replace_range(start..end, &change.text);
                        }
                    }
                }
                self.editor.set(path, text);
                self.change();
            }
            "textDocument/didClose" => {
                let Some(DidCloseTextDocumentParams { text_document }) = understood(&method, params) else { return };
                let Some(path) = place::path(text_document.uri.as_str()) else { return };
                self.open.remove(&path);
                self.editor.remove(&path);
                self.change();
            }
            // It was heard before its turn; what it was about is answered by now.
            "$/cancelRequest" => {
                let about = params.get("id").map(Value::to_string);
                self.cancelled.retain(|id| Some(id) != about.as_ref());
            }
            // Something changed on disk, a code map say.
            "textDocument/didSave" | "workspace/didChangeWatchedFiles" => self.change(),
            _ => {}
        }
    }

    fn initialize(&mut self, params: InitializeParams) -> Value {
        let general = params.capabilities.general.as_ref();
        self.encoding = Encoding::choose(general.and_then(|general| general.position_encodings.as_ref()));
        let watched = params.capabilities.workspace.as_ref().and_then(|workspace| workspace.did_change_watched_files.as_ref());
        self.watches = watched.is_some_and(|watched| watched.dynamic_registration == Some(true));
        #[expect(deprecated, reason = "older editors name their folder only so")]
        let root = params.root_uri.as_ref().map(|uri| uri.as_str().to_owned());
        let folders = params.workspace_folders.unwrap_or_default();
        let folders = folders.iter().map(|folder| folder.uri.as_str().to_owned()).chain(root).filter_map(|uri| place::path(&uri));
        self.editor = Editor::new(place::roots(&self.named, &folders.collect::<Vec<_>>()));
        self.stage = Stage::Talking;
        json!({
            "capabilities": answer::capabilities(self.encoding),
            "serverInfo": {"name": "ehr-runner", "version": env!("CARGO_PKG_VERSION")},
        })
    }

    /// What there is is known before the first question is asked.
    fn initialized(&mut self) {
        if self.watches {
            let watchers = json!([{"globPattern": "**/*.{yaml,yml,csv}"}]);
            let wish = json!({"id": "files", "method": "workspace/didChangeWatchedFiles", "registerOptions": {"watchers": watchers}});
            let params = json!({"registrations": [wish]});
            let (id, method) = (RequestId::from("files".to_owned()), "client/registerCapability".to_owned());
            wire::say(&Message::Request(Request { id, method, params }));
        }
        let checked = Editor::check(self.editor.folders(), self.editor.overlay());
        self.checked(self.state, Some(checked));
    }

    /// A file outside of every folder of rules brings that which it lies in.
    fn take_in(&mut self, path: &Path) {
        if self.editor.folders().iter().any(|folder| path.starts_with(folder)) {
            return;
        }
        let part =
            |folder: &&Path| folder.file_name().is_some_and(|name| ["sources", "categories", "targets"].iter().any(|part| name == *part));
        let Some(root) = path.ancestors().find(part).and_then(Path::parent) else { return };
        let mut folders = self.editor.folders().to_vec();
        folders.push(root.to_owned());
        let mut editor = Editor::new(folders);
        for path in self.open.keys() {
            if let Some(text) = self.editor.overlay().get(path) {
                editor.set(path.clone(), text.to_owned());
            }
        }
        self.editor = editor;
        let checked = Editor::check(self.editor.folders(), self.editor.overlay());
        self.checked(self.state, Some(checked));
    }

    fn change(&mut self) {
        let now = Instant::now();
        self.state += 1;
        self.changed = Some((self.changed.map_or(now, |(first, _)| first), now));
    }

    /// Says what a check found, unless something has changed since: then the next one will.
    fn checked(&mut self, state: u64, checked: Option<Result<Checked, Error>>) {
        self.checking = false;
        let said = match checked {
            Some(Ok(checked)) => self.editor.adopt(checked),
            Some(Err(error)) => {
                tracing::error!("checking: {error}");
                return;
            }
            None => {
                tracing::error!("a check could not be finished");
                return;
            }
        };
        if state == self.state {
            self.said = said;
            self.publish();
        }
    }

    fn publish(&mut self) {
        let mut by_file: BTreeMap<PathBuf, Vec<Value>> = BTreeMap::new();
        for path in std::mem::take(&mut self.shown) {
            by_file.entry(path).or_default();
        }
        for one in self.said.iter() {
            let path = PathBuf::from(&one.place.source.path);
            self.shown.insert(path.clone());
            by_file.entry(path).or_default().push(self.diagnostic(one));
        }
        for (path, diagnostics) in by_file {
            let params = json!({"uri": self.uri(&path), "diagnostics": diagnostics});
            wire::say(&Message::Notification(Notification { method: "textDocument/publishDiagnostics".to_owned(), params }));
        }
    }

    fn diagnostic(&self, one: &Diagnostic) -> Value {
        answer::diagnostic(one, self.encoding, &|place| self.location(place))
    }

    /// The fixes of what is said at a place.
    fn actions(&self, params: &CodeActionParams) -> Value {
        let Some(path) = place::path(params.text_document.uri.as_str()) else { return Value::Null };
        let Some(text) = self.editor.overlay().get(&path) else { return Value::Null };
        let (start, end) = (self.encoding.offset(text, params.range.start), self.encoding.offset(text, params.range.end));
        let here = |one: &&Diagnostic| {
            let place = &one.place;
            // What was said of an earlier text is said anew in a moment.
            Path::new(&place.source.path) == path && place.source.text == text && place.span.start <= end && start <= place.span.end
        };
        let fixes = self.said.iter().filter(here).filter_map(|one| Some((one, Editor::fix(one)?)));
        fixes.map(|(one, fix)| answer::action(&fix, &self.diagnostic(one), &self.uri(&path), self.encoding)).collect()
    }

    fn location(&self, place: &ehr_rules::Place) -> Value {
        let range = self.encoding.range(&place.source.text, &place.span);
        json!({"uri": self.uri(Path::new(&place.source.path)), "range": range})
    }

    /// A file's URI, as the editor writes it where it is open there.
    fn uri(&self, path: &Path) -> String {
        self.open.get(path).cloned().unwrap_or_else(|| place::uri(path))
    }

    /// The file, text and byte that a position names.
    fn at(&self, params: &TextDocumentPositionParams) -> Option<(PathBuf, &str, usize)> {
        let path = place::path(params.text_document.uri.as_str())?;
        let text = self.editor.overlay().get(&path)?;
        let offset = self.encoding.offset(text, params.position);
        Some((path, text, offset))
    }
}

/// The number of a request as it is written in JSON.
fn written(id: &RequestId) -> String {
    serde_json::to_value(id).map(|id| id.to_string()).unwrap_or_default()
}

fn read<T: DeserializeOwned>(params: Value) -> Result<T, Refused> {
    serde_json::from_value(params).map_err(|error| (ErrorCode::InvalidParams, error.to_string()))
}

fn understood<T: DeserializeOwned>(method: &str, params: Value) -> Option<T> {
    let read = serde_json::from_value(params);
    if read.is_err() {
        tracing::warn!("`{method}` could not be understood");
    }
    read.ok()
}
