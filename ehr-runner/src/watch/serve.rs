//! `/metrics` and `/healthz` while watching. Two answers to GET need no server of their own kind: requests are parsed by the
//! parser that hyper uses, one at a time, with a limit to their size and to their time.

use crate::error::Failure;
use crate::watch::numbers::Numbers;
use httparse::EMPTY_HEADER;
use httparse::Request;
use std::io::Read;
use std::io::Write;
use std::net::SocketAddr;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

/// The most that a request may hold.
const MOST: usize = 8 << 10;
/// The most headers it may have.
const HEADERS: usize = 64;
/// How long a client may take.
const PATIENCE: Duration = Duration::from_secs(2);
/// The format of `/metrics`.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// Answers there from now on, for as long as the process lives; gives the address.
pub(crate) fn serve(address: SocketAddr, numbers: &Arc<Numbers>) -> Result<SocketAddr, Failure> {
    let fail = |error: std::io::Error| Failure::World(format!("listening on `{address}`: {error}"));
    let listener = TcpListener::bind(address).map_err(fail)?;
    let bound = listener.local_addr().map_err(fail)?;
    let numbers = Arc::clone(numbers);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away, or is slow, is its own loss.
            drop(answer(stream, &numbers));
        }
    });
    Ok(bound)
}

fn answer(mut stream: TcpStream, numbers: &Numbers) -> std::io::Result<()> {
    stream.set_write_timeout(Some(PATIENCE))?;
    let (status, kind, body, is_head) = match head(&mut stream)? {
        None => ("400 Bad Request", PLAIN, "this is no request\n".to_owned(), false),
        Some((method, path)) => {
            let is_head = method == "HEAD";
            let (status, kind, body) = match (method.as_str(), path.split('?').next().unwrap_or_default()) {
                ("GET" | "HEAD", "/healthz") if numbers.is_well() => ("200 OK", PLAIN, "ok\n".to_owned()),
                ("GET" | "HEAD", "/healthz") => ("503 Service Unavailable", PLAIN, "the folder cannot be watched\n".to_owned()),
                ("GET" | "HEAD", "/metrics") => match numbers.text() {
                    Ok(text) => ("200 OK", OPENMETRICS, text),
                    Err(_) => ("500 Internal Server Error", PLAIN, "the counts cannot be written\n".to_owned()),
                },
                ("GET" | "HEAD", _) => ("404 Not Found", PLAIN, "there are /metrics and /healthz\n".to_owned()),
                _ => ("405 Method Not Allowed", PLAIN, "only GET is answered\n".to_owned()),
            };
            (status, kind, body, is_head)
        }
    };
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nAllow: GET, HEAD\r\nConnection: close\r\n\r\n"
    )?;
    if !is_head {
        stream.write_all(body.as_bytes())?;
    }
    stream.flush()
}

/// The method and the path of a request; `None` where it is none.
fn head(stream: &mut TcpStream) -> std::io::Result<Option<(String, String)>> {
    let end = Instant::now() + PATIENCE;
    let mut bytes = Vec::new();
    let mut piece = [0; 1024];
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() || bytes.len() > MOST {
            return Ok(None);
        }
        stream.set_read_timeout(Some(left))?;
        let read = stream.read(&mut piece)?;
        bytes.extend_from_slice(piece.get(..read).unwrap_or_default());
        let mut headers = [EMPTY_HEADER; HEADERS];
        let mut request = Request::new(&mut headers);
        match request.parse(&bytes) {
            Ok(parsed) if parsed.is_complete() => {
                return Ok(request.method.zip(request.path).map(|(method, path)| (method.to_owned(), path.to_owned())));
            }
            Ok(_) if read > 0 => {}
            _ => return Ok(None),
        }
    }
}
