//! A live workspace: where it is, and with which token.

use std::env;
use std::io;
use std::path::Path;

use crate::api::origin::ApiOrigin;
use crate::api::token::Token;
use crate::cli::ConnectionArgs;
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
    let (token, warning) = token(args, config)?;
    let mut notices: Vec<String> = warning.into_iter().collect();
    if !origin.is_intercom() {
        notices
            .push(format!("The token is sent to {}, which is not one of Intercom's hosts.", origin.as_str()));
    }
    let connection = Connection {
        region,
        origin,
        token,
        timeout,
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
fn token(args: &ConnectionArgs, config: Option<&Config>) -> Result<(Token, Option<String>), Error> {
    let configured = config.and_then(|config| config.workspace.token_file.as_deref());
    let file = |path: &Path| Token::from_file(path);
    let token = match (&args.token_file, env::var_os("INTERCOM_ACCESS_TOKEN"), configured) {
        (Some(path), _, _) => file(path),
        (None, _, _) if args.token_stdin => Token::from_reader(io::stdin().lock()).map(|token| (token, None)),
        (None, Some(text), _) => Token::new(&text.to_string_lossy()).map(|token| (token, None)),
        (None, None, Some(path)) => file(path),
        (None, None, None) => return Err(Error::NoToken),
    };
    token.map_err(Error::Token)
}
