//! An editor as far as the tests need one: it speaks to the program, over a folder of its own.

use serde_json::Value;
use serde_json::json;
use std::fs;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Write;
use std::path::Path;
use std::process::Child;
use std::process::ChildStdin;
use std::process::Command;
use std::process::Stdio;
use std::sync::mpsc;
use std::sync::mpsc::Receiver;
use std::time::Duration;
use tempfile::TempDir;

/// Longer nothing here may take, on however busy a machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// An editor and the server that it has started.
pub(crate) struct Client {
    folder: TempDir,
    server: Child,
    stdin: Option<ChildStdin>,
    heard: Receiver<Value>,
    /// What was heard and is not asked for yet.
    kept: Vec<Value>,
    last: i32,
}

impl Client {
    /// A server that has been greeted, over rules that are sound.
    pub(crate) fn new() -> Self {
        let mut client = Self::silent(&[]);
        client.greet(&json!({}));
        client
    }

    /// A server that nothing was said to.
    pub(crate) fn silent(arguments: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let base = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ehr-rules/tests/diagnostics/base");
        copy(&base, &folder.path().join("rulesets"));
        let mut server = Command::new(env!("CARGO_BIN_EXE_ehr-runner"))
            .arg("lsp")
            .args(arguments)
            .env_remove("RUST_LOG")
            .env_remove("EHR_RULES")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let stdin = server.stdin.take();
        let mut stdout = BufReader::new(server.stdout.take().unwrap());
        let (tells, heard) = mpsc::channel();
        std::thread::spawn(move || while read(&mut stdout).is_some_and(|message| tells.send(message).is_ok()) {});
        Self { folder, server, stdin, heard, kept: Vec::new(), last: 0 }
    }

    /// `initialize` and `initialized`, with what the editor can do.
    pub(crate) fn greet(&mut self, capabilities: &Value) -> Value {
        let root = format!("file://{}", self.folder.path().canonicalize().unwrap().display());
        let folders = json!([{"uri": root, "name": "rules"}]);
        let answer =
            self.ask("initialize", &json!({"processId": null, "rootUri": null, "capabilities": capabilities, "workspaceFolders": folders}));
        self.tell("initialized", &json!({}));
        answer["result"].clone()
    }

    /// A file's URI.
    pub(crate) fn uri(&self, file: &str) -> String {
        format!("file://{}/rulesets/{file}", self.folder.path().canonicalize().unwrap().display())
    }

    /// What is on disk of a file.
    pub(crate) fn on_disk(&self, file: &str) -> String {
        fs::read_to_string(self.folder.path().join("rulesets").join(file)).unwrap()
    }

    /// Opens a file with a text in which `|` is the cursor; gives where that is.
    pub(crate) fn open(&mut self, file: &str, text: &str) -> Value {
        let cursor = text.find('|').unwrap_or(text.len());
        let before = &text[..cursor];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let uri = self.uri(file);
        let text = text.replacen('|', "", 1);
        self.tell("textDocument/didOpen", &json!({"textDocument": {"uri": uri, "languageId": "yaml", "version": 1, "text": text}}));
        let position = json!({"line": before.matches('\n').count(), "character": before[line..].encode_utf16().count()});
        json!({"textDocument": {"uri": uri}, "position": position})
    }

    /// Replaces all of a file that is open.
    pub(crate) fn change(&mut self, file: &str, version: i32, text: &str) {
        let params = json!({"textDocument": {"uri": self.uri(file), "version": version}, "contentChanges": [{"text": text}]});
        self.tell("textDocument/didChange", &params);
    }

    /// Sends a notification.
    pub(crate) fn tell(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string());
    }

    /// Sends a request and gives its response.
    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        let id = self.begin(method, params);
        self.response(id)
    }

    /// Sends a request.
    pub(crate) fn begin(&mut self, method: &str, params: &Value) -> i32 {
        self.last += 1;
        self.send(&json!({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params}).to_string());
        self.last
    }

    /// The response to a request.
    pub(crate) fn response(&mut self, id: i32) -> Value {
        self.wait(|message| message["id"] == id && message.get("method").is_none())
    }

    /// Sends a body as it is, JSON or not.
    pub(crate) fn send(&mut self, body: &str) {
        self.raw(format!("Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes());
    }

    /// Sends bytes as they are.
    pub(crate) fn raw(&mut self, bytes: &[u8]) {
        let stdin = self.stdin.as_mut().unwrap();
        stdin.write_all(bytes).unwrap();
        stdin.flush().unwrap();
    }

    /// The next diagnostics published of a file.
    pub(crate) fn published(&mut self, file: &str) -> Vec<Value> {
        let uri = self.uri(file);
        let message = self.wait(|message| message["method"] == "textDocument/publishDiagnostics" && message["params"]["uri"] == uri);
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }

    /// The next message of which something holds; the others are kept.
    pub(crate) fn wait(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.kept.iter().position(&wanted) {
            return self.kept.remove(at);
        }
        loop {
            let message = self.heard.recv_timeout(PATIENCE).unwrap();
            if wanted(&message) {
                return message;
            }
            self.kept.push(message);
        }
    }

    /// Says nothing more, and gives the program's status.
    pub(crate) fn leave(&mut self) -> Option<i32> {
        self.stdin = None;
        self.server.wait().unwrap().code()
    }

    /// Labels of what is offered at the cursor, in order.
    pub(crate) fn offered(&mut self, file: &str, text: &str) -> Vec<Value> {
        let at = self.open(file, text);
        let answer = self.ask("textDocument/completion", &at);
        let mut items = answer["result"]["items"].as_array().unwrap().clone();
        items.sort_by_key(|item| item["sortText"].as_str().unwrap().to_owned());
        items
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.stdin = None;
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

fn read(stdout: &mut impl BufRead) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if stdout.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(number) = line.trim().strip_prefix("Content-Length: ") {
            length = number.parse().ok()?;
        }
        if line.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    stdout.read_exact(&mut body).ok()?;
    serde_json::from_slice(&body).ok()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let to = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &to) } else { assert!(fs::copy(&path, &to).is_ok()) }
    }
}
