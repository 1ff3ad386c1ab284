//! Which server, and how it is reached: by TLS that is verified, unless it is this very machine.

use super::super::doing::Doing;
use super::super::trust;
use super::super::trust::PASSWORD;
use super::super::trust::PATIENCE;
use super::fault::is_refused;
use super::tenants;
use crate::error::Failure;
use mysql::Conn;
use mysql::Opts;
use mysql::OptsBuilder;
use mysql::SslOpts;
use mysql::consts::CapabilityFlags;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use std::fmt::Write as _;
use std::io::Write as _;
use std::net::IpAddr;
use std::str::FromStr;
use tempfile::NamedTempFile;

/// After so long without a word the other side is asked whether it is there.
const SILENCE_MS: u32 = 60_000;
/// How an address is written.
const FORM: &str = "a MySQL or MariaDB database is written `mysql://USER@HOST/DATABASE`";

/// A server, a user and a database, without the password.
#[derive(Debug, Clone)]
pub(crate) struct Server {
    opts: Opts,
    tls: bool,
    /// Whose place the database is.
    login: Option<String>,
    #[cfg(test)]
    password: Option<String>,
}

impl FromStr for Server {
    type Err = String;

    /// What is not understood is not repeated, since it may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        let (address, asked) = text.split_once('?').map_or((text, None), |(address, asked)| (address, Some(asked)));
        let address = address.strip_prefix("mariadb:").map_or_else(|| address.to_owned(), |rest| format!("mysql:{rest}"));
        let opts = Opts::from_url(&address).map_err(|_| format!("this is no address of a database; {FORM}"))?;
        if opts.get_pass().is_some_and(|password| !password.is_empty()) {
            return Err(format!(
                "a password on the command line can be read by others; give it in `{PASSWORD}`, or in a file named by `{PASSWORD}_FILE`"
            ));
        }
        if opts.get_user().is_none_or(str::is_empty) || opts.get_db_name().is_none_or(str::is_empty) {
            return Err(FORM.to_owned());
        }
        let tls = match asked {
            None => !here(&opts.get_ip_or_hostname()),
            Some("sslmode=require") => true,
            Some("sslmode=disable") => false,
            Some(_) => return Err("after `?` an address takes `sslmode=require` or `sslmode=disable`".to_owned()),
        };
        Ok(Self {
            opts,
            tls,
            login: None,
            #[cfg(test)]
            password: None,
        })
    }
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (user, database) = (self.opts.get_user().unwrap_or_default(), self.opts.get_db_name().unwrap_or_default());
        write!(f, "mysql://{user}@{}:{}/{database}", self.opts.get_ip_or_hostname(), self.opts.get_tcp_port())
    }
}

impl Server {
    /// With a password that does not come from the environment, which the tests of one process share.
    #[cfg(test)]
    pub(in crate::destination) fn with_password(mut self, password: &str) -> Self {
        self.password = Some(password.to_owned());
        self
    }

    /// The database of a tenant in it.
    pub(in crate::destination) fn in_database(&self, name: &str) -> Self {
        let opts = OptsBuilder::from_opts(self.opts.clone()).db_name(Some(name)).into();
        Self { opts, login: Some(tenants::login(name)), ..self.clone() }
    }

    /// The login of the tenant whose place the database is.
    pub(super) fn login(&self) -> Option<&str> {
        self.login.as_deref()
    }

    #[cfg(test)]
    fn password(&self) -> Result<Option<String>, Failure> {
        self.password.clone().map_or_else(|| trust::password(&self.to_string()), |password| Ok(Some(password)))
    }

    #[cfg(not(test))]
    fn password(&self) -> Result<Option<String>, Failure> {
        trust::password(&self.to_string())
    }

