//! Connections that are cut after so many bytes, in either direction.

use super::asked;
use super::bed::Bed;
use super::bed::STEPS;
use super::say;
use crate::databases::Base;
use crate::maria::Maria;
use crate::server::Server;
use std::io::Read;
use std::io::Write;
use std::net::Shutdown;
use std::net::TcpListener;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering;

/// Stands between the program and the server, and passes on so many bytes.
pub(super) struct Proxy {
    port: u16,
    server: u16,
    left: Arc<AtomicI64>,
    /// Whether bytes beyond those are swallowed, where else the connection is cut.
    swallows: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

/// All that may pass where nothing is cut.
const ALL: i64 = i64::MAX;

impl Proxy {
    /// Before the server of this address.
    pub(super) fn of(url: &str) -> Self {
        let server = url.rsplit(':').next().and_then(|rest| rest.split('/').next()).and_then(|port| port.parse().ok()).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let proxy = Self { port, server, left: Arc::default(), swallows: Arc::default(), open: Arc::default() };
        proxy.pass_all();
        let (bytes, swallows, open) = (Arc::clone(&proxy.left), Arc::clone(&proxy.swallows), Arc::clone(&proxy.open));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { continue };
                open.lock().unwrap().extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
                    let (left, swallows) = (Arc::clone(&bytes), Arc::clone(&swallows));
                    std::thread::spawn(move || pass(from, to, &left, &swallows));
                }
            }
        });
        proxy
    }

    /// The server's address, by way of this.
    pub(super) fn url(&self, url: &str) -> String {
        url.replace(&format!(":{}/", self.server), &format!(":{}/", self.port))
    }

    /// From now on all bytes pass.
    pub(super) fn pass_all(&self) {
        self.swallows.store(false, Ordering::SeqCst);
        self.left.store(ALL, Ordering::SeqCst);
    }

    /// How many passed since then.
    pub(super) fn passed(&self) -> u64 {
        u64::try_from(ALL - self.left.load(Ordering::SeqCst)).unwrap()
    }

    /// After so many bytes connections are cut.
    fn cut_after(&self, bytes: u64) {
        self.left.store(i64::try_from(bytes).unwrap(), Ordering::SeqCst);
    }

    /// After so many bytes neither side hears of the other, and connections stay.
    pub(super) fn swallow_after(&self, bytes: u64) {
        self.swallows.store(true, Ordering::SeqCst);
        self.cut_after(bytes);
    }

    /// Ends all connections that there are.
    pub(super) fn hang_up(&self) {
        for stream in self.open.lock().unwrap().drain(..) {
            drop(stream.shutdown(Shutdown::Both));
        }
    }
}

/// Passes bytes on until there are none, or no more may pass: then neither side hears of the other again.
fn pass(mut from: TcpStream, mut to: TcpStream, left: &AtomicI64, swallows: &AtomicBool) {
    let mut part = [0; 4096];
    while let Ok(read @ 1..) = from.read(&mut part) {
        let asked = i64::try_from(read).unwrap();
        let may = left.fetch_sub(asked, Ordering::SeqCst).clamp(0, asked);
        let passed = to.write_all(&part[..usize::try_from(may).unwrap()]);
        if passed.is_err() || may < asked {
            if swallows.load(Ordering::SeqCst) {
                // What still comes is taken, and goes nowhere.
                while let Ok(1..) = from.read(&mut part) {}
                return;
            }
            break;
        }
    }
    drop(to.shutdown(Shutdown::Both));
    drop(from.shutdown(Shutdown::Both));
}

fn torture(base: Base, seed: u64) {
    if !cfg!(debug_assertions) {
        return say("SKIPPED: a release does not say where it is");
    }
    let url = base.url();
    let proxy = Proxy::of(&url);
    let mut bed = Bed::new(400, base, seed, Some(proxy.url(&url)));
    let cuts = asked().map_or(3, |asked| (asked / 100).max(3));
    let (mut done, mut committed, mut inside) = (0, 0, 0);
    bed.link.empty();
    for (at, step) in STEPS.iter().enumerate() {
        let before = bed.link.print();
        proxy.pass_all();
        bed.run(step.does);
        let whole = proxy.passed();
        bed.back(at);
        for _ in 0..cuts {
            let bytes = bed.dice.of(whole);
            proxy.cut_after(bytes);
            let ended = bed.start(step.does, None).end();
            proxy.pass_all();
            let how = format!("cut after {bytes} of {whole} bytes");
            let told = bed.told(step, &how);
            bed.link.settle();
            let after = bed.is_after(at, &before, &how);
            match ended.code {
                Some(0) => assert!(after, "{told}: it says that it is done"),
                Some(5) => {
                    let nothing = ended.said.contains("nothing was changed");
                    assert!(!(nothing && after), "{told}: it says that nothing was changed: {}", ended.said);
                    let words = ["nothing was changed", "fell silent at the very end", "connecting to"];
                    assert!(words.iter().any(|word| ended.said.contains(word)), "{told}: nobody knows what to do: {}", ended.said);
                }
                code => panic!("{told}: status {code:?}: {}", ended.said),
            }
            done += 1;
            committed += u32::from(after);
            inside +=
                u32::from(ended.passed.iter().any(|place| place == "begun") && !ended.passed.iter().any(|place| place == "committed"));
            if after {
                bed.finish(at, &how);
                bed.back(at);
            }
        }
        bed.finish(at, "cut before");
        bed.link.forget();
    }
    let name = url.split(':').next().unwrap_or_default();
    say(&format!("{name}: {done} connections cut, {inside} of them inside the transaction; as after {committed} times"));
    assert!(inside * 3 >= done, "nearly all cuts miss the transaction");
}

#[test]
fn postgresql_is_as_before_or_as_after_wherever_its_connection_is_cut() {
    if let Some(server) = Server::start() {
        torture(Base::Postgres(server), 0xC0FF_EE11_D00D_F00D);
    }
}

#[test]
fn mariadb_is_as_before_or_as_after_wherever_its_connection_is_cut() {
    if let Some(server) = Maria::start() {
        torture(Base::Maria(server), 0xBEEF_CAFE_0BAD_F00D);
    }
}
