//! Alerts by mail: one message for each, over verified TLS, or plain to this very machine.
//!
//! Nothing of an alert leaves by mail that does not leave by the webhook.

use crate::error::Failure;
use crate::secret;
use crate::watch::alert::PATIENCE;
use crate::watch::alert::is_here;
use clap::Args;
use lettre::Message;
use lettre::SmtpTransport;
use lettre::Transport;
use lettre::message::Mailbox;
use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::Tls;
use lettre::transport::smtp::client::TlsParameters;
use reqwest::Url;
use serde_json::Value;
use std::fmt::Write;

/// Holds the password of the mail server; so does the file that this names with `_FILE` behind it. Without it the terminal is asked.
const PASSWORD: &str = "EHR_ALERT_SMTP_PASSWORD";
/// Where mail is handed in: without TLS between servers, then with STARTTLS, then with TLS from the first byte.
const PORTS: [u16; 3] = [25, 587, 465];

/// Who is written to, and by which server.
#[derive(Debug, Clone, Default, Args)]
#[expect(clippy::struct_field_names, reason = "named as its option is")]
pub(crate) struct MailOptions {
    /// Mail alerts by this server: `smtps://HOST` (TLS) or `smtp://HOST` (STARTTLS; plain on this machine alone)
    #[arg(long, value_name = "URL", env = "EHR_ALERT_SMTP", requires_all = ["alert_mail_to", "alert_mail_from"])]
    alert_smtp: Option<String>,
    /// Who is written to; may be given several times
    #[arg(long, value_name = "ADDRESS", env = "EHR_ALERT_MAIL_TO", value_delimiter = ',', requires = "alert_smtp")]
    alert_mail_to: Vec<Mailbox>,
    /// Who writes
    #[arg(long, value_name = "ADDRESS", env = "EHR_ALERT_MAIL_FROM", requires = "alert_smtp")]
    alert_mail_from: Option<Mailbox>,
    /// As whom to sign in at the mail server
    #[arg(long, value_name = "NAME", env = "EHR_ALERT_SMTP_USER", requires = "alert_smtp")]
    alert_smtp_user: Option<String>,
}

/// A server that takes mail, and whom it is from and to.
pub(super) struct Mail {
    server: SmtpTransport,
    from: Mailbox,
    to: Vec<Mailbox>,
}

impl MailOptions {
    /// Ready to send, where mail is asked for; fails where it cannot be, before anything is sent.
    pub(super) fn mail(&self) -> Result<Option<Mail>, Failure> {
        let (Some(address), Some(from)) = (&self.alert_smtp, &self.alert_mail_from) else { return Ok(None) };
        let wrong = |why: &str| Failure::Usage(format!("`--alert-smtp` {why}"));
        let url = Url::parse(address).map_err(|_| wrong("is no address of a mail server, as `smtps://mail.example.org` is"))?;
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
        let known = matches!(url.scheme(), "smtp" | "smtps") && !host.is_empty();
        if !known || !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(wrong("is no address of a mail server, as `smtps://mail.example.org` is"));
        }
        // What stands in arguments can be read by everyone on the machine.
        if !url.username().is_empty() || url.password().is_some() {
            return Err(wrong(&format!("holds who signs in; `--alert-smtp-user` and `{PASSWORD}` say that")));
        }
        let parameters = || TlsParameters::new(host.to_owned()).map_err(|error| Failure::World(format!("preparing alerts: {error}")));
        let [plain, starttls, wrapped] = PORTS;
        let (tls, port) = match url.scheme() {
            "smtps" => (Tls::Wrapper(parameters()?), wrapped),
            _ if is_here(host) => (Tls::None, plain),
            _ => (Tls::Required(parameters()?), starttls),
        };
        let port = url.port().unwrap_or(port);
        let server = SmtpTransport::builder_dangerous(host).tls(tls).port(port).timeout(Some(PATIENCE));
        let password = match (&self.alert_smtp_user, secret::of_variable(PASSWORD)?) {
            (Some(user), None) => secret::ask(&format!("{user} at {host}"))?,
            (_, password) => password,
        };
        let server = match (&self.alert_smtp_user, password) {
            (Some(user), Some(password)) => server.credentials(Credentials::new(user.clone(), password)),
            (None, None) => server,
            (Some(_), None) => {
                return Err(Failure::Usage(format!(
                    "`--alert-smtp-user` needs a password; `{PASSWORD}` holds it, or else it is asked for at a terminal"
                )));
            }
            (None, Some(_)) => return Err(Failure::Usage(format!("`{PASSWORD}` is a password of nobody; `--alert-smtp-user` names one"))),
        };
        Ok(Some(Mail { server: server.build(), from: from.clone(), to: self.alert_mail_to.clone() }))
    }
}

impl Mail {
    /// Hands one alert to the server.
    pub(super) fn send(&self, alert: &Value) -> Result<(), String> {
        let message = self.message(alert)?;
        self.server.send(&message).map(drop).map_err(|error| error.to_string())
    }

    fn message(&self, alert: &Value) -> Result<Message, String> {
        let said = |name: &str| alert.get(name).and_then(Value::as_str).unwrap_or_default();
        // Sent again it is the same message, so that it is not shown twice where the answer was lost.
        let id = blake3::hash(alert.to_string().as_bytes()).to_hex();
        let mut message = Message::builder()
            .from(self.from.clone())
            .subject(format!("ehr-runner: {}: {}", said("event").replace('_', " "), said("what")))
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .header(ContentType::TEXT_PLAIN);
        for one in &self.to {
            message = message.to(one.clone());
        }
        let mut text = String::new();
        for (name, value) in alert.as_object().into_iter().flatten().filter(|(_, value)| !value.is_null()) {
            let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let _ = writeln!(text, "{name}: {shown}");
        }
        message.body(text).map_err(|error| error.to_string())
    }
}
