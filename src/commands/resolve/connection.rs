//! A live workspace: where it is, and with which token.

use std::env;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tokio::time::Instant;

use crate::api::origin::ApiOrigin;
use crate::api::proxy::Proxy;
use crate::api::token::{Token, TokenError};
use crate::bounded_file;
use crate::cli::ConnectionArgs;
use crate::commands::secrets::TOKEN;
use crate::config::Config;
use crate::error::Error;
use crate::region::Region;
use crate::scan::Connection;
use crate::time::parse_duration;

/// Decides from flags, environment and configuration, in that order; says what has to be known before the token is sent.
///
/// # Errors
/// When the region, the address or the token is missing or not acceptable.
pub(in crate::commands) fn connection(
    args: &ConnectionArgs,
    config: Option<&Config>,
) -> Result<(Connection, Vec<String>), Error> {
    let (region, origin) = place(args, config)?;
    let timeout =
        parse_duration(&args.timeout).map_err(|source| Error::Time { option: "--timeout", source })?;
    let deadline = Instant::now() + timeout;
    let proxy = proxy(&origin)?;
    trust_store(&origin)?;
    let (token, warning) = token(args, config, timeout)?;
    let mut notices: Vec<String> = warning.into_iter().collect();
    if !origin.is_intercom() {
        notices
            .push(format!("The token is sent to {}, which is not one of Intercom's hosts.", origin.as_str()));
    }
    let connection = Connection {
        region,
        origin,
        token,
        proxy,
        deadline,
        concurrency: usize::from(args.concurrency),
        rate_share: f64::from(args.rate_share) / 100.0,
        probe: !args.no_probe,
    };
    Ok((connection, notices))
}

/// The region and the address that flags, environment and configuration lead to, in that order.
///
/// # Errors
/// When one of them is not acceptable.
pub(in crate::commands) fn place(
    args: &ConnectionArgs,
    config: Option<&Config>,
) -> Result<(Region, ApiOrigin), Error> {
    let region = region(args, config)?;
    let origin =
        args.base_url.as_ref().map_or_else(|| Ok(ApiOrigin::of(region)), |url| ApiOrigin::parse(url))?;
    Ok((region, origin))
}

fn region(args: &ConnectionArgs, config: Option<&Config>) -> Result<Region, Error> {
    match (args.region, &args.login_url, env::var("INTERCOM_REGION")) {
        (Some(region), _, _) => Ok(region),
        (None, Some(url), _) => Ok(Region::from_login_url(url)?),
        (None, None, Ok(word)) if !word.is_empty() => Ok(Region::parse(&word)?),
        _ => Ok(config.and_then(|config| config.workspace.region).unwrap_or_default()),
    }
}

/// Reads the token from where the flags, the environment or the configuration say, with a warning where other
/// users may read it too.
fn token(
    args: &ConnectionArgs,
    config: Option<&Config>,
    timeout: Duration,
) -> Result<(Token, Option<String>), Error> {
    let configured = config.and_then(|config| config.workspace.token_file.as_deref());
    let file = |path: &Path| Token::from_file(path);
    let token = match (&args.token_file, env::var_os(TOKEN), configured) {
        (Some(path), _, _) => file(path),
        (None, _, _) if args.token_stdin => from_stdin(timeout)?.map(|token| (token, None)),
        (None, Some(text), _) => Token::new(&text.to_string_lossy()).map(|token| (token, None)),
        (None, None, Some(path)) => file(path),
        (None, None, None) => return Err(Error::NoToken),
    };
    token.map_err(Error::Token)
}

/// Reads the token from standard input, which may be a pipe that a program keeps open.
fn from_stdin(timeout: Duration) -> Result<Result<Token, TokenError>, Error> {
    let (sender, read) = mpsc::channel();
    let start = |source| Error::Start { what: "reading standard input", source };
    let listen = move || drop(sender.send(Token::from_reader(io::stdin().lock())));
    thread::Builder::new().spawn(listen).map_err(start)?;
    read.recv_timeout(timeout).map_err(|_| Error::NoTokenInTime)
}

/// The proxy on the way to the address.
///
/// # Errors
/// When the environment names one that is not understood.
pub(in crate::commands) fn proxy(origin: &ApiOrigin) -> Result<Option<Proxy>, Error> {
    Ok(Proxy::towards(origin.as_str(), origin.is_loopback(), |name| env::var_os(name))?)
}

/// Whether the certificates that are trusted are those of the files that OpenSSL's variables name.
const STORE_IS_FILES: bool = cfg!(all(unix, not(any(target_vendor = "apple", target_os = "android"))));

/// The largest file of certificates that is looked into, in bytes.
const LARGEST_STORE: u64 = 64 << 20;

/// Makes sure that the certificates can be read that the environment names: what reads them later passes over what
/// it cannot read.
fn trust_store(origin: &ApiOrigin) -> Result<(), Error> {
    if !STORE_IS_FILES || !origin.is_encrypted() {
        return Ok(());
    }
    let unreadable = |variable, path| move |source| Error::TrustStore { variable, path, source };
    if let Some(path) = env::var_os("SSL_CERT_FILE").map(PathBuf::from) {
        let pem = bounded_file::read(&path, LARGEST_STORE).map_err(io::Error::from);
        let pem = pem.and_then(|pem| match memchr::memmem::find(&pem, b"-----BEGIN CERTIFICATE-----") {
            Some(_) => Ok(()),
            None => Err(io::Error::other("no certificate in PEM format")),
        });
        pem.map_err(unreadable("SSL_CERT_FILE", path))?;
    }
    // Of several folders, those that are not there are left out, as OpenSSL does.
    let folders = env::var_os("SSL_CERT_DIR").unwrap_or_default();
    let folders = env::split_paths(&folders).filter(|folder| !folder.as_os_str().is_empty());
    let mut first = None;
    for folder in folders {
        match fs::read_dir(&folder) {
            Ok(_) => return Ok(()),
            Err(source) => drop(first.get_or_insert((folder, source))),
        }
    }
    first.map_or(Ok(()), |(folder, source)| Err(unreadable("SSL_CERT_DIR", folder)(source)))
}
