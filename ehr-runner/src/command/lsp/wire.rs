//! Messages on the wire: a header with a length, and JSON. What is none is answered, and never ends the conversation.

use super::Event;
use lsp_server::ErrorCode;
use lsp_server::Message;
use serde_json::Value;
use serde_json::json;
use std::io;
use std::io::BufRead;
use std::io::Read;
use std::io::Write;
use std::sync::mpsc::Sender;

/// No document of rules comes near it; what is longer is no message.
const LONGEST: u64 = 64 << 20;

/// Reads messages until there are no more.
pub(super) fn listen(input: &mut impl BufRead, events: &Sender<Event>) {
    loop {
        let event = match body(input) {
            Ok(Some(body)) => read(&body),
            Ok(None) | Err(_) => Event::Gone,
        };
        let over = matches!(event, Event::Gone);
        if events.send(event).is_err() || over {
            return;
        }
    }
}

fn read(body: &[u8]) -> Event {
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(_) => return Event::Garbled(ErrorCode::ParseError as i32, "this is no JSON".to_owned()),
    };
    match serde_json::from_value(value) {
        Ok(message) => Event::Said(message),
        Err(_) => Event::Garbled(ErrorCode::InvalidRequest as i32, "this is no request, response or notification".to_owned()),
    }
}

/// The bytes of the next message; `None` at the end. Lines that are no header are passed over.
fn body(input: &mut impl BufRead) -> io::Result<Option<Vec<u8>>> {
    let mut length: Option<u64> = None;
    loop {
        let mut line = Vec::new();
        if input.by_ref().take(LONGEST).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim();
        if let (true, Some(length)) = (line.is_empty(), length) {
            let mut body = Vec::new();
            let mut limited = input.by_ref().take(length);
            if length > LONGEST {
                io::copy(&mut limited, &mut io::sink())?;
            } else if limited.read_to_end(&mut body)? as u64 != length {
                return Ok(None);
            }
            return Ok(Some(body));
        }
        if let Some((name, value)) = line.split_once(':')
            && name.trim().eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().ok();
        }
    }
}

/// Says something to the editor. One that no longer listens will be found to be gone.
pub(super) fn say(message: &Message) {
    let mut stdout = io::stdout().lock();
    if let Err(error) = message.write(&mut stdout) {
        tracing::warn!("writing to the editor: {error}");
    }
}

/// Says that something was no message: it had no number to answer to.
pub(super) fn say_garbled(code: i32, message: &str) {
    let text = json!({"jsonrpc": "2.0", "id": null, "error": {"code": code, "message": message}}).to_string();
    let mut stdout = io::stdout().lock();
    let written = write!(stdout, "Content-Length: {}\r\n\r\n{text}", text.len()).and_then(|()| stdout.flush());
    if let Err(error) = written {
        tracing::warn!("writing to the editor: {error}");
    }
}
