//! `init`: a commented configuration to start from, filled in from the workspace at hand.

use super::destinations::print;
use super::plan::{self, Plan};
use super::source::Source;
use super::terminal;
use crate::adjust::day_of;
use crate::cli::{InitArgs, SourceArgs};
use crate::edit::starter::{self, Policy, Seen};
use crate::edit::{EditError, Target};
use crate::error::Error;
use crate::exit::Exit;

/// Writes the configuration; a file that is there is never touched.
///
/// # Errors
/// When there is a file already, the workspace cannot be read, or the file cannot be written.
pub(super) fn run(args: &InitArgs) -> Result<Exit, Error> {
    let target = Target::new(args.target.config.as_deref());
    if !args.stdout && target.exists() {
        return Err(EditError::Exists { path: target.path().to_path_buf() }.into());
    }
    let progress = terminal::progress();
    let today = day_of(args.source.connection.now.unwrap_or_else(super::clock));
    let (seen, plan) = look(&args.source, &progress)?;
    let policy = if args.rbac { Policy::Declared } else { Policy::Example };
    let text = starter::text(&seen, &plan.catalog, policy, today);
    if args.stdout {
        print(&text)?;
    } else {
        target.create(&text)?;
        progress
            .message(&format!("wrote {}; read it through before you rely on it", target.path().display()));
    }
    Ok(Exit::Success)
}

/// What the workspace shows; nothing where no source was given.
fn look(
    from: &SourceArgs,
    progress: &std::sync::Arc<crate::progress::Progress>,
) -> Result<(Seen, Plan), Error> {
    let plan = Plan::new(&[], plan::everything(None), None)?;
    let source = match Source::open(from.snapshot.as_deref(), from.demo, &from.connection, None) {
        Ok(source) => source,
        Err(Error::NoToken) => {
            progress.finish();
            progress.message("no token, --snapshot or --demo was given: nothing is filled in");
            return Ok((Seen::default(), plan));
        }
        Err(error) => return Err(error),
    };
    let ranges = source.ranges(&from.connection, None, plan.stale_after_days)?;
    let (facts, _) = source.read(plan.settings.clone(), &ranges, progress)?;
    Ok((Seen::of(&facts, &plan.catalog), plan))
}
