//! Alerts by mail: handed to a server that is who it says it is, and holding nothing that a patient could be known by.

use crate::alerts::WATCH;
use crate::alerts::place;
use crate::place::PROGRAM;
use crate::place::Place;
use crate::place::stderr;
use crate::watch::Watching;
use crate::watch::count;
use crate::watch::until;
use rustls::ServerConfig;
use rustls::ServerConnection;
use rustls::StreamOwned;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use std::io::BufRead;
use std::io::BufReader;
use std::io::Read;
use std::io::Write;
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;
use std::time::Instant;

const WHO: &str = "--alert-mail-to ops@clinic.example --alert-mail-to night@clinic.example --alert-mail-from ehr@clinic.example";
const PASSWORD: &str = "a-password-of-nobody";

/// What a mail server was told, a connection each.
type Told = Arc<Mutex<Vec<String>>>;

/// A mail server in this process; it turns the first `failing` messages away for the time being. Gives its port.
fn server(failing: usize, tls: Option<Arc<ServerConfig>>) -> (u16, Told) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let told = Told::default();
    let kept = Arc::clone(&told);
    std::thread::spawn(move || {
        let mut left = failing;
        for stream in listener.incoming().flatten() {
            let text = match &tls {
                Some(tls) => talk(StreamOwned::new(ServerConnection::new(Arc::clone(tls)).unwrap(), stream), &mut left),
                None => talk(stream, &mut left),
            };
            kept.lock().unwrap().push(text);
        }
    });
    (port, told)
}

