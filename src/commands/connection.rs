//! A live workspace: where it is, with which token, and how it is read.

use std::env;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use crate::api::client::{Client, ClientError, ClientOptions, Limits};
use crate::api::diagnose::{Observations, diagnose};
use crate::api::notice::{Notice, Notify};
use crate::api::origin::Origin;
use crate::api::record::Record;
use crate::api::region::Region;
use crate::api::token::Token;
use crate::cli::{ConnectionArgs, RegionName};
use crate::config::Config;
use crate::config::time::parse_duration;
use crate::error::Error;
use crate::progress::Progress;
use crate::snapshot::collect::{CollectOptions, ReadScope, collect};
use crate::sources::{Outcomes, Ranges};

/// Everything needed to read a live workspace.
pub(super) struct Connection {
    region: Region,
    origin: Origin,
    token: Token,
    timeout: Duration,
    concurrency: usize,
    rate_share: f64,
    scope: ReadScope,
    probe: bool,
    /// What the person should know before the token is sent.
    warnings: Vec<String>,
}

impl Connection {
    /// Decides from flags, environment and configuration, in that order.
    ///
    /// # Errors
    /// When the region, the address or the token is missing or not acceptable.
    pub(super) fn new(args: &ConnectionArgs, config: Option<&Config>) -> Result<Self, Error> {
        let (region, origin) = place(args, config)?;
        let timeout =
            parse_duration(&args.timeout).map_err(|source| Error::Time { option: "--timeout", source })?;
        let (token, warning) = token(args, config)?;
        let mut warnings: Vec<String> = warning.into_iter().collect();
        if !origin.is_intercom() {
            warnings.push(format!("the token is sent to {}, which is not Intercom's", origin.as_str()));
        }
        Ok(Self {
            region,
            origin,
            token,
            timeout,
            concurrency: usize::from(args.concurrency),
            rate_share: f64::from(args.rate_share) / 100.0,
            scope: ReadScope::Everything,
            probe: !args.no_probe,
            warnings,
        })
    }

    /// Reads no more of the workspace than this.
    #[must_use]
    pub(super) fn reaching(self, scope: ReadScope) -> Self {
        Self { scope, ..self }
    }

    /// Hands every record of the workspace to `sink`, and says how its sources ended.
    ///
    /// # Errors
    /// When the workspace cannot be read at all, `sink` fails, or the person interrupts.
    pub(super) fn read(
        self,
        ranges: &Ranges,
        progress: &Arc<Progress>,
        sink: &mut impl FnMut(Record<'_>) -> io::Result<()>,
    ) -> Result<Outcomes, Error> {
        for warning in &self.warnings {
            progress.message(&format!("warning: {warning}"));
        }
        until_ended(async {
            let client = self.client(notify(progress))?;
            let options = CollectOptions { scope: self.scope, probe: self.probe };
            let region = self.region;
            let mut elsewhere = None;
            let mut watch = |record: Record<'_>| {
                if let Record::Me(me) = record {
                    let answered = me.app.as_ref().and_then(|app| app.region.as_deref());
                    elsewhere = answered.and_then(|answered| mismatch(region, answered));
                }
                sink(record)
            };
            let mut outcomes = collect(&client, ranges, &options, &mut watch).await.map_err(Box::new)?;
            outcomes.warnings.extend(elsewhere);
            Ok(outcomes)
        })
    }

    /// What the person should know before the token is sent.
    pub(super) fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// Makes the few requests that show what the token opens.
    ///
    /// # Errors
    /// When the client cannot be set up, or the person interrupts.
    pub(super) fn diagnose(&self, now: Timestamp) -> Result<Observations, Error> {
        until_ended(async {
            let client = self.client(Arc::new(|_| ()))?;
            Ok(diagnose(&client, now, self.probe).await)
        })
    }

