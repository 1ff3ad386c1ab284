//! A connection whose other side falls silent, and how long that is borne.
//!
//! A side that is gone is found out by the system, which asks now and then whether it is there. One that is there and says nothing, such as a
//! server that hangs or something in between that swallows what it should pass on, is found out by nobody else. The library that speaks to the
//! server gives whoever would encrypt a connection the bare one and takes back what stands between: that is where this stands, below TLS.

use crate::destination::trust;
use crate::error::Failure;
use postgres::Socket;
use postgres::tls::ChannelBinding;
use postgres::tls::MakeTlsConnect;
use postgres::tls::TlsConnect;
use postgres::tls::TlsStream;
use std::error::Error;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::task::Context;
use std::task::Poll;
use std::time::Duration;
use tokio::io::AsyncRead;
use tokio::io::AsyncReadExt;
use tokio::io::AsyncWrite;
use tokio::io::AsyncWriteExt;
use tokio::io::ReadBuf;
use tokio::time::Instant;
use tokio::time::Sleep;
use tokio::time::sleep_until;
use tokio_postgres_rustls::MakeRustlsConnect;

/// Asks for TLS: its length, and a number that no version of the protocol has.
const TLS_WANTED: [u8; 8] = [0, 0, 0, 8, 4, 210, 22, 47];
/// Who waits is woken at the end of the patience. Much later the program was busy with something else, and nobody waited.
const WOKEN_WITHIN: Duration = Duration::from_mins(1);

/// How long a server may say nothing for.
pub(super) struct Patience {
    /// Whether it was connected to, so that a statement may take its time.
    connected: AtomicBool,
    silence: Duration,
}

impl Patience {
    /// Of a server that is being connected to.
    pub(super) fn new() -> Result<Arc<Self>, Failure> {
        Ok(Arc::new(Self { connected: AtomicBool::new(false), silence: trust::silence()? }))
    }

    /// From now on it is that of a server that is connected to.
    pub(super) fn connected(&self) {
        self.connected.store(true, Ordering::Relaxed);
    }

    fn get(&self) -> Duration {
        if self.connected.load(Ordering::Relaxed) { self.silence } else { trust::PATIENCE }
    }
}

/// A connection on which a server may say nothing for so long.
pub(super) struct Heard<S> {
    stream: S,
    patience: Arc<Patience>,
    /// When something was last sent or heard.
    last: Instant,
    timer: Pin<Box<Sleep>>,
    /// It was silent for too long, and is not listened to any more.
    given_up: bool,
}

impl<S> Heard<S> {
    fn new(stream: S, patience: Arc<Patience>) -> Self {
        let last = Instant::now();
        Self { stream, patience, last, timer: Box::pin(sleep_until(last)), given_up: false }
    }

    fn silent(&self) -> io::Error {
        io::Error::new(io::ErrorKind::TimedOut, trust::silent_for(self.patience.get()))
    }

    /// Nothing came: fails where that has been so for too long.
    fn wait(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            let until = self.last + self.patience.get();
            if self.timer.deadline() != until {
                self.timer.as_mut().reset(until);
            }
            if self.timer.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            let now = Instant::now();
            if now.saturating_duration_since(until) < WOKEN_WITHIN {
                self.given_up = true;
                return Poll::Ready(Err(self.silent()));
            }
            self.last = now;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Heard<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.given_up {
            return Poll::Ready(Err(self.silent()));
        }
        match Pin::new(&mut self.stream).poll_read(context, into) {
            Poll::Pending => self.wait(context),
            heard @ Poll::Ready(_) => {
                self.last = Instant::now();
                heard
            }
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Heard<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, part: &[u8]) -> Poll<io::Result<usize>> {
        if self.given_up {
            return Poll::Ready(Err(self.silent()));
        }
        let written = Pin::new(&mut self.stream).poll_write(context, part);
        if written.is_ready() {
            self.last = Instant::now();
        }
        written
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Heard<S> {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

/// Makes connections without TLS.
pub(super) struct Plain(pub(super) Arc<Patience>);

impl MakeTlsConnect<Socket> for Plain {
    type Stream = Heard<Socket>;
    type TlsConnect = Self;
    type Error = io::Error;

    fn make_tls_connect(&mut self, _: &str) -> io::Result<Self> {
        Ok(Self(Arc::clone(&self.0)))
    }
}

impl TlsConnect<Socket> for Plain {
    type Stream = Heard<Socket>;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Heard<Socket>>>;

    fn connect(self, socket: Socket) -> Self::Future {
        std::future::ready(Ok(Heard::new(socket, self.0)))
    }
}

/// Makes connections with TLS.
pub(super) struct Encrypted {
    pub(super) patience: Arc<Patience>,
    pub(super) tls: MakeRustlsConnect,
    /// Whether TLS begins at once, without being asked for.
    pub(super) at_once: bool,
}

type Rustls = <MakeRustlsConnect as MakeTlsConnect<Heard<Socket>>>::TlsConnect;
type Secret = <MakeRustlsConnect as MakeTlsConnect<Heard<Socket>>>::Stream;
type Cause = Box<dyn Error + Send + Sync>;

/// Makes one of them.
pub(super) struct Encrypting {
    patience: Arc<Patience>,
    tls: Rustls,
    at_once: bool,
}

impl MakeTlsConnect<Socket> for Encrypted {
    type Stream = Secret;
    type TlsConnect = Encrypting;
    type Error = Cause;

    fn make_tls_connect(&mut self, domain: &str) -> Result<Encrypting, Cause> {
        let tls = MakeTlsConnect::<Heard<Socket>>::make_tls_connect(&mut self.tls, domain)?;
        Ok(Encrypting { patience: Arc::clone(&self.patience), tls, at_once: self.at_once })
    }
}

impl TlsConnect<Socket> for Encrypting {
    type Stream = Secret;
    type Error = Cause;
    type Future = Pin<Box<dyn Future<Output = Result<Secret, Cause>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            let mut stream = Heard::new(socket, self.patience);
            if !self.at_once {
                stream.write_all(&TLS_WANTED).await?;
                if stream.read_u8().await? != b'S' {
                    return Err("server does not support TLS".into());
                }
            }
            Ok(self.tls.connect(stream).await?)
        })
    }
}