/// One connection, as far as it comes.
fn talk(stream: impl Read + Write, failing: &mut usize) -> String {
    let mut stream = BufReader::new(stream);
    let mut text = String::new();
    let mut in_message = false;
    if stream.get_mut().write_all(b"220 sink\r\n").is_err() {
        return text;
    }
    loop {
        let begun = text.len();
        if stream.read_line(&mut text).unwrap_or(0) == 0 {
            return text;
        }
        let line = text[begun..].trim_end();
        let answer = match line.split([' ', ':']).next().unwrap() {
            "." => {
                in_message = false;
                "250 taken"
            }
            _ if in_message => continue,
            "EHLO" => "250-sink\r\n250 AUTH PLAIN",
            "AUTH" => "235 welcome",
            "MAIL" if *failing > 0 => {
                *failing -= 1;
                "451 later"
            }
            "DATA" => {
                in_message = true;
                "354 go on"
            }
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        if write!(stream.get_mut(), "{answer}\r\n").and_then(|()| stream.get_mut().flush()).is_err() || answer.starts_with("221") {
            return text;
        }
    }
}

/// The messages that arrived, as soon as there are so many.
fn messages(told: &Told, wanted: usize) -> Vec<String> {
    let begun = Instant::now();
    loop {
        let all = told.lock().unwrap().clone();
        let messages: Vec<String> = all.iter().filter(|text| text.contains("\r\n.\r\n")).cloned().collect();
        if messages.len() >= wanted {
            return messages;
        }
        assert!(begun.elapsed() < Duration::from_mins(1), "{all:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn mail_is_sent_and_no_patient_is_named() {
    let place = place();
    let (port, told) = server(1, None);
    let arguments = format!("{WATCH} --alert-smtp smtp://127.0.0.1:{port} {WHO} --alert-smtp-user watcher");
    let watching = Watching::start_with(&place, &arguments, &[("EHR_ALERT_SMTP_PASSWORD", PASSWORD), ("RUST_LOG", "info")]);
    let book = until(&place, "set aside", |book| count(book, "aside") == 1);
    let messages = messages(&told, 2);
    let (code, _, said) = watching.stop();
    assert_eq!(code, Some(0));
    // The first was turned away and sent again.
    assert!(told.lock().unwrap()[0].contains("MAIL FROM") && !told.lock().unwrap()[0].contains("DATA"));
    let hash = book["exports"].as_object().unwrap().keys().next().unwrap();
    for (message, event) in messages.iter().zip(["failed", "set_aside"]) {
        let subject = format!("Subject: ehr-runner: {}: the export was not identified", event.replace('_', " "));
        let from = "MAIL FROM:<ehr@clinic.example>";
        // Nought, `watcher`, nought, the password, in base64.
        let signed = "AUTH PLAIN AHdhdGNoZXIAYS1wYXNzd29yZC1vZi1ub2JvZHk=";
        let recipients = ["RCPT TO:<ops@clinic.example>", "RCPT TO:<night@clinic.example>"];
        for part in [subject.as_str(), from, signed, recipients[0], recipients[1], &format!("event: {event}"), hash, "status: 3"] {
            // Long headers may be folded.
            assert!(message.replace("\r\n ", " ").contains(part), "{part} is not in {message}");
        }
        for value in ["Reyes", "Amal", "1980-02", ".csv", "incoming"] {
            assert!(!message.contains(value), "{value} stands in {message}");
        }
    }
    assert!(said.contains("451") && !said.contains(PASSWORD), "{said}");
}

#[test]
fn a_server_that_offers_no_tls_is_told_nothing_and_watching_goes_on() {
    let place = place();
    let (port, told) = server(0, None);
    // No name that is known to be this machine's.
    let arguments = format!("{WATCH} --alert-smtp smtp://127.1:{port} {WHO} --alert-smtp-user watcher");
    let watching = Watching::start_with(&place, &arguments, &[("EHR_ALERT_SMTP_PASSWORD", PASSWORD), ("RUST_LOG", "info")]);
    until(&place, "set aside", |book| count(book, "aside") == 1);
    let begun = Instant::now();
    while told.lock().unwrap().len() < 2 {
        assert!(begun.elapsed() < Duration::from_mins(1), "it was never asked");
        std::thread::sleep(Duration::from_millis(20));
    }
    let (code, _, said) = watching.stop();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("alert not sent"), "{said}");
    for text in told.lock().unwrap().iter() {
        assert!(text.contains("EHLO") && !text.contains("AUTH") && !text.contains("MAIL"), "{text}");
    }
}

/// A server's certificate for 127.0.0.1 that it signed itself, in `certificate.pem`.
fn certificate(place: &Place) -> Arc<ServerConfig> {
    let made = Command::new("openssl")
        .current_dir(place.path(""))
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=sink".split(' '))
        .args(
            "-addext subjectAltName=IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE -keyout key.pem -out certificate.pem"
                .split(' '),
        )
        .output();
    assert!(made.as_ref().is_ok_and(|made| made.status.success()), "{made:?}");
    let certificate = CertificateDer::from_pem_file(place.path("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(place.path("key.pem")).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    Arc::new(config.with_no_client_auth().with_single_cert(vec![certificate], key).unwrap())
}

#[test]
fn a_certificate_is_verified() {
    let place = place();
    let (port, told) = server(0, Some(certificate(&place)));
    let arguments = format!("{WATCH} --alert-smtp smtps://127.0.0.1:{port} {WHO}");
    let watching = Watching::start_with(&place, &arguments, &[("RUST_LOG", "info")]);
    until(&place, "set aside", |book| count(book, "aside") == 1);
    let (_, _, said) = watching.stop();
    assert!(said.contains("alert not sent") && !said.contains("alert sent"), "{said}");
    assert!(told.lock().unwrap().iter().all(String::is_empty), "{told:?}");

    let trusted = place.path("certificate.pem").display().to_string();
    let watching = Watching::start_with(&place, &format!("{arguments} --retry"), &[("SSL_CERT_FILE", trusted.as_str())]);
    assert!(messages(&told, 1)[0].contains("event: "));
    watching.stop();
}

#[test]
fn mail_that_could_not_be_sent_is_refused_before_anything_is_watched() {
    let place = place();
    let run = |arguments: &str, password: Option<&str>| {
        let mut command = assert_cmd::Command::new(PROGRAM);
        command.current_dir(place.path("")).args(WATCH.split_whitespace()).args(arguments.split_whitespace());
        command.envs(password.map(|password| ("EHR_ALERT_SMTP_PASSWORD", password))).timeout(Duration::from_mins(1));
        let said = stderr(&command.assert().code(2));
        assert!(!said.contains(PASSWORD) && !place.has("orders"), "{said}");
        said
    };
    for address in ["mail.example", "http://mail.example", "smtp:///", "smtps://mail.example/inbox", "smtps://mail.example?tls=none"] {
        let said = run(&format!("{WHO} --alert-smtp {address}"), None);
        assert!(said.contains("--alert-smtp"), "{said}");
    }
    let said = run(&format!("{WHO} --alert-smtp smtps://watcher:{PASSWORD}@mail.example"), None);
    assert!(said.contains("--alert-smtp-user"), "{said}");
    run("--alert-smtp smtps://mail.example", None);
    run(WHO, None);
    let said = run(&format!("{WHO} --alert-smtp smtps://mail.example --alert-smtp-user watcher"), None);
    assert!(said.contains("EHR_ALERT_SMTP_PASSWORD"), "{said}");
    run(&format!("{WHO} --alert-smtp smtps://mail.example"), Some(PASSWORD));
    run("--alert-smtp smtps://mail.example --alert-mail-to nobody --alert-mail-from ehr@clinic.example", None);
}