    /// Connects, with the password that the environment has; where there is none and the server wants one, it is asked for.
    pub(super) fn connect(&self) -> Result<Conn, Failure> {
        let shown = self.to_string();
        let trusted = if self.tls { Some(trusted()?) } else { None };
        let tls = trusted.as_ref().map(|file| SslOpts::default().with_root_cert_path(Some(file.path().to_owned())));
        let (known, silence) = (self.password()?, trust::silence()?);
        let alone = known.is_none();
        let opts = OptsBuilder::from_opts(self.opts.clone())
            .pass(known)
            .ssl_opts(tls)
            // Where the address says, and not where the server says that it could be reached too.
            .prefer_socket(false)
            .tcp_connect_timeout(Some(PATIENCE))
            .read_timeout(Some(silence))
            .write_timeout(Some(silence))
            .tcp_keepalive_time_ms(Some(SILENCE_MS))
            // An update says how many rows it found, as elsewhere, and not how many of them it found otherwise.
            .additional_capabilities(CapabilityFlags::CLIENT_FOUND_ROWS);
        // So that one that is gone is found out, whatever stands in between.
        #[cfg(target_os = "linux")]
        let opts =
            opts.tcp_keepalive_probe_interval_secs(Some(10)).tcp_keepalive_probe_count(Some(6)).tcp_user_timeout_ms(Some(2 * SILENCE_MS));
        let connected = match Conn::new(opts.clone()) {
            Err(error) if alone && is_refused(&error) => match trust::ask(&shown)? {
                Some(password) => Conn::new(opts.pass(Some(password))),
                None => Err(error),
            },
            connected => connected,
        };
        connected.map_err(|error| Doing::Opening.failed(&shown, &error))
    }
}

/// Whether nothing leaves the machine on the way there.
fn here(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The certificates to trust as a file, which is how the protocol's library takes them; it trusts Mozilla's besides.
fn trusted() -> Result<NamedTempFile, Failure> {
    let fail = |error| Failure::World(format!("preparing TLS: {error}"));
    let mut file = NamedTempFile::new().map_err(fail)?;
    // One that cannot be read would keep the others from being read.
    for certificate in trust::certificates()?.iter().filter(|certificate| RootCertStore::empty().add((*certificate).clone()).is_ok()) {
        file.write_all(pem(certificate).as_bytes()).map_err(fail)?;
    }
    file.flush().map_err(fail)?;
    Ok(file)
}

/// A certificate in PEM.
fn pem(certificate: &CertificateDer<'_>) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    for line in certificate.chunks(48) {
        for bytes in line.chunks(3) {
            let number = bytes.iter().fold(0_usize, |sum, byte| sum << 8 | usize::from(*byte)) << (8 * (3 - bytes.len()));
            for at in 0..4 {
                let digit = DIGITS.get(number >> (18 - 6 * at) & 63).copied().unwrap_or(b'=');
                text.push(if at <= bytes.len() { char::from(digit) } else { '=' });
            }
        }
        text.push('\n');
    }
    // A line of PEM has 64 digits.
    let _ = writeln!(text, "-----END CERTIFICATE-----");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustls::pki_types::pem::PemObject;

    #[test]
    fn tls_is_verified_unless_nothing_leaves_the_machine() {
        let tls = |text: &str| text.parse::<Server>().map(|server| server.tls);
        assert_eq!(tls("mysql://ada@db.clinic.example/ehr"), Ok(true));
        assert_eq!(tls("mariadb://ada@127.0.0.1:3307/ehr"), Ok(false));
        assert_eq!(tls("mysql://ada@[::1]/ehr"), Ok(false));
        assert_eq!(tls("mysql://ada@127.0.0.1/ehr?sslmode=require"), Ok(true));
        assert_eq!(tls("mysql://ada@db.clinic.example/ehr?sslmode=disable"), Ok(false));
        assert!(tls("mysql://ada@db.clinic.example/ehr?verify_ca=false").is_err());
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        let said = "mysql://ada:open-sesame@host/ehr".parse::<Server>().err().unwrap_or_default();
        assert!(said.contains("EHR_TO_PASSWORD") && !said.contains("sesame"), "{said}");
        assert!("mysql://ada@host".parse::<Server>().is_err() && "mysql://host/ehr".parse::<Server>().is_err());
    }

    #[test]
    fn it_is_shown_without_anything_secret() {
        let shown = "mysql://ada@localhost:3307/ehr".parse::<Server>().map(|server| server.to_string());
        assert_eq!(shown.as_deref(), Ok("mysql://ada@localhost:3307/ehr"));
    }

    #[test]
    fn certificates_are_written_as_they_are_read() {
        for length in [1, 2, 3, 47, 48, 49, 255] {
            let bytes: Vec<u8> = (0..length).map(|at: u8| at.wrapping_mul(7)).collect();
            let text = pem(&CertificateDer::from(bytes.clone()));
            let read = CertificateDer::from_pem_slice(text.as_bytes());
            assert_eq!(read.map(|certificate| certificate.to_vec()).ok(), Some(bytes));
        }
    }
}
