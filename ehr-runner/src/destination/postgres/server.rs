//! Which server, and how it is reached: by TLS that is verified, unless it is this very machine.

use super::super::doing::Doing;
use super::super::trust;
use super::super::trust::PASSWORD;
use super::super::trust::PATIENCE;
use super::fault::wants_password;
use super::silence::Encrypted;
use super::silence::Patience;
use super::silence::Plain;
use crate::error::Failure;
use postgres::Client;
use postgres::Config;
use postgres::Error;
use postgres::NoTls;
use postgres::config::Host;
use postgres::config::SslMode;
use postgres::config::SslNegotiation;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::crypto::ring;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use tokio_postgres_rustls::MakeRustlsConnect;

/// After so long without a word the system asks whether the other side is there, and how often it does before it is not.
const ASKED_AFTER: Duration = Duration::from_mins(1);
const ASKED_EVERY: Duration = Duration::from_secs(10);
const ASKED: u32 = 6;

/// A server, a user and a database, without the password.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    config: Config,
    schema: Option<String>,
}

impl FromStr for Server {
    type Err = String;

    /// What is not understood is not repeated, since it may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut config: Config = text
            .parse()
            .map_err(|_| "this is no address of a PostgreSQL database; one is written `postgres://USER@HOST/DATABASE`".to_owned())?;
        if config.get_password().is_some() {
            return Err(format!(
                "a password on the command line can be read by others; give it in `{PASSWORD}`, or in a file named by `{PASSWORD}_FILE`"
            ));
        }
        if config.get_dbname().is_none() || config.get_user().is_none() || config.get_hosts().is_empty() {
            return Err("a PostgreSQL database is written `postgres://USER@HOST/DATABASE`".to_owned());
        }
        let asked = text.contains("sslmode=");
        if !asked {
            config.ssl_mode(if config.get_hosts().iter().all(here) { SslMode::Disable } else { SslMode::Require });
        } else if config.get_ssl_mode() == SslMode::Prefer {
            return Err("`sslmode=prefer` goes without TLS where somebody in between wants it; say `require` or `disable`".to_owned());
        }
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(PATIENCE);
        }
        config.application_name("ehr-runner");
        // So that one that is gone is found out, whatever stands in between.
        config.keepalives_idle(ASKED_AFTER).keepalives_interval(ASKED_EVERY).keepalives_retries(ASKED);
        config.tcp_user_timeout(ASKED_AFTER + ASKED_EVERY * ASKED);
        Ok(Self { config, schema: None })
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let config = &self.config;
        let host = config.get_hosts().first().map_or_else(String::new, |host| match host {
            Host::Tcp(name) => name.clone(),
            #[cfg(unix)]
            Host::Unix(path) => path.display().to_string(),
        });
        let port = config.get_ports().first().map_or_else(String::new, |port| format!(":{port}"));
        write!(f, "postgres://{}@{host}{port}/{}", config.get_user().unwrap_or_default(), config.get_dbname().unwrap_or_default())
    }
}

impl Server {
    /// With a password that does not come from the environment, which the tests of one process share.
    #[cfg(test)]
    pub(in crate::destination) fn with_password(mut self, password: &str) -> Self {
        self.config.password(password);
        self
    }

    /// The schema of a tenant in it.
    pub(in crate::destination) fn in_schema(&self, name: &str) -> Self {
        Self { schema: Some(name.to_owned()), ..self.clone() }
    }

    /// The schema, where it is a tenant's.
    pub(super) fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// Connects, with the password that the environment has; where there is none and the server wants one, it is asked for.
    pub(super) fn connect(&self) -> Result<Client, Failure> {
        let shown = self.to_string();
        let mut config = self.config.clone();
        if let Some(password) = trust::password(&shown)? {
            config.password(password);
        }
        let connected = match dial(&config)? {
            Err(error) if wants_password(&error) => match trust::ask(&shown)? {
                Some(password) => dial(config.password(password))?,
                None => Err(error),
            },
            connected => connected,
        };
        connected.map_err(|error| Doing::Opening.failed(&shown, &error))
    }
}

/// Connects as it is said there.
fn dial(config: &Config) -> Result<Result<Client, Error>, Failure> {
    let mut config = config.clone();
    let patience = Patience::new()?;
    let (encrypted, at_once) = (config.get_ssl_mode() != SslMode::Disable, config.get_ssl_negotiation() == SslNegotiation::Direct);
    let named = config.get_hosts().iter().all(|host| matches!(host, Host::Tcp(_)));
    if !named && !encrypted {
        // A socket is this machine's, and has no name that the library would encrypt for.
        return Ok(config.connect(NoTls));
    }
    config.ssl_mode(SslMode::Require).ssl_negotiation(SslNegotiation::Direct);
    let client = if encrypted {
        config.connect(Encrypted { patience: Arc::clone(&patience), tls: verified(at_once)?, at_once })
    } else {
        config.connect(Plain(Arc::clone(&patience)))
    };
    patience.connected();
    Ok(client)
}

/// Whether nothing leaves the machine on the way there.
fn here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// TLS to a server whose certificate is its own and signed by somebody who is trusted.
fn verified(at_once: bool) -> Result<MakeRustlsConnect, Failure> {
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(trust::certificates()?);
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| Failure::World(format!("preparing TLS: {error}")))?
        .with_root_certificates(trusted)
        .with_no_client_auth();
    if at_once {
        config.alpn_protocols = vec![b"postgresql".to_vec()];
    }
    Ok(MakeRustlsConnect::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_is_verified_unless_nothing_leaves_the_machine() {
        let mode = |text: &str| text.parse::<Server>().map(|server| server.config.get_ssl_mode());
        assert_eq!(mode("postgres://ada@db.clinic.example/ehr"), Ok(SslMode::Require));
        assert_eq!(mode("postgres://ada@127.0.0.1:5433/ehr"), Ok(SslMode::Disable));
        assert_eq!(mode("postgres://ada@db.clinic.example/ehr?sslmode=disable"), Ok(SslMode::Disable));
        assert!(mode("postgres://ada@db.clinic.example/ehr?sslmode=prefer").is_err());
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let said = "postgres://ada:open-sesame@host/ehr".parse::<Server>().err().unwrap_or_default();
        assert!(said.contains("EHR_TO_PASSWORD") && !said.contains("sesame"), "{said}");
    }

    #[test]
    fn it_is_shown_without_anything_secret() {
        let shown = "postgres://ada@localhost:5433/ehr".parse::<Server>().map(|server| server.to_string());
        assert_eq!(shown.as_deref(), Ok("postgres://ada@localhost:5433/ehr"));
    }
}