    fn client(&self, notify: Notify) -> Result<Client, ClientError> {
        Client::new(ClientOptions {
            origin: self.origin.clone(),
            token: self.token.clone(),
            deadline: Instant::now() + self.timeout,
            concurrency: self.concurrency,
            rate_share: self.rate_share,
            notify,
            limits: Limits::default(),
        })
    }
}

/// The region and the address that flags, environment and configuration lead to, in that order.
///
/// # Errors
/// When one of them is not acceptable.
pub(super) fn place(args: &ConnectionArgs, config: Option<&Config>) -> Result<(Region, Origin), Error> {
    let region = region(args, config)?;
    let origin = args.base_url.as_ref().map_or_else(|| Ok(Origin::of(region)), |url| Origin::parse(url))?;
    Ok((region, origin))
}

/// Works until it is done, or until somebody, or a service that cancels the job, wants the program to end.
fn until_ended<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Start { what: "the network runtime", source })?;
    let done = runtime.block_on(async {
        tokio::select! {
            done = work => done,
            () = ended_by_signal() => Err(Error::Interrupted),
        }
    });
    // A name that is still being looked up would otherwise hold an interrupted scan back.
    runtime.shutdown_background();
    done
}

/// Waits for the signal that ends the program.
async fn ended_by_signal() {
    #[cfg(unix)]
    if let Ok(mut terminated) = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminated.recv() => {}
        }
        return;
    }
    // Where the signal cannot be had, the system ends the program as it does any other.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

/// What to say when the workspace is in another region than the one that was asked.
fn mismatch(asked: Region, answered: &str) -> Option<String> {
    let actual = Region::parse(answered).ok().filter(|actual| *actual != asked)?;
    Some(format!(
        "the workspace is in region {}, but {} was asked: use --region {}",
        actual.label(),
        asked.label(),
        actual.as_str()
    ))
}

fn region(args: &ConnectionArgs, config: Option<&Config>) -> Result<Region, Error> {
    match (args.region, &args.login_url, env::var("INTERCOM_REGION")) {
        (Some(RegionName::Us), _, _) => Ok(Region::Us),
        (Some(RegionName::Eu), _, _) => Ok(Region::Eu),
        (Some(RegionName::Au), _, _) => Ok(Region::Au),
        (None, Some(url), _) => Ok(Region::from_login_url(url)?),
        (None, None, Ok(word)) if !word.is_empty() => Ok(Region::parse(&word)?),
        _ => match config.and_then(|config| config.workspace.region) {
            Some(word) => Ok(Region::parse(word)?),
            None => Ok(Region::Us),
        },
    }
}

/// Reads the token from where the flags, the environment or the configuration say, with a warning where others may
/// read it too.
fn token(args: &ConnectionArgs, config: Option<&Config>) -> Result<(Token, Option<String>), Error> {
    let configured = config.and_then(|config| config.workspace.token_file.as_deref());
    let file = |path: &Path| Ok(Token::from_file(path)?);
    match (&args.token_file, env::var_os("INTERCOM_ACCESS_TOKEN"), configured) {
        (Some(path), _, _) => file(path),
        (None, _, _) if args.token_stdin => Ok((Token::from_reader(io::stdin().lock())?, None)),
        (None, Some(text), _) => Ok((Token::new(&text.to_string_lossy())?, None)),
        (None, None, Some(path)) => file(path),
        (None, None, None) => Err(Error::NoToken),
    }
}

/// Shows what the client tells.
fn notify(progress: &Arc<Progress>) -> Arc<dyn Fn(Notice) + Send + Sync> {
    let progress = Arc::clone(progress);
    Arc::new(move |notice| match notice {
        Notice::RateLimited { wait } => {
            let seconds = wait.as_secs_f64().ceil();
            progress.message(&format!("rate limit reached: waiting {seconds} s, as Intercom asks"));
        }
        Notice::Retrying { reason, wait } => {
            let wait = wait.as_secs_f64();
            progress.message(&format!("{reason}; asking again in {wait:.1} s"));
        }
        Notice::Progress { feed, records, total } => {
            progress.records(feed.source().describe(), records, total);
        }
    })
}
