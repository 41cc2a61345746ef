//! Where a scan's records come from: a live workspace, or the built-in sample.

use std::env;
use std::io;
use std::sync::Arc;

use tokio::time::Instant;

use super::plan::Plan;
use crate::api::{Client, ClientOptions, Limits, Notice, Token};
use crate::cli::ScanArgs;
use crate::error::Error;
use crate::progress::Progress;
use crate::report::Origin;
use crate::snapshot::collect::{CollectOptions, collect};
use crate::snapshot::{Outcomes, Record, Replay};

/// The workspace that `--demo` scans.
const SAMPLE: &[u8] = include_bytes!("../../fixtures/snapshots/sample.snapshot");

/// How the reading ended, and where from.
pub(super) struct Reading {
    pub(super) origin: Origin,
    pub(super) outcomes: Outcomes,
    pub(super) warnings: Vec<String>,
}

/// Hands every record of the workspace to `sink`.
///
/// # Errors
/// When there is no token, the workspace cannot be read at all, or the person interrupts.
pub(super) fn read(
    args: &ScanArgs,
    plan: &Plan,
    progress: &Arc<Progress>,
    sink: &mut impl FnMut(Record<'_>),
) -> Result<Reading, Error> {
    if args.demo {
        let sample = Replay::open(SAMPLE)?.moved_to(plan.ranges.now);
        let outcomes = sample.run(&plan.ranges, sink)?;
        return Ok(Reading { origin: Origin::Demo, outcomes, warnings: Vec::new() });
    }
    let (token, mut warnings) = token(args, plan)?;
    if !plan.origin.is_intercom() {
        warnings.push(format!("the token is sent to {}, which is not Intercom's", plan.origin.as_str()));
    }
    let outcomes = live(args, plan, token, progress, sink)?;
    Ok(Reading { origin: Origin::Api, outcomes, warnings })
}

/// Reads the token from where the flags, the environment or the configuration say.
fn token(args: &ScanArgs, plan: &Plan) -> Result<(Token, Vec<String>), Error> {
    let configured = plan.config.as_ref().and_then(|config| config.workspace.token_file.as_ref());
    let from_file = |path: &std::path::Path| {
        let (token, warning) = Token::from_file(path)?;
        Ok((token, warning.into_iter().collect()))
    };
    match (&args.token_file, env::var_os("INTERCOM_ACCESS_TOKEN"), configured) {
        (Some(path), _, _) => from_file(path),
        (None, _, _) if args.token_stdin => Ok((Token::from_reader(io::stdin().lock())?, Vec::new())),
        (None, Some(text), _) => Ok((Token::new(&text.to_string_lossy())?, Vec::new())),
        (None, None, Some(path)) => from_file(path),
        (None, None, None) => Err(Error::NoToken),
    }
}

fn live(
    args: &ScanArgs,
    plan: &Plan,
    token: Token,
    progress: &Arc<Progress>,
    sink: &mut impl FnMut(Record<'_>),
) -> Result<Outcomes, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Start { what: "the network runtime", source })?;
    runtime.block_on(async {
        let client = Client::new(ClientOptions {
            origin: plan.origin.clone(),
            token,
            deadline: Instant::now() + plan.timeout,
            concurrency: usize::from(args.concurrency),
            rate_share: f64::from(args.rate_share) / 100.0,
            notify: notify(progress),
            limits: Limits::default(),
        })?;
        let options = CollectOptions { probe: !args.no_probe };
        tokio::select! {
            outcomes = collect(&client, &plan.ranges, &options, sink) => Ok(outcomes?),
            _ = tokio::signal::ctrl_c() => Err(Error::Interrupted),
        }
    })
}

/// Shows what the client tells.
fn notify(progress: &Arc<Progress>) -> Arc<dyn Fn(Notice) + Send + Sync> {
    let progress = Arc::clone(progress);
    Arc::new(move |notice| match notice {
        Notice::RateLimited { wait } => {
            let seconds = wait.as_secs_f64().ceil();
            progress.message(&format!("rate limit reached: waiting {seconds} s, as Intercom asks"));
        }
        Notice::Retrying { endpoint, reason, wait } => {
            let wait = wait.as_secs_f64();
            progress.message(&format!("{endpoint}: {reason}; asking again in {wait:.1} s"));
        }
        Notice::Progress { feed, records, total } => {
            progress.records(feed.source().describe(), records, total);
        }
    })
}
