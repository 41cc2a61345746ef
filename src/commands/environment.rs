//! What surrounds a command: the terminal, the clock, and the runtime of what waits.

use std::env;
use std::io::{IsTerminal as _, stderr, stdout};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use terminal_size::{Width, terminal_size};

use crate::api::notice::{Notice, Notify};
use crate::cli::{ColorChoice, TerminalArgs};
use crate::error::Error;
use crate::progress::{Progress, Verbosity};
use crate::report::{Report, Style, Surroundings};
use crate::time::day_of;

/// What the command line says of the terminal; the same for the whole command.
static TERMINAL: OnceLock<TerminalArgs> = OnceLock::new();

/// What is shown on standard error.
static SHOWN: Mutex<Weak<Progress>> = Mutex::new(Weak::new());

/// Keeps what the command line says of the terminal, before the command starts.
pub(super) fn keep(terminal: TerminalArgs) {
    // Only the first could be set, and there is one command line.
    let _ = TERMINAL.set(terminal);
}

fn terminal() -> TerminalArgs {
    TERMINAL.get().copied().unwrap_or_default()
}

/// How tables look on standard output.
pub(super) fn style() -> Style {
    let variable = |name| env::var(name).ok();
    let [no_color, clicolor_force, term, all, ctype, lang] =
        ["NO_COLOR", "CLICOLOR_FORCE", "TERM", "LC_ALL", "LC_CTYPE", "LANG"].map(variable);
    Style::detect(&Surroundings {
        is_terminal: stdout().is_terminal(),
        columns: columns(),
        no_color: no_color.as_deref(),
        clicolor_force: clicolor_force.as_deref(),
        term: term.as_deref(),
        color: match terminal().color {
            ColorChoice::Auto => None,
            ColorChoice::Always => Some(true),
            ColorChoice::Never => Some(false),
        },
        locale: [all.as_deref(), ctype.as_deref(), lang.as_deref()],
    })
}

/// The terminal's width, also where only standard error is one, as in a pipe to a pager; `COLUMNS` outweighs it.
fn columns() -> Option<u16> {
    let given = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    given.or_else(|| terminal_size().map(|(Width(columns), _)| columns))
}

/// The day by which entries count: of the instant given, else of the clock.
pub(super) fn today(now: Option<jiff::Timestamp>) -> jiff::civil::Date {
    day_of(now.unwrap_or_else(clock))
}

/// Progress on standard error, moving only on a terminal.
pub(super) fn progress() -> Arc<Progress> {
    let moves = stderr().is_terminal() && !terminal().no_progress && !terminal().quiet;
    let progress = Arc::new(Progress::new(moves, verbosity()));
    *SHOWN.lock().unwrap_or_else(PoisonError::into_inner) = Arc::downgrade(&progress);
    progress
}

/// Takes the moving line away, from wherever it is shown.
pub(super) fn finish_progress() {
    let shown = SHOWN.lock().unwrap_or_else(PoisonError::into_inner).upgrade();
    if let Some(progress) = shown {
        progress.finish();
    }
}

/// Messages on standard error, and nothing that moves.
pub(super) fn messages() -> Progress {
    Progress::new(false, verbosity())
}

fn verbosity() -> Verbosity {
    match terminal() {
        TerminalArgs { quiet: true, .. } => Verbosity::Quiet,
        TerminalArgs { verbose: true, .. } => Verbosity::Verbose,
        _ => Verbosity::Normal,
    }
}

/// Says on standard error what a report for machines would leave unsaid on a screen.
pub(super) fn warn(report: &Report, progress: &Progress) {
    for warning in &report.warnings {
        progress.warn(warning);
    }
    report.failures().for_each(|failure| progress.warn(failure));
}

/// Shows what the client tells.
pub(super) fn notify(progress: &Arc<Progress>) -> Notify {
    let progress = Arc::clone(progress);
    Arc::new(move |notice| match notice {
        Notice::RateLimited { wait } => {
            let seconds = wait.as_secs_f64().ceil();
            progress.message(&format!("Rate limit reached: waiting {seconds} s, as Intercom asks."));
        }
        Notice::Retrying { reason, wait } => {
            let wait = wait.as_secs_f64();
            progress.message(&format!("Trying again in {wait:.1} s: {reason}"));
        }
        Notice::ShorterRanges { reason } => {
            progress.message(&format!("Reading the activity log in shorter ranges: {reason}"));
        }
        Notice::Answered { endpoint, status, elapsed } => {
            progress.detail(&format!("{endpoint}: {status} in {} ms", elapsed.as_millis()));
        }
        Notice::Paced => progress.paced(),
        Notice::Progress { feed, records, total } => {
            progress.records(feed.source().describe(), records, total);
        }
    })
}

/// The clock: read once, when a command starts.
#[expect(clippy::disallowed_methods, reason = "the one place where the program asks what time it is")]
pub(super) fn clock() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// Waits for the work.
///
/// # Errors
/// Those of the work, and when the system has no resources for it.
pub(super) fn drive<T>(work: impl Future<Output = Result<T, Error>>) -> Result<T, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|source| Error::Start { what: "the network runtime", source })?;
    let done = runtime.block_on(work);
    // A name that is still being looked up would otherwise hold the program back.
    runtime.shutdown_background();
    done
}
