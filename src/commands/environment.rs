//! What the surroundings say about where output goes.

use std::env;
use std::io::{IsTerminal as _, stderr, stdout};
use std::sync::Arc;

use terminal_size::{Width, terminal_size};

use crate::api::notice::{Notice, Notify};
use crate::progress::Progress;
use crate::report::{Report, Style, Surroundings};
use crate::sources::SourceStatus;

/// How tables look on standard output.
pub(super) fn style() -> Style {
    let variable = |name| env::var(name).ok();
    let (no_color, clicolor_force, term) =
        (variable("NO_COLOR"), variable("CLICOLOR_FORCE"), variable("TERM"));
    Style::detect(&Surroundings {
        is_terminal: stdout().is_terminal(),
        columns: columns(),
        no_color: no_color.as_deref(),
        clicolor_force: clicolor_force.as_deref(),
        term: term.as_deref(),
    })
}

/// The terminal's width, also where only standard error is one, as in a pipe to a pager; `COLUMNS` outweighs it.
fn columns() -> Option<u16> {
    let given = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    given.or_else(|| terminal_size().map(|(Width(columns), _)| columns))
}

/// Progress on standard error, moving only where somebody watches.
pub(super) fn progress() -> Arc<Progress> {
    Arc::new(Progress::new(stderr().is_terminal()))
}

/// Says on standard error what a report for machines would leave unsaid on a screen.
pub(super) fn warn(report: &Report, progress: &Progress) {
    for warning in &report.warnings {
        progress.message(&format!("warning: {warning}"));
    }
    for source in report.sources.iter().filter(|source| source.status == SourceStatus::Failed) {
        let detail = source.detail.as_deref().unwrap_or("no reason was given");
        progress.message(&format!("warning: {} could not be read: {detail}", source.id.describe()));
    }
}

/// Shows what the client tells.
pub(super) fn notify(progress: &Arc<Progress>) -> Notify {
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
